"""A saddle that is unstable says so, also in boundaries, scans and tables; one that is stable says nothing."""

import math
from dataclasses import replace

import numpy as np
import pytest
from stored import OLD

import glassy
from glassy import RS, RSB, DenseHebbian, FullRSB, SpinGlass, Status, scan, solve
from glassy.theory.rsb import solve as rsb_solve

D3 = DenseHebbian(3)
SELF3 = DenseHebbian(3, interactions="self-interacting")
SK = SpinGlass({2: 1.0})
WORDS = ("unstable", "metastable", "superseded")


def said(result):
    return [word for word in WORDS if word in repr(result)]


@pytest.mark.parametrize(
    ("network", "load", "T", "phase", "ansatz", "text"),
    [
        (D3, 0.4, 0.08, "retrieval", RS(), "unstable (replicon -2.87): try RSB(1))"),
        (D3, 0.45, 0.2, "retrieval", RSB(1), "unstable (replicon -0.097): try RSB(2))"),
        (SK, 1.0, 0.5, "spin_glass", RS(), ": try RSB(1))"),
        (SK, 1.0, 0.5, "spin_glass", RSB(2), ": try RSB(3))"),
        (SK, 1.0, 0.5, "equilibrium", RS(), ": try RSB(1))"),
        (SELF3, 1.0, 0.3, "spin_glass", RS(), ": try RSB(1))"),
        (SK, 1.0, 0.5, "paramagnetic", RS(), "unstable (replicon -3): try phase='spin_glass')"),
        (DenseHebbian(2), 0.1, 1.2, "paramagnetic", RSB(1), "COLLAPSED; unstable (replicon -1.5): try phase='spin_glass')"),
        (DenseHebbian(2), 0.1, 1.2, "paramagnetic", FullRSB(), "COLLAPSED; unstable (replicon -1.5): try phase='spin_glass')"),
        (DenseHebbian(2), 0.1, 0.0, "retrieval", RS(), "unstable (replicon -inf): exact only as k -> infinity"),
        (D3, 0.4, 0.0, "retrieval", RSB(1), "unstable (replicon -inf): exact only as k -> infinity"),
        (SK, 1.0, 0.0, "spin_glass", RSB(2), "unstable (replicon -inf): exact only as k -> infinity"),
    ],
)
def test_an_unstable_saddle_says_so(network, load, T, phase, ansatz, text):
    s = solve(network, load, T, phase, ansatz)
    assert s.stable is False
    assert s.status.ok  # unchanged: the saddle is found
    assert text in repr(s)
    assert any(text.rstrip(")") in f"{s.status.name}; {words}" for words in s.remarks)


@pytest.mark.parametrize(
    ("network", "load", "T", "phase", "ansatz"),
    [
        (D3, 1.0, 1.0, "paramagnetic", RS()),
        (SK, 1.0, 1.5, "paramagnetic", RS()),
        (SELF3, 1.0, 3.0, "paramagnetic", RS()),
        (D3, 0.2, 0.3, "retrieval", RS()),
        (D3, 0.2, 0.3, "retrieval", RSB(2)),  # COLLAPSED
        (D3, 1.0, 0.5, "spin_glass", RSB(1)),  # above T_G
        (D3, 1.0, 0.5, "spin_glass", RSB(2)),
        (D3, 1.0, 0.66, "spin_glass", RSB(1)),  # x_1 = 1, between T_c and T_d
        (D3, 1.0, 0.66, "spin_glass", RSB(2)),
        (D3, 0.0, 0.0, "retrieval", RS()),
        (D3, 0.0, 0.0, "retrieval", RSB(1)),
        (DenseHebbian(2), 0.0, 0.0, "retrieval", RS()),
        (DenseHebbian(2), 0.0, 1.0, "paramagnetic", RS()),
        (DenseHebbian(4), 0.05, 0.0, "retrieval", RS()),  # replicon -inf, f right to 1e-11
        (DenseHebbian(4), 0.05, 0.0, "retrieval", RSB(1)),
        (SK, 1.0, 0.5, "spin_glass", FullRSB(4)),
        (SK, 1.0, 0.0, "spin_glass", FullRSB(4)),
        (D3, 0.2, 0.3, "retrieval", FullRSB(4)),
    ],
)
def test_a_stable_saddle_says_nothing(network, load, T, phase, ansatz):
    s = solve(network, load, T, phase, ansatz)
    assert s.stable is True
    assert s.remarks == ()
    assert said(s) == []
    assert "replicon=" in repr(s)


def test_what_a_replicon_that_is_no_alarm_means_is_said():
    assert "replicon=-inf (its step is below rounding)" in repr(solve(DenseHebbian(4), 0.05, 0.0))
    limit = solve(SK, 1.0, 0.5, "spin_glass", FullRSB(4))
    assert limit.replicon < -1e-3  # of the last depth
    assert "at 4 steps (marginal in the limit)" in repr(limit)


