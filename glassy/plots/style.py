"""The visual grammar of every figure, and how figures are written.

Theory is a line (RS dashed, RSB(1) solid, deeper dotted), simulation a point with its error bar, an exact enumeration a
cross. The marker tells N. A run that left its phase or did not equilibrate is drawn hollow and pale: kept, but
never silently counted. So is theory: pale where its saddle is unstable, thin where another phase wins.
"""

from __future__ import annotations

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
    "q_EA": "overlap $q_{EA}$",
    "free_energy": "free energy per spin",
    "entropy": "entropy per spin",
    "replicon": "replicon (< 0: unstable)",
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


def ansatz_looks(ansaetze: Iterable[Ansatz]) -> dict[str, dict[str, Any]]:
    """Return `depth_style` with a name for the legend, by the ansatz as it is written in tables; `lines` takes it."""
    names = {0.0: "RS", math.inf: "full RSB"}
    return {repr(a): {**depth_style(a.depth), "label": names.get(a.depth, repr(a))} for a in ansaetze}


def mark(ax: Axes, x: float, word: str = "") -> None:
    """Draw a thin vertical line and its name above the panel."""
    ax.axvline(x, color="0.6", lw=0.8, zorder=0)
    ax.text(x, 1.0, word, color="0.4", transform=ax.get_xaxis_transform(), ha="center", va="bottom", fontsize=8)


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


def stepped(y: npt.ArrayLike, order: npt.ArrayLike) -> npt.NDArray[Any]:
    """Return y with NaN where an order parameter vanishes in a jump: no line leads through a transition."""
    y = np.array(y, float)
    for k in np.nonzero(np.diff(np.asarray(order) > 0.0))[0]:
        if abs(y[k + 1] - y[k]) > 4.0 * float(np.median(np.abs(np.diff(y)))):
            far = max((k, k + 1), key=lambda i: abs(y[i] - np.median(y)))  # a difference taken across the jump
            y[far] = np.nan
    return y


def branch(ax: Axes, x: Sequence[float], y: Sequence[float], states: Sequence[Solution], color: str) -> None:
    """Draw the theory line y(x) of solutions along a path: pale where the saddle is unstable, thin where another phase wins.

    The latter is known where it was asked: `scan(..., wins=True)`.
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
    dots: Sequence[tuple[str, str]] = (),
    extrapolated: bool = False,
    unusable: bool = False,
    below: bool = False,
    more: Sequence[Line2D] = (),
) -> None:
    """Draw one legend: lines (label, colour[, key of STYLES]), dashed without a key, sizes (N, marker), dots, `more`."""
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
