"""What an ensemble has found: averages of every state point, finished or not, the samples behind them, and what remains."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from glassy.core import checks
from glassy.core.cubes import Cube
from glassy.core.drawing import Drawn
from glassy.core.errors import InputError
from glassy.core.progress import Bar
from glassy.core.provenance import Provenance, joint_provenance
from glassy.core.records import of_errors
from glassy.core.results import Estimate, Status
from glassy.core.storage import Saved
from glassy.model.family import Network
from glassy.simulation.drive.session import Place
from glassy.simulation.keep.averages import Pool, Records, observables, pool
from glassy.simulation.keep.joined import Done, join, points
from glassy.simulation.keep.ledger import BLOCK, Ledger
from glassy.simulation.keep.store import Store
from glassy.simulation.ladder import Ladder
from glassy.simulation.sampler.run import Run
from glassy.simulation.samples import Samples

FloatArray = npt.NDArray[np.float64]


class Description(Protocol):
    """What a result must know of its Ensemble."""

    @property
    def networks(self) -> tuple[Any, ...]:
        """Its networks."""
        ...

    @property
    def sizes(self) -> tuple[int, ...]:
        """Numbers of spins."""
        ...

    @property
    def loads(self) -> tuple[float, ...]:
        """Loads; none where K is given."""
        ...

    @property
    def K(self) -> tuple[int, ...]:
        """Numbers of patterns; none where loads are given."""
        ...

    @property
    def temperatures(self) -> tuple[float, ...]:
        """Temperatures."""
        ...

    @property
    def replicas(self) -> int:
        """Chains of a sample at one temperature."""
        ...

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Numbers of networks, sizes, loads (or K) and temperatures."""
        ...

    @property
    def places(self) -> tuple[Place, ...]:
        """Every state point, or ladder."""
        ...


@dataclass(frozen=True)
class EnsembleRow(Saved):
    """One observable at one state point; `estimate` and `status` are None where no sample is finished.

    Parameters
    ----------
    network, N, K, T
        State point.
    observable : str
        Its name, as in Samples.
    estimate : Estimate, optional
        Value and errors over the finished samples.
    samples, asked : int
        How many samples are finished, of how many.
    status : Status, optional
        What became of the runs, as in Samples.
    given_load : float, optional
        The load of couplings; None where K says it.
    """

    network: Network
    N: int
    K: int
    T: float
    observable: str
    estimate: Estimate | None
    samples: int
    asked: int
    status: Status | None
    given_load: float | None = None

    @property
    def load(self) -> float:
        """Load of the integer K, or of the couplings; NaN for a SeparableMemory."""
        if self.given_load is not None:
            return self.given_load
        return self.network.load(self.K, self.N) if self.network.has_load else math.nan