def test_nothing_is_stable_or_unstable_without_numbers():
    gone = solve(D3, 9.0, 0.2, strict=False)
    failed = replace(solve(D3, 0.4, 0.08), status=Status.NOT_CONVERGED)
    assert (gone.stable, failed.stable, gone.remarks, failed.remarks) == (None, None, (), ())


def test_merged_levels_are_stable_and_the_deepest_ansatz_has_a_remedy():
    s = solve(D3, 0.4, 0.08)
    assert replace(s, ansatz=RSB(1), status=Status.COLLAPSED).stable  # the solver has looked: too close to be told apart
    assert "try FullRSB()" in repr(replace(s, ansatz=RSB(30)))
    assert "try RSB(30)" in repr(replace(s, ansatz=RSB(29)))


@pytest.mark.parametrize("network", [DenseHebbian(2), D3, SELF3, DenseHebbian(4)])
@pytest.mark.parametrize("phase", ["retrieval", "spin_glass"])
def test_unstable_means_that_a_further_step_changes_the_numbers(network, phase):
    """The rule of `stable` is that of the solver: RSB(1) exists where RS is unstable, and collapses to it elsewhere."""
    seen = set()
    for load in (0.05, 0.12, 0.4):
        for T in (0.0, 0.1, 0.3, 0.8):
            rs = solve(network, load, T, phase, strict=False)
            if not rs.status.ok:
                continue
            one = solve(network, load, T, phase, RSB(1))
            assert rs.stable is rsb_solve.stable(rs)
            assert (one.status is Status.COLLAPSED) is (rs.stable and one.q_EA == rs.q_EA)
            if one.status is Status.COLLAPSED:
                assert one.free_energy == pytest.approx(rs.free_energy, abs=1e-11)
            elif not rs.stable:
                assert abs(one.local_susceptibility / rs.local_susceptibility - 1.0) > 1e-3
            seen.add(rs.stable)
    assert False in seen


def test_boundaries_of_unstable_saddles_say_so():
    assert repr(glassy.spinodal(D3, 0.1)).endswith("): try RSB(1))")
    assert said(glassy.spinodal(D3, 0.1, FullRSB(4))) == said(glassy.spinodal(D3, 0.55)) == []
    assert "spin_glass unstable (replicon -" in repr(glassy.coexistence(D3, 0.1))
    assert said(glassy.coexistence(D3, 0.3, RSB(1))) == []


def test_a_scan_counts_and_lists_the_words():
    path = scan(D3, [0.1, 0.4, 0.45, 9.0], 0.08, ansatz=RSB(1), wins=True)
    assert [s.stable for s in path] == [True, False, False, None]
    assert [s.wins for s in path] == [True, True, False, None]
    assert repr(path) == "Grid of 4 Solution, shape (4,), 3 of them usable, 2 unstable, 1 metastable (see .statuses, .remarks)"
    assert np.array_equal(path.values("wins"), [1.0, 1.0, 0.0, math.nan], equal_nan=True)
    head, *rows = path.table(("m", "wins")).splitlines()
    assert head.split() == ["load", "T", "m", "wins", "status"]
    assert [[w in row for w in WORDS[:2]] for row in rows] == [[False, False], [True, False], [True, True], [False, False]]
    assert [row.split()[4].rstrip(";") for row in rows] == [s.status.name for s in path]
    calm = scan(D3, [0.1, 0.2], 0.3, wins=True)
    assert repr(calm) == "Grid of 2 Solution, shape (2,), 2 of them usable (see .statuses)"


def test_the_table_of_a_comparison_names_an_unstable_theory():
    def noted(T):
        run = glassy.simulate(D3, load=0.4, T=T, N=20, samples=2, sweeps=20, seed=1)
        return [line for line in glassy.compare(solve(D3, run.load, T), run).table().splitlines() if "the theory is " in line]

    with pytest.warns(glassy.EquilibrationWarning):
        assert noted(0.5) == []
    with pytest.warns(glassy.EquilibrationWarning):
        (note,) = noted(0.08)
    assert note.startswith("note: the theory is unstable (replicon -")
    assert note.endswith("): try RSB(1)")


@pytest.mark.parametrize("name", ["solution_rs", "solution_rsb"])
def test_solutions_of_older_files_are_judged_by_their_replicons(name):
    s = glassy.load(OLD / name)
    assert s.wins is None
    assert s.stable is solve(s.network, s.load, s.T, s.phase, s.ansatz).stable
    assert replace(s, replicons=(-1.0,) * len(s.replicons), status=Status.CONVERGED).stable is False
