"""What is kept of a finished sample beside its file: enough for every average, its errors and the status, in a few kB.

A record holds, for each temperature, the mean of every observable, its means over blocks of time, its autocovariance summed
over windows, and where the chains were. Pooled over samples they give the Estimates and the Status of `Samples`: values and
the scatter of samples bit for bit, thermal errors to rounding.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.analysis.equilibration import Fate, judge
from glassy.analysis.jackknife import BLOCKS
from glassy.analysis.statistics import Summary, estimate_of
from glassy.analysis.tau_int import windows
from glassy.core.results import Estimate, Status
from glassy.core.storage import Saved
from glassy.simulation.kernels.dynamics import is_ergodic
from glassy.simulation.observables import OBSERVABLES, names
from glassy.simulation.sampler.run import Run
from glassy.simulation.samples import Samples

FloatArray = npt.NDArray[np.float64]
Records = npt.NDArray[Any]

SINGLE = names(1, kept=True)
VERSION_1 = ("m", "m_abs", "energy", "energy_excess", "acceptance", "q", "q_abs")  # what a Pool holds that does not say it
FATE = ("place", "share", "near", "far", "trips", "kept", "began")


def observables(replicas: int) -> tuple[str, ...]:
    """Return what is averaged: with one replica there is no q."""
    return names(replicas, kept=True)


def record_type(replicas: int, sweeps: int, rungs: int) -> np.dtype[Any]:
    """Return the type of the averages of one sample at all its temperatures.

    Examples
    --------
    >>> record_type(2, 1000, 1).itemsize
    7049
    """
    n, blocks = len(observables(replicas)), min(sweeps, BLOCKS)
    pairs = n - len(SINGLE)
    fields = [
        ("mean", "f8", (n,)), ("largest", "f8", (n,)), ("sums", "f8", (n, len(windows(sweeps)))),
        ("blocks", "f8", (len(SINGLE), replicas, blocks)), ("pair_blocks", "f8", (pairs, 1, blocks)),
        ("left_out", "f8", (pairs, replicas if replicas > 2 else 0)), ("shown", "f8", (pairs if replicas > 2 else 0,)),
        ("fate", "f8", (len(FATE), replicas)), ("met", "f8"), ("rejected", "f8"), ("quantum", "f8"), ("known", "?"),
    ]  # fmt: skip
    return np.dtype([("rungs", fields, (rungs,))])


def averages(points: Sequence[Samples]) -> Records:
    """Return the record of one sample: `points` are its Samples, of one sample each, at every temperature."""
    first = points[0]
    record = np.zeros((), record_type(first.replicas, first.sweeps, len(points)))
    for rung, point in zip(record["rungs"], points, strict=True):
        for i, name in enumerate(observables(first.replicas)):
            found = point.summary(name)
            rung["mean"][i], rung["largest"][i], rung["sums"][i] = found.mean[0], found.largest, found.sums
            if i < len(SINGLE):
                rung["blocks"][i] = found.blocks[0]
            else:
                j = i - len(SINGLE)
                rung["pair_blocks"][j], rung["left_out"][j] = found.blocks[0], found.left_out[0]
                if found.shown is not None:
                    rung["shown"][j] = found.shown[0]
        for i, name in enumerate(FATE):
            rung["fate"][i] = getattr(point.fate, name)[0]
        rung["met"], rung["rejected"], rung["known"] = point.fate.met[0], point.fate.rejected, point.fate.known
        rung["quantum"] = point.quantum("energy")
    return record


@dataclass(frozen=True)
class Pool(Saved):
    """The records of many samples at one temperature, added up in the order of the samples.

    Parameters
    ----------
    replicas, N : int
        Of the run.
    summaries : tuple of Summary
        One for each observable.
    fate : Fate
        Where the chains were.
    quantum : float
        Energy per spin of one flip from a chain that hardly moved; 0: none is known.
    names : tuple of str
        What the summaries are of, in their order.
    """

    replicas: int
    N: int
    summaries: tuple[Summary, ...]
    fate: Fate
    quantum: float
    names: tuple[str, ...] = VERSION_1

    @property
    def samples(self) -> int:
        """Number of samples."""
        return len(self.summaries[0].mean)

    def summary(self, name: str) -> Summary:
        """Return what is left of an observable."""
        return self.summaries[self.names.index(name)]

    def estimate(self, name: str) -> Estimate:
        """Return the Estimate of an observable, as `Samples` gives it."""
        flip = OBSERVABLES[name].flip
        quantum = self.quantum if flip is None else flip / self.N if self.N else 0.0
        return estimate_of(self.summary(name), quantum)

    @property
    def status(self) -> Status:
        """What the run may claim, as `Samples.status`."""
        return judge({k: self.summary(k) for k in names(self.replicas, trend=True) if k in self.names}, self.fate)


def pool(run: Run, blocks: Iterable[Records]) -> tuple[Pool | None, ...]:
    """Add up blocks [sample] of records, given in the order of the samples; return the Pool of each temperature of a run.

    Of the sums over windows only their mean over the samples is kept: a block of records may be as large as memory allows.
    """
    n = len(run.temperatures)
    kept: dict[str, list[Any]] = {}
    sums, count = 0.0, 0
    for block in blocks:
        found = block["rungs"]
        count += len(found)
        sums = sums + found["sums"].sum(axis=0)
        for name in found.dtype.names or ():
            if name != "sums":
                kept.setdefault(name, []).append(found[name].copy())
    if not count:
        return (None,) * n
    each = {name: np.concatenate(parts) for name, parts in kept.items()}
    return tuple(_pool(run, {k: v[:, i] for k, v in each.items()}, sums[i] / count) for i in range(n))  # type: ignore[index]


def _pool(run: Run, each: dict[str, Any], sums: FloatArray) -> Pool:
    """Return the Pool of one temperature from the records [sample] of it."""
    summaries = []
    for i in range(len(observables(run.replicas))):
        j = i - len(SINGLE)
        single = j < 0
        summaries.append(
            Summary(
                mean=np.ascontiguousarray(each["mean"][:, i]),
                blocks=np.ascontiguousarray(each["blocks"][:, i] if single else each["pair_blocks"][:, j]),
                sums=sums[i],
                largest=float(each["largest"][:, i].max()),
                sweeps=run.sweeps,
                left_out=np.zeros((len(each["mean"]), 0)) if single else np.ascontiguousarray(each["left_out"][:, j]),
                shown=None if single or run.replicas < 3 else np.ascontiguousarray(each["shown"][:, j]),
            )
        )
    arrays = {name: np.ascontiguousarray(each["fate"][:, i]) for i, name in enumerate(FATE)}
    arrays["place"], arrays["began"] = arrays["place"].astype(np.int64), arrays["began"].astype(np.bool_)
    fate = Fate(
        **arrays, met=np.ascontiguousarray(each["met"]), start=run.start, ergodic=is_ergodic(run.dynamics),
        rejected=float(each["rejected"].min()), known=bool(each["known"].all()),
    )  # fmt: skip
    return Pool(
        replicas=run.replicas, N=run.N, summaries=tuple(summaries), fate=fate, quantum=float(each["quantum"].max()),
        names=observables(run.replicas),
    )  # fmt: skip


def from_version_1(old: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a Pool from what version 1 kept: no blocks, and nothing of where the chains were."""
    samples, R = len(old["mean"]), old["replicas"]
    none = np.full((samples, R), math.nan)
    summaries = tuple(
        Summary(
            mean=old["mean"][:, i],
            blocks=np.repeat(old["mean"][:, i, None, None], R if i < 5 else 1, axis=1),
            sums=old["sums"][i],
            largest=float(old["largest"][i]),
            sweeps=old["sweeps"],
            left_out=np.zeros((samples, 0)),
        )
        for i, _ in enumerate(VERSION_1[: 5 if R == 1 else 7])
    )
    fate = Fate(
        place=np.full((samples, R), -1), share=none * 0.0, near=none, far=none, trips=none, kept=none,
        began=np.zeros((samples, R), np.bool_), met=none[:, 0], start="", rejected=old["rejected"], known=False,
    )  # fmt: skip
    return {"replicas": R, "N": 0, "summaries": summaries, "fate": fate, "quantum": 0.0}
