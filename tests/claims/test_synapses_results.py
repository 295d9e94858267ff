"""The claim of results/synapses, re-checked from the committed data."""

import numpy as np
import pytest
from committed import checked, tables

from glassy import DenseHebbian, ImperfectSynapses, solve
from sims import _sim, synapses

each = pytest.mark.parametrize("case", synapses.CASES.values(), ids=synapses.CASES)


@each
def test_synapses_are_complete_and_their_verdict_that_of_the_data(case):
    data = tables("synapses", synapses, case)["data"]
    for kind, network, D in case.points:
        for quantity in synapses.NAMES:
            mine = data.finite.where(network=kind, t=D, quantity=quantity)
            assert mine["N"].tolist() == list(case.sizes)
            for r in mine:
                s = solve(network, network.load(r.K, int(r.N)), case.T)
                assert r.theory == pytest.approx(getattr(s, quantity), abs=1e-10)


@each
def test_limits_are_those_of_the_committed_sizes(case):
    data = _sim.results("synapses", case.name)["data"]
    again = data.finite.limits((1.0,))
    assert len(again) == len(data.ends)
    np.testing.assert_allclose(again["simulation"] - again["theory"], data.ends["simulation"] - data.ends["theory"], atol=1e-12)
    np.testing.assert_allclose(again["error"], data.ends["error"], rtol=1e-9)


@each
def test_claim_imperfect_synapses_are_what_theory_says(case):
    """All three kinds, each with a limit; and the bare load does not say it."""
    found = _sim.results("synapses", case.name)
    good, bare = checked(found["data"]), found["wrong"].where(curve="bare load")
    assert set(good["network"]) == {"noise", "dilution", "clipping"}
    assert max(abs(good["z"])) <= 4.0
    assert len(bare) == len(good)
    for a, b in zip(bare, good, strict=True):
        assert (a.simulation, a.error) == (b.simulation, b.error)
        assert a.theory == pytest.approx(getattr(solve(case.network, case.load, case.T), a.quantity), abs=1e-10)
        assert a.z == pytest.approx(b.value.z(a.theory), rel=1e-9)
    if case.name == "P4":  # sizes too near each other: see below
        return
    assert bare.verdict().rms > 4.0 * found["data"].verdict().rms
    assert min(bare.where(t=lambda D: max(case.noise) > D)["z"]) < -4.0


def test_claim_quadruples_are_the_perfect_network_of_another_load():
    """P = 4: at one N noise is as good as a load of 0.17, and many errors off the network of its own load, 0.08."""
    case = synapses.CASES["P4"]
    data = _sim.results("synapses", "P4")["data"].where(N=case.sizes[-1])
    for quantity in synapses.NAMES:
        own, other = data.where(network="perfect", quantity=quantity)
        assert (own.t, other.t) == (0.0, 0.09)
        for kind, D in (("noise", 0.09), ("dilution", case.points[2][2])):
            (r,) = data.where(network=kind, t=D, quantity=quantity)
            assert abs(r.simulation - other.simulation) < 4.0 * np.hypot(r.error, other.error)
            assert own.simulation - r.simulation > 4.0 * np.hypot(r.error, own.error)


def test_claim_pairs_are_not_at_a_larger_load():
    """P = 2: by load + D, the rule of P > 2, the limits would lie many errors off where D is large."""
    case = synapses.CASES["P2"]
    larger = _sim.results("synapses", "P2")["wrong"].where(curve="larger load")
    far = larger.where(t=lambda D: D > 0.04)
    assert len(far) >= 2
    assert min(far["z"]) > 4.0
    assert larger.verdict().rms > 3.0
    for r in far:
        assert r.theory == pytest.approx(getattr(solve(DenseHebbian(2), case.load + r.t, case.T), r.quantity), abs=1e-10)


def test_one_bit_is_as_good_as_a_lower_load():
    """C.3: of the perfect network at P > 2 nothing is left but the load."""
    for P in (3, 4):
        s, t = solve(ImperfectSynapses(DenseHebbian(P), clipped=True), 0.1, 0.4), solve(DenseHebbian(P), 0.05 * np.pi, 0.4)
        assert (s.m, s.q, s.free_energy) == (t.m, t.q, t.free_energy)
