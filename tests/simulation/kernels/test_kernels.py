"""The sampler's bookkeeping: M.1 against energies from H.2/H.3, exact running values, and the plain-Python oracle."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small import energy_by_definition

import glassy
from glassy import DenseHebbian, Glauber, InputError, IntegerRangeError, Metropolis
from glassy.model.patterns import Patterns
from glassy.simulation.kernels.chains import Chain
from glassy.simulation.kernels.portable import run, signed_sum
from glassy.simulation.kernels.sets import makes_fields
from glassy.simulation.kernels.tables import kernel_tables

KINDS = ("distinct", "self-interacting")


def make(P, kind, N, K, seed=0):
    rng = np.random.default_rng(seed)
    xi = rng.choice([-1, 1], (N, K)).astype(np.int8)
    sigma = rng.choice([-1, 1], N).astype(np.int8)
    return Chain(kernel_tables(DenseHebbian(P, kind), N, K), Patterns.of(xi), sigma), rng


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("P", "N"), [(2, 8), (2, 9), (3, 8), (3, 9), (4, 8), (4, 9), (5, 8), (6, 7)])
def test_M1_energy_change_of_every_flip_is_that_of_H2_H3(P, kind, N):
    chain, _ = make(P, kind, N, K=6)
    t = chain.tables
    before = energy_by_definition(P, kind, chain.patterns.signs, chain.sigma)
    assert chain.energy_per_spin(np.array([chain.energy]))[0] * N == pytest.approx(before, abs=1e-10)
    for i in range(N):
        dE = chain.a + int(chain.sigma[i]) * signed_sum(chain.patterns.signs[i], chain.b, chain.b_sum, t.block)
        flipped = chain.sigma.copy()
        flipped[i] *= -1
        after = energy_by_definition(P, kind, chain.patterns.signs, flipped)
        assert dE * float(t.step) == pytest.approx(after - before, abs=1e-10)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("P", [2, 3, 4, 5, 6, 7])
@pytest.mark.parametrize("N", [12, 13])
def test_running_values_equal_recomputed_ones_exactly(P, kind, N):
    chain, rng = make(P, kind, N, K=300)
    for T in (math.inf, 1.0, 0.1):
        spins, trace = chain.advance(200, Metropolis(), T, rng)
        u, a, b_sum, energy = chain.recompute()
        assert np.array_equal(chain.u, u)
        assert np.array_equal(chain.b, chain.tables.B[u])
        assert (chain.a, chain.b_sum, chain.energy) == (a, b_sum, energy)
        assert trace[-1, 0] == int(chain.patterns.signs[:, 0].astype(int) @ chain.sigma)
        assert trace[-1, 1] == energy
        assert np.array_equal(spins[-1], chain.sigma)


def test_running_values_are_exact_for_long_rows_and_wide_tables():
    for P, N, K in ((3, 60, 20_000), (4, 40, 30_000), (6, 60, 2_000), (8, 50, 500)):
        chain, rng = make(P, "distinct", N, K)
        chain.advance(20, Metropolis(), 1.0, rng)
        u, a, b_sum, energy = chain.recompute()
        assert np.array_equal(chain.b, chain.tables.B[u])
        assert (chain.a, chain.b_sum, chain.energy) == (a, b_sum, energy)
    assert kernel_tables(DenseHebbian(8), 50, 500).B.dtype == np.int64  # the wide type is covered
    assert kernel_tables(DenseHebbian(3), 60, 20_000).B.dtype == np.int32


@settings(max_examples=25, deadline=None)
@given(
    P=st.integers(2, 6), kind=st.sampled_from(KINDS), extra=st.integers(0, 6), K=st.integers(1, 40),
    seed=st.integers(0, 1000), order=st.sampled_from(["random", "sequential"]), glauber=st.booleans(),
    T=st.sampled_from([0.0, 0.3, 2.0, math.inf]),
)  # fmt: skip
def test_kernel_equals_its_python_form_bit_for_bit(P, kind, extra, K, seed, order, glauber, T):
    method = (Glauber if glauber else Metropolis)(order)
    fast, _ = make(P, kind, P + extra, K, seed)
    slow, _ = make(P, kind, P + extra, K, seed)
    spins, trace = fast.advance(5, method, T, np.random.default_rng(seed))
    rng = np.random.default_rng(seed)
    N, t = slow.sigma.size, slow.tables
    sites = rng.integers(0, N, size=(5, N)) if order == "random" else np.tile(np.arange(N), (5, 1))
    thresholds = method.thresholds(rng.random((5, N)), T) / float(t.step)
    out, rows, x = np.empty_like(spins), np.empty_like(trace), slow.extras
    with np.errstate(over="ignore"):
        run.py_func(
            slow.patterns.signs,
            slow.sigma,
            slow.u,
            slow.b,
            t.A,
            t.B,
            t.block,
            slow.a,
            slow.b_sum,
            slow.energy,
            x.scale,
            x.turn,
            x.own,
            slow.own_u,
            x.energies,
            sites,
            thresholds,
            out,
            rows,
        )
    assert np.array_equal(out, spins)
    assert np.array_equal(rows, trace)


def trajectory(network, xi, start, **kw):
    r = glassy.simulate(network, T=0.8, patterns=xi, start=start, sweeps=30, burn_in=0, seed=5, **kw)
    return r.series


@pytest.mark.parametrize("P", [2, 3, 4, 5])
@pytest.mark.parametrize("kind", KINDS)
def test_gauge_invariance_relabelling_and_global_flip(P, kind):
    """Same random numbers: a gauge transformation maps the trajectory, relabelling leaves it, at even P a flip mirrors it."""
    network = DenseHebbian(P, kind)
    rng = np.random.default_rng(P)
    xi = rng.choice([-1, 1], (20, 15)).astype(np.int8)
    start = rng.choice([-1, 1], 15).astype(np.int8)
    gauge = rng.choice([-1, 1], 15).astype(np.int8)
    plain = trajectory(network, xi, start)
    gauged = trajectory(network, xi * gauge, start * gauge)
    assert np.array_equal(plain.energy, gauged.energy)
    assert np.array_equal(plain.spins, gauged.spins * gauge)
    order = np.concatenate(([0], 1 + rng.permutation(19)))
    relabelled = trajectory(network, xi[order], start)
    assert np.array_equal(plain.spins, relabelled.spins)
    assert np.array_equal(plain.m, relabelled.m)
    if P % 2 == 0:
        mirrored = trajectory(network, xi, -start)
        assert np.array_equal(plain.spins, -mirrored.spins)
        assert np.array_equal(plain.energy, mirrored.energy)
    else:
        assert not np.array_equal(plain.energy, trajectory(network, xi, -start).energy)


def test_refusal_beyond_64_bits():
    with pytest.raises(IntegerRangeError, match=r"must stay below 2\^62"):
        kernel_tables(DenseHebbian(20), 200, 1000)
    run = {"T": 0.1, "patterns": np.ones((1000, 100), np.int8), "seed": 1, "sweeps": 2}
    with pytest.raises(InputError, match="Give kernel='auto' or 'wide'"):
        glassy.simulate(DenseHebbian(16), **run, kernel="patterns")
    assert glassy.simulate(DenseHebbian(16), **run).kernel == "wide"
    kernel_tables(DenseHebbian(20), 30, 1000)  # fits


@settings(max_examples=60, deadline=None)
@given(P=st.integers(2, 12), extra=st.integers(0, 60), K=st.integers(1, 10**6), kind=st.sampled_from(KINDS))
def test_tables_are_exact_or_refused(P, extra, K, kind):
    network, N = DenseHebbian(P, kind), P + extra
    try:
        t = kernel_tables(network, N, K)
    except IntegerRangeError:
        assert 2 * K * max(map(abs, network.energy_table(N).values)) * math.factorial(P) >= 2**40
        return
    table = network.energy_table(N)
    for u in range(N + 1):
        assert table.unit * table.values[u] == t.base + t.step * int(t.W[u])
        if u < N:
            assert table.unit * (table.values[u + 1] - table.values[u]) == t.step * (int(t.A[u]) + int(t.B[u]))
        if u > 0:
            assert table.unit * (table.values[u - 1] - table.values[u]) == t.step * (int(t.A[u]) - int(t.B[u]))
    assert t.block * int(np.abs(t.B).max()) < 2 ** (8 * t.B.itemsize - 1)


def test_which_chains_run_by_local_fields():
    assert makes_fields(True, 1000, 100)
    assert not makes_fields(True, 1000, 10)  # so few patterns that their sum is shorter than a row of couplings
    assert not makes_fields(False, 100, 5000)
