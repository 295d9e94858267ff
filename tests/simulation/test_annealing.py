"""Annealing and quenches: the same moves at other temperatures, local minima by brute force, basins of attraction."""

import math

import numpy as np
import pytest
from small import energy_by_definition, same

import glassy
from glassy import Annealing, DenseHebbian, Glauber, InputError, Metropolis, Quench, ReplicaExchange, simulate
from glassy.simulation.sampler import walk

POINT = {"load": 0.3, "T": 0.4, "N": 24, "sweeps": 60, "burn_in": 45, "seed": 3, "start": "random", "samples": 2}
DYNAMICS = [Metropolis(), Glauber("sequential")]


@pytest.mark.parametrize("shape", ["geometric", "linear", "beta"])
@pytest.mark.parametrize("dynamics", DYNAMICS, ids=repr)
@pytest.mark.parametrize("P", [2, 3])
def test_annealing_at_constant_T_is_its_dynamics_bit_for_bit(P, dynamics, shape):
    network = DenseHebbian(P)
    for T in (0.4, 0.1, 1.0 / 3.0):
        plain = simulate(network, **{**POINT, "T": T}, method=dynamics)
        assert same(simulate(network, **{**POINT, "T": T}, method=Annealing(T, dynamics, shape)), plain)
    short = {**POINT, "burn_in": 4}  # the same random numbers soon bring the same state, wherever it began
    assert not same(
        simulate(network, **short, method=Annealing(4.0, dynamics, shape)), simulate(network, **short, method=dynamics)
    )


def test_M7_equal_steps_of_ln_T_of_T_and_of_beta():
    for shape, f in (("geometric", np.log), ("linear", lambda T: T), ("beta", lambda T: 1.0 / T)):
        T = Annealing(2.0, shape=shape).temperatures(0.3, 50)
        assert T[0] == 2.0
        path = f(np.append(T, 0.3))
        assert np.allclose(np.diff(path), (path[-1] - path[0]) / 50, rtol=1e-10)
    T = Annealing(math.inf, shape="beta").temperatures(0.3, 50)
    assert T[0] == math.inf
    assert np.allclose(1.0 / T, np.arange(50) / 50 / 0.3)
    assert np.allclose(Annealing(2.0, shape="linear").temperatures(0.0, 4), [2.0, 1.5, 1.0, 0.5])


@pytest.mark.parametrize("dynamics", DYNAMICS, ids=repr)
def test_every_sweep_of_burn_in_has_its_temperature(dynamics):
    u, method = np.random.default_rng(1).random((7, 5)), Annealing(2.0, dynamics, "linear")
    T = method.temperatures(0.0, 20)
    found = method.cooling(0.0, 20, 10, 7).thresholds(u, 0.0)
    for row, v, t in zip(found, u, T[10:17], strict=True):
        assert np.array_equal(row, dynamics.thresholds(v, t))


def test_the_run_measures_at_T():
    """Energies after annealing against enumeration; the twin measures at T_start."""
    network, options = DenseHebbian(3), {"load": 0.6, "N": 9, "seed": 5, "start": "random", "sweeps": 40_000, "burn_in": 300}
    options["samples"] = 1  # the one that is enumerated
    exact = glassy.enumerate_states(network, load=0.6, T=0.9, N=9, seed=5).energy
    r = simulate(network, T=0.9, method=Annealing(1.2), **options)
    assert abs(r.energy - exact) <= 4 * r.energy.error
    twin = simulate(network, T=1.2, **options)
    assert abs(twin.energy - exact) > 10 * twin.energy.error


@pytest.mark.parametrize("shape", ["geometric", "linear", "beta"])
def test_annealed_energies_lie_below_those_of_a_quench(shape):
    """In the glass (P = 3, T = 0.02) of the same samples; the quench and a run at T from the start get as many sweeps."""
    options = {"load": 1.0, "N": 60, "seed": 7, "start": "random", "samples": 12, "replicas": 4, "sweeps": 20, "burn_in": 1500}
    annealed = simulate(DenseHebbian(3), T=0.02, method=Annealing(2.0, shape=shape), **options)
    quenched = simulate(DenseHebbian(3), T=0.0, method=Quench(), **options)
    plain = simulate(DenseHebbian(3), T=0.02, **options)
    assert np.all(quenched.settled)
    for other in (quenched, plain):
        gain = other.series.energy.mean(axis=(1, 2)) - annealed.series.energy.mean(axis=(1, 2))
        assert gain.mean() > 0.1
        assert gain.mean() > 6 * gain.std(ddof=1) / math.sqrt(12)


