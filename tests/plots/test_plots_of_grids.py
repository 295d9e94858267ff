"""Figures of grids: every point where it is, hollow where it is not to be used, and what has no place counted."""

import math

import numpy as np
import pytest
from matplotlib.colors import to_hex

import glassy
from glassy import RS, RSB, DenseHebbian, InputError, Status, plots
from glassy.core.grid import Grid

D3 = DenseHebbian(P=3)
RUNS = glassy.simulate(D3, load=[0.1, 0.2], T=[0.2, 0.4, 0.8], N=20, samples=3, sweeps=60, seed=1)
SIZES = [glassy.simulate(D3, 0.3, [0.5, 1.0, math.inf], N, start="random", method=glassy.ReplicaExchange(), sweeps=200, seed=1)
         for N in (10, 16)]  # fmt: skip


def legend(ax):
    return [t.get_text() for t in ax.get_legend().get_texts()]


def drawn(ax):
    """Return the points of every errorbar: x, y, errors, whether filled, colour."""
    found = []
    for bars in ax.containers:
        line, _, (segments,) = bars
        length = [0.5 * float(np.ptp(s[:, 1])) for s in segments.get_segments()]
        look = line.get_markerfacecolor() != "none", to_hex(line.get_color())
        found += [(x, y, e, *look) for x, y, e in zip(line.get_xdata(), line.get_ydata(), length, strict=True)]
    return found


def test_runs_are_drawn_where_they_are_with_their_errors():
    ax = RUNS.plot("m")
    found = sorted(drawn(ax))
    assert len(found) == len(RUNS)
    expected = sorted((p.T, float(p.m), p.m.error, p.status.ok) for p in RUNS)
    assert [f[:4] for f in found] == [pytest.approx(e, abs=1e-12) for e in expected]
    assert not all(p.status.ok for p in RUNS)  # or nothing would be hollow
    colors = {p.load: {f[4] for f in found if f[1] == float(p.m)} for p in RUNS}
    assert len(set.union(*colors.values())) == 2  # one for each load
    assert legend(ax)[:2] == [f"N = 20, load {p.load:.3g}" for p in (RUNS[0, 0], RUNS[1, 0])]
    bad = {p.status.name for p in RUNS if not p.status.ok}
    assert set(legend(ax)[-1].split("\n")) == {"not to be used:", *bad}


def test_the_other_axis():
    ax = RUNS.plot("m", x="load")
    assert ax.get_xlabel() == "load"
    assert sorted(x for x, *_ in drawn(ax)) == pytest.approx(sorted(p.load for p in RUNS))
    assert [t.rpartition(", ")[2] for t in legend(ax)[:3]] == ["T = 0.2", "T = 0.4", "T = 0.8"]
    with pytest.raises(InputError, match="x must be one of 'T', 'load' and 'N', .* got 'K'"):
        RUNS.plot("m", x="K")


def test_what_has_no_place_is_counted():
    theory = glassy.scan(D3, load=[0.1, 0.2, 3.0, 4.0], T=0.2)
    ax = theory.plot("m")
    assert ax.get_xlabel() == "load\n2 of 4 points not drawn: LEFT_PHASE"
    y = np.concatenate([line.get_ydata() for line in ax.lines])
    assert set(y[np.isfinite(y)]) == {theory[0].m, theory[1].m}
    assert SIZES[0].plot("energy").get_xlabel() == "temperature T\n1 of 3 points not drawn: at infinity"
    assert theory[:2].plot("m").get_xlabel() == "load"  # the twin


def test_a_saddle_that_was_not_found_is_not_drawn_though_it_has_numbers():
    s = glassy.solve(D3, 0.1, 0.2)
    bad = glassy.theory.solution.replace(s, T=0.3, m=0.5, status=Status.NOT_CONVERGED)
    ax = Grid((s, bad, glassy.solve(D3, 0.1, 0.4)), (3,)).plot("m")
    assert ax.get_xlabel() == "temperature T\n1 of 3 points not drawn: NOT_CONVERGED"
    assert not any(0.5 in line.get_ydata() for line in ax.lines)
    lone = [line for line in ax.lines if line.get_marker() == "." and len(line.get_xdata())]
    assert sorted(lone[0].get_xdata()) == [0.2, 0.4]  # neighbours of a gap are no line: each is a dot


