"""Figures: the only file that imports matplotlib, and the one place of the visual grammar.

Theory is a line (RS dashed, RSB(1) solid, deeper dotted), simulation a point with its error bar, an exact enumeration a
cross. The marker tells N. A run that left its phase or did not equilibrate is drawn hollow and pale: kept, but
never silently counted. So is theory: pale where its saddle is unstable, thin where another phase wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from itertools import cycle, pairwise
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from PIL import Image
from scipy.spatial import cKDTree

from glassy.compare import Comparison, predicted
from glassy.errors import InputError
from glassy.phases.diagram import PhaseDiagram
from glassy.results import Grid
from glassy.storage import ready
from glassy.theory.ansatz import RS, RSB, Ansatz
from glassy.theory.solution import Solution
from glassy.theory.solve import scan

# Okabe and Ito's colours: told apart by colour-blind readers; their order also darkens in grey.
COLORS = ("#E69F00", "#009E73", "#0072B2", "#D55E00", "#CC79A7", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P")
STYLES: Any = {"RS": (0, (5, 2)), "RSB(1)": "solid", "deeper": (0, (1, 1))}
WIDTH = 1.3  # of a theory line
UNSTABLE: Any = {"alpha": 0.4}
LOSES: Any = {"linewidth": 0.6}

_AXES = {
    "T": "temperature T",
    "load": "load",
    "m": "magnetization m",
    "q": "overlap q",
    "q_EA": "overlap $q_{EA}$",
    "energy": "energy per spin",
    "energy_excess": "energy above the pattern, per spin",
    "free_energy": "free energy per spin",
    "entropy": "entropy per spin",
}

_RC: Any = {
    "font.size": 9.0,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "pdf.fonttype": 42,
    "savefig.dpi": 160,
}


def figure(rows: int, columns: int, width: float = 3.6, height: float = 2.9) -> tuple[Figure, npt.NDArray[Any]]:
    """Return a figure and its axes [row, column] in the package's style."""
    with mpl.rc_context(_RC):
        fig = Figure(figsize=(width * columns, height * rows), layout="constrained")
        axes = np.asarray(fig.subplots(rows, columns, squeeze=False))
    return fig, axes


def depth_style(k: float) -> dict[str, Any]:
    """Line of an ansatz of k steps where several are drawn together; k = inf is full RSB."""
    name = "RS" if k == 0 else "RSB(1)" if k == 1 else "deeper"
    color = {0: COLORS[3], 1: COLORS[2], 2: COLORS[1], 3: COLORS[0], 4: COLORS[4]}.get(int(min(k, 9)), COLORS[5])
    return {"color": color, "linestyle": STYLES[name], "linewidth": 1.3}


def without_suffix(path: str | Path) -> Path:
    """Return a path without .png or .pdf, or raise InputError where it ends in that of another format; 'T=0.4' has none."""
    path = Path(path)
    if path.suffix.lower() in (".png", ".pdf"):
        return path.with_suffix("")
    if path.suffix[1:2].isalpha():
        raise InputError(
            f"path must end in .png, .pdf or neither, both are written, got {path.name!r}. Leave {path.suffix} out."
        )
    return path


def save(fig: Figure, path: str | Path) -> tuple[Path, Path]:
    """Write .png, in a palette that takes a third of the room, and .pdf, byte for byte the same from the same data.

    The folder is made if missing. Where `path` ends in .png or .pdf that is taken off first.
    """
    stem = without_suffix(path)
    png, pdf = ready(f"{stem}.png"), Path(f"{stem}.pdf")
    with mpl.rc_context(_RC):
        fig.savefig(picture := BytesIO(), format="png")
        fig.savefig(pdf, metadata={"CreationDate": None, "Creator": None, "Producer": None})
    _with_palette(Image.open(picture).convert("RGB")).save(png, optimize=True, dpi=(_RC["savefig.dpi"],) * 2)
    return png, pdf


