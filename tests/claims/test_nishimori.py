"""The claims of results/nishimori re-checked from the committed data, against the theory of today's code."""

import math
from itertools import pairwise

import numpy as np
import pytest
from committed import checked

from glassy import DenseHebbian, lost_chains, simulate, solve
from sims import _sim, nishimori

CASES = nishimori.CASES
each = pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
WORDS = {"m", "q", "<m> - <q>", "<m^2> - <q^2>", "energy", "energy + signal", "energy above the pattern"}


def tables(case):
    return _sim.results("nishimori", case.name)


@each
def test_nishimori_is_complete_and_its_verdict_that_of_the_data(case):
    data, meta = tables(case)["data"], _sim.meta("nishimori", case.name)
    assert (meta["claim"], meta["command"]) == (case.claim, f"python -m glassy sims run nishimori/{case.name}")
    assert meta["verdict"] == nishimori.verdict(case, tables(case))
    assert len(meta["verdict"]) <= 250
    assert (_sim.ROOT / "results" / "nishimori" / case.name / "z.txt").read_text() == data.text()
    assert {(r.load, r.N) for r in data.finite} == {(x, N) for x in case.loads for N in case.sizes}
    again, kept = data.finite.where(quantity=lambda name: name in WORDS).limits(), data.ends
    assert [(r.load, r.quantity) for r in again] == [(r.load, r.quantity) for r in kept]
    assert again["simulation"] == pytest.approx(kept["simulation"], rel=1e-9)


@each
def test_claim_nishimori_identities_B1_hold(case):
    """B.1: <m> = <q>, <m^2> = <q^2>, e = -1/2, and the pattern has the energy of a typical state."""
    data = tables(case)["data"]
    good, verdict = checked(data), data.verdict()
    assert set(good["quantity"]) == WORDS
    assert verdict.counted == verdict.inside >= 14
    for r in good:
        if r.quantity not in ("m", "q"):
            assert r.theory == (-0.5 if r.quantity == "energy" else 0.0)
        else:
            assert r.theory == pytest.approx(solve(case.network, r.load, r.load).m, abs=1e-9)


def test_claim_nishimori_could_fail():
    """A temperature off the line by 10 % would be seen by the energy above the pattern, at the largest size."""
    network, off = DenseHebbian(3), []
    for r in tables(CASES["P3"])["data"].where(quantity="energy above the pattern", N=450.0).usable:
        wrong = solve(network, r.load, 1.1 * r.load).energy + 0.5
        off.append(abs(r.simulation - wrong) / r.error)
    assert max(off) > 4.0


@each
def test_claim_nishimori_distributions_agree(case):
    """The histograms of q and of m, bin by bin, at a load where both are wide: the largest one that no chain has left."""
    rows = tables(case)["densities"].where(load={"P3": 0.3, "P4": 0.25}[case.name])
    m, q = ({r["x"]: r for r in rows.where(quantity=name)} for name in "mq")
    shared = [x for x in m if x in q and m[x]["density"] > 0.3]
    assert len(shared) >= 4
    z = np.array([(m[x]["density"] - q[x]["density"]) / math.hypot(m[x]["error"], q[x]["error"]) for x in shared])
    assert np.abs(z).max() < 4.0


@each
def test_claim_chains_are_lost_by_finite_size(case):
    """Below t_c^2 fewer chains lose the pattern at every larger N."""
    rows = tables(case)["data"].where(quantity="chains that stay", load=0.38)
    kept = [r.simulation for r in sorted(rows, key=lambda r: r.N)]
    assert all(b > a for a, b in pairwise(kept))
    assert kept[-1] > 0.7


def test_chains_that_left_say_where_to():
    r = simulate(DenseHebbian(3), load=0.42, T=0.42, N=60, samples=8, sweeps=200, seed=3)
    found = lost_chains(r)
    assert 0.0 < float(found["chains that stay"]) == 1.0 - r.escaped.mean() < 1.0
    assert found["lost to another"].samples == r.escaped.sum()
