"""WHAM and MBAR: free energies and curves between temperatures against all states, integration, and theory at high T."""

import math

import numpy as np
import pytest
from chains import GRID, boltzmann, drawn_ladder

import glassy
from glassy import (
    ConvergenceError,
    DenseHebbian,
    EquilibrationWarning,
    InputError,
    ReplicaExchange,
    draw_patterns,
    enumerate_states,
    simulate,
    solve,
)
from glassy.analysis import reweighting
from glassy.analysis.reweighting import Histogram, reweight
from glassy.exact import state_energies

network = DenseHebbian(3)
T = [0.25, 0.32, 0.42, 0.6, 0.9, 1.5, 3.0, math.inf]


@pytest.fixture(scope="module")
def ladder():
    return simulate(network, 0.5, T, 12, seed=8, start="random", sweeps=6000, samples=2, method=ReplicaExchange())


def exact(ladder, T):
    """Means over the samples of the ladder at T."""
    N, K = ladder[0].N, ladder[0].K
    each = [enumerate_states(network, patterns=draw_patterns(K, N, seed=8, sample=s), T=T) for s in range(ladder[0].samples)]
    f, e = np.mean([-x.free_energy / T for x in each]), np.mean([x.energy for x in each])
    heat = np.mean([N * (x.energy2 - x.energy**2) / T**2 for x in each])
    return {"minus_beta_f": f, "energy": e, "entropy": f + e / T, "specific_heat": heat}


def test_M8_ln_Z_of_the_ladder_against_all_states(ladder):
    found = ladder.minus_beta_f("mbar")
    assert found[-1] == math.log(2.0)
    assert found[-1].error == 0.0
    for t, f in list(zip(T, found, strict=True))[:-1]:
        assert abs(f - exact(ladder, t)["minus_beta_f"]) <= 4.0 * f.thermal, t
        assert f.thermal < 0.01
        assert f.disorder is not None
    assert abs(found[0] - exact(ladder, 1.05 * T[0])["minus_beta_f"]) > 4.0 * found[0].thermal  # the twin: T off by 5 %


def test_M9_curves_between_the_temperatures_against_all_states(ladder):
    asked = [0.28, 0.5, 0.75, 2.0]
    curve = ladder.reweighted(asked)
    for point in curve:
        for name, value in exact(ladder, point.T).items():
            found = getattr(point, name)
            assert abs(found - value) <= 4.0 * found.thermal, (point.T, name)
    assert curve.values("energy").shape == (4,)
    twin = exact(ladder, 0.55)
    assert abs(curve[1].energy - twin["energy"]) > 4.0 * curve[1].energy.thermal
    at = ladder.reweighted(T[3])[0]
    assert abs(at.energy - ladder[3].energy) <= 4.0 * ladder[3].energy.thermal
    assert at.energy.thermal <= 1.4 * ladder[3].energy.thermal  # the neighbours add what they know


def test_mbar_and_integration_are_one_free_energy(ladder):
    for a, b in zip(ladder.minus_beta_f("integration"), ladder.minus_beta_f("mbar"), strict=True):
        assert abs(a - b) <= max(a.thermal, 1e-12)  # the same data: far closer than either error


def test_wrong_energies_do_not_pass():
    """The twin of the solver: energies in the wrong unit leave another ln Z."""
    N = 8
    H = state_energies(network, draw_patterns(network.patterns(0.5, N), N, seed=3))
    ladder = drawn_ladder(H, np.random.default_rng(5), 4000)
    points = sorted(ladder, key=lambda p: -p.T)
    beta = np.array([1.0 / p.T for p in points])
    value = boltzmann(H, GRID[0])["minus_beta_f"]
    right, wrong = (
        reweight(beta, [unit * N * p.series.energy[0] for p in points], beta[-1:], N)[0][0, 0] for unit in (1.0, 0.95)
    )
    assert abs(right - value) < 0.005
    assert abs(wrong - value) > 0.02


