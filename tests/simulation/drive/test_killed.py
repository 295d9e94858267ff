"""Ensembles under kill -9, again and again: the final folder equals the undisturbed one bit for bit, every sample once.

Workers, parents, a worker of Dask, a rank of MPI.
"""

import importlib.util
import os
import random
import signal
import sys
import time
from pathlib import Path

import pytest
from ensembles import LONG, children, finished, held, longer, rows, start, truth, wait_until

import glassy
from glassy import EnsembleError
from glassy.simulation.drive import session
from glassy.simulation.drive.processes import Processes
from glassy.simulation.drive.work import Task

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    return longer().run(folder, "threads"), folder


def assert_same(folder, undisturbed):
    assert truth(folder) == truth(undisturbed[1])
    assert rows(longer().read(folder)) == rows(undisturbed[0])
    assert sum("sample_" in name for name in truth(folder)) == sum(1 for _ in longer().tasks())


def test_workers_are_killed(undisturbed, tmp_path, monkeypatch):
    """A random one at every third task, at a random moment while those before it are at work."""
    rng, kills, drive = random.Random(1), [], session.drive

    def killing(tasks):
        for n, task in enumerate(tasks):
            if n % 3 == 2 and len(kills) < 12:
                time.sleep(rng.uniform(0.0, 0.1))
                assert wait_until(lambda: pool.pids)
                kills.append(rng.choice(pool.pids))
                os.kill(kills[-1], signal.SIGKILL)
            yield task

    monkeypatch.setattr(session, "drive", lambda tasks, *rest: drive(killing(tasks), *rest))
    with Processes(2) as pool:
        while finished(tmp_path) < 40:
            try:
                longer().run(tmp_path, pool)
            except EnsembleError as error:  # one task whose worker was killed three times
                assert "died 3 times" in str(error)  # noqa: PT017
    assert len(kills) == 12
    longer().run(tmp_path, "threads")
    assert_same(tmp_path, undisturbed)


PARENT = """
import sys
from glassy.simulation.sampler import checkpoint
checkpoint.SECONDS, checkpoint.SHARE = 0.0, 0.3  # in the workers only where they are threads
from ensembles import hold_after, longer
hold_after(7)
longer().run(sys.argv[1], sys.argv[2], workers=2)
"""


@pytest.mark.parametrize(("executor", "most"), [("threads", 5), ("processes", 4)])
def test_parents_are_killed(executor, most, undisturbed, tmp_path):
    """At a random moment, be it between two files; with its workers, who notice by themselves."""
    rng = random.Random(2)
    for _ in range(most):
        before = finished(tmp_path)
        parent = start(PARENT, tmp_path, executor, stdin=-1)
        assert wait_until(lambda: finished(tmp_path) > before)  # noqa: B023
        time.sleep(rng.uniform(0.0, 0.3))
        below = children(parent.pid)
        parent.kill()
        assert parent.wait(LONG) == -signal.SIGKILL
        parent.stdin.close()
        assert wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below))  # noqa: B023
        assert len(longer().read(tmp_path).damaged) == 0  # readable at every moment
    longer().run(tmp_path, executor, workers=2)
    assert_same(tmp_path, undisturbed)
    assert not list(tmp_path.rglob("*.part"))


INTERRUPTED = """
import sys
from ensembles import hold_walks, longer
hold_walks(sys.argv[3])
longer().run(sys.argv[1], sys.argv[2], workers=2)
"""


@pytest.mark.parametrize("executor", ["threads", "processes"])
def test_ctrl_c_in_a_terminal(executor, undisturbed, tmp_path):
    """SIGINT to the whole group, as a terminal sends it: the workers write their state, the message says how to go on."""
    out, signs = tmp_path / "out", tmp_path / "signs"
    signs.mkdir()
    parent = start(INTERRUPTED, out, executor, signs, stderr=-1, start_new_session=True)
    assert wait_until(lambda: held(signs) == 2)
    os.killpg(parent.pid, signal.SIGINT)
    text = parent.communicate(timeout=LONG)[1]
    assert parent.returncode != 0
    assert "0 of 40 samples finished; those in work are safe as well" in text
    assert "the same call goes on" in text
    assert len(list(out.rglob("checkpoint_*.npz"))) == 2
    assert [p.name for p in out.glob("stop*")] == ["stop_0of1"]  # for workers that have not seen it; the next run clears it
    longer().run(out, "threads")
    assert_same(out, undisturbed)