def test_theory_and_runs_of_one_load_have_one_colour():
    theory = [glassy.scan(D3, load, [0.2, 0.4, 0.8]) for load in (0.1, 0.2)]
    ax = plots.grids([*theory, RUNS], "m")
    points, lines = {f[4] for f in drawn(ax)}, {to_hex(line.get_color()) for line in ax.lines if line.get_linestyle() == "--"}
    assert points == lines
    both = plots.grids([glassy.scan(D3, 0.4, [0.2, 0.4], ansatz=a) for a in (RS(), RSB(1))], "m")
    assert legend(both)[:2] == ["retrieval, RS", "retrieval, RSB(1)"]
    assert both.get_title() == "DenseHebbian(P=3), load 0.4"


def test_many_loads_have_colours_of_their_own():
    ax = plots.grids([glassy.scan(D3, load, [0.1, 0.2]) for load in np.linspace(0.02, 0.2, 9)], "m")
    assert len({line.get_color() for line in ax.lines if len(line.get_xdata()) > 1}) == 9


def test_a_drawing_over_another_keeps_its_legend():
    theory = glassy.scan(D3, 0.3, [0.5, 1.0], "paramagnetic")
    ax = theory.plot("energy")
    assert SIZES[0].plot("energy", ax=ax) is ax
    assert legend(ax)[:2] == ["paramagnetic, RS", "N = 10"]
    lost = glassy.scan(D3, load=[0.1, 3.0], T=0.2).plot("m")
    glassy.scan(D3, load=[0.2, 4.0, 5.0], T=0.2).plot("m", ax=lost)
    counts = ["1 of 2 points not drawn: LEFT_PHASE", "2 of 3 points not drawn: LEFT_PHASE"]
    assert lost.get_xlabel().split("\n") == ["load", *counts]


def test_reweighted_curves_have_bands():
    curve = SIZES[0].reweighted([0.6, 0.8, 1.2])
    assert curve.plot().get_ylabel() == "energy per spin"  # it has no m
    ax = plots.grids([SIZES[0], curve], "energy")
    assert legend(ax)[:2] == ["N = 10", "reweighted"]
    (band,) = ax.collections[-1].get_paths()
    y = band.vertices[:, 1]
    assert y.min() == pytest.approx(min(float(p.energy) - p.energy.error for p in curve))
    assert y.max() == pytest.approx(max(float(p.energy) + p.energy.error for p in curve))
    both = plots.grids([*SIZES, *(g.reweighted([0.6, 0.8]) for g in SIZES)])
    assert legend(both)[:4] == ["N = 10", "N = 16", "reweighted, N = 10", "reweighted, N = 16"]
    solid = [to_hex(line.get_color()) for line in both.lines if line.get_linestyle() == "-"]
    assert set(solid) == {f[4] for f in drawn(both)}  # one colour a size


def test_sizes_of_a_binder_cumulant():
    ax = plots.binder(SIZES)
    assert legend(ax)[:2] == ["N = 10", "N = 16"]
    assert sorted(y for _, y, *_ in drawn(ax)) == pytest.approx(sorted(float(p.binder_q) for g in SIZES for p in g[:2]))
    assert ax.get_xlabel() == "temperature T\n2 of 6 points not drawn: at infinity"
    assert {f[4] for f in drawn(ax)} == {to_hex(c) for c in plots.COLORS[2:4]}
    assert plots.binder(SIZES, "m").get_ylabel() == "Binder cumulant of m"
    with pytest.raises(InputError, match=r"of one network and two sizes or more, got .* N=\[10\]"):
        plots.binder(SIZES[:1])
    with pytest.raises(InputError, match="a sequence of Grids of Samples"):
        plots.binder([glassy.scan(D3, 0.1, [0.1, 0.2])])
    with pytest.raises(InputError, match="of_what must be 'q' or 'm'"):
        plots.binder(SIZES, "energy")


