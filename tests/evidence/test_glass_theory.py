"""GlassTheory and HeldPhase refuse what has no glass or no ladder, and say of N spins what enumeration says."""

import math

import numpy as np
import pytest

from glassy import RS, RSB, DenseHebbian, GlassTheory, HeldPhase, InputError, ReplicaExchange, SpinGlass, annealed, simulate

NETWORK = DenseHebbian(3)


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


def test_a_ladder_of_another_network_is_refused():
    options = {"load": 1.0, "samples": 2, "sweeps": 20, "seed": 1, "start": "random", "method": ReplicaExchange(every=2)}
    ladder = simulate(NETWORK, N=16, T=[1.0, 2.0, np.inf], **options)
    with pytest.raises(InputError, match="ladder must be of DenseHebbian.P=4"):
        GlassTheory(DenseHebbian(4), 1.0, RSB(1)).rungs(ladder, ladder, ladder)


def test_what_cannot_be_is_refused():
    for call in (
        lambda: GlassTheory(3, 1.0, RS()), lambda: GlassTheory(SpinGlass({3: 1.0}), 1.0, RS()),
        lambda: GlassTheory(NETWORK, 0.0, RS()), lambda: GlassTheory(NETWORK, math.nan, RS()),
        lambda: GlassTheory(NETWORK, 1.0, 1), lambda: HeldPhase(network=3, wall=0.7),
        lambda: HeldPhase(network=NETWORK, wall=0.7, reduced=(0.5,)), lambda: HeldPhase(network=NETWORK, wall=0.7, warm=0.0),
    ):  # fmt: skip
        with pytest.raises(InputError):
            call()
