"""A user's couplings in simulation: lists and tables give the same numbers, enumeration the averages and ground states."""

import itertools
import tracemalloc

import numpy as np
import pytest

from glassy import (
    Couplings,
    Ensemble,
    InputError,
    MemoryLimitError,
    Metropolis,
    Quench,
    ReplicaExchange,
    SpinGlass,
    enumerate_states,
    read_ensemble,
    simulate,
)
from glassy.model.patterns import Patterns
from glassy.simulation.kernels import interactions
from glassy.simulation.kernels.cached import coupling_maker
from glassy.simulation.kernels.interactions import bytes_of_given


def random_terms(N, seed, counts, integers=True):
    rng, terms = np.random.default_rng(seed), {}
    for p, n in counts.items():
        every = list(itertools.combinations(range(N), p))
        for k in rng.permutation(len(every))[:n]:
            terms[every[k]] = int(rng.integers(1, 5)) * int(rng.choice([-1, 1])) if integers else float(rng.normal())
    return terms


@pytest.mark.parametrize("counts", [{2: 30}, {3: 60}, {4: 90}, {1: 9, 2: 20, 3: 40, 4: 60}], ids=str)
def test_lists_and_tables_give_the_same_numbers(counts, monkeypatch):
    N, terms = 11, random_terms(11, 1, counts)
    couplings = Couplings(terms, N).integers
    up = Patterns.of(np.ones((N, 1), np.int8))
    start = np.where(np.arange(N) % 3, 1, -1).astype(np.int8)
    found = []
    for full in (10**9, 0):  # tables always; lists always
        monkeypatch.setattr(interactions, "FULL", dict.fromkeys((2, 3, 4), full))
        make, _ = coupling_maker(couplings, up, None, 0)
        chain = make(start)
        listed = sum(n for p, n in counts.items() if p > 1)
        assert (len(chain.interactions.listed.values) > 0) == (full == 0 and listed > 0)
        found.append(chain.advance(40, Metropolis(), 2.0, np.random.default_rng(2)))
        assert chain.energy == couplings.energy(chain.sigma) == chain.recompute()[3]
    for a, b in zip(*found, strict=True):
        assert np.array_equal(a, b)


@pytest.mark.parametrize("integers", [True, False])
def test_averages_and_ground_states_against_enumeration(integers):
    N, counts = 9, {1: 3, 2: 12, 3: 20, 4: 20}
    network, other = (Couplings(random_terms(N, seed, counts, integers), N) for seed in (3, 4))
    run = simulate(network, T=[2.0, 4.0, 8.0], seed=1, samples=1, replicas=4, sweeps=6000, method=ReplicaExchange())
    exact, wrong = (enumerate_states(c, T=2.0) for c in (network, other))
    for name in ("energy", "m", "q", "q2"):
        estimate = getattr(run[0], name)
        assert abs(float(estimate) - getattr(exact, name)) < 4.5 * estimate.thermal
    assert abs(float(run[0].energy) - wrong.energy) > 5 * run[0].energy.thermal
    low = simulate(network, T=0.0, seed=1, samples=1, replicas=60, sweeps=60, method=Quench())
    lowest = low.series.energy[0, :, -1].argmin()
    ground = enumerate_states(network, T=0.0).free_energy
    assert low.series.energy[0, lowest, -1] == pytest.approx(ground, rel=1e-12)
    assert float(network.energy(low.series.spins[0, lowest])) == pytest.approx(N * ground, rel=1e-12)


@pytest.mark.parametrize("key", [(0, 1), (0, 1, 2), (0, 1, 2, 3)])
def test_energies_at_the_edge_of_64_bits_are_right(key):
    network = Couplings({key: -(2**60 - 16)}, 10)
    run = simulate(network, T=1e17, samples=1, sweeps=3, seed=1, start=np.ones(10, np.int8))
    for chain in range(2):
        last = float(network.energy(run.series.spins[0, chain]))
        assert run.series.energy[0, chain, -1] * 10 == pytest.approx(last, rel=1e-12)
    assert network.rounding <= 16.0


def test_random_floats_with_a_common_unit_are_right():
    rng, terms = np.random.default_rng(1), {}
    planted = rng.choice([-1, 1], 40)
    for _ in range(120):
        key = tuple(sorted(rng.permutation(40)[:4].tolist()))
        terms[key] = -rng.uniform(0.5, 1.0) * float(np.prod(planted[list(key)]))
    network = Couplings(terms, 40)
    run = simulate(network, T=0.05, samples=1, sweeps=3, seed=1, start=planted)
    assert run.series.energy[0, 0, -1] * 40 == pytest.approx(float(network.energy(run.series.spins[0, 0])))
    assert run.series.pattern_energy[0] * 40 == pytest.approx(float(network.energy(np.ones(40))))


def test_memory_of_lists_is_asked_for():
    rng = np.random.default_rng(1)
    network = Couplings({key: rng.normal() for key in itertools.combinations(range(30), 4)}, 30)
    assert not network.short
    with pytest.raises(MemoryLimitError, match="Lower N"):
        simulate(network, T=1.0, samples=1, sweeps=5, seed=1, max_bytes=3_000_000)
    tracemalloc.start()
    simulate(network, T=1.0, samples=1, sweeps=5, seed=1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < bytes_of_given(network.coupling_counts(30), 30, 2, network.short) + 2**20


def test_ensembles_of_couplings(tmp_path):
    e = Ensemble(Couplings({(0, 1, 2): 1.0, (3, 4): 1.0}), temperatures=(0.5, 0.7), samples=2, seed=1, sweeps=20)
    e.run(tmp_path, progress=False)
    assert {row.T for row in read_ensemble(tmp_path).rows} == {0.5, 0.7}
    with pytest.raises(InputError, match="either loads or K"):
        Ensemble(SpinGlass({2: 1.0}), sizes=8, temperatures=0.5, samples=2, seed=1)


def test_a_large_sparse_instance_runs():
    """A planted system of parities of triples, three to a spin: its energy at the start is minus their number."""
    N, rng = 3000, np.random.default_rng(1)
    triples = {tuple(sorted(rng.permutation(N)[:3].tolist())) for _ in range(N)}
    network = Couplings(dict.fromkeys(triples, -1), N)
    run = simulate(network, T=0.05, seed=1, samples=1, replicas=1, sweeps=2, burn_in=0, start=np.ones(N, np.int8))
    assert run.series.energy[0, 0, -1] * N == pytest.approx(-len(triples))
    hot = simulate(network, T=3.0, seed=1, samples=1, replicas=1, sweeps=5, start="random")
    assert float(network.energy(hot.series.spins[0, 0])) == pytest.approx(hot.series.energy[0, 0, -1] * N)


def test_what_couplings_do_not_have():
    network = Couplings({(0, 1): 1.0})
    with pytest.raises(InputError, match="needs no load"):
        simulate(network, load=1.0, T=1.0, seed=1)
    with pytest.raises(InputError, match="N must be 2"):
        simulate(network, T=1.0, N=3, seed=1)
    run = simulate(network, T=1.0, seed=1, samples=2, sweeps=20)
    assert (run.K, run.N) == (0, 2)
    assert "load" not in repr(run)
    with pytest.raises(InputError, match="has no|must have"):
        _ = run.load
