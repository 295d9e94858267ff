"""What a run depends on besides its arguments: versions, processor, kernels, threads, places. For reports of bugs."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from pathlib import Path
from typing import Any, Literal, overload

import numpy as np

from glassy.core import checks, machine
from glassy.core.provenance import provenance, version
from glassy.numerics import lanes, passes, vector
from glassy.numerics.jit import COMPILED, fingerprint, most_threads, processor, where_kept
from glassy.simulation.kernels.choose import KERNELS

Config = dict[str, dict[str, str]]

VARIABLES = ("NUMBA_", "NPY_", "OPENBLAS_", "OMP_", "MKL_", "BLIS_", "VECLIB_")  # beginnings of their names
VECTORS = ("sse4", "ssse3", "avx", "fma", "bmi", "popcnt", "gfni", "neon", "sve", "dotprod", "i8mm", "amx")  # of features
NAMES = ("scipy_openblas_get_{}64_", "scipy_openblas_get_{}", "openblas_get_{}64_", "openblas_get_{}")


@overload
def show_config(mode: Literal["stdout"] = ...) -> None: ...


@overload
def show_config(mode: Literal["dicts"]) -> Config: ...


def show_config(mode: str = "stdout") -> Config | None:
    """Print what a report of a bug should say: versions, processor, kernels and why not, threads, cache folder, BLAS.

    Parameters
    ----------
    mode : {"stdout", "dicts"}
        Whether to print it, or to return it as a dictionary of dictionaries of str, as in `numpy.show_config`.

    Returns
    -------
    dict or None
        Sections "versions", "machine", "compiler", "kernels", "threads", "machine code", "BLAS" and "environment", the
        variables that are set; None where it is printed.

    Raises
    ------
    InputError
        If `mode` is another word.

    Examples
    --------
    >>> import glassy
    >>> config = glassy.show_config(mode="dicts")
    >>> list(config)
    ['versions', 'machine', 'compiler', 'kernels', 'threads', 'machine code', 'BLAS', 'environment']
    >>> config["kernels"]["patterns"]
    'available'
    """
    checks.choice("mode", mode, ("stdout", "dicts"))
    found = {
        "versions": _versions(), "machine": _machine(), "compiler": _compiler(), "kernels": _kernels(), "threads": _threads(),
        "machine code": _machine_code(), "BLAS": _blas(),
        "environment": {k: os.environ[k] for k in sorted(os.environ) if k.startswith(VARIABLES)},
    }  # fmt: skip
    if mode == "dicts":
        return found
    for section, entries in found.items():
        width = max(map(len, entries), default=0)
        rows = [f"    {name:<{width}}  {text}" for name, text in entries.items()] or ["    none"]
        sys.stdout.write("\n".join([section, *rows, ""]))
    return None


def _versions() -> dict[str, str]:
    own = provenance()
    names = ("numpy", "numba", "llvmlite", "scipy", "matplotlib")
    return {"glassy": f"{own.glassy}, commit {own.commit}", "python": sys.version, **{n: version(n) for n in names}}


def _machine() -> dict[str, str]:
    return {
        "system": platform.platform(),
        "processor": _processor(),
        "cores": f"{machine.cores()} of {os.cpu_count()} for this process",
        "memory": f"{2 * machine.half_memory() / 2**30:.1f} GiB for this process",
    }


def _processor(info: Path = Path("/proc/cpuinfo")) -> str:
    """Return the name that the processor gives itself, or the best that is known."""
    try:
        names = [line.partition(":")[2].strip() for line in info.read_text().split("\n") if line.startswith("model name")]
    except (OSError, ValueError):
        names = []
    return names[0] if names else platform.processor() or platform.machine() or "unknown"


def _compiler() -> dict[str, str]:
    """Return for what machine code is made, by numba, and which of its own loops NumPy runs."""
    name, features = processor()
    simd: Any = np.show_config(mode="dicts")
    extensions = simd.get("SIMD Extensions", {})
    return {
        "processor": name,
        "vectors": " ".join(sorted(f for f in features if f.startswith(VECTORS))) or "none known",
        "NumPy's loops": " ".join(extensions.get("baseline", []) + extensions.get("found", [])) or "unknown",
    }


def _kernels() -> dict[str, str]:
    """Return of each kernel whether this process can run it, or why not; which networks it serves, `choose_kernel` says."""
    how = "available" if COMPILED else "in Python, slow: NUMBA_DISABLE_JIT is set"
    return {name: how for name in KERNELS if name != "auto"} | {"packed": _why_not_packed() or _how_packed()}


def _how_packed() -> str:
    """Return which of the two passes runs, and what the other lacks."""
    if vector.available():
        return "available, by lookups in AVX-512"
    missing = ", ".join(f for f in vector.NEEDED if f not in processor()[1])
    return f"available, in vectors of {lanes.WIDTH} bytes; for lookups in AVX-512 it lacks {missing}"


def _why_not_packed() -> str:
    if not COMPILED:
        return "needs compiled kernels: NUMBA_DISABLE_JIT is set"
    return "" if passes.available() else f"needs a processor with {lanes.NEEDED}"


def _threads() -> dict[str, str]:
    libraries = {f"BLAS of {name}": str(_ask(name, "num_threads", ctypes.c_int) or "unknown") for name in ("numpy", "scipy")}
    return {"glassy": str(machine.cores()), "numba": f"{most_threads()}, of which glassy's kernels use none", **libraries}


def _machine_code() -> dict[str, str]:
    folder, problem = where_kept()
    return {"folder": folder or "none", "kept": problem or "yes", "fingerprint": fingerprint()}


def _blas() -> dict[str, str]:
    built: Any = np.show_config(mode="dicts")
    blas = built.get("Build Dependencies", {}).get("blas", {})
    libraries = {f"core type of {n}": (_ask(n, "corename", ctypes.c_char_p) or b"unknown").decode() for n in ("numpy", "scipy")}
    return {"numpy": f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip(), **libraries}


def _ask(package: str, what: str, kind: Any) -> Any:
    """Ask the OpenBLAS in the wheel of a package; None where there is none."""
    root = Path(np.__file__).parents[1]
    for path in sorted([*root.glob(f"{package}.libs/*openblas*"), *root.glob(f"{package}/.dylibs/*openblas*")]):
        try:
            library = ctypes.CDLL(str(path))  # it is loaded already, or nothing would be known
        except OSError:
            continue
        for name in NAMES:
            function = getattr(library, name.format(what), None)
            if function is not None:
                function.restype = kind
                return function()
    return None
