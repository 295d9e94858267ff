"""Finished samples of a run joined into Samples or a Ladder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from glassy.core.provenance import Provenance, joint_provenance
from glassy.simulation.ladder import Exchange, Ladder
from glassy.simulation.sampler.run import Run
from glassy.simulation.sampler.series import Rungs, Series
from glassy.simulation.samples import Samples

Done = Mapping[int, tuple[Series | Rungs, Provenance]]  # sample -> what its chains left, and the code that made it


def points(run: Run, done: Done) -> tuple[Samples, ...]:
    """Return the samples of a run in the order of their indices: one Samples for each rung."""
    found, origins = zip(*(done[index] for index in sorted(done)), strict=True)
    rungs = zip(*((x,) if isinstance(x, Series) else x.series for x in found), strict=True)
    origin = joint_provenance(origins)
    added = run.rungs or [run.perturbation] * len(run.temperatures)
    return tuple(
        Samples(
            network=run.network, N=run.N, K=run.K, T=T, method=run.method, start=run.start, start_overlap=run.start_overlap,
            burn_in=run.burn_in, seed=run.seed, patterns_drawn=run.patterns is None, series=_concatenated(parts),
            provenance=origin, kernel=run.kernel, perturbation=more, watch=run.watch,
            given_load=run.given_load,
        )
        for T, more, parts in zip(run.temperatures, added, rungs, strict=True)
    )  # fmt: skip


def join(run: Run, done: Done) -> Ladder:
    """Return the samples of a run whose rungs exchange, as a Ladder, coldest first."""
    found = points(run, done)
    ordered: list[Any] = [done[index][0] for index in sorted(done)]
    swaps, trips = (np.concatenate([getattr(r, name) for r in ordered]) for name in ("swaps", "round_trips"))
    return Ladder(found, (len(found),), Exchange(run.temperatures, swaps, trips, run.rungs).placed(found[0]))


def in_order(ladder: Ladder, temperatures: Sequence[float]) -> Ladder:
    """Return a ladder with its points in the order of the call."""
    place = {point.T: point for point in ladder.points}
    return replace(ladder, points=tuple(place[float(T)] for T in temperatures))


def _concatenated(parts: Sequence[Series]) -> Series:
    columns = {f.name: [getattr(s, f.name) for s in parts] for f in fields(Series)}
    none = {name for name, column in columns.items() if any(x is None for x in column)}  # not kept in these runs
    return Series(**{k: None if k in none else np.concatenate(v) for k, v in columns.items()})  # type: ignore[arg-type]
