"""Ensembles: overhead of a task, opening ten thousand finished samples, memory of the parent.

python -m benchmarks.ensembles [samples]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import glassy
from glassy.core.provenance import provenance
from glassy.simulation.drive.processes import Processes
from glassy.simulation.keep.ledger import make_entry
from glassy.simulation.keep.store import Kept, Store
from glassy.simulation.sampler.walk import run_sample

READ = """
import sys, time; t0 = time.perf_counter()
import glassy; t1 = time.perf_counter()
r = glassy.read_ensemble(sys.argv[1]); row = r.rows[0]; t2 = time.perf_counter()
print(f"import {t1 - t0:.2f} s, read and average {t2 - t1:.2f} s:", row.estimate, row.samples, end="; ")
glassy.read_ensemble(sys.argv[1], verify=False).rows; t3 = time.perf_counter()
print(f"by size and time of change {t3 - t2:.2f} s")
"""
GO_ON = """
import dataclasses, resource, sys, glassy
e = glassy.simulation.ensemble.stored(glassy.simulation.ensemble.Path(sys.argv[1]))
e = dataclasses.replace(e, samples=e.samples[0] + 50)
glassy.Ensemble.read = lambda *_: None  # the parent of the run alone
e.run(sys.argv[1], workers=1)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def ensemble(samples: int, sweeps: int = 1000) -> glassy.Ensemble:
    """Small samples, two replicas, m, energy, q and acceptance of every sweep kept."""
    return glassy.Ensemble(glassy.DenseHebbian(P=3), 0.1, 16, 0.3, samples=samples, seed=1, sweeps=sweeps)


def python(code: str, *arguments: object) -> str:
    """Run code in a new process; return what it prints."""
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=True
    ).stdout.strip()  # fmt: skip


def per_task(folder: Path, executor: str, samples: int = 1000) -> None:
    """Wall time of tasks of one sweep: nothing but overhead and 1 ms of drawing and setting up; one warm worker."""
    pool = Processes(1) if executor == "processes" else None
    ensemble(1, 1).run(folder / "warm", pool or "threads")
    begun = time.perf_counter()
    ensemble(samples, 1).run(folder / "run", pool or "threads", workers=1)
    wall = (time.perf_counter() - begun) / samples
    if pool:
        pool.shutdown()
    place, worked = ensemble(1, 1).places[0], time.process_time()
    for k in range(100):
        run_sample(place.run, k, threading.Event(), Silent())
    own = (time.process_time() - worked) / 100
    print(f"{executor}: {1e3 * wall:.2f} ms per task of one sweep, {1e3 * own:.2f} ms of it the sample itself", flush=True)


def bare_fsync(folder: Path, count: int = 200) -> None:
    """What the file system alone takes for a file of 4 kB that is to survive a power failure."""
    begun = time.perf_counter()
    for k in range(count):
        with (folder / f"{k}.part").open("wb") as file:
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
        (folder / f"{k}.part").replace(folder / f"{k}.bin")
    print(f"bare file, fsync and rename: {1e3 * (time.perf_counter() - begun) / count:.2f} ms")


def share(folder: Path) -> None:
    """What keeping a sample of about a second costs: file, checksum, averages, beside its run."""
    e = glassy.Ensemble(glassy.DenseHebbian(P=4), 0.2, 180, 0.3, samples=1, seed=1, sweeps=1000)
    place = e.places[0]
    store = Store(folder / place.name, place.run.description())
    run_sample(place.run, 0, threading.Event(), bar := Silent())
    begun = time.perf_counter()
    result = run_sample(place.run, 0, threading.Event(), bar)
    seconds, times = time.perf_counter() - begun, []
    for k in range(20):
        begun, worked = time.perf_counter(), time.process_time()
        digest = store.write(k, result, provenance())
        make_entry(store, place.run, k, Kept(store.digest, provenance(), result, k, store.text), digest)
        times.append((time.perf_counter() - begun, time.process_time() - worked))
    wall, cpu = (1e3 * statistics.median(x) for x in zip(*times, strict=True))
    print(
        f"a sample of {seconds:.2f} s: {wall:.1f} ms to keep it ({cpu:.1f} ms of the processor), {wall / seconds / 10:.2f} %",
        flush=True,
    )


class Silent:
    """No progress."""

    def update(self, n: float) -> None:
        """Show nothing."""


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary)
        bare_fsync(base)
        for executor in ("processes", "threads"):
            per_task(base / executor, executor)
        share(base / "share")
        memory = []
        for samples in (count // 10, count):
            begun = time.perf_counter()
            ensemble(samples).run(base / "many")
            print(f"{samples} samples in {time.perf_counter() - begun:.1f} s", flush=True)
            memory.append(python(GO_ON, base / "many"))
        size = sum(p.stat().st_size for p in (base / "many").rglob("sample_*.npz"))
        ledger = sum(p.stat().st_size for p in (base / "many").rglob("ledger_*"))
        print(f"{size / 1e6:.0f} MB of samples, {ledger / 1e6:.0f} MB of ledger")
        os.sync()
        for _ in range(3):
            print(python(READ, base / "many"), flush=True)
        print(f"memory of the parent with {count // 10} and {count} samples on disk: {memory[0]} and {memory[1]} MB")
