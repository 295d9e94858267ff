"""The claim of results/broken_transport, re-checked from the committed data."""

import numpy as np
import pytest
from committed import checked, tables

from sims import broken_transport as claim


@pytest.mark.parametrize("case", claim.CASES.values(), ids=lambda c: c.name)
def test_claim_of_the_broken_transport(case):
    found = tables("broken_transport", claim, case)
    data, q = found["data"], found["data"].ends.where(quantity="q")
    assert max(abs(r.z) for r in checked(data.ends)) <= 4.0
    rs = {x: case.at(1.0, x).q for x in case.ends}
    (early,) = q.where(curve="x=0", t=claim.TIMES[0])
    assert early.theory == pytest.approx(rs[0.0], abs=1e-9)
    (late,) = q.where(curve="x=0", t=1.0)
    assert late.theory < rs[0.0] - 0.1
    assert abs(late.value.z(rs[0.0])) > 4.0
    (astray,) = q.where(curve="wrong velocity")
    assert abs(astray.value.z(rs[0.0])) > 4.0
    rest = data.ends.where(quantity="rest", t=1.0)
    assert len(rest) == len(case.ends)
    assert all(r.value.z(0.0) < -4.0 for r in rest)


@pytest.mark.parametrize("case", claim.CASES.values(), ids=lambda c: c.name)
def test_lines_of_the_figure(case):
    lines = tables("broken_transport", claim, case)["lines"]
    for x in case.ends:
        rows, end = lines.where(curve=f"x={x:g}"), case.at(1.0, x)
        assert rows["RS"] == pytest.approx(end.q, abs=1e-12)
        assert np.all(np.diff(rows["RSB(1)"]) < 1e-9)
        assert rows["RSB(1)"][-1] == pytest.approx(case.at(1.0, x, "RSB(1)").q, abs=1e-9)
