"""What the tests of ensembles share: small ensembles, the truth of a folder as bytes, scripts that are killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import glassy
from glassy import DenseHebbian, Ensemble

ROOT = Path(__file__).resolve().parent.parent


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


def wait_until(condition, seconds=180.0):
    """Wait for a condition; whether it came true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return bool(condition())


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
