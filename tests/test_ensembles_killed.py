"""Ensembles under kill -9, again and again: the final folder equals the undisturbed one bit for bit, every sample once.

Workers, parents, a worker of Dask, a rank of MPI.
"""

import importlib.util
import os
import random
import signal
import sys
import threading
import time
from pathlib import Path

import pytest
from ensembles import children, finished, longer, rows, start, truth, wait_until

import glassy
from glassy import EnsembleError
from glassy.simulation.processes import Processes
from glassy.simulation.work import Task

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    return longer().run(folder, "threads"), folder


def assert_same(folder, undisturbed):
    assert truth(folder) == truth(undisturbed[1])
    assert rows(longer().read(folder)) == rows(undisturbed[0])
    assert sum("sample_" in name for name in truth(folder)) == sum(1 for _ in longer().tasks())


def test_workers_are_killed(undisturbed, tmp_path):
    rng, kills, over = random.Random(1), [], threading.Event()

    def killer(pool):
        while not over.wait(rng.uniform(0.05, 0.6)):
            if pool.pids and len(kills) < 12:
                os.kill(rng.choice(pool.pids), signal.SIGKILL)
                kills.append(finished(tmp_path))

    with Processes(2) as pool:
        thread = threading.Thread(target=killer, args=(pool,))
        thread.start()
        try:
            while finished(tmp_path) < 40:
                try:
                    longer().run(tmp_path, pool)
                except EnsembleError as error:  # one task whose worker was killed three times
                    assert "died 3 times" in str(error)  # noqa: PT017
        finally:
            over.set()
            thread.join()
    assert len(kills) >= 8
    longer().run(tmp_path, "threads")
    assert_same(tmp_path, undisturbed)


PARENT = """
import sys
from glassy.simulation import checkpoint
checkpoint.SECONDS, checkpoint.SHARE = 0.0, 0.3  # in the workers only where they are threads
from ensembles import longer
longer().run(sys.argv[1], sys.argv[2], workers=2)
"""


@pytest.mark.parametrize(("executor", "most"), [("threads", 5), ("processes", 4)])
def test_parents_are_killed(executor, most, undisturbed, tmp_path):
    """At a random moment, be it between two files; with its workers, who notice by themselves."""
    rng, kills, halves = random.Random(2), 0, []
    for _ in range(most):
        parent = start(PARENT, tmp_path, executor)
        before = finished(tmp_path)
        wait_until(lambda: finished(tmp_path) > before or parent.poll() is not None, 30.0)  # noqa: B023
        time.sleep(rng.uniform(0.0, 0.3))
        below = children(parent.pid)
        parent.kill()
        kills += parent.wait() == -signal.SIGKILL
        assert wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below), 10.0)  # noqa: B023
        halves += [p.name for p in tmp_path.rglob("*.part")]
        assert len(longer().read(tmp_path).damaged) == 0  # readable at every moment
    assert kills >= most - 1
    longer().run(tmp_path, executor, workers=2)
    assert_same(tmp_path, undisturbed)
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize("executor", ["threads", "processes"])
def test_ctrl_c_in_a_terminal(executor, undisturbed, tmp_path):
    """SIGINT to the whole group, as a terminal sends it: the workers write their state, the message says how to go on."""
    for seconds in (1.0, 1.7, 0.6, 2.3, 1.3):  # into the next samples, of seconds each; again where they had just ended
        before = finished(tmp_path)
        command = PARENT.replace("longer()", "longer(60, 240_000)")
        parent = start(command, tmp_path, executor, stderr=-1, start_new_session=True)
        assert wait_until(lambda: finished(tmp_path) > before)  # noqa: B023
        time.sleep(seconds)
        os.killpg(parent.pid, signal.SIGINT)
        text = parent.communicate(timeout=240)[1]
        assert parent.returncode != 0
        assert "of 240 samples finished; those in work are safe as well" in text
        assert "the same call goes on" in text
        if list(tmp_path.rglob("checkpoint_*.npz")):
            break
    assert list(tmp_path.rglob("checkpoint_*.npz"))
    assert [p.name for p in tmp_path.glob("stop*")] == [
        "stop_0of1"
    ]  # for workers that have not seen it; the next run clears it


SIMULATE = """
import sys, glassy
network, options = glassy.DenseHebbian(4), {"samples": 4, "sweeps": 600_000, "threads": 2, "executor": "processes"}
glassy.simulate(network, 1.0, 0.4, 50, seed=1, out=sys.argv[1] if len(sys.argv) > 1 else None, **options)
"""


