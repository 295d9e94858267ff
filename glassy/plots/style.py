"""The visual grammar of every figure, and how figures are written.

Theory is a line (RS dashed, RSB(1) solid, deeper dotted), simulation a point with its error bar, an exact enumeration a
cross. The marker tells N. A run that left its phase or did not equilibrate is drawn hollow and pale: kept, but
never silently counted. So is theory: pale where its saddle is unstable, thin where another phase wins.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Iterable, Sequence
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from PIL import Image
from scipy.spatial import cKDTree

from glassy.core.errors import InputError
from glassy.core.storage import ready
from glassy.simulation.observables import OBSERVABLES
from glassy.theory.ansatz import RS, RSB, Ansatz
from glassy.theory.solution import Solution

# Okabe and Ito's colours: told apart by colour-blind readers; their order also darkens in grey.
COLORS = ("#E69F00", "#009E73", "#0072B2", "#D55E00", "#CC79A7", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P")
STYLES: Any = {"RS": (0, (5, 2)), "RSB(1)": "solid", "deeper": (0, (1, 1))}
WIDTH = 1.3  # of a theory line
UNSTABLE: Any = {"alpha": 0.4}
LOSES: Any = {"linewidth": 0.6}

AXES = {name: observable.symbol for name, observable in OBSERVABLES.items()} | {
    "T": "temperature T",
    "load": "load",
    "N": "spins N",
    "q_EA": "overlap $q_{EA}$",
    "free_energy": "free energy per spin",
    "minus_beta_f": "$-\\beta f$ per spin",
    "entropy": "entropy per spin",
    "complexity": "complexity per spin",
    "replicon": "replicon (< 0: unstable)",
    "specific_heat": "specific heat per spin",
    "susceptibility": "susceptibility of m",
    "local_susceptibility": r"local susceptibility $\beta(1 - q_{EA})$",
    "binder_m": "Binder cumulant of m",
    "binder_q": "Binder cumulant of q",
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


def figure(
    rows: int, columns: int, width: float = 3.6, height: float = 2.9, *, shown: bool = False
) -> tuple[Figure, npt.NDArray[Any]]:
    """Return a figure and its axes [row, column] in the package's style; `shown`: one of pyplot's, as in a notebook.

    Parameters
    ----------
    rows, columns : int
        Panels.
    width, height : float
        Of one panel, in inches.
    shown : bool
        Whether it belongs to pyplot, so that a notebook shows it.

    Examples
    --------
    >>> from glassy import plots
    >>> fig, axes = plots.figure(1, 2)
    >>> axes.shape, fig.get_size_inches().tolist()
    ((1, 2), [7.2, 2.9])
    """
    new: Any = importlib.import_module("matplotlib.pyplot").figure if shown else Figure  # pyplot looks for a screen: only then
    with mpl.rc_context(_RC):
        fig = new(figsize=(width * columns, height * rows), layout="constrained")
        axes = np.asarray(fig.subplots(rows, columns, squeeze=False))
    return fig, axes


def depth_style(k: float) -> dict[str, Any]:
    """Line of an ansatz of k steps where several are drawn together; k = inf is full RSB.

    Parameters
    ----------
    k : float
        Steps of replica symmetry breaking; 0 is RS, inf full RSB.

    Examples
    --------
    >>> from glassy import plots
    >>> plots.depth_style(1)["linestyle"], plots.depth_style(0)["color"]
    ('solid', '#D55E00')
    """
    name = "RS" if k == 0 else "RSB(1)" if k == 1 else "deeper"
    color = {0: COLORS[3], 1: COLORS[2], 2: COLORS[1], 3: COLORS[0], 4: COLORS[4]}.get(int(min(k, 9)), COLORS[5])
    return {"color": color, "linestyle": STYLES[name], "linewidth": 1.3}


def ansatz_looks(ansaetze: Iterable[Ansatz]) -> dict[str, dict[str, Any]]:
    """Return `depth_style` with a name for the legend, by the ansatz as it is written in tables; `lines` takes it.

    Parameters
    ----------
    ansaetze : iterable of RS, RSB or FullRSB
        What is drawn.

    Examples
    --------
    >>> import glassy
    >>> from glassy import plots
    >>> looks = plots.ansatz_looks([glassy.RS(), glassy.FullRSB()])
    >>> [look["label"] for look in looks.values()]
    ['RS', 'full RSB']
    """
    names = {0.0: "RS", math.inf: "full RSB"}
    return {repr(a): {**depth_style(a.depth), "label": names.get(a.depth, repr(a))} for a in ansaetze}


def mark(ax: Axes, x: float, word: str = "") -> None:
    """Draw a thin vertical line and its name above the panel.

    Parameters
    ----------
    ax : Axes
        Where.
    x : float
        Where.
    word : str
        Its name.

    Examples
    --------
    >>> from glassy import plots
    >>> fig, axes = plots.figure(1, 1)
    >>> ax = axes[0][0]
    >>> plots.mark(ax, 0.5, "$T_c$")
    >>> ax.texts[0].get_text()
    '$T_c$'
    """
    ax.axvline(x, color="0.6", lw=0.8, zorder=0)
    ax.text(x, 1.0, word, color="0.4", transform=ax.get_xaxis_transform(), ha="center", va="bottom", fontsize=8)


def without_suffix(path: str | Path) -> Path:
    """Return a path without .png or .pdf, or raise InputError where it ends in that of another format; 'T=0.4' has none.

    Parameters
    ----------
    path : path
        Where a figure is to be written.

    Examples
    --------
    >>> from glassy import plots
    >>> plots.without_suffix("build/T=0.4.png").as_posix(), plots.without_suffix("build/T=0.4").as_posix()
    ('build/T=0.4', 'build/T=0.4')
    """
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

    Parameters
    ----------
    fig : Figure
        What is written.
    path : path
        Where, with or without .png or .pdf.

    Examples
    --------
    >>> import tempfile
    >>> from glassy import plots
    >>> fig, axes = plots.figure(1, 1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in plots.save(fig, folder + "/figure")]
    ['figure.png', 'figure.pdf']
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
    """Draw a theory line; it breaks where y is NaN, so no line crosses a gap.

    Parameters
    ----------
    ax : Axes
        Where.
    x, y : array-like
        The line.
    color : str
        Of the line.
    ansatz : str
        Key of STYLES.

    Examples
    --------
    >>> from glassy import plots
    >>> fig, axes = plots.figure(1, 1)
    >>> ax = axes[0][0]
    >>> plots.theory(ax, [0.1, 0.2], [1.0, 0.9], "k", "RSB(1)")
    >>> ax.lines[0].get_linestyle()
    '-'
    """
    ax.plot(x, y, color=color, linestyle=STYLES[ansatz], linewidth=WIDTH, zorder=1)


def stepped(ax: Axes, x: npt.ArrayLike, y: npt.ArrayLike, order: npt.ArrayLike, **style: Any) -> None:
    """Draw a theory line that breaks where an order parameter vanishes: no line leads through the jump of a transition.

    Parameters
    ----------
    ax : Axes
        Where.
    x, y : array-like
        The line.
    order : array-like
        The order parameter at each point: where it vanishes the line may jump.
    **style
        matplotlib's words for the line.

    Examples
    --------
    >>> from glassy import plots
    >>> fig, axes = plots.figure(1, 1)
    >>> ax = axes[0][0]
    >>> x = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    >>> plots.stepped(ax, x, [1.0, 0.9, 0.8, 0.1, 0.1, 0.1], [1, 1, 1, 0, 0, 0])
    >>> len(ax.lines)
    1
    """
    x, y = np.asarray(x, float), np.asarray(y, float).copy()
    changes = np.nonzero(np.diff(np.asarray(order) > 0.0))[0]
    for k in changes:
        if abs(y[k + 1] - y[k]) > 4.0 * float(np.median(np.abs(np.diff(y)))):
            far = max((k, k + 1), key=lambda i: abs(y[i] - np.median(y)))  # a difference taken across the jump
            y[far] = np.nan
    ax.plot(x, y, zorder=1, **style)


def branch(ax: Axes, x: Sequence[float], y: Sequence[float], states: Sequence[Solution], color: str) -> None:
    """Draw the theory line y(x) of solutions along a path: pale where the saddle is unstable, thin where another phase wins.

    The latter is known where it was asked: `scan(..., wins=True)`.

    Parameters
    ----------
    ax : Axes
        Where.
    x, y : sequences of float
        What is drawn.
    states : sequence of Solution
        The solution behind each point: what it says of itself marks the line.
    color : str
        Of the line.

    Examples
    --------
    >>> import glassy
    >>> from glassy import plots
    >>> fig, axes = plots.figure(1, 1)
    >>> ax = axes[0][0]
    >>> path = glassy.scan(glassy.DenseHebbian(P=3), load=0.1, T=[0.2, 0.3, 0.4])
    >>> plots.branch(ax, [s.T for s in path], [s.m for s in path], path.points, "k")
    >>> len(ax.lines), ax.lines[0].get_linewidth()
    (1, 1.3)
    """
    marks = [_marks(s) for s in states]
    ends = [i for i in range(1, len(marks)) if marks[i] != marks[i - 1]]
    for first, last in pairwise((0, *ends, len(marks))):
        style = {"linewidth": WIDTH, "linestyle": STYLES[style_of(states[first].ansatz)]}
        for marked, change in zip(marks[first], (UNSTABLE, LOSES), strict=True):
            style |= change if marked else {}
        ax.plot(x[first : last + 1], y[first : last + 1], color=color, zorder=1, **style)


def _marks(s: Solution) -> tuple[bool, bool]:
    """Whether a solution is unstable, and whether another phase is known to win."""
    return s.stable is False, s.wins is False


def not_drawn(ax: Axes, count: int, of: int, why: str = "") -> None:
    """Say below the axis of a panel how many points have no place in it, and why; nothing where all have one."""
    if count:
        text = f"{count} of {of} points not drawn{why and f': {why}'}"
        ax.set_xlabel("\n".join(filter(None, (ax.get_xlabel(), text))))


def ramp(n: int) -> list[str]:
    """Return n colours for values in their order: the package's own, or a scale where they are too few."""
    if n <= len(COLORS):
        return [COLORS[i] for i in (2, 3, 1, 0, 4, 5)[:n]]
    return [mpl.colors.to_hex(mpl.colormaps["viridis"](0.92 * i / (n - 1))) for i in range(n)]


