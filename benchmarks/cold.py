"""Cold networks of three and four spins: this glassy beside an older one, attempts per second on one core.

python -m benchmarks.cold [commit, 8307b4f by default] [case ..]

The older one is unpacked from git into a temporary folder. In each case both run the same network at the same T, in processes
of their own and in turn, three times, and the fastest counts; a rate is that of the additional attempts of a run of three times
the length, in processor time, so that patterns, couplings and machine code are left out (what couplings cost to make is a
column of its own). This one is told to cache its fields, which it would choose in runs so long that making couplings pays; at
P = 4 it runs LONGER times as many sweeps. T is where the accepted share is what the case says, found by this glassy. A ladder
is judged by its round trips in a second.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.matrix import NUMBA_AVX2

ROOT = Path(__file__).parents[1]
LONGER = 10
CASES = {  # P, N, K, accepted share, sweeps of the shorter run
    "P=4 N=48 .02": (4, 48, 36864, 0.02, 2000),
    "P=4 N=64 .02": (4, 64, 87381, 0.02, 600),
    "P=4 N=48 .003": (4, 48, 36864, 0.003, 3000),
    "P=4 N=64 .003": (4, 64, 87381, 0.003, 1500),
    "P=4 N=32 .02": (4, 32, 10923, 0.02, 6000),
    "P=3 N=60 .01": (3, 60, 1200, 0.01, 150000),
    "P=3 N=64 .02": (3, 64, 5461, 0.02, 150000),
    "P=3 N=96 .04": (3, 96, 12288, 0.04, 60000),
}
RATE = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
import glassy as g
P, N, K, T, sweeps, kernel = json.loads(sys.argv[1])
options = dict(K=K, N=N, T=T, seed=1, samples=1, replicas=1, threads=1, kernel=kernel)
def run(sweeps):
    start = time.process_time()
    r = g.simulate(g.DenseHebbian(P), sweeps=sweeps, burn_in=sweeps // 3, **options)
    return time.process_time() - start, r
run(64)
few, _ = run(sweeps)
many, r = run(3 * sweeps)
print(json.dumps([2 * sweeps * 4 / 3 * N / (many - few), float(r.acceptance), r.kernel, few - (many - few) / 2]))
"""
FIND = """
import json, sys, warnings
warnings.simplefilter("ignore")
import glassy as g
P, N, K, share = json.loads(sys.argv[1])
low, high = 0.05, 4.0
for _ in range(9):
    T = (low * high) ** 0.5
    one = dict(seed=1, samples=1, replicas=1, sweeps=300, burn_in=300, threads=1, start="random")
    r = g.simulate(g.DenseHebbian(P), K=K, N=N, T=T, **one)
    low, high = (low, T) if float(r.acceptance) > share else (T, high)
print(json.dumps(T))
"""
LADDER = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
import glassy as g
T = [0.7 * 1.11**i for i in range(16)]
def run(sweeps):
    start = time.process_time()
    r = g.simulate(
        g.DenseHebbian(4), 4.0, T, 48, seed=1, samples=1, replicas=2, sweeps=sweeps, threads=1, method=g.ReplicaExchange(),
    )
    return time.process_time() - start, int(r.exchange.round_trips.sum())
run(20)
seconds, trips = run(3000)
print(json.dumps([trips / seconds, trips, seconds]))
"""


def asked(code: str, folder: Path, *arguments: object, **environment: str) -> list:
    """Return what a program prints with the glassy of a folder."""
    one = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")
    known = {**os.environ, **one, "PYTHONPATH": str(folder), "NUMBA_CACHE_DIR": str(folder / "cache"), **environment}
    words = [sys.executable, "-c", code, *(json.dumps(x) for x in arguments)]
    return json.loads(subprocess.run(words, env=known, capture_output=True, check=True, cwd=folder).stdout)


def main() -> None:
    commit = sys.argv[1] if len(sys.argv) > 1 else "8307b4f"
    wanted = sys.argv[2:]
    with tempfile.TemporaryDirectory() as folder:
        sides = [Path(folder, name) for name in ("old", "new")]
        for side, which in zip(sides, (commit, "HEAD"), strict=True):
            side.mkdir()
            packed = subprocess.run(["git", "-C", str(ROOT), "archive", which, "glassy"], capture_output=True, check=True)
            subprocess.run(["tar", "-x", "-C", str(side)], input=packed.stdout, check=True)
        for name, environment in (("AVX-512, where there is", {}), ("AVX2", NUMBA_AVX2)):
            print(
                f"\n{name}\n| case | T | accepted | kernel | M attempts/s, {commit} | this one | ratio | s to make |",
                flush=True,
            )
            print("|---|---|---|---|---|---|---|---|")
            for case, (P, N, K, share, sweeps) in CASES.items():
                if wanted and not any(word in case for word in wanted):
                    continue
                T = asked(FIND, sides[1], [P, N, K, share])
                own = (
                    (sides[0], sweeps, "auto"),
                    (sides[1], sweeps if P == 3 else LONGER * sweeps, "tensor" if P == 3 else "couplings"),
                )
                found = [[asked(RATE, side, [P, N, K, T, n, how], **environment) for side, n, how in own] for _ in range(3)]
                old, new = (max((turn[i] for turn in found), key=lambda x: x[0]) for i in (0, 1))
                print(
                    f"| {case} | {T:.3f} | {new[1]:.4f} | {old[2]}, {new[2]} | {old[0] / 1e6:.3g} | {new[0] / 1e6:.3g} "
                    f"| {new[0] / old[0]:.1f} | {new[3]:.2f} |", flush=True,
                )  # fmt: skip
            if not wanted or "ladder" in wanted:
                turns = [[asked(LADDER, side, **environment) for side in sides] for _ in range(2)]
                old, new = (max(turn[i][0] for turn in turns) for i in (0, 1))
                print(
                    f"| ladder P=4 N=48, 16 rungs: round trips/s | | | | {old:.3g} | {new:.3g} | {new / old:.1f} | |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
