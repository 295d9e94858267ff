"""Cached local fields at P <= 4 (M.17): couplings against sums by hand, chains against the portable kernel bit for bit."""

import math
import os
from unittest import mock

import numpy as np
import pytest
from small import everything

from glassy import (
    Annealing,
    DenseHebbian,
    Glauber,
    InputError,
    Metropolis,
    ReplicaExchange,
    SeparableMemory,
    SpinGlass,
    simulate,
)
from glassy.model.patterns import Patterns
from glassy.model.perturbation import Perturbation
from glassy.simulation.kernels.cached import CouplingChain, coupling_maker
from glassy.simulation.kernels.choose import CACHED, bytes_of_chains, chain_maker, choose_kernel
from glassy.simulation.kernels.extras import make_extras
from glassy.simulation.kernels.interactions import Interactions, flips
from glassy.simulation.kernels.pays import fields_pay, most_accepted
from glassy.simulation.kernels.quadruples import quadruple_layout
from glassy.simulation.kernels.sets import bytes_of_quadruples, bytes_of_triples, quadruples_of, triples_of
from glassy.simulation.kernels.tables import kernel_tables

MOVES = [(1e9, Metropolis()), (math.inf, Metropolis()), (1.5, Metropolis()), (0.6, Glauber("sequential"))]
MOVES += [(0.2, Metropolis()), (0.0, Metropolis())]
KINDS = ("distinct", "self-interacting")
SETUPS = int(os.environ.get("GLASSY_SETUPS", "30"))  # random networks; 500 in the matrix of processors


@pytest.mark.parametrize(("N", "K"), [(3, 1), (6, 5), (11, 64), (12, 65), (33, 700)])
def test_triples_are_the_sum_over_patterns(N, K):
    patterns = Patterns.drawn(np.random.default_rng(N), K, N)
    xi = patterns.signs.astype(int)
    wanted = np.einsum("ia,ja,ka->ijk", xi, xi, xi)
    i, j, k = np.indices((N, N, N))
    wanted[(i == j) | (j == k) | (i == k)] = 0
    J = triples_of(patterns)
    assert np.array_equal(J[:, :, :N], wanted)
    assert not J[:, :, N:].any()
    assert J.nbytes == bytes_of_triples(N, K)


@pytest.mark.parametrize(("N", "K"), [(4, 1), (7, 5), (12, 65), (17, 700)])
def test_quadruples_are_the_sum_over_patterns_in_each_slab_once(N, K):
    patterns = Patterns.drawn(np.random.default_rng(N), K, N)
    xi, layout = patterns.signs.astype(int), quadruple_layout(N)
    four = quadruples_of(patterns)
    assert four.nbytes == bytes_of_quadruples(N)
    wanted = np.zeros_like(four)
    for m in range(N):
        for i in range(N):
            for j in range(i + 1, N):
                for k in range(j + 1, N):
                    if m not in (i, j, k):
                        place = layout[3, i] + layout[0, j] + k - j - 1 - layout[1, i]
                        wanted[m, place] = xi[i] @ (xi[j] * xi[k] * xi[m])
    assert np.array_equal(four, wanted)


def test_many_patterns_take_wider_integers():
    N, K = 5, 2**15 + 3
    same = Patterns.of(np.ones((N, K), np.int8))
    assert triples_of(same)[0, 1, 2] == quadruples_of(same).max() == K
    chain, plain = (
        chain_maker(k, DenseHebbian(4), kernel_tables(DenseHebbian(4), N, K), same)(same.pattern(0))
        for k in ("couplings", "patterns")
    )
    found, wanted = (c.advance(20, Metropolis(), 2.0, np.random.default_rng(1))[1] for c in (chain, plain))
    assert np.array_equal(found, wanted)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("P", "N", "K"), [
    (2, 12, 1), (2, 13, 5), (2, 60, 300), (3, 3, 1), (3, 3, 4), (3, 10, 1), (3, 31, 40), (3, 32, 300), (3, 64, 900), (4, 4, 1),
    (4, 5, 7), (4, 11, 30), (4, 18, 500), (4, 33, 40),
])  # fmt: skip
@pytest.mark.parametrize("added", [False, True])
def test_chains_equal_the_plain_ones_bit_for_bit(kind, P, N, K, added):
    if added and K < 4:
        pytest.skip("too few patterns to choose from")
    network, patterns = DenseHebbian(P, kind), Patterns.drawn(np.random.default_rng(1), K, N)
    tables = kernel_tables(network, N, K)
    extras = make_extras(network, tables, patterns, everything(N, K) if added else None, 0)
    fast, plain = (chain_maker(k, network, tables, patterns, extras)(patterns.pattern(0)) for k in ("couplings", "patterns"))
    accepted = []
    for seed, (T, method) in enumerate(MOVES):
        spins, trace = fast.advance(20, method, T, np.random.default_rng(seed))
        expected, same = plain.advance(20, method, T, np.random.default_rng(seed))
        assert np.array_equal(spins, expected)
        assert np.array_equal(trace, same)
        assert fast.energy == plain.energy == fast.recompute()[3]
        assert fast.m == int(fast.first.astype(int) @ fast.sigma)
        for i in range(N):  # every cached field is that of the spins
            assert fast.h[i] == int(fast.sigma[i]) * plain.a + patterns.signs[i].astype(np.int64) @ plain.b
        accepted.append(trace[:, 2].mean() / N)
    assert accepted[0] == 1.0


