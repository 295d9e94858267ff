"""What a user waits for before the first number: import, first solve and first sweep, with a cold and a warm kernel cache.

python -m benchmarks.startup
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

CODE = """
import time; t0 = time.perf_counter()
import glassy; glassy.solve; t1 = time.perf_counter()  # all loads at the first name
glassy.solve(glassy.DenseHebbian(4), 0.2, 0.3); t2 = time.perf_counter()
glassy.solve(glassy.DenseHebbian(4), 0.2, 0.1, "spin_glass", glassy.RSB(1)); t3 = time.perf_counter()
glassy.simulate(glassy.DenseHebbian(4), load=0.1, T=0.3, N=20, sweeps=1, seed=1, progress=False); t4 = time.perf_counter()
print(f"import {t1 - t0:.2f} s, first solve {t2 - t1:.2f} s, first at RSB(1) {t3 - t2:.2f} s, first sweep {t4 - t3:.2f} s")
"""

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as cache:
        for label in ("cold cache", "warm cache", "warm cache"):
            out = subprocess.run(
                [sys.executable, "-c", CODE],
                env={**os.environ, "NUMBA_CACHE_DIR": cache},
                capture_output=True,
                text=True,
                check=True,
            )
            print(f"{label}: {out.stdout.strip()}")
