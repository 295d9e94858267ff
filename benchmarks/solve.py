"""A warm RS solve beside the script a physicist would write first: scipy fsolve over scipy quad, same point, same residual.

python -m benchmarks.solve
"""

from __future__ import annotations

import math
import statistics
import time

from scipy.integrate import quad
from scipy.optimize import fsolve

import glassy

LOAD, T, P = 0.2, 0.3, 4


def first_script():
    """R.5 by fsolve and quad."""

    def average(f, h, s):
        return quad(
            lambda z: f((h + s * z) / T) * math.exp(-z * z / 2) / math.sqrt(2 * math.pi), -10, 10, epsabs=1e-13, limit=200
        )[0]

    def equations(v):
        m, q = v
        h, s = 0.5 * P * m ** (P - 1), math.sqrt(0.5 * LOAD * P * abs(q) ** (P - 1))
        return [average(math.tanh, h, s) - m, average(lambda u: math.tanh(u) ** 2, h, s) - q]

    return fsolve(equations, [1.0, 1.0], xtol=1e-13)


def clock(f, repeats):
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        f()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


if __name__ == "__main__":
    network = glassy.DenseHebbian(P)
    s = glassy.solve(network, LOAD, T)
    m, q = first_script()
    print(f"glassy m={s.m:.13f} q={s.q_EA:.13f}; first script m={m:.13f} q={q:.13f}")
    ours, warm, theirs = [], [], []
    for _ in range(5):
        ours.append(clock(lambda: glassy.solve(network, LOAD, T), 50))
        warm.append(clock(lambda: glassy.solve(network, LOAD, T, start=s), 50))
        theirs.append(clock(first_script, 3))
    a, b, c = (statistics.median(x) for x in (ours, warm, theirs))
    print(
        f"glassy.solve {a * 1e3:.3f} ms, with a start {b * 1e3:.3f} ms, first script {c * 1e3:.1f} ms: "
        f"ratios {c / a:.0f}, {c / b:.0f}"
    )
