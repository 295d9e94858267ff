"""Root finders over points that fail."""

import math
from dataclasses import replace

import pytest

import glassy
from glassy import DenseHebbian, Status
from glassy.numerics.roots import all_roots, aside, beside, between, crossings


def with_hole(f, hole, width=0.0):
    """A function that is NaN at a point, or within a width of it."""
    return lambda x: math.nan if abs(x - hole) <= width * abs(hole) else f(x)


def test_a_hole_is_stepped_aside():
    f = with_hole(lambda x: x - 2.0, 1.0)
    assert aside(f)(1.0) == pytest.approx(-1.0, abs=1e-8)
    assert beside(f, 1.0) == pytest.approx(1.0, abs=1e-8)
    wide = with_hole(lambda x: x - 2.0, 1.0, 1e-3)
    assert math.isnan(aside(wide)(1.0))
    assert math.isnan(beside(wide, 1.0))


@pytest.mark.parametrize("hole", [0.75, 1.0, 1.25, 1.3, 1.5])
@pytest.mark.parametrize("width", [0.0, 1e-12, 3e-8])
def test_no_root_is_missed_by_a_hole(hole, width):
    f = with_hole(lambda x: x - 1.25, hole, width)
    assert all_roots(f, [0.5, 0.75, 1.0, 1.5, 2.0]) == pytest.approx([1.25], abs=1e-6)
    assert list(crossings(f, [0.5, 0.75, 1.0, 1.5, 2.0])) == pytest.approx([1.25], abs=1e-6)
    assert between(f, 0.5, 2.0, -0.75, 0.75) == pytest.approx(1.25, abs=1e-6)


def test_a_wide_hole_at_the_root_is_no_root():
    wide = with_hole(lambda x: x - 1.25, 1.25, 1e-2)
    assert math.isnan(between(wide, 1.0, 2.0, -0.25, 0.75))
    assert all(map(math.isnan, crossings(wide, [1.0, 2.0])))


def test_a_diagram_survives_a_hole_where_it_looks(monkeypatch):
    """One rounding decides whether a state is found: the triple point and the line around it must not hang on it."""
    from glassy.phases import coexistence as coexistences
    from glassy.phases import phase_diagram as drafting

    network = DenseHebbian(4)
    whole = glassy.phase_diagram(network, tolerance=0.02)
    real = coexistences.coexistence
    triple = whole.point("coexistence meets onset")
    holes = (triple.T, *whole["coexistence"].T[2:4].tolist())

    def fragile(network, T, *args, **options):
        found = real(network, T, *args, **options)
        return replace(found, load=math.nan, status=Status.NOT_CONVERGED, reason="a hole") if T in holes else found

    monkeypatch.setattr(drafting, "coexistence", fragile)
    holed = glassy.phase_diagram(network, tolerance=0.02)
    assert holed.point("coexistence meets onset").T == pytest.approx(triple.T, rel=1e-8)
    assert all(s.ok for s in holed["coexistence"].status)
    assert holed["coexistence"].load == pytest.approx(whole["coexistence"].load, rel=1e-7, abs=1e-12)
