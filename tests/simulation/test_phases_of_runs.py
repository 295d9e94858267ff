"""The phase that a run names: other patterns, correlated ones, chains that come back, defaults."""

import math
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from glassy import DenseHebbian, EquilibrationWarning, Status, compare, simulate, solve
from glassy.analysis.equilibration import MOVES

network = DenseHebbian(3)


def test_chains_that_end_at_another_pattern_say_so():
    found = Counter()
    for seed in range(100):
        r = simulate(network, K=60, N=20, T=(0.4, 0.45)[seed % 2], sweeps=400, burn_in=2000, samples=1, seed=seed, threads=1)
        index, m = r.largest_overlaps(1)
        at = np.where(m[0, :, 0] >= r.least_overlap, index[0, :, 0], -1)
        if np.all(m > 0.0):
            assert np.array_equal(at, r.places[0, :, -1])
        if np.all(at > 0):
            assert r.escaped.all()
            assert r.phase != "pattern 0"
        if r.status.ok and r.phase.startswith("pattern "):
            assert r.phase == f"pattern {at[0]}"
            assert len(set(at.tolist())) == 1
            found[at[0] > 0] += 1
            assert r.evidence.escaped == (2 if at[0] > 0 else 0)
        elif r.status.ok:
            assert r.phase == "patterns"
        if np.any(at == 0) and np.any(at > 0):
            assert not r.status.ok
            found["apart"] += 1
    assert found[True] >= 3
    assert found["apart"] >= 1


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("N", [40, 60])
def test_chains_at_a_correlated_pattern_are_not_at_pattern_0(N, seed):
    """Their m is 0.6 all the time: m alone would say that they stayed."""
    rng = np.random.default_rng(seed)
    xi = rng.choice([-1, 1], (5, N))
    xi[1] = xi[0]
    xi[1, rng.permutation(N)[: N // 5]] *= -1
    r = simulate(network, patterns=xi, T=0.2, start=xi[1], seed=seed, sweeps=400)
    assert float(r.m) > r.least_overlap
    assert r.phase == "pattern 1"
    assert r.escaped.all()
    assert r.evidence.escaped == 2
    assert r.status is Status.STEADY
    s = solve(network, r.load, 0.2)
    with pytest.warns(EquilibrationWarning, match="the chains were at pattern 1"):
        c = compare(s, r)
    assert {row.status for row in c.rows} == {Status.LEFT_PHASE}
    assert not any(row.used or math.isfinite(row.z) for row in c.rows)
    assert "at pattern 1, the solution is retrieval" in c.table()
    own = simulate(network, patterns=xi, T=0.2, seed=seed, sweeps=400)  # the twin
    assert own.phase == "pattern 0"
    assert not own.escaped.any()
    assert {row.status for row in compare(s, own).rows} == {Status.STEADY}


@pytest.mark.parametrize(("P", "T", "start"), [(3, 0.5, "pattern"), (4, 0.6, "random"), (2, 0.6, "both")])
def test_the_least_overlap_is_that_of_every_sweep(P, T, start):
    away = 0
    for seed in range(4):
        xi = np.random.default_rng([seed, P]).choice([-1, 1], (10, 12))
        xi[7] = xi[2]  # a copy is no other pattern
        r = simulate(DenseHebbian(P), patterns=xi, T=T, seed=seed, start=start, sweeps=400, watch=tuple(range(10)), threads=1)
        s, gram = r.series, xi @ xi.T / 12
        for c in range(2):
            k, sign = s.near[0, c, 0], np.sign(s.near_m[0, c, 0]) if P % 2 == 0 else 1
            own = sign * s.watched[0, c, k]
            assert s.least_m[0, c] == pytest.approx(own.min())
            others = [abs(x) if P % 2 == 0 else x for j, x in enumerate(gram[k]) if not np.array_equal(xi[j], xi[k])]
            assert s.rival_m[0, c] == pytest.approx(max(others))
            assert r.fate.place[0, c] in (k, -3 - k) or own.min() <= max(r.least_overlap, *others) or np.ptp(s.near[0, c])
            away += bool(np.any(s.watched[0, c].max(axis=0) > own))
    assert away > 0


def test_chains_that_come_back_between_two_marks_were_not_in_one_phase():
    """N = 10: at one pattern at all marks, elsewhere between. Where the phase holds nothing changes."""
    found = Counter()
    for seed in range(100):
        xi = np.random.default_rng([seed, 10]).choice([-1, 1], (10, 10))
        r = simulate(network, patterns=xi, T=0.3, seed=seed, threads=1)
        marks = replace(r, series=replace(r.series, least_m=None))  # the twin: the marks alone, as in older files
        assert marks.status.ok or not r.status.ok
        if marks.status.ok and not r.status.ok:
            assert r.status in (Status.LEFT_PHASE, Status.NOT_SHOWN, Status.SHORT_CHAIN)
            assert np.all(r.fate.place[r.series.least_m <= r.series.rival_m] == MOVES)
            found["back"] += 1
    assert found["back"] >= 3
    for seed in range(4):
        r = simulate(network, load=0.2, T=0.3, N=200, sweeps=200, seed=seed)
        assert (r.status, r.phase) == (Status.STEADY, "pattern 0")
        assert np.all(r.series.least_m > r.series.rival_m)


def test_chains_that_all_left_to_one_phase_are_good_with_its_name():
    r = simulate(network, load=0.3, T=1.5, N=30, seed=2)
    assert r.escaped.all()
    assert (r.status, r.phase) == (Status.STEADY, "paramagnet")
    mixed = simulate(network, load=0.3, T=0.5, N=60, sweeps=400, samples=16, seed=1)
    assert mixed.escaped.any()
    assert not mixed.escaped.all()
    assert mixed.status is Status.LEFT_PHASE


def test_all_samples_at_the_mirror_of_pattern_0_are_of_one_phase():
    r = simulate(DenseHebbian(4), load=0.05, T=0.3, N=30, seed=1, start_overlap=-1.0, sweeps=200)
    assert (r.samples, r.phase, r.status) == (8, "mirror of pattern 0", Status.STEADY)
    near = r.series.near.copy()
    near[3] = 7  # the twin: one sample is at the mirror of another
    assert replace(r, series=replace(r.series, near=near)).phase == "patterns"


def test_defaults():
    r = simulate(network, load=0.1, T=0.3, N=60, seed=7)
    assert (r.samples, r.replicas, r.start) == (8, 2, "pattern")
    assert (r.status, r.phase) == (Status.STEADY, "pattern 0")
    given = simulate(network, patterns=np.random.default_rng(1).choice([-1, 1], (20, 60)), T=0.3, seed=7)
    assert (given.samples, given.status, given.phase) == (1, Status.STEADY, "pattern 0")
    one = simulate(network, load=0.1, T=0.3, N=60, seed=7, replicas=1)
    assert one.status is Status.NOT_SHOWN
    spins = np.ones((3, 2, 60), np.int8)
    assert simulate(network, load=0.1, T=0.3, N=60, seed=7, start=spins, sweeps=20).samples == 3
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert "runs[-1].status.name" in readme
    r = simulate(DenseHebbian(P=4), load=0.05, T=0.5, N=60, samples=32, sweeps=200, seed=7)
    assert (r.status, r.phase) == (Status.STEADY, "pattern 0")