def short_ansatz(ansatz: Ansatz) -> str:
    """Return the name of an ansatz in legends and titles."""
    return repr(ansatz).replace("RS()", "RS")


def marks_legend(states: Iterable[Solution]) -> list[Line2D]:
    """Return legend handles for what `branch` marks in some solutions; none where nothing is marked.

    Parameters
    ----------
    states : iterable of Solution
        What was drawn.

    Examples
    --------
    >>> import glassy
    >>> from glassy import plots
    >>> s = glassy.solve(glassy.DenseHebbian(P=3), load=0.3, T=0.01)
    >>> [handle.get_label() for handle in plots.marks_legend([s])]
    ['unstable saddle']
    """
    found = [any(column) for column in zip((False, False), *map(_marks, states), strict=True)]
    entries = zip(found, (UNSTABLE, LOSES), ("unstable saddle", "metastable: another phase wins"), strict=True)
    return [Line2D([], [], color="0.3", **{"linewidth": WIDTH, **style}, label=text) for on, style, text in entries if on]


def simulation(
    ax: Axes, x: npt.ArrayLike, y: npt.ArrayLike, error: npt.ArrayLike, usable: npt.ArrayLike, color: str, marker: str
) -> None:
    """Draw simulated points with bars of one standard error; unusable ones hollow and pale.

    Parameters
    ----------
    ax : Axes
        Where.
    x, y, error : array-like
        Points and their errors.
    usable : array-like of bool
        False: hollow.
    color, marker : str
        Of the points.

    Examples
    --------
    >>> from glassy import plots
    >>> fig, axes = plots.figure(1, 1)
    >>> ax = axes[0][0]
    >>> plots.simulation(ax, [0.2, 0.3], [0.9, 0.5], [0.01, 0.2], [True, False], "k", "o")
    >>> [line.get_markerfacecolor() for line in ax.lines if line.get_marker() == "o"]
    ['k', 'none']
    """
    x, y, error, usable = (np.asarray(a) for a in (x, y, error, usable))
    usable = usable.astype(bool)  # no points at all: an empty list is one of floats
    for mask, face, alpha in ((usable, color, 1.0), (~usable, "none", 0.45)):
        if np.any(mask):
            ax.errorbar(
                x[mask], y[mask], error[mask], fmt=marker, color=color, markerfacecolor=face, markersize=4.5,
                elinewidth=1.0, capsize=2.0, alpha=alpha, zorder=2,
            )  # fmt: skip


