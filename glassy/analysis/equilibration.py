"""What a run may claim, with its evidence: where its chains were, whether they agree, drift, and forget (M.16)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.analysis.stationarity import disagreement, drift
from glassy.analysis.statistics import Summary, estimate
from glassy.core.records import record
from glassy.core.results import Estimate, Status, short
from glassy.core.storage import Placed, Saved

FloatArray = npt.NDArray[np.float64]
ALARM = 0.001  # p-value below which a run drifts, or its replicas disagree
LENGTH = 50.0  # tau_int that a run must hold,
WANDERS = 100.0  # and where chains wander: of many such runs those whose tau_int is too small by chance look well
FEWEST = 8  # sweeps of the first bin; samples that tell whether replicas meet
FORGETS = 0.5  # overlap with its own past below which a chain has forgotten it
KEEPS = 0.3  # the same of configurations that come to the hottest rung, and of what a chain still forgets after a sixteenth
NEW, LEAST = 6.0, 2.0  # ways up to the hottest rung that every configuration must have made: in the mean, and in each sample
NOWHERE, MOVES, MIRROR = -1, -2, -3  # places that are no pattern; MIRROR - k is the mirror of pattern k, all spins flipped


@dataclass(frozen=True)
class Fate(Saved):
    """Where the chains of a run were and what they forgot; arrays are [sample, replica].

    Parameters
    ----------
    place : array of int
        The pattern at which a chain was at every mark and between (at even P MIRROR - k, -3 - k, at its mirror); NOWHERE (-1)
        if it was at none at most marks, else MOVES (-2).
    share : array
        Share of the marks at which it was at a pattern.
    near, far : arrays
        Overlap of a chain with itself a sixteenth of the run later, and half of the run or more later; NaN in a ladder.
    trips, kept : arrays
        Of a ladder: how often each configuration came from this rung, or from below, to the hottest one, and the mean overlap
        with its old spins that it kept; NaN otherwise.
    began : array of bool
        Whether a chain began at pattern 0.
    met : array [sample]
        Mean overlap of the replicas of a sample, at even P of |q|; NaN where there is one.
    start : str
        Where the chains began.
    ergodic : bool
        Whether the dynamics reaches every state: Metropolis in sequential order need not.
    rejected : float
        Attempts that the chain with the fewest of them rejected: a Metropolis chain that accepts all keeps the parity of flips.
    known : bool
        Whether the chains were looked at: not in files of older versions.
    """

    place: npt.NDArray[np.int64]
    share: FloatArray
    near: FloatArray
    far: FloatArray
    trips: FloatArray
    kept: FloatArray
    began: npt.NDArray[np.bool_]
    met: FloatArray
    start: str
    ergodic: bool = True
    rejected: float = math.inf
    known: bool = True

    @property
    def ladder(self) -> bool:
        """Whether the chains exchanged configurations."""
        return not bool(np.all(np.isnan(self.trips)))

    @property
    def left(self) -> npt.NDArray[np.bool_]:
        """Chains that began at pattern 0 and were not at it throughout."""
        return np.asarray(self.began & (self.place != 0) & (self.place != MIRROR))

    @property
    def mobile(self) -> bool:
        """Whether every chain forgets where it was, many times within the run."""
        slow = self.near - self.far
        return bool(np.all((self.far <= FORGETS) & (slow <= KEEPS)) and slow.mean() <= KEEPS / 2.0)

    @property
    def renewed(self) -> bool:
        """Whether the configurations of a ladder lose their old spins on their way up to the hottest rung."""
        kept = (self.trips * self.kept).sum(axis=1) / np.maximum(self.trips.sum(axis=1), 1e-300)
        return bool(np.all(self.trips.sum(axis=1) > 0.0) and np.all(kept <= FORGETS) and kept.mean() <= KEEPS)

    @property
    def travelled(self) -> bool:
        """Whether every configuration of a ladder made its way up NEW times, in each sample at least LEAST times."""
        ways = self.trips.mean(axis=1)
        return bool(ways.mean() >= NEW and np.all(ways >= LEAST))

    @property
    def meets(self) -> bool:
        """Whether replicas are as close to each other as each to its own past, in at least FEWEST samples (Bhatt and Young)."""
        apart = self.far.mean(axis=1) - self.met
        if len(apart) < FEWEST or np.any(np.isnan(apart)):
            return False
        mean, error = float(apart.mean()), float(apart.std(ddof=1)) / math.sqrt(len(apart))
        return mean <= 0.1 and mean <= 2.0 * error + 0.02

    @property
    def together(self) -> bool:
        """Whether no two chains of a sample stayed at different places: in a ladder all meet, and those that move meet any."""
        if self.ladder:
            return True
        for row in self.place:
            held = row[row != MOVES]
            if np.any(held != held[:1]):
                return False
        return True

    @property
    def phase(self) -> str:
        """Where the chains were, as `Samples.phase` says; "" if unknown."""
        if not self.known:
            return ""
        first = int(self.place.flat[0])
        if np.all(self.place == first) and (first in (0, MIRROR) or len(self.place) == 1):
            if first >= 0:
                return f"pattern {first}"
            if first <= MIRROR:
                return f"mirror of pattern {MIRROR - first}"
        if np.any((self.place >= 0) | (self.place <= MIRROR)) or self.share.mean() > 0.5:
            return "patterns"
        remembered = self.met if self.ladder else self.far
        return "glass" if np.any(np.isfinite(remembered)) and np.nanmean(remembered) > FORGETS else "paramagnet"


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
        tau_int within each: where it grows with the length, the run is shorter than the chain is correlated.
    p_drift, p_apart : float
        p-values of no drift, and of the agreement of the replicas.
    """

    observable: str
    bins: tuple[tuple[int, int], ...]
    means: tuple[Estimate, ...]
    lengths: tuple[int, ...]
    taus: tuple[float, ...]
    p_drift: float
    p_apart: float = 1.0

    @property
    def length_over_tau(self) -> float:
        """Measured sweeps in units of tau_int."""
        return self.lengths[-1] / self.taus[-1]


