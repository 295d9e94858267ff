"""Spin glasses by their couplings: simulation against enumeration and against theory, and what they do not have."""

import math

import numpy as np
import pytest

from glassy import (
    Annealing,
    DenseHebbian,
    Ensemble,
    Estimate,
    FullRSB,
    Glauber,
    InputError,
    Metropolis,
    Perturbation,
    Quench,
    ReplicaExchange,
    SpinGlass,
    compare,
    compare_starts,
    enumerate_states,
    extrapolate,
    load,
    read_ensemble,
    save,
    simulate,
    solve,
    transition_matrix,
)
from glassy.model.patterns import pattern_generator

SK = SpinGlass({2: 1.0})
MIXED = SpinGlass({1: 0.2, 2: 0.5, 3: 1.0, 4: 0.5})
LADDER = [0.5, 0.7, 1.0, 1.6, math.inf]


@pytest.mark.parametrize("network", [SK, SpinGlass({3: 1.0}), SpinGlass({4: 1.0}, "signs"), MIXED], ids=repr)
@pytest.mark.parametrize("dynamics", [Metropolis(), Glauber("sequential")], ids=repr)
@pytest.mark.filterwarnings("ignore::glassy.EquilibrationWarning")  # one rung of forty by chance
def test_a_ladder_agrees_with_all_states(network, dynamics):
    point = {"load": 1.0, "N": 9, "seed": 6}
    run = simulate(network, T=LADDER, samples=1, replicas=4, sweeps=6000, method=ReplicaExchange(dynamics), **point)
    for rung in run:
        exact, other = (enumerate_states(network, T=rung.T, **(point | {"seed": seed})) for seed in (6, 5))
        for name in ("energy", "m", "q", "q2", "m_abs"):
            estimate = getattr(rung, name)
            assert abs(float(estimate) - getattr(exact, name)) < 4.5 * max(estimate.thermal, 1e-12), (name, rung.T)
        if rung.T == 0.5:  # the couplings of another seed would be seen
            assert abs(float(rung.energy) - other.energy) > 5 * rung.energy.thermal
    exact = enumerate_states(network, T=0.5, **point)
    found = run.minus_beta_f()[0]
    assert abs(float(found) + exact.free_energy / 0.5) < 0.03


def test_energies_and_fields_are_those_of_the_literal_sum():
    run = simulate(MIXED, load=0.7, T=0.6, N=11, seed=2, samples=2, sweeps=30, start="random")
    for sample in range(2):
        drawn = MIXED.couplings(0.7, 11, pattern_generator(2, 11, 0, sample))
        for replica in range(2):
            energy = drawn.energy(run.series.spins[sample, replica]) * float(drawn.unit) / 11
            assert run.series.energy[sample, replica, -1] == pytest.approx(energy, rel=1e-12)
            assert run.series.m[sample, replica, -1] == run.series.spins[sample, replica].mean()


def test_a_field_is_added():
    point = {"load": 1.0, "N": 9, "seed": 4, "perturbation": Perturbation(field=0.4)}
    exact = enumerate_states(SK, T=0.9, **point)
    run = simulate(SK, T=0.9, samples=1, replicas=4, sweeps=8000, start="random", **point)
    assert abs(float(run.m) - exact.m) < 4.5 * run.m.thermal
    assert abs(float(run.energy) - exact.energy) < 4.5 * run.energy.thermal
    assert exact.m > 0.2


def test_the_transition_matrix_leaves_the_boltzmann_measure():
    W, p = transition_matrix(MIXED, load=1.0, T=0.7, N=5, seed=3, method=Metropolis())
    assert np.allclose(p @ W, p)
    exact = enumerate_states(MIXED, load=1.0, T=0.7, N=5, seed=3)
    assert exact.given_load == exact.load == 1.0


def test_what_a_run_says_of_itself():
    run = simulate(SK, load=2.0, T=0.5, N=20, seed=1, samples=2, sweeps=40)
    assert (run.K, run.load, run.start, run.kernel) == (0, 2.0, "random", "couplings")
    assert run.phase in ("glass", "paramagnet")
    assert "load=2" in repr(run)
    assert run.to_dict()["load"] == 2.0
    grid = simulate(SK, load=[0.5, 1.0], T=[0.5, 1.0], N=8, seed=1, samples=2, sweeps=20)
    assert grid.shape == (2, 2)
    assert [p.load for p in grid] == [0.5, 0.5, 1.0, 1.0]
    up = simulate(SK, load=1.0, T=0.1, N=20, seed=1, samples=2, sweeps=40, start=np.ones(20, np.int8))
    assert up.series.start_m.min() == 1.0
    assert not up.from_pattern.any()


