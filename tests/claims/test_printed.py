"""Figures of claims as printed: on a page of a journal, no text too small, over another, or cut; each says its finding."""

import itertools
import re
from importlib.metadata import version

import pytest
from matplotlib.figure import Figure

from glassy import plots
from sims import _sim

PAGE = 17.8 / 2.54  # inches: two columns
SMALLEST = 6.5  # points
CASES = [(claim, name) for claim, module in _sim.claims().items() for name in module.CASES]


def drawn(claim: str, name: str) -> Figure:
    module, folder = _sim.claims()[claim], _sim.finished(claim, name)
    return module.panels(module.CASES[name], _sim.read(folder))


def texts(fig) -> list:
    """Every text that is seen, but for numbers in a colour bar's twin; ticks out of view are none."""
    found = [t for t in fig.texts if t.get_text()] + [fig._suptitle]
    found += [t for legend in fig.legends for t in legend.get_texts()]
    for ax in fig.axes:
        found += [*ax.texts, ax.title, ax.xaxis.label, ax.yaxis.label]
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            ticks = [t for t in axis.get_major_ticks() if low <= t.get_loc() <= high]
            ticks += [t for t in axis.get_minor_ticks() if low <= t.get_loc() <= high]
            found += [t.label1 for t in ticks if t.label1.get_visible()]
            found.append(axis.get_offset_text())
        if (legend := ax.get_legend()) is not None:
            found += legend.get_texts()
    return [t for t in found if t.get_visible() and t.get_text().strip()]


def offences(fig) -> list[str]:
    """What is wrong with a figure, in words."""
    fig.draw_without_rendering()
    found = [] if abs(fig.get_figwidth() - PAGE) < 0.02 else [f"{fig.get_figwidth():.2f} inches wide"]
    boxes = [(t, t.get_window_extent()) for t in texts(fig)]
    small = [t for t, _ in boxes if t.get_fontsize() < SMALLEST]
    found += [f"too small: {t.get_text()!r}, {t.get_fontsize():g} pt" for t in small]
    for (a, one), (b, two) in itertools.combinations(boxes, 2):
        if {a, b} & {fig._suptitle} and {a, b} & {*fig.texts}:  # lines that it leaves empty for what is below
            continue
        wide = min(one.x1, two.x1) - max(one.x0, two.x0)
        high = min(one.y1, two.y1) - max(one.y0, two.y0)
        if min(wide, high) > 1.0:
            found.append(f"overlap: {a.get_text()!r} and {b.get_text()!r}")
    whole = fig.bbox
    for t, box in boxes:
        if box.x0 < -1.0 or box.y0 < -1.0 or box.x1 > whole.x1 + 1.0 or box.y1 > whole.y1 + 1.0:
            found.append(f"cut: {t.get_text()!r}")
    legends = [*fig.legends, *(legend for ax in fig.axes if (legend := ax.get_legend()) is not None)]
    found += ["an empty legend" for legend in legends if not legend.get_texts()]
    found += [f"no label: axis {k} of panel {i}" for i, ax in enumerate(fig.axes) for k in "xy"
              if not ax.get_label().startswith("<colorbar") and not getattr(ax, f"get_{k}label")()]  # fmt: skip
    return found


def test_the_walk_finds_what_is_wrong():
    fig, ((left, right),) = plots.figure(1, 2)
    left.set(xlabel="load", ylabel="magnetization m")
    right.set(xlabel="load", ylabel="magnetization m")
    plots.headline(fig, "Nothing is drawn here", "P = 3")
    assert offences(fig) == []
    left.text(0.5, 0.5, "small", fontsize=4)
    right.text(0.5, 0.5, "one text")
    right.text(0.55, 0.5, "another")
    right.legend([], [])
    left.set_xlabel("")
    left.text(-1.0, 0.5, "outside", fontsize=8)
    found = offences(fig)
    for what in ("too small: 'small', 4 pt", "overlap: 'one text' and 'another'", "cut: 'outside'", "an empty legend",
                 "no label: axis x of panel 0"):  # fmt: skip
        assert what in found
    fig.set_figwidth(5.0)
    assert "5.00 inches wide" in offences(fig)


def test_long_labels_are_broken_and_formulas_are_not():
    fig, ((ax,),) = plots.figure(1, 1, height=1.5)
    ax.set(xlabel="load", ylabel=r"a label of many words, far longer than its panel is high $\sqrt{1 - x y}$")
    plots.headline(
        fig, "A finding that is so long that it cannot stand in one line of a journal's page, not even in small letters"
    )
    assert r"$\sqrt{1 - x y}$" in ax.get_ylabel()
    assert "\n" in ax.get_ylabel()
    assert fig.get_suptitle().count("\n") == 1
    assert offences(fig) == []


def test_the_key_holds_each_entry_once_and_a_size_in_its_colour_where_colour_tells_it():
    fig, ((left, right),) = plots.figure(1, 2)
    sizes = [(10, "o"), (20, "s")]
    for (_, marker), color in zip(sizes, ("#111111", "#222222"), strict=True):
        plots.simulation(left, [0.1], [1.0], [0.1], [True], color, marker)
        for other in ("#333333", "#444444"):  # here colour tells something else
            plots.simulation(right, [0.1], [1.0], [0.1], [True], other, marker)
    plots.legend(left, [("RS", "k")], sizes, below=True)
    plots.legend(right, [("RS", "k")], [], extrapolated=True, below=True)
    (legend,) = fig.legends
    assert [t.get_text() for t in legend.get_texts()] == ["RS", "N = 10", "N = 20", "1/N → 0"]
    assert [h.get_color() for h in legend.legend_handles[1:3]] == ["#111111", "#222222"]
    plots.legend(right, [], [*sizes, (30, "^")], below=True, unusable=True)
    assert [h.get_color() for h in fig.legends[0].legend_handles[1:4]] == ["0.3", "0.3", "0.3"]
    plots.headline(fig, "The key says what is there")  # no third size, no limit, no hollow point
    assert [t.get_text() for t in fig.legends[0].get_texts()] == ["RS", "N = 10", "N = 20"]
    plots.simulation(left, [0.1], [1.0], [0.1], [False], "k", "^")
    plots.limit(left, [0.1], [1.0], [0.1])
    plots.legend(right, [], [(30, "^")], below=True, extrapolated=True, unusable=True)
    plots.headline(fig, "The key says what is there")
    assert [t.get_text() for t in fig.legends[0].get_texts()][3:] == ["N = 30", "1/N → 0", "not in its phase, or short"]


@pytest.mark.slow
@pytest.mark.parametrize(("claim", "name"), CASES)
def test_every_figure_of_a_claim_is_that_of_its_data_and_printed_well(claim, name, tmp_path):
    """`make figures` draws what is committed, byte for byte, under the versions that meta.json names."""
    fig, folder, meta = drawn(claim, name), _sim.finished(claim, name), _sim.meta(claim, name)
    plots.save(fig, tmp_path / "figure")
    assert offences(fig) == []
    assert len(fig.get_suptitle().split()) > 4  # a statement
    made = {path.suffix: path.read_bytes() for path in tmp_path.iterdir()}
    assert not re.search(rb"CreationDate|tIME|Creation Time", b"".join(made.values()))
    if {library: version(library) for library in meta["drawn"]} == meta["drawn"]:
        for suffix, written in made.items():
            assert written == (folder / f"figure{suffix}").read_bytes(), f"make figures draws another figure{suffix}"
