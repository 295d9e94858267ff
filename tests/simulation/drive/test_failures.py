"""Samples that fail, disks that are full, Ctrl-C and stop files: what is finished is safe."""

import concurrent.futures
import dataclasses
import errno
import json
import os
import resource
import signal

import numpy as np
import pytest
from ensembles import LONG, finished, held, longer, patient, rows, small, start, truth, wait_until

from glassy import EnsembleError, InputError, Interrupted, StoreError
from glassy.simulation.drive import work
from glassy.simulation.sampler.walk import Walk


def test_a_sample_that_fails_is_named_and_the_others_finish(undisturbed, tmp_path, monkeypatch):
    original = work.run_sample

    def unlucky(run, index, *rest):
        if index == 3 and run.N == 16:
            raise RuntimeError("bad luck")
        return original(run, index, *rest)

    monkeypatch.setattr(work, "run_sample", unlucky)
    with pytest.raises(EnsembleError, match=r"2 samples failed, all others are finished .*RuntimeError: bad luck") as caught:
        small().run(tmp_path, "threads")
    assert {k[:5] + k[-2:] for k in caught.value.failed} == {"N=16_/3"}
    assert len(caught.value.failed) == 2
    assert small().read(tmp_path).samples_done.sum() == 22
    assert set(json.loads((tmp_path / "run_0of1.json").read_text())["failed"]) == set(caught.value.failed)
    monkeypatch.undo()
    assert rows(small().run(tmp_path, "threads")) == rows(undisturbed[0])
    assert truth(tmp_path) == truth(undisturbed[1])


def test_a_full_disk_is_said_and_nothing_is_lost(undisturbed, tmp_path, monkeypatch):
    original, count = np.savez_compressed, []

    def full(file, **arrays):
        original(file, **arrays)
        if "sample_" in file.name:
            count.append(1)
            if len(count) > 9:
                raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(StoreError, match=r"No space left on device.*finished samples there are safe. Free space"):
        small().run(tmp_path, "threads", workers=1)
    assert small().read(tmp_path).samples_done.sum() == 9
    assert not list(tmp_path.rglob("*.part"))
    monkeypatch.undo()
    assert rows(small().run(tmp_path, "threads")) == rows(undisturbed[0])
    assert truth(tmp_path) == truth(undisturbed[1])


LIMITED = """
import sys, resource
from ensembles import small
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    small().run(sys.argv[1], "threads", workers=1)
except Exception as error:
    print(type(error).__name__, error)
"""


def test_a_real_limit_of_the_file_size(undisturbed, tmp_path):
    sizes = sorted(len(b) for name, b in truth(undisturbed[1]).items() if "sample_" in name)
    assert sizes[0] < sizes[-1]
    out = start(LIMITED, tmp_path, sizes[12], stdout=-1).communicate(timeout=LONG)[0]
    assert out.startswith("StoreError")
    assert "File too large" in out
    r = small().read(tmp_path)
    assert 0 < r.samples_done.sum() < 24 or not r.damaged
    assert not r.damaged
    assert rows(small().run(tmp_path, "threads")) == rows(undisturbed[0])
    assert truth(tmp_path) == truth(undisturbed[1])
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="out must be a folder or a new path"):
        small().run(tmp_path / "file" / "below")
    if os.geteuid() != 0:
        tmp_path.chmod(0o500)
        with pytest.raises(StoreError, match="must be a folder where files can be written"):
            small().run(tmp_path)
        tmp_path.chmod(0o700)
    elif os.path.isdir("/proc/self"):
        with pytest.raises((StoreError, InputError), match="Name another path"):
            small().run("/proc/self")


@pytest.mark.slow
def test_ctrl_c_leaves_everything_safe(tmp_path, monkeypatch):
    out = tmp_path / "a"

    def interrupted_wait(*arguments, **options):
        if finished(out) < 2:
            return concurrent.futures.wait(*arguments, **options)
        assert wait_until(lambda: held(tmp_path) == 2)
        raise KeyboardInterrupt

    monkeypatch.setattr(work, "wait", interrupted_wait)
    monkeypatch.setattr(Walk, "finish", patient(tmp_path, free=2))
    with pytest.raises(Interrupted, match="interrupted with 2 of 40 samples finished.* the same call goes on"):
        longer().run(out, "threads", workers=2)
    monkeypatch.undo()
    assert longer().read(out).samples_done.sum() == 2
    assert len(list(out.rglob("checkpoint_*.npz"))) == 2  # of those in work
    few = list(out.rglob("sample_*.npz"))
    stamps = [p.stat().st_mtime_ns for p in few]
    longer().run(out, "threads")
    assert [p.stat().st_mtime_ns for p in few] == stamps
    longer().run(tmp_path / "b", "threads")
    assert truth(out) == truth(tmp_path / "b")


def test_ctrl_c_does_not_break_into_an_executor(tmp_path):
    """Interrupted in the midst of `submit`, a pool of threads may keep a lock for ever, and the run would hang."""
    ended = []

    class Interrupting(concurrent.futures.ThreadPoolExecutor):
        def submit(self, function, *arguments):
            if len(ended) == 2:
                signal.raise_signal(signal.SIGINT)
            future = super().submit(function, *arguments)
            ended.append(future)
            return future

    with Interrupting(1) as pool, pytest.raises(Interrupted, match="the same call goes on"):
        small().run(tmp_path, pool)
    assert len(ended) >= 3
    assert all(future.done() for future in ended)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    small().run(tmp_path, "threads")


def test_a_stop_file_ends_a_run(tmp_path):
    class Stopping(concurrent.futures.ThreadPoolExecutor):
        def submit(self, function, *arguments):
            (tmp_path / "stop_0of1").touch()  # before the first look for it
            return super().submit(function, *arguments)

    with Stopping(1) as pool, pytest.raises(Interrupted, match="0 of 24 samples finished"):
        small().run(tmp_path, pool)
    small().run(tmp_path, "threads")


def test_errors_that_are_not_of_the_disk_are_not_called_so():
    task = next(small().tasks())
    other = ConnectionResetError(104, "reset")
    assert work.no_room(dataclasses.replace(task, store=object()), other) is other
