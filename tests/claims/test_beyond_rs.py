"""The claims of results/beyond_rs re-checked from the committed data, against the theory of today's code."""

import dataclasses
import math
from itertools import product

import numpy as np
import pytest
from committed import as_run, checked, tables

from glassy import RSB, Held, HeldPhase, Remark, solve
from glassy.evidence import held
from sims import _sim, _versions, beyond_rs


def as_was(name):
    """The case as it was run: results of older code have the rungs of `HeldPhase`."""
    case = as_run("beyond_rs", beyond_rs.CASES[name])
    older = case.reduced == beyond_rs.Phase.reduced and not _versions.present(_sim.ROOT / "results" / "beyond_rs" / name)
    return dataclasses.replace(case, reduced=HeldPhase.reduced) if older else case


P3 = as_was("P3")


def of_RS(network, load, T):
    """Say of RS at one point: "stable", "unstable" where its replicon is negative, "gone" where it has no saddle."""
    s = solve(network, load, T, strict=False)
    return "gone" if not s.status.ok else "unstable" if s.replicon < 0.0 else "stable"


@pytest.mark.parametrize("name", beyond_rs.CASES)
def test_claim_beyond_RS(name):
    case = as_was(name)
    data = tables("beyond_rs", beyond_rs, case)["data"]
    good = checked(data).where(ansatz="RSB(1)")
    assert len(good) >= 8
    assert sum(r.agrees for r in good) >= 0.95 * len(good)
    assert max(abs(r.z) for r in good) <= 5.0
    for r in good.where(quantity="m"):
        s = solve(case.network, r.load, r.T, "retrieval", RSB(1), strict=False)
        assert r.theory == pytest.approx(s.m, abs=2e-5)
    for r in good.where(quantity="change of m"):
        cold, warm = (solve(case.network, r.load, t, "retrieval", RSB(1)) for t in (r.T, case.warm_T(r.load)))
        assert r.theory == pytest.approx(cold.m - warm.m, abs=4e-5)
    assert {(r.load, r.N) for r in data.finite} == set(product(case.loads, case.sizes))
    for load, N in product(case.loads, case.sizes):
        here = data.where(ansatz="RSB(1)", load=load, N=N, curve="")
        shares = {r.T: r.simulation for r in here.where(quantity="share at the wall")}
        crowd = max(x for t, x in shares.items() if t <= case.warm_T(load))
        for r in here:
            crowded = max(crowd, shares[r.T]) > held.CROWDED
            if load == case.again and r.quantity == beyond_rs.COOLING[1]:
                crowded = False  # two walls say what the wall does
            assert (r.status is Remark.AT_WALL) == crowded


def test_claim_sees_below_the_AT_line():
    """P = 3: limits where RS is unstable or has no saddle, from networks in equilibrium: RSB(1) agrees."""
    ends = _sim.results("beyond_rs", "P3")["data"].ends.where(ansatz="RSB(1)", curve="")
    said = {word: [r for r in ends if of_RS(P3.network, r.load, r.T) == word] for word in ("unstable", "gone")}
    assert len(said["unstable"]) >= 30
    assert {"m", "q", "energy_excess"} <= {r.quantity for r in said["unstable"]}
    assert len(said["gone"]) >= 3
    assert max(abs(r.z) for rows in said.values() for r in rows) <= 4.0


def test_claim_cooling_is_that_of_RSB_and_not_of_RS():
    """P = 3, cooled below the AT line: the energy of networks falls as RSB(1) says and not as RS says, nor does m."""
    here = _sim.results("beyond_rs", "P3")["data"].where(quantity=beyond_rs.COOLING[1])
    for load, T in ((0.36, min(P3.temperatures(0.36))), (P3.again, P3.cold)):
        assert of_RS(P3.network, load, T) == "unstable"
        (rs,), (one,) = (here.where(ansatz=k, curve="", load=load, T=T).ends.usable for k in ("RS", "RSB(1)"))
        assert rs.z > 6.0
        assert abs(one.z) < 3.0
    cold = here.where(load=P3.again, T=P3.cold)
    for curve in ("", "behind the lower wall"):  # at every size, in equilibrium or not
        for r in cold.where(ansatz="RS", curve=curve).finite:
            assert r.z > 4.0
        assert max(abs(r.z) for r in cold.where(ansatz="RSB(1)", curve=curve).finite) < 4.0
    m = _sim.results("beyond_rs", "P3")["data"].where(
        load=P3.again, T=P3.cold, ansatz="RS", curve="", quantity=beyond_rs.COOLING[0]
    )
    assert all(r.z > 4.0 for r in m.finite.usable)
    assert len(m.finite.usable) >= 2


def test_claim_does_not_depend_on_start_and_wall():
    """Another start gives the same at every rung; a lower wall moves the change of energy by little of what RS is off."""
    data = _sim.results("beyond_rs", "P3")["data"]
    start = data.where(curve="from the wall")
    assert len(start) == 2 * (len(P3.temperatures(P3.again)) - 1)
    assert np.isfinite(start["z"]).all()
    assert max(abs(start["z"])) < 4.0
    moved = data.where(curve="lower wall", T=P3.cold)
    assert moved["N"].tolist() == [*map(float, P3.sizes), math.inf]
    off = min(
        r.simulation - r.theory
        for r in data.where(quantity=beyond_rs.COOLING[1], ansatz="RS", curve="", load=P3.again, T=P3.cold).finite
    )
    assert max(abs(r.simulation) for r in moved) < 0.2 * off
    assert abs(moved.ends.rows[0].z) < 3.0


@pytest.mark.parametrize("name", beyond_rs.CASES)
def test_the_free_energy_of_a_phase_is_integrated_from_its_energy(name):
    """M.6 from the cold side: with the energies of RSB(1) the integral is the free energy of RSB(1), to 1.5e-4."""
    case = beyond_rs.CASES[name]
    for load in case.loads:
        s = solve(case.network, load, case.warm_T(load), "retrieval", RSB(1))
        path = [t for t in case.temperatures(load) if t <= case.warm_T(load)]
        off = abs(Held.error_of_rule(case.network, load, path))
        assert off < 1.5e-4
        assert abs(s.energy - s.free_energy) > 4.0 * off  # the entropy matters
