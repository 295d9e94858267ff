"""C.3: imperfect synapses against sums by hand, against enumeration, and against the perfect network at another load."""

import math
from itertools import combinations

import numpy as np
import pytest

from glassy import (
    DenseHebbian,
    ImperfectSynapses,
    InputError,
    Perturbation,
    ReplicaExchange,
    compare,
    enumerate_states,
    load,
    save,
    simulate,
    solve,
    spinodal,
)
from glassy.model.patterns import Patterns, draw_patterns

KINDS = [{"noise": 0.5}, {"kept": 0.5}, {"clipped": True}]


def stored(P, kind, N=9, K=12, seed=1):
    xi = draw_patterns(K, N, seed)
    network = ImperfectSynapses(DenseHebbian(P), **kind)
    found = network.stored_couplings(Patterns.of(xi.T), np.random.default_rng(5))
    perfect = np.array([int(np.prod(xi[:, list(s)], axis=1, dtype=np.int64).sum()) for s in combinations(range(N), P)])
    in_H = -found.terms[0].values * float(found.unit) / (math.factorial(P) / (2 * N ** (P - 1)))  # in units of the sums
    return in_H, perfect, K


@pytest.mark.parametrize("P", [2, 3, 4])
def test_each_kind_is_what_it_says(P):
    noisy, perfect, _ = stored(P, {"noise": 0.5})
    added = noisy - perfect
    wanted = 0.5 * math.sqrt(2 * 9 ** (P - 1) / math.factorial(P))
    assert abs(added.mean()) < 4 * wanted / math.sqrt(added.size)
    assert abs(added.std() / wanted - 1.0) < 4 / math.sqrt(2 * added.size)
    half, perfect, _ = stored(P, {"kept": 0.5})
    assert np.all((half == 0.0) | np.isclose(half, 2.0 * perfect, rtol=1e-12))
    share = (half[perfect != 0] != 0.0).mean()
    assert abs(share - 0.5) < 2 / math.sqrt(half.size)
    signs, perfect, K = stored(P, {"clipped": True})
    assert np.allclose(np.abs(signs), math.sqrt(math.pi * K / 2), rtol=1e-12)
    assert np.array_equal(np.sign(signs)[perfect != 0], np.sign(perfect)[perfect != 0])
    assert len(set(np.sign(signs)[perfect == 0])) == 2


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("P", [2, 3, 4])
def test_a_ladder_agrees_with_all_states(P, kind):
    network, point = ImperfectSynapses(DenseHebbian(P), **kind), {"K": 8, "N": 9, "seed": 3}
    run = simulate(network, T=[0.7, 1.2, 3.0], samples=1, replicas=4, sweeps=4000, method=ReplicaExchange(), **point)
    exact = enumerate_states(network, T=0.7, **point)
    perfect = enumerate_states(DenseHebbian(P), T=0.7, **point)
    for name in ("energy", "m_abs", "q2"):
        estimate = getattr(run[0], name)
        assert abs(float(estimate) - getattr(exact, name)) < 4.5 * estimate.thermal, name
    assert abs(exact.energy - perfect.energy) > 0.003
    assert run[0].K == exact.K == 8


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_the_theory_is_that_of_another_load(kind):
    """P = 3, N = 128, effective load 0.25, T = 0.3: m = 0.9694, which at load 0.125 would be 0.995."""
    network = ImperfectSynapses(DenseHebbian(3), **(kind if "noise" not in kind else {"noise": math.sqrt(0.125)}))
    real = 0.125 if not network.clipped else 0.25 * 2 / math.pi
    assert network.effective_load(real) == pytest.approx(0.25)
    run = simulate(network, load=real, T=0.3, N=128, samples=12, sweeps=300, seed=2)
    theory = solve(network, real, 0.3)
    assert run.status.ok
    rows = {row.observable: row for row in compare(theory, run).rows}
    assert abs(float(run.m) - theory.m) < 4 * run.m.error + 0.012  # 1/N
    assert float(run.m) < 0.985
    assert rows["m"].theory == pytest.approx(solve(DenseHebbian(3), network.effective_load(run.load), 0.3).m, abs=1e-12)
    wrong = solve(DenseHebbian(3), run.load, 0.3)
    with pytest.raises(InputError, match="one network"):
        compare(wrong, run)


def test_energies_of_patterns_of_their_own_are_refused():
    network, point = ImperfectSynapses(DenseHebbian(3), noise=0.3), {"K": 5, "T": 0.6, "N": 9, "seed": 1}
    for ask in (simulate, enumerate_states):
        with pytest.raises(InputError, match="no energy of its own for a pattern"):
            ask(network, perturbation=Perturbation(pattern_energies={0: 2.0}), **point)


def test_runs_are_kept_and_read(tmp_path):
    network = ImperfectSynapses(DenseHebbian(4), noise=0.25)
    run = simulate(network, load=0.1, T=0.4, N=16, samples=2, sweeps=30, seed=1, out=tmp_path / "kept")
    again = simulate(network, load=0.1, T=0.4, N=16, samples=3, sweeps=30, seed=1, out=tmp_path / "kept")
    assert np.array_equal(again.series.energy[:2], run.series.energy)
    save(run, tmp_path / "run.npz")
    assert load(tmp_path / "run.npz").network == network
    one = simulate(network, patterns=draw_patterns(8, 16, 1), T=0.4, sweeps=30, seed=1)
    assert one.K == 8
    assert one.pattern_overlaps(draw_patterns(8, 16, 1)).shape == (1, 2, 8)


@pytest.mark.parametrize(("network", "kind", "said"), [
    (DenseHebbian(5), {"noise": 1.0}, "P <= 4"),
    (DenseHebbian(3, "self-interacting"), {"noise": 1.0}, "distinct"),
    (DenseHebbian(3), {}, "exactly one"),
    (DenseHebbian(3), {"noise": 0.1, "kept": 0.5}, "exactly one"),
    (DenseHebbian(3), {"kept": 0.0}, "kept must be > 0"),
    (DenseHebbian(3), {"kept": 1.5}, "kept must"),
    (DenseHebbian(3), {"noise": -1.0}, "noise must"),
    (DenseHebbian(3), {"noise": 1e150}, "noise must"),
])  # fmt: skip
def test_others_are_refused(network, kind, said):
    with pytest.raises(InputError, match=said):
        ImperfectSynapses(network, **kind)
    if "noise" in kind:
        with pytest.raises(InputError, match="P must be > 2"):
            ImperfectSynapses(DenseHebbian(2), noise=1.0).effective_load(0.1)


@pytest.mark.parametrize("options", [{"noise": 0.4}, {"kept": 0.3}, {"clipped": True}])
def test_loads_of_boundaries_are_turned_back(options):
    network = ImperfectSynapses(DenseHebbian(4), **options)
    assert network.stored_load(network.effective_load(0.13)) == pytest.approx(0.13, abs=1e-15)
    with pytest.raises(InputError, match="stored_load"):
        spinodal(network, T=0.3)


def test_noise_that_leaves_no_boundary_is_refused():
    with pytest.raises(InputError, match="effective_load must be >= 4"):
        ImperfectSynapses(DenseHebbian(3), noise=2.0).stored_load(0.5)
