"""The claim of results/broken_transport, re-checked from the committed data."""

import numpy as np
import pytest
from committed import checked, tables

from glassy import DenseHebbian, solve
from sims import broken_transport as claim

CASE = claim.CASES["P3"]


def test_claim_of_the_broken_transport():
    found = tables("broken_transport", claim, CASE)
    data, foot = found["data"], CASE.at(1.0).q
    assert max(abs(r.z) for r in checked(data.ends)) <= 4.0
    q, drift = ({(r.curve, r.t): r for r in data.ends.where(quantity=name)} for name in ("q", claim.DRIFT))
    assert list(q) == list(claim.PLACES)
    for (curve, t), r in q.items():
        assert len(r.sizes) >= 3
        assert r.theory == pytest.approx(CASE.at(t, curve, "RSB(1)").q, abs=1e-9)
        assert r.powers == ((2 / 3,) if t > claim.ONSET else (1.0,))
    carried, late = q[claim.RIGHT, claim.EARLY], q[claim.RIGHT, 1.0]
    assert carried.theory == pytest.approx(foot, abs=1e-9)
    assert late.theory < foot - 0.2
    assert late.value.z(foot) < -4.0  # not what is carried along
    assert late.value.z(0.0) > 4.0  # nor nothing
    (alone,) = data.finite.where(quantity="q", curve=claim.RIGHT, t=1.0).limits((1.0,))  # whichever the power
    assert abs(alone.z) <= 4.0
    assert alone.value.z(foot) < -4.0
    assert set(drift) == {(claim.REST, claim.EARLY), (claim.FAST, claim.EARLY)}
    for (curve, t), r in drift.items():
        assert r.theory == pytest.approx(CASE.at(t, curve).q - foot, abs=1e-9)
        assert r.value.z(0.0) * r.theory > 0.0
        assert abs(r.value.z(0.0)) > 4.0


def test_where_the_lines_are_stable():
    """RS is stable at EARLY on all lines; on the characteristic it breaks at ONSET."""
    near = [(claim.RIGHT, claim.ONSET + d) for d in (-0.01, 0.01)]
    places = [(curve, claim.EARLY) for curve in claim.VELOCITY] + near
    replicon = {(c, t): solve(CASE.at(t, c).spins, CASE.load, CASE.T, "equilibrium").replicon for c, t in places}
    assert all(replicon[c, claim.EARLY] > 0.1 for c in claim.VELOCITY)
    below, above = (replicon[place] for place in near)
    assert below > 0.0 > above


def test_lines_of_the_figure():
    lines = tables("broken_transport", claim, CASE)["lines"]
    rows, end = lines.where(curve=claim.RIGHT), CASE.at(1.0)
    assert end.q == pytest.approx(solve(DenseHebbian(3), CASE.load, CASE.T, "spin_glass").q_EA, abs=1e-12)
    assert rows["RS"] == pytest.approx(end.q, abs=1e-12)
    assert np.all(np.diff(rows["RSB(1)"]) < 1e-9)
    assert (rows["t"][-1], rows["x"][-1]) == pytest.approx((1.0, 0.0), abs=1e-12)
    assert rows["RSB(1)"][-1] == pytest.approx(CASE.at(1.0, ansatz="RSB(1)").q, abs=1e-9)
    assert np.all(np.diff(lines.where(curve=claim.REST)["RS"]) > 0.0)
    assert np.all(np.diff(lines.where(curve=claim.FAST)["RS"]) < 0.0)