@dataclass(frozen=True)
class EnsembleResult(Drawn, Saved):
    """Averages of an ensemble over its finished samples, read from its folder.

    Parameters
    ----------
    ensemble : Ensemble
        What was asked.
    folder : str
        Where it lies.
    pools : tuple of Pool
        What is known of each state point, in C order of `ensemble.shape`; None where no sample is finished.
    damaged : tuple of str
        Files that could not be used, and why; they are in no average, and the next run sets them aside.

    Examples
    --------
    >>> import glassy, tempfile
    >>> network = glassy.DenseHebbian(P=3)
    >>> e = glassy.Ensemble(network, loads=0.1, sizes=(20, 30), temperatures=0.3, samples=2, seed=7, sweeps=50)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     result = e.run(folder)
    >>> result.values("m").shape, result.samples_done.ravel().tolist()
    ((1, 2, 1, 1), [2, 2])
    """

    ensemble: Description
    folder: str
    pools: tuple[Pool | None, ...]
    damaged: tuple[str, ...] = ()

    unexported = ("pools",)
    exported = ("rows",)

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield one row for each state point and observable, with the parts of its error, and what must be known of it."""
        for r in self.rows:
            e = r.estimate
            yield {
                **{name: getattr(r, name) for name in ("network", "N", "K", "load", "T", "observable")},
                **{k: None if e is None else getattr(e, k) for k in ("value", "error", "thermal", "disorder", "tau_int")},
                **{name: getattr(r, name) for name in ("samples", "asked", "status")},
                "remarks": () if e is None else tuple(of_errors({r.observable: e})),
            }

    def cube(self) -> Cube:
        """Return the observables along (network, N, load or K, T): of the load that was asked for; K is that of each N."""
        e, rows = self.ensemble, []
        places = np.ndindex(e.shape)
        for (place, T, known), (*_, load, _) in zip(self._points(), places, strict=True):
            row: dict[str, Any] = {"network": place.run.network, "N": place.run.N, "K": place.run.K, "T": T}
            row |= {"load": e.loads[load]} if e.loads else {}
            row |= {} if known is None else {name: known.estimate(name) for name in known.names[: len(known.summaries)]}
            done, status = (0, None) if known is None else (known.samples, known.status)
            rows.append(row | {"samples": done, "asked": place.samples, "status": status})
        return Cube(dims=("network", "N", "load" if e.loads else "K", "T"), shape=e.shape, rows=rows)

    def made_by(self) -> Provenance | None:
        """Return the code that made the samples, as their files say; None where the folder is gone."""
        return self._made_by

    @cached_property
    def _made_by(self) -> Provenance | None:
        found: dict[Provenance, None] = {}
        for place in {place.name: place for place, _, known in self._points() if known is not None}.values():
            if (Path(self.folder) / place.name / "description.json").exists():
                store = Store(Path(self.folder) / place.name, place.run.description())
                for sample in store.indices():
                    with suppress(InputError):  # in `damaged`
                        found |= {store.origin(sample): None} if sample < place.samples else {}
        return joint_provenance(found) if found else None

    def _points(self) -> Iterator[tuple[Place, float, Pool | None]]:
        """Yield place, T and Pool of every state point."""
        pools = iter(self.pools)
        for place in self.ensemble.places:
            for T in in_call_order(place.run, self.ensemble.temperatures):
                yield place, T, next(pools)

    @cached_property
    def rows(self) -> tuple[EnsembleRow, ...]:
        """One row for each state point and observable."""
        found = []
        for place, T, known in self._points():
            run = place.run
            done, status = (0, None) if known is None else (known.samples, known.status)
            for word in observables(run.replicas) if known is None else known.names[: len(known.summaries)]:
                value = None if known is None else known.estimate(word)
                found.append(
                    EnsembleRow(
                        network=run.network,
                        N=run.N,
                        K=run.K,
                        T=T,
                        observable=word,
                        estimate=value,
                        samples=done,
                        asked=place.samples,
                        status=status,
                        given_load=run.given_load,
                    )
                )
        return tuple(found)

    def _array(self, observable: str, part: str) -> FloatArray:
        words = tuple(dict.fromkeys(row.observable for row in self.rows))
        if observable not in words:
            raise InputError(f"observable must be one of {', '.join(words)}, got {observable!r}. Pick one of these.")
        found = [row.estimate for row in self.rows if row.observable == observable]
        return np.array([math.nan if e is None else getattr(e, part) for e in found]).reshape(self.ensemble.shape)

    def values(self, observable: str) -> FloatArray:
        """Return an observable as an array [network, size, load, temperature]; NaN where no sample is finished."""
        return self._array(observable, "value")

    def errors(self, observable: str) -> FloatArray:
        """Return the errors of `values`."""
        return self._array(observable, "error")

    @property
    def samples_done(self) -> npt.NDArray[np.int64]:
        """Finished samples, [network, size, load, temperature]."""
        return np.array([0 if p is None else p.samples for p in self.pools]).reshape(self.ensemble.shape)

    def samples(
        self, network: Network | None = None, N: int | None = None, load: float | None = None, T: float | None = None,
        K: int | None = None, *, beta: float | None = None,
    ) -> Samples:  # fmt: skip
        """Return the finished Samples of one state point, joined from the files: series, spins and all.

        The arguments pick it as they stand in the description; what the ensemble has one of may be left out.
        """
        T = checks.given_temperature(T, beta) if beta is not None else T
        place, at = self._pick(network, N, load, T, K, True)
        return points(place.run, self._finished(place))[place.run.temperatures.index(at)]

    def ladder(
        self, network: Network | None = None, N: int | None = None, load: float | None = None, K: int | None = None
    ) -> Ladder:
        """Return the finished samples of one ladder, with its exchanges."""
        place, _ = self._pick(network, N, load, None, K, False)
        if not place.run.every:
            raise InputError(
                f"a ladder needs method=ReplicaExchange(), this ensemble has {place.run.method!r}. Ask for samples."
            )
        return join(place.run, self._finished(place))

    def _pick(self, network: Any, N: Any, load: Any, T: Any, K: Any, one_T: bool) -> tuple[Place, float]:
        e = self.ensemble
        axes = [
            ("network", e.networks, network),
            ("N", e.sizes, N),
            ("load", e.loads or (None,), load),
            ("T", e.temperatures, T),
        ]
        if e.K:
            axes[2] = ("K", e.K, K)
        index = []
        for word, known, asked in axes if one_T else axes[:3]:
            if asked is None and len(known) == 1:
                index.append(0)
            elif asked in known:
                index.append(known.index(asked))
            else:
                raise InputError(f"{word} must be one of {known}, got {asked!r}. Pick one of these.")
        index += [] if one_T else [0]
        i = int(np.ravel_multi_index(index, e.shape))
        return list(self._points())[i][:2]

    def _finished(self, place: Place) -> Done:
        folder, done = Path(self.folder) / place.name, {}
        if (folder / "description.json").exists():
            store = Store(folder, place.run.description())
            for index in store.indices():
                if index < place.samples:
                    try:
                        kept = store.examine(index)
                    except InputError:
                        continue  # in `damaged`
                    done[index] = kept.series, kept.provenance
        if not done:
            raise InputError(f"{folder} must hold a finished sample, but has none. Run the ensemble first.")
        return done

    def table(self) -> str:
        """Return the table for readers: one line for each state point and observable."""
        lines = [f"{'network':<34} {'N':>5} {'load':>9} {'T':>9} {'observable':<14} {'value':>20} {'done':>13}  status"]
        for r in self.rows:
            value = "" if r.estimate is None else repr(r.estimate)
            size = f"{r.load:.6g}" if r.network.has_load else f"K={r.K}"
            lines.append(
                f"{r.network!r:<34} {r.N:>5} {size:>9} {r.T:>9.6g} {r.observable:<14} {value:>20} "
                f"{f'{r.samples}/{r.asked}':>13}  {r.status.name if r.status else 'no sample'}"
            )
        return "\n".join([*lines, *(f"not used: {text}" for text in self.damaged)])

    def __repr__(self) -> str:
        done = sum(0 if p is None else p.samples for p in self.pools)
        asked = sum(place.samples for place, *_ in self._points())
        bad = f", {len(self.damaged)} files not used" if self.damaged else ""
        return f"EnsembleResult({len(self.pools)} state points, {done} of {asked} samples finished{bad})"


def in_call_order(run: Run, temperatures: Sequence[float]) -> tuple[float, ...]:
    """Return the temperatures of a run as the description has them: those of a ladder need not rise there."""
    return tuple(map(float, temperatures)) if run.every else run.temperatures


def pools_of(
    places: Sequence[Place], temperatures: Sequence[float], root: Path, verify: bool, bar: Bar
) -> tuple[list[Pool | None], list[str]]:
    """Return what a folder knows of every state point, and which of its files could not be used, and why."""
    damaged: list[str] = []
    pools: list[Pool | None] = []
    for place in places:
        known = pool(place.run, _blocks(place, root / place.name, verify, damaged, bar))
        pools += [known[place.run.temperatures.index(T)] for T in in_call_order(place.run, temperatures)]
    return pools, damaged


def _blocks(place: Place, folder: Path, verify: bool, damaged: list[str], bar: Bar) -> Iterator[Records]:
    """Yield the records of the finished samples in their order, block by block."""
    if not (folder / "description.json").exists():
        return
    block: list[Any] = []
    with Ledger(Store(folder, place.run.description()), place.run) as ledger:
        for sample, entry, _ in ledger.survey(place.samples, verify):
            bar.update()
            if isinstance(entry, InputError):
                damaged.append(f"{folder.name}/{ledger.store.path(sample).name}: {entry}")
                continue
            block.append(entry["averages"])
            if len(block) == BLOCK:
                yield np.array(block)
                block = []
    if block:
        yield np.array(block)