def test_runs_are_kept_go_on_and_are_read(tmp_path):
    run = {"load": 1.0, "T": 0.8, "N": 12, "seed": 1, "sweeps": 60, "start": "random"}
    first = simulate(MIXED, samples=2, out=tmp_path / "kept", **run)
    more = simulate(MIXED, samples=4, out=tmp_path / "kept", **run)
    again = simulate(MIXED, samples=4, threads=1, **run)
    assert np.array_equal(more.series.spins, again.series.spins)
    assert np.array_equal(more.series.energy[:2], first.series.energy)
    save(more, tmp_path / "run.npz")
    assert load(tmp_path / "run.npz").given_load == 1.0
    with pytest.raises(InputError):  # another load is another run
        simulate(MIXED, samples=2, out=tmp_path / "kept", **(run | {"load": 1.5}))


def test_ensembles_and_comparisons_of_two_runs(tmp_path):
    e = Ensemble(SK, loads=(0.5, 1.0), sizes=(8, 12), temperatures=0.9, samples=3, seed=2, sweeps=50)
    e.run(tmp_path, progress=False)
    rows = read_ensemble(tmp_path).rows
    assert {row.load for row in rows} == {0.5, 1.0}
    assert all(row.K == 0 for row in rows)
    cold, warm = (simulate(SK, load=1.0, T=0.9, N=12, seed=2, samples=4, sweeps=300, start=s)
                  for s in ("random", np.ones(12, np.int8)))  # fmt: skip
    starts = compare_starts(cold, warm)
    assert starts.table()


def test_quench_ends_in_a_local_minimum():
    run = simulate(SpinGlass({3: 1.0}), load=1.0, T=0.0, N=20, seed=1, samples=3, sweeps=60, method=Quench())
    assert run.settled.all()
    exact = enumerate_states(SpinGlass({3: 1.0}), load=1.0, T=0.0, N=12, seed=1)
    low = simulate(SpinGlass({3: 1.0}), load=1.0, T=0.0, N=12, seed=1, samples=1, replicas=40, sweeps=60, method=Quench())
    assert low.series.energy[..., -1].min() == pytest.approx(exact.free_energy, rel=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("order", "sizes", "wanted", "other"), [(2, (32, 64, 128), -0.76321, -0.8132), (3, (24, 36, 48), -0.8132, -0.76321)]
)
def test_ground_states_by_annealing_go_to_those_that_are_known(order, sizes, wanted, other):
    """Parisi (1980) and full RSB for P = 2, Gardner (1985) at RSB(1) for P = 3; corrections of N spins go as N^(-2/3)."""
    options = {"load": 1.0, "T": 0.0, "seed": 1, "samples": 40, "replicas": 6, "burn_in": 1500, "sweeps": 20}
    found = []
    for N in sizes:
        run = simulate(SpinGlass({order: 1.0}), N=N, method=Annealing(1.2, shape="linear"), **options)
        each = run.series.energy[:, :, -1].min(axis=1)
        found.append(Estimate(each.mean(), each.std(ddof=1) / math.sqrt(len(each))))
    limit = extrapolate(sizes, found, (2 / 3,)).value
    assert abs(float(limit) - wanted) < 4 * limit.error
    assert abs(float(limit) - other) > 3 * limit.error
    assert limit.error < 0.016


@pytest.mark.slow
def test_sherrington_and_kirkpatrick_against_full_replica_symmetry_breaking():
    theory = solve(SK, load=1.0, T=0.7, phase="equilibrium", ansatz=FullRSB())
    T = np.linspace(0.7, 1.4, 8).tolist()
    runs = [
        simulate(SK, load=1.0, T=T, N=N, seed=1, samples=12, sweeps=1500, method=ReplicaExchange())[0] for N in (24, 40, 64)
    ]
    result = compare(theory, runs)
    assert all(abs(row.z) < 4.0 for row in result.rows if row.N == math.inf)
    assert all(run.status.ok for run in runs)


def test_what_needs_patterns_is_refused():
    run = {"load": 1.0, "T": 0.5, "N": 8, "seed": 1, "sweeps": 10, "samples": 1}
    for wrong, said in (
        ({"K": 3, "load": None}, "K must be left out"),
        ({"patterns": np.ones((2, 8)), "load": None, "N": None}, "patterns must be left out"),
        ({"load": None}, "needs load and N"),
        ({"watch": (0,)}, "watch must be left out"),
        ({"perturbation": Perturbation(pattern_energies={0: 0.5})}, "pattern_energies must be left out"),
        ({"start": "pattern"}, "start must be 'random' or spins"),
        ({"start": "both"}, "start must be 'random' or spins"),
        ({"kernel": "packed"}, "kernel must be 'auto' or 'couplings'"),
    ):
        with pytest.raises(InputError, match=said):
            simulate(SK, **(run | wrong))
    with pytest.raises(InputError, match="at most 4 spins"):
        simulate(SpinGlass({6: 1.0}), **run)
    with pytest.raises(InputError, match="must be left out"):
        enumerate_states(SK, K=3, T=0.5, N=8, seed=1)
    with pytest.raises(InputError, match="needs load, N and seed"):
        enumerate_states(SK, load=1.0, T=0.5, N=8)
    done = simulate(SK, **run)
    with pytest.raises(InputError, match="stored patterns"):
        done.pattern_overlaps()
    with pytest.raises(InputError, match="one network"):
        compare(solve(DenseHebbian(2), load=0.05, T=0.5), done)
