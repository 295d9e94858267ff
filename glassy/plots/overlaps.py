"""Figures of overlaps: P(q) of a run, an enumeration and the theory, and the Parisi function x(q)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from glassy.core.drawing import draws
from glassy.core.errors import InputError
from glassy.exact import Exact
from glassy.plots.marks import marks_legend
from glassy.plots.sheet import Sheet, common, known, several
from glassy.plots.style import AXES, STYLES, UNSTABLE, WIDTH, depth_style, ramp, short_ansatz, style_of
from glassy.simulation.samples import Samples
from glassy.theory.solution import Solution


@draws(Samples, name="plot_overlaps")
@draws(Exact, name="plot_overlaps")
@draws(Solution, name="plot_overlaps")
def overlaps(
    results: Samples | Exact | Solution | Sequence[Samples | Exact | Solution], ax: Any = None, *, bins: int = 41,
    path: str | Path | None = None,
) -> Any:  # fmt: skip
    """Draw the distribution P(q) of the overlap of two replicas: of runs, of an enumeration, and of the theory.

    A run is a histogram with the errors of its bins (over its samples; of one sample, thermal), pale where its status is not
    good. An enumeration is crosses, each the weight of one value over its width 2/N. The theory of infinitely many spins
    has atoms: a vertical line at each level; one of weight 1 is as high as the panel.

    Parameters
    ----------
    results : Samples, Exact or Solution, or sequence of them
        All in one panel.
    bins : int
        About how many bins a run has.
    ax : Axes, optional
        Where to draw; default: a figure of its own.
    path : path, optional
        Where to write, with or without .png or .pdf: both are written, and the folder is made if missing.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If there is nothing to draw, a run has one replica, or the theory has no saddle there.

    Examples
    --------
    >>> import glassy
    >>> network = glassy.DenseHebbian(P=3)
    >>> run = glassy.simulate(network, load=0.2, T=0.5, N=20, samples=3, sweeps=100, seed=1)
    >>> ax = glassy.plots.overlaps([run, glassy.solve(network, run.load, run.T)], bins=11)
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('overlap q', 'P(q)')
    """
    found = several("results", results, (Samples, Exact, Solution), "Call simulate, enumerate_states or solve.")
    bad = next((r for r in found if isinstance(r, Solution) and not r.status.ok), None)
    if bad is not None:
        raise InputError(f"the theory must have a saddle to have a P(q), got {bad!r}. Ask for another phase.")
    sheet = Sheet(ax, path)
    sheet.name((AXES["q"], "P(q)"))
    found = sheet.panels[0].together(found)
    panel, handles = sheet.axes[0], []
    for r, color in zip(found, ramp(len(found)), strict=True):
        if isinstance(r, Samples):
            handles.append(_histogram(panel, r, color, bins, _apart(r, found)))
        elif isinstance(r, Exact):
            panel.plot(r.q_values, 0.5 * r.N * r.q_weights, "x", color=color, ms=4.5, zorder=3)
            handles.append(
                Line2D([], [], color=color, marker="x", ls="none", ms=4.5, label=f"enumeration, N = {r.N}{_apart(r, found)}")
            )
        else:
            handles.append(_atoms(panel, r, color, _apart(r, found)))
    panel.set_ylim(0.0, None)
    sheet.panels[0].keep()
    sheet.panels[0].legend([*handles, *marks_legend([r for r in found if isinstance(r, Solution)])])
    sheet.title(common(found), whole=True)
    return sheet.done()


def _apart(result: Any, results: Sequence[Any]) -> str:
    """Return what tells a result from others that are drawn with it, for the legend."""
    texts = {"network": "{!r}", "load": "load {:.3g}", "T": "T = {:g}"}
    mine = [(text.format(known(result, word)), {text.format(x) for r in results if (x := known(r, word)) is not None})
            for word, text in texts.items() if known(result, word) is not None]  # fmt: skip
    return "".join(f", {text}" for text, all_of_them in mine if len(all_of_them) > 1)


def _histogram(ax: Axes, run: Samples, color: str, bins: int, apart: str) -> Line2D:
    q, p, error = run.overlap_distribution(bins)
    look: Any = {} if run.status.ok else {"alpha": 0.45}
    ax.step(q, p, where="mid", color=color, lw=1.0, zorder=2, **look)
    ax.errorbar(q, p, error, fmt="none", ecolor=color, elinewidth=0.8, zorder=2, **look)
    word = "" if run.status.ok else f" ({run.status.name}: not to be used)"
    return Line2D([], [], color=color, lw=1.0, label=f"N = {run.N}{apart}{word}", **look)


def _atoms(ax: Axes, s: Solution, color: str, apart: str) -> Line2D:
    atoms = s.overlap_distribution
    look: Any = {"color": color, "linestyle": STYLES[style_of(s.ansatz)], "lw": 1.6} | (UNSTABLE if s.stable is False else {})
    for q, weight in zip(atoms.q, atoms.weight, strict=True):
        ax.plot([q, q], [0.0, weight], transform=ax.get_xaxis_transform(), marker="_", markevery=[1], **look)
    what = f"{s.phase}, {short_ansatz(s.ansatz)}{apart}"
    return Line2D([], [], **look, label=f"{what}: atoms,\nweight 1 is the height of the panel")


@draws(Solution, name="plot_x")
def parisi(solutions: Solution | Sequence[Solution], ax: Any = None, *, path: str | Path | None = None) -> Any:
    """Draw the Parisi function x(q): the probability that two replicas have an overlap of q or less.

    At T = 0 it is y(q) = beta x(q). Each step is a level; dots mark the levels. A line is pale where the saddle is unstable.

    Parameters
    ----------
    solutions : Solution or sequence of them
        As of several ansaetze; all at T = 0, or none.
    ax : Axes, optional
        Where to draw; default: a figure of its own.
    path : path, optional
        Where to write, with or without .png or .pdf: both are written, and the folder is made if missing.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If there is nothing to draw, or T = 0 and T > 0 are mixed.
    PhaseError, ConvergenceError
        Where there is no saddle (LEFT_PHASE), or none was found.

    Examples
    --------
    >>> import glassy
    >>> glass = [glassy.solve(glassy.DenseHebbian(P=3), 1.0, 0.2, "spin_glass", a) for a in (glassy.RS(), glassy.RSB(1))]
    >>> glassy.plots.parisi(glass).get_ylabel()
    'x(q)'
    """
    found = several("solutions", solutions, Solution, "Call glassy.solve.")
    frozen = {s.T == 0.0 for s in found}
    if len(frozen) > 1:
        raise InputError("solutions must all be at T = 0, where y(q) = beta x(q) is drawn, or all at T > 0. Draw two figures.")
    for s in found:
        s.x(0.0)  # raises where there is no saddle
    sheet = Sheet(ax, path)
    sheet.name(("overlap q", "x(q)" if found[0].T > 0.0 else r"y(q) = $\beta$x(q) at T = 0"))
    found = sheet.panels[0].together(found)
    panel, handles, ansaetze = sheet.axes[0], [], len({s.ansatz for s in found}) == len(found)
    top = 1.0
    for s in found:
        steps = s.y_levels if s.T == 0.0 else (*s.x_levels, 1.0)
        top = max([top, *steps]) if s.T else max([top, *(1.15 * y for y in steps if np.isfinite(y))])
    for s, color in zip(found, ramp(len(found)), strict=True):
        steps = (*s.y_levels, np.inf) if s.T == 0.0 else (*s.x_levels, 1.0)
        edges = np.minimum([0.0, *steps], top)
        q = np.array([0.0, *s.q_levels, 1.0])
        style = {**depth_style(s.ansatz.depth)} if ansaetze else {"color": color, "ls": STYLES[style_of(s.ansatz)], "lw": WIDTH}
        style |= UNSTABLE if s.stable is False else {}
        panel.step(q, [*edges, edges[-1]], where="post", **style)
        panel.plot(s.q_levels, edges[1:], ".", ms=5.0, color=style["color"])
        phase = "" if len({x.phase for x in found}) == 1 else f"{s.phase}, "
        handles.append(Line2D([], [], **style, label=f"{phase}{short_ansatz(s.ansatz)}{_apart(s, found)}"))
    panel.set(xlim=(0.0, 1.0), ylim=(0.0, 1.04 * top))
    sheet.panels[0].keep()
    sheet.panels[0].legend([*handles, *marks_legend(found)])
    sheet.title(common(found) + (f", {found[0].phase}" if len({s.phase for s in found}) == 1 else ""), whole=True)
    return sheet.done()
