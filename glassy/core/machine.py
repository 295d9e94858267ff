"""What this process may use of the machine, cores and memory, also within the limits of a container; and which others live.

Linux limits groups of processes, cgroups, in a tree: one of version 2, and one for each controller of version 1. A limit holds
for all groups below, so the smallest on the way up counts. In a container the way ends at what is mounted of the tree.
"""

from __future__ import annotations

import contextlib
import ctypes
import math
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

ROOT = Path("/")
SYNCHRONIZE, ACCESS_DENIED, WAIT_TIMEOUT = 0x100000, 5, 0x102  # of Windows


def cores(root: Path = ROOT) -> int:
    """Return how many cores this process may use; a part of one counts as one."""
    known = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quotas = [*_limits(root, "", "cpu.max"), *_limits(root, "cpu", "cpu.cfs_quota_us", "cpu.cfs_period_us")]
    return min([known, *(max(1, math.ceil(quota / period)) for quota, period in quotas)])


def half_memory(root: Path = ROOT) -> int:
    """Return half of the memory that this process may use, in bytes."""
    try:
        known = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        known = 2**32
    limits = [*_limits(root, "", "memory.max"), *_limits(root, "memory", "memory.limit_in_bytes")]
    return min([known, *(limit for limit, *_ in limits)]) // 2


def _limits(root: Path, controller: str, *names: str) -> Iterator[list[int]]:
    """Yield the numbers in files of every group that this process is in, where they are a limit; controller "": version 2."""
    for folder in _groups(root, controller):
        with contextlib.suppress(OSError, ValueError):  # no such file, or "max"
            numbers = [int(word) for name in names for word in (folder / name).read_text().split()]
            if min(numbers) > 0:
                yield numbers


def _groups(root: Path, controller: str) -> Iterator[Path]:
    """Yield the folders of the groups that this process is in, up to the top of what is mounted."""
    try:
        own = [line.split(":", 2) for line in (root / "proc/self/cgroup").read_text().split("\n") if line.count(":") > 1]
        mounts = [line.split() for line in (root / "proc/self/mountinfo").read_text().split("\n") if " - " in line]
    except (OSError, ValueError):
        return
    for mount in mounts:
        kind, options = mount[mount.index("-") + 1], mount[-1].split(",")
        if kind != ("cgroup" if controller else "cgroup2") or (controller and controller not in options):
            continue
        top, point = PurePosixPath(mount[3]), root / mount[4].lstrip("/")
        for path in (PurePosixPath(path) for _, controllers, path in own if controller in controllers.split(",")):
            below = path.relative_to(top) if path.is_relative_to(top) else PurePosixPath()
            yield from (point / group for group in (below, *below.parents) if ".." not in group.parts)


def is_alive(pid: int) -> bool:
    """Whether a process of this machine runs."""
    if os.name == "nt":
        return _is_alive_on_windows(pid)
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # it is another user's
        return True
    return True


def _is_alive_on_windows(pid: int) -> bool:
    """Whether a process runs, where os.kill ends it: a handle that may be waited for is not signalled before its end."""
    windows: Any = ctypes
    kernel = windows.WinDLL("kernel32", use_last_error=True)
    kernel.OpenProcess.restype = ctypes.c_void_p
    if pid >= 2**32:
        return False
    handle = kernel.OpenProcess(SYNCHRONIZE, False, ctypes.c_uint32(pid))
    if not handle:
        return bool(windows.get_last_error() == ACCESS_DENIED)  # it is another user's
    try:
        return bool(kernel.WaitForSingleObject(ctypes.c_void_p(handle), 0) == WAIT_TIMEOUT)
    finally:
        kernel.CloseHandle(ctypes.c_void_p(handle))
