"""Warm solves beside the script a physicist would write first: scipy fsolve over scipy quad, same point, same residual.

python -m benchmarks.solve

RS at P = 4 in the retrieval phase; 1RSB at P = 3, self-interacting, in the spin-glass phase, where q_0 > 0 and the quadrature
is nested. Then what deeper solves take, without a competitor.
"""

from __future__ import annotations

import math
import statistics
import time

import numpy as np
from scipy.integrate import quad
from scipy.optimize import fsolve

import glassy
from glassy import RSB, FullRSB

RS_POINT = (glassy.DenseHebbian(4), 0.2, 0.3)
RSB_POINT = (glassy.DenseHebbian(3, "self-interacting"), 0.3, 0.2, "spin_glass")


def gauss(f, reach=10.0, epsabs=1e-13):
    return quad(lambda z: f(z) * math.exp(-z * z / 2) / math.sqrt(2 * math.pi), -reach, reach, epsabs=epsabs, limit=200)[0]


def first_script():
    """R.5 by fsolve and quad."""
    _, load, T = RS_POINT

    def equations(v):
        m, q = v
        h, s = 2.0 * m**3, math.sqrt(2.0 * load * abs(q) ** 3)
        tanh = lambda z: math.tanh((h + s * z) / T)  # noqa: E731
        return [gauss(tanh) - m, gauss(lambda z: tanh(z) ** 2) - q]

    return fsolve(equations, [1.0, 1.0], xtol=1e-13)


def first_script_1rsb():
    """R.2 and R.4 at k = 1 by fsolve and nested quad, xi(q) = (load/2)(q^3 + 1.5 q): the last equation is df/dx = 0."""
    _, load, T = RSB_POINT[:3]
    slope = lambda q: 0.5 * load * (3.0 * q * q + 1.5)  # noqa: E731
    work = lambda p, q: 0.5 * load * (p**3 - q**3)  # noqa: E731  # int q xi'' over the step

    def equations(v):
        q0, q1, x = v
        s0, s1 = math.sqrt(slope(q0)), math.sqrt(slope(q1) - slope(q0))

        def inner(h):
            u = lambda z: (h + s1 * z) / T  # noqa: E731
            weight = lambda z: math.cosh(u(z)) ** x  # noqa: E731
            Z = gauss(weight)
            t = gauss(lambda z: weight(z) * math.tanh(u(z))) / Z
            t2 = gauss(lambda z: weight(z) * math.tanh(u(z)) ** 2) / Z
            log = gauss(lambda z: weight(z) * math.log(math.cosh(u(z)))) / Z
            return t, t2, log - math.log(Z) / x

        t2, T2, gain = (gauss(lambda z, i=i: inner(s0 * z)[i] ** (2 if i == 0 else 1), epsabs=1e-10) for i in range(3))
        return [t2 - q0, T2 - q1, T * T * gain / x - work(q1, q0)]

    return fsolve(equations, [0.54, 0.91, 0.39], xtol=1e-10)


def clock(f, repeats):
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        f()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def race(name, solution, again, script, repeats):
    theirs = script()
    print(f"{name}: glassy {solution}, first script {np.array(theirs)}")
    ours, warm, other = [], [], []
    for _ in range(3):
        ours.append(clock(again, 20))
        warm.append(clock(lambda: again(start=solution), 20))
        other.append(clock(script, repeats))
    a, b, c = (statistics.median(x) for x in (ours, warm, other))
    print(f"   {a * 1e3:.3f} ms, from a neighbour {b * 1e3:.3f} ms; script {c * 1e3:.0f} ms", end="; ")
    print(f"ratios {c / a:.0f} and {c / b:.0f}")


if __name__ == "__main__":
    race("RS", glassy.solve(*RS_POINT), lambda **o: glassy.solve(*RS_POINT, **o), first_script, 3)
    one = glassy.solve(*RSB_POINT, RSB(1))
    race("RSB(1)", one, lambda **o: glassy.solve(*RSB_POINT, RSB(1), **o), first_script_1rsb, 1)
    for ansatz in (RSB(2), RSB(3), FullRSB()):
        s = glassy.solve(*RSB_POINT, ansatz)
        again = clock(lambda a=ansatz: glassy.solve(*RSB_POINT, a), 5)
        line = f"{ansatz}: {again * 1e3:.1f} ms"
        if not isinstance(ansatz, FullRSB):
            line += f", from a neighbour {clock(lambda a=ansatz, s=s: glassy.solve(*RSB_POINT, a, start=s), 5) * 1e3:.1f} ms"
        print(f"{line}; f = {s.free_energy!r}")
    sk = (glassy.SpinGlass({2: 1.0}), 1.0, 0.0, "spin_glass", FullRSB())
    print(f"SK at T = 0, FullRSB(): {clock(lambda: glassy.solve(*sk), 3):.2f} s; f = {glassy.solve(*sk).free_energy!r}")