def _with_palette(picture: Image.Image) -> Image.Image:
    """Return a picture in its 256 most frequent colours, which stay as they are; the others become the nearest of them."""
    pixels = np.asarray(picture).astype(np.int64)
    colors, index, counts = np.unique(pixels @ (65536, 256, 1), return_inverse=True, return_counts=True)
    palette = colors[np.sort(np.argsort(-counts, kind="stable")[:256])]
    every, few = (np.stack([c // 65536, c // 256 % 256, c % 256], axis=1).astype(float) for c in (colors, palette))
    nearest = np.asarray(cKDTree(few).query(every)[1])
    found = Image.fromarray(nearest[index].reshape(pixels.shape[:2]).astype(np.uint8), mode="P")
    found.putpalette(few.astype(np.uint8).tobytes())
    return found


def theory(ax: Axes, x: npt.ArrayLike, y: npt.ArrayLike, color: str, ansatz: str = "RS") -> None:
    """Draw a theory line; it breaks where y is NaN, so no line crosses a gap."""
    ax.plot(x, y, color=color, linestyle=STYLES[ansatz], linewidth=WIDTH, zorder=1)


def branch(ax: Axes, x: Sequence[float], y: Sequence[float], states: Sequence[Solution], color: str) -> None:
    """Draw the theory line y(x) of solutions along a path: pale where the saddle is unstable, thin where another phase wins.

    The latter is known where it was asked: `scan(..., wins=True)`.
    """
    marks = [_marks(s) for s in states]
    ends = [i for i in range(1, len(marks)) if marks[i] != marks[i - 1]]
    for first, last in pairwise((0, *ends, len(marks))):
        style = {"linewidth": WIDTH, "linestyle": STYLES[_style(states[first].ansatz)]}
        for marked, change in zip(marks[first], (UNSTABLE, LOSES), strict=True):
            style |= change if marked else {}
        ax.plot(x[first : last + 1], y[first : last + 1], color=color, zorder=1, **style)


def _marks(s: Solution) -> tuple[bool, bool]:
    """Whether a solution is unstable, and whether another phase is known to win."""
    return s.stable is False, s.wins is False


def marks_legend(states: Iterable[Solution]) -> list[Line2D]:
    """Return legend handles for what `branch` marks in some solutions; none where nothing is marked."""
    found = [any(column) for column in zip(*map(_marks, states), strict=True)]
    entries = zip(found, (UNSTABLE, LOSES), ("unstable saddle", "metastable: another phase wins"), strict=True)
    return [Line2D([], [], color="0.3", **{"linewidth": WIDTH, **style}, label=text) for on, style, text in entries if on]


def simulation(
    ax: Axes, x: npt.ArrayLike, y: npt.ArrayLike, error: npt.ArrayLike, usable: npt.ArrayLike, color: str, marker: str
) -> None:
    """Draw simulated points with bars of one standard error; unusable ones hollow and pale."""
    x, y, error, usable = (np.asarray(a) for a in (x, y, error, usable))
    usable = usable.astype(bool)  # no points at all: an empty list is one of floats
    for mask, face, alpha in ((usable, color, 1.0), (~usable, "none", 0.45)):
        if np.any(mask):
            ax.errorbar(
                x[mask], y[mask], error[mask], fmt=marker, color=color, markerfacecolor=face, markersize=4.5,
                elinewidth=1.0, capsize=2.0, alpha=alpha, zorder=2,
            )  # fmt: skip


def limit(ax: Axes, x: npt.ArrayLike, y: npt.ArrayLike, error: npt.ArrayLike) -> None:
    """Draw values extrapolated to 1/N = 0: black dots with bars on top of everything."""
    ax.errorbar(x, y, error, fmt=".", color="black", markersize=4.0, elinewidth=1.0, capsize=2.5, zorder=3)


def legend(
    ax: Axes,
    lines: Sequence[tuple[str, ...]],
    sizes: Sequence[tuple[int, str]],
    *,
    extrapolated: bool = False,
    unusable: bool = False,
    below: bool = False,
    more: Sequence[Line2D] = (),
) -> None:
    """Draw one legend for lines (label, colour[, key of STYLES]), dashed without a key, for sizes (N, marker), and `more`."""
    handles = [Line2D([], [], color=c, linestyle=STYLES[(*rest, "RS")[0]], label=label) for label, c, *rest in lines]
    handles += [Line2D([], [], color="0.3", marker=m, linestyle="none", markersize=4.5, label=f"N = {n}") for n, m in sizes]
    if extrapolated:
        handles.append(Line2D([], [], color="black", marker=".", linestyle="none", label="1/N → 0"))
    if unusable:
        handles.append(
            Line2D([], [], color="0.3", marker="o", markerfacecolor="none", alpha=0.45, linestyle="none", markersize=4.5,
                   label="not in its phase, or short")
        )  # fmt: skip
    handles += more
    where: Any = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.16), "ncols": 3} if below else {"loc": "best"}
    ax.legend(handles=handles, fontsize=7.5, handlelength=2.6, **where)


def _check(comparisons: Sequence[Comparison], observables: Sequence[str]) -> Solution:
    """Return the first solution of comparisons that belong on one axis, or raise InputError."""
    if not isinstance(comparisons, Sequence) or not comparisons or not all(isinstance(c, Comparison) for c in comparisons):
        raise InputError(f"comparisons must be a non-empty sequence of Comparison, got {comparisons!r}. Call compare first.")
    solutions = [c.solution for c in comparisons if isinstance(c.solution, Solution)]
    if len(solutions) < len(comparisons):
        raise InputError("comparisons must be with a Solution, got one with an Exact, which has no curve. Use its table().")
    first = solutions[0]
    for s in solutions:
        if (s.network, s.load, s.phase, s.ansatz) != (first.network, first.load, first.phase, first.ansatz):
            raise InputError(
                f"comparisons must be of one network, load, phase and ansatz, got {first!r} and {s!r}. Draw a figure of each."
            )
    if isinstance(observables, str) or not observables:
        raise InputError(f"observables must be a non-empty sequence of words, got {observables!r}. Try ('m',).")
    for c in comparisons:
        found = tuple(dict.fromkeys(row.observable for row in c.rows))
        lacking = [name for name in observables if name not in found]
        if lacking:
            raise InputError(f"observables must be rows of every comparison, got {lacking[0]!r}. {c!r} has {', '.join(found)}.")
    return first


def comparison(
    comparisons: Sequence[Comparison], path: str | Path, observables: Sequence[str] = ("m", "energy_excess")
) -> Path:
    """Draw comparisons at one load against T: theory through the simulated points, one panel for each observable.

    The line is pale where the saddle is unstable, thin where another phase wins, and the legend says so.

    Parameters
    ----------
    comparisons : sequence of Comparison
        One for each temperature, all of one network, load, phase and ansatz. Sizes may differ: each is drawn where it is.
    path : path
        Where to write, with or without .png or .pdf: both are written, and the folder is made if missing.
    observables : sequence of str
        Rows to draw; every comparison must have them.

    Returns
    -------
    Path
        The .png.

    Raises
    ------
    InputError
        If there is nothing to draw, the comparisons do not belong on one axis, one lacks an observable, or the path has the
        suffix of another format.
    """
    first = _check(comparisons, observables)
    path = without_suffix(path)
    grid = np.linspace(0.0, 1.08 * max(c.solution.T for c in comparisons), 120)
    states = scan(first.network, first.load, grid, first.phase, first.ansatz, wins=True)
    sizes = sorted({int(row.N) for c in comparisons for row in c.rows if np.isfinite(row.N)})
    marked = list(zip(sizes, cycle(MARKERS)))
    fig, axes = figure(1, len(observables), width=4.0, height=3.2)
    for ax, name in zip(axes[0], observables, strict=True):
        branch(ax, grid.tolist(), [predicted(name, s) for s in states], states.points, COLORS[2])
        for N, marker in marked:
            at = [(c.solution.T, r) for c in comparisons for r in c.rows if r.observable == name and r.N == N]
            simulation(
                ax, [t for t, _ in at], [float(r.simulation) for _, r in at], [r.simulation.error for _, r in at],
                [r.status.ok for _, r in at], COLORS[sizes.index(N) if sizes.index(N) < 2 else 3], marker,
            )  # fmt: skip
        ends = [(c.solution.T, r) for c in comparisons for r in c.extrapolated if r.observable == name and r.status.ok]
        if ends:
            limit(ax, [t for t, _ in ends], [float(r.simulation) for _, r in ends], [r.simulation.error for _, r in ends])
        ax.set_xlabel(_AXES["T"])
        ax.set_ylabel(_AXES.get(name, name))
    line = (f"{first.ansatz!r} theory".replace("RS()", "RS"), COLORS[2], _style(first.ansatz))
    legend(axes[0][0], [line], marked, extrapolated=len(sizes) > 1, more=marks_legend(states))
    fig.suptitle(f"{first.network!r}, load {first.load:g}: theory and simulation", fontsize=9.5)
    return save(fig, path)[0]


def solutions(
    scans: Grid[Solution] | Sequence[Grid[Solution]], path: str | Path, observables: Sequence[str] = ("m", "free_energy")
) -> Path:
    """Draw what `scan` found, against T, or against the load where T does not change: one panel for each observable.

    A line is pale where its saddle is unstable; with `scan(..., wins=True)` it is thin where another phase wins.

    Parameters
    ----------
    scans : Grid of Solution, or sequence of them
        Several phases or ansaetze in one figure, in the order of their points.
    path : path
        Where to write, with or without .png or .pdf: both are written, and the folder is made if missing.
    observables : sequence of str
        Attributes of Solution.

    Returns
    -------
    Path
        The .png.

    Raises
    ------
    InputError
        If there is nothing to draw, an observable is no number of a Solution, or the path has the suffix of another format.
    """
    grids = [scans] if isinstance(scans, Grid) else list(scans)
    if not grids or not all(isinstance(g, Grid) and len(g) and all(isinstance(s, Solution) for s in g) for g in grids):
        raise InputError(f"scans must be what glassy.scan returned, one or several, got {scans!r}. Call scan first.")
    if isinstance(observables, str) or not observables:
        raise InputError(f"observables must be a non-empty sequence of words, got {observables!r}. Try ('m',).")
    for name in observables:
        if not isinstance(getattr(grids[0][0], name, None), float | int):
            raise InputError(f"observables must be numbers of a Solution, as 'm' or 'free_energy', got {name!r}.")
    path = without_suffix(path)
    states = [s for g in grids for s in g]
    x = "T" if len({s.T for s in states}) > 1 else "load"
    labels = {f"{g[0].phase}, {g[0].ansatz!r}".replace("RS()", "RS"): (g, c) for g, c in zip(grids, cycle(COLORS[::-1]))}
    fig, axes = figure(1, len(observables), width=4.0, height=3.2)
    for ax, name in zip(axes[0], observables, strict=True):
        for grid, color in labels.values():
            branch(ax, grid.values(x).tolist(), grid.values(name).tolist(), grid.points, color)
        ax.set_xlabel(_AXES[x])
        ax.set_ylabel(_AXES.get(name, name))
    lines = [(label, color, _style(grid[0].ansatz)) for label, (grid, color) in labels.items()]
    legend(axes[0][0], lines, [], more=marks_legend(states))
    held = {getattr(s, "load" if x == "T" else "T") for s in states}
    where = f", {'load' if x == 'T' else 'T ='} {held.pop():g}" if len(held) == 1 else ""
    fig.suptitle(f"{states[0].network!r}{where}", fontsize=9.5)
    return save(fig, path)[0]


# Lines of a phase diagram: colour, width, and what the legend says. AT and glass lines do not follow the style of the ansatz.
_LINES: Any = {
    "spinodal": (COLORS[2], 1.9, "spinodal: limit of retrieval"),
    "coexistence": (COLORS[3], 1.9, "coexistence: retrieval loses equilibrium"),
    "AT": (COLORS[1], 1.2, "AT line of retrieval"),
    "T_g": (COLORS[5], 1.5, "spin-glass onset $T_g$"),
    "T_c": (COLORS[5], 1.5, "spin glass below $T_c$"),
    "onset": ("0.45", 1.2, "spin-glass onset of RS"),
    "m = 0 AT": (COLORS[5], 1.5, "AT line of m = 0"),
    "T_d": (COLORS[0], 1.3, "dynamical transition $T_d$"),
    "T_G": (COLORS[4], 1.3, "Gardner transition $T_G$"),
    "Nishimori": ("0.55", 0.9, "Nishimori line T = load"),
}
_FIXED: Any = {"AT": (0, (4, 1, 1, 1)), "T_d": (0, (6, 1.5)), "T_G": (0, (2, 1)), "Nishimori": "solid"}


def phase_diagram(diagrams: PhaseDiagram | Sequence[PhaseDiagram], path: str | Path) -> Path:
    """Draw phase diagrams of one network over each other: load across, temperature up; RS dashed, RSB(1) solid, deeper dotted.

    The regions of the last one are shaded: retrieval in equilibrium darker, metastable retrieval lighter.

    Parameters
    ----------
    diagrams : PhaseDiagram or sequence of them
        Of one network.
    path : path
        Where to write, with or without .png or .pdf: both are written, and the folder is made if missing.

    Returns
    -------
    Path
        The .png.

    Raises
    ------
    InputError
        If there is nothing to draw, the networks differ, or the path has the suffix of another format.
    """
    found = [diagrams] if isinstance(diagrams, PhaseDiagram) else list(diagrams)
    if not found or not all(isinstance(d, PhaseDiagram) for d in found):
        raise InputError(f"diagrams must be one PhaseDiagram or several, got {diagrams!r}. Call glassy.phase_diagram.")
    if any(d.network != found[0].network for d in found):
        raise InputError(f"diagrams must be of one network, got {[d.network for d in found]}. Draw a figure of each.")
    path = without_suffix(path)
    fig, axes = figure(1, 1, width=6.4, height=4.0)
    ax = axes[0][0]
    draw_phase_diagram(ax, found)
    network = found[0].network
    kind = "distinct interactions" if network.interactions == "distinct" else "self-interacting"
    ax.set_title(f"P = {network.P}, {kind}", fontsize=9.5)
    where: Any = {"loc": "center left", "bbox_to_anchor": (1.01, 0.5), "frameon": False}
    ax.legend(handles=diagram_legend(found), fontsize=7.5, handlelength=3.0, **where)
    return save(fig, path)[0]


def draw_phase_diagram(ax: Axes, diagrams: Sequence[PhaseDiagram]) -> None:
    """Draw phase diagrams into axes, without a legend."""
    last = diagrams[-1]
    end = float(last["spinodal"].T[-1])
    wishart = last.network.wishart
    top = 1.04 * float(last["T_g"].T[-1]) if wishart else 1.08 * end
    for name, alpha in (("spinodal", 0.10), ("coexistence", 0.16)):
        line = last[name]
        ax.fill_betweenx(line.T, 0.0, line.load, color=COLORS[2], alpha=alpha, linewidth=0.0)
    shared = {"AT", "Nishimori"}
    for d in diagrams:
        for line in d.lines:
            if line.name in shared and d is not last:
                continue
            color, width, _ = _LINES[line.name]
            style = _FIXED.get(line.name, _ansatz_style(d))
            ax.plot(line.load, line.T, color=color, linestyle=style, linewidth=width, zorder=2)
    for point in last.points:
        if point.load > 0.0:
            ax.plot(point.load, point.T, "o", color="black", markersize=3.2, zorder=4, clip_on=False)
    ax.set_xlim(0.0, last.load_max)
    ax.set_ylim(0.0, top)
    ax.set_xlabel("load")
    ax.set_ylabel("temperature T")
    ax.xaxis.set_major_locator(MaxNLocator(6))
    text: Any = {"fontsize": 8.0, "ha": "center", "va": "center", "color": "0.15"}
    coex, spin = last["coexistence"], last["spinodal"]
    T = (0.28 if wishart else 0.7) * float(coex.T[-1])
    ax.text(0.45 * float(np.interp(T, coex.T, coex.load)), T, "retrieval", **text)
    T = (0.28 if wishart else 0.7) * end
    left, right = (float(np.interp(T, line.T, line.load)) for line in (coex, spin))
    ax.text(0.5 * (left + right), T, "metastable\nretrieval", **{**text, "fontsize": 7.0})
    ax.text(0.5 * (float(np.nanmax(spin.load)) + last.load_max), 0.14 * top, "spin\nglass", **text)
    ax.text((0.25 if wishart else 0.8) * last.load_max, 0.95 * top, "paramagnet", **text)


def _style(ansatz: Ansatz) -> str:
    """Return the key of STYLES of an ansatz."""
    return "RS" if isinstance(ansatz, RS) else "RSB(1)" if ansatz == RSB(1) else "deeper"


def _ansatz_style(diagram: PhaseDiagram) -> Any:
    return STYLES[_style(diagram.ansatz)]


def diagram_legend(diagrams: Sequence[PhaseDiagram]) -> list[Any]:
    """Return legend handles: one for each kind of line, and one for each ansatz."""
    names = [n for n in _LINES if any(line.name == n for d in diagrams for line in d.lines)]
    handles = []
    for name in names:
        color, width, label = _LINES[name]
        owner = next(d for d in reversed(diagrams) if any(line.name == name for line in d.lines))
        style = _FIXED.get(name, _ansatz_style(owner))
        handles.append(Line2D([], [], color=color, linestyle=style, linewidth=width, label=label))
    if len(diagrams) > 1:
        handles += [
            Line2D([], [], color="0.3", linestyle=_ansatz_style(d), label=f"{d.ansatz!r}".replace("RS()", "RS"))
            for d in diagrams
        ]
    handles.append(Line2D([], [], color="black", marker="o", linestyle="none", markersize=3.2, label="ends and crossings"))
    return handles
