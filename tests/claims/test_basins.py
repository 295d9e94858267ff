"""The claim of results/basins re-checked from the committed data."""

import math
from itertools import pairwise

import pytest
from committed import tables

from glassy import DenseHebbian, solve, spinodal, unstable_overlap
from sims import _sim, basins


def edges(P, T=0.0):
    table = _sim.results("basins", "all")["data"]
    return {r.load: r for r in table.where(network=f"P{P}", T=T, N=basins.SIZES[f"P{P}"][-1], error=lambda e: e > 0.0)}


def test_verdict_is_that_of_the_data_and_edges_are_those_of_the_maps():
    found = tables("basins", basins, basins.CASES["all"])
    for r in found["data"]:
        at = found["maps"].where(network=r.network, T=r.T, load=r.load, N=r.N)
        share = dict(zip(at["start"], at["kept"], strict=True))
        assert sorted(share) == list(basins.STARTS)
        if math.isfinite(r.simulation):
            below = [m for m in share if m < r.simulation]
            above = [m for m in share if m > r.simulation]
            assert share[max(below)] <= 0.5 <= share[min(above)]
    cold = found["maps"].where(T=0.0)
    assert {x["network"] for x in cold if x["status"] != "settled"} <= {"P2"}  # a few of N = 1000 took more than 60 sweeps
    assert sum(x["status"] != "settled" for x in cold) < 0.1 * len(cold)


def test_claim_basins_shrink_with_load_and_for_P_above_2_with_P():
    for P in (2, 3, 4, 5):
        found = [e.simulation for _, e in sorted(edges(P).items())]
        assert len(found) >= 3
        assert all(b > a - 0.02 for a, b in pairwise(found))
        assert found[-1] > found[0] + 0.05
    at = [edges(P)[0.1] for P in (3, 4, 5)]
    assert all(b.simulation - a.simulation > 4.0 * math.hypot(a.error, b.error) for a, b in pairwise(at))


def test_claim_basins_end_near_the_unstable_saddle_for_P_above_2():
    for P in (3, 4, 5):
        off = [e.simulation - unstable_overlap(DenseHebbian(P), load, 0.0) for load, e in edges(P).items() if load <= 0.2]
        assert max(abs(x) for x in off) < 0.12
    assert all(e.simulation < unstable_overlap(DenseHebbian(2), load, 0.0) - 0.3 for load, e in edges(2).items())


def test_R5_the_unstable_saddle_solves_its_equation():
    """m = erf((P/2) m^(P-1)/sqrt(2 r(1))) at T = 0, on the branch below that of the solver; at T > 0 it meets the fold."""
    for P, load in ((3, 0.2), (4, 0.3), (5, 0.1)):
        network = DenseHebbian(P)
        m = unstable_overlap(network, load, 0.0)
        assert m < solve(network, load, 0.0).m
        field = (P / 2) * m ** (P - 1) / math.sqrt(2.0 * network.covariance(1.0, load, derivative=1))
        assert m == pytest.approx(math.erf(field), abs=1e-7)
    end = spinodal(DenseHebbian(3), 0.3)
    assert unstable_overlap(DenseHebbian(3), end.load * (1 - 1e-9), 0.3) == pytest.approx(end.m, abs=1e-3)
    assert math.isnan(unstable_overlap(DenseHebbian(3), end.load * 1.01, 0.3))
