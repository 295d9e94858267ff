"""The claims of message passing re-checked from the committed data: the AT line, sites, free energies, iterates."""

import math

import numpy as np
import pytest
from committed import checked, tables

from glassy import at_line, message_passing, solve, state_evolution
from sims import _sim

CLAIMS = ("at_crossed", "at_seen", "at_growth", "message_passing", "tap_free_energy", "iterates")
CASES = [(claim, name) for claim in CLAIMS for name in _sim.claims()[claim].CASES]


def found(claim, name):
    module = _sim.claims()[claim]
    return module.CASES[name], tables(claim, module, module.CASES[name])


@pytest.mark.parametrize(("claim", "name"), CASES)
def test_files_are_those_of_the_data(claim, name):
    _, there = found(claim, name)
    checked(there["data"].where(quantity=lambda name: name != "rms_of_sites"))


@pytest.mark.parametrize("name", ["P2", "P3"])
def test_claim_two_iterations_part_by_the_replicon_on_both_sides_of_the_line(name):
    case, there = found("at_growth", name)
    rows = there["data"]
    assert all(r.agrees for r in rows)
    assert rows["theory"].min() < 0.7 < 1.05 < rows["theory"].max()
    assert all((r.simulation > 1.0) == (r.theory > 1.0) for r in rows.where(N=rows.sizes[-1]) if abs(r.theory - 1.0) > 0.05)
    for r in rows.where(N=rows.sizes[0]):
        assert r.theory == pytest.approx(math.sqrt(1.0 - solve(case.network, r.load, r.T, r.curve).replicon), rel=1e-9)
    assert not any(r.beside(1.3 * r.theory).agrees for r in rows.where(N=rows.sizes[-1]) if r.error < 0.02 * r.theory)


def shares(there, N):
    rows = there["data"].where(curve="path", N=N, quantity="share that settles")
    return dict(zip(rows["t"], rows["simulation"], strict=True))


def test_claim_at_P_2_networks_settle_above_the_line_of_the_paramagnet_alone():
    case, there = found("at_seen", "P2")
    assert at_line(case.network, case.load, case.phase).T == pytest.approx(1.0 + math.sqrt(case.load))
    for N in case.sizes:
        at = shares(there, N)
        assert all(share >= 0.9 for t, share in at.items() if t > 1.03)
        assert all(share <= 0.3 for t, share in at.items() if t <= 1.0)
    plane = there["data"].where(curve="plane")
    inside = [r.simulation for r in plane if r.load < 0.1 and r.T < 0.25]
    glass = [r.simulation for r in plane if r.load > 0.15 and 0.3 < r.T < 0.9 * (1.0 + math.sqrt(r.load))]
    assert np.mean(inside) > 0.95
    assert np.mean(glass) < 0.25


def test_claim_at_P_3_the_share_falls_through_the_line_of_retrieval_the_lower_the_larger_N():
    case, there = found("at_seen", "P3")
    cold, warm = min(case.factors), max(case.factors)
    at = [shares(there, N) for N in case.sizes]
    assert all(x[warm] > 0.85 for x in at)
    assert at[0][cold] > at[1][cold] > at[-1][cold]
    assert all(x[cold] < 0.3 for x in at[1:])
    plane = there["data"].where(curve="plane")
    line = {load: at_line(case.network, load, "retrieval", strict=False).T for load in set(plane["load"])}
    above = [r.simulation for r in plane if r.load < 0.4 and r.T > 2.0 * line[r.load]]
    assert np.mean(above) > 0.95


@pytest.mark.parametrize("name", ["P2", "P3", "P4"])
def test_claim_sites_agree_where_the_replicon_is_near_1(name):
    case, there = found("message_passing", name)
    sites = there["data"].where(quantity="rms_of_sites")
    assert sites.sizes == list(case.sizes)
    for N in case.sizes:
        near = sites.where(N=N, t=lambda x: x > 0.8).usable
        assert len(near) > 4
        assert np.median(near["simulation"] / near["theory"]) < 1.5
    load, T = case.points[0]
    first = sites.where(load=load, T=T, N=case.sizes[0]).rows[0]
    again = message_passing(case.network, load, T, case.sizes[0], seed=case.seed, samples=1)
    assert first.t == pytest.approx(float(again.replicon), abs=1e-8)


@pytest.mark.parametrize("name", ["P2", "P3", "P4"])
def test_claim_free_energies_are_those_of_a_ladder_within_each_network(name):
    case, there = found("tap_free_energy", name)
    rows = there["data"]
    assert all(r.agrees for r in rows)
    assert np.median(rows["error"] / rows["disorder"]) < 0.5
    assert not all(r.beside(r.theory + 2.0 * r.disorder).agrees for r in rows.where(N=rows.sizes[-1]))


def test_claim_edges_of_basins_are_those_of_state_evolution():
    case, there = found("iterates", "all")
    rows = there["data"].where(curve="message passing")
    assert all(abs(r.simulation - r.theory) < 0.04 for r in rows if r.network in ("P3", "P4"))
    for r in rows.where(network="P3"):
        network = _sim.claims()["iterates"].NETWORKS["P3"]
        low, high = (state_evolution(network, r.load, r.T, r.theory + x, 400).m[-1] for x in (-1e-3, 1e-3))
        assert low < 0.5 < high
    both = {(r.network, r.load): r.simulation for r in there["data"].where(curve="Monte Carlo")}
    assert all(abs(r.simulation - both[r.network, r.load]) < 0.05 for r in rows if r.network != "P2")
    assert all(r.simulation > both[r.network, r.load] for r in rows if r.network == "P2")
