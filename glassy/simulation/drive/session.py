"""One run of an ensemble at work on a folder: what is finished, what is missing, what failed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from glassy.core.errors import EnsembleError, InputError, Interrupted
from glassy.core.progress import progress_bar
from glassy.simulation.drive.work import Outcome, StopFile, Task, drive, no_room
from glassy.simulation.keep.claim import Journal, Part, name
from glassy.simulation.keep.ledger import Ledger
from glassy.simulation.keep.store import Store, digest_of
from glassy.simulation.ladder import LadderRun
from glassy.simulation.request import first_of, name_size
from glassy.simulation.sampler.run import Run

PAUSE = 2.0  # seconds between entries in the journal


@dataclass(frozen=True)
class Place:
    """One state point of an ensemble, or one ladder: its run, how many samples, and the name of its folder."""

    run: Run | LadderRun
    samples: int
    name: str

    @property
    def cost(self) -> float:
        """Work of one sample: spins, patterns and sweeps of all chains."""
        first, n = first_of(self.run), len(self.run.rungs) if isinstance(self.run, LadderRun) else 1
        return float(first.N) * first.K * (first.sweeps + first.burn_in) * first.replicas * n


def make_place(run: Run | LadderRun, samples: int) -> Place:
    """Return the place of a run: its name says where it is and, by the digest, that it is this very one."""
    first = first_of(run)
    T = "ladder" if isinstance(run, LadderRun) else f"T={first.T:.8g}"
    return Place(run, samples, f"N={first.N}_{name_size(first)}_{T}_{digest_of(run.description())[1]}")


class Session:
    """One run at work on a part of a folder.

    Parameters
    ----------
    places, tasks
        All state points; a function that gives the tasks of the part, in their order.
    root, part, stores
        The folder, the part that is claimed, and the store of every state point.
    workers, progress
        For the journal; for the bar.
    """

    def __init__(
        self,
        places: Sequence[Place],
        tasks: Callable[[], Iterator[Task]],
        root: Path,
        part: Part,
        stores: dict[str, Store],
        workers: int,
        progress: bool | None,
    ) -> None:
        self.places, self.tasks, self.root, self.part, self.stores = places, tasks, root, part, stores
        self.ledgers = {p.name: Ledger(stores[p.name], p.run, name(part)) for p in places}
        self.cost = {p.name: p.cost for p in places}
        self.total = sum(p.samples for p in places)
        self.progress, self.journal, self.due = progress, Journal(workers=workers), 0.0
        self.in_work: dict[str, None] = {}
        self.failed: dict[str, str] = {}
        self.stop = StopFile(root / f"stop_{name(part)}")

    def run(self, pool: Executor, in_flight: int) -> None:
        """Run everything that is missing."""
        self.stop.clear()
        own = {place.name: np.zeros(place.samples, np.bool_) for place in self.places}
        for task in self.tasks():
            own[task.place][task.index] = True
        finished = {place.name: self._survey(place, own[place.name]) for place in self.places}
        mine = sum(int(x.sum()) for x in own.values())
        work = sum(self.cost[p.name] * p.samples for p in self.places) / self.part[1]
        with progress_bar(work, self.progress, "flip") as self.bar:
            self.bar.set_description_str(f"{self.total} samples" if mine == self.total else f"{mine} of {self.total} samples")
            self._write()
            try:
                drive(self._missing(finished), pool, in_flight, self.stop, None, self._done, self._fail)
            except KeyboardInterrupt:
                raise Interrupted(
                    f"interrupted with {self._count()} of {self.total} samples finished; those in work are safe as well, in "
                    f"{self.root}: the same call goes on."
                ) from None
            except BrokenExecutor as error:
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

    def _survey(self, place: Place, own: Any) -> Any:
        """Check every file of a state point, set aside what is none of it, and return which samples are finished.

        Another part may have mended its files since they were looked at: only those of this one are touched.
        """
        store = self.stores[place.name]
        store.clean()
        finished = np.zeros(place.samples, np.bool_)
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
        return finished

    def _missing(self, finished: dict[str, Any]) -> Iterator[Task]:
        for task in self.tasks():
            if finished[task.place][task.index]:
                self.bar.update(self.cost[task.place])
                continue
            self.in_work[task.key] = None
            self._write(PAUSE if len(self.in_work) > self.journal.workers else 0.0)
            yield replace(task, store=self.stores[task.place], stop=self.stop.path)

    def _done(self, task: Task, outcome: Outcome) -> None:
        del self.in_work[task.key]
        if not outcome.finished:
            raise KeyboardInterrupt  # somebody asked for the end, by the file
        self.ledgers[task.place].append(outcome.entry)
        self.bar.update(self.cost[task.place])
        self._write(PAUSE)

    def _fail(self, task: Task, error: BaseException) -> None:
        del self.in_work[task.key]
        fatal = no_room(task, error)
        if fatal is not error:
            raise fatal
        self.failed[task.key] = f"{type(error).__name__}: {error}"
        self._write(PAUSE)

    def _write(self, pause: float = 0.0) -> None:
        if pause and time.monotonic() < self.due:
            return
        self.due = time.monotonic() + PAUSE
        replace(self.journal, in_work=tuple(self.in_work), failed=self.failed).write(self.root, self.part)

    def _count(self) -> int:
        return sum(sum(k < p.samples for k in self.stores[p.name].indices()) for p in self.places)
