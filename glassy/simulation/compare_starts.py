"""compare_starts: two runs of one state point that began far apart; in equilibrium they meet (M.11)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.analysis.equilibration import WANDERS
from glassy.analysis.stationarity import SEVERAL, p_value
from glassy.analysis.statistics import estimate
from glassy.core.drawing import Drawn
from glassy.core.errors import InputError
from glassy.core.records import record
from glassy.core.results import Estimate, Status
from glassy.core.storage import Placed, Saved
from glassy.simulation.observables import OBSERVABLES
from glassy.simulation.samples import Samples

FloatArray = npt.NDArray[np.float64]
SMALLEST = 6e-5  # p-value of 4 standard errors


@dataclass(frozen=True)
class Meeting(Saved):
    """One observable of two runs: their difference, its thermal error, and the p-value of agreement."""

    observable: str
    first: Estimate
    second: Estimate
    difference: Estimate
    z: float
    p: float


@dataclass(frozen=True)
class Starts(Drawn, Placed):
    """Two runs of one state point from two starts.

    Parameters
    ----------
    starts : (str, str)
        Where they began.
    meetings : tuple of Meeting
        energy, m and, with two replicas or more, q; |m| and |q| at even P, where a global flip changes nothing else.
    status : Status
        NOT_EQUILIBRATED if a p-value is below that of 4 standard errors or a run drifts, SHORT_CHAIN if a run is shorter than
        50 tau_int (100 where its chains wander), EQUILIBRATED if the chains of both forget where they were (or their ladders
        renew themselves), else NOT_SHOWN: chains that stand still may have met by chance. A run that left the pattern may meet
        the other all the same: above the spinodal it should.

    Examples
    --------
    >>> import glassy
    >>> options = dict(load=0.1, T=0.3, N=30, samples=4, sweeps=200, seed=1)
    >>> network = glassy.DenseHebbian(P=3)
    >>> pair = glassy.compare_starts(glassy.simulate(network, **options), glassy.simulate(network, start="random", **options))
    >>> pair.status.name, pair.worst.observable
    ('NOT_EQUILIBRATED', 'q')
    """

    starts: tuple[str, str]
    meetings: tuple[Meeting, ...]
    status: Status

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the observables of both runs."""
        for meeting in self.meetings:
            yield {**dict(self.state_point), **record(meeting), "starts": self.starts, "status": self.status}

    @property
    def worst(self) -> Meeting:
        """The observable with the smallest p-value."""
        return min(self.meetings, key=lambda meeting: meeting.p)

    def table(self) -> str:
        """Return the observables of both starts as text."""
        a, b = self.starts
        lines = [f"{self.status.name}: {self.status.value}", f"{'observable':<10} {a:>16} {b:>16} {'z':>7} {'p':>8}"]
        return "\n".join(
            [*lines, *(f"{x.observable:<10} {x.first!r:>16} {x.second!r:>16} {x.z:>7.2f} {x.p:>8.2g}" for x in self.meetings)]
        )

    def __repr__(self) -> str:
        w = self.worst
        return f"Starts({self.starts[0]} and {self.starts[1]}: {self.status.name}, worst z={w.z:.2f} in {w.observable})"


