"""Figures of tables, of a phase behind a wall, and of two starts: what was measured is where it is, with its error."""

import math

import numpy as np
import pytest
from matplotlib.figure import Figure

import glassy
from glassy import DenseHebbian, Estimate, InputError, Measured, Remark, Status, Table, plots

D3 = DenseHebbian(P=3)
RUNS = [glassy.simulate(D3, load=0.1, T=0.3, N=N, samples=8, sweeps=200, seed=3) for N in (40, 60)]
TABLE = Table.of(glassy.solve(D3, 0.1, 0.3), RUNS)


def legend(ax):
    return [t.get_text() for t in ax.get_legend().get_texts()]


def drawn(ax):
    """Return the points of every errorbar: x, y, error, whether filled."""
    found = []
    for bars in ax.containers:
        line, _, (segments,) = bars
        length = [0.5 * float(np.ptp(s[:, 1])) for s in segments.get_segments()]
        filled = line.get_markerfacecolor() != "none"
        found += [(x, y, e, filled) for x, y, e in zip(line.get_xdata(), line.get_ydata(), length, strict=True)]
    return sorted(found)


def row(**columns):
    return Measured.of(
        Estimate(0.5, 0.1, samples=4), **{"theory": 0.4, "quantity": "m", "load": 0.1, "T": 0.3, "N": 40} | columns
    )


def test_a_table_at_one_state_point_is_against_the_size():
    ax = TABLE.plot("m")
    mine = TABLE.where(quantity="m")
    expected = sorted((1.0 / r.N, r.simulation, r.error, True) for r in mine)
    assert [f[:3] for f in drawn(ax)] == [pytest.approx(e[:3]) for e in expected]
    assert legend(ax) == ["N = 40", "N = 60", "1/N → 0", "theory, RS"]
    assert sorted(zip(*ax.lines[0].get_data(), strict=True)) == sorted((1.0 / r.N, r.theory) for r in mine)
    assert ax.get_title() == "load 0.1, T = 0.3"
    panels = TABLE.plot()
    assert [a.get_ylabel() for a in panels[:2]] == ["magnetization m", "overlap q"]
    assert len(panels) == 4


def test_what_has_no_place_or_does_not_count_is_said():
    rows = [row(T=0.2), row(T=0.3, status=Remark.AT_WALL), row(T=math.inf), row(N=math.inf, status=Status.SHORT_CHAIN)]
    ax = Table([*rows, Measured(quantity="m", load=0.1, T=0.3, N=40, simulation=math.nan, error=math.nan)]).plot()
    assert [f[0] for f in drawn(ax)] == [0.2, 0.3]
    assert [f[3] for f in drawn(ax)] == [True, False]
    assert ax.get_xlabel() == "temperature T\n3 of 5 points not drawn: at infinity, limits not to be used, no number"
    assert "not counted:\nAT_WALL" in legend(ax)
    for bad, words in (
        (lambda: Table().plot(), "a Table must have rows to be drawn"),
        (lambda: TABLE.plot("entropy"), "quantities must be in the table, m, q, energy, energy_excess, got 'entropy'"),
        (lambda: TABLE.plot(x="K"), "x must be 'T', 'load' or '1/N', got 'K'"),
        (lambda: plots.table(3), "result must be a Table or a Held, got 3"),
        (lambda: TABLE.plot(ax=TABLE.plot(["m", "q"])), "ax must be 4 Axes"),
    ):
        with pytest.raises(InputError, match=words):
            bad()


def test_many_sizes_and_many_colours_are_all_drawn():
    rows = [row(N=N, load=x) for N in range(10, 90, 10) for x in np.linspace(0.1, 0.8, 8).tolist()]
    assert len(drawn(Table(rows).plot(x="1/N"))) == 64
    for by, options in (("N", {}), ("load", {"by": "load"})):
        ax = Figure().subplots()
        if options:
            assert len(set(plots.panel(ax, Table(rows), [], "N", "m", **options).values())) == 8
        else:
            plots.points(ax, Table(rows), "load")
        assert len(drawn(ax)) == 64, by
    ax = Figure().subplots()
    levels = dict.fromkeys(range(8), (0.5,))
    plots.overlap_density(ax, [{"T": T, "q": 0.5, "density": 1.0, "error": 0.1} for T in levels], levels)
    assert len(ax.containers) == 8