def test_a_memory_without_a_load_is_drawn():
    memory = glassy.SeparableMemory([-((x / 10.0) ** 3) for x in range(-10, 11, 2)])
    runs = glassy.simulate(memory, K=3, T=[0.5, 1.0], samples=2, sweeps=40, seed=1)
    assert runs.plot("m").get_title() == "SeparableMemory(N=10)"
    assert runs[0].plot_overlaps().get_title() == "SeparableMemory(N=10), T = 0.5"


def test_a_grid_of_any_shape_and_kind_is_drawn_or_refused():
    cold = RUNS[0, 0]
    for point in (cold, glassy.solve(D3, 0.1, 0.2)):
        ax = Grid((point,), ()).plot("m")
        assert ax.get_xlabel() == "temperature T"
        assert float(point.m) in np.concatenate([np.ravel(line.get_ydata()) for line in ax.lines])
    exact = [glassy.enumerate_states(D3, load=0.3, T=T, N=8, seed=1) for T in (0.2, 0.4)]
    ax = Grid(tuple(exact), (2,)).plot("m")
    (crosses,) = (line for line in ax.lines if line.get_marker() == "x")
    assert list(crosses.get_ydata()) == [e.m for e in exact]
    assert legend(ax) == ["enumeration, N = 8"]
    assert "2 of them usable" in repr(Grid(tuple(exact), (2,)))
    theory = glassy.scan(D3, 0.3, [0.2, 0.4])
    mixed = Grid((theory[0], exact[1], cold, exact[0], theory[1]), (5,)).plot("m")
    named = {"retrieval, RS": 0.3, "enumeration, N = 8": exact[0].load, "N = 20": cold.load}
    assert legend(mixed)[:3] == [f"{name}, load {load:.3g}" for name, load in named.items()]
    assert [f[:2] for f in drawn(mixed)] == [(0.2, float(cold.m))]
    numbers = glassy.annealed(D3, 40, 20, 1.0)
    with pytest.raises(InputError, match="points of a Grid must have a status to be drawn, got Annealed"):
        Grid((numbers,), (1,)).plot("energy")
    with pytest.raises(InputError, match="must know their T, load or N to be drawn against it, got StorageCapacity"):
        Grid((glassy.storage_capacity(D3),), (1,)).plot("load_c")


def test_what_was_asked_of_some_points_alone_is_drawn_there():
    """Whether a phase wins is None where nobody asked, at the first point as well."""
    asked, unasked = glassy.scan(D3, 0.1, [0.3, 0.4], wins=True), glassy.scan(D3, 0.1, [0.2])
    for order in ((*unasked, *asked), (*asked, *unasked)):
        ax = Grid(order, (3,)).plot("wins")
        assert ax.get_xlabel() == "temperature T\n1 of 3 points not drawn: no number"
        y = ax.lines[0].get_ydata()
        assert sorted(y[np.isfinite(y)]) == [1.0, 1.0]
    with pytest.raises(InputError, match="got 'wins'. It is None of every point"):
        unasked.plot("wins")
    with pytest.raises(InputError, match="must be numbers of a Samples, as 'energy', got 'free_energy'"):
        Grid((glassy.solve(D3, 0.1, 0.2), RUNS[0, 0]), (2,)).plot("free_energy")


def test_grids_that_have_nothing_in_common_are_refused():
    theory = glassy.scan(D3, 0.3, [0.5, 1.0])
    with pytest.raises(InputError, match="must be numbers of a Samples, as 'energy', got 'free_energy'"):
        plots.grids([theory, RUNS], "free_energy")
    with pytest.raises(InputError, match="must be a word or a non-empty sequence of words, got 3"):
        theory.plot(3)
