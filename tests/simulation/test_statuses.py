"""Statuses of short runs, and the words in which they say what to do."""

import dataclasses
import inspect
import re

import numpy as np
import pytest

import glassy
from glassy import DenseHebbian, Estimate, Metropolis, Status, simulate


def test_statuses_speak_of_arguments_that_exist():
    known = set(inspect.signature(simulate).parameters) | set(Estimate.__slots__) | set(dir(glassy.Samples))
    of_theory = (Status.CONVERGED, Status.COLLAPSED, Status.NOT_CONVERGED, Status.NO_BOUNDARY, Status.DIVERGED)
    for status in (s for s in Status if s not in of_theory):
        words = set(re.findall(r"\b[a-z]+_[a-z_]+\b", status.value)) | set(re.findall(r"\b(\w+)=", status.value))
        words |= set(re.findall(r"raise (\w+)", status.value))
        assert words <= known, status


def test_statuses():
    left = simulate(DenseHebbian(3), load=0.5, T=1.2, N=60, sweeps=300, burn_in=0, seed=1)
    assert left.escaped.all()
    assert left.phase == "paramagnet"
    there = simulate(DenseHebbian(3), load=0.5, T=2.5, N=60, sweeps=2000, seed=1)
    assert (there.status, there.phase) == (Status.STEADY, "paramagnet")  # a good run of where it went
    assert there.escaped.all()
    some = simulate(DenseHebbian(3), load=0.3, T=0.5, N=60, samples=16, sweeps=400, seed=1)
    assert some.status is Status.LEFT_PHASE  # some chains stayed, others left
    assert 0 < some.escaped.sum() < some.escaped.size
    short = simulate(DenseHebbian(3), load=0.1, T=0.4, N=60, sweeps=20, burn_in=20, seed=1)
    assert short.status is Status.SHORT_CHAIN
    drifting = simulate(DenseHebbian(3), load=1.0, T=0.5, N=60, start="random", samples=32, sweeps=60, burn_in=0, seed=1)
    assert drifting.status is Status.NOT_EQUILIBRATED
    good = simulate(DenseHebbian(3), load=0.1, T=0.3, N=60, sweeps=500, burn_in=50, seed=1)
    assert (good.status, good.phase) == (Status.STEADY, "pattern 0")
    assert not simulate(DenseHebbian(3), load=1.5, T=0.5, N=30, start="random", sweeps=50, seed=1).escaped.any()


def test_statuses_where_little_moves():
    """A lost pattern leaves m = 0.26 behind at T = 0 whatever N; chains at rest far from it; flips that are all accepted."""
    lost = simulate(DenseHebbian(2), 0.2, 0.0, 1000, replicas=1, samples=4, sweeps=200, seed=2)
    assert 0.15 < lost.m < 0.4
    assert not lost.status.ok
    assert lost.escaped.sum() >= 3
    stuck = simulate(DenseHebbian(3), 0.6, 0.0, 200, replicas=1, samples=3, sweeps=200, seed=1)
    assert not stuck.status.ok
    kept = simulate(DenseHebbian(3), 0.1, 0.0, 200, samples=3, sweeps=200, seed=1)
    assert kept.m > 0.99
    assert kept.status is Status.STEADY
    hot = simulate(DenseHebbian(3), 0.3, 1e6, 40, start="random", method=Metropolis("sequential"), sweeps=1000, seed=1)
    assert hot.q2.thermal < 1e-3
    assert not hot.status.ok
    near = simulate(DenseHebbian(2), 0.0005, 0.9, 2000, samples=2, sweeps=4000, seed=1)  # m = 0.52 in theory
    assert 0.4 < near.m < 0.6
    assert not near.escaped.any()


@pytest.mark.parametrize(("P", "load", "N", "samples"), [(2, 0.1, 200, 1), (3, 1.0, 60, 4)])
@pytest.mark.parametrize("options", [{}, {"burn_in": 0}])
def test_a_frozen_chain_is_not_equilibrated(P, load, N, samples, options):
    """Quenches to T = 0 stay in the first minimum they find: an error of zero there says nothing."""
    r = simulate(
        DenseHebbian(P), load=load, T=0.0, N=N, start="random", samples=samples, replicas=1, sweeps=100, seed=1, **options
    )
    assert not r.status.ok
    assert r.energy.thermal > 0.0


def test_a_pattern_that_holds_at_T0_is_as_good_as_before():
    xi = glassy.draw_patterns(100, 60, seed=1)
    for start in ("pattern", xi[0], -xi[0]):
        r = simulate(DenseHebbian(4), T=0.0, patterns=xi, start=start, sweeps=100, seed=1)
        assert abs(r.m) == 1.0
        assert r.status is Status.STEADY


def test_status_looks_at_the_overlap_of_replicas():
    r = simulate(DenseHebbian(3), load=0.1, T=0.3, N=60, samples=1, sweeps=500, burn_in=50, seed=1)
    q = np.sin(np.linspace(0.0, 6.0, 500))[None, None, :]
    slow = dataclasses.replace(r, series=dataclasses.replace(r.series, q=q))
    assert r.status.ok
    assert not slow.status.ok
