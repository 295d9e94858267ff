"""Workers on this machine, one process each, that may be killed at any moment.

A worker that dies takes one task with it, which is given to a new one; with concurrent.futures.ProcessPoolExecutor it would
take all tasks in flight, leave no trace of which one killed it, and a killed parent would leave its workers behind. Nor do
these workers import the user's script, so no `if __name__ == "__main__"` is needed.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from glassy.numerics.jit import UNCACHED

ATTEMPTS = 3
PACKAGE = Path(os.path.abspath(__file__)).parents[2]

# A worker runs this very glassy, wherever another one lies, and finds all else where its own interpreter does. Behind that, so
# that nothing hides the standard library, come the places where its parent looks.
START = f"""
import sys, warnings
from importlib.util import module_from_spec, spec_from_file_location
sys.path += [place for place in sys.argv[2:] if place not in sys.path]
warnings.filterwarnings("ignore", {UNCACHED!r})  # the parent has said it
spec = spec_from_file_location("glassy", sys.argv[1])
sys.modules["glassy"] = glassy = module_from_spec(spec)
spec.loader.exec_module(glassy)
from glassy.simulation.drive.worker import main
main()
"""


class WorkerDied(BrokenExecutor):
    """Every worker that took up this task died at it."""


class Processes(Executor):
    """A concurrent.futures executor of worker processes (`glassy.simulation.drive.worker`).

    Parameters
    ----------
    count : int
        Workers; each is started at its first task.

    Examples
    --------
    >>> with Processes(1) as workers:
    ...     workers.submit(divmod, 7, 2).result()
    (3, 1)
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._threads = ThreadPoolExecutor(count)
        self._own = threading.local()  # each thread keeps one worker
        self._all: set[subprocess.Popen[bytes]] = set()

    def submit(self, function: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        """Let a worker call a function; it must be importable there."""
        return self._threads.submit(self._serve, pickle.dumps(pickle.dumps((function, args, options))))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers, after the tasks in work."""
        self._threads.shutdown(wait, cancel_futures=cancel_futures)
        for worker in list(self._all):
            self._part_with(worker)

    def _part_with(self, worker: subprocess.Popen[bytes]) -> int:
        for pipe in (worker.stdin, worker.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
        self._all.discard(worker)
        return worker.wait()

    def _serve(self, message: bytes) -> Any:
        for _ in range(ATTEMPTS):
            worker = self._worker()
            assert worker.stdin is not None
            assert worker.stdout is not None
            try:
                worker.stdin.write(message)
                worker.stdin.flush()
                good, answer = pickle.load(worker.stdout)
            except (EOFError, OSError, pickle.UnpicklingError):
                self._own.worker = None
                worker.kill()
                code = self._part_with(worker)
                continue
            if good:
                return answer
            raise answer
        raise WorkerDied(f"the worker process died {ATTEMPTS} times at it (last exit status {code})")

    def _worker(self) -> subprocess.Popen[bytes]:
        worker: subprocess.Popen[bytes] | None = getattr(self._own, "worker", None)
        if worker is None or worker.poll() is not None:
            threads = dict.fromkeys(("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
            worker = subprocess.Popen(
                [sys.executable, "-P", "-c", START, str(PACKAGE / "__init__.py"), *filter(None, map(str, sys.path))],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=None if _is_open(2) else subprocess.DEVNULL,
                env={**os.environ, **threads},
            )  # fmt: skip
            self._own.worker = worker
            self._all.add(worker)
        return worker

    @property
    def pids(self) -> list[int]:
        """The living workers."""
        return [worker.pid for worker in self._all if worker.poll() is None]


def _is_open(descriptor: int) -> bool:
    """Whether a file descriptor is open: a worker would give one that is not to the next file that it opens."""
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True
