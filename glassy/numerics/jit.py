"""The one place for numba options."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., object])


def kernel(function: F) -> F:
    """Compile a kernel: no Python objects, no global interpreter lock, machine code cached on disk.

    No fast-math: sums of integers are exact in any order, and floats keep the order of the source, so that a kernel
    equals its Python form (`kernel.py_func`) bit for bit.
    """
    return cast(F, njit(cache=True, nogil=True, error_model="numpy")(function))


def inlined(function: F) -> F:
    """A part of kernels, copied into them before they are compiled: no calls, and no counting of references to its arrays."""
    return cast(F, njit(inline="always", error_model="numpy")(function))
