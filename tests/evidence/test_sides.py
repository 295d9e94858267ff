"""Any two results beside each other: runs, ladders, enumeration, solutions, in any order, with errors that hold."""

import math

import numpy as np
import pytest
from scipy.special import ndtr

import glassy
from glassy import RSB, DenseHebbian, Estimate, InputError, ReplicaExchange, compare, enumerate_states, simulate, solve
from glassy.analysis.jackknife import freedom
from glassy.evidence.sides import difference, side

pytestmark = pytest.mark.filterwarnings("ignore::glassy.EquilibrationWarning")  # short runs: statuses are of no interest
network = DenseHebbian(3)
POINT = {"load": 0.2, "N": 12, "sweeps": 400, "samples": 8}


def run(seed=1, T=0.8, **options):
    return simulate(network, T=T, seed=seed, **{**POINT, **options})


def test_order_does_not_matter():
    r, s = run(), solve(network, 0.2, 0.8, "paramagnetic")
    one, other = compare(s, r), compare(r, s)
    assert one == other
    assert one.sides == ("theory", "simulation")


def test_runs_of_the_same_patterns_are_compared_within_each_sample():
    a, b = run(start="pattern"), run(start="random")
    found = compare(a, b)
    rows = {r.observable: r for r in found.rows}
    for m in glassy.compare_starts(a, b).meetings:
        row = rows[m.observable]
        assert 2.0 * ndtr(-abs(row.z)) == pytest.approx(m.p, rel=1e-6)
        assert row.z * (float(m.second) - float(m.first)) >= 0.0
        assert row.theory.error == pytest.approx(m.first.error, rel=1e-3)
    assert "acceptance" not in rows
    assert "patterns of 8 samples" in found.note
    assert found.sides == ("run from pattern", "run from random")


def test_runs_that_share_some_samples_are_compared_within_these():
    """More samples, other replicas: the first eight have the same patterns, which carry most of the scatter."""
    a, b, c = run(start="random"), run(samples=16, start="both"), run(replicas=4, start="both")
    for other in (b, c):
        found = compare(a, other)
        assert "patterns of 8 samples" in found.note
        assert all(math.isfinite(row.z) for row in found.rows)
    longer = run(start="both", sweeps=800)  # no sweep of the longer run is dropped
    (row,) = (r for r in compare(a, longer).rows if r.observable == "energy")
    means = [r.series.energy.mean(axis=2) for r in (a, longer)]
    gap = (means[1] - means[0]).ravel()
    t = gap.mean() / (gap.std(ddof=1) / math.sqrt(len(gap)))
    assert row.z == pytest.approx(glassy.core.results.deviate(t, len(gap) - 1.0), rel=1e-6)
    apart = compare(run(9), b)
    assert not apart.note


def test_one_sample_and_given_patterns_have_no_z():
    xi = glassy.draw_patterns(20, 12, seed=3)
    given = [simulate(network, T=0.8, patterns=p, seed=1, sweeps=400) for p in (xi, xi[::-1])]
    for a, b in ((run(samples=1), run(2, samples=1)), (run(samples=1), run(2)), given):
        found = compare(a, b)
        assert {row.used for row in found.rows} == {False}
        assert {math.isnan(row.z) for row in found.rows} == {True}
    assert compare(run(samples=1), run(samples=1, start="random")).note  # of the same patterns: thermal errors are all


def test_what_never_moved_has_no_z():
    a, b = (simulate(network, 0.05, 0.0, 60, seed=s, samples=8, sweeps=20) for s in (1, 1))
    assert math.isnan(next(row.z for row in compare(a, b).rows if row.observable == "m"))


def test_even_P_says_what_is_left_out():
    a, b = (simulate(DenseHebbian(4), 0.2, 0.8, 12, seed=1, samples=4, sweeps=50, start=s) for s in ("pattern", "random"))
    found = compare(a, b)
    assert {"m_abs", "q_abs"} <= {row.observable for row in found.rows}
    assert not {"m", "q"} & {row.observable for row in found.rows}
    assert "left out" in found.note
    assert "m and q" in found.table()
    assert compare(a, a).sides == ("first run from pattern", "second run from pattern")


@pytest.mark.slow
def test_runs_of_other_patterns_differ_by_the_errors_of_both():
    """Over many pairs z is a normal deviate; without the error of the first it is not: the twin."""
    runs = [run(seed, sweeps=100) for seed in range(60)]
    rows = [compare(a, b) for a, b in zip(runs[::2], runs[1::2], strict=True)]
    z = np.array([next(r.z for r in c.rows if r.observable == "energy") for c in rows])
    alone = [b.energy.z(float(a.energy)) for a, b in zip(runs[::2], runs[1::2], strict=True)]
    assert 0.6 < np.sqrt((z**2).mean()) < 1.4
    assert np.sqrt(np.mean(np.square(alone))) > 1.1 * np.sqrt((z**2).mean())
    assert not rows[0].note