def limit(ax: Axes, x: npt.ArrayLike, y: npt.ArrayLike, error: npt.ArrayLike) -> None:
    """Draw values extrapolated to 1/N = 0: black dots with bars on top of everything.

    Parameters
    ----------
    ax : Axes
        Where.
    x, y, error : array-like
        Values at 1/N = 0 and their errors.

    Examples
    --------
    >>> from glassy import plots
    >>> fig, axes = plots.figure(1, 1)
    >>> ax = axes[0][0]
    >>> plots.limit(ax, [0.2], [0.9], [0.01])
    >>> ax.lines[0].get_color()
    'black'
    """
    ax.errorbar(x, y, error, fmt=".", color="black", markersize=4.0, elinewidth=1.0, capsize=2.5, zorder=3)


def legend(
    ax: Axes,
    lines: Sequence[tuple[str, ...]],
    sizes: Sequence[tuple[int, str]],
    *,
    dots: Sequence[tuple[str, str]] = (),
    extrapolated: bool = False,
    unusable: bool = False,
    below: bool = False,
    more: Sequence[Line2D] = (),
) -> None:
    """Draw one legend: lines (label, colour[, key of STYLES]), dashed without a key, sizes (N, marker), dots, `more`.

    Parameters
    ----------
    ax : Axes
        Where.
    lines : sequence of (label, colour) or (label, colour, key of STYLES)
        Theory lines.
    sizes : sequence of (N, marker)
        As `markers_of` gives them.
    dots : sequence of (label, colour)
        Colours that points have.
    extrapolated, unusable : bool
        Whether there are black dots of limits, and hollow points.
    below : bool
        Whether it stands below the panel.
    more : sequence of Line2D
        Further handles.

    Examples
    --------
    >>> from glassy import plots
    >>> fig, axes = plots.figure(1, 1)
    >>> ax = axes[0][0]
    >>> plots.legend(ax, [("RS", "k")], [(100, "o")], extrapolated=True)
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['RS', 'N = 100', '1/N → 0']
    """
    handles = [Line2D([], [], color=c, linestyle=STYLES[(*rest, "RS")[0]], label=label) for label, c, *rest in lines]
    handles += [Line2D([], [], color="0.3", marker=m, linestyle="none", markersize=4.5, label=f"N = {n}") for n, m in sizes]
    handles += [Line2D([], [], color=c, marker="o", linestyle="none", markersize=4.5, label=label) for label, c in dots]
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


def style_of(ansatz: Ansatz) -> str:
    """Return the key of STYLES of an ansatz."""
    return "RS" if isinstance(ansatz, RS) else "RSB(1)" if ansatz == RSB(1) else "deeper"
