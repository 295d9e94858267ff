"""Attempted flips on processors with and without AVX-512, beside the older glassy: ratios of one run.

By the packed kernel, and at P = 3 and 4 by cached fields as well.

python -m benchmarks.processors [commit, 8307b4f by default]

Processors are what the compiler is told: haswell (AVX2), x86-64-v2 (SSE 4.2), and the real one. Each column is a process of its
own that makes the same chain from the same seeds, cooled by the same steps until it accepts the share asked for: the spins and
so the accepted share are the same bits. All columns are gone through in turn ROUNDS times and the fastest counts, as processor
time, the library's own random numbers included. The older glassy runs "patterns", all that it had without AVX-512.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROUNDS = 3
AVX2 = {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+avx2,+fma,+bmi,+bmi2,+popcnt,+sse4.2"}
SSE = {"NUMBA_CPU_NAME": "x86-64-v2", "NUMBA_CPU_FEATURES": "+sse4.2,+popcnt"}
CASES = {  # network, N, K, T at first, accepted share
    "P = 3, N = 200, K = 8000, .24": ("D(3)", 200, 8000, 3.0, 0.24),
    "P = 3, N = 200, K = 8000, .02": ("D(3)", 200, 8000, 1.0, 0.02),
    "P = 4, N = 100, K = 30000, .17": ("D(4)", 100, 30_000, 8.0, 0.17),
    "P = 4, N = 100, K = 30000, .02": ("D(4)", 100, 30_000, 3.0, 0.02),
    "P = 5, N = 60, K = 20000, .05": ("D(5)", 60, 20_000, 8.0, 0.05),
    "floats, N = 100, K = 10000, .2": ("floats(100)", 100, 10_000, 3.0, 0.2),
    "floats, N = 100, K = 10000, .02": ("floats(100)", 100, 10_000, 1.0, 0.02),
    "P = 2, N = 1000, K = 100, .05": ("D(2)", 1000, 100, 1.0, 0.05),
}
COLUMNS = {  # name: (older?, kernel, environment)
    "old AVX2": (True, "patterns", AVX2),
    "AVX2": (False, "packed", AVX2),
    "old SSE": (True, "patterns", SSE),
    "SSE": (False, "packed", SSE),
    "AVX-512": (False, "packed", {}),
    "AVX2 fields": (False, "couplings", AVX2),  # P = 3 and 4: cached local fields, which cost what is accepted
    "SSE fields": (False, "couplings", SSE),
}
CACHED = ("D(3)", "D(4)")  # networks that have both
ARM = """
import json, sys, time
import numpy as np
from glassy import DenseHebbian as D, Metropolis, SeparableMemory
try:  # where the older one has them
    from glassy.patterns import Patterns
    from glassy.simulation.engine import chain_maker
    from glassy.simulation.tables import kernel_tables
except ModuleNotFoundError:
    from glassy.model.patterns import Patterns
    from glassy.simulation.kernels.choose import chain_maker
    from glassy.simulation.kernels.tables import kernel_tables
def floats(N):
    M = np.arange(N, -N - 1, -2.0)
    return SeparableMemory(-0.5 * np.abs(M) ** 3.5 / N**2.5)
name, N, K, T, share = json.loads(sys.argv[1])
network, kernel, rng = eval(name), "fields" if name == "D(2)" else sys.argv[2], np.random.default_rng(1)
patterns = Patterns.of(rng.choice(np.array([-1, 1], np.int8), (N, K)))
chain = chain_maker(kernel, network, kernel_tables(network, N, K), patterns)(rng.choice(np.array([-1, 1], np.int8), N))
while chain.advance(20, Metropolis(), T, rng)[1][10:, 2].mean() > share * N:
    T *= 0.97
best, n = np.inf, max(10, int(4e5 * (1000 if kernel == "fields" else 20) / (N * K)))
for _ in range(5):
    start = time.thread_time()
    trace = chain.advance(n, Metropolis(), T, rng)[1]
    best = min(best, (time.thread_time() - start) / (n * N))
print(json.dumps([1e-6 / best, trace[:, 2].mean() / N, int(trace[-1, 1] % 10**9)]))
"""


def measure(case: str, column: str, old: Path) -> tuple[float, float, int]:
    """Return million attempts a second, the accepted share, and the last digits of the energy."""
    older, kernel, settings = COLUMNS[column]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA_CPU")} | settings
    environment |= {"PYTHONPATH": str(old if older else ROOT), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-P", "-c", ARM, json.dumps(CASES[case]), kernel]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return tuple(json.loads(found.stdout))


def main() -> None:
    """Print the table."""
    commit = sys.argv[1] if len(sys.argv) > 1 else "8307b4f"
    with tempfile.TemporaryDirectory() as folder:
        old = Path(folder)
        packed = subprocess.run(["git", "-C", str(ROOT), "archive", commit, "glassy"], capture_output=True, check=True).stdout
        subprocess.run(["tar", "-x", "-C", str(old)], input=packed, check=True)
        print(f"million attempts a second; old: {commit}\n")
        print(
            f"{'case, accepted':<34}"
            + "".join(f"{c:>12}" for c in COLUMNS)
            + f"{'AVX2/old':>10}{'SSE/old':>10}{'512/AVX2':>10}{'fields/old':>12}"
        )
        for case in CASES:
            runs = {c: [] for c in COLUMNS if COLUMNS[c][1] != "couplings" or CASES[case][0] in CACHED}
            for _ in range(ROUNDS):
                for column, found in runs.items():
                    found.append(measure(case, column, old))
            new = {found[1:] for c, rounds in runs.items() if not COLUMNS[c][0] for found in rounds}
            assert len(new) == 1, f"{case}: other spins on another processor"
            best = {c: max(runs[c])[0] if c in runs else float("nan") for c in COLUMNS}
            ratios = (best["AVX2"] / best["old AVX2"], best["SSE"] / best["old SSE"], best["AVX-512"] / best["AVX2"])
            fields = f"{best['AVX2 fields'] / best['old AVX2']:>12.2f}"
            case = f"{case.rpartition(',')[0]}, {new.pop()[0]:.2g}"
            numbers = "".join(f"{x:>12.3g}" for x in best.values()) + "".join(f"{x:>10.2f}" for x in ratios) + fields
            print(f"{case:<34}{numbers}", flush=True)


if __name__ == "__main__":
    main()
