"""A figure of an ensemble: the averages of its finished samples."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from glassy.core.drawing import draws
from glassy.core.errors import InputError
from glassy.plots import curves as of
from glassy.plots.sheet import Sheet, known, unknown, words
from glassy.simulation.ensemble_result import EnsembleResult


@draws(EnsembleResult)
def ensemble(
    result: EnsembleResult, observables: str | Sequence[str] = "m", *, x: str | None = None, ax: Any = None,
    path: str | Path | None = None,
) -> Any:  # fmt: skip
    """Draw averages of an ensemble against T, or against the load where T does not change, with their errors.

    Colour tells the load (or K), the marker the size. Points are hollow where the status is no good one; state points of which
    no sample is finished are counted below the axis.

    Parameters
    ----------
    result : EnsembleResult
        What `Ensemble.run` or `read_ensemble` returned; it need not be finished. It keeps averages: for series and P(q)
        take `result.samples(...)`, which reads them from the files.
    observables : str or sequence of str
        Of `result.rows`, as "m" or "energy"; a panel for each.
    x : {"T", "load"}, optional
        What is drawn across.
    ax : Axes, or as many as there are observables, optional
        Where to draw; default: a figure of its own.
    path : path, optional
        Where to write, with or without .png or .pdf: both are written, and the folder is made if missing.

    Returns
    -------
    Axes, or an array of them where there are several observables

    Raises
    ------
    InputError
        If an observable is not kept.

    Examples
    --------
    >>> import glassy, tempfile
    >>> axes = {"loads": 0.1, "temperatures": (0.2, 0.4), "sizes": (20, 30)}
    >>> e = glassy.Ensemble(glassy.DenseHebbian(P=3), **axes, samples=2, sweeps=50, seed=1)
    >>> with tempfile.TemporaryDirectory() as out:
    ...     ax = glassy.plots.ensemble(e.run(out, "threads", progress=False), "m")
    >>> [text.get_text() for text in ax.get_legend().get_texts()][:2]
    ['N = 20', 'N = 30']
    """
    if not isinstance(result, EnsembleResult):
        raise InputError(f"result must be an EnsembleResult, got {result!r}. Call Ensemble.run or read_ensemble.")
    e, asked = result.ensemble, words(observables)
    kept = tuple(dict.fromkeys(row.observable for row in result.rows))
    for name in asked:
        if name not in kept:
            raise InputError(f"observables must be kept by the ensemble, {', '.join(kept)}, got {name!r}. For others take "
                             f"its samples(...), which are read from the files.{unknown(name)}")  # fmt: skip
    if x not in (None, "T", "load"):
        raise InputError(f"x must be 'T' or 'load', got {x!r}.")
    x = x or ("T" if len(e.temperatures) > 1 or len(e.loads) < 2 else "load")
    sheet = Sheet(ax, path, len(asked))
    sheet.name(*(of.names(x, name) for name in asked))
    alone = not sheet.panels[0].items
    for panel, name in zip(sheet.panels, asked, strict=True):
        of.draw(panel, _curves(result, name, x), named=panel is sheet.panels[-1])
    done = sum(0 if pool is None else pool.samples for pool in result.pools)
    whole = sum(row.asked for row in result.rows if row.observable == kept[0])
    network = f"{e.networks[0]!r}, " if len(e.networks) == 1 else ""
    held = f"load {e.loads[0]:.3g}, " if len(e.loads) == 1 else ""
    finished = f"{network}{held}{done} of {whole} samples finished"
    sheet.title(finished if alone else of.title_of(sheet.panels[0]), whole=True)
    return sheet.done()


def _curves(result: EnsembleResult, name: str, x: str) -> list[of.Curve]:
    rows = np.array([i for i, row in enumerate(result.rows) if row.observable == name]).reshape(result.ensemble.shape)
    loads = result.ensemble.loads
    asked = {i: loads[k] for k in range(len(loads)) for i in rows[:, :, k].ravel().tolist()}
    found = []
    for line in np.moveaxis(rows, 3 if x == "T" else 2, -1).reshape(-1, rows.shape[3 if x == "T" else 2]).tolist():
        mine = [result.rows[i] for i in line]
        values = [(np.nan, 0.0) if r.estimate is None else (float(r.estimate), r.estimate.error) for r in mine]
        held: dict[str, Any] = {word: known(mine[0], word) for word in ("load", "T", "N", "network")}
        held["load"] = asked.get(line[0], held["load"])  # one name for all sizes, whose integers K differ
        held[x] = None
        found.append(
            of.Curve(x=np.array([getattr(r, x) for r in mine]), y=np.array([v for v, _ in values]),
                     error=np.array([e for _, e in values]), statuses=tuple(r.status for r in mine), points=tuple(mine), **held)
        )  # fmt: skip
    return found
