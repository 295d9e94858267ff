"""GlassTheory and HeldPhase refuse what has no glass or no ladder, and say of N spins what enumeration says."""

import math
from dataclasses import replace

import numpy as np
import pytest

from glassy import (
    RS,
    RSB,
    DenseHebbian,
    FullRSB,
    GlassTheory,
    HeldPhase,
    ImperfectSynapses,
    InputError,
    Measured,
    ReplicaExchange,
    SpinGlass,
    Status,
    Table,
    annealed,
    simulate,
    solve,
)
from glassy.model.patterns import pattern_generator

NETWORK = DenseHebbian(3)
IMPERFECT = ImperfectSynapses(NETWORK, kept=0.5)


def test_theory_of_N_spins_is_annealed_far_above_T_c_alone():
    glass = GlassTheory(NETWORK, 1.0, RSB(1))
    hot, K = 2.0 * glass.T_c, NETWORK.patterns(1.0, 30)
    exact, limit = annealed(NETWORK, K, 30, hot), glass.says(hot)
    assert glass.says(hot, 30, K)["energy"] == exact.energy != limit["energy"]
    assert glass.says(1.5 * glass.T_c, 30, K) == glass.says(1.5 * glass.T_c)
    assert limit["energy"] == pytest.approx(-0.5 / hot)
    assert limit["q_1"] == limit["<q^2>"] == 0.0


def test_transitions_differ_in_kind_and_curves_know_the_levels():
    continuous = GlassTheory(DenseHebbian(2), 1.0, RSB(1))
    assert (continuous.T_c, continuous.continuous) == (2.0, True)
    assert not GlassTheory(NETWORK, 1.0, RSB(1)).continuous
    found = GlassTheory(NETWORK, 1.0, RSB(1)).curves([0.67, 0.64])  # between T_c and T_d, and below T_c
    assert [r["q_1"] > 0.0 for r in found] == [False, False, False, True]
    rs, one = continuous.curves([1.0])
    assert (rs["ansatz"], one["ansatz"]) == ("RS()", "RSB(1)")
    assert rs["q_0"] == rs["q_1"]
    assert one["q_0"] < rs["q_1"] < one["q_1"]
    assert one["energy"] > rs["energy"]


@pytest.mark.parametrize("w", [0.3, 0.5])
def test_the_exponent_of_rounding_is_that_of_the_rows(w):
    """Made of a jump that is one function of (T/T_c - 1) N^w above T_c; what is below or hot is left out."""
    glass, rng = GlassTheory(NETWORK, 4.0, RSB(1)), np.random.default_rng(4)

    def off(t, N):
        return -0.7 * math.exp(-0.5 * (t - 1.0) * N**w) if 1.0 < t < 1.5 else N / t

    rows = [
        Measured(quantity=name, load=4.0, T=t * glass.T_c, N=N, theory=1.0, simulation=1.0 + x + 0.003 * rng.normal(),
                 error=0.003, status=Status.EQUILIBRATED)
        for t in (0.9, 1.02, 1.1, 1.2, 1.3, 1.4, 1.9) for N in (32, 48, 64, 96)
        for name, x in (("specific heat", off(t, N)), ("energy", 5.0 / N))
    ]  # fmt: skip
    far = [replace(r, N=24, simulation=9.0) for r in rows if r.N == 32 and r.T > 1.05 * glass.T_c]  # not usable next to T_c
    found = glass.rounding(Table([*rows, *far]))
    assert abs(found.value.z(w)) < 4.0
    assert found.error < 0.05
    assert (found.sizes, found.dof, found.T, found.quantity) == ((32, 48, 64, 96), 15, glass.T_c, "exponent of specific heat")
    assert found.p > 1e-3
    assert glass.rounding(Table(r for r in rows if r.N == 32)) is None
    assert glass.rounding(Table()) is None
    assert glass.rounding(Table(replace(r, status=Status.SHORT_CHAIN) for r in rows)) is None


