"""What is kept of a finished sample beside its file: enough for every average, its errors and the status, in a few kB.

A record holds, for each temperature, the mean of every observable, its autocovariance summed over windows of time, and what the
tests for equilibrium ask. Pooled over samples they give the Estimates and the Status of `Samples`: values and the scatter of
samples bit for bit, thermal errors to rounding.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.results import Estimate, Status
from glassy.simulation.equilibration import judge
from glassy.simulation.ladder import LadderRun
from glassy.simulation.run import Run
from glassy.simulation.samples import Samples, Series
from glassy.simulation.statistics import drift_of, from_sums, halves, window_sums, windows
from glassy.storage import Saved

FloatArray = npt.NDArray[np.float64]
Records = npt.NDArray[Any]

SINGLE = ("m", "m_abs", "energy", "energy_excess", "acceptance")
PAIRED = ("q", "q_abs")
TRENDS = ("m", "energy", "q")


def observables(replicas: int) -> tuple[str, ...]:
    """Return what is averaged: with one replica there is no q."""
    return SINGLE + PAIRED if replicas > 1 else SINGLE


def record_type(replicas: int, sweeps: int, rungs: int) -> np.dtype[Any]:
    """Return the type of the averages of one sample at all its temperatures.

    Examples
    --------
    >>> record_type(2, 1000, 1).itemsize
    5528
    """
    n, chains = len(observables(replicas)), 2 * replicas + (replicas > 1)
    fields = [
        ("mean", "f8", (n,)), ("largest", "f8", (n,)), ("sums", "f8", (n, len(windows(sweeps)))), ("halves", "f8", (chains, 3)),
        ("escaped", "i8"), ("stuck", "i8"), ("chains", "i8"), ("rejected", "f8"),
    ]  # fmt: skip
    return np.dtype([("rungs", fields, (rungs,))])


def _series(series: Series, replicas: int) -> dict[str, FloatArray]:
    found = {
        "m": series.m, "m_abs": np.abs(series.m), "energy": series.energy,
        "energy_excess": series.energy - series.pattern_energy[:, None, None], "acceptance": series.acceptance,
    }  # fmt: skip
    if replicas > 1:
        found |= {"q": series.q.mean(axis=1, keepdims=True), "q_abs": np.abs(series.q).mean(axis=1, keepdims=True)}
    return found


def averages(points: Sequence[Samples]) -> Records:
    """Return the record of one sample: `points` are its Samples, of one sample each, at every temperature."""
    first = points[0]
    record = np.zeros((), record_type(first.replicas, first.sweeps, len(points)))
    for rung, point in zip(record["rungs"], points, strict=True):
        named = _series(point.series, first.replicas)
        for i, x in enumerate(named.values()):
            mean = x.mean(axis=(1, 2))
            rung["mean"][i], rung["largest"][i] = mean[0], np.abs(x).max()
            rung["sums"][i] = window_sums(x)
        rung["halves"] = np.concatenate([halves(named[name])[0] for name in TRENDS if name in named])
        rung["escaped"], rung["stuck"], rung["chains"] = point.escaped.sum(), point.stuck.sum(), point.stuck.size
        rung["rejected"] = point.fewest_rejected
    return record


@dataclass(frozen=True)
class Pool(Saved):
    """The records of many samples at one temperature, added up in the order of the samples.

    Parameters
    ----------
    replicas, sweeps : int
        Of the run.
    mean : array [sample, observable]
        Means of each sample.
    halves : array [sample, chain, 3]
        As in `glassy.simulation.statistics.halves`, the chains of m, energy and q in turn.
    sums, largest : arrays [observable, window], [observable]
        Mean of the summed autocovariances; largest |value|.
    escaped, stuck : int
        Chains that lost their pattern, and that stood still elsewhere.
    rejected : float
        Attempts that the chain with the fewest of them rejected.
    """

    replicas: int
    sweeps: int
    mean: FloatArray
    halves: FloatArray
    sums: FloatArray
    largest: FloatArray
    escaped: int
    stuck: int
    rejected: float

    @property
    def samples(self) -> int:
        """Number of samples."""
        return len(self.mean)

    def estimate(self, name: str) -> Estimate:
        """Return the Estimate of an observable."""
        i = observables(self.replicas).index(name)
        chains = self.replicas if name in SINGLE else 1
        means = np.ascontiguousarray(self.mean[:, i])
        return from_sums(means, self.sums[i], float(self.largest[i]), chains, self.sweeps)

    @property
    def status(self) -> Status:
        """What became of the run, as `Samples.status`."""
        trends, start = [], 0
        for name in TRENDS if self.replicas > 1 else TRENDS[:2]:
            width = self.replicas if name in SINGLE else 1
            i = observables(self.replicas).index(name)
            tau = self.estimate(name).tau_int or 0.5
            rows = self.halves[:, start : start + width].reshape(-1, 3)
            trends.append((drift_of(rows, float(self.largest[i]), self.sweeps, tau), self.sweeps / tau))
            start += width
        return judge(trends, self.escaped, self.stuck, self.rejected)


def pool(run: Run | LadderRun, blocks: Iterable[Records]) -> tuple[Pool | None, ...]:
    """Add up blocks [sample] of records, given in the order of the samples; return the Pool of each temperature of a run.

    Of the records only the means and halves of each sample are kept: a block may be as large as memory allows.
    """
    first, n = (run.rungs[0], len(run.rungs)) if isinstance(run, LadderRun) else (run, 1)
    kind = record_type(first.replicas, first.sweeps, n)["rungs"].subdtype[0]  # type: ignore[index]
    means, rows, count = [], [], 0
    sums, largest = np.zeros((n, *kind["sums"].shape)), np.zeros((n, *kind["largest"].shape))
    lost, rejected = np.zeros((2, n), np.int64), np.full(n, np.inf)
    for block in blocks:
        rungs = block["rungs"]
        count += len(rungs)
        means.append(rungs["mean"].copy())
        rows.append(rungs["halves"].copy())
        sums += rungs["sums"].sum(axis=0)
        largest = np.maximum(largest, rungs["largest"].max(axis=0))
        lost += [rungs["escaped"].sum(axis=0), rungs["stuck"].sum(axis=0)]
        rejected = np.minimum(rejected, rungs["rejected"].min(axis=0))
    if not count:
        return (None,) * n
    mean, both = np.concatenate(means), np.concatenate(rows)
    return tuple(
        Pool(
            first.replicas,
            first.sweeps,
            mean[:, i],
            both[:, i],
            sums[i] / count,
            largest[i],
            int(lost[0, i]),
            int(lost[1, i]),
            float(rejected[i]),
        )
        for i in range(n)
    )
