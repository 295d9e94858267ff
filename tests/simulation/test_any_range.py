"""Energies of any range (M.14): against enumeration, in ladders, ensembles and folders, and where floats end."""

import math
from fractions import Fraction

import numpy as np
import pytest
from small import exponential

import glassy
from glassy import (
    DenseHebbian,
    Ensemble,
    Glauber,
    InputError,
    Metropolis,
    Perturbation,
    Quench,
    ReplicaExchange,
    SeparableMemory,
    enumerate_states,
    simulate,
    transition_matrix,
)
from glassy.simulation.kernels.choose import choose_kernel
from glassy.simulation.kernels.wide import exact_numbers


def z(estimate, exact):
    return abs(float(estimate) - exact) / max(estimate.error, 1e-12)


CASES = {
    "exponential": (exponential(10, 10), {"T": 1.6}),
    "P=20": (DenseHebbian(20, "self-interacting"), {"N": 20, "T": 2.0}),
    "integers": (SeparableMemory([u * (10 - u) * 2**64 + 3**u for u in range(11)]), {"T": 2.0**67}),
    "perturbed": (exponential(10, 10), {"T": 1.6, "perturbation": Perturbation(0.2, {0: 0.5, 3: np.arange(11.0) / 9})}),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("method", [Metropolis(), Glauber("sequential")], ids=str)
def test_sampled_measure_is_the_exact_one(case, method):
    network, point = CASES[case]
    point = {"K": 4 if case == "P=20" else 6, "seed": 11, **point}
    exact = enumerate_states(network, **point)
    r = simulate(network, sweeps=4_000 if case == "P=20" else 20_000, method=method, **point)
    assert r.kernel == "wide"
    for measured, value in ((r.m, exact.m), (r.q, exact.q), (r.q2, exact.q2), (r.energy, exact.energy)):
        if case != "P=20" or measured is not r.m:  # whose sign the start remembers
            assert z(measured, value) <= 4.0


@pytest.mark.slow
def test_a_ladder_of_an_exponential_memory():
    point = {"K": 6, "seed": 11}
    r = simulate(exponential(10, 10), T=[0.5, 0.9, 2.0, math.inf], method=ReplicaExchange(), sweeps=20_000, **point)
    for rung in r:
        exact = enumerate_states(exponential(10, 10), T=rung.T, **point)
        assert z(rung.energy, exact.energy) <= 4.0
        assert z(rung.m, exact.m) <= 4.0
    exact = enumerate_states(exponential(10, 10), T=0.5, **point)
    assert abs(r.minus_beta_f()[0] + exact.free_energy / 0.5) <= 4.0 * r.minus_beta_f()[0].error


def test_an_ensemble_and_its_folder(tmp_path):
    options = {"temperatures": 0.4, "samples": 3, "sweeps": 20, "seed": 7}
    e = Ensemble(exponential(30, 30), K=40, **options)
    first = e.run(tmp_path / "a").samples()
    again = simulate(exponential(30, 30), K=40, T=0.4, samples=3, sweeps=20, seed=7, out=tmp_path / "b")
    assert first.kernel == again.kernel == "wide"
    assert np.array_equal(first.series.energy, again.series.energy)
    kept = glassy.load(again.save(tmp_path / "kept"))
    assert kept.network == exponential(30, 30)


def test_integers_of_any_size_are_kept(tmp_path):
    big = SeparableMemory([10**5000, 0, Fraction(1, 3**9000)])
    assert SeparableMemory.from_tree(big.to_tree()) == big
    mixed = SeparableMemory([2**63, -1, 0])  # NumPy makes floats of these
    assert mixed.energies == (2**63, -1, 0)
    for call in (simulate, enumerate_states):
        with pytest.raises(InputError, match=r"1e5000. Divide all energies, and T, by 10\*\*5000"):
            call(big, K=2, T=1.0, seed=1)
    r = simulate(SeparableMemory([e / 10**5000 for e in big.energies]), K=2, T=1.0, sweeps=300, seed=1)
    exact = enumerate_states(SeparableMemory([e / 10**5000 for e in big.energies]), K=2, T=1.0, seed=1)
    assert r.kernel == "wide"
    assert z(r.energy, exact.energy) <= 4.0


def test_floats_are_rounded_only_where_it_does_not_matter():
    for N, P, wide in ((100, 3.5, False), (100, 4.0, False), (100, 8.0, True)):
        M = np.arange(N, -N - 1, -2.0)
        memory = SeparableMemory(-0.5 * N * np.abs(M / N) ** P)
        table, exact = memory.energy_table(N), [Fraction(e) for e in memory.energies]
        assert (choose_kernel(memory, N, 100) == "wide") is wide
        for u in range(N):
            found, step = table.unit * (table.values[u + 1] - table.values[u]), exact[u + 1] - exact[u]
            assert abs(found - step) <= (0 if wide else abs(step) / 10**6)


def test_tables_of_chosen_patterns_are_not_flattened():
    """Pattern 0 alone has energies, exponential ones: strict descent from half way finds it."""
    N = 60
    own = {0: exponential(N).energies, 1: 0.0}
    r = simulate(
        DenseHebbian(3), K=2, N=N, T=0.0, method=Quench(), start_overlap=0.5, sweeps=40, burn_in=0, seed=2,
        perturbation=Perturbation(None, own),
    )  # fmt: skip
    assert r.kernel == "wide"
    assert np.all(r.final_m == 1.0)
    smooth = {0: -0.4 * N * (np.arange(N, -N - 1, -2.0) / N) ** 3 - 0.2 * np.arange(N, -N - 1, -2.0)}
    assert choose_kernel(DenseHebbian(3), N, 1200, perturbation=Perturbation(None, smooth)) != "wide"


def test_perturbations_of_any_size():
    options = {"K": 3, "N": 9, "T": 1.0, "seed": 1, "sweeps": 200}
    plain = simulate(DenseHebbian(3), **options)
    with pytest.raises(InputError, match="Divide all energies"):
        simulate(DenseHebbian(3), perturbation=Perturbation(1e300), **options)
    for size in (1e-14, 1e18):
        r = simulate(DenseHebbian(3), perturbation=Perturbation(size), **options)
        assert r.kernel == "wide"
        if size < 1.0:
            assert np.array_equal(r.series.spins, plain.series.spins)
        else:
            assert np.all(r.series.spins == 1)
        with pytest.raises(InputError, match="seven digits.*Give kernel='auto' or 'wide'"):
            simulate(DenseHebbian(3), perturbation=Perturbation(size), kernel="patterns", **options)
    with pytest.raises(InputError, match="Lower K"):
        exact_numbers(DenseHebbian(20), 64, 2**29, None, 0)


def test_the_referee_tells_ground_states_exactly():
    N = 8
    xi = glassy.draw_patterns(3, N, seed=2)
    F = [Fraction(10**60 + u * (u - N), 10**30) for u in range(N + 1)]
    states = np.array([[1 - 2 * (s >> i & 1) for i in range(N)] for s in range(2**N)])
    H = [sum(F[v] for v in (N - xi.astype(int) @ s) // 2) for s in states]
    exact = enumerate_states(SeparableMemory(F), T=0.0, patterns=xi)
    ground = [s for s, h in zip(states, H, strict=True) if h == min(H)]
    assert exact.m == pytest.approx(np.mean([s @ xi[0] for s in ground]) / N, abs=1e-15)
    assert exact.free_energy == float(min(H) / N)
    with_field = enumerate_states(SeparableMemory(F), T=0.0, patterns=xi, perturbation=Perturbation(1e-33))
    best = min((h - Fraction(1e-33) * int(s.sum()), n) for n, (s, h) in enumerate(zip(states, H, strict=True)))[1]
    assert with_field.m == pytest.approx(states[best] @ xi[0] / N)


@pytest.mark.parametrize("method", [Metropolis(), Glauber("sequential")], ids=str)
@pytest.mark.parametrize("T", [0.5, 0.0])
def test_transition_matrices(method, T):
    W, p = transition_matrix(exponential(7, 7), T=T, K=4, seed=1, method=method)
    assert np.allclose(W.sum(axis=1), 1.0)
    assert np.allclose(p @ W, p)
