"""The claims of results/escape re-checked from the committed data."""

import pytest
from committed import tables

from glassy import spinodal
from sims import escape


@pytest.mark.parametrize("name", escape.CASES)
def test_claim_patterns_are_kept_beyond_the_spinodal_of_RS(name):
    case = escape.CASES[name]
    found = tables("escape", escape, case)
    assert escape.spinodals(found["lines"])["RS"] == pytest.approx(spinodal(case.network, 0.0).load, rel=1e-9)
    kept = escape.between(found, "descent")
    assert kept[max(kept)] > 0.9
    for way in list(escape.WAYS)[1:]:
        kept = escape.between(found, way)
        assert kept[max(kept)] > kept[min(kept)]