@pytest.mark.parametrize("order", ["random", "sequential"])
@pytest.mark.parametrize("network", [DenseHebbian(2), DenseHebbian(3), DenseHebbian(4, "self-interacting")], ids=repr)
def test_a_quench_goes_down_and_ends_in_a_local_minimum(network, order):
    """Against the energy by definition of every single flip; some chains are stopped before they arrive."""
    options = {"load": 0.8, "T": 0.0, "N": 12, "seed": 2, "start": "random", "burn_in": 0, "samples": 4}
    found = []
    for sweeps in (1, 2, 40):
        r = simulate(network, method=Quench(order), sweeps=sweeps, **options)
        assert np.all(np.diff(r.series.energy, axis=-1) <= 0.0)
        assert np.array_equal(r.final_m, r.series.m[..., -1])
        assert np.array_equal(r.start_m, simulate(network, sweeps=1, **options).start_m)
        for k in range(4):
            xi = glassy.draw_patterns(r.K, 12, seed=2, sample=k).T
            for j in range(2):
                sigma = r.series.spins[k, j]
                flips = np.where(np.eye(12, dtype=bool), -sigma, sigma)
                lowest = min(energy_by_definition(network.P, network.interactions, xi, s) for s in flips)
                settled = lowest >= energy_by_definition(network.P, network.interactions, xi, sigma)
                assert r.settled[k, j] == settled
                assert r.final_m[k, j] == xi[:, 0].astype(int) @ sigma / 12
                found.append(settled)
    assert r.settled.all()
    assert not all(found)


@pytest.mark.parametrize("P", [2, 3])
@pytest.mark.parametrize("order", ["random", "sequential"])
def test_stopping_early_changes_no_number(P, order, monkeypatch):
    advanced, kept = [0], walk.Walk._move  # private: nothing public counts sweeps that were left out

    def counted(self, r, spins, rows):
        advanced[0] += 0 if self.absorbed[0, r] else spins.shape[1]
        kept(self, r, spins, rows)

    monkeypatch.setattr(walk.Walk, "_move", counted)
    options = {"load": 0.4, "T": 0.0, "N": 50, "seed": 4, "start": "random", "sweeps": 400, "burn_in": 7}
    options |= {"samples": 1, "replicas": 3}
    early = simulate(DenseHebbian(P), method=Quench(order), threads=1, **options)
    few, advanced[0] = advanced[0], 0
    monkeypatch.setattr(walk, "is_local_minimum", lambda *_: False)
    late = simulate(DenseHebbian(P), method=Quench(order), threads=1, **options)
    assert same(early, late)
    assert advanced[0] == 3 * 407
    assert few < 3 * 150
    assert early.settled.all()


def test_a_quench_rejects_ties():
    """M = 1 -> -1 costs nothing at P = 2: Metropolis moves there, the quench rests."""
    xi, start = np.ones((1, 3), np.int8), np.array([1, -1, 1], np.int8)
    r = simulate(DenseHebbian(2), T=0.0, patterns=xi, start=start, sweeps=50, burn_in=0, seed=1, method=Quench())
    assert np.all(r.final_m == 1.0)  # M = 1 -> 3 goes down
    dE, u = np.array([-1e-9, 0.0, 1e-9]), np.array([0.0, 0.5, 1.0 - 2.0**-53])
    assert Quench().acceptance(dE, 0.0).tolist() == [1.0, 0.0, 0.0]
    assert np.array_equal(dE[:, None] <= Quench().thresholds(u, 0.0), np.array([[True] * 3, [False] * 3, [False] * 3]))
    flat = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]])  # orthogonal: every state costs the same
    still = simulate(DenseHebbian(2), T=0.0, patterns=flat, sweeps=20, burn_in=0, seed=1, method=Quench())
    assert np.all(still.series.acceptance == 0.0)
    assert still.settled.all()
    assert simulate(DenseHebbian(2), T=0.0, patterns=flat, sweeps=20, burn_in=0, seed=1).acceptance == 1.0


