"""The claims of results/nishimori re-checked from the committed data, against the theory of today's code."""

import json
import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from glassy import DenseHebbian, solve
from sims import measured, nishimori
from sims.harness import read

RESULTS = Path(__file__).resolve().parents[2] / "results"


def table(sim, case, which="data"):
    return read(RESULTS / sim / case / f"{which}.csv")


def meta(sim, case):
    return json.loads((RESULTS / sim / case / "meta.json").read_text())


def of(rows, **wanted):
    return [r for r in rows if all(r[k] == v for k, v in wanted.items())]


def checked(rows):
    """The judged rows, after their z and limits have been worked out again from the raw rows."""
    for r in rows:
        if math.isfinite(r["z"]):
            assert r["z"] == pytest.approx((r["simulation"] - r["theory"]) / r["error"], rel=1e-9)
    return measured.judged(rows)


# ---- the Nishimori line ----


@pytest.mark.parametrize("P", nishimori.LOADS)
def test_nishimori_is_complete_and_its_verdict_that_of_the_data(P):
    rows = table("nishimori", f"P{P}")
    assert meta("nishimori", f"P{P}")["verdict"] == nishimori.verdict(P, rows)
    finite = {(r["load"], r["N"]) for r in rows if math.isfinite(r["N"])}
    assert finite == {(x, N) for x in nishimori.LOADS[P] for N in nishimori.SIZES[P]}
    again = measured.limits([r for r in rows if math.isfinite(r["N"]) and r["quantity"] in nishimori.WORDS])
    kept = [r for r in rows if math.isinf(r["N"])]
    assert [(r["load"], r["quantity"]) for r in again] == [(r["load"], r["quantity"]) for r in kept]
    assert [r["simulation"] for r in again] == pytest.approx([r["simulation"] for r in kept], rel=1e-9)


@pytest.mark.parametrize("P", nishimori.LOADS)
def test_claim_nishimori_identities_B1_hold(P):
    """B.1: <m> = <q>, <m^2> = <q^2>, e = -1/2, and the pattern has the energy of a typical state."""
    good = checked(table("nishimori", f"P{P}"))
    assert {r["quantity"] for r in good} == set(nishimori.WORDS)
    assert len(good) >= 14
    assert max(abs(r["z"]) for r in good) <= 4.0
    for r in good:
        if r["quantity"] in ("m", "q"):
            assert r["theory"] == pytest.approx(solve(DenseHebbian(P), r["load"], r["load"]).m, abs=1e-9)


def test_claim_nishimori_could_fail():
    """A temperature off the line by 10 % would be seen by the energy above the pattern, at the largest size."""
    network, off = DenseHebbian(3), []
    for r in of(table("nishimori", "P3"), quantity="energy above the pattern", N=450.0, status="EQUILIBRATED"):
        wrong = solve(network, r["load"], 1.1 * r["load"]).energy + 0.5
        off.append(abs(r["simulation"] - wrong) / r["error"])
    assert max(off) > 4.0


@pytest.mark.parametrize("P", nishimori.LOADS)
def test_claim_nishimori_distributions_agree(P):
    """The histograms of q and of m, bin by bin, at a load where both are wide: the largest one that no chain has left."""
    rows = table("nishimori", f"P{P}", "densities")
    load = {3: 0.3, 4: 0.25}[P]
    m, q = ({r["x"]: r for r in of(rows, load=load, quantity=name)} for name in "mq")
    shared = [x for x in m if x in q and m[x]["density"] > 0.3]
    assert len(shared) >= 4
    z = np.array([(m[x]["density"] - q[x]["density"]) / math.hypot(m[x]["error"], q[x]["error"]) for x in shared])
    assert np.abs(z).max() < 4.0


def test_claim_chains_are_lost_by_finite_size():
    """Below t_c^2 fewer chains lose the pattern at every larger N."""
    for P in nishimori.LOADS:
        rows = of(table("nishimori", f"P{P}"), quantity="chains that stay", load=0.38)
        kept = [r["simulation"] for r in sorted(rows, key=lambda r: r["N"])]
        assert all(b > a for a, b in pairwise(kept))
        assert kept[-1] > 0.8