@dataclass(frozen=True)
class Evidence(Placed):
    """What speaks for and against what a run claims.

    Parameters
    ----------
    trends : tuple of Trend
        m, energy and, with two replicas or more, q.
    frozen : int
        Chains whose energy stood still over the second half.
    status : Status
        The verdict.
    fate : Fate, optional
        Where the chains were; None in files of versions that did not look.

    Examples
    --------
    >>> import glassy
    >>> r = glassy.simulate(glassy.DenseHebbian(P=3), load=0.1, T=0.3, N=30, samples=4, sweeps=400, seed=7)
    >>> [t.observable for t in r.evidence.trends], r.evidence.status.name, r.evidence.phase
    (['m', 'energy', 'q'], 'STEADY', 'pattern 0')
    >>> r.evidence.trends[1].bins[-2:], r.evidence.trends[1].lengths
    (((100, 200), (200, 400)), (100, 200, 400))
    """

    trends: tuple[Trend, ...]
    frozen: int = 0
    status: Status = Status.NOT_SHOWN
    fate: Fate | None = None

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the observables, with the verdict on the whole run."""
        whole = {k: v for k, v in record(self).items() if k not in ("trends", "fate")}
        for t in self.trends:
            yield {k: v for k, v in record(t).items() if k not in ("bins", "means")} | whole

    @property
    def phase(self) -> str:
        """Where the chains were, as `Samples.phase`."""
        return self.fate.phase if self.fate else ""

    @property
    def escaped(self) -> int:
        """Chains that began at pattern 0 and were not at it throughout."""
        return int(self.fate.left.sum()) if self.fate else 0

    @property
    def chains(self) -> int:
        """All chains; 0 where that was not kept."""
        return self.fate.place.size if self.fate else 0

    @property
    def length(self) -> float:
        """Measured sweeps in units of the largest tau_int."""
        return min(t.length_over_tau for t in self.trends)

    @property
    def relaxed(self) -> Status:
        """The verdict of the trends alone, whichever state the chains are in: STEADY where there is no alarm."""
        found = {t.observable: (min(t.p_drift, t.p_apart), t.length_over_tau) for t in self.trends}
        return alarm(found, self.fate.rejected if self.fate else math.inf)

    def table(self) -> str:
        """Return the evidence as text: places, what is forgotten, log-binned means with thermal errors, tau_int, drift."""
        f = self.fate
        began = int(f.began.sum()) if f else 0
        lines = [
            f"{self.status.name}: {self.status.value}",
            f"phase: {self.phase or 'not looked at'}; {self.escaped} of {began} chains that began at the pattern left it, "
            f"{self.frozen} of {self.chains} stood still",
        ]
        if f and f.ladder:
            lines.append(
                f"each configuration went up {np.nanmean(f.trips):.1f} times, keeping an overlap of {np.nanmean(f.kept):.2f}"
            )
        elif f and np.any(np.isfinite(f.far)):
            near, far = np.nanmean(f.near), np.nanmean(f.far)
            lines.append(f"overlap with itself {near:.2f} after a sixteenth of the run, {far:.2f} after half of it or more")
        for t in self.trends:
            length = f"{t.length_over_tau:.0f} tau_int"
            lines.append(f"{t.observable}: drift p={t.p_drift:.2g}, replicas agree p={t.p_apart:.2g}, {length}")
            lines += [
                f"  sweeps {a:>7} to {b:>7} {short(float(e), e.thermal or 0.0):>16}"
                for (a, b), e in zip(t.bins, t.means, strict=True)
            ]
            taus = ", ".join(f"{tau:.3g} in {n}" for n, tau in zip(t.lengths, t.taus, strict=True))
            lines.append(f"  tau_int {taus} sweeps")
        return "\n".join(lines)

    def __repr__(self) -> str:
        drifting = min(min(t.p_drift, t.p_apart) for t in self.trends)
        return (
            f"Evidence({self.status.name}, {self.phase or 'unknown phase'}: smallest p={drifting:.2g}, "
            f"{self.length:.0f} tau_int, {self.escaped} escaped and {self.frozen} frozen of {self.chains} chains)"
        )


def alarm(trends: Mapping[str, tuple[float, float]], rejected: float = math.inf) -> Status:
    """Return NOT_EQUILIBRATED, SHORT_CHAIN or STEADY (no alarm) from (smallest p, length in tau_int) of each observable.

    Examples
    --------
    >>> alarm({"m": (0.3, 800.0), "energy": (0.01, 49.0)}).name
    'SHORT_CHAIN'
    """
    if any(p < ALARM for p, _ in trends.values()):
        return Status.NOT_EQUILIBRATED
    short = rejected < LENGTH or any(length < LENGTH for _, length in trends.values())
    return Status.SHORT_CHAIN if short else Status.STEADY


def judge(watched: Mapping[str, Summary], fate: Fate) -> Status:
    """Return what a run may claim (M.16), from the Summaries of m, energy and q and the fate of its chains."""
    found = {k: (min(drift(s), disagreement(s)), s.sweeps / s.integrated_autocorrelation[1]) for k, s in watched.items()}
    return verdict(alarm(found, fate.rejected), fate, min(length for _, length in found.values()))


def verdict(found: Status, fate: Fate, length: float = math.inf) -> Status:
    """Return what a run may claim from the `alarm` of its trends, the fate of its chains, and its length in tau_int."""
    left, replicas = fate.left, fate.place.shape[1]
    if fate.known and np.any(left) and (not np.all(left[fate.began]) or not fate.together):
        return Status.LEFT_PHASE
    if fate.known and not fate.together:
        return Status.NOT_EQUILIBRATED
    if found is not Status.STEADY:
        return found
    if not fate.known or not fate.ergodic:
        return Status.NOT_SHOWN
    if fate.ladder and fate.renewed:
        return Status.EQUILIBRATED if fate.travelled else Status.SHORT_CHAIN
    wanders = fate.mobile and length >= WANDERS
    if fate.start == "both" and wanders:
        return Status.EQUILIBRATED
    held = fate.phase.startswith(("pattern ", "mirror "))
    if replicas > 1 and (held or wanders or (fate.phase == "glass" and fate.meets)):
        return Status.STEADY
    return Status.SHORT_CHAIN if replicas > 1 and fate.mobile else Status.NOT_SHOWN


def from_version_1(old: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of an Evidence from what version 1 kept: nothing of where the chains were, so no claim."""
    found = alarm({t.observable: (t.p_drift, t.length_over_tau) for t in old["trends"]}, old.get("rejected", math.inf))
    status = Status.NOT_SHOWN if found is Status.STEADY else found
    return {"trends": old["trends"], "frozen": old["frozen"], "status": status}


