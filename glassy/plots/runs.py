"""Figures of one run: its series, and how long it remembers."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.lines import Line2D

from glassy.analysis.autocorrelation import Autocorrelation, Binning
from glassy.core import checks
from glassy.core.drawing import draws
from glassy.core.errors import InputError
from glassy.plots.panel import Panel
from glassy.plots.sheet import Sheet, several, unknown, words
from glassy.plots.style import AXES, ramp
from glassy.simulation.observables import OBSERVABLES
from glassy.simulation.observables import names as names_of
from glassy.simulation.samples import Samples

MOST = 1000  # points of one line: longer series are drawn as means of equal numbers of sweeps


@draws(Samples)
def series(
    samples: Samples,
    observables: str | Sequence[str] = "m",
    *,
    chains: int = 24,
    ax: Any = None,
    path: str | Path | None = None,
) -> Any:
    """Draw the time series of a run: a thin line for each chain, in the colour of its sample, and the mean with its error.

    A long series is drawn in means of equal numbers of sweeps, and of many chains the first ones; the panel says so.

    Parameters
    ----------
    samples : Samples
        A run, or a rung of a ladder. What an ensemble keeps are averages: its `samples(...)` reads the series from the files.
    observables : str or sequence of str
        Means of a run, as "m", "energy", "q" or "acceptance"; a panel for each. The chains of q are the pairs of replicas.
    chains : int
        The most that are drawn.
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
        If an observable is no mean of this run.

    Examples
    --------
    >>> import glassy
    >>> run = glassy.simulate(glassy.DenseHebbian(P=3), load=0.1, T=0.3, N=30, samples=2, sweeps=200, seed=7)
    >>> axes = glassy.plots.series(run, ["m", "energy"])
    >>> [ax.get_ylabel() for ax in axes]
    ['magnetization m', 'energy per spin']
    """
    if not isinstance(samples, Samples):
        raise InputError(
            f"samples must be the Samples of one state point, got {samples!r}. Take one of a Grid; of an ensemble, which keeps "
            "averages, read them with its samples(...)."
        )
    chains = checks.integer("chains", chains, 1, "It counts lines.")
    known = names_of(samples.replicas)
    for name in (asked := words(observables)):
        if name not in known:
            why = " q needs replicas=2 or more." if name in names_of(2) else unknown(name)
            raise InputError(f"observables must be means of this run, {', '.join(known)}, got {name!r}.{why}")
    sheet = Sheet(ax, path, len(asked))
    sheet.name(*(("sweeps after burn-in", AXES[name]) for name in asked), alone="Give each run axes of its own.")
    for panel, name in zip(sheet.panels, asked, strict=True):
        _series(panel, samples, name, chains)
    load = f", load {samples.load:.3g}" if samples.network.has_load else ""
    sheet.title(f"{samples.network!r}, N = {samples.N}{load}, T = {samples.T:g}: {samples.status.name}")
    return sheet.done()


def _series(panel: Panel, samples: Samples, name: str, most: int) -> None:
    ax, values = panel.ax, samples.series_of[name]
    S, C, n = values.shape
    width = -(-n // MOST)
    whole = n // width * width
    y = values[..., :whole].reshape(S * C, -1, width).mean(axis=-1)[:most]
    x = (np.arange(y.shape[1]) + 0.5) * width + 0.5 if width > 1 else np.arange(1, n + 1)
    colors = ramp(S)
    for i, line in enumerate(y):
        ax.plot(x, line, color=colors[i // C], lw=0.6, alpha=0.6, zorder=1)
    mean = samples.mean(name)
    ax.axhline(float(mean), color="black", lw=1.2, zorder=3)
    if np.isfinite(mean.error):
        ax.axhspan(float(mean) - mean.error, float(mean) + mean.error, color="black", alpha=0.15, lw=0.0, zorder=2)
    kind = "pairs of replicas" if OBSERVABLES[name].pairs else "chains"
    shown = f"{kind}: {len(y)}" + (f" of {S * C}" if len(y) < S * C else "")
    lines = Line2D([], [], color=colors[0], lw=0.8, label=f"{shown}; samples: {S}, a colour each")
    panel.legend([lines, Line2D([], [], color="black", lw=1.2, label=f"mean {mean!r}")])
    left = f", the last {n - whole} of {n} left out" if whole < n else ""
    ax.set_xlabel(ax.get_xlabel() + (f"\nmeans of {width} sweeps each{left}" if width > 1 else ""))


@draws(Samples, name="plot_autocorrelation")
def autocorrelation(
    result: Samples | Autocorrelation | Sequence[Autocorrelation], observables: str | Sequence[str] = ("energy", "m"), *,
    ax: Any = None, path: str | Path | None = None,
) -> Any:  # fmt: skip
    """Draw how long a run remembers: rho(t) with its errors, and the window up to which tau_int is summed (M.10).

    Parameters
    ----------
    result : Samples, Autocorrelation, or sequence of the latter
        A run, or what its `autocorrelation` returned.
    observables : str or sequence of str
        Of a run: "energy", "m", "q"; all in one panel.
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
        If a series stood still, and so has no autocorrelation.

    Examples
    --------
    >>> import glassy
    >>> run = glassy.simulate(glassy.DenseHebbian(P=3), load=0.1, T=0.3, N=30, samples=4, sweeps=400, seed=7)
    >>> glassy.plots.autocorrelation(run, "energy").get_xlabel()
    'lag t in sweeps'
    """
    if isinstance(result, Samples):
        found = [result.autocorrelation(name) for name in words(observables, "energy")]
    else:
        found = several("result", result, Autocorrelation, "Give Samples, or what their autocorrelation returned.")
    sheet = Sheet(ax, path)
    sheet.name(("lag t in sweeps", r"autocorrelation $\rho(t)$"))
    found = sheet.panels[0].together(found)
    panel, handles = sheet.axes[0], []
    for a, color in zip(found, ramp(len(found)), strict=True):
        panel.plot(a.lags, a.rho, ".-", color=color, ms=3.5, lw=0.8)
        panel.fill_between(a.lags, a.rho - a.error, a.rho + a.error, color=color, alpha=0.2, lw=0.0)
        panel.axvline(a.window, color=color, lw=0.8, ls=":")
        text = "\n".join((f"{a.observable}: tau_int = {a.tau_int:.3g} sweeps", *(textwrap.fill(x, 32) for x in a.remarks)))
        handles.append(Line2D([], [], color=color, marker=".", lw=0.8, label=text))
    panel.axhline(0.0, color="0.5", lw=0.8, zorder=0)
    handles.append(Line2D([], [], color="0.3", lw=0.8, ls=":", label="window of the sum"))
    panel.set_ylim(-1.05, 1.05)
    sheet.panels[0].keep()
    sheet.panels[0].legend(handles)
    return sheet.done()


@draws(Autocorrelation)
def _one(result: Autocorrelation, ax: Any = None, *, path: str | Path | None = None) -> Any:
    return autocorrelation(result, ax=ax, path=path)


@draws(Binning)
def binning(result: Binning, ax: Any = None, *, path: str | Path | None = None) -> Any:
    """Draw the thermal error of a mean against the width of bins: it is the error where it no longer rises (M.10).

    Parameters
    ----------
    result : Binning
        What `Samples.binning` returned.
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
        If it is no Binning.

    Examples
    --------
    >>> import glassy
    >>> run = glassy.simulate(glassy.DenseHebbian(P=3), load=0.1, T=0.3, N=30, samples=4, sweeps=400, seed=7)
    >>> glassy.plots.binning(run.binning("energy")).get_xlabel()
    'width of a bin in sweeps'
    """
    if not isinstance(result, Binning):
        raise InputError(f"result must be a Binning, got {result!r}. Call binning of Samples.")
    sheet, tau = Sheet(ax, path), result.tau_int
    sheet.name(("width of a bin in sweeps", f"thermal error of {result.observable}"), alone="Give each run axes of its own.")
    panel, color = sheet.axes[0], ramp(2)[0]
    panel.errorbar(
        result.widths, result.errors, result.uncertainties, fmt="o", color=color, ms=4.5, elinewidth=1.0, capsize=2.0
    )
    level = float(result.errors[0]) * np.sqrt(2.0 * float(tau))
    panel.axhline(level, color="0.4", lw=1.0, ls="--")
    panel.set(xscale="log", ylim=(0.0, None))
    sheet.panels[0].legend([
        Line2D([], [], color=color, marker="o", ls="none", ms=4.5, label="from independent bins of this width"),
        Line2D([], [], color="0.4", ls="--", lw=1.0, label=f"taken: tau_int = {tau!r} sweeps"),
    ])  # fmt: skip
    return sheet.done()
