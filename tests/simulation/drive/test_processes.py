"""Workers as processes: small tasks, tasks that kill them or cannot be read, the glassy of their parent."""

import importlib
import os
import pickle

import numpy as np
import pytest

import glassy
from glassy import DenseHebbian
from glassy.simulation.drive.processes import Processes, WorkerDied


def test_arrays_of_the_user_travel_by_the_folder(tmp_path):
    xi, spins = glassy.draw_patterns(60, 30, seed=1), glassy.draw_patterns(1, 30, seed=2)[0]
    plain = glassy.simulate(DenseHebbian(3), T=0.4, patterns=xi, start=spins, sweeps=50, seed=1)
    sent = []

    class Spy(Processes):
        def submit(self, function, *arguments):
            sent.append(len(pickle.dumps(arguments)))
            return super().submit(function, *arguments)

    with Spy(1) as pool:
        far = glassy.simulate(DenseHebbian(3), T=0.4, patterns=xi, start=spins, sweeps=50, seed=1, out=tmp_path, executor=pool)
    assert np.array_equal(far.series.m, plain.series.m)
    assert len(sent) == 1
    assert sent[0] < 1800 < xi.size + spins.size + 100


@pytest.mark.slow
def test_a_task_that_kills_its_worker_three_times_fails_and_the_others_go_on():
    with Processes(2) as pool:
        bad = pool.submit(os._exit, 7)
        assert pool.submit(divmod, 7, 2).result() == (3, 1)
        with pytest.raises(WorkerDied, match=r"died 3 times at it \(last exit status 7\)"):
            bad.result()
        assert pool.submit(pow, 2, 5).result() == 32
        with pytest.raises(ZeroDivisionError):
            pool.submit(divmod, 1, 0).result()


def test_a_task_that_cannot_be_read_says_so_and_its_worker_lives():
    with Processes(1) as workers:
        assert workers.submit(divmod, 7, 2).result() == (3, 1)
        pid = workers.pids
        with pytest.raises(ModuleNotFoundError, match="not_there"):
            workers.submit(Unreadable()).result()
        assert workers.pids == pid


class Unreadable:
    def __reduce__(self):
        return (importlib.import_module, ("not_there",))

    def __call__(self):
        return None


def test_workers_run_the_glassy_of_their_parent(tmp_path, monkeypatch):
    """Another glassy in the current folder is not theirs."""
    (tmp_path / "glassy").mkdir()
    (tmp_path / "glassy" / "__init__.py").write_text("raise ImportError('another glassy')")
    monkeypatch.chdir(tmp_path)
    with Processes(1) as workers:
        assert workers.submit(divmod, 7, 2).result() == (3, 1)
