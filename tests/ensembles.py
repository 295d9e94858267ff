"""What the tests of ensembles share: small ensembles, the truth of a folder as bytes, scripts that are killed.

Runs are held, not timed: what is to be killed or interrupted cannot end before, on any machine.
"""

import itertools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import glassy
from glassy import DenseHebbian, Ensemble
from glassy.simulation.drive import session
from glassy.simulation.drive.processes import Processes
from glassy.simulation.sampler.walk import Walk

ROOT = Path(__file__).resolve().parent.parent
LONG = 900.0  # seconds: something hangs


def small(**changes):
    """24 samples that take milliseconds."""
    words = {"loads": (0.1, 0.2), "sizes": (16, 24), "temperatures": (0.3,), "samples": 6, "seed": 3, "sweeps": 40}
    return Ensemble(DenseHebbian(3), **{**words, **changes})


def longer(samples=10, sweeps=4000):
    """Samples of about a tenth of a second."""
    return Ensemble(DenseHebbian(4), (0.2, 0.3), (40, 50), 0.4, samples=samples, seed=5, sweeps=sweeps, start="random")


def truth(folder):
    """Every file that counts, with its bytes: all but ledgers, journals, locks and halves that a killed worker left."""
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in sorted(Path(folder).rglob("*"))
        if p.is_file() and not p.name.startswith(("ledger_", "run", "stop")) and p.suffix != ".part"
    }


def _hear_ctrl_c():
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start(code, *arguments, command=(sys.executable, "-c"), **options):
    """Start a Python script that may import the tests; it hears Ctrl-C, also where a background shell has taught us not to."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [*command, code, *map(str, arguments)], env={**os.environ, "PYTHONPATH": path}, cwd=ROOT, text=True,
        preexec_fn=_hear_ctrl_c, **options,
    )  # fmt: skip


def children(pid):
    """Process ids below a process."""
    try:
        own = [int(k) for t in Path(f"/proc/{pid}/task").iterdir() for k in (t / "children").read_text().split()]
    except OSError:
        return []
    return own + [below for k in own for below in children(k)]


def finished(folder):
    """How many samples have a file."""
    return len(list(Path(folder).rglob("sample_*.npz")))


def wait_until(condition):
    """Wait for a condition; whether it came true."""
    end = time.monotonic() + LONG
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return bool(condition())


def hold_after(most):
    """From now on a run of this process hands out so many samples, and the others when its stdin is closed."""
    drive = session.drive

    def some(tasks):
        yield from itertools.islice(tasks, most)
        sys.stdin.read()
        yield from tasks

    session.drive = lambda tasks, *rest: drive(some(tasks), *rest)


class _Patient:
    """A stop event at which a walk stands still, at its third look, until it is set."""

    def __init__(self, stop, sign):
        self.stop, self.sign, self.looks = stop, sign, 0

    def is_set(self):
        self.looks += 1
        if self.looks == 3:
            self.sign.touch()
            assert wait_until(self.stop.is_set)
        return self.stop.is_set()


def patient(folder, free=0):
    """Return a Walk.finish that stands still in the middle until it is asked to stop, with a file in `folder`."""
    run, count = Walk.finish, itertools.count()

    def held(walk, stop, *rest):
        k = next(count)
        return run(walk, stop if k < free else _Patient(stop, Path(folder) / f"held_{os.getpid()}_{k}"), *rest)

    return held


def hold_walks(folder):
    """From now on every walk of this process, and of its workers, stands still in its middle."""
    Walk.finish, submit = patient(folder), Processes.submit
    Processes.submit = lambda pool, function, *arguments: submit(pool, _held, folder, function, *arguments)


def _held(folder, function, *arguments):
    Walk.finish = patient(folder)
    return function(*arguments)


def held(folder):
    """How many walks stand still."""
    return len(list(Path(folder).glob("held_*")))


def rows(result):
    """Every number of a table, as exact text."""
    return [
        (r.N, r.K, r.T, r.observable, r.samples, r.asked, r.status, None if e is None else [x if x is None else float(x).hex()
         for x in (e.value, e.error, e.thermal, e.disorder, e.tau_int)])
        for r in result.rows
        for e in [r.estimate]
    ]  # fmt: skip


def seal_of(path):
    """Load a result, or None where it is refused."""
    try:
        return glassy.load(path)
    except glassy.InputError:
        return None