def test_newton_solves_the_equations_to_rounding():
    """Every Z_k = sum_j n_j exp(-beta_k E_j) / sum_l n_l exp(-beta_l E_j)/Z_l, and the start does not matter."""
    rng = np.random.default_rng(1)
    beta, E = np.linspace(0.0, 2.0, 6), np.sort(rng.normal(size=40))
    drawn = np.full(6, 500.0)
    counts = rng.multinomial(3000, np.full(40, 1 / 40)).astype(float)
    h = Histogram(beta, drawn, E, counts)
    a, b = h.solve(np.zeros(6)), h.solve(np.linspace(0.0, 9.0, 6))
    assert a == pytest.approx(b, abs=1e-9)
    mixture = np.exp(h.log_mixture(a))
    Z = (np.exp(-np.outer(beta, E)) / mixture) @ counts
    assert np.exp(a - a[0]) == pytest.approx(Z / Z[0], rel=1e-9)


def test_free_energy_at_high_T_is_that_of_the_theory():
    """P = 3 at T = 3, where corrections in 1/N are below the errors: -beta f = ln 2 + beta^2 xi(1)/2."""
    run = simulate(
        network, 0.3, [3.0, 6.0, math.inf], 60, seed=1, start="random", sweeps=1000, samples=8, method=ReplicaExchange()
    )
    found, s = run.minus_beta_f("mbar")[0], solve(network, run[0].load, 3.0, "paramagnetic")
    assert abs(found + s.free_energy / 3.0) <= 4.0 * found.error
    assert abs(found - math.log(2.0)) > 4.0 * found.error


def test_a_reweighted_point_is_kept_and_names_bad_runs(tmp_path, ladder):
    point = ladder.reweighted(0.5)
    assert repr(glassy.load(point.save(tmp_path / "x"))) == repr(point)
    assert point[0].status.ok
    assert "specific_heat" in repr(point[0])
    short = simulate(network, 0.5, T, 12, seed=8, start="random", sweeps=40, method=ReplicaExchange())
    assert not short.reweighted(0.5)[0].status.ok


def test_refusals(ladder):
    with pytest.raises(InputError, match="method must be one of"):
        ladder.minus_beta_f("wham")
    with pytest.raises(InputError, match="from the coldest of the ladder, 0.25"):
        ladder.reweighted([0.2, 0.5])
    with pytest.raises(InputError, match="from the coldest"):
        ladder.reweighted([math.nan])
    with pytest.raises(InputError, match="from the coldest"):
        ladder.reweighted("cold")
    cold = simulate(network, 0.5, [0.3, 0.4, 0.5], 12, seed=1, sweeps=20, method=ReplicaExchange())
    with pytest.raises(InputError, match="needs T = inf"):
        cold.reweighted(0.4)
    apart = simulate(network, 0.3, [0.2, 0.3, math.inf], 100, seed=1, sweeps=40, method=ReplicaExchange(), replicas=1)
    with pytest.warns(EquilibrationWarning, match="of 3 temperatures"), pytest.raises(ConvergenceError, match="must overlap"):
        apart.minus_beta_f()


def test_energies_joined_in_fine_bins_are_as_good_as_all_of_them(monkeypatch):
    """A network whose energies are nearly all different: joining them moves ln Z by less than FINE^2/8."""
    T = [0.4, 0.55, 0.8, 1.4, math.inf]
    ladder = glassy.simulate(
        DenseHebbian(4), 1.0, T, 30, start="random", method=ReplicaExchange(), sweeps=3000, samples=1, seed=4
    )  # fmt: skip
    beta = np.array([1.0 / t for t in reversed(T)])
    H = [30 * r.series.energy[0] for r in reversed(ladder.points)]
    coarse, coarse_left, _ = reweight(beta, H, beta[1:], 30)
    monkeypatch.setattr(reweighting, "FINE", 1e-9)
    fine, fine_left, _ = reweight(beta, H, beta[1:], 30)
    values = np.concatenate([h.ravel() for h in H])
    assert len(reweighting.joined(values, 0.02 * 0.4)[0]) < 0.9 * len(np.unique(values))
    assert np.abs(30 * (coarse[:, 0] - fine[:, 0])).max() < 5e-5
    assert coarse == pytest.approx(fine, abs=2e-5)
    assert coarse_left == pytest.approx(fine_left, abs=2e-5)
