"""The claim of results/landscape_pairs, re-checked from the committed data."""

import numpy as np
import pytest
from committed import as_run, checked, tables

from sims import landscape_pairs as claim

CASE = as_run("landscape_pairs", claim.CASES["P2"])


@pytest.fixture(scope="module")
def data():
    return tables("landscape_pairs", claim, CASE)["data"]


def test_claim_of_the_barriers_of_pairs(data):
    """Each has the limit that theory says, and none that of another load."""
    ends = checked(data.ends.usable.where(quantity=claim.BARRIER))
    assert len(ends) == len(CASE.others)
    assert max(map(abs, ends["z"])) <= 4.0
    for r in ends:
        assert r.theory == pytest.approx(CASE.theory(r.load).barrier, abs=1e-10)
        assert all(abs(r.value.z(other.theory)) > 4.0 for other in ends if other is not r)


def test_heights_at_small_m_are_held_against_theory_of_their_load(data):
    rows = data.where(quantity=lambda name: name != claim.BARRIER)
    assert {(r.load, r.N) for r in rows.finite} == {(n / claim.UNIT, N) for n in CASE.others for N in CASE.sizes}
    for n in CASE.others:
        f = CASE.theory(n / claim.UNIT)
        for m in claim.AT:
            here = rows.where(load=n / claim.UNIT, quantity=f"f({m:g}) - f(1)")
            assert here["theory"] == pytest.approx(np.interp(m, claim.GRID, f.free_energy - f.f_pattern), abs=1e-10)


def test_the_noise_is_that_of_a_whole_number_of_patterns():
    """At every size the others are the load times N, so that all sizes go to one limit."""
    for N in (*CASE.sizes, *(near[0] for near in CASE.near)):
        assert all((n * N) % claim.UNIT == 0 for n in CASE.others)


def test_the_glass_sinks_below_the_pattern_with_the_load(data):
    """From the lowest load to the highest, as theory says; measured at the largest N."""
    low, high = (data.where(load=CASE.others[i] / claim.UNIT, N=CASE.sizes[-1], quantity="f(0.1) - f(1)") for i in (0, -1))
    assert low["theory"][0] > 0.0 > high["theory"][0]
    assert low["simulation"][0] > high["simulation"][0] + 4.0 * np.hypot(low["error"][0], high["error"][0])
