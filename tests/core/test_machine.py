"""What the process may use of the machine, in folders that look like one; progress where there is nowhere to write."""

import ctypes
import io
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from copies import copied, python

from glassy.core import machine
from glassy.core.machine import cores, half_memory, is_alive
from glassy.core.progress import progress_bar
from glassy.simulation.drive.processes import PACKAGE, Processes

V2 = "29 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw"
V1_CPU = "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct"
V1_MEMORY = "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory"
UNLIMITED = 9223372036854771712


@pytest.fixture
def large(monkeypatch):
    """A machine of 64 cores and 256 GiB."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
    monkeypatch.setattr(os, "sysconf", {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 2**26}.__getitem__, raising=False)


def tree(root, group, mounts, files):
    """Write what Linux shows of the groups of a process."""
    for name, text in {"proc/self/cgroup": group, "proc/self/mountinfo": mounts, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n")
    return root


FOUND = {
    "no groups": ("", "", {}, 64, 2**38),
    "version 2": ("0::/a/b", V2, {"a/cpu.max": "800000 100000", "a/b/cpu.max": "max 100000", "a/memory.max": "max",
                  "a/b/memory.max": 2**33}, 8, 2**33),
    "nested": ("0::/a/b", V2, {"a/cpu.max": "250000 100000", "a/b/cpu.max": "800000 100000", "a/memory.max": 2**32,
               "a/b/memory.max": 2**33}, 3, 2**32),
    "half a core": ("0::/", V2, {"cpu.max": "50000 100000", "memory.max": 2**31 + 5}, 1, 2**31 + 5),
    "more than there is": ("0::/", V2, {"cpu.max": "9999999 100000", "memory.max": 2**50}, 64, 2**38),
    "other groups": ("0::/a", V2, {"b/cpu.max": "100000 100000", "a/c/memory.max": 2**30}, 64, 2**38),
    "version 1": ("4:memory:/s/j\n1:cpu,cpuacct:/s/j\n0::/", f"{V1_CPU}\n{V1_MEMORY}", {
                  "cpu,cpuacct/cpu.cfs_quota_us": -1, "cpu,cpuacct/cpu.cfs_period_us": 100000,
                  "cpu,cpuacct/s/cpu.cfs_quota_us": 400000, "cpu,cpuacct/s/cpu.cfs_period_us": 100000,
                  "cpu,cpuacct/s/j/cpu.cfs_quota_us": 120000, "cpu,cpuacct/s/j/cpu.cfs_period_us": 50000,
                  "memory/memory.limit_in_bytes": UNLIMITED, "memory/s/memory.limit_in_bytes": 2**34}, 3, 2**34),
    "a container's own part": ("4:memory:/docker/x/y\n1:cpu,cpuacct:/docker/x",
                               f"{V1_CPU.replace(' / ', ' /docker/x ', 1)}\n{V1_MEMORY.replace(' / ', ' /docker/x ', 1)}", {
                               "cpu,cpuacct/cpu.cfs_quota_us": 200000, "cpu,cpuacct/cpu.cfs_period_us": 100000,
                               "memory/y/memory.limit_in_bytes": 2**30}, 2, 2**30),
    "out of sight": ("4:memory:/docker/x\n0::/../z", f"{V2}\n{V1_MEMORY}", {"cpu.max": "300000 100000",
                     "memory/memory.limit_in_bytes": 2**29}, 3, 2**29),
    "nonsense": ("0::/a", V2, {"a/cpu.max": "", "a/memory.max": "many", "memory.max": 2**36}, 64, 2**36),
}  # fmt: skip


@pytest.mark.parametrize("case", FOUND)
def test_limits_of_groups_count(case, tmp_path, large):
    group, mounts, files, wanted, memory = FOUND[case]
    root = tree(tmp_path, group, mounts, {f"sys/fs/cgroup/{name}": text for name, text in files.items()})
    assert (cores(root), half_memory(root)) == (wanted, memory // 2)


def test_the_affinity_counts_too(tmp_path, monkeypatch, large):
    root = tree(tmp_path, "0::/", V2, {"sys/fs/cgroup/cpu.max": "800000 100000"})
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1, 5}, raising=False)
    assert cores(root) == 2
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert cores(root) == cores(tmp_path / "none") == 1
    monkeypatch.delattr(os, "sysconf")
    assert half_memory(root) == half_memory(tmp_path / "none") == 2**31
    assert cores() >= 1
    assert half_memory() > 0


def test_who_lives():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert is_alive(child.pid)
    child.communicate(b"\n")
    assert [is_alive(pid) for pid in (child.pid, os.getpid(), 2**22 + 1, 10**30)] == [False, True, False, False]


def test_on_windows_nobody_is_killed_by_a_look(monkeypatch):
    """os.kill(pid, 0) would end the process there."""
    open_, closed, error = {7: 70, 8: 80}, [], {"value": 87}
    kernel = SimpleNamespace(
        OpenProcess=lambda_of(lambda access, inherit, pid: open_.get(pid.value)),
        WaitForSingleObject=lambda_of(lambda handle, ms: 0x102 if handle.value == 70 else 0),
        CloseHandle=lambda_of(lambda handle: closed.append(handle.value)),
    )
    monkeypatch.setattr(ctypes, "WinDLL", lambda name, use_last_error: kernel, raising=False)
    monkeypatch.setattr(ctypes, "get_last_error", lambda: error["value"], raising=False)
    monkeypatch.setattr(os, "kill", None)
    monkeypatch.setattr(machine, "os", SimpleNamespace(name="nt"))
    assert [is_alive(pid) for pid in (7, 8, 9, 2**32 + 7)] == [True, False, False, False]
    error["value"] = 5  # access denied: it is there
    assert is_alive(9)
    assert closed == [70, 80]


def lambda_of(f):
    """A function that takes attributes, as those of ctypes."""
    return type("Function", (), {"__call__": lambda self, *a: f(*a)})()


# ---- stderr ----


class Broken(io.StringIO):
    def write(self, text):
        raise BrokenPipeError(32, "Broken pipe")

    flush = isatty = lambda self: False


def closed():
    file = io.StringIO()
    file.close()
    return file


@pytest.mark.parametrize("file", [None, closed(), Broken()], ids=["none", "closed", "broken"])
def test_progress_needs_no_stderr(file, monkeypatch):
    monkeypatch.setattr(sys, "stderr", file)
    for progress in (None, True, False):
        with progress_bar(10, progress) as bar:
            bar.say("text")
            bar.update(10)


@pytest.mark.slow
@pytest.mark.parametrize("end", ["sys.stderr = None", "sys.stderr.close()"])
def test_runs_without_stderr(end):
    code = (
        f"import os, sys; {end}"
        """
