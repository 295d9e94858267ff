"""Memory of a chain: its autocorrelation function, and binning as an independent judge of tau_int (M.10)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from glassy.analysis.jackknife import block_means, jackknife, parts_of
from glassy.analysis.tau_int import autocovariance, integrated_autocorrelation
from glassy.core.drawing import Drawn
from glassy.core.errors import InputError
from glassy.core.results import Estimate
from glassy.core.storage import Placed

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
MOST_LAGS = 100


@dataclass(frozen=True)
class Autocorrelation(Drawn, Placed):
    """Normalised autocorrelation function rho(t) of one observable (M.10).

    Parameters
    ----------
    observable : str
        "energy", "m" or "q".
    lags : array of int
        Lags t in sweeps.
    rho, error : arrays
        rho(t) pooled over samples and chains, and its jackknife error over blocks of time and over samples.
    tau_int : float
        1/2 + sum rho over every lag up to the window, the tau_int of the Estimate.
    window : int
        Lag at which the sum was cut.
    samples, moved : int
        Samples of the run, and those that moved; the others have no part in rho. 0 in files of older versions.

    Examples
    --------
    >>> import glassy
    >>> r = glassy.simulate(glassy.DenseHebbian(P=3), load=0.1, T=0.5, N=40, samples=2, sweeps=400, seed=1)
    >>> memory = r.autocorrelation("energy")
    >>> float(memory.rho[0]), bool(memory.rho[1] < 1.0)
    (1.0, True)
    """

    observable: str
    lags: IntArray
    rho: FloatArray
    error: FloatArray
    tau_int: float
    window: int
    samples: int = 0
    moved: int = 0

    axis = "lags"

    @property
    def remarks(self) -> tuple[str, ...]:
        """What must be known of the errors: that samples stood still, that one moved alone, that too little moved for any."""
        still = f"{self.moved} of {self.samples} samples moved" if self.moved < self.samples else ""
        alone = "thermal errors alone, since one sample moved" if self.moved == 1 else ""
        none = int(np.isnan(self.error).sum())
        lacks = f"no error at {none} of {len(self.lags)} lags: too few values, or too little moved"
        return tuple(filter(None, (still, alone, lacks if none else "")))

    def __repr__(self) -> str:
        return (
            f"Autocorrelation({self.observable}: tau_int={self.tau_int:.4g} sweeps, window {self.window}, "
            f"{len(self.lags)} lags to {self.lags[-1]}{''.join(f'; {words}' for words in self.remarks)})"
        )


@dataclass(frozen=True)
class Binning(Drawn, Placed):
    """Thermal error of a mean against the width of the bins: it rises to a plateau where bins are independent (M.10).

    Parameters
    ----------
    observable : str
        "energy", "m" or "q".
    widths : array of int
        Widths of the bins in sweeps: 1, 2, 4, ... while a chain holds eight or more.
    errors, uncertainties : arrays
        Thermal error of the mean from independent bins of each width, and the standard deviation of this error itself.
    taus : array
        The tau_int that each error means; it rises to that of M.10 from below, short of it by a share of about tau_int/width.

    Examples
    --------
    >>> import glassy
    >>> r = glassy.simulate(glassy.DenseHebbian(P=3), load=0.1, T=0.5, N=40, samples=2, sweeps=400, seed=1)
    >>> bins = r.binning("energy")
    >>> bins.widths[:4].tolist()
    [1, 2, 4, 8]
    """

    observable: str
    widths: IntArray
    errors: FloatArray
    uncertainties: FloatArray
    taus: FloatArray

    axis = "widths"

    @property
    def tau_int(self) -> Estimate:
        """The last tau whose own error is below a tenth, else the first: with its statistical error."""
        share = self.uncertainties / np.maximum(self.errors, 1e-300)
        i = int(np.nonzero(share <= 0.1)[0].max(initial=0))
        return Estimate(float(self.taus[i]), 2.0 * float(self.taus[i] * share[i]))

    def table(self) -> str:
        """Return the widths, errors and taus as text."""
        lines = [f"{'width':>8} {'error':>10} {'+-':>9} {'tau_int':>9}"]
        columns = zip(self.widths, self.errors, self.uncertainties, self.taus, strict=True)
        return "\n".join([*lines, *(f"{w:>8} {e:>10.3e} {u:>9.1e} {t:>9.3g}" for w, e, u, t in columns)])

    def __repr__(self) -> str:
        return f"Binning({self.observable}: tau_int={self.tau_int} sweeps, widths 1 to {self.widths[-1]})"


def autocorrelation(series: FloatArray, observable: str, lags: Sequence[int] | IntArray | None = None) -> Autocorrelation:
    """Return the autocorrelation function of series [sample, chain, time]; chains are compared with their sample's mean.

    Examples
    --------
    >>> x = np.random.default_rng(1).normal(size=(2, 2, 500))
    >>> a = autocorrelation(x, "energy", lags=[0, 1, 2])
    >>> float(a.rho[0]), bool(abs(a.rho[1]) < 4 * a.error[1])
    (1.0, True)
    """
    n = series.shape[-1]
    centred = series - series.mean(axis=(1, 2), keepdims=True)
    covariance = autocovariance(centred)
    variance, tau, window = integrated_autocorrelation(series)
    if variance == 0.0:
        raise InputError(
            f"the autocorrelation of {observable} needs a series that moves, but it stood still for all {n} sweeps. "
            "Raise sweeps or T."
        )
    if lags is None:
        chosen = np.unique(np.round(np.geomspace(1.0, max(window, 1), MOST_LAGS)).astype(np.int64))
        chosen = np.concatenate([[0], chosen[chosen < n]]) if window >= MOST_LAGS else np.arange(min(max(window, 1) + 1, n))
    else:
        chosen = np.asarray(lags)
        if chosen.ndim != 1 or chosen.size == 0 or chosen.dtype.kind not in "iu" or chosen.min() < 0 or chosen.max() >= n:
            raise InputError(
                f"lags must be a sequence of integers from 0 to sweeps - 1 = {n - 1}, got {lags!r}. Leave them out."
            )
    least = 1e-13 * float(np.abs(series).max())
    moved = np.ptp(series, axis=(1, 2)) > least  # what stood still adds nothing to both sums, and must not be left alone
    centred = centred[moved]
    square = block_means(centred**2)
    whole = all(square[:, ~gone].mean() > least**2 for gone in parts_of(*square.shape[1:]))
    found = [
        jackknife([block_means(centred[..., : n - t] * centred[..., t:]), square], lambda c, c0: float(c.mean() / c0.mean()))
        if whole and n - t >= square.shape[-1]
        else Estimate(math.nan, math.nan)
        for t in chosen.tolist()
    ]
    rho = covariance[chosen] / covariance[0]
    return Autocorrelation(
        observable=observable,
        lags=chosen.astype(np.int64),
        rho=rho,
        error=np.array([e.error for e in found]),
        tau_int=tau,
        window=window,
        samples=len(series),
        moved=int(moved.sum()),
    )


def binning(series: FloatArray, observable: str) -> Binning:
    """Return the binning analysis of series [sample, chain, time].

    Examples
    --------
    >>> b = binning(np.random.default_rng(1).normal(size=(2, 2, 512)), "energy")
    >>> b.widths.tolist(), bool(abs(b.tau_int - 0.5) < 4 * b.tau_int.error)
    ([1, 2, 4, 8, 16, 32, 64], True)
    """
    samples, chains, n = series.shape
    widths = 2 ** np.arange(max(int(math.log2(n / 8)) + 1 if n >= 8 else 1, 1))
    errors, uncertainties = np.empty(len(widths)), np.empty(len(widths))
    for i, width in enumerate(widths.tolist()):
        bins = series[..., : n // width * width].reshape(samples, chains, -1, width).mean(axis=-1)
        count = bins[0].size
        freedom = samples * (count - 1)
        variance = float(((bins - bins.mean(axis=(1, 2), keepdims=True)) ** 2).sum()) / max(freedom, 1)
        errors[i] = math.sqrt(variance / count / samples)
        uncertainties[i] = errors[i] / math.sqrt(2.0 * max(freedom, 1))
    taus = 0.5 * (errors / errors[0]) ** 2 if errors[0] > 0.0 else np.full(len(widths), 0.5)
    return Binning(observable=observable, widths=widths.astype(np.int64), errors=errors, uncertainties=uncertainties, taus=taus)
