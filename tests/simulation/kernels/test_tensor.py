"""P = 3 by the coupling tensor (M.1): against sums by hand, and against the portable kernel bit for bit."""

import math

import numpy as np
import pytest
from small import everything

from glassy import Annealing, DenseHebbian, Glauber, InputError, Metropolis, ReplicaExchange, SeparableMemory, simulate
from glassy.model.patterns import Patterns
from glassy.simulation.kernels.choose import bytes_of_chains, chain_maker, choose_kernel
from glassy.simulation.kernels.extras import make_extras
from glassy.simulation.kernels.tables import kernel_tables
from glassy.simulation.kernels.tensor import bytes_of_tensor, most_accepted, tensor, tensor_pays

MOVES = [(1e9, Metropolis()), (math.inf, Metropolis()), (1.5, Metropolis()), (0.6, Glauber("sequential"))]
MOVES += [(0.2, Metropolis()), (0.0, Metropolis())]
KINDS = ("distinct", "self-interacting")


@pytest.mark.parametrize(("N", "K"), [(3, 1), (6, 5), (11, 64), (12, 65), (33, 700)])
def test_tensor_is_the_sum_over_patterns(N, K):
    patterns = Patterns.drawn(np.random.default_rng(N), K, N)
    xi = patterns.signs.astype(int)
    wanted = np.einsum("ia,ja,ka->ijk", xi, xi, xi)
    i, j, k = np.indices((N, N, N))
    wanted[(i == j) | (j == k) | (i == k)] = 0
    J = tensor(patterns)
    assert np.array_equal(J[:, :, :N], wanted)
    assert not J[:, :, N:].any()
    assert J.nbytes == bytes_of_tensor(N, K)


def test_many_patterns_take_wider_integers():
    N, K = 5, 2**15 + 3
    xi = np.ones((N, K), np.int8)
    assert tensor(Patterns.of(xi))[0, 1, 2] == K


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("N", "K"), [(3, 1), (3, 4), (10, 1), (31, 40), (32, 300), (64, 900)])
@pytest.mark.parametrize("added", [False, True])
def test_tensor_chains_equal_the_plain_ones_bit_for_bit(kind, N, K, added):
    if added and K < 4:
        pytest.skip("too few patterns to choose from")
    network, patterns = DenseHebbian(3, kind), Patterns.drawn(np.random.default_rng(1), K, N)
    tables = kernel_tables(network, N, K)
    extras = make_extras(network, tables, patterns, everything(N, K) if added else None, 0)
    fast, plain = (chain_maker(k, network, tables, patterns, extras)(patterns.pattern(0)) for k in ("tensor", "patterns"))
    accepted = []
    for seed, (T, method) in enumerate(MOVES):
        spins, trace = fast.advance(20, method, T, np.random.default_rng(seed))
        expected, same = plain.advance(20, method, T, np.random.default_rng(seed))
        assert np.array_equal(spins, expected)
        assert np.array_equal(trace, same)
        assert fast.energy == plain.energy == fast.recompute()[3]
        for i in range(N):  # every cached field is that of the spins
            assert fast.h[i] == int(fast.sigma[i]) * plain.a + patterns.signs[i].astype(np.int64) @ plain.b
        accepted.append(trace[:, 2].mean() / N)
    assert accepted[0] == 1.0


def test_a_wrong_coupling_does_not_pass():
    network, patterns = DenseHebbian(3), Patterns.drawn(np.random.default_rng(1), 40, 31)
    chain, plain = (
        chain_maker(k, network, kernel_tables(network, 31, 40), patterns)(patterns.pattern(0)) for k in ("tensor", "patterns")
    )
    chain.J[3, 4, 5] += 20
    found, wanted = (c.advance(100, Metropolis(), 2.0, np.random.default_rng(1))[1] for c in (chain, plain))
    assert not np.array_equal(found, wanted)


def test_simulations_do_not_depend_on_the_kernel():
    point = {"load": 0.3, "N": 40, "samples": 2, "sweeps": 60, "seed": 2}
    for options in ({"T": 0.4}, {"T": [0.3, 0.6, 1.0], "method": ReplicaExchange()}, {"T": 0.2, "method": Annealing(1.0)}):
        a, b = (simulate(DenseHebbian(3), kernel=k, **point, **options) for k in ("tensor", "patterns"))
        for x, y in zip(*(r if isinstance(options["T"], list) else [r] for r in (a, b)), strict=True):
            assert x.kernel == "tensor"
            assert np.array_equal(x.series.energy, y.series.energy)
            assert np.array_equal(x.series.spins, y.series.spins)


def test_choice_of_the_tensor():
    network = DenseHebbian(3)
    assert choose_kernel(network, 60, 1200, T=[0.3], attempts=1e6) == "tensor"
    assert choose_kernel(network, 60, 1200, T=[0.3], attempts=1e3) != "tensor"  # it would not pay for itself
    assert choose_kernel(network, 200, 8000, T=[2.0], attempts=1e9) != "tensor"  # too much is accepted
    assert choose_kernel(network, 60, 1200, T=[0.3], attempts=1e6, room=1e5) != "tensor"
    assert choose_kernel(DenseHebbian(4), 60, 1200, T=[0.0], attempts=1e12) != "tensor"
    assert choose_kernel(network, 1000, 10**5, T=[0.0], attempts=1e15) != "tensor"  # 2 or 4 GB
    for width in (64, 32, 16):
        assert not tensor_pays(60, 1200, (math.inf,), 1e12, width)
    assert bytes_of_chains("tensor", network, 100, 667, 2) > bytes_of_tensor(100, 667)
    assert simulate(network, load=0.3, N=30, T=0.2, sweeps=20_000, seed=1).kernel == "tensor"
    for other in (DenseHebbian(2), DenseHebbian(4), SeparableMemory(np.zeros(31))):
        with pytest.raises(InputError, match=r"must be a DenseHebbian\(P=3\)"):
            choose_kernel(other, 30, 100, "tensor")


@pytest.mark.parametrize(("load", "T"), [(0.2, 0.3), (0.2, 1.0), (1.0, 0.5), (1.0, 2.0)])
def test_the_estimate_of_what_is_accepted_is_not_too_low(load, T):
    r = simulate(DenseHebbian(3), load=load, N=40, T=T, sweeps=300, samples=4, seed=1, start="random")
    assert float(r.acceptance) < most_accepted(load, T) + 4 * r.acceptance.error