def gather(
    watched: Mapping[str, tuple[FloatArray, int]], summaries: Mapping[str, Summary], fate: Fate, frozen: int
) -> Evidence:
    """Return the Evidence of named series [sample, chain, time], each with the replicas whose pairs they are (0: none)."""
    trends = tuple(_trend(name, series, pairs, summaries[name]) for name, (series, pairs) in watched.items())
    return Evidence(trends, frozen, judge(summaries, fate), fate)


def _trend(name: str, series: FloatArray, pairs: int, summary: Summary) -> Trend:
    n = series.shape[-1]
    bins = tuple(_log_bins(n))[::-1]
    lengths = tuple(dict.fromkeys(max(n // part, 1) for part in (4, 2, 1)))
    taus = tuple(estimate(series[..., :length], pairs).tau_int or 0.5 for length in lengths)
    means = tuple(estimate(series[..., a:b], pairs) for a, b in bins)
    return Trend(
        observable=name,
        bins=bins,
        means=means,
        lengths=lengths,
        taus=taus,
        p_drift=drift(summary),
        p_apart=disagreement(summary),
    )


def _log_bins(n: int) -> Iterator[tuple[int, int]]:
    """Yield [n/2, n), [n/4, n/2), ... down to bins of a few sweeps."""
    stop = n
    while stop >= 2 * FEWEST:
        yield stop // 2, stop
        stop //= 2
    yield 0, stop
