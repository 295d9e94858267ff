"""Frozen chains: the bound that stands for an error where nothing moved, and quiet chains among others."""

import math
import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from deviates import FLUCTUATIONS

from glassy import DenseHebbian, Status, compare, enumerate_states, simulate

network = DenseHebbian(3)


def test_the_bound_of_a_binder_cumulant_knows_how_small_m_is():
    """Chains that hold another pattern: m of pattern 0 is 1/N, and a single flip changes m^2 ninefold."""
    xi = np.ones((2, 11), int)
    xi[1, :5] = -1
    r = simulate(DenseHebbian(5), patterns=xi, T=0.05, seed=1, start=xi[1], sweeps=100)
    assert r.binder_m.bound
    once = r.series.m.copy()
    once[0, 0, 50] = 3.0 / 11.0  # what one event would have made of it
    moved = once.ravel()
    assert 0.5 * (3.0 - np.mean(moved**4) / np.mean(moved**2) ** 2) > float(r.binder_m) - r.binder_m.error
    assert 8.0 * 5.0 / 11.0**2 / 200.0 < 0.1 * r.binder_m.error  # the twin: as if m were 1
    xi = np.ones((2, 10), int)
    xi[1, :5] = -1
    none = simulate(DenseHebbian(5), patterns=xi, T=0.05, seed=1, start=xi[1], sweeps=100)
    assert none.m == 0.0
    assert math.isnan(none.binder_m)


@pytest.mark.slow
def test_the_bound_of_frozen_chains_holds():
    """K = 1: the pattern is all there is, so enumeration is of its phase."""
    names, quiet, beyond, narrow = ("m", "q", "energy", "q2", *FLUCTUATIONS), 0, Counter(), 0
    xi = np.ones((1, 20), int)
    for T, sweeps in ((0.2, 400), (0.3, 100), (0.3, 400), (0.35, 200)):
        x = enumerate_states(network, patterns=xi, T=T)
        exact = {name: getattr(x, name) for name in names[:4]}
        exact["specific_heat"] = 20 * (x.energy2 - x.energy**2) / T**2
        exact["susceptibility"] = 20 * (x.m_weights @ x.m_values**2 - x.m**2) / T
        for seed in range(40):
            r = simulate(network, patterns=xi, T=T, seed=seed, sweeps=sweeps, threads=1, progress=False)
            if not r.m.bound:
                continue
            assert r.status is Status.STEADY
            assert r.phase == "pattern 0"
            quiet += 1
            for name in names:
                e = getattr(r, name)
                assert e.bound
                assert 0.0 < e.error < 1.0
                assert "(<" in repr(e)
                assert math.isnan(e.z(exact[name]))
                beyond[name] += abs(float(e) - exact[name]) > e.error
            narrow += abs(float(r.m) - exact["m"]) > r.m.error / 5.0
            table = compare(x, r).table() + r.evidence.table()
            assert not re.search(r"\b(inf|nan)\b", table)
    assert quiet > 60
    assert max(beyond.values()) <= 0.05 * quiet
    assert narrow > 0.05 * quiet  # the twin: what a single event would have changed


@pytest.mark.parametrize("seed", range(6))
def test_quiet_chains_do_not_spoil_a_status(seed):
    """200 chains, of which all but a few stand still: one that moves twice is no disagreement."""
    r = simulate(network, K=2, N=20, T=0.2, samples=100, sweeps=200, seed=[2, 6, 22, 25, 3, 4][seed], threads=2)
    assert r.frozen.sum() > 190
    assert r.status is Status.STEADY
    assert r.phase == "pattern 0"
    apart = replace(r.series, energy=r.series.energy + (np.arange(200).reshape(100, 2, 1) == 77) * 0.2)  # the twin
    assert replace(r, series=apart).status is Status.NOT_EQUILIBRATED


def test_one_quiet_chain_does_not_spoil_a_status():
    r = simulate(network, K=20, N=60, T=0.35, samples=25, replicas=4, sweeps=200, seed=1)
    assert r.status is Status.STEADY
    energy = r.series.energy.copy()
    energy[7, 2] = np.median(energy[7])
    quiet = replace(r, series=replace(r.series, energy=energy))
    assert quiet.frozen.sum() > r.frozen.sum()
    assert quiet.status is Status.STEADY