try:
    os.close(2)
except OSError:
    pass
import glassy
from glassy.core.errors import warn
warn("nobody hears it", glassy.StoreWarning)
words = dict(load=0.1, T=0.3, N=12, sweeps=5, samples=2, seed=7, progress=True)
a, b = (glassy.simulate(glassy.DenseHebbian(3), executor=word, **words) for word in ("threads", "processes"))
words = dict(load=0.1, N=12, T=(0.3, 1.0, float("inf")), sweeps=20, samples=1, seed=7, method=glassy.ReplicaExchange())
ladder = glassy.simulate(glassy.DenseHebbian(3), **words)
print(a.m == b.m, ladder[0].status.ok, len(ladder.minus_beta_f("integration")))
"""
    )
    run = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=PACKAGE.parent, timeout=300, text=True)
    assert (run.returncode, run.stdout) == (0, "True False 3\n")


# ---- workers ----


@pytest.mark.slow
def test_workers_run_the_glassy_of_their_parent_and_their_own_standard_library(tmp_path):
    """Beside the package lies what may lie in site-packages: a backport of a module that Python has long had."""
    root = copied(tmp_path / "site")
    for name in ("pathlib", "queue", "enum"):
        (root / f"{name}.py").write_text("raise ImportError('for Python 2 only')")
    (root / "beside.py").write_text("HERE = 'beside'")
    code = """
import enum, pathlib, queue, sys; sys.path.insert(0, sys.argv[1])
import numba, glassy
from glassy.simulation.drive.processes import Processes
with Processes(1) as workers:
    for text in ("glassy", "beside", "pathlib"):
        print(workers.submit(eval, f"__import__({text!r}).__file__").result())
"""
    found = [Path(line) for line in python(code, root)[0].splitlines()]
    assert found[:2] == [root / "glassy" / "__init__.py", root / "beside.py"]
    assert root not in found[2].parents
    with Processes(1) as workers:
        assert workers.submit(eval, "__import__('glassy').__file__").result() == str(PACKAGE / "__init__.py")
