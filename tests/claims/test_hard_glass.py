"""The claim of results/hard_glass, which rests on results/spin_glass, re-checked from the committed data."""

import dataclasses
import math

import pytest
from committed import as_run, checked, of_one_code, tables

from sims import _sim, hard_glass

CASES = {
    name: dataclasses.replace(as_run("hard_glass", case), of=as_run("spin_glass", case.of))
    for name, case in hard_glass.CASES.items()
}
each = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def data_of(name, curve):
    return _sim.results("hard_glass", name)["data"].where(curve=curve)


@each
def test_hard_glass_is_complete_and_its_verdict_that_of_the_data(case):
    data = tables("hard_glass", hard_glass, case)["data"]
    for N in case.sizes:
        for quantity in hard_glass.SHARED:
            off = data.where(curve=hard_glass.OFF, N=N, quantity=quantity)
            if N in case.of.sizes:
                assert off["T"].tolist() == pytest.approx(list(case.twins.values()))
            alone = data.where(curve=hard_glass.GLASS, N=N, quantity=quantity)
            assert alone["T"].tolist() == pytest.approx(sorted((*case.more, *case.twins)))


@pytest.mark.slow
@each
def test_differences_are_those_of_the_committed_runs(case):
    """network - spin glass at one N, from results/spin_glass and the spin glass here."""
    of_one_code(f"spin_glass/{case.name}", f"hard_glass/{case.name}")
    network, glass = _sim.results("spin_glass", case.name)["data"], data_of(case.name, hard_glass.GLASS)
    for r in data_of(case.name, hard_glass.OFF).finite:
        cold = next(x for x, T in case.twins.items() if T == r.T)
        (a,) = network.where(N=r.N, T=r.T, quantity=r.quantity)
        (b,) = glass.where(N=r.N, T=lambda T, x=cold: abs(T - x) < 1e-9, quantity=r.quantity)
        assert r.simulation == pytest.approx(a.simulation - b.simulation, abs=1e-12)
        assert r.error == pytest.approx(math.hypot(a.error, b.error), rel=1e-9)


@each
def test_claim_networks_differ_from_the_spin_glass_as_theory_says(case):
    good = checked(data_of(case.name, hard_glass.OFF))
    assert len(good) >= 8
    assert max(abs(good["z"])) <= 4.0
    if case.name != "P2":
        assert max(abs(good["theory"])) < 1e-6


def test_claim_pairs_are_no_hard_glass_alone():
    """P = 2: below T_g the soft part and the remainder are many errors of -beta f."""
    case = hard_glass.CASES["P2"]
    cold = checked(data_of("P2", hard_glass.OFF)).where(quantity="-beta f", T=lambda T: T < case.of.T_c)
    assert len(cold) >= 3
    assert min(abs(r.beside(0.0).z) for r in cold) > 6.0


def test_claim_another_spin_glass_is_not_that_network():
    """A control: above T_c the network of P = 3 is many errors off the spin glass of P = 4 at the same N and T."""
    network = _sim.results("spin_glass", "P3")["data"].where(N=32.0, quantity="energy", T=lambda T: 1.6 < T < 7.0)
    other = data_of("P4", hard_glass.GLASS).where(N=32.0, quantity="energy")
    pairs = [(a, b) for a in network for b in other if a.T == b.T]
    assert len(pairs) >= 3
    assert min(abs(a.simulation - b.simulation) / math.hypot(a.error, b.error) for a, b in pairs) > 4.0


def test_claim_sherrington_kirkpatrick_is_full_rsb():
    """P = 2: energies, -beta f and the continuous part of P(q) of SK, below T_c = 1."""
    good = checked(data_of("P2", hard_glass.GLASS))
    for quantity, end in (("energy", 1.0), ("-beta f", 1.0), ("P(|q| < q_EA/2)", 0.9)):  # next to T_c q_EA is small
        mine = good.where(quantity=quantity, T=lambda T, end=end: T < end)
        assert len(mine) >= 4, quantity
        assert max(abs(mine["z"])) <= 4.0, quantity
    share = good.where(quantity="P(|q| < q_EA/2)", T=lambda T: T < 0.9)
    assert max(r.simulation / r.error for r in share) > 3.0  # RS and the paramagnet of 0 < q_EA have no weight there
