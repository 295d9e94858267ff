"""Message passing beside runs of the same patterns, theory and state evolution: paired, site by site, step by step."""

import math

import numpy as np
import pytest

import glassy
from glassy import DenseHebbian, InputError, compare, message_passing, simulate, solve, state_evolution
from glassy.evidence.passing import sites

pytestmark = pytest.mark.filterwarnings("ignore::glassy.EquilibrationWarning")  # short runs: statuses are of no interest
NETWORK = DenseHebbian(3)
POINT = {"load": 0.1, "T": 0.4, "N": 60, "seed": 2, "samples": 8}
PASSING, RUN = message_passing(NETWORK, **POINT), simulate(NETWORK, replicas=8, sweeps=100, **POINT)


def test_a_run_is_compared_within_each_sample():
    found, other = compare(RUN, PASSING), compare(PASSING, RUN)
    assert found == other
    assert found.sides == ("message passing", "run from pattern")
    rows = {row.observable: row for row in found.rows}
    gap = RUN.series.m.mean(axis=(1, 2)) - PASSING.each("m")
    assert rows["m"].simulation.error == pytest.approx(gap.std(ddof=1) / 8**0.5)
    assert float(rows["m"].simulation) - rows["m"].theory == pytest.approx(gap.mean())
    assert rows["energy"].simulation.error < 0.2 * PASSING.energy.error  # the patterns scatter more than the difference
    assert all(abs(row.z) < 4.0 for row in found.rows)
    assert list(rows) == ["m", "q", "energy", "rms_of_sites"]


def test_the_rms_of_sites_is_the_noise_where_both_agree_and_more_where_they_do_not():
    rng = np.random.default_rng(1)
    x = rng.uniform(-0.9, 0.9, (4, 500))
    spins = np.where(rng.random((4, 20, 500)) < 0.5 * (1.0 + x[:, None]), 1.0, -1.0)
    rms, noise, z = sites(x, spins)
    assert abs(z) < 4.0
    assert z == pytest.approx((float(rms) - noise) / rms.error, rel=1e-2)
    assert sites(np.clip(x + 0.15, -1.0, 1.0), spins)[2] > 4.0


def test_z_of_sites_knows_how_few_deviate():
    """A cold state: normal to 1 in 50 beyond 3 whatever the expected number of deviations, and wrong means are seen."""
    rng, z = np.random.default_rng(2), []
    for deviation in (0.0, 1e-5, 1e-3, 1e-2):
        x = np.full((8, 60), 1.0 - 2.0 * deviation)
        z += [sites(x, np.where(rng.random((8, 2, 60)) < deviation, -1.0, 1.0))[2] for _ in range(200)]
    assert np.mean(np.abs(z) > 3.0) < 0.02
    assert np.std(z[-200:]) == pytest.approx(1.0, abs=0.2)
    few = np.where(rng.random((8, 2, 60)) < 1e-2, -1.0, 1.0)
    assert sites(np.full((8, 60), 0.8), few)[2] < -3.0
    assert sites(-few[:, 0], few)[2] > 3.0
    assert sites(np.ones((8, 60)), few)[2] > 3.0
    cold = compare(*(f(DenseHebbian(4), 0.02, 0.3, 60, seed=3) for f in (message_passing, simulate)))
    row = next(row for row in cold.rows if row.observable == "rms_of_sites")
    assert abs(row.z) < 3.0
    assert "in the column of message passing is the noise" in cold.note


def test_chains_are_aligned_with_the_magnetizations_and_not_with_pattern_0():
    """Even P: a state at another pattern, which may have either sign of m, and a perturbation that keeps the symmetry."""
    xi = glassy.draw_patterns(5, 100, seed=8)
    mine = message_passing(DenseHebbian(4), patterns=xi, T=0.4, seed=1, start=xi[1])
    for start in (xi[1], -xi[1]):
        run = simulate(DenseHebbian(4), patterns=xi, T=0.4, seed=1, start=start, replicas=8, sweeps=40)
        row = next(row for row in compare(mine, run).rows if row.observable == "rms_of_sites")
        assert abs(row.z) < 4.0
    asked = {"load": 0.05, "T": 0.5, "N": 40, "seed": 2, "samples": 2, "perturbation": glassy.Perturbation(None, {0: 1.5})}
    run = simulate(DenseHebbian(4), replicas=4, sweeps=40, start_overlap=-1.0, **asked)
    assert {row.observable: row for row in compare(message_passing(DenseHebbian(4), **asked), run).rows}["m"].simulation > 0.9