@pytest.mark.parametrize("kept", [True, False])
def test_ctrl_c_of_simulate_with_processes(kept, undisturbed, tmp_path):
    """Workers of a single call stop too, soon, and twice as well as once."""
    for seconds in (6.0, 12.0, 24.0):  # into samples of half a minute
        parent = start(SIMULATE, *([tmp_path] if kept else []), stderr=-1, start_new_session=True)
        assert wait_until(lambda: len(children(parent.pid)) == 2)  # noqa: B023
        time.sleep(seconds)
        os.killpg(parent.pid, signal.SIGINT)
        time.sleep(0.05)
        os.killpg(parent.pid, signal.SIGINT)
        text = parent.communicate(timeout=240)[1]
        assert parent.returncode != 0
        assert "Interrupt" in text
        if list(tmp_path.glob("checkpoint_*.npz")) or not kept:
            break
    assert not kept or list(tmp_path.glob("checkpoint_*.npz"))


def test_a_task_knows_when_its_file_is_there(undisturbed, tmp_path):
    """A worker killed between writing its sample and answering: the next one finds the file and runs nothing."""
    e = longer(samples=1)
    e.run(tmp_path, "threads")
    place = e.places[0]
    store = glassy.simulation.store.Store(tmp_path / place.name, place.run.description())
    before = store.path(0).stat().st_mtime_ns
    with Processes(1) as pool:
        outcome = pool.submit(glassy.simulation.work.work, Task(place.run, 0, store)).result()
    assert outcome.finished
    assert store.path(0).stat().st_mtime_ns == before


DASK = """
import os, random, signal, sys, threading, time
from distributed import Client, LocalCluster
from ensembles import finished, longer
if __name__ == "__main__":
    folder, kill = sys.argv[1], int(sys.argv[2])
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        killed = []
        def killer():
            while len(killed) < kill:
                time.sleep(0.05)
                if finished(folder) > 5 * (len(killed) + 1):
                    pid = random.choice([w["pid"] for w in client.run(lambda: {"pid": os.getpid()}).values()])
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)
        thread = threading.Thread(target=killer, daemon=True)
        thread.start()
        longer().run(folder, client.get_executor(), in_flight=4)
        print("killed", len(killed))
"""


@pytest.mark.skipif(not importlib.util.find_spec("distributed"), reason="Dask is not installed: pip install 'glassy[cluster]'")
def test_dask_with_workers_killed(undisturbed, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(DASK)
    out = start(script, tmp_path / "out", 2, command=(sys.executable,), stdout=-1, stderr=-3)
    assert "killed 2" in out.communicate(timeout=240)[0]
    assert out.returncode == 0
    assert_same(tmp_path / "out", undisturbed)


MPI = """
import sys
from mpi4py.futures import MPIPoolExecutor
from ensembles import longer
if __name__ == "__main__":
    with MPIPoolExecutor() as executor:
        longer().run(sys.argv[1], executor)
"""
MPIEXEC = Path(sys.executable).with_name("mpiexec")


@pytest.mark.skipif(
    not (MPIEXEC.exists() and importlib.util.find_spec("mpi4py")),
    reason="MPI is not installed: pip install 'glassy[cluster]' mpich",
)
def test_mpi_with_two_ranks_one_killed(undisturbed, tmp_path):
    script, out = tmp_path / "script.py", tmp_path / "out"
    script.write_text(MPI)
    command = (str(MPIEXEC), "-n", "2", sys.executable, "-m", "mpi4py.futures")

    def ranks(pid):
        lines = {k: Path(f"/proc/{k}/cmdline").read_bytes() for k in children(pid) if Path(f"/proc/{k}").exists()}
        return [k for k, line in lines.items() if b"mpi4py.futures" in line and line.startswith(sys.executable.encode())]

    first = start(script, out, command=command, stdout=-3, stderr=-3)
    assert wait_until(lambda: finished(out) >= 5)
    both = ranks(first.pid)
    assert len(both) == 2
    os.kill(max(both), signal.SIGKILL)
    assert first.wait(60) != 0  # MPI ends all ranks with one of them
    assert 5 <= finished(out) < 40
    again = start(script, out, command=command, stdout=-3, stderr=-1)
    assert again.communicate(timeout=240)[1] == ""
    assert again.returncode == 0
    assert_same(out, undisturbed)
