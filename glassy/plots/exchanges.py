"""A figure of a replica exchange: accepted swaps between neighbouring temperatures, and round trips."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from glassy.core.drawing import draws
from glassy.core.errors import InputError
from glassy.plots.marks import not_drawn
from glassy.plots.sheet import Sheet
from glassy.plots.style import COLORS
from glassy.simulation.ladder import Exchange, Ladder


@draws(Exchange)
def exchange(result: Exchange | Ladder, ax: Any = None, *, path: str | Path | None = None) -> Any:
    """Draw what the exchange of a ladder did: the accepted share at each step, and the round trips of each sample (M.5).

    A share near 0 is a gap that nothing crosses. A sample without a round trip is hollow: nothing came from the hottest
    temperature down to the coldest and back.

    Parameters
    ----------
    result : Exchange or Ladder
        As `ladder.exchange`.
    ax : two Axes, optional
        Where to draw; default: a figure of its own.
    path : path, optional
        Where to write, with or without .png or .pdf: both are written, and the folder is made if missing.

    Returns
    -------
    array of two Axes

    Raises
    ------
    InputError
        If it is no exchange.

    Examples
    --------
    >>> import glassy
    >>> network, method = glassy.DenseHebbian(P=3), glassy.ReplicaExchange()
    >>> ladder = glassy.simulate(network, 0.3, [0.5, 0.7, 1.0], 14, start="random", method=method, sweeps=300, seed=1)
    >>> [ax.get_ylabel() for ax in glassy.plots.exchange(ladder)]
    ['accepted share of swaps', 'round trips of a replica']
    """
    found = result.exchange if isinstance(result, Ladder) else result
    if not isinstance(found, Exchange):
        raise InputError(f"result must be an Exchange or a Ladder, got {result!r}. Run with method=glassy.ReplicaExchange().")
    sheet = Sheet(ax, path, 2)
    n = len(found.T)
    fields = [p.along for p in found.rungs]
    what = f"the {n} perturbations" if len(set(fields)) == 1 else f"the {n} fields along the pattern"
    what = what if fields else f"the {n} temperatures T"
    sheet.name((f"{what}, at equal steps", "accepted share of swaps"),
               ("sample of the patterns", "round trips of a replica"), alone="Give each exchange axes of its own.")  # fmt: skip
    left, right = sheet.axes
    share = found.acceptance
    left.errorbar(np.arange(n - 1) + 0.5, [float(a) for a in share], [a.error for a in share], fmt="o", color=COLORS[2],
                  ms=4.5, elinewidth=1.0, capsize=2.0)  # fmt: skip
    ticks = np.unique(np.linspace(0, n - 1, min(n, 7)).round().astype(int))
    at = found.T if not fields else fields if len(set(fields)) > 1 else range(1, n + 1)
    left.set_xticks(ticks, ["∞" if np.isinf(at[i]) else f"{at[i]:.3g}" for i in ticks])
    left.set(ylim=(0.0, 1.0), xlim=(0, n - 1))
    not_drawn(left, sum(not np.isfinite(a) for a in share), len(share), "no exchange attempted")
    trips = found.round_trips
    sample, replica = np.nonzero(np.ones_like(trips))
    count = trips[sample, replica]
    none = count == 0
    spread = 0.5 * (replica + 0.5) / trips.shape[1] - 0.25  # replicas of a sample side by side
    right.plot((sample + spread)[~none], count[~none], "o", color=COLORS[2], ms=4.5)
    right.plot((sample + spread)[none], count[none], "o", color=COLORS[3], mfc="none", ms=4.5)
    right.set_ylim(-0.04 * max(count.max(), 1), 1.08 * max(count.max(), 1))
    right.xaxis.set_major_locator(MaxNLocator(integer=True))
    right.axhline(trips.mean(), color="0.4", lw=1.0, ls="--")
    entries = [Line2D([], [], color="0.4", lw=1.0, ls="--", label=f"mean {trips.mean():.1f}")]
    if none.any():
        text = f"none in {none.sum()} of {none.size}" + ("" if fields else ": not to be used")
        entries.append(Line2D([], [], color=COLORS[3], marker="o", mfc="none", ls="none", ms=4.5, label=text))
    sheet.panels[1].legend(entries)
    ends = f"T from {found.T[0]:g} to {found.T[-1]:g}"
    sheet.title(f"replica exchange, T = {found.T[0]:g}, {what}" if fields else f"replica exchange, {ends}")
    return sheet.done()
