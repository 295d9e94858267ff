"""The claim of results/transport, re-checked from the committed data."""

import numpy as np
import pytest
from committed import checked, tables

from glassy import coexistence, solve, transport
from sims import transport as claim


@pytest.mark.parametrize("case", claim.CASES.values(), ids=lambda c: c.name)
def test_claim_of_the_transport(case):
    found = tables("transport", claim, case)
    data = found["data"]
    assert max(abs(r.z) for r in checked(data.ends)) <= 4.0
    ends = data.ends.where(quantity="m")
    assert len(ends) > 0.7 * len(claim.ENDS) * len(claim.TIMES)
    for x, y in claim.ENDS:
        m = transport(case.network, case.load, case.T, x=x, y=y).m
        rows = data.where(quantity="m", curve=f"x={x:g} y={y:g}")
        assert rows["theory"] == pytest.approx(m, abs=1e-12)
    bare = solve(case.network, case.load, case.T)  # the twin: the saddle without fields
    off = [r.value.z(getattr(bare, r.quantity)) for r in data.ends.where(quantity=lambda x: x != "rest", curve="x=0.5 y=0")]
    own = [r.z for r in data.ends.where(quantity=lambda x: x != "rest", curve="x=0.5 y=0")]
    assert np.mean(np.square(off)) > max(2.0 * np.mean(np.square(own)), 5.0)
    rest = data.finite.usable.where(quantity="rest")
    first, last = (rest.where(N=N)["simulation"] for N in (rest.sizes[0], rest.sizes[-1]))
    assert abs(last).mean() < 0.5 * abs(first).mean()


@pytest.mark.parametrize("case", claim.CASES.values(), ids=lambda c: c.name)
def test_lines_of_the_figure(case):
    lines = tables("transport", claim, case)["lines"]
    at = coexistence(case.network, T=case.T).load
    for state in ("pattern", "random"):
        rows = lines.where(curve=state, t=1.0)
        assert len(rows) == 6
        for r in rows:
            p = transport(case.network, at, case.T, y=r["end"], start=state)
            assert r["m"] == pytest.approx(p.m, abs=1e-10)
    assert abs(lines.where(curve="shock")[-1]["y"]) < 1e-9
