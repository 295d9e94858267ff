"""Do the errors of FullRSB hold? Limits of k steps beside those of more, over networks, temperatures and quantities.

python -m benchmarks.full_limit [steps] > benchmarks/full_limit.txt

Every path RSB(1), RSB(2), .. is followed to `steps` (14). The limit of its first k = 5 .. 11 steps is compared with that of
three steps more and with that of all: how many stated errors lie between them, and how large the error is beside the change.
Changes below 1e-12 are not counted. At T = 0 the local susceptibility and the entropy are exact, and left out.
"""

from __future__ import annotations

import statistics
import sys

from glassy import DenseHebbian, SpinGlass
from glassy.theory.rsb.solve import extrapolated, steps_to

NAMES = ("m", "free_energy", "energy", "entropy", "local_susceptibility")
SELF = "self-interacting"
PATHS = [
    (SpinGlass({2: 1.0}), 1.0, "spin_glass", (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)),
    (DenseHebbian(2), 0.1, "spin_glass", (0.0, 0.1, 0.4)),
    (DenseHebbian(2), 1.0, "spin_glass", (0.0, 0.2, 0.5, 1.0)),
    (DenseHebbian(2), 0.01, "spin_glass", (0.0,)),
    (DenseHebbian(2), 0.1, "retrieval", (0.0,)),
    (DenseHebbian(2), 0.135, "retrieval", (0.0, 0.01)),
    (DenseHebbian(3), 0.4, "retrieval", (0.0, 0.05, 0.1, 0.15)),
    (DenseHebbian(3), 0.45, "retrieval", (0.0, 0.05, 0.1)),
    (DenseHebbian(3), 0.4, "spin_glass", (0.0, 0.03, 0.06, 0.1)),
    (DenseHebbian(4), 0.4, "spin_glass", (0.0, 0.03, 0.06)),
    (DenseHebbian(4), 0.45, "retrieval", (0.0, 0.05, 0.1)),
    (DenseHebbian(3, SELF), 0.3, "spin_glass", (0.0, 0.05, 0.1, 0.2, 0.3)),
    (DenseHebbian(4, SELF), 0.5, "spin_glass", (0.0, 0.1, 0.3, 0.5, 0.8, 1.0)),
    (DenseHebbian(5, SELF), 0.4, "spin_glass", (0.0, 0.1, 0.3)),
    (DenseHebbian(6, SELF), 0.2, "spin_glass", (0.0, 0.2)),
    (SpinGlass({2: 1.0, 6: 0.3}), 1.0, "spin_glass", (0.0, 0.1, 0.2, 0.35, 0.5)),
    (SpinGlass({2: 1.0, 4: 1.0}), 1.0, "spin_glass", (0.0, 0.2, 0.5)),
    (SpinGlass({2: 1.0, 3: 0.5}), 1.0, "spin_glass", (0.0, 0.1, 0.3, 0.6)),
    (SpinGlass({1: 0.1, 2: 1.0}), 1.0, "spin_glass", (0.0, 0.1, 0.3, 0.5)),
]


def compared(path):
    """Yield (quantity, k, deeper, limit of k, limit of the deeper) for all pairs that differ."""
    for k in range(5, min(11, len(path) - 3) + 1):
        early = extrapolated(path[:k])
        for deeper in sorted({k + 3, len(path)}):
            late = extrapolated(path[:deeper])
            for name in NAMES:
                a, b = getattr(early, name), getattr(late, name)
                if abs(a - b) > 1e-12:
                    yield name, k, deeper, a, b


def shares(rows):
    """Return the shares within 2 and 4 errors and the median of the error over the change."""
    z = [abs(a - b) / max(a.error, 1e-300) for *_, a, b in rows]
    return sum(x <= 2 for x in z) / len(z), sum(x <= 4 for x in z) / len(z), statistics.median(1 / x for x in z)


def line(rows):
    two, four, ratio = shares(rows)
    return f"{two:5.3f} {four:5.3f} {ratio:8.2f}"


def main() -> None:
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 14
    everything, worst, counted = [], [], 0
    for network, load, phase, temperatures in PATHS:
        for T in temperatures:
            path, _ = steps_to(network, load, T, phase, steps)
            rows = list(compared(path))
            counted += len({name for name, *_ in rows})
            everything += rows
            worst += [(abs(a - b) / max(a.error, 1e-300), network, load, T, phase, *r) for *r, a, b in rows]
            tail = line(rows) if rows else "exact"
            print(
                f"{network!r:52s} load {load:<5g} T {T:<5g} {phase:10s} steps {len(path):2d} pairs {len(rows):3d}  {tail}",
                flush=True,
            )
    for name in NAMES:
        rows = [r for r in everything if r[0] == name]
        print(f"{name:15s} {len(rows):5d} pairs  {line(rows)}")
    two, four, ratio = shares(everything)
    within = f"{two:.3f} within 2 errors, {four:.3f} within 4"
    print(f"{counted} cases, {len(everything)} pairs: {within}; median error/change {ratio:.2f}")
    print("furthest off, in errors:")
    for z, *where in sorted(worst, key=lambda x: -x[0])[:12]:
        print(f"  {z:7.2f}  {where}")


if __name__ == "__main__":
    main()
