"""Figures say of a saddle what it says of itself: pale where unstable, thin where it loses."""

import numpy as np
import pytest
from matplotlib.figure import Figure

import glassy
from glassy import RSB, DenseHebbian, plots, scan, solve

D3 = DenseHebbian(3)
WORDS = ("unstable", "metastable", "superseded")


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


def legends(axes):
    """Legend texts of a drawing."""
    return [t.get_text() for ax in np.ravel(axes) if ax.get_legend() for t in ax.get_legend().get_texts()]


@pytest.mark.slow
def test_figures_of_scans_and_comparisons_say_it():
    T = [0.05, 0.2, 0.35, 0.5]
    grids = [scan(D3, 0.43, T, p, RSB(1), wins=True) for p in ("retrieval", "spin_glass")]
    both = legends(plots.grids(grids, ("m", "free_energy")))
    assert both == ["retrieval, RSB(1)", "spin_glass, RSB(1)", "unstable saddle", "metastable: another phase wins"]
    calm = scan(D3, [0.1, 0.2], 0.5, wins=True)
    assert legends(plots.grids(calm, "q_EA")) == ["retrieval, RS"]
    run = glassy.simulate(D3, load=0.43, T=0.3, N=20, samples=2, sweeps=20, seed=1)
    with pytest.warns(glassy.EquilibrationWarning):
        c = glassy.compare(solve(D3, run.load, 0.3), run)
    text = legends(plots.comparison([c], "m"))
    assert text == ["RS theory", "N = 20", "not in its phase, or short", "metastable: another phase wins"]
    for bad in ([], [solve(D3, 0.1, 0.5)], "m"):
        with pytest.raises(glassy.InputError, match="grids must be"):
            plots.grids(bad)
    for names in ((), ("wonder",), ("status",), "wonder"):
        with pytest.raises(glassy.InputError, match="observables must be"):
            plots.grids(calm, names)
