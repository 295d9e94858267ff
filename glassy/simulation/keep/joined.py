"""Finished samples of one state point or ladder joined into Samples or a Ladder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np

from glassy.core.provenance import Provenance
from glassy.simulation.ladder import Exchange, Ladder, LadderRun, Rungs
from glassy.simulation.sampler.run import Run
from glassy.simulation.samples import Samples, Series, joint_provenance

Done = Mapping[int, tuple[Any, Provenance]]  # sample -> its Series or Rungs, and the code that made it


def join(run: Run | LadderRun, done: Done) -> Samples | Ladder:
    """Return the samples of a run in the order of their indices."""
    return _ladder(run, done) if isinstance(run, LadderRun) else _samples(run, done)


def points(run: Run | LadderRun, done: Done) -> tuple[Samples, ...]:
    """Return what `join` does as one Samples for each temperature."""
    found = join(run, done)
    return found.points if isinstance(found, Ladder) else (found,)


def _concatenated(parts: list[Any]) -> Any:
    return None if any(part is None for part in parts) else np.concatenate(parts)  # None: not kept in these runs


def _samples(run: Run, done: Done) -> Samples:
    ordered, origins = zip(*(done[index] for index in sorted(done)), strict=True)
    series = Series(**{f.name: _concatenated([getattr(s, f.name) for s in ordered]) for f in fields(Series)})
    return Samples(
        run.network, run.N, run.K, run.T, run.method, run.start, run.start_overlap, run.burn_in, run.seed,
        run.patterns is None, series, joint_provenance(origins), run.kernel, run.perturbation, run.watch,
    )  # fmt: skip


def _ladder(run: LadderRun, done: Done) -> Ladder:
    rungs = tuple(
        replace(_samples(rung, {k: (found.series[i], origin) for k, (found, origin) in done.items()}), method=run.method)
        for i, rung in enumerate(run.rungs)
    )
    ordered: list[Rungs] = [done[index][0] for index in sorted(done)]
    swaps, trips = (np.concatenate([getattr(r, name) for r in ordered]) for name in ("swaps", "round_trips"))
    return Ladder(rungs, (len(rungs),), Exchange(tuple(rung.T for rung in run.rungs), swaps, trips))


def in_order(ladder: Ladder, temperatures: list[float]) -> Ladder:
    """Return a ladder with its points in the order of the call."""
    place = {point.T: point for point in ladder.points}
    return replace(ladder, points=tuple(place[float(T)] for T in temperatures))