def test_a_ladder_of_another_network_is_refused():
    options = {"load": 1.0, "samples": 2, "sweeps": 20, "seed": 1, "start": "random", "method": ReplicaExchange(every=2)}
    ladder = simulate(NETWORK, N=16, T=[1.0, 2.0, np.inf], **options)
    with pytest.raises(InputError, match="ladder must be of DenseHebbian.P=4"):
        GlassTheory(DenseHebbian(4), 1.0, RSB(1)).rungs(ladder, ladder, ladder)


def test_a_spin_glass_needs_no_other_start_and_says_of_its_overlaps_what_enumeration_says():
    """The weight of P(q) below half of q_EA, by all pairs of states of one sample; values of q count by their neighbourhood."""
    glass, T = GlassTheory(SpinGlass({2: 1.0}), 1.0, FullRSB(4)), 0.6
    options = {"load": 1.0, "N": 10, "seed": 4, "start": "random", "method": ReplicaExchange(every=2)}
    table = glass.rungs(simulate(glass.network, T=[T, 1.0, 2.0, np.inf], samples=2, sweeps=6000, **options))
    (row,) = table.where(T=T, quantity="P(|q| < q_EA/2)")
    half = 0.5 * glass.says(T)["q_1"]
    spins = 1 - 2 * ((np.arange(2**10)[:, None] >> np.arange(10)) & 1)
    q = np.abs(spins @ spins.T) / 10
    inside = np.clip((half + 0.1 - q) / 0.2, 0.0, 1.0)
    exact = []
    for sample in range(2):
        drawn = glass.network.couplings(1.0, 10, pattern_generator(4, 10, 0, sample))
        E = np.array([drawn.energy(s) for s in spins.astype(np.int8)]) * float(drawn.unit)
        p = np.exp(-(E - E.min()) / T)
        p /= p.sum()
        exact.append(p @ inside @ p)
    assert row.simulation == pytest.approx(np.mean(exact), abs=0.02)
    assert abs(np.mean(exact) - 0.5) > 0.1
    with pytest.raises(InputError, match="random and pattern must be given"):
        GlassTheory(NETWORK, 1.0, RSB(1)).rungs(simulate(NETWORK, T=[1.0, np.inf], samples=2, sweeps=20, **options))


def test_steps_stand_for_a_smooth_function():
    """x at half of q_EA of full RSB hardly depends on the number of steps; SK near T_c has x = q."""
    values = [GlassTheory(SpinGlass({2: 1.0}), 1.0, FullRSB(k)).says(0.98)["P(|q| < q_EA/2)"] for k in (4, 8)]
    q = solve(SpinGlass({2: 1.0}), 1.0, 0.98, "spin_glass", FullRSB(8)).q_EA
    assert values[0] == pytest.approx(values[1], abs=2e-4)
    assert values[1] == pytest.approx(q, rel=0.1)
    one = GlassTheory(NETWORK, 1.0, RSB(1)).says(0.5)
    assert one["P(|q| < q_EA/2)"] == pytest.approx(solve(NETWORK, 1.0, 0.5, "spin_glass", RSB(1)).x_levels[0])
    assert math.isnan(GlassTheory(NETWORK, 1.0, RSB(1)).says(0.7)["P(|q| < q_EA/2)"])


def test_what_cannot_be_is_refused():
    for call in (
        lambda: GlassTheory(3, 1.0, RS()), lambda: GlassTheory(IMPERFECT, 1.0, RS()),
        lambda: GlassTheory(NETWORK, 0.0, RS()), lambda: GlassTheory(NETWORK, math.nan, RS()),
        lambda: GlassTheory(NETWORK, 1.0, 1), lambda: HeldPhase(network=3, wall=0.7),
        lambda: HeldPhase(network=NETWORK, wall=0.7, reduced=(0.5,)), lambda: HeldPhase(network=NETWORK, wall=0.7, warm=0.0),
    ):  # fmt: skip
        with pytest.raises(InputError):
            call()