SIMULATE = """
import sys, glassy
from ensembles import hold_walks
hold_walks(sys.argv[1])
network, options = glassy.DenseHebbian(4), {"samples": 4, "sweeps": 6000, "threads": 2, "executor": "processes"}
glassy.simulate(network, 1.0, 0.4, 50, seed=1, out=sys.argv[2] if len(sys.argv) > 2 else None, **options)
"""


@pytest.mark.parametrize("kept", [True, False])
def test_ctrl_c_of_simulate_with_processes(kept, undisturbed, tmp_path):
    """Workers of a single call stop too, soon, and twice as well as once."""
    out, signs = tmp_path / "out", tmp_path / "signs"
    signs.mkdir()
    parent = start(SIMULATE, signs, *([out] if kept else []), stderr=-1, start_new_session=True)
    assert wait_until(lambda: held(signs) == 2)
    os.killpg(parent.pid, signal.SIGINT)
    time.sleep(0.05)  # wherever that finds it
    os.killpg(parent.pid, signal.SIGINT)
    text = parent.communicate(timeout=LONG)[1]
    assert parent.returncode != 0
    assert "Interrupt" in text
    assert len(list(out.glob("checkpoint_*.npz"))) == (2 if kept else 0)


def test_a_task_knows_when_its_file_is_there(undisturbed, tmp_path):
    """A worker killed between writing its sample and answering: the next one finds the file and runs nothing."""
    e = longer(samples=1)
    e.run(tmp_path, "threads")
    place = e.places[0]
    store = glassy.simulation.keep.store.Store(tmp_path / place.name, place.run.description())
    before = store.path(0).stat().st_mtime_ns
    with Processes(1) as pool:
        outcome = pool.submit(glassy.simulation.drive.work.work, Task(place.run, 0, store)).result()
    assert outcome.finished
    assert store.path(0).stat().st_mtime_ns == before


DASK = """
import os, random, signal, sys
from distributed import Client, LocalCluster
from ensembles import longer
from glassy.simulation.drive import session
drive, killed = session.drive, []
def killing(tasks):
    for n, task in enumerate(tasks):
        if n in (12, 24):  # while those before are at work
            killed.append(random.choice([w["pid"] for w in client.run(lambda: {"pid": os.getpid()}).values()]))
            os.kill(killed[-1], signal.SIGKILL)
        yield task
if __name__ == "__main__":
    session.drive = lambda tasks, *rest: drive(killing(tasks), *rest)
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        longer().run(sys.argv[1], client.get_executor(), in_flight=4)
        print("killed", len(killed))
"""


@pytest.mark.skipif(not importlib.util.find_spec("distributed"), reason="not installed: pip install 'glassy-networks[cluster]'")
def test_dask_with_workers_killed(undisturbed, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(DASK)
    out = start(script, tmp_path / "out", command=(sys.executable,), stdout=-1, stderr=-3)
    assert "killed 2" in out.communicate(timeout=LONG)[0]
    assert out.returncode == 0
    assert_same(tmp_path / "out", undisturbed)


MPI = """
import sys
from mpi4py.futures import MPIPoolExecutor
from ensembles import hold_after, longer
if __name__ == "__main__":
    if len(sys.argv) > 2:
        hold_after(9)
    with MPIPoolExecutor() as executor:
        longer().run(sys.argv[1], executor)
"""
MPIEXEC = Path(sys.executable).with_name("mpiexec")


@pytest.mark.skipif(
    not (MPIEXEC.exists() and importlib.util.find_spec("mpi4py")),
    reason="MPI is not installed: pip install 'glassy-networks[cluster]' mpich",
)
def test_mpi_with_two_ranks_one_killed(undisturbed, tmp_path):
    script, out = tmp_path / "script.py", tmp_path / "out"
    script.write_text(MPI)
    command = (str(MPIEXEC), "-n", "2", sys.executable, "-m", "mpi4py.futures")

    def ranks(pid):
        lines = {k: Path(f"/proc/{k}/cmdline").read_bytes() for k in children(pid) if Path(f"/proc/{k}").exists()}
        return [k for k, line in lines.items() if b"mpi4py.futures" in line and line.startswith(sys.executable.encode())]

    first = start(script, out, "held", command=command, stdin=-1, stdout=-3, stderr=-3)
    assert wait_until(lambda: finished(out) >= 5)
    both = ranks(first.pid)
    assert len(both) == 2
    os.kill(max(both), signal.SIGKILL)
    assert first.wait(LONG) != 0  # MPI ends all ranks with one of them
    first.stdin.close()
    assert 5 <= finished(out) <= 9
    again = start(script, out, command=command, stdout=-3, stderr=-1)
    assert again.communicate(timeout=LONG)[1] == ""
    assert again.returncode == 0
    assert_same(out, undisturbed)
