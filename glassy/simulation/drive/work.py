"""The work of simulate and of ensembles: tasks, what a worker does with one, and how many are driven to their end."""

from __future__ import annotations

import errno
import itertools
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from glassy.core import checks
from glassy.core.errors import GlassyError, InputError, StoreError
from glassy.core.provenance import Provenance, provenance
from glassy.simulation.drive.processes import Processes
from glassy.simulation.keep.ledger import make_entry
from glassy.simulation.keep.store import Kept, Store
from glassy.simulation.kernels.choose import packs
from glassy.simulation.sampler.run import Run
from glassy.simulation.sampler.series import Rungs, Series
from glassy.simulation.sampler.walk import run_sample

LOOK = 0.2  # seconds between looks for the file that stops a run
NO_ROOM = (
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.ENOENT, errno.ENOTDIR,
)  # fmt: skip


@dataclass(frozen=True)
class Task:
    """One sample of one state point or ladder: a small value that a worker anywhere turns into the same numbers.

    Parameters
    ----------
    run : Run
        What fixes its numbers.
    index : int
        Index of the sample.
    store : Store, optional
        Where it is kept; without one the worker returns it.
    stop : Path, optional
        A file that asks for the end.
    place : str
        Name of the state point.
    threads : int
        For its replicas; the numbers are the same.
    """

    run: Run
    index: int
    store: Store | None = None
    stop: Path | None = None
    place: str = ""
    threads: int = 1

    @property
    def key(self) -> str:
        """Its name: the state point, and the index of the sample."""
        return f"{self.place}/{self.index}"


@dataclass(frozen=True)
class Outcome:
    """What a worker returns: little where there is a store.

    Parameters
    ----------
    finished : bool
        False where the sample was stopped on its way.
    seconds : float
        Time it took.
    result : Series or Rungs, optional
        The sample, where there is no store.
    origin : Provenance, optional
        The code that made it.
    entry : array, optional
        Its entry in the ledger of the store.
    """

    finished: bool
    seconds: float = 0.0
    result: Series | Rungs | None = None
    origin: Provenance | None = None
    entry: Any = None


class StopFile:
    """A request to stop that workers on any machine can see: a file."""

    def __init__(self, path: Path | None) -> None:
        self.path, self.due, self.seen = path, 0.0, False

    def is_set(self) -> bool:
        """Whether the file is there; looked for now and then."""
        if self.path is not None and not self.seen and time.monotonic() >= self.due:
            self.seen, self.due = self.path.exists(), time.monotonic() + LOOK
        return self.seen

    def set(self) -> None:
        """Ask all workers to stop."""
        self.seen = True
        if self.path is not None:
            self.path.touch()

    def clear(self) -> None:
        """Take the request back."""
        self.seen = False
        if self.path is not None:
            self.path.unlink(missing_ok=True)


class _Share:
    """The part of one task in a bar that counts `Run.cost`: walks count sweeps of chains."""

    def __init__(self, bar: Any, run: Run) -> None:
        self.bar, self.weight = bar, run.cost / max(run.chains * (run.sweeps + run.burn_in), 1)

    def update(self, n: float) -> None:
        """Move the bar by so many sweeps."""
        if self.bar is not None:
            self.bar.update(n * self.weight)


def work(task: Task, stop: Any = None, bar: Any = None) -> Outcome:
    """Run one sample, from its checkpoint if there is one, and keep it."""
    begun, store = time.perf_counter(), task.store
    stop = StopFile(task.stop) if stop is None else stop
    bar = _Share(None, task.run) if bar is None else bar
    if stop.is_set():
        return Outcome(False)
    run = _fit(store.borrow(task.run) if store else task.run)
    if store is None:
        result = run_sample(run, task.index, stop, bar, None, task.threads)
        return Outcome(False) if result is None else Outcome(True, time.perf_counter() - begun, result, provenance())
    kept, digest = store.read(task.index), None  # of a worker that was killed after writing it
    if kept is None:
        checkpoints = store.checkpoints(task.index)
        result = run_sample(run, task.index, stop, bar, checkpoints, task.threads)
        if result is None:
            return Outcome(False, time.perf_counter() - begun)
        digest = store.write(task.index, result, checkpoints.origin)
        kept = Kept(
            digest=store.digest, provenance=checkpoints.origin, series=result, sample=task.index, description=store.text
        )
    seconds = time.perf_counter() - begun
    return Outcome(True, seconds, entry=make_entry(store, run, task.index, kept, digest, seconds))


