"""No answer hangs on a rounding: named points of diagrams with T, load and the linear solves moved in the thirteenth digit."""

import math

import numpy as np
import pytest

from glassy import RS, RSB, DenseHebbian, coexistence, phase_diagram, solve, spinodal

SELF = "self-interacting"
SHIFTS = (-1e-13, 1e-13)
DIAGRAMS = [
    (DenseHebbian(2), RS()), (DenseHebbian(2), RSB(1)), (DenseHebbian(3), RSB(1)), (DenseHebbian(3, SELF), RSB(1)),
    (DenseHebbian(4), RSB(1)), (DenseHebbian(4, SELF), RSB(1)), (DenseHebbian(5, SELF), RSB(1)), (DenseHebbian(7), RS()),
]  # fmt: skip
QUICK = (DIAGRAMS[0], DIAGRAMS[3])


@pytest.fixture
def rough_algebra(monkeypatch):
    """Linear solves that are wrong in the thirteenth digit."""
    rng, exact = np.random.default_rng(1), np.linalg.solve
    monkeypatch.setattr(
        np.linalg, "solve", lambda J, F: exact(np.asarray(J) * (1.0 + 1e-13 * rng.standard_normal(np.shape(J))), F)
    )


def named(network, ansatz):
    return phase_diagram(network, ansatz, tolerance=0.05, progress=False).points


@pytest.mark.parametrize(
    ("network", "ansatz"),
    [pytest.param(*d, marks=() if d in QUICK else pytest.mark.slow, id=f"{d[0]!r} {d[1]!r}") for d in DIAGRAMS],
)
def test_named_points_do_not_move_with_a_rounding(network, ansatz, rough_algebra):
    seen = 0
    for point in named(network, ansatz):
        found = []
        for boundary in (spinodal, coexistence):
            at = boundary(network, point.T, ansatz, strict=False)
            if at.status.ok:
                found += [(boundary, float(at.load))]
        for boundary, load in found:
            for shift in SHIFTS:
                at = boundary(network, point.T * (1.0 + shift), ansatz, strict=False)
                assert at.status.ok, (point, boundary)
                assert at.load == pytest.approx(load, rel=1e-9), (point, boundary)
                seen += 1
        if point.load > 0.0:
            states = [
                solve(network, point.load * (1.0 + s), point.T * (1.0 + s), "spin_glass", ansatz, strict=False) for s in SHIFTS
            ]
            free = [s.free_energy for s in states if s.status.ok]
            assert all(s.status.name != "NOT_CONVERGED" for s in states)
            assert not free or max(free) - min(free) < 1e-9
    assert seen >= 4
    assert math.isfinite(sum(p.load + p.T for p in named(network, ansatz)))
