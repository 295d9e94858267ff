"""Phase diagrams: every line by its definition, the named points, point queries, files, interruption."""

import csv
import math

import numpy as np
import pytest

import glassy
from glassy import (
    RS,
    RSB,
    DenseHebbian,
    FullRSB,
    InputError,
    Status,
    coexistence,
    phase_diagram,
    phases_at,
    solve,
    spin_glass_temperatures,
    spinodal,
)
from glassy.phases import phase_diagram as drafting

pytestmark = pytest.mark.slow  # eight diagrams
SELF = "self-interacting"
CASES = [(DenseHebbian(P, k), a) for P, k in ((2, "distinct"), (3, "distinct"), (3, SELF), (4, SELF)) for a in (RS(), RSB(1))]


@pytest.fixture(scope="module")
def diagrams():
    return {(n, a): phase_diagram(n, a, tolerance=2e-3) for n, a in CASES}


@pytest.fixture(params=CASES, ids=repr)
def diagram(request, diagrams):
    return diagrams[request.param]


def test_every_point_of_a_line_is_good(diagram):
    for line in diagram.lines:
        assert len(line.load) == len(line.T) == len(line.status) == len(line.residual)
        assert all(s.ok for s in line.status), line
        assert np.all(line.residual <= 1e-10), line


def test_lines_by_their_definition(diagram):
    network, ansatz = diagram.network, diagram.ansatz
    spin, coex, at = diagram["spinodal"], diagram["coexistence"], diagram["AT"]
    i = len(spin.T) // 2
    assert spin.load[i] == pytest.approx(spinodal(network, spin.T[i], ansatz).load, rel=1e-10)
    i = len(coex.T) // 3
    assert coex.load[i] == pytest.approx(coexistence(network, coex.T[i], ansatz).load, rel=1e-10)
    for i in (5, len(at.T) // 2):
        assert abs(solve(network, at.load[i], at.T[i]).replicon) < 1e-6


def test_lines_are_smooth(diagram):
    """No point lies further than the tolerance from the chord through its neighbours, and there are no gaps."""
    for name in ("spinodal", "coexistence", "AT"):
        line = diagram[name]
        x, y = line.load / diagram.load_max, line.T / line.T.max()
        assert np.all(np.isfinite(x))
        assert np.hypot(np.diff(x), np.diff(y)).max() < 0.35


def test_ends(diagram):
    spin, coex = diagram["spinodal"], diagram["coexistence"]
    assert diagram.point("capacity").load == spinodal(diagram.network, 0.0, diagram.ansatz).load == spin.load[0]
    assert diagram.point("ground state").load == coex.load[0]
    assert (spin.T[0], coex.T[0], spin.load[-1], coex.load[-1]) == (0.0, 0.0, 0.0, 0.0)
    end = diagram.point("spinodal end").T
    assert solve(diagram.network, 0.0, end * (1 - 1e-6), strict=False).status.ok
    assert solve(diagram.network, 0.0, end * (1 + 1e-6), strict=False).status is Status.LEFT_PHASE


def test_the_nishimori_line_is_drawn_and_its_point_found(diagrams):
    for (network, _), d in diagrams.items():
        if network.P == 2 or network.interactions == SELF:
            assert any("Nishimori" in text for text in d.absent)
            continue
        glass = spin_glass_temperatures(network)
        point = d.point("Nishimori point")
        assert (point.load, point.T) == pytest.approx((glass.T_d**2,) * 2, abs=1e-9)
        assert d.point("spinodal nose").load == pytest.approx(glass.T_d**2, abs=1e-9)  # the bound B.1 is attained there
        assert np.all(d["spinodal"].load <= glass.T_d**2 * (1 + 1e-12))


def test_rsb_coexistence_meets_T_c_on_the_nishimori_line(diagrams):
    d = diagrams[DenseHebbian(3), RSB(1)]
    t_c2 = spin_glass_temperatures(DenseHebbian(3)).T_c ** 2
    assert d.point("coexistence meets T_c").load == pytest.approx(t_c2, abs=1e-8)
    assert d.point("coexistence meets T_c").T == pytest.approx(t_c2, abs=1e-8)
    assert np.all(d["coexistence"].load <= t_c2 * (1 + 1e-12))
    assert np.any(diagrams[DenseHebbian(3), RS()]["coexistence"].load <= 0.7 * t_c2)  # RS turns far back


def test_glass_lines_scale_with_sqrt_load(diagrams):
    d = diagrams[DenseHebbian(3), RSB(1)]
    glass = spin_glass_temperatures(DenseHebbian(3), 0.3)
    for name, T in (("T_d", glass.T_d), ("T_c", glass.T_c), ("T_G", glass.T_G)):
        line = d[name]
        assert np.interp(math.sqrt(0.3), np.sqrt(line.load), line.T) == pytest.approx(T, rel=1e-12)
    two = diagrams[DenseHebbian(2), RS()]["T_g"]
    assert two.T == pytest.approx(1.0 + np.sqrt(two.load), rel=1e-14)


def test_re_entrance_of_RS_and_what_RSB_makes_of_it(diagrams):
    for network in (DenseHebbian(2), DenseHebbian(3), DenseHebbian(4, SELF)):
        lost = []
        for ansatz in (RS(), RSB(1)):
            d = diagrams[network, ansatz]
            lost.append(d.point("spinodal nose").load / d.point("capacity").load - 1.0)
        assert lost[0] > 1.5 * lost[1] > 0.0


def test_which_phase_wins_where(diagram):
    network, coex = diagram.network, diagram["coexistence"]
    i = len(coex.T) // 3
    load, T = coex.load[i], coex.T[i]
    left, right = diagram.at(0.99 * load, T), diagram.at(1.01 * load, T)
    assert left.equilibrium.phase == "retrieval"
    assert [s.phase for s in right.metastable] == ["retrieval"]
    assert left.metastable[0].phase == right.equilibrium.phase
    assert left.equilibrium.free_energy < left.metastable[0].free_energy
    far = diagram.at(1.5 * diagram["spinodal"].load.max(), 0.2)
    assert far.metastable == ()
    assert far.network == network
    hot = phases_at(network, 0.01, 2.0, diagram.ansatz)
    assert hot.equilibrium.phase == "paramagnetic"


def test_equilibrium_agrees_with_solve(diagrams):
    for (network, ansatz), d in diagrams.items():
        for load, T in ((0.02, 0.1), (0.1, 0.5), (0.3, 0.3), (0.05, 0.9)):
            assert d.at(load, T).equilibrium.phase == solve(network, load, T, "equilibrium", ansatz).phase


def test_files(diagrams, tmp_path):
    d = diagrams[DenseHebbian(3), RSB(1)]
    back = glassy.load(d.save(tmp_path / "diagram"))
    assert repr(back) == repr(d)
    assert np.array_equal(back["spinodal"].load, d["spinodal"].load)
    assert back.points == d.points
    with d.csv(tmp_path / "diagram.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {r["line"] for r in rows} >= {"spinodal", "coexistence", "AT", "T_c", "point: capacity"}
    assert [float(r["load"]) for r in rows if r["line"] == "spinodal"] == d["spinodal"].load.tolist()


def test_an_interrupted_diagram_goes_on(tmp_path, monkeypatch):
    network, path = DenseHebbian(3), tmp_path / "part.npz"
    whole = phase_diagram(network, tolerance=0.01)
    calls = []

    def stop(*args, **kwargs):
        calls.append(args)
        if len(calls) == 8:
            raise KeyboardInterrupt
        return coexistence(*args, **kwargs)

    monkeypatch.setattr(drafting, "coexistence", stop)
    with pytest.raises(KeyboardInterrupt):
        phase_diagram(network, tolerance=0.01, out=path)
    assert path.exists()
    again: dict[str, list[float]] = {"coexistence": [], "spinodal": []}

    def counted(name, f):
        def call(network, T, *args, **kwargs):
            if "start" in kwargs:
                again[name].append(T)
            return f(network, T, *args, **kwargs)

        return call

    monkeypatch.setattr(drafting, "coexistence", counted("coexistence", coexistence))
    monkeypatch.setattr(drafting, "spinodal", counted("spinodal", spinodal))
    resumed = phase_diagram(network, tolerance=0.01, out=path)
    assert again["coexistence"]
    assert set(again["coexistence"]).isdisjoint(a[1] for a in calls[:7])
    assert set(again["spinodal"]).isdisjoint(whole["spinodal"].T.tolist())
    for line in whole.lines:
        assert resumed[line.name].load == pytest.approx(line.load, rel=1e-11)
    with pytest.raises(InputError, match="it holds DenseHebbian"):
        phase_diagram(DenseHebbian(5), tolerance=0.05, out=path)


def test_a_failed_point_is_kept_and_breaks_the_line(monkeypatch, tmp_path):
    network = DenseHebbian(3)

    def fails(network, T, ansatz, **kwargs):
        found = spinodal(network, T, ansatz, **kwargs)
        if 0.3 < T < 0.5 and "start" in kwargs:
            return glassy.Spinodal(network, T, ansatz, math.nan, math.nan, found.saddle, Status.NOT_CONVERGED)
        return found

    monkeypatch.setattr(
        drafting,
        "spinodal",
        lambda network, T, ansatz=RS(), **k: fails(network, T, ansatz, **k),  # noqa: B008
    )
    d = phase_diagram(network, tolerance=0.01)
    line = d["spinodal"]
    bad = np.array([s is Status.NOT_CONVERGED for s in line.status])
    assert bad.any()
    assert np.array_equal(np.isnan(line.load), bad)
    assert "failed" in repr(line)
    count = f"{bad.sum()} of {sum(len(line.T) for line in d.lines)}"
    assert glassy.plots.phase_diagram(d).get_xlabel() == f"load\n{count} points not drawn: NOT_CONVERGED"


def test_figures(diagrams, tmp_path):
    both = [diagrams[DenseHebbian(3), a] for a in (RS(), RSB(1))]
    glassy.plots.phase_diagram(both, path=tmp_path / "figure")
    assert (tmp_path / "figure.png").stat().st_size > 20000
    with pytest.raises(InputError, match="of one network"):
        glassy.plots.phase_diagram([both[0], diagrams[DenseHebbian(2), RS()]])
    with pytest.raises(InputError, match="Call glassy.phase_diagram"):
        glassy.plots.phase_diagram([])


def test_a_network_without_an_AT_line_at_m0():
    d = phase_diagram(DenseHebbian(9, SELF), tolerance=0.05)
    assert any("m = 0 AT" in text for text in d.absent)
    assert "T_c" in [line.name for line in phase_diagram(DenseHebbian(9, SELF), RSB(1), tolerance=0.05).lines]


def test_bad_input(diagrams):
    with pytest.raises(InputError, match="path of a file"):
        phase_diagram(DenseHebbian(3), out=3)
    clipped = phase_diagram(DenseHebbian(4), load_max=0.05, tolerance=0.05)
    assert clipped.point("coexistence meets onset").load == pytest.approx(0.277874119, abs=1e-7)  # not where the line is cut
    with pytest.raises(InputError, match="folder that exists"):
        phase_diagram(DenseHebbian(3), out="/nowhere/at/all")
    with pytest.raises(InputError, match="RSB\\(k\\) for a diagram"):
        phase_diagram(DenseHebbian(3), FullRSB())
    with pytest.raises(InputError, match="tolerance must be"):
        phase_diagram(DenseHebbian(3), tolerance=0.0)
    with pytest.raises(InputError, match="a line must be one of"):
        diagrams[DenseHebbian(2), RS()]["T_d"]
    with pytest.raises(InputError, match="a point must be one of"):
        diagrams[DenseHebbian(2), RS()].point("Nishimori point")


def test_on_the_onset_itself_one_phase_is_named():
    """Where the replicon of m = 0 is zero to rounding, the state has the name that `solve` gives it."""
    network = DenseHebbian(3, "self-interacting")
    for load in np.linspace(0.25, 0.35, 30).tolist():
        T = glassy.at_line(network, load, "paramagnetic").T
        for ansatz in (RS(), RSB(1)):
            found = phases_at(network, load, T, ansatz).equilibrium
            assert found.status.ok
            assert found.free_energy == pytest.approx(solve(network, load, T, "equilibrium", ansatz).free_energy, abs=1e-14)