def test_basins_of_attraction():
    options = {"load": 0.1, "T": 0.0, "N": 100, "seed": 6, "sweeps": 60, "burn_in": 0, "samples": 3, "method": Quench()}
    near = simulate(DenseHebbian(3), start_overlap=0.9, **options)
    far = simulate(DenseHebbian(3), start_overlap=0.1, **options)
    assert np.all(simulate(DenseHebbian(3), **options).final_m > 0.97)
    assert np.all(near.start_m == 0.9)
    assert np.all(near.final_m > 0.97)
    assert np.all(far.start_m == 0.1)
    assert np.all(far.final_m < 0.6)
    assert near.settled.all()
    assert far.settled.all()


def test_settled_of_any_dynamics_at_T_0_and_of_none_above(tmp_path):
    options = {"load": 0.3, "N": 24, "seed": 3, "start": "random", "sweeps": 100}
    r = simulate(DenseHebbian(3), T=0.0, samples=2, **options)
    assert r.settled.shape == (2, 2)
    assert r.settled.all()
    assert np.array_equal(glassy.load(r.save(tmp_path / "r")).settled, r.settled)
    with pytest.raises(InputError, match=r"settled is known of runs at T = 0, got T=0.4"):
        _ = simulate(DenseHebbian(3), T=0.4, **options).settled


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Annealing(0.0), "T_start must be > 0, got 0"),
        (lambda: Annealing(-1.0), "T_start must be a number >= 0, got -1"),
        (lambda: Annealing(math.nan), "T_start must be a number >= 0, got nan"),
        (lambda: Annealing(math.inf), "T_start must be finite with shape='geometric', got inf. Give shape='beta'"),
        (lambda: Annealing(1.0, shape="cubic"), "shape must be one of"),
        (lambda: Annealing(1.0, Quench()), "dynamics must be"),
        (lambda: Quench("up"), "order must be one of"),
        (lambda: ReplicaExchange(Annealing(1.0)), "dynamics must be"),
        (lambda: ReplicaExchange(Quench()), "dynamics must be"),
    ],
)
def test_bad_methods(make, message):
    with pytest.raises(InputError, match=message):
        make()


@pytest.mark.parametrize(
    ("method", "change", "message"),
    [
        (Quench(), {"T": 0.1}, r"T must be 0 with Quench\(\), got 0.1. Give T=0.0"),
        (Quench(), {"T": [0.0, 0.1]}, r"T must be 0 with Quench\(\), got 0.1"),
        (Annealing(1.0), {"T": 0.0}, "T must be > 0 with Annealing and shape='geometric', got 0. Give shape='linear'"),
        (Annealing(1.0, shape="beta"), {"T": 0.0}, "T must be > 0 with Annealing and shape='beta'"),
        (Annealing(1.0), {"T": 1.5}, "T must be finite and <= T_start=1 with Annealing, got 1.5"),
        (Annealing(math.inf, shape="beta"), {"T": math.inf}, "T must be finite and <= T_start=inf"),
        (Annealing(1.0), {"burn_in": 0}, "burn_in must be >= 1 with Annealing, got 0"),
        (Annealing(1.0), {"sweeps": 3, "burn_in": None}, "burn_in must be >= 1 with Annealing, got 0"),
    ],
)
def test_bad_state_points(method, change, message):
    with pytest.raises(InputError, match=message):
        simulate(DenseHebbian(3), **{**POINT, **change}, method=method)


def test_a_folder_knows_its_annealing(tmp_path):
    a = simulate(DenseHebbian(3), **POINT, method=Annealing(2), out=tmp_path)
    assert a.method == Annealing(2.0)
    assert "Annealing(T_start=2.0, dynamics=Metropolis(order='random'), shape='geometric')" in repr(a)
    assert same(simulate(DenseHebbian(3), **POINT, method=Annealing(2.0), out=tmp_path), a)
    for other in (Annealing(3.0), Annealing(2.0, Glauber()), Annealing(2.0, shape="linear"), Metropolis()):
        with pytest.raises(InputError, match="differs in method"):
            simulate(DenseHebbian(3), **POINT, method=other, out=tmp_path)
    assert repr(glassy.load(a.save(tmp_path / "samples"))) == repr(a)
