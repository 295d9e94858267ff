"""The claims of results/glassiness re-checked from the committed data and today's code."""

import pytest

from glassy import RS, RSB, glassiness
from sims import _sim
from sims import glassiness as claim

each = pytest.mark.parametrize("case", claim.CASES.values(), ids=list(claim.CASES))


@each
def test_verdict_and_parts_are_those_of_the_data_and_of_this_code(case):
    meta, tables = _sim.meta("glassiness", case.name), _sim.results("glassiness", case.name)
    assert (meta["claim"], meta["command"]) == (case.claim, f"python -m glassy sims run glassiness/{case.name}")
    assert meta["verdict"] == claim.verdict(case, tables)
    assert len(tables["data"]) == 2 * case.temperatures
    for row in tables["data"][::25]:
        found = glassiness(case.network, claim.LOAD, row["T"], {"RS()": RS(), "RSB(1)": RSB(1)}[row["ansatz"]])
        assert row["status"] == found.status.name
        assert [row[part] for part in claim.COLORS] == pytest.approx([getattr(found, p) for p in claim.COLORS], abs=1e-10)


def test_claim_hard_and_soft_parts():
    """P = 2: the parts move by more than their sum; P = 4: nothing but the hard part."""
    two, four = (_sim.results("glassiness", name) for name in ("P2", "P4"))
    change = {p: abs(claim.parts(two, "RSB(1)", p) - claim.parts(two, "RS()", p)).max() for p in claim.COLORS}
    assert min(change["hard"], change["remainder"]) > 2.0 * change["total"] > 0.0
    assert abs(claim.parts(two, "RSB(1)", "hard")).max() > 3.0 * abs(claim.parts(two, "RSB(1)", "remainder")).max()
    assert max(abs(four["data"]["soft"])) == 0.0
    assert max(abs(four["data"]["T"] * four["data"]["remainder"])) < 1e-12
