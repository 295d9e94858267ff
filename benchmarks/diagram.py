"""What a phase diagram takes, warm on one core, and where the time goes.

python -m benchmarks.diagram
"""

from __future__ import annotations

import time

import glassy
from glassy import RS, RSB
from glassy.phases import phase_diagram as drafting
from glassy.phases.spin_glass_temperatures import _gardner, static

NETWORK = glassy.DenseHebbian(4)


def measure(ansatz, label):
    """Time one diagram and the functions it consists of."""
    spent = {}

    def timed(name, f):
        def call(*args, **kwargs):
            began = time.perf_counter()
            try:
                return f(*args, **kwargs)
            finally:
                spent[name] = spent.get(name, 0.0) + time.perf_counter() - began

        return call

    names = ("spinodal", "coexistence", "at_curve", "spin_glass_temperatures", "rs_onset")
    kept = {name: getattr(drafting, name) for name in names}
    try:
        for name, f in kept.items():
            setattr(drafting, name, timed(name, f))
        began = time.perf_counter()
        diagram = glassy.phase_diagram(NETWORK, ansatz, progress=False)
        total = time.perf_counter() - began
    finally:
        for name, f in kept.items():
            setattr(drafting, name, f)
    points = sum(len(line.load) for line in diagram.lines)
    parts = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in sorted(spent.items(), key=lambda x: -x[1]))
    print(f"{label:8s} {total:6.2f} s, {points} points ({parts})")


def main() -> None:
    glassy.phase_diagram(glassy.DenseHebbian(3), RSB(1), tolerance=0.02)  # compiled, in the cache
    print(f"{NETWORK!r}: a complete diagram, one core")
    for ansatz in (RS(), RSB(1), RSB(2)):
        static.cache_clear()
        _gardner.cache_clear()
        measure(ansatz, repr(ansatz))


if __name__ == "__main__":
    main()
