"""An older glassy beside this one: processor time of the same calls in turn, warm, and of the first solve after installation.

python -m benchmarks.against [commit, 8307b4f by default] [case ..]

The older one is unpacked from git into a temporary folder; each call runs in a process of its own, once to warm its cache of
machine code and then three times in turn with the other, and the fastest counts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
CASES = {
    "FullRSB(12), P = 4 self-interacting, T = load = .5": "g.solve(D(4, S), 0.5, 0.5, 'spin_glass', g.FullRSB(12))",
    "storage_capacity(D(3), FullRSB())": "g.storage_capacity(D(3), g.FullRSB())",
    "diagram RSB(2), P = 4": "g.phase_diagram(D(4), g.RSB(2), progress=False)",
    "diagram RSB(1), P = 4": "g.phase_diagram(D(4), g.RSB(1), progress=False)",
    "diagram RSB(1), P = 7 self-interacting": "g.phase_diagram(D(7, S), g.RSB(1), progress=False)",
    "diagram RSB(1), P = 3 self-interacting": "g.phase_diagram(D(3, S), g.RSB(1), progress=False)",
    "storage_capacity RS, P = 2": "g.storage_capacity(D(2))",
    "storage_capacity RSB(1), P = 12": "g.storage_capacity(D(12), g.RSB(1))",
    "no retrieval at D(8), load 1, T = .6011, RSB(3)": "g.solve(D(8), 1.0, 0.6011, 'retrieval', g.RSB(3), strict=False)",
}
SIMULATIONS = {
    "simulate P = 4, N = 100, load .2": "g.simulate(D(4), 0.2, 0.5, 100, seed=1, samples=2, sweeps=100, threads=1)",
    "simulate 200 small samples, P = 3": "g.simulate(D(3), 0.3, 0.6, 20, seed=1, samples=200, sweeps=50, threads=1)",
    "simulate a ladder of 8, P = 3": "g.simulate(D(3), 0.3, [0.4, 0.5, 0.6, 0.8, 1.0, 1.5, 2.0, 4.0], 32, seed=1, "
    "samples=4, threads=1, method=g.ReplicaExchange())",
    "simulate into a folder, and again": "with tempfile.TemporaryDirectory() as out:\n    for _ in range(2): "
    "g.simulate(D(3), 0.3, 0.6, 20, seed=1, samples=100, sweeps=50, threads=1, out=out)",
    "compare": "r = g.simulate(D(3), 0.1, 0.4, 40, seed=1, samples=32, sweeps=200, threads=1); s = g.solve(D(3), r.load, 0.4)\n"
    "for _ in range(20): g.compare(s, r)",
}
CASES |= SIMULATIONS
FIRST = "g.solve(D(3, S), 0.3, 0.2, 'spin_glass', g.RSB(1))"
SCRIPT = """
import json, sys, tempfile, time, warnings
warnings.simplefilter("ignore")
import glassy as g
D, S = g.DenseHebbian, "self-interacting"
began = time.process_time()
{call}
print(json.dumps(time.process_time() - began))
"""


def seconds(folder: str, cache: str, call: str) -> float:
    """Return the processor time of a call in a process of its own, after the import."""
    one = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")
    environment = {**os.environ, **one, "PYTHONPATH": folder, "NUMBA_CACHE_DIR": cache}
    command = [sys.executable, "-c", SCRIPT.format(call=call)]
    return float(json.loads(subprocess.run(command, env=environment, capture_output=True, check=True, cwd=folder).stdout))


def main() -> None:
    commit = sys.argv[1] if len(sys.argv) > 1 else "8307b4f"
    wanted = sys.argv[2:]
    with tempfile.TemporaryDirectory() as folder:
        old = Path(folder, "old")
        old.mkdir()
        packed = subprocess.run(["git", "-C", str(ROOT), "archive", commit, "glassy"], capture_output=True, check=True).stdout
        subprocess.run(["tar", "-x", "-C", str(old)], input=packed, check=True)
        sides = [(str(old), f"{folder}/cache-old"), (str(ROOT), f"{folder}/cache-new")]
        print(f"{'':52s} {commit:>9s}   this one   ratio")
        cases = {"first RSB(1) solve after installation": FIRST, **CASES}
        for name, call in cases.items():
            if wanted and not any(word in name for word in wanted):
                continue
            spent: list[list[float]] = [[], []]
            for turn in range(1 if call == FIRST else 4):
                for i, (where, cache) in enumerate(sides):
                    took = seconds(where, f"{cache}-first" if call == FIRST else cache, call)
                    if turn > 0 or call == FIRST:
                        spent[i].append(took)
            a, b = min(spent[0]), min(spent[1])
            print(f"{name:52s} {a:8.2f} s {b:8.2f} s {a / b:7.2f}", flush=True)


if __name__ == "__main__":
    main()