@pytest.mark.setups
def test_random_networks_run_the_same_by_couplings():
    rng = np.random.default_rng(5)
    for _ in range(SETUPS):
        P = int(rng.integers(2, 5))
        N, K, kind = int(rng.integers(P, 45)), int(np.exp(rng.uniform(0.0, 7.5))), KINDS[int(rng.integers(2))]
        network, patterns = DenseHebbian(P, kind), Patterns.drawn(rng, K, N)
        tables = kernel_tables(network, N, K)
        extras = make_extras(network, tables, patterns, everything(N, K) if K > 4 and rng.random() < 0.5 else None, 0)
        start = (2 * rng.integers(0, 2, N) - 1).astype(np.int8)
        chains = [chain_maker(k, network, tables, patterns, extras)(start) for k in ("couplings", "patterns")]
        for seed, T in enumerate((2.0, 0.5, 0.1)):
            found = [c.advance(8, Metropolis(), T, np.random.default_rng(seed)) for c in chains]
            assert all(np.array_equal(x, y) for x, y in zip(*found, strict=True)), (network, N, K, T)


def test_room_holds_what_is_collected():
    """Of couplings at the edge of 16 bits: what a pair may collect decides the type, not what it does collect."""
    patterns = Patterns.drawn(np.random.default_rng(1), 40, 12)
    four = quadruples_of(patterns)
    for most, dtype in ((100, np.int16), (32767, np.int32)):
        wide = Interactions(N=12, by=np.array([0, 0, 0, 0, 4]), four=(four // 40 * 0 + most * np.sign(four)).astype(np.int16))
        assert wide.room()[0].dtype == dtype
        assert wide.room()[1].dtype == np.int32


def test_fields_that_32_bits_do_not_hold_have_64():
    N = 400  # N (N - 1)/2 couplings of 32767 are more than 2^31
    four = np.lib.stride_tricks.as_strided(np.full(1, 32767, np.int16), (N, int(quadruple_layout(N)[3, N])), (0, 0))
    few = Interactions(N=N, by=np.array([0, 0, 0, 0, 4]), four=four)
    assert int(few.layout[0, N]) * 32767 >= 2**31
    with mock.patch("glassy.simulation.kernels.interactions.most_collected", return_value=1):
        assert few.room()[1].dtype == np.int64


@pytest.mark.parametrize("terms", [{2: 1.0}, {1: 0.2, 2: 1.0}])
def test_couplings_of_pairs_have_the_same_chains_in_32_and_64_bits(terms):
    drawn = SpinGlass(terms).couplings(1.0, 40, np.random.default_rng(1))
    up, found = np.ones(40, np.int8), []
    for narrow in (True, False):
        with mock.patch.object(CouplingChain, "narrow", narrow):
            chain = coupling_maker(drawn, Patterns.of(up[:, None]), None, 0)[0](up)
        assert chain.h.dtype == (np.int32 if narrow else np.int64)
        found.append((*chain.advance(60, Metropolis(), 0.8, np.random.default_rng(2)), chain.energy, chain.recompute()[3]))
    assert all(np.array_equal(a, b) for a, b in zip(*found, strict=True))
    assert found[0][2] == found[0][3]


def test_couplings_of_pairs_too_large_for_32_bits_have_64():
    drawn = SpinGlass({2: 1.0}).couplings(1.0, 40, np.random.default_rng(1))
    make = coupling_maker(drawn, Patterns.of(np.ones((40, 1), np.int8)), None, 0)[0]
    chain = make(np.ones(40, np.int8))
    most = int(np.abs(chain.interactions.two.astype(np.int64)).sum(axis=1).max())
    assert chain.narrow
    chain.interactions.by[2] = 2**31 // most + 1
    assert not chain.narrow


@pytest.mark.parametrize(("P", "part", "place"), [(2, "two", (3, 4)), (3, "three", (3, 4, 5)), (4, "four", (3, 40))])
def test_a_wrong_coupling_does_not_pass(P, part, place):
    network, patterns = DenseHebbian(P), Patterns.drawn(np.random.default_rng(1), 40, 31)
    chain, plain = (
        chain_maker(k, network, kernel_tables(network, 31, 40), patterns)(patterns.pattern(0))
        for k in ("couplings", "patterns")
    )
    getattr(chain.interactions, part)[place] += 20
    found, wanted = (c.advance(100, Metropolis(), 2.0, np.random.default_rng(1))[1] for c in (chain, plain))
    assert not np.array_equal(found, wanted)


def test_units_of_all_sizes_are_halves_of_each_other():
    for P in (2, 3, 4):
        for kind in KINDS:
            for N in range(P, 130):
                flips(DenseHebbian(P, kind), kernel_tables(DenseHebbian(P, kind), N, 1), N)


@pytest.mark.parametrize("P", [3, 4])
def test_simulations_do_not_depend_on_the_kernel(P):
    point = {"load": 0.3, "N": 24, "samples": 2, "sweeps": 60, "seed": 2}
    for options in ({"T": 0.4}, {"T": 0.2, "method": Annealing(1.0)}):
        a, b = (simulate(DenseHebbian(P), kernel=k, **point, **options) for k in ("couplings", "patterns"))
        assert a.kernel == "couplings"
        assert np.array_equal(a.series.energy, b.series.energy)
        assert np.array_equal(a.series.spins, b.series.spins)


@pytest.mark.parametrize("every", [1, 3, 7])
@pytest.mark.parametrize("P", [2, 3, 4])
def test_ladders_do_not_depend_on_the_kernel(P, every):
    point = {"load": 0.3, "N": 24, "samples": 2, "sweeps": 2500, "burn_in": 11, "seed": 2, "replicas": 2, "start": "random"}
    added = Perturbation(field=0.05, pattern_energies={1: 0.5}) if every == 3 else None
    if P == 4:
        point |= {"N": 16, "load": 1.0}
    options = {"T": [0.3, 0.6, 1.0, math.inf], "method": ReplicaExchange(every=every), "perturbation": added}
    a, b = (simulate(DenseHebbian(P), kernel=k, **point, **options) for k in ("couplings", "patterns"))
    assert a[0].kernel == "couplings"
    assert a.exchange.round_trips.sum() > 0
    assert np.array_equal(a.exchange.swaps, b.exchange.swaps)
    assert np.array_equal(a.exchange.round_trips, b.exchange.round_trips)
    for x, y in zip(a, b, strict=True):
        for name in ("energy", "m", "acceptance", "q", "spins", "renewals", "near_m"):
            assert np.array_equal(getattr(x.series, name), getattr(y.series, name)), name


def test_choice_of_cached_fields():
    network = DenseHebbian(3)
    assert choose_kernel(network, 60, 1200, T=[0.3], attempts=1e6) == "tensor"
    assert choose_kernel(network, 60, 1200, T=[0.3], attempts=1e3) != "tensor"  # it would not pay for itself
    assert choose_kernel(network, 200, 8000, T=[2.0], attempts=1e9) != "tensor"  # too much is accepted
    assert choose_kernel(network, 60, 1200, T=[0.3], attempts=1e6, room=1e5) != "tensor"
    assert choose_kernel(network, 1000, 10**5, T=[0.0], attempts=1e15) != "tensor"  # 2 or 4 GB
    assert choose_kernel(DenseHebbian(4), 48, 36864, T=[0.5], attempts=1e8) == "couplings"
    assert choose_kernel(DenseHebbian(4), 48, 36864, T=[1.0], attempts=1e8) == "couplings"
    assert choose_kernel(DenseHebbian(4), 48, 36864, T=[3.0], attempts=1e8) != "couplings"  # too much is accepted
    assert choose_kernel(DenseHebbian(4), 48, 36864, T=[0.5], attempts=1e4) != "couplings"  # it would not pay for itself
    assert choose_kernel(DenseHebbian(4), 300, 10**6, T=[0.0], attempts=1e15) != "couplings"  # 3 GB
    hot = [0.7 * 1.11**i for i in range(16)]
    assert choose_kernel(DenseHebbian(4), 32, 10923, T=hot, attempts=1e8) != "couplings"
    assert choose_kernel(DenseHebbian(4), 32, 10923, T=hot, attempts=1e8, every=1) == "couplings"  # a ladder is one call
    for width in (64, 32, 16):
        assert not fields_pay(3, 60, 1200, 1.0, (math.inf,), 1e12, width)
    assert bytes_of_chains("tensor", network, 100, 667, 2) > bytes_of_triples(100, 667)
    assert bytes_of_chains("couplings", DenseHebbian(4), 64, 667, 2) > bytes_of_quadruples(64)
    assert simulate(network, load=0.3, N=30, T=0.2, sweeps=20_000, seed=1).kernel == "tensor"


@pytest.mark.parametrize("kernel", CACHED)
def test_what_has_no_such_couplings_is_refused(kernel):
    P = CACHED[kernel]
    for other in (*(DenseHebbian(k) for k in (2, 3, 4, 5) if k != P and (P or k > 4)), SeparableMemory(np.zeros(31))):
        with pytest.raises(InputError, match=r"must be a DenseHebbian"):
            choose_kernel(other, 30, 100, kernel)


@pytest.mark.parametrize("P", [3, 4])
@pytest.mark.parametrize(
    ("load", "T"), [(0.2, 0.3), (0.2, 1.0), (0.5, 0.2), (1.0, 0.2), (1.0, 0.5), (4.0, 0.8), (4.0, 1.2), (1.0, 2.0)]
)
def test_the_estimate_of_what_is_accepted_is_not_too_low(P, load, T):
    r = simulate(DenseHebbian(P), load=load, N=30, T=T, sweeps=200, samples=4, seed=1, start="random")
    assert float(r.acceptance) < most_accepted(P, load, T) + 4 * r.acceptance.error
