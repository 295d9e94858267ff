"""Which phase wins is asked for: who loses says so, and where that is unknown."""

from dataclasses import replace

import pytest

import glassy
from glassy import RS, RSB, DenseHebbian, Estimate, FullRSB, Status, phases_at, scan, solve
from glassy.phases.diagram import PhaseDiagram, PhasePoint
from glassy.theory import solve as solver
from glassy.theory.solve import judged

D3 = DenseHebbian(3)
SELF3 = DenseHebbian(3, interactions="self-interacting")
WORDS = ("unstable", "metastable", "superseded")


def said(result):
    return [word for word in WORDS if word in repr(result)]


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

    monkeypatch.setattr(solver, "_solve", failing)  # private: every caller asks it for each phase
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


def test_files_keep_who_wins(tmp_path):
    path = scan(D3, [0.1, 0.45, 9.0], 0.2, ansatz=RSB(1), wins=True)
    point = phases_at(D3, 0.45, 0.2, RSB(1))
    kept, found = glassy.load(path.save(tmp_path / "grid")), glassy.load(point.save(tmp_path / "point"))
    assert (kept, found) == (path, point)
    assert list(map(repr, kept)) == list(map(repr, path))
    assert [s.wins for s in kept] == [True, False, None]
    assert (found.equilibrium.winner, found.metastable[0].winner, repr(found)) == ("spin_glass", "spin_glass", repr(point))
