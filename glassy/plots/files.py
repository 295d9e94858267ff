"""How a figure is made, and written: the same bytes from the same data."""

from __future__ import annotations

import importlib
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from PIL import Image
from scipy.spatial import cKDTree

from glassy.core.errors import InputError
from glassy.core.storage import ready
from glassy.plots.style import PAGE

_RC: Any = {
    "font.size": 9.0,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "pdf.fonttype": 42,
    "savefig.dpi": 200,
}


def figure(
    rows: int, columns: int, width: float = 0.0, height: float = 2.4, *, shown: bool = False
) -> tuple[Figure, npt.NDArray[Any]]:
    """Return a figure and its axes [row, column] in the package's style.

    Parameters
    ----------
    rows, columns : int
        Panels.
    width, height : float
        Inches of a panel; default: all of them are as wide as a page of a journal.
    shown : bool
        Whether it is one of pyplot's, which a notebook or `plt.show()` shows.

    Examples
    --------
    >>> import glassy
    >>> fig, axes = glassy.plots.figure(1, 2)
    >>> axes.shape, fig.get_size_inches().tolist()
    ((1, 2), [7.0, 2.4])
    """
    new: Any = importlib.import_module("matplotlib.pyplot").figure if shown else Figure  # pyplot looks for a screen: only then
    fig = new(
        figsize=((width or PAGE / columns) * columns, height * rows), layout="constrained"
    )  # a notebook turns itself on here, for good
    with mpl.rc_context(_RC):
        axes = np.asarray(fig.subplots(rows, columns, squeeze=False))
    return fig, axes


def without_suffix(path: str | Path) -> Path:
    """Return a path without .png or .pdf; 'T=0.4' has no suffix.

    Parameters
    ----------
    path : path
        Where to write a figure.

    Raises
    ------
    InputError
        If it ends in the suffix of another format.

    Examples
    --------
    >>> import glassy
    >>> [glassy.plots.without_suffix(path).name for path in ("a.png", "a.pdf", "a", "T=0.4")]
    ['a', 'a', 'a', 'T=0.4']
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

    Parameters
    ----------
    fig : Figure
        What to write.
    path : path
        Where, with or without .png or .pdf; the folder is made if missing.

    Returns
    -------
    (Path, Path)
        The .png and the .pdf.

    Examples
    --------
    >>> import glassy, tempfile
    >>> fig, _ = glassy.plots.figure(1, 1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in glassy.plots.save(fig, f"{folder}/a")]
    ['a.png', 'a.pdf']
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
