"""What a saddle says beside its status: that it is unstable, that another phase wins; in repr, tables, files and plots."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

import glassy
from glassy import RS, RSB, DenseHebbian, Estimate, FullRSB, SpinGlass, Status, phases_at, plots, scan, solve
from glassy.phases.diagram import PhaseDiagram, PhasePoint
from glassy.theory import solve as solver
from glassy.theory.rsb import solve as rsb_solve
from glassy.theory.solve import judged

D3 = DenseHebbian(3)
SELF3 = DenseHebbian(3, interactions="self-interacting")
SK = SpinGlass({2: 1.0})
OLD = Path(__file__).parents[1] / "format" / "8307b4f"
WORDS = ("unstable", "metastable", "superseded")


def said(result):
    return [word for word in WORDS if word in repr(result)]


# ---- stable ----


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


# ---- wins ----


def everywhere(network, load, T, ansatz):
    """Winner-marked solutions of all phases at one point."""
    grids = [scan(network, load, T, p, ansatz, wins=True) for p in ("retrieval", "spin_glass", "paramagnetic")]
    return {g[0].phase: g[0] for g in grids if g[0].status.ok}


def test_a_metastable_phase_says_so_where_it_is_asked():
    alone = solve(D3, 0.45, 0.2, ansatz=RSB(1))
    assert (alone.wins, alone.winner, said(alone)) == (None, None, ["unstable"])
    assert scan(D3, 0.45, 0.2, ansatz=RSB(1))[0].wins is None
    asked = scan(D3, 0.45, 0.2, ansatz=RSB(1), wins=True)[0]
    assert (asked.wins, asked.winner, said(asked)) == (False, "spin_glass", ["unstable", "metastable"])
    assert repr(asked).endswith("; metastable: spin_glass wins)")
    point = phases_at(D3, 0.45, 0.2, RSB(1))
    assert (point.equilibrium.wins, [s.wins for s in point.metastable]) == (True, [False])
    assert "metastable: spin_glass wins" in repr(point.metastable[0])
    assert "metastable: retrieval f=-0.53841272 unstable (replicon -0.097): try RSB(2)" in repr(point)
    best = solve(D3, 0.45, 0.2, "equilibrium", RSB(1))
    assert (best.phase, best.wins, said(best)) == ("spin_glass", True, [])
    glass = phases_at(D3, 0.1, 0.2, RSB(1)).metastable[0]
    assert repr(glass).endswith("; metastable: retrieval wins)")


def test_the_diagram_says_who_wins():
    at = PhaseDiagram(D3, RSB(1), 1.0, (), (), ()).at(0.45, 0.2)
    assert [(s.phase, s.wins) for s in (at.equilibrium, *at.metastable)] == [("spin_glass", True), ("retrieval", False)]


@pytest.mark.parametrize("phase", ["retrieval", "spin_glass", "paramagnetic", "equilibrium"])
@pytest.mark.parametrize(("network", "ansatz"), [(D3, RS()), (D3, RSB(1)), (DenseHebbian(2), RSB(1)), (SELF3, RS())])
def test_asking_changes_no_number(network, phase, ansatz):
    loads = [0.02, 0.1, 0.42, 0.5, 0.9]
    plain, asked = scan(network, loads, 0.25, phase, ansatz), scan(network, loads, 0.25, phase, ansatz, wins=True)
    assert plain == asked
    assert hash(plain) == hash(asked)
    for s, load in zip(asked, loads, strict=True):
        best = solve(network, load, 0.25, "equilibrium", ansatz)
        if s.status.ok:  # one rule
            assert s.wins is (s.phase == best.phase)
        else:
            assert s.wins is None


@pytest.mark.parametrize(("network", "T"), [(D3, 0.1), (DenseHebbian(2), 0.0), (DenseHebbian(4), 0.3), (SELF3, 0.2)])
@pytest.mark.parametrize("ansatz", [RS(), RSB(1)])
def test_retrieval_wins_up_to_coexistence(network, T, ansatz):
    meet = glassy.coexistence(network, T, ansatz)
    path = scan(network, [meet.load * (1.0 + x) for x in (-0.1, -1e-6, 1e-6, 0.001)], T, ansatz=ansatz, wins=True)
    assert [s.wins for s in path] == [True, True, False, False]
    assert [s.wins for s in judged([meet.retrieval, meet.other])] == [True, True]  # to rounding both win


def test_phases_of_equal_free_energy_both_win():
    between = everywhere(D3, 1.0, 0.66, RSB(1))  # T_c < T < T_d: x_1 = 1, f of the paramagnet
    assert {p: s.wins for p, s in between.items()} == {"spin_glass": True, "paramagnetic": True}
    s = solve(D3, 0.45, 0.2, ansatz=RSB(1))
    other = replace(s, phase="spin_glass", free_energy=s.free_energy * (1.0 + 1e-13))
    assert [x.wins for x in judged([s, other])] == [True, True]
    assert [x.wins for x in judged([s, replace(other, free_energy=s.free_energy * (1.0 + 1e-11))])] == [False, True]
    one, two = judged([s, other])
    assert "retrieval f=-0.53841272 unstable (replicon -0.097): try RSB(2) and spin_glass f=" in repr(
        PhasePoint(D3, s.load, s.T, RSB(1), one, (two,))
    )


def test_a_saddle_that_another_with_m_0_supersedes_is_not_called_metastable():
    cold = everywhere(D3, 1.0, 0.3, RSB(1))  # below T_c the paramagnet has the smaller f, and is no state
    assert cold["paramagnetic"].free_energy < cold["spin_glass"].free_energy
    assert {p: s.wins for p, s in cold.items()} == {"spin_glass": True, "paramagnetic": False}
    assert said(cold["paramagnetic"]) == ["superseded"]
    cold = everywhere(D3, 0.42, 0.2, RSB(1))  # nor does its low f hide that retrieval wins over the glass
    assert cold["paramagnetic"].free_energy < cold["retrieval"].free_energy < cold["spin_glass"].free_energy
    assert {p: s.winner for p, s in cold.items()} == {
        "retrieval": "retrieval", "spin_glass": "retrieval", "paramagnetic": "spin_glass",
    }  # fmt: skip


@pytest.mark.parametrize("lost", ["retrieval", "spin_glass", "paramagnetic"])
def test_who_wins_is_unknown_where_a_phase_was_not_found(lost, monkeypatch):
    real = solver._solve

    def failing(network, load, T, phase, *rest):
        s = real(network, load, T, phase, *rest)
        return s and (replace(s, status=Status.NOT_CONVERGED) if phase == lost else s)

    monkeypatch.setattr(solver, "_solve", failing)
    for phase in ("retrieval", "spin_glass", "paramagnetic"):
        assert scan(D3, 0.42, 0.2, phase, RSB(1), wins=True)[0].wins is None
    assert solve(D3, 0.42, 0.2, "equilibrium", RSB(1), strict=False).wins is None
    if lost != "paramagnetic":  # phases_at asks for the m = 0 state alone
        point = phases_at(D3, 0.42, 0.2, RSB(1))
        assert [s.wins for s in (point.equilibrium, *point.metastable)] == [None, None]


def test_who_wins_is_unknown_within_the_errors_of_the_limit():
    s = replace(solve(D3, 0.45, 0.2, ansatz=RSB(1)), ansatz=FullRSB())

    def winners(shift, error):
        glass = replace(s, phase="spin_glass", free_energy=Estimate(s.free_energy + shift, error))
        return [x.wins for x in judged([replace(s, free_energy=Estimate(s.free_energy, error)), glass])]

    assert winners(1e-6, 1e-7) == [True, False]
    assert winners(-1e-6, 1e-7) == [False, True]
    assert winners(1e-6, 0.9e-6) == winners(-1e-6, 0.9e-6) == [None, None]
    assert winners(0.0, 1e-7) == [True, True]
    full = everywhere(D3, 0.45, 0.2, FullRSB(4))
    assert {p: s.wins for p, s in full.items()} == {"retrieval": False, "spin_glass": True, "paramagnetic": False}


# ---- boundaries and tables ----


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
        return [line for line in glassy.compare(solve(D3, run.load, T), run).table().splitlines() if "theory is " in line]

    with pytest.warns(glassy.EquilibrationWarning):
        assert noted(0.5) == []
    with pytest.warns(glassy.EquilibrationWarning):
        (note,) = noted(0.08)
    assert note.startswith("note: the theory is unstable (replicon -")
    assert note.endswith("): try RSB(1)")


# ---- files ----


def test_files_keep_who_wins(tmp_path):
    path = scan(D3, [0.1, 0.45, 9.0], 0.2, ansatz=RSB(1), wins=True)
    point = phases_at(D3, 0.45, 0.2, RSB(1))
    kept, found = glassy.load(path.save(tmp_path / "grid")), glassy.load(point.save(tmp_path / "point"))
    assert (kept, found) == (path, point)
    assert list(map(repr, kept)) == list(map(repr, path))
    assert [s.wins for s in kept] == [True, False, None]
    assert (found.equilibrium.winner, found.metastable[0].winner, repr(found)) == ("spin_glass", "spin_glass", repr(point))


@pytest.mark.parametrize("name", ["solution_rs", "solution_rsb"])
def test_solutions_of_older_files_are_judged_by_their_replicons(name):
    s = glassy.load(OLD / name)
    assert s.wins is None
    assert s.stable is solve(s.network, s.load, s.T, s.phase, s.ansatz).stable
    assert replace(s, replicons=(-1.0,) * len(s.replicons), status=Status.CONVERGED).stable is False


# ---- plots ----


def test_a_branch_is_pale_where_unstable_and_thin_where_it_loses():
    ax = Figure().subplots()
    x = [0.1, 0.2, 0.4, 0.43, 0.45, 9.0]
    path = scan(D3, x, 0.08, ansatz=RSB(1), wins=True)
    marks = [(s.stable is False, s.wins is False) for s in path]
    assert marks == [(False, False), (False, False), (True, False), (True, True), (True, True), (False, False)]
    plots.branch(ax, x, path.values("m").tolist(), path.points, "black")
    drawn = [(line.get_xdata().tolist(), line.get_alpha(), line.get_linewidth()) for line in ax.get_lines()]
    assert [xs for xs, *_ in drawn] == [[0.1, 0.2, 0.4], [0.4, 0.43], [0.43, 0.45, 9.0], [9.0]]
    (_, full, wide), (_, pale, still_wide), (_, still_pale, thin), _ = drawn
    assert full is None
    assert pale == still_pale < 1.0
    assert thin < wide == still_wide
    labels = [h.get_label() for h in plots.marks_legend(path)]
    assert labels == ["unstable saddle", "metastable: another phase wins"]
    assert plots.marks_legend(path[:2]) == []


def legends(monkeypatch, draw):
    """Legend texts of the figures that `draw` writes."""
    texts = []
    real = plots.save

    def keep(fig, path):
        texts.append([t.get_text() for ax in fig.axes if ax.get_legend() for t in ax.get_legend().get_texts()])
        return real(fig, path)

    monkeypatch.setattr(plots, "save", keep)
    assert draw().exists()
    return texts[0]


@pytest.mark.slow
def test_figures_of_scans_and_comparisons_say_it(tmp_path, monkeypatch):
    T = [0.05, 0.2, 0.35, 0.5]
    grids = [scan(D3, 0.43, T, p, RSB(1), wins=True) for p in ("retrieval", "spin_glass")]
    both = legends(monkeypatch, lambda: plots.solutions(grids, tmp_path / "scan"))
    assert both == ["retrieval, RSB(1)", "spin_glass, RSB(1)", "unstable saddle", "metastable: another phase wins"]
    calm = scan(D3, [0.1, 0.2], 0.5, wins=True)
    assert legends(monkeypatch, lambda: plots.solutions(calm, tmp_path / "calm", ("q_EA",))) == ["retrieval, RS"]
    run = glassy.simulate(D3, load=0.43, T=0.3, N=20, samples=2, sweeps=20, seed=1)
    with pytest.warns(glassy.EquilibrationWarning):
        c = glassy.compare(solve(D3, run.load, 0.3), run)
    text = legends(monkeypatch, lambda: plots.comparison([c], tmp_path / "comparison", ("m",)))
    assert text == ["RS theory", "N = 20", "unstable saddle", "metastable: another phase wins"]
    for bad in ([], [solve(D3, 0.1, 0.5)], "m"):
        with pytest.raises(glassy.InputError, match="scans must be"):
            plots.solutions(bad, tmp_path / "x")
    for names in ("m", (), ("wonder",), ("status",)):
        with pytest.raises(glassy.InputError, match="observables must be"):
            plots.solutions(calm, tmp_path / "x", names)
