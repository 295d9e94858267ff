"""The one place for numba options, and for what becomes of machine code between two processes.

numba keeps the machine code of a kernel until the kernel's own file changes; what other files have put into it, kernels that it
calls and constants, it does not see. Here all machine code lies in folders named by one digest of every kernel file and of the
versions below them: code of another glassy is never run, and its folders are removed when the first kernel of this one is kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
import sys
import warnings
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import llvmlite
import numba
import numba.extending
import numpy as np
from numba.core import caching
from numba.core.registry import cpu_target

F = TypeVar("F", bound=Callable[..., object])

_numba: Any = numba
_caching: Any = caching
COMPILED = not _numba.config.DISABLE_JIT  # else kernels are the Python functions themselves
PACKAGE = Path(__file__).parents[1]
UNCACHED = "glassy keeps no machine code"  # the beginning of a warning
_DECORATED = re.compile(rb"glassy\.numerics\.jit import .*\b(kernel|inlined|part|shared)\b")
_said: list[str] = []
before_compiling: list[Callable[[], None]] = []  # what hears that machine code is not on the disk and must be made


def kernel(function: F) -> F:
    """Compile a kernel: no Python objects, no global interpreter lock, machine code cached on disk.

    No fast-math: sums of integers are exact in any order, and floats keep the order of the source, so that a kernel
    equals its Python form (`kernel.py_func`) bit for bit.
    """
    compiled = _numba.njit(nogil=True, error_model="numpy", no_cfunc_wrapper=True)(function)
    if COMPILED:
        try:
            compiled._cache = _Cache(function)
        except RuntimeError as error:  # numba found no folder
            _say_uncached(error)
    return cast(F, compiled)


def inlined(function: F) -> F:
    """A part of kernels, copied into them before they are compiled: no calls, and no counting of references to its arrays."""
    return cast(F, numba.njit(inline="always", error_model="numpy")(function))


def shared(function: F) -> F:
    """A part of kernels that is Python where Python calls it: one formula, and nothing to compile before the first number."""
    return cast(F, _numba.extending.register_jitable(error_model="numpy")(function))


def part(function: F) -> F:
    """A part of kernels that is called by them alone: compiled with the first of them, without a way in from Python."""
    return cast(F, _numba.njit(nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)(function))


def kernel_files() -> list[Path]:
    """Return the files of which machine code is made: all of numerics, and those that take a decorator from here."""
    files = sorted(PACKAGE.rglob("*.py"))
    return [path for path in files if path.parent.name == "numerics" or _DECORATED.search(path.read_bytes())]


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """Return the digest of all that shapes machine code, but the processor: numba knows that one."""
    found = hashlib.sha256(repr((numba.__version__, llvmlite.__version__, np.__version__, sys.version)).encode())
    for path in kernel_files():
        text = path.read_bytes()
        found.update(f"{path.relative_to(PACKAGE).as_posix()} {len(text)} ".encode() + text)
    return found.hexdigest()[:16]


def processor() -> tuple[str, frozenset[str]]:
    """Return the name of the processor and its features, as numba sees them: it may be told others by NUMBA_CPU_NAME."""
    _, name, features = cpu_target.target_context.codegen().magic_tuple()
    return name, frozenset(f[1:] for f in features.split(",") if f.startswith("+"))


def most_threads() -> int:
    """Return NUMBA_NUM_THREADS, as it is set or found."""
    return int(_numba.config.NUMBA_NUM_THREADS)


def nothing_kept() -> bool:
    """Whether the disk holds no machine code of this glassy, so that processes which begin now will make it."""
    try:
        return COMPILED and not Path(_Cache(where_kept)._cache_path).exists()
    except RuntimeError:
        return True


def where_kept() -> tuple[str, str]:
    """Return the folder of the machine code of this file's neighbours, and why nothing is kept there, or ""."""
    if not COMPILED:
        return "", "NUMBA_DISABLE_JIT is set, nothing is compiled"
    try:
        cache = _Cache(where_kept)
        cache._impl.locator.ensure_cache_path()  # writes a file
    except (OSError, RuntimeError) as error:
        return "", str(error)
    return cache._cache_path, ""


class _Cache(_caching.FunctionCache):  # type: ignore[misc]
    """numba's cache, in a folder named by the fingerprint below the one that numba would take. What fails in it ends no run."""

    def __init__(self, function: Callable[..., object]) -> None:
        super().__init__(function)
        self._group = f"glassy-{sys.implementation.cache_tag}-"
        self._cache_path: str = str(Path(self._impl.locator.get_cache_path(), self._group + fingerprint()))
        stamp = self._impl.locator.get_source_stamp()  # of an executable that holds no sources, all there is
        self._cache_file = _caching.IndexDataCacheFile(self._cache_path, self._impl.filename_base, stamp)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the machine code for a signature, or None."""
        try:
            found = super().load_overload(sig, target_context)
        except Exception:  # a damaged file: it is compiled and written again
            found = None
        if found is None:
            for hear in before_compiling:
                hear()
        return found

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep the machine code for a signature; that of another glassy goes."""
        folder = Path(self._cache_path)
        try:
            if not folder.exists():
                folder.mkdir(parents=True, exist_ok=True)
                for other in folder.parent.glob(f"{self._group}*"):
                    if other != folder:
                        shutil.rmtree(other, ignore_errors=True)
            super().save_overload(sig, data)
        except FileNotFoundError:
            pass  # another glassy at work has just removed the folder
        except OSError as error:
            _say_uncached(error)


def _say_uncached(error: Exception) -> None:
    """Say in one line, once, that every process compiles."""
    if not _said:
        _said.append(str(error))
        with contextlib.suppress(ValueError):  # stderr is closed
            warnings.warn_explicit(
                f"{UNCACHED}, so every process compiles its kernels anew ({error}). Set NUMBA_CACHE_DIR to a folder that can "
                "be written.", RuntimeWarning, "glassy", 0,
            )  # fmt: skip
