"""The tests and a set of numbers under settings that stand for other processors, libraries and numbers of threads.

python -m benchmarks.matrix [--tests quick|part|all|none] [--only WORD] [-n WORKERS] [--out FILE]

Each setting is one environment, in which a process of its own makes the numbers of `benchmarks.numbers` and another runs
pytest: what `make quick` takes ("quick"), a few files of both arms ("part"), every test ("all"), or none; where nothing is
compiled always the few of PLAIN. Simulations must be the same bits as in the first row, the theory must agree to TOLERANCE. A
setting that this machine cannot run is named with the reason. The table is printed row by row and written to FILE, logs to
build/matrix. Exit status 1: something failed or differs.

Machine code lies in one folder for all settings, kept between runs: numba's index names the processor and its features. With
"part", the packed kernel meets SETUPS random networks where the compiler is told another processor. "none" takes about 4
minutes, half of them to compile; "quick" two minutes for each setting more, half an hour in all on two idle cores.
What stands for a processor is told to the compiler and to the libraries: a program that asks the processor itself still sees
the real one. OpenBLAS runs the nearest kind that it was built with.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import llvmlite.binding
import numpy as np

from benchmarks.numbers import TOLERANCE, difference, differing

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "matrix"
HASWELL = "+avx2,+fma,+bmi,+bmi2,+popcnt,+sse4.2"
V2 = "+sse4.2,+sse4.1,+ssse3,+sse3,+popcnt,+cx16"
OURS = ("NUMBA_", "NPY_", "OPENBLAS_", "OMP_NUM", "GLIBC_TUNABLES")  # variables that settings set: those of the caller go
PART = ("elementary", "kernels", "lanes", "packed", "cached", "wide", "any_range", "sums_of_words", "exchange", "coexistence")
SETUPS = 500  # random networks for the packed kernel
PLAIN = ("elementary", "configuration", "network", "extrapolate")  # where nothing is compiled
X86 = platform.machine().lower() in ("x86_64", "amd64")
HEAD = ("setting", "passed", "failed", "skipped", "seconds", "spins", "bits", "theory", "compiled for, BLAS, kernels")


@dataclass(frozen=True)
class Setting:
    """An environment, what it needs of the processor, and how the numbers are made in it."""

    name: str
    environment: dict[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()  # features of the processor
    threads: int | None = None
    where: str = "any"  # or "x86", "glibc"

    @property
    def compiled(self) -> bool:
        """Whether kernels are compiled."""
        return "NUMBA_DISABLE_JIT" not in self.environment

    def reason(self) -> str:
        """Return why this machine cannot run it, or ""."""
        if self.where != "any" and not X86:
            return f"this is {platform.machine()}, not x86-64"
        if self.where == "glibc" and platform.libc_ver()[0] != "glibc":
            return "the C library is not glibc"
        has = llvmlite.binding.get_host_cpu_features()
        missing = [f for f in self.needs if not has.get(f)]
        if missing:
            return f"the processor lacks {', '.join(missing)}"
        if self.environment.get("NPY_DISABLE_CPU_FEATURES") == "":
            return "NumPy has no such loops that could be switched off here"
        return ""


def numpy_loops(beginnings: tuple[str, ...]) -> str:
    """Return the names of loops that NumPy has found for this processor, as NPY_DISABLE_CPU_FEATURES takes them."""
    found = np.show_config(mode="dicts").get("SIMD Extensions", {}).get("found", [])
    return " ".join(name for name in found if name.startswith(beginnings))


def threaded(n: int) -> dict[str, str]:
    return {name: str(n) for name in ("NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")}


AVX2, SSE = ("avx2", "fma", "bmi", "bmi2", "popcnt", "sse4.2"), ("sse4.2", "popcnt")
NUMBA_AVX2 = {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": HASWELL}
NUMBA_SSE = {"NUMBA_CPU_NAME": "x86-64-v2", "NUMBA_CPU_FEATURES": V2}
NO_AVX512 = {"NPY_DISABLE_CPU_FEATURES": numpy_loops(("AVX512", "X86_V4"))}
BASELINE = {"NPY_DISABLE_CPU_FEATURES": numpy_loops(("",))}
OLD_C = {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-AVX2_Usable,-FMA,-FMA_Usable,-FMA4,-FMA4_Usable"}

SETTINGS = (
    Setting("as it is"),
    Setting("OpenBLAS Haswell", {"OPENBLAS_CORETYPE": "Haswell"}, ("avx2", "fma"), where="x86"),
    Setting("OpenBLAS Zen", {"OPENBLAS_CORETYPE": "Zen"}, ("avx2", "fma"), where="x86"),
    Setting("OpenBLAS SkylakeX", {"OPENBLAS_CORETYPE": "SkylakeX"}, ("avx512f", "avx512dq"), where="x86"),
    Setting("NumPy without AVX-512", NO_AVX512, where="x86"),
    Setting("NumPy, baseline only", BASELINE, where="x86"),
    Setting("C library without FMA", OLD_C, where="glibc"),
    Setting("numba haswell", NUMBA_AVX2, AVX2, where="x86"),
    Setting("numba x86-64-v2", NUMBA_SSE, SSE, where="x86"),
    Setting("a laptop with AVX2", NUMBA_AVX2 | NO_AVX512 | {"OPENBLAS_CORETYPE": "Haswell"}, AVX2, where="x86"),
    Setting(
        "an old machine", NUMBA_SSE | BASELINE | OLD_C | {"OPENBLAS_CORETYPE": "Nehalem"}, SSE, where="x86"
    ),
    Setting("1 thread", threaded(1), threads=1),
    Setting("2 threads", threaded(2), threads=2),
    Setting("not compiled", {"NUMBA_DISABLE_JIT": "1"}),
)  # fmt: skip


def environment(setting: Setting, cache: Path | None = BUILD / "cache") -> dict[str, str]:
    """Return the variables of a process: the caller's, but those that settings are about; its cache too if `cache` is None."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(OURS) or (cache is None and k == "NUMBA_CACHE_DIR")}
    folders = os.pathsep.join(p for p in (str(ROOT), os.environ.get("PYTHONPATH", "")) if p)
    return {**kept, "PYTHONPATH": folders, **({"NUMBA_CACHE_DIR": str(cache)} if cache else {}), **setting.environment}