def _fit(run: Run) -> Run:
    """Return a run with a kernel for this processor: the numbers are the same."""
    there = run.kernel != "packed" or packs(run.network, run.N, run.stored)
    return run if there else replace(run, kernel="patterns")


def opened_here(executor: Executor) -> bool:
    """Whether the tasks of an executor run in this process."""
    return isinstance(executor, ThreadPoolExecutor)


def no_room(task: Task, error: BaseException) -> BaseException:
    """Return a StoreError for a task whose file could not be written; any other error as it is."""
    if task.store is None or isinstance(error, GlassyError) or getattr(error, "errno", None) not in NO_ROOM:
        return error
    left = len(task.store.indices())
    found = StoreError(
        f"{task.store.folder} must take a finished sample, but could not be written at task {task.key} ({error}). "
        f"The {left} finished samples there are safe. Free space or permissions, then repeat the call: it goes on."
    )
    found.__cause__ = error
    return found


@contextmanager
def opened(executor: Executor | str | None, default: str, count: int) -> Iterator[Executor]:
    """Give the executor that was asked for; one that is made here is also ended here."""
    kind = default if executor is None else executor
    if isinstance(kind, str):
        checks.choice("executor", kind, ("threads", "processes"))
        made = ThreadPoolExecutor(count) if kind == "threads" else Processes(count)
        try:
            yield made
        finally:
            made.shutdown(cancel_futures=True)
        return
    if not callable(getattr(kind, "submit", None)):
        raise InputError(
            f"executor must be 'threads', 'processes' or a concurrent.futures.Executor, got {executor!r}. Leave it out."
        )
    yield kind


@contextmanager
def ctrl_c(stop: Any) -> Iterator[list[int]]:
    """Make the first Ctrl-C a request to stop and an entry of the list that is given; a second one interrupts as ever.

    Raised in the midst of `submit` or `wait`, KeyboardInterrupt may leave locks of the executor taken: its threads never end.
    """
    asked: list[int] = []
    plain = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or plain is not signal.default_int_handler:
        yield asked
        return

    def ask(number: int, _: Any) -> None:
        signal.signal(signal.SIGINT, plain)
        asked.append(number)
        stop.set()

    signal.signal(signal.SIGINT, ask)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, plain)


def drive(
    tasks: Iterable[Task],
    executor: Executor,
    width: int,
    stop: Any,
    bar: Any,
    done: Callable[[Task, Outcome], None],
    failed: Callable[[Task, BaseException], None],
) -> None:
    """Run tasks in their order, at most `width` of them in flight.

    `done` hears of every outcome, `failed` of what a task raised; where either raises, or on Ctrl-C, `stop` is set, the tasks
    in work come to rest at a safe place, and the exception goes on.
    """
    queue = iter(tasks)
    pending: dict[Future[Outcome], Task] = {}
    here = opened_here(executor)

    def settle(future: Future[Outcome]) -> None:
        task = pending.pop(future)
        error = future.exception()
        if error is None:
            done(task, future.result())
        elif isinstance(error, Exception):
            failed(task, error)
        else:
            raise error

    try:
        with ctrl_c(stop) as asked:
            while not asked:
                for task in itertools.islice(queue, width - len(pending)):
                    pending[executor.submit(work, task, *((stop, _Share(bar, task.run)) if here else ()))] = task
                if not pending:
                    return
                for future in wait(pending, return_when=FIRST_COMPLETED).done:
                    settle(future)
        raise KeyboardInterrupt
    except BaseException:
        stop.set()
        ours = isinstance(executor, ThreadPoolExecutor | Processes)  # others may cancel what is at work, Dask does
        for future in [f for f in pending if not (ours and f.cancel())]:
            if isinstance(future.exception(), BrokenExecutor):
                break
            if future.exception() is None and future.result().finished:
                done(pending[future], future.result())
        raise
