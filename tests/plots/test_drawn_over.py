"""A drawing over another looks as both drawn together, or is refused."""

import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

import glassy
from glassy import RSB, DenseHebbian, InputError, plots

D3, D4 = DenseHebbian(P=3), DenseHebbian(P=4)
COLD, WARM = (glassy.scan(D3, [0.1, 0.2], T) for T in (0.3, 0.6))
RUNS = glassy.simulate(D3, load=0.2, T=[0.3, 0.6], N=20, samples=2, replicas=2, sweeps=60, seed=1)


def look(ax):
    lines = sorted((to_hex(line.get_color()), line.get_linestyle(), str(list(line.get_ydata()))) for line in ax.lines)
    return ax.get_title(), ax.get_ylabel(), [t.get_text() for t in ax.get_legend().get_texts()], len(ax.containers), lines


def over(*drawings):
    ax = Figure().subplots()
    for draw in drawings:
        assert draw(ax) is ax
    return ax


OTHERS = glassy.scan(D4, [0.1, 0.2], 0.3), glassy.scan(D4, [0.1, 0.2], 0.4)
ALONG_T = [glassy.scan(D3, load, [0.3, 0.5]) for load in (0.2, 0.1)]


@pytest.mark.parametrize("grids", [(COLD, WARM), (COLD, OTHERS[0]), (WARM, COLD, OTHERS[1]), (RUNS, *ALONG_T)])
def test_grids_over_each_other_are_those_drawn_together(grids):
    apart = over(*(lambda ax, g=g: g.plot("m", ax=ax) for g in grids))
    assert look(apart) == look(plots.grids(list(grids), "m"))
    assert look(apart) != look(grids[-1].plot("m"))


def test_titles_are_true_of_all():
    title, _, entries, *_ = look(over(lambda ax: COLD.plot(ax=ax), lambda ax: WARM.plot(ax=ax)))
    assert title == "DenseHebbian(P=3)"
    assert entries == ["retrieval, RS, T = 0.3", "retrieval, RS, T = 0.6"]


def test_overlaps_and_memories_over_each_other():
    a, b = RUNS
    apart = over(lambda ax: a.plot_overlaps(ax=ax), lambda ax: b.plot_overlaps(ax=ax))
    assert look(apart) == look(plots.overlaps([a, b]))
    assert [" T = 0.3 " in look(apart)[2][0], " T = 0.6 " in look(apart)[2][1]] == [True, True]
    glass = [glassy.solve(D3, load, 0.2, "spin_glass", RSB(1)) for load in (0.5, 1.0)]
    apart = over(*(lambda ax, s=s: s.plot_x(ax=ax) for s in glass))
    assert look(apart) == look(plots.parisi(glass))
    assert look(apart)[2][:2] == ["RSB(1), load 0.5", "RSB(1), load 1"]
    found = [r.autocorrelation("energy") for r in RUNS]
    assert look(over(*(lambda ax, c=c: c.plot(ax=ax) for c in found))) == look(plots.autocorrelation(found))


def test_other_quantities_are_refused_and_nothing_is_lost():
    ax = glassy.scan(D3, [0.1, 9.0], 0.3).plot("m")
    before = look(ax), ax.get_xlabel()
    assert before[1] == "load\n1 of 2 points not drawn: LEFT_PHASE"
    with pytest.raises(
        InputError, match="must show 'magnetization m' against 'temperature T' already, .*against 'load'. Give other"
    ):
        RUNS.plot("m", ax=ax)
    with pytest.raises(InputError, match="must show 'energy per spin' against 'load' already"):
        COLD.plot("energy", ax=ax)
    with pytest.raises(InputError, match="must have no drawing yet, .* Give each run axes of its own"):
        RUNS[0].plot("m", ax=ax)
    assert (look(ax), ax.get_xlabel()) == before
    ax.clear()
    assert RUNS.plot("m", ax=ax).get_xlabel() == "temperature T"
    with pytest.raises(InputError, match="ax must be 2 Axes, one for each panel, got 1"):
        COLD.plot(["m", "q"], ax=[ax, ax])


def test_what_readers_drew_themselves_stays():
    ax = Figure().subplots()
    bars = ax.errorbar([0.1], [0.5], [0.1], label="mine")
    ax.legend()
    for grid in (COLD, WARM):
        grid.plot("m", ax=ax)
    assert list(ax.containers) == [bars]
    assert look(ax)[2] == ["mine", "retrieval, RS, T = 0.3", "retrieval, RS, T = 0.6"]


def test_bars_side_by_side_are_drawn_together():
    ax = glassy.storage_capacity(D3).plot()
    with pytest.raises(InputError, match="must have no drawing yet, .* Give a list of all of them"):
        glassy.storage_capacity(D4).plot(ax=ax)