def make_numbers(setting: Setting, *, deep: bool = True, seed: int = 1, cache: Path | None = BUILD / "cache") -> dict:
    """Return the numbers of a process in a setting, and what it says of itself; RuntimeError where it fails."""
    more = [f"--seed={seed}", *([f"--threads={setting.threads}"] if setting.threads else []), *([] if deep else ["--shallow"])]
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.numbers", *more], cwd=ROOT, env=environment(setting, cache), capture_output=True,
        text=True, timeout=1800,
    )  # fmt: skip
    if run.returncode:
        raise RuntimeError(run.stderr)
    return json.loads(run.stdout)


def run_tests(setting: Setting, tests: str, workers: str, log: Path) -> tuple[dict[str, int], float]:
    """Return how many tests passed, failed and were skipped, and the seconds; "failed" counts errors as well."""
    names = PLAIN if not setting.compiled else PART if tests == "part" else ()
    files = [str(path) for name in names for path in (ROOT / "tests").rglob(f"test_{name}.py")]
    choice = {"all": (), "part": ("-m", "not slow or setups")}.get(tests, ("-m", "not slow or setups", "--cases", "3"))
    chosen = [*choice, *(("-n", workers) if workers else ()), *files]
    more = {"GLASSY_SETUPS": str(SETUPS)} if not setting.environment or "NUMBA_CPU_NAME" in setting.environment else {}
    start = time.perf_counter()
    with log.open("w") as out:
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *chosen], cwd=ROOT,
            env=environment(setting) | more, stdout=out, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
    return counts(log.read_text()), time.perf_counter() - start


def counts(text: str) -> dict[str, int]:
    """Return the counts of the last line of pytest; without one, one failure."""
    lines = [line for line in text.split("\n") if re.search(r"\d+ \w+.* in [\d.]+s", line)]
    found = {word: int(n) for n, word in re.findall(r"(\d+) (\w+)", lines[-1].split(" in ")[0])} if lines else {"failed": 1}
    return {
        "passed": found.get("passed", 0),
        "failed": sum(found.get(word, 0) for word in ("failed", "error", "errors")),
        "skipped": found.get("skipped", 0),
    }


def judge(first: dict, found: dict) -> tuple[str, float, list[str]]:
    """Return the digest of all simulations, how far the theory is from the first setting's, and what is wrong."""
    other, apart = differing(first, found), difference(first, found)
    wrong = [f"{name} is not the same bits" for name in other]
    if not apart <= TOLERANCE:
        wrong.append(f"the theory differs by {apart:.1e}")
    both = {name: found["simulations"][name] for name in sorted(found["simulations"]) if name in first["simulations"]}
    return hashlib.sha256(json.dumps(both).encode()).hexdigest()[:12], apart, wrong


def row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def measure(setting: Setting, first: dict | None, tests: str, workers: str) -> tuple[tuple[str, ...], dict | None, list[str]]:
    """Return the cells of a setting, its numbers and what is wrong."""
    if reason := setting.reason():
        return (setting.name, *[""] * 7, f"not run: {reason}"), None, []
    wrong: list[str] = []
    try:
        found = make_numbers(setting, deep=setting.compiled)
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        wrong.append(f"no numbers: {str(error).strip().splitlines()[-1]}")
        digest, apart, about, found = "", float("nan"), wrong[-1], None
    else:
        digest, apart, wrong = judge(first or found, found)
        digest = f"{digest} of {len(found['simulations'])}"
        kernels = sorted(set(found["kernels"].values()))
        about = f"{found['process']['compiler']}, {found['process']['BLAS']}, {' '.join(kernels)}"
    bits = "same" if found and not (first and differing(first, found)) else "DIFFERENT"
    cells = ("", "", "", "")
    if tests != "none":
        log = BUILD / f"{re.sub(r'[^a-z0-9]+', '_', setting.name.lower())}.log"
        found_counts, seconds = run_tests(setting, tests, workers, log)
        if found_counts["failed"] or not found_counts["passed"]:
            wrong.append(f"{found_counts['failed']} tests failed: {log}")
        cells = (*map(str, found_counts.values()), f"{seconds:.0f}")
    return (setting.name, *cells, digest, bits, f"{apart:.0e}", about), found, [f"{setting.name}: {w}" for w in wrong]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tests", choices=("quick", "part", "all", "none"), default="quick")
    parser.add_argument("--only", default="", help="settings with this word in their names, beside the first")
    parser.add_argument("-n", dest="workers", default="", help="as pytest-xdist takes it")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    lines = [f"python -m benchmarks.matrix {' '.join(sys.argv[1:])}".strip(), ""]
    lines += [row(HEAD), row(("---",) * len(HEAD))]
    print("\n".join(lines), flush=True)
    first, wrong = None, []
    for k, setting in enumerate(SETTINGS):
        if k and options.only not in setting.name:
            continue
        cells, found, problems = measure(setting, first, options.tests, options.workers)
        first, wrong = first or found, [*wrong, *problems]
        lines.append(row(cells))
        print(lines[-1], flush=True)
    lines += ["", *(wrong or ["all the same"])]
    print("\n".join(lines[-len(wrong or [0]) - 1 :]))
    if options.out:
        options.out.write_text("\n".join(lines) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
