"""The claim of results/hard_glass, which rests on results/spin_glass, re-checked from the committed data."""

import math

import pytest
from committed import tables

from sims import _sim, hard_glass

each = pytest.mark.parametrize("case", hard_glass.CASES.values(), ids=hard_glass.CASES)


def data_of(case, curve):
    return _sim.results("hard_glass", case.name)["data"].where(curve=curve)


@each
def test_hard_glass_is_complete_and_its_verdict_that_of_the_data(case):
    data = tables("hard_glass", hard_glass, case)["data"]
    for N in case.sizes:
        for quantity in hard_glass.SHARED:
            off = data.where(curve=hard_glass.OFF, N=N, quantity=quantity)
            assert off["T"].tolist() == pytest.approx(list(case.twins.values()))
            alone = data.where(curve=hard_glass.GLASS, N=N, quantity=quantity)
            assert alone["T"].tolist() == pytest.approx(sorted((*case.more, *case.twins)))


@each
def test_differences_are_those_of_the_committed_runs(case):
    """network - spin glass at one N, from results/spin_glass and the spin glass here."""
    network, glass = _sim.results("spin_glass", case.name)["data"], data_of(case, hard_glass.GLASS)
    for r in data_of(case, hard_glass.OFF).finite:
        cold = next(x for x, T in case.twins.items() if T == r.T)
        (a,) = network.where(N=r.N, T=r.T, quantity=r.quantity)
        (b,) = glass.where(N=r.N, T=lambda T, x=cold: abs(T - x) < 1e-9, quantity=r.quantity)
        assert r.simulation == pytest.approx(a.simulation - b.simulation, abs=1e-12)
        assert r.error == pytest.approx(math.hypot(a.error, b.error), rel=1e-9)