def test_degrees_of_freedom_of_a_difference():
    a, b = Estimate(0.0, 1.0, dof=7.0), Estimate(3.0, 1.0, dof=7.0)
    assert difference(a, b) == pytest.approx(glassy.core.results.deviate(3.0 / math.sqrt(2.0), 14.0))
    assert difference(a, Estimate(3.0, 0.0)) == pytest.approx(-a.z(3.0))
    assert math.isnan(difference(a, Estimate(3.0, 1.0, bound=True)))
    assert freedom(8) == 7.0 or freedom(8) < 7.0


def test_a_ladder_is_compared_at_the_temperature_of_the_other_side():
    T = [0.8, 1.2, 2.0, math.inf]
    ladder = simulate(network, T=T, seed=1, method=ReplicaExchange(), **POINT)
    r, s = run(start="random"), solve(network, 0.2, 0.8, "paramagnetic")
    assert compare(ladder, s).rows == compare(s, ladder[0]).rows
    assert compare(ladder, r).rows == compare(ladder[0], r).rows
    other = simulate(network, T=T[:2], seed=2, method=ReplicaExchange(), **POINT)
    both = compare(ladder, other)
    assert [c.solution.T for c in both] == T[:2]
    assert max(abs(row.z) for c in both for row in c.rows) < 5.0
    with pytest.raises(InputError, match="must have the temperature of the other side, 0.5"):
        compare(ladder, solve(network, 0.2, 0.5, "paramagnetic", strict=False))
    with pytest.raises(InputError, match="ladders must share a temperature"):
        compare(ladder, simulate(network, T=[0.3, 0.5], seed=2, method=ReplicaExchange(), **POINT))


def test_theories_and_enumerations_have_no_z():
    exact = enumerate_states(network, 0.2, 0.8, 12, seed=1)
    for a, b in (
        (solve(network, 0.2, 0.8, "paramagnetic"), solve(network, 0.2, 0.8, "paramagnetic", RSB(1), strict=False)),
        (exact, exact),
    ):
        found = compare(a, b)
        assert found.rows
        assert {row.reason for row in found.rows} == {"neither side has an error"}
        assert "no z" in repr(found)
    found = compare(solve(network, 0.2, 0.8, "paramagnetic"), exact)
    assert {row.observable for row in found.rows} == {"q", "energy"}
    assert {row.N for row in found.rows} == {12.0}


def test_energies_are_without_the_mean_of_all_patterns():
    """M.3: at even P > 2 with self-interactions both sides speak of the same energy."""
    H3 = DenseHebbian(4, "self-interacting")
    r = simulate(H3, 0.2, 1.5, 10, seed=1, samples=1, sweeps=4000, start="random")
    exact = enumerate_states(H3, 0.2, 1.5, 10, seed=1)
    a, b = side(r).says["energy"], side(exact).says["energy"]
    assert abs(float(a) - float(b)) < 5.0 * r.energy.thermal
    assert abs(float(r.energy) - float(a)) > 0.01


def test_a_run_that_has_not_shown_its_equilibrium_is_warned_of():
    with pytest.warns(glassy.EquilibrationWarning, match="another result is compared with runs") as caught:
        compare(run(replicas=1, sweeps=3), run(2, replicas=1, sweeps=3))
    assert caught[0].filename == __file__


def test_what_does_not_belong_together_is_refused():
    r = run()
    four = simulate(DenseHebbian(4), 0.2, 0.8, 12, seed=1)
    for other, match in ((run(T=0.9), "T .0.8 and 0.9"), (run(N=14), "N .12 and 14"), (four, "network")):
        with pytest.raises(InputError, match=match):
            compare(r, other)
    hot = enumerate_states(network, 0.2, 0.8, 12, seed=1, perturbation=glassy.Perturbation(field=0.5))
    for theory in (solve(network, 0.2, 0.8, "paramagnetic"), enumerate_states(network, 0.2, 0.8, 12, seed=1)):
        with pytest.raises(InputError, match="perturbation"):
            compare(theory, hot)
    with pytest.raises(InputError, match="energy of the pattern"):
        compare(*(enumerate_states(network, 0.2, 0.8, 12, seed=k) for k in (1, 2)))
    for wrong in (glassy.Grid((1, 2), (2,)), [r, r]):
        with pytest.raises(InputError):
            compare(wrong, r)
    with pytest.raises(InputError, match="load"):
        compare(solve(network, 0.3, 0.8, "paramagnetic"), enumerate_states(network, 0.2, 0.8, 12, seed=1))
    for wrong in (None, 3.0, "run", network):
        with pytest.raises(InputError):
            compare(wrong, r)
        with pytest.raises(InputError):
            compare(r, wrong)


def test_a_new_kind_of_result_says_what_it_is_once():
    class Third:
        pass

    @side.register
    def _(result: Third):
        return glassy.evidence.sides.Side(
            "third", {"network": network, "T": 0.8}, {"m": Estimate(0.5, 0.1)}, 12.0, run().status
        )

    (row,) = compare(Third(), run()).rows
    assert row.observable == "m"
    assert math.isfinite(row.z)
