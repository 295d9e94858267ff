"""One run at work: what is finished, what is missing, what failed; on a part of a folder, or in memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.core.errors import EnsembleError, InputError, Interrupted
from glassy.core.progress import progress_bar, say_compiling
from glassy.core.provenance import Provenance
from glassy.numerics.jit import nothing_kept
from glassy.simulation.drive.work import Outcome, StopFile, Task, drive, no_room, opened_here
from glassy.simulation.keep.claim import Journal, Part, name
from glassy.simulation.keep.ledger import Ledger
from glassy.simulation.keep.store import Store, digest_of
from glassy.simulation.sampler.run import Run
from glassy.simulation.sampler.series import Rungs, Series

PAUSE = 2.0  # seconds between entries in the journal


@dataclass(frozen=True)
class Place:
    """One run, how many samples of it, its name, and the store of its finished samples where they are kept."""

    run: Run
    samples: int
    name: str
    store: Store | None = None


def make_place(run: Run, samples: int) -> Place:
    """Return the place of a run: its name says where it is and, by the digest, that it is this very one."""
    T = "ladder" if run.every else f"T={run.T:.8g}"
    return Place(run, samples, f"N={run.N}_{run.size}_{T}_{digest_of(run.description())[1]}")


class Session:
    """One run at work.

    Parameters
    ----------
    places, tasks
        All state points; a function that gives the tasks, in their order, of this run's part of them.
    workers, progress
        For the journal; for the bar.
    root : Path, optional
        The folder of all; without one the samples stay in `results`.
    part : (i, n)
        The part of the folder that is claimed.
    desk : Path, optional
        Where a file may ask the workers for the end; without it they must be threads of this process.
    patient : bool
        Whether a sample that fails lets the others finish.
    whole : bool
        Whether all samples will be read in the end: then those of earlier runs are read at once, not looked through first.
    """

    def __init__(
        self,
        places: Sequence[Place],
        tasks: Callable[[], Iterator[Task]],
        *,
        workers: int,
        progress: bool | None,
        root: Path | None = None,
        part: Part = (0, 1),
        desk: Path | None = None,
        patient: bool = False,
        whole: bool = False,
    ) -> None:
        self.places, self.tasks = {place.name: place for place in places}, tasks
        self.root, self.part, self.patient, self.whole = root, part, patient, whole
        self.ledgers = {p.name: Ledger(p.store, p.run, name(part)) for p in places if p.store}
        self.results: dict[str, dict[int, tuple[Series | Rungs, Provenance]]] = {p.name: {} for p in places}
        self.total = sum(p.samples for p in self.places.values())
        self.progress, self.journal, self.due = progress, Journal(workers=workers), 0.0
        self.in_work: dict[str, None] = {}
        self.failed: dict[str, str] = {}
        self.stop = StopFile(desk / f"stop_{name(part)}" if desk else None)

    def run(self, pool: Executor, in_flight: int) -> None:
        """Run everything that is missing."""
        self.stop.clear()
        self.live = opened_here(pool)  # threads move the bar themselves
        own = {place.name: np.zeros(place.samples, np.bool_) for place in self.places.values()}
        for task in self.tasks():
            own[task.place][task.index] = True
        self.mine, self.ended = sum(int(x.sum()) for x in own.values()), 0
        work = sum(p.run.cost * int(own[p.name].sum()) for p in self.places.values())
        what = f"{self.total} samples" if self.mine == self.total else f"{self.mine} of {self.total} samples"
        with progress_bar(max(work, 1.0), self.progress, "term", what, scaled=True) as self.bar:
            finished = {place.name: self._survey(place, own[place.name]) for place in self.places.values()}
            if not self.live and nothing_kept():
                say_compiling()
            self._write()
            try:
                drive(self._missing(finished), pool, in_flight, self.stop, self.bar, self._done, self._fail)
            except KeyboardInterrupt:
                safe = "out=folder would keep them"
                if self.root:
                    safe = f"those in work are safe as well, in {self.root}: the same call goes on"
                raise Interrupted(f"interrupted with {self._count()} of {self.total} samples finished; {safe}.") from None
            except BrokenExecutor as error:
                if self.root is None:
                    raise
                raise EnsembleError(
                    f"the executor broke ({error}). The {self._count()} of {self.total} finished samples are safe in "
                    f"{self.root}. Repeat the call with a new executor: it goes on.", self.failed
                ) from error  # fmt: skip
            finally:
                self._write()  # the stop file stays until the next run begins: workers may not have seen it yet
        if self.failed:
            key, text = next(iter(self.failed.items()))
            raise EnsembleError(
                f"{len(self.failed)} samples failed, all others are finished in {self.root}: {', '.join(list(self.failed)[:5])}"
                f"{' ...' if len(self.failed) > 5 else ''}; {key}: {text}. The same call tries them again.", self.failed
            )  # fmt: skip

    def read(self) -> dict[str, dict[int, tuple[Series | Rungs, Provenance]]]:
        """Return what is finished of every place by the index of the sample, from its file where it has one."""
        for place in self.places.values():
            self._read(place)
        return self.results

    def _read(self, place: Place) -> dict[int, tuple[Series | Rungs, Provenance]]:
        known = self.results[place.name]
        for index in range(place.samples) if place.store else ():
            if index not in known and (kept := place.store.read(index)) is not None:  # type: ignore[union-attr]
                known[index] = kept.series, kept.provenance
        return known

    def _survey(self, place: Place, own: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Check every file of a state point, set aside what is none of it, and return which samples are finished.

        Another part may have mended its files since they were looked at: only those of this one are touched.
        """
        finished, store = np.zeros(place.samples, np.bool_), place.store
        if store is None:
            return finished
        store.clean()
        if self.whole:
            finished[list(self._read(place))] = True
            self._count_up(place.run, int((finished & own).sum()))
            return finished
        with self.ledgers[place.name] as ledger:
            for sample, entry, made in ledger.survey(place.samples):
                if not own[sample]:
                    continue
                if isinstance(entry, InputError):
                    store.set_aside(sample, entry)
                    continue
                if made:
                    ledger.append(entry)
                store.checkpoints(sample).remove()
                finished[sample] = True
                self._count_up(place.run, 1)
        return finished

    def _count_up(self, run: Run, samples: int, *, moved: bool = False) -> None:
        """Show samples as finished: where their walks have not `moved` the bar themselves, it moves now."""
        self.ended += samples
        self.bar.say(f"{self.ended} of {self.mine} samples done")
        self.bar.update(0.0 if moved else samples * run.cost)

    def _missing(self, finished: dict[str, Any]) -> Iterator[Task]:
        sent = {p.name: p.run if p.store is None or self.live else p.store.lend(p.run) for p in self.places.values()}
        for task in self.tasks():
            if finished[task.place][task.index]:
                continue
            self.in_work[task.key] = None
            self._write(PAUSE if self.whole or len(self.in_work) > self.journal.workers else 0.0)
            yield replace(task, run=sent[task.place], store=self.places[task.place].store, stop=self.stop.path)

    def _done(self, task: Task, outcome: Outcome) -> None:
        del self.in_work[task.key]
        if not outcome.finished:
            raise KeyboardInterrupt  # somebody asked for the end, by the file
        if outcome.result is not None and outcome.origin is not None:
            self.results[task.place][task.index] = outcome.result, outcome.origin
        else:
            self.ledgers[task.place].append(outcome.entry)
        self._count_up(task.run, 1, moved=self.live)
        self._write(PAUSE)

    def _fail(self, task: Task, error: BaseException) -> None:
        del self.in_work[task.key]
        fatal = no_room(task, error)
        if fatal is not error or not self.patient:
            raise fatal
        self.failed[task.key] = f"{type(error).__name__}: {error}"
        self._write(PAUSE)

    def _write(self, pause: float = 0.0) -> None:
        if self.root is None or (pause and time.monotonic() < self.due):
            return
        self.due = time.monotonic() + PAUSE
        replace(self.journal, in_work=tuple(self.in_work), failed=self.failed).write(self.root, self.part)

    def _count(self) -> int:
        kept = {p.name: p.store.indices() if p.store else self.results[p.name] for p in self.places.values()}
        return sum(sum(k < p.samples for k in kept[p.name]) for p in self.places.values())