def test_a_mirror_is_the_same_state_at_even_P():
    network, point = DenseHebbian(4), {"load": 0.05, "T": 0.5, "N": 40, "seed": 3, "samples": 4}
    run = simulate(network, replicas=4, sweeps=50, **point)
    mirror = simulate(network, replicas=4, sweeps=50, start_overlap=-1.0, **point)
    passing = message_passing(network, **point)
    for r in (run, mirror):
        assert all(abs(row.z) < 4.0 for row in compare(passing, r).rows if math.isfinite(row.z))
        assert next(row for row in compare(passing, r).rows if row.observable == "m").simulation > 0.9


def test_what_is_not_of_the_same_patterns_is_refused():
    with pytest.raises(InputError, match="must share their patterns"):
        compare(PASSING, simulate(NETWORK, sweeps=20, **POINT | {"seed": 3}))
    one = {"K": 1, "T": 0.4, "N": 40}  # H/N of one pattern alone is the same for all
    with pytest.raises(InputError, match="must share their patterns"):
        compare(message_passing(NETWORK, seed=1, **one), simulate(NETWORK, seed=2, sweeps=20, **one))
    with pytest.raises(InputError, match="must share their patterns"):
        compare(message_passing(NETWORK, seed=1, **one), simulate(NETWORK, T=0.4, patterns=np.ones((1, 40)), seed=1, sweeps=20))
    xi = glassy.draw_patterns(5, 60, seed=1)
    mine = message_passing(NETWORK, T=0.4, patterns=xi, seed=1)
    with pytest.raises(InputError, match="must share their patterns"):  # the same network with its spins in another order
        compare(mine, simulate(NETWORK, T=0.4, patterns=xi[:, ::-1].copy(), sweeps=20, seed=1))
    assert "patterns of 1 samples" in compare(mine, simulate(NETWORK, T=0.4, patterns=xi, sweeps=20, seed=1)).note
    with pytest.raises(InputError, match="they differ in T"):
        compare(PASSING, simulate(NETWORK, sweeps=20, **POINT | {"T": 0.5}))
    alone = compare(message_passing(NETWORK, **POINT | {"samples": 1}), RUN)
    assert {row.reason for row in alone.rows if row.observable == "m"} == {
        "one sample has no scatter between samples; raise samples"
    }


