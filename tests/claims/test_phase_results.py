"""The claims of results/phase_diagram and results/storage_capacity re-checked from the committed data and today's code."""

import itertools
import math

import pytest

from glassy import RS, RSB, DenseHebbian, coexistence, solve, spin_glass_temperatures, spinodal
from sims import _sim, phase_diagram, storage_capacity

CASES = list(phase_diagram.CASES.values())
each = pytest.mark.parametrize("case", CASES, ids=[c.name for c in CASES])
ANSATZ = {"RS()": RS(), "RSB(1)": RSB(1)}


def lines_of(case):
    return _sim.results("phase_diagram", case.name)["lines"]


def named(case):
    return {(p["ansatz"], p["point"]): p for p in _sim.results("phase_diagram", case.name)["points"]}


def test_every_network_is_committed():
    assert {p.name for p in (_sim.ROOT / "results" / "phase_diagram").iterdir()} == set(phase_diagram.CASES)
    wanted = {(P, kind) for P in (2, 3, 4, 6) for kind in ("distinct", "self-interacting") if P > 2 or kind == "distinct"}
    assert {(c.network.P, c.network.interactions) for c in CASES} == wanted


@each
def test_lines_are_those_of_this_code(case):
    network, rows = case.network, lines_of(case)
    assert {r["ansatz"] for r in rows} == set(ANSATZ)
    assert all(r["status"] in ("CONVERGED", "COLLAPSED") for r in rows)
    assert all(r["residual"] <= 1e-10 for r in rows)
    for name, ansatz in ANSATZ.items():
        for line, f in (("spinodal", spinodal), ("coexistence", coexistence)):
            mine = [r for r in rows if r["ansatz"] == name and r["line"] == line]
            assert mine[0]["T"] == 0.0
            row = mine[len(mine) // 2]
            assert f(network, row["T"], ansatz).load == pytest.approx(row["load"], rel=1e-8)
    for row in [r for r in rows if r["line"] == "AT"][5::15]:
        assert abs(solve(network, row["load"], row["T"]).replicon) < 1e-5


@each
def test_verdict_is_that_of_the_data(case):
    meta = _sim.meta("phase_diagram", case.name)
    assert (meta["claim"], meta["command"]) == (case.claim, f"python -m glassy sims run phase_diagram/{case.name}")
    assert meta["verdict"] == phase_diagram.verdict(case, _sim.results("phase_diagram", case.name))
    assert len(meta["verdict"]) <= 250


@each
def test_claim_RSB_removes_most_of_the_re_entrance(case):
    points = named(case)
    back = {a: points[a, "spinodal nose"]["load"] - points[a, "capacity"]["load"] for a in ANSATZ}
    assert 0.0 < back["RSB(1)"] < (0.05 if case.network.P > 2 else 0.04) * max(back["RS()"], 1e-9)
    assert points["RSB(1)", "ground state"]["load"] > points["RS()", "ground state"]["load"]


@pytest.mark.parametrize("name", ["P3", "P4", "P6"])
def test_claim_everything_meets_on_the_nishimori_line(name):
    case = phase_diagram.CASES[name]
    points, glass = named(case), spin_glass_temperatures(case.network)
    meet = points["RSB(1)", "Nishimori point"]
    assert (meet["load"], meet["T"]) == pytest.approx((glass.T_d**2, glass.T_d**2), abs=1e-8)
    triple = points["RSB(1)", "coexistence meets T_c"]
    assert (triple["load"], triple["T"]) == pytest.approx((glass.T_c**2, glass.T_c**2), abs=1e-8)
    rows = lines_of(case)
    assert max(r["load"] for r in rows if r["line"] == "spinodal") <= glass.T_d**2 * (1 + 1e-12)
    assert max(r["load"] for r in rows if r["line"] == "coexistence" and r["ansatz"] == "RSB(1)") <= glass.T_c**2 * (1 + 1e-12)


# ---- storage capacity ----


CAPACITY = storage_capacity.CASES["capacity"]
networks = pytest.mark.parametrize("network", CAPACITY.networks, ids=repr)


def depth():
    return _sim.results("storage_capacity", "capacity")["depth"]


def rows_of(P, interactions="distinct"):
    return [r for r in depth() if (r["P"], r["interactions"]) == (P, interactions)]


def test_capacity_verdict_and_completeness():
    meta, tables = _sim.meta("storage_capacity", "capacity"), _sim.results("storage_capacity", "capacity")
    assert (meta["claim"], meta["command"]) == (CAPACITY.claim, "python -m glassy sims run storage_capacity/capacity")
    assert meta["verdict"] == storage_capacity.verdict(CAPACITY, tables)
    assert len(meta["verdict"]) <= 250
    for network in CAPACITY.networks:
        rows = rows_of(network.P, network.interactions)
        assert [r["k"] for r in rows] == [*range(CAPACITY.depth + 1), math.inf]
        assert all(r["status"] == "CONVERGED" for r in rows)


@networks
def test_capacity_is_that_of_this_code(network):
    rows = rows_of(network.P, network.interactions)
    for row, ansatz in zip(rows[:3], (RS(), RSB(1), RSB(2)), strict=True):
        assert spinodal(network, 0.0, ansatz).load == pytest.approx(row["load_c"], rel=1e-9)
    row = rows[2]
    assert solve(network, row["load_t_ansatz"], 0.0, "retrieval", RSB(2)).free_energy == pytest.approx(
        solve(network, row["load_t_ansatz"], 0.0, "spin_glass", RSB(2)).free_energy, abs=1e-9
    )


@networks
def test_claim_every_step_raises_the_capacity_and_the_steps_converge(network):
    *steps, full = [r["load_c"] for r in rows_of(network.P, network.interactions)]
    gains = [b - a for a, b in itertools.pairwise(steps)]
    assert all(g > 0.0 for g in gains)
    assert all(b < 0.7 * a for a, b in itertools.pairwise(gains))
    assert full > steps[-1]


@pytest.mark.parametrize("P", [3, 4, 5, 6, 8])
def test_claim_the_limits_stay_below_the_bounds(P):
    full = rows_of(P)[-1]
    assert full["bound_c"] - full["load_c"] > 10.0 * full["load_c_error"] > 0.0
    assert full["bound_t"] - full["load_t"] > 10.0 * full["load_t_error"] >= 0.0  # 0: breaks below rounding, P = 8
    assert full["bound_c"] == pytest.approx(spin_glass_temperatures(DenseHebbian(P)).T_d ** 2, rel=1e-10)


def nose(P, k):
    rows = _sim.results("storage_capacity", "capacity")["nose"]
    return [r for r in rows if (r["P"], r["interactions"], r["k"]) == (P, "distinct", k)]


def test_claim_re_entrance():
    """P = 2: none is left; P = 3: three and four steps agree, below the bound, at T > 0 too."""
    full = rows_of(2)[-1]["load_c"]
    assert max(r["load"] for r in nose(2, 1)) > nose(2, 1)[0]["load"]
    deepest = max(r["load"] for r in nose(2, 4))
    assert deepest < full
    bound = rows_of(3)[-1]["bound_c"]
    part = [(a, b) for a, b in zip(nose(3, 3), nose(3, 4), strict=True) if 0.55 * bound < a["T"] < 0.95 * bound]
    assert len(part) >= 3
    for three, four in part:
        assert abs(three["load"] - four["load"]) < 0.02 * (bound - four["load"])


def test_large_P():
    """Coexistence falls towards 1/(4 ln 2) of the random energy model."""
    loads = [rows_of(P)[-1]["load_t"] for P in (3, 4, 5, 6, 8, 12)]
    assert all(b < a for a, b in itertools.pairwise(loads))
    assert loads[-1] == pytest.approx(0.25 / math.log(2.0), abs=2e-4)


def test_the_spinodal_is_followed_up_to_where_RS_breaks_on_it():
    for name in CAPACITY.noses:
        network = phase_diagram.CASES[name].network
        meet = _sim.results("phase_diagram", name)["points"].where(point=lambda p: p in ("Nishimori point", "AT on spinodal"))
        rows = _sim.results("storage_capacity", "capacity")["nose"].where(P=network.P, interactions=network.interactions)
        assert [r["T"] for r in rows.where(k=0.0)] == pytest.approx([p * max(meet["T"]) for p in storage_capacity.PARTS])


@each
def test_names_of_regions_stand_on_no_line(case):
    fig = phase_diagram.panels(case, _sim.results("phase_diagram", case.name))
    (ax,) = fig.axes
    fig.draw_without_rendering()
    names = {text.get_text(): text.get_window_extent() for text in ax.texts}
    assert {"retrieval", "paramagnet", "spin\nglass", "metastable\nretrieval"} == set(names)
    for box in names.values():
        assert not any(
            line.get_path().transformed(line.get_transform()).intersects_bbox(box, filled=False) for line in ax.lines
        )
