"""Equilibration, with its evidence: what the series of a run say, and whether two starts meet."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from glassy.results import Estimate, Status, short
from glassy.simulation.statistics import drift, estimate
from glassy.storage import Saved

FloatArray = npt.NDArray[np.float64]
DRIFT = 1e-6  # p-value below which the halves of a run differ
LENGTH = 50.0  # tau_int that a run must hold
FEWEST = 8  # sweeps of the first bin


@dataclass(frozen=True)
class Trend(Saved):
    """One observable along a run.

    Parameters
    ----------
    observable : str
        "m", "energy" or "q".
    bins : tuple of (int, int)
        Sweeps [start, stop) of the logarithmic bins, the last half of the run last.
    means : tuple of Estimate
        Mean in each bin. Bins share their patterns: compare them by their thermal errors.
    lengths : tuple of int
        First quarter, first half and whole of the run, in sweeps.
    taus : tuple of float
        tau_int within each: where it grows with the length, the run is shorter than the memory of the chain.
    p_drift : float
        p-value of the difference between the two halves.
    """

    observable: str
    bins: tuple[tuple[int, int], ...]
    means: tuple[Estimate, ...]
    lengths: tuple[int, ...]
    taus: tuple[float, ...]
    p_drift: float

    @property
    def length_over_tau(self) -> float:
        """Measured sweeps in units of tau_int."""
        return self.lengths[-1] / self.taus[-1]


@dataclass(frozen=True)
class Evidence(Saved):
    """What speaks for and against the equilibrium of a run.

    Parameters
    ----------
    trends : tuple of Trend
        m, energy and, with two replicas or more, q.
    escaped, frozen : int
        Chains that lost the pattern they began at; chains that began elsewhere and whose energy stood still.
    chains : int
        All chains.
    rejected : float
        Attempts that the chain with the fewest rejected: a Metropolis chain that accepts all keeps the parity of its flips.

    Examples
    --------
    >>> import glassy
    >>> r = glassy.simulate(glassy.DenseHebbian(P=3), load=0.1, T=0.3, N=30, samples=4, sweeps=400, seed=7)
    >>> [t.observable for t in r.evidence.trends], r.evidence.status.name
    (['m', 'energy', 'q'], 'EQUILIBRATED')
    >>> r.evidence.trends[1].bins[-2:], r.evidence.trends[1].lengths
    (((100, 200), (200, 400)), (100, 200, 400))
    """

    trends: tuple[Trend, ...]
    escaped: int
    frozen: int
    chains: int
    rejected: float = math.inf

    @property
    def relaxed(self) -> Status:
        """The verdict of the trends alone: NOT_EQUILIBRATED, SHORT_CHAIN or EQUILIBRATED, whichever state the chains are in."""
        return judge([(t.p_drift, t.length_over_tau) for t in self.trends], 0, 0, self.rejected)

    @property
    def status(self) -> Status:
        """LEFT_PHASE if a chain escaped, CONSTANT if one froze, else `relaxed`."""
        return judge([(t.p_drift, t.length_over_tau) for t in self.trends], self.escaped, self.frozen, self.rejected)

    def table(self) -> str:
        """Return the evidence as text: log-binned means with thermal errors, tau_int against run length, drift."""
        lines = [
            f"{self.status.name}: {self.status.value}",
            f"escaped {self.escaped}, frozen {self.frozen} of {self.chains} chains",
        ]
        for t in self.trends:
            lines.append(f"{t.observable}: drift p={t.p_drift:.2g}, {t.length_over_tau:.0f} tau_int")
            lines += [
                f"  sweeps {a:>7} to {b:>7} {short(float(e), e.thermal or 0.0):>16}"
                for (a, b), e in zip(t.bins, t.means, strict=True)
            ]
            taus = ", ".join(f"{tau:.3g} in {n}" for n, tau in zip(t.lengths, t.taus, strict=True))
            lines.append(f"  tau_int {taus} sweeps")
        return "\n".join(lines)

    def __repr__(self) -> str:
        drifting = min(t.p_drift for t in self.trends)
        least = min(t.length_over_tau for t in self.trends)
        return (
            f"Evidence({self.status.name}: smallest drift p={drifting:.2g}, {least:.0f} tau_int, "
            f"{self.escaped} escaped and {self.frozen} frozen of {self.chains} chains)"
        )


def judge(trends: Iterable[tuple[float, float]], escaped: int, frozen: int, rejected: float = math.inf) -> Status:
    """Return the Status of a run from (p of the drift, length in tau_int) of each observable and the fate of its chains.

    Examples
    --------
    >>> judge([(0.3, 800.0), (0.01, 49.0)], 0, 0).name
    'SHORT_CHAIN'
    """
    trends = list(trends)
    if escaped:
        return Status.LEFT_PHASE
    if frozen:
        return Status.CONSTANT
    if any(p < DRIFT for p, _ in trends):
        return Status.NOT_EQUILIBRATED
    short = rejected < LENGTH or any(length < LENGTH for _, length in trends)
    return Status.SHORT_CHAIN if short else Status.EQUILIBRATED


def gather(watched: Mapping[str, FloatArray], escaped: int, frozen: int, chains: int, rejected: float = math.inf) -> Evidence:
    """Return the Evidence of named series [sample, chain, time].

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(2, 2, 400))
    >>> gather({"energy": x}, 0, 0, 4).status.name, gather({"energy": x + np.arange(400)}, 0, 0, 4).status.name
    ('EQUILIBRATED', 'NOT_EQUILIBRATED')
    """
    return Evidence(tuple(_trend(name, series) for name, series in watched.items()), escaped, frozen, chains, rejected)


def _trend(name: str, series: FloatArray) -> Trend:
    n = series.shape[-1]
    bins = tuple(_log_bins(n))[::-1]
    lengths = tuple(dict.fromkeys(max(n // part, 1) for part in (4, 2, 1)))
    taus = tuple(estimate(series[..., :length]).tau_int or 0.5 for length in lengths)
    means = tuple(estimate(series[..., a:b]) for a, b in bins)
    return Trend(name, bins, means, lengths, taus, drift(series, taus[-1]))


def _log_bins(n: int) -> Iterator[tuple[int, int]]:
    """Yield [n/2, n), [n/4, n/2), ... down to bins of a few sweeps."""
    stop = n
    while stop >= 2 * FEWEST:
        yield stop // 2, stop
        stop //= 2
    yield 0, stop