def test_state_evolution_step_by_step():
    start = message_passing(NETWORK, start_overlap=0.8, **POINT)
    evolution = state_evolution(NETWORK, 0.1, 0.4, 0.8)
    found = compare(start, evolution)
    assert found.sides == ("state evolution", "message passing")
    first = found.rows[0]
    each = np.array([point.m_history[1] for point in start.points])
    assert (first.observable, first.theory) == ("m_1", evolution.m[1])
    assert first.simulation.error == pytest.approx(each.std(ddof=1) / 8**0.5)
    assert all(abs(row.z) < 4.0 for row in found.rows)
    assert len(found.rows) == 2 * min(min(start.iterations), len(found.rows) // 2)
    wrong = compare(start, state_evolution(DenseHebbian(3), 0.1, 0.4, 0.8 + 1e-3, 3))
    assert wrong.rows[0].theory != first.theory
    with pytest.raises(InputError, match="both must begin at one overlap"):
        compare(PASSING, evolution)


def test_two_of_message_passing_are_compared_within_each_sample():
    point = {"load": 0.2, "T": 0.4, "N": 60, "seed": 2}
    a, b = (message_passing(NETWORK, samples=s, max_iterations=n, **point) for s, n in ((8, 3), (6, 200)))
    rows = {row.observable: row for row in compare(a, b).rows}
    gap = b.each("m") - a.each("m")[:6]
    assert rows["m"].simulation.error == pytest.approx(gap.std(ddof=1) / 6**0.5)
    assert float(rows["m"].simulation) - rows["m"].theory == pytest.approx(gap.mean())
    damped = message_passing(NETWORK, samples=6, damping=0.3, **point)
    assert {row.reason for row in compare(b, damped).rows} == {"both agree to the tolerance"}
    other = message_passing(NETWORK, samples=6, **point | {"seed": 3})
    assert {row.observable: row for row in compare(b, other).rows}["m"].simulation.error == other.m.error
    alone = message_passing(NETWORK, samples=1, **point | {"seed": 3})
    assert all("one sample has no scatter" in row.reason for row in compare(b, alone).rows)


def test_enumeration_is_of_the_first_sample():
    network, point = DenseHebbian(3), {"load": 0.3, "T": 0.8, "N": 10}
    exact, mine = glassy.enumerate_states(network, seed=1, **point), message_passing(network, seed=1, samples=3, **point)
    rows = {row.observable: row for row in compare(exact, mine).rows}
    assert float(rows["m"].simulation) == mine.points[0].m
    with pytest.raises(InputError, match="the Exact and message passing must share their patterns"):
        compare(message_passing(network, seed=2, **point), exact)


def test_state_evolution_beside_the_saddle_and_a_run():
    solution = solve(NETWORK, 0.1, 0.4)
    end = state_evolution(NETWORK, 0.1, 0.4, steps=60)
    assert end.status is glassy.Status.CONVERGED
    for pair in ((solution, end), (end, solution)):
        found = compare(*pair)
        assert (found.sides[1], found.note, found.rows[0].status.ok) == ("state evolution", "", True)
        assert float(found.rows[0].simulation) == pytest.approx(solution.m, abs=1e-9)
    moving = state_evolution(NETWORK, 0.1, 0.4, 0.6, steps=1)
    assert "state evolution still moves" in compare(moving, RUN).note
    assert compare(RUN, moving).rows[0].status is glassy.Status.NOT_CONVERGED
    left = compare(state_evolution(NETWORK, 0.1, 0.4, 0.1, steps=60), RUN)
    assert "ended in another phase, at m=" in left.note
    assert left.rows[0].status is glassy.Status.LEFT_PHASE
    for pair in ((PASSING, RUN), (solution, PASSING), (solution, end)):
        with pytest.raises(InputError, match="powers must be left out here"):
            compare(*pair, powers=(1,))
    with pytest.raises(InputError, match="powers must be different"):
        compare(solution, RUN, powers=(True,))


def test_theory_beside_the_mean_over_the_samples():
    found = compare(PASSING, solve(NETWORK, 0.1, 0.4))
    assert [row.observable for row in found.rows] == ["m", "q", "energy", "energy_excess"]
    assert all(abs(row.z) < 4.0 for row in found.rows)
    assert "message passing" in found.table()
    exact = compare(
        glassy.enumerate_states(NETWORK, 0.3, 0.8, 10, seed=1), message_passing(NETWORK, 0.3, 0.8, 10, seed=1, samples=1)
    )
    assert {row.reason for row in exact.rows} == {"neither side has an error"}


def test_given_couplings_are_shared_whatever_the_seeds():
    couplings = glassy.Couplings({(0, 1): 1.0, (1, 2): 0.5, (0,): 0.3})
    mine, run = message_passing(couplings, T=2.0, seed=1, samples=4), simulate(couplings, T=2.0, seed=2, samples=4, sweeps=100)
    found = compare(mine, run)
    assert found.sides[0] == "message passing"
    assert {row.observable: row for row in found.rows}["energy"].theory == pytest.approx(float(mine.energy))
    drawn = glassy.SpinGlass({2: 1.0})
    with pytest.raises(InputError, match="must share their patterns"):
        compare(message_passing(drawn, 1.0, 2.0, 20, seed=1), simulate(drawn, 1.0, 2.0, 20, seed=2, sweeps=100))


def test_what_settled_elsewhere_is_no_test_of_a_solution():
    s, random = solve(NETWORK, 0.1, 0.3), message_passing(NETWORK, 0.1, 0.3, 60, samples=4, seed=1, start="random")
    found = compare(s, random)
    assert all(math.isnan(row.z) and row.status is glassy.Status.LEFT_PHASE for row in found.rows)
    assert "4 of 4 samples settled elsewhere, m=0.0733: the solution is retrieval" in found.table()
    near = compare(s, message_passing(NETWORK, 0.1, 0.3, 60, samples=4, seed=1))
    assert all(math.isfinite(row.z) and row.status.ok for row in near.rows)
    learns = NETWORK.trained(3, 0.6)
    whole = message_passing(learns, 0.02, 0.5, 150, samples=4, seed=3)
    assert "samples settled elsewhere, n_first=" in compare(solve(learns, 0.02, 0.5, "example"), whole).table()