def test_colours_tell_what_changes():
    rows = [row(load=x, T=T, curve=c) for x in (0.1, 0.2) for T in (0.2, 0.3) for c in ("a", "b")]
    ax = Table(rows).plot()
    assert legend(ax)[:4] == [f"{c}, load {x}" for x in (0.1, 0.2) for c in "ab"]
    assert len({bars[0].get_color() for bars in ax.containers}) == 4
    one = Table(rows).plot(x="load")
    assert one.get_xlabel() == "load"
    assert legend(one)[0] == "a, T 0.2"


def test_a_held_phase_stands_between_its_ansaetze():
    held = glassy.hold(D3, 0.3, [0.1, 0.2, 0.3, 0.5], 40, 0.6, warm=0.3, samples=4, sweeps=100, burn_in=50, seed=1)
    ax = held.plot()[0]
    mine = held.rungs().where(quantity="m", ansatz="RS")
    assert [f[:3] for f in drawn(ax)] == [pytest.approx((r.T, r.simulation, r.error)) for r in mine]  # each once
    assert [f[3] for f in drawn(ax)] == [not r.hollow for r in mine]
    lines = {line.get_linestyle(): list(line.get_ydata()) for line in ax.lines if len(line.get_xdata()) == 4}
    for style, name in (("--", "RS"), ("-", "RSB(1)")):
        assert lines[style] == [r.theory for r in held.rungs().where(quantity="m", ansatz=name)]
    assert "wall at m = 0.6" in ax.figure.get_suptitle()
    assert held.plot("change of energy").get_ylabel() == "change of energy"


def test_two_starts_with_thermal_errors():
    run = {"load": 0.1, "T": 0.3, "N": 60, "samples": 4, "sweeps": 200, "seed": 5}
    pair = glassy.compare_starts(*(glassy.simulate(D3, start=start, **run) for start in ("pattern", "random")))
    axes = pair.plot()
    for ax, m in zip(axes, pair.meetings, strict=True):
        both = [(0, float(m.first), m.first.thermal, False), (1, float(m.second), m.second.thermal, False)]
        assert drawn(ax) == [pytest.approx(e) for e in both]
        assert ax.get_xlabel().startswith(f"z = {m.z:.2f}, p = {m.p:.2g}")
    assert pair.status is Status.NOT_EQUILIBRATED
    assert axes[1].get_xlabel().endswith(": they do not meet")
    assert [t.get_text() for t in axes[0].get_xticklabels()] == ["from pattern", "from random"]
    warm = {**run, "load": 0.2, "T": 1.5, "N": 30, "sweeps": 400}
    pair = glassy.compare_starts(*(glassy.simulate(D3, start=start, **warm) for start in ("pattern", "random")))
    assert all(f[3] for f in drawn(pair.plot()[0]))  # the twin: they meet, and are filled
    with pytest.raises(InputError, match="result must be a Starts, got 3"):
        plots.starts(3)


@pytest.mark.parametrize("layout", [None, "constrained"])
def test_a_legend_beside_axes_that_are_given_is_not_cut(layout):
    diagram = glassy.phase_diagram(D3, tolerance=0.05, progress=False)
    comparison = glassy.compare(glassy.solve(D3, 0.1, 0.3), RUNS)
    for result, draw in ((diagram, "plot"), (comparison, "plot_z"), (glassy.storage_capacity(D3), "plot")):
        fig = Figure(figsize=(6.0, 4.0), layout=layout)
        ax = getattr(result, draw)(ax=fig.subplots())
        fig.draw_without_rendering()
        box, whole = ax.get_legend().get_window_extent(), fig.bbox
        assert whole.x0 <= box.x0 < box.x1 <= whole.x1 + 1.0
        assert (box.x0 > ax.get_window_extent().x1) == (layout is not None)
        if result is diagram and layout is None:  # above the lines
            top = max(np.nanmax(line.get_ydata()) for line in ax.lines)
            assert box.y0 > ax.transData.transform((0.0, top))[1]