def compare_starts(first: Samples, second: Samples) -> Starts:
    """Compare two runs of one network and one state point that began differently, as at the pattern and at random (M.11).

    Each chain sees its own basin only, and may be stationary there for ever. Runs from both ends that agree have forgotten
    their starts, which neither can show alone. They share their patterns, so that the disorder leaves the differences, and by
    their seed the random numbers: chains that merge have forgotten their starts as well.

    Parameters
    ----------
    first, second : Samples
        The same network, K, N, T, seed, number of samples and of replicas; different starts. Of a Ladder, compare the rungs.

    Returns
    -------
    Starts
        z = difference/error of each observable: a t-test over the chains where there are four or more (over the samples for
        q), else by the thermal errors of both runs.

    Raises
    ------
    InputError
        If the runs do not share their patterns, or began alike.

    Notes
    -----
    Source: docs/explanation/monte-carlo.md, M.11.

    Examples
    --------
    >>> import glassy
    >>> run = {"load": 0.2, "T": 1.5, "N": 30, "samples": 4, "sweeps": 400, "seed": 5}
    >>> a, b = (glassy.simulate(glassy.DenseHebbian(P=3), start=start, **run) for start in ("pattern", "random"))
    >>> compare_starts(a, b).status.name
    'EQUILIBRATED'
    >>> cold = {**run, "load": 0.1, "T": 0.3, "N": 60}
    >>> a, b = (glassy.simulate(glassy.DenseHebbian(P=3), start=start, **cold) for start in ("pattern", "random"))
    >>> compare_starts(a, b).status.name
    'NOT_EQUILIBRATED'
    """
    if not isinstance(first, Samples) or not isinstance(second, Samples):
        raise InputError(f"two Samples must be given, got {first!r} and {second!r}. Compare the rungs of a Ladder one by one.")
    same = ("network", "N", "K", "T", "seed", "samples", "replicas", "patterns_drawn", "perturbation")
    off = [name for name in same if getattr(first, name) != getattr(second, name)]
    if off or np.any(first.series.pattern_energy != second.series.pattern_energy):
        raise InputError(
            f"the runs must be of the same patterns at one state point, they differ in {', '.join(off) or 'their patterns'}. "
            "Repeat one with the arguments of the other and another start."
        )
    if _same_start(first, second):
        raise InputError("the runs must begin differently, but both began alike. Start one at the pattern and one at random.")
    pairs = first.replicas
    meetings = tuple(meet(name, x, y, pairs if OBSERVABLES[name].pairs else 0) for name, x, y in _series(first, second))
    return Starts((_name(first), _name(second)), meetings, _status(first, second, meetings)).placed(first)


def _name(run: Samples) -> str:
    return f"pattern m={run.start_overlap:g}" if run.start == "pattern" and run.start_overlap != 1.0 else run.start


def _same_start(first: Samples, second: Samples) -> bool:
    if first.series.start_m is None or second.series.start_m is None:
        return (first.start, first.start_overlap) == (second.start, second.start_overlap)
    return bool(np.array_equal(first.series.start_m, second.series.start_m))


def _series(first: Samples, second: Samples) -> list[tuple[str, FloatArray, FloatArray]]:
    """Return the observables of both runs [sample, chain, time]; at even P without the sign that a global flip changes."""
    even = first.network.even and first.perturbation is None
    names = ["energy", "m_abs" if even else "m", *(["q_abs" if even else "q"] if first.replicas > 1 else [])]
    return [(name, first.series_of[name], second.series_of[name]) for name in names]


def meet(name: str, x: FloatArray, y: FloatArray, replicas: int) -> Meeting:
    """Return how one observable of two runs of the same patterns agrees, in series [sample, chain, time] of both (M.11)."""
    a, b = estimate(x, replicas), estimate(y, replicas)
    if replicas:
        x, y = x.mean(axis=1, keepdims=True), y.mean(axis=1, keepdims=True)
    differences = (x.mean(axis=-1) - y.mean(axis=-1)).ravel()
    n, difference = len(differences), float(differences.mean())
    scatter = float(differences.std(ddof=1)) / math.sqrt(n) if n > 1 else 0.0
    error = scatter if n >= SEVERAL else max(scatter, math.hypot(a.thermal or 0.0, b.thermal or 0.0))
    if error <= 1e-13 * max(abs(float(a)), abs(float(b)), 1e-300):  # the chains have merged, or both stand still
        z = 0.0 if abs(difference) <= 1e-12 else math.copysign(math.inf, difference)
    else:
        z = difference / error
    return Meeting(
        observable=name,
        first=a,
        second=b,
        difference=Estimate(difference, error, error, None, None, a.samples),
        z=z,
        p=p_value(z, n),
    )


def _status(first: Samples, second: Samples, meetings: tuple[Meeting, ...]) -> Status:
    if any(meeting.p < SMALLEST for meeting in meetings):
        return Status.NOT_EQUILIBRATED
    found = {first.evidence.relaxed, second.evidence.relaxed}
    bad = next((s for s in (Status.NOT_EQUILIBRATED, Status.SHORT_CHAIN) if s in found), None)
    if bad is not None:
        return bad
    shown = all(run.fate.known and run.fate.ergodic and (run.fate.mobile or run.fate.renewed) for run in (first, second))
    if not shown:
        return Status.NOT_SHOWN
    short = any(not run.fate.renewed and run.evidence.length < WANDERS for run in (first, second))
    return Status.SHORT_CHAIN if short else Status.EQUILIBRATED
