"""Reweighting: the energies of a whole ladder joined into one density of states (M.8, M.9)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from glassy.analysis.jackknife import Parts, block_edges, parts_of
from glassy.core.errors import ConvergenceError
from glassy.core.results import Estimate, Status
from glassy.core.storage import Placed

FloatArray = npt.NDArray[np.float64]
CHUNK = 1 << 16  # energies at a time
FINE = 0.02  # width in T of the coldest within which energies are joined at their mean: moves ln Z by less than FINE^2/8 = 5e-5


@dataclass(frozen=True)
class Reweighted(Placed):
    """Thermodynamics at one temperature, per spin and averaged over samples, from all temperatures of a ladder (M.9).

    Parameters
    ----------
    T : float
        Temperature, one of the ladder's or between them.
    minus_beta_f, energy, entropy, specific_heat : Estimate
        ln Z/N, H/N as `Samples.energy`, -beta f + beta e, and N beta^2 (<e^2> - <e>^2).
    status : Status
        The first bad status among the temperatures of the ladder from just below T upwards, else EQUILIBRATED.

    Examples
    --------
    >>> import glassy
    >>> T, method = [0.5, 0.7, 1.0, 2.0, float("inf")], glassy.ReplicaExchange()
    >>> r = glassy.simulate(glassy.DenseHebbian(P=3), 0.3, T, 14, method=method, sweeps=3000, samples=4, seed=1)
    >>> found = r.reweighted([0.6])[0]
    >>> found.T, r[0].energy < found.energy < r[1].energy
    (0.6, True)
    """

    T: float
    minus_beta_f: Estimate
    energy: Estimate
    entropy: Estimate
    specific_heat: Estimate
    status: Status

    unplaced = ("T",)

    def __repr__(self) -> str:
        return (
            f"Reweighted(T={self.T:g}: minus_beta_f={self.minus_beta_f} energy={self.energy} entropy={self.entropy} "
            f"specific_heat={self.specific_heat} {self.status.name})"
        )


@dataclass(frozen=True)
class Histogram:
    """Energies of one sample at every temperature: which were met, how often, and how many values each temperature gave.

    Parameters
    ----------
    beta, drawn : arrays [temperature]
        Inverse temperatures, hottest first, and the number of values at each.
    E, counts : arrays [energy]
        Energies H, and how often each was met, all temperatures together: nothing else enters M.8.
    """

    beta: FloatArray
    drawn: FloatArray
    E: FloatArray
    counts: FloatArray

    def log_mixture(self, lnZ: FloatArray) -> FloatArray:
        """Return ln sum_k n_k exp(-beta_k E)/Z_k at every energy."""
        parts = [_log_sum(self._exponents(lnZ, i)) for i in range(0, len(self.E), CHUNK)]
        return np.concatenate(parts)

    def _exponents(self, lnZ: FloatArray, i: int) -> FloatArray:
        return np.asarray((np.log(self.drawn) - lnZ)[:, None] - np.outer(self.beta, self.E[i : i + CHUNK]))

    def _convex(self, lnZ: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        """Return the function of ln Z that M.8 minimises, its gradient and its Hessian."""
        value, share, square = float(self.drawn @ lnZ), np.zeros(len(lnZ)), np.zeros((len(lnZ), len(lnZ)))
        for i in range(0, len(self.E), CHUNK):
            x, n = self._exponents(lnZ, i), self.counts[i : i + CHUNK]
            log_sum = _log_sum(x)
            p = np.exp(x - log_sum)
            value += float(n @ log_sum)
            share += p @ n
            square += (p * n) @ p.T
        return value, self.drawn - share, np.diag(share) - square

    def solve(self, start: FloatArray) -> FloatArray:
        """Return ln Z at every temperature (M.8), by Newton's method from `start`, whose first entry is kept.

        Examples
        --------
        >>> beta, E = np.array([0.0, 1.0]), np.array([0.0, 1.0])           # two levels, met in exact proportion
        >>> counts = 500.0 + 1000.0 * np.exp(-E) / (1.0 + np.exp(-1.0))
        >>> lnZ = Histogram(beta, np.array([1000.0, 1000.0]), E, counts).solve(np.log([2.0, 1.0]))
        >>> np.allclose(np.exp(lnZ), [2.0, 1.0 + np.exp(-1.0)])
        True
        """
        lnZ = start.copy()
        value, gradient, hessian = self._convex(lnZ)
        for _ in range(100):
            try:
                step = -cho_solve(cho_factor(hessian[1:, 1:]), gradient[1:])
            except LinAlgError:
                break
            decrement = -float(step @ gradient[1:])  # twice the distance from the minimum
            size = 1.0
            while True:
                tried = lnZ.copy()
                tried[1:] += size * step
                new = self._convex(tried)
                if new[0] <= value - 0.1 * size * decrement + 1e-13 * abs(value) or size < 1e-6:
                    break
                size *= 0.5
            lnZ, (value, gradient, hessian) = tried, new
            if decrement < 1e-10:  # 1e-5 of a standard error before this step, its square after it
                return lnZ
        raise ConvergenceError(
            f"the energies of neighbouring temperatures must overlap, but ln Z could not be joined at "
            f"T={', '.join(f'{1.0 / b:.4g}' if b else 'inf' for b in self.beta)}. "
            "Put temperatures between these, or raise sweeps: see ladder.exchange.acceptance."
        )

    def at(self, lnZ: FloatArray, beta: FloatArray, N: int) -> FloatArray:
        """Return -beta f, energy, entropy and specific heat per spin at each beta, [beta, 4] (M.9)."""
        log_states = np.log(self.counts) - self.log_mixture(lnZ)
        out = np.empty((len(beta), 4))
        for i, b in enumerate(beta):
            log_weight = log_states - b * self.E
            total = float(_log_sum(log_weight))
            w = np.exp(log_weight - total)
            mean = float(w @ self.E)
            minus_beta_f = total / N if b else math.log(2.0)
            out[i] = minus_beta_f, mean / N, minus_beta_f + b * mean / N, b * b * float(w @ (self.E - mean) ** 2) / N
        return out


def _log_sum(x: FloatArray) -> FloatArray:
    """Return ln sum exp over the first axis."""
    top = x.max(axis=0)
    return np.asarray(top + np.log(np.exp(x - top).sum(axis=0)), np.float64)


def joined(H: FloatArray, width: float) -> tuple[FloatArray, npt.NDArray[np.int64], FloatArray]:
    """Return the distinct energies, the place of each value among them, and how often each was met.

    Energies within one bin of `width` are joined at their mean: a long ladder of a network with many levels would else carry
    hundreds of thousands of them through every step.

    Examples
    --------
    >>> joined(np.array([0.0, 1.0, 1.0, 5.0]), 0.1)
    (array([0., 1., 5.]), array([0, 1, 1, 2]), array([1., 2., 1.]))
    """
    _, place = np.unique(np.floor((H - H.min()) / width), return_inverse=True)
    counts = np.bincount(place.ravel()).astype(np.float64)
    return np.bincount(place.ravel(), weights=H) / counts, place.ravel(), counts


def reweight(beta: FloatArray, H: Sequence[FloatArray], targets: FloatArray, N: int) -> tuple[FloatArray, FloatArray, Parts]:
    """Reweight one sample of a ladder, whole and with each part of it left out at all temperatures at once.

    Parameters
    ----------
    beta : array [temperature]
        Inverse temperatures of the ladder, rising from 0.
    H : sequence of arrays [chain, time]
        Energies H at each.
    targets : array
        Inverse temperatures that are asked.
    N : int
        Number of spins.

    Returns
    -------
    arrays [target, 4] and [part, target, 4], Parts
        -beta f, energy, entropy, specific heat; the parts.
    """
    sizes = np.array([h.size for h in H], np.float64)
    E, place, counts = joined(np.concatenate([h.ravel() for h in H]), FINE / beta[-1])
    places = np.split(place, np.cumsum(sizes).astype(int)[:-1])
    means = np.array([h.mean() for h in H])
    guess = N * math.log(2.0) - np.concatenate([[0.0], np.cumsum(np.diff(beta) * (means[1:] + means[:-1]) / 2.0)])
    lnZ = Histogram(beta, sizes, E, counts).solve(guess)
    whole = Histogram(beta, sizes, E, counts).at(lnZ, targets, N)
    left = []
    chains, n = H[0].shape
    edges = block_edges(n)
    parts = parts_of(chains, len(edges))
    for mask in parts:
        out = np.repeat(mask, [b - a for a, b in edges], axis=1)
        gone = [p.reshape(h.shape)[out] for p, h in zip(places, H, strict=True)]
        rest = counts - np.bincount(np.concatenate(gone), minlength=len(E))
        kept = rest > 0.0
        part = Histogram(beta, sizes - np.array([g.size for g in gone]), E[kept], rest[kept])
        left.append(part.at(part.solve(lnZ), targets, N))
    return whole, np.array(left), parts


def log_weights(fields: FloatArray, M: Sequence[npt.NDArray[np.int64]], N: int, parts: Parts) -> tuple[FloatArray, FloatArray]:
    """Join the overlaps of one sample in fields along a pattern into ln of the weight of every overlap without a field (J.3).

    Parameters
    ----------
    fields : array [rung]
        beta h, rising: the weight of a state in a field is exp(beta h M) times that without.
    M : sequence of integer arrays [chain, time]
        Overlaps M = N, N - 2, ..., -N at each rung.
    N : int
        Number of spins.
    parts : Parts
        What is left out in turn.

    Returns
    -------
    arrays [overlap] and [part, overlap]
        ln of the weight at M = N, N - 2, ..., -N up to one constant, -inf where it was not met; with each part left out.
    """
    edges = block_edges(M[0].shape[1])
    values, found = np.arange(N, -N - 1, -2), np.zeros((len(M), M[0].shape[0], len(edges), N + 1))
    for k, rung in enumerate(M):
        for c, chain in enumerate((N - rung) // 2):
            for b, (start, stop) in enumerate(edges):
                found[k, c, b] = np.bincount(chain[start:stop], minlength=N + 1)

    def joined_counts(counts: FloatArray, start: FloatArray | None) -> tuple[FloatArray, FloatArray]:
        met, sizes = counts.sum(axis=0) > 0.0, counts.sum(axis=1)
        if start is None:
            means = counts @ values / sizes
            start = np.concatenate([[0.0], np.cumsum(np.diff(fields) * (means[1:] + means[:-1]) / 2.0)])
        h = Histogram(fields, sizes, -values[met].astype(np.float64), counts.sum(axis=0)[met])
        lnZ, out = h.solve(start), np.full(N + 1, -np.inf)
        out[met] = np.log(h.counts) - h.log_mixture(lnZ)
        return out, lnZ

    whole, lnZ = joined_counts(found.sum(axis=(1, 2)), None)
    return whole, np.array([joined_counts(found[:, ~gone].sum(axis=1), lnZ)[0] for gone in parts])
