"""The claims of the measured sims re-checked from the committed data, against the theory of today's code."""

import json
import math
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest

from glassy import RS, RSB, DenseHebbian, draw_patterns, solve, spin_glass_temperatures, spinodal
from glassy.exact import perturbed_integers
from sims import basins, beyond_rs, coexistence, escape, guerra, hard_glass, measured, phase, spin_glass
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


# ---- basins ----


def edges(P, T=0.0):
    rows = of(table("basins", "all"), curve=f"P={P} T={T:g}", N=float(basins.SIZES[P][-1]))
    return {r["load"]: r for r in rows if r["error"] > 0.0}


def test_basins_verdict_is_that_of_the_data_and_edges_are_those_of_the_maps():
    rows, maps = table("basins", "all"), table("basins", "all", "maps")
    assert meta("basins", "all")["verdict"] == basins.verdict(rows)
    for r in rows:
        share = {x["start"]: x["kept"] for x in of(maps, curve=r["curve"], load=r["load"], N=r["N"])}
        assert sorted(share) == list(basins.STARTS)
        if math.isfinite(r["simulation"]):
            below = [m for m in share if m < r["simulation"]]
            above = [m for m in share if m > r["simulation"]]
            assert share[max(below)] <= 0.5 <= share[min(above)]
    cold = of(maps, T=0.0)
    assert {x["curve"] for x in cold if x["status"] != "settled"} <= {"P=2 T=0"}  # a few of N = 1000 took more than 60 sweeps
    assert sum(x["status"] != "settled" for x in cold) < 0.1 * len(cold)


def test_claim_basins_shrink_with_load_and_for_P_above_2_with_P():
    for P in basins.SIZES:
        found = [e["simulation"] for _, e in sorted(edges(P).items())]
        assert len(found) >= 3
        assert all(b > a - 0.02 for a, b in pairwise(found))
        assert found[-1] > found[0] + 0.05
    at = [edges(P)[0.1] for P in (3, 4, 5)]
    assert all(b["simulation"] - a["simulation"] > 4.0 * math.hypot(a["error"], b["error"]) for a, b in pairwise(at))


def test_claim_basins_end_near_the_unstable_saddle_for_P_above_2():
    for P in (3, 4, 5):
        off = [e["simulation"] - basins.unstable(DenseHebbian(P), load, 0.0) for load, e in edges(P).items() if load <= 0.2]
        assert max(abs(x) for x in off) < 0.12
    assert all(e["simulation"] < basins.unstable(DenseHebbian(2), load, 0.0) - 0.3 for load, e in edges(2).items())


def test_the_unstable_saddle_solves_the_equation_of_R5():
    """m = erf((P/2) m^(P-1)/sqrt(2 r(1))) at T = 0, on the branch below that of the solver; at T > 0 it meets the fold."""
    for P, load in ((3, 0.2), (4, 0.3), (5, 0.1)):
        network = DenseHebbian(P)
        m = basins.unstable(network, load, 0.0)
        assert m < solve(network, load, 0.0).m
        field = (P / 2) * m ** (P - 1) / math.sqrt(2.0 * network.covariance(1.0, load, derivative=1))
        assert m == pytest.approx(math.erf(field), abs=1e-7)
    end = spinodal(DenseHebbian(3), 0.3)
    assert basins.unstable(DenseHebbian(3), end.load * (1 - 1e-9), 0.3) == pytest.approx(end.m, abs=1e-3)
    assert math.isnan(basins.unstable(DenseHebbian(3), end.load * 1.01, 0.3))


# ---- Guerra's interpolation ----


def test_I1_weight_of_the_interpolation():
    """I.1: the Boltzmann weight of the run is that of the formula, state by state, up to a constant."""
    N, t, network = 8, 0.37, DenseHebbian(3)
    saddle = solve(network, network.load(6, N), 0.4)
    xi = draw_patterns(K=6, N=N, seed=3)
    J = np.random.default_rng(1).normal(size=(1, N))
    T_t, added = guerra.interpolation("retrieval", N, t, saddle, J)
    H, unit = perturbed_integers(network, xi, added)
    spins = np.array(list(product((1, -1), repeat=N)))
    table_ = network.energy_table(N)
    F = np.array([float(table_.unit * v) for v in table_.values])
    M = spins @ xi.T
    m, beta = M[:, 0] / N, 1.0 / saddle.T
    slope = network.covariance(saddle.q_EA, saddle.load, derivative=1)
    exponent = -math.sqrt(t) * beta * F[(N - M[:, 1:]) // 2].sum(axis=1) + t * beta * (N / 2) * m**3
    exponent += (1 - t) * beta * 1.5 * saddle.m**2 * N * m + math.sqrt((1 - t) * slope) * beta * (spins @ J[0])
    assert np.sort(-H * unit / T_t) == pytest.approx(np.sort(exponent), abs=1e-8)


@pytest.mark.slow
def test_I1_area_under_the_curve_of_RSB1_is_the_error_of_RS():
    """I.1 at infinite N: the area under the integrand of RSB(1) is A_RSB(1) - A_RS, from free energies alone."""
    network, (load, T) = DenseHebbian(3), guerra.STATES["glass"]
    rs, one = solve(network, load, T, "spin_glass"), solve(network, load, T, "spin_glass", RSB(1))
    t = (np.arange(200) + 0.5) / 200
    area = np.mean([guerra.broken(rs, float(x)) for x in t])
    assert area == pytest.approx((rs.free_energy - one.free_energy) / T, abs=2e-5)
    assert area < -0.1


@pytest.mark.parametrize("case", guerra.STATES)
def test_guerra_verdict_is_that_of_the_data(case):
    assert meta("guerra", case)["verdict"] == guerra.verdict(case, table("guerra", case))


def test_claim_guerra_integrand_vanishes_where_RS_is_exact():
    rows = table("guerra", "retrieval")
    sizes = sorted({r["N"] for r in rows if math.isfinite(r["N"])})
    ends = [r for r in rows if r["quantity"] == "integrand" and math.isinf(r["N"])]
    assert len(ends) == guerra.NODES
    assert all(abs(r["z"]) <= 4.0 and abs(r["simulation"]) < 3e-4 for r in ends)
    for curve in {r["curve"] for r in ends}:
        each = [of(rows, curve=curve, N=N, quantity="integrand")[0] for N in sizes[1:]]
        scaled = [N * r["simulation"] for N, r in zip(sizes[1:], each, strict=True)]
        assert all(a["simulation"] > b["simulation"] for a, b in pairwise(each))
        assert 0.02 < min(scaled) <= max(scaled) < 0.08  # 1/N: N times the integrand does not run away
    (end,) = [r for r in rows if r["quantity"] == "-beta f" and math.isinf(r["N"])]
    assert abs(end["z"]) <= 4.0
    load, T = guerra.STATES["retrieval"]
    assert end["theory"] == pytest.approx(-solve(DenseHebbian(3), load, T).free_energy / T, abs=1e-9)


def test_claim_guerra_integrand_stays_where_RS_is_broken():
    rows = table("guerra", "glass")
    load, T = guerra.STATES["glass"]
    rs = -solve(DenseHebbian(3), load, T, "spin_glass").free_energy / T
    (end,) = [r for r in rows if r["quantity"] == "-beta f" and math.isinf(r["N"])]
    assert abs(end["z"]) <= 4.0  # RSB(1)
    assert (rs - end["simulation"]) / end["error"] > 5.0  # not RS
    ends = [r for r in rows if r["quantity"] == "integrand" and math.isinf(r["N"])]
    assert len(ends) == guerra.NODES
    assert max(abs(r["z"]) for r in checked(ends)) <= 4.0
    saddle = solve(DenseHebbian(3), load, T, "spin_glass")
    assert [r["theory"] for r in ends] == pytest.approx([guerra.broken(saddle, float(t)) for t in guerra.nodes()[0]], abs=1e-9)
    area, error = guerra.integral("glass", rows, saddle, lambda t: guerra.power("glass", t))
    assert (area + rs, error) == pytest.approx((end["simulation"], end["error"]), rel=1e-9)
    last = max((r for r in rows if r["quantity"] == "integrand" and math.isfinite(r["N"])), key=lambda r: (r["N"], r["curve"]))
    assert last["simulation"] < -8.0 * last["error"]


# ---- escape ----


@pytest.mark.parametrize("name", escape.NETWORKS)
def test_claim_patterns_are_kept_beyond_the_spinodal_of_RS(name):
    case = name.replace("=", "").replace(" ", "-")
    rows, lines = table("escape", case), table("escape", case, "lines")
    ends = {r["line"]: r["load"] for r in lines}
    assert meta("escape", case)["verdict"] == escape.verdict(rows, ends)
    network = escape.NETWORKS[name]
    assert ends["RS T=0"] == pytest.approx(spinodal(network, 0.0).load, rel=1e-9)
    kept = escape.between(rows, "descent", ends)
    assert kept[max(kept)] > 0.9
    for way in list(escape.WAYS)[1:]:
        kept = escape.between(rows, way, ends)
        assert kept[max(kept)] > kept[min(kept)]


# ---- beyond RS ----


@pytest.mark.parametrize("name", beyond_rs.CASES)
def test_claim_beyond_RS(name):
    case, rows = beyond_rs.CASES[name], table("beyond_rs", name)
    assert meta("beyond_rs", name)["verdict"] == beyond_rs.verdict(name, rows)
    assert meta("beyond_rs", name)["claim"] == case.claim
    good = [r for r in checked(rows) if r["curve"] == "RSB(1)"]
    assert len(good) >= 8
    assert sum(abs(r["z"]) <= 4.0 for r in good) >= 0.95 * len(good)
    assert max(abs(r["z"]) for r in good) <= 5.0
    for r in of(good, quantity="m"):
        s = solve(case.network, r["load"], r["T"], "retrieval", RSB(1), strict=False)
        assert r["theory"] == pytest.approx(s.m, abs=2e-5)
    for r in of(good, quantity="change of m"):
        cold, warm = (
            solve(case.network, r["load"], t, "retrieval", RSB(1)) for t in (r["T"], case.warm * math.sqrt(r["load"]))
        )
        assert r["theory"] == pytest.approx(cold.m - warm.m, abs=4e-5)
    assert {(r["load"], r["N"]) for r in rows if math.isfinite(r["N"])} == set(product(case.loads, case.sizes))
    for load, N in product(case.loads, case.sizes):
        shares = {r["T"]: r for r in of(rows, curve="RSB(1)", quantity="share at the wall", load=load, N=float(N))}
        warm = case.warm * math.sqrt(load)
        crowd = max(r["simulation"] for t, r in shares.items() if t <= warm)
        for r in of(rows, curve="RSB(1)", load=load, N=float(N)):
            if "wall at" in r["quantity"]:
                continue
            crowded = max(crowd, shares[r["T"]]["simulation"]) > phase.CROWDED
            if load == case.again and r["quantity"] == phase.COOLING["energy_excess"]:
                crowded = False  # two walls say what the wall does
            assert (r["status"] == "AT_WALL") == crowded


def test_claim_beyond_RS_sees_below_the_AT_line():
    """P = 3: limits where RS is unstable or has no saddle, from networks in equilibrium: RSB(1) agrees."""
    network = beyond_rs.CASES["P3"].network
    ends = [r for r in of(table("beyond_rs", "P3"), curve="RSB(1)") if math.isinf(r["N"]) and "wall at" not in r["quantity"]]
    said = {word: [r for r in ends if beyond_rs.unstable(network, r["load"], r["T"]) == word] for word in ("unstable", "gone")}
    assert len(said["unstable"]) >= 30
    assert {"m", "q", "energy_excess"} <= {r["quantity"] for r in said["unstable"]}
    assert len(said["gone"]) >= 3
    assert max(abs(r["z"]) for rows in said.values() for r in rows) <= 4.0


def test_claim_beyond_RS_cooling_is_that_of_RSB_and_not_of_RS():
    """P = 3, cooled to T = 0.1 at load 0.4: the energy of the network falls as RSB(1) says and not as RS says, nor does m."""
    case, rows = beyond_rs.CASES["P3"], table("beyond_rs", "P3")
    assert beyond_rs.unstable(case.network, case.again, phase.T) == "unstable"
    here = [r for r in rows if (r["load"], r["T"]) == (case.again, phase.T) and r["status"] == "EQUILIBRATED"]
    for quantity in ("change of energy", f"change of energy, wall at {case.lower:g}"):
        rs, rsb = ([r for r in of(here, curve=k, quantity=quantity) if math.isinf(r["N"])] for k in ("RS", "RSB(1)"))
        assert rs[0]["z"] > 7.0
        assert abs(rsb[0]["z"]) < 3.0
    (m,) = of(here, curve="RS", quantity="change of m", N=400.0)
    assert m["z"] > 6.0


def test_claim_beyond_RS_does_not_depend_on_start_and_wall():
    """Another start gives the same at every rung; a lower wall moves the change of energy less the larger N."""
    case, rows = beyond_rs.CASES["P3"], table("beyond_rs", "P3")
    start = of(rows, curve="from the wall")
    assert len(start) == 2 * (len(case.temperatures(case.again)) - 1)
    assert np.isfinite([r["z"] for r in start]).all()
    assert max(abs(r["z"]) for r in start) < 4.0
    moved = of(rows, curve=phase.LOWER, T=phase.T)
    assert [r["N"] for r in moved] == [*map(float, case.sizes), math.inf]
    sizes = [abs(r["simulation"]) for r in moved[:-1]]
    assert sizes == sorted(sizes, reverse=True)
    assert abs(moved[-1]["z"]) < 3.0


# ---- the spin glass ----


@pytest.mark.parametrize("name", spin_glass.CASES)
def test_spin_glass_is_complete_and_its_verdict_that_of_the_data(name):
    case, rows = spin_glass.CASES[name], table("spin_glass", name)
    assert meta("spin_glass", name)["verdict"] == spin_glass.verdict(name, rows)
    temperatures = [t * case.unit for t in spin_glass.REDUCED[:-1]]
    for N in case.sizes:
        for quantity in ("energy", "specific heat", "-beta f", "<q^2>", "p of two starts"):
            assert [r["T"] for r in of(rows, N=float(N), quantity=quantity)] == pytest.approx(temperatures)
    ends = [r for r in of(rows, curve="ladder", quantity="energy") if math.isinf(r["N"])]
    for r in ends[7::7]:  # full RSB takes seconds; the coldest is solved again for coexistence
        assert r["theory"] == pytest.approx(float(spin_glass.theory(case, case.load, r["T"], case.ansatz).energy), abs=1e-6)


@pytest.mark.parametrize("name", spin_glass.CASES)
def test_claim_spin_glass_is_equilibrated(name):
    """Every ladder point by its series, and by runs from random spins and from the pattern that agree."""
    proof = of(table("spin_glass", name), quantity="p of two starts")
    bad = [r for r in proof if r["status"] not in ("EQUILIBRATED", "AT_A_PATTERN")]
    assert len(bad) <= 0.25 * len(proof)
    assert min(r["simulation"] for r in proof if r["status"] == "EQUILIBRATED") > 6e-5


@pytest.mark.parametrize("name", spin_glass.CASES)
def test_claim_spin_glass_free_energy_and_energy_are_those_of_RSB(name):
    good = [r for r in checked(table("spin_glass", name)) if r["curve"] == "ladder" and r["quantity"] in ("-beta f", "energy")]
    assert len(good) >= 24
    assert max(abs(r["z"]) for r in good) <= 4.0


@pytest.mark.parametrize("name", ["P3", "P4"])
def test_claim_spin_glass_is_not_RS(name):
    """RS keeps the paramagnet or has a glass of its own: both have energies that lie far too low."""
    case = spin_glass.CASES[name]
    T_c = spin_glass_temperatures(case.network, case.load).T_c
    cold = [r for r in of(checked(table("spin_glass", name)), quantity="energy", curve="ladder") if r["T"] < 0.65 * T_c]
    assert len(cold) >= 1
    for r in cold:
        assert (r["simulation"] - spin_glass.theory(case, case.load, r["T"], RS()).energy) / r["error"] > 3.0


def test_claim_a_continuous_glass_converges_with_N_to_minus_two_thirds():
    """P = 2 far below T_c: N^(-2/3) alone meets full RSB at every temperature, 1/N alone at none."""
    rows = of(table("spin_glass", "P2"), quantity="-beta f", status="ONE_POWER")
    T_c = spin_glass_temperatures(DenseHebbian(2), 1.0).T_c
    right, wrong = ([r["z"] for r in of(rows, curve=f"N^-{p} alone") if r["T"] < 0.8 * T_c] for p in ("0.67", "1"))
    assert len(right) == len(wrong) >= 6
    assert max(map(abs, right)) < 3.0
    assert min(map(abs, wrong)) > 5.0


@pytest.mark.parametrize(("name", "weights"), [("P3", ((-0.35, 0.35), (0.35, 0.7), (0.7, 1.1)))])
def test_claim_spin_glass_has_two_peaks_below_T_c(name, weights):
    """P = 3: weight at q_1 grows and weight at 0 falls with falling T; nothing between keeps up with either."""
    rows = [r for r in table("spin_glass", name, "histograms") if r["N"] == 64.0]
    weight = {}
    for t in spin_glass.HIST_T:
        at = of(rows, reduced=t)
        step = at[1]["q"] - at[0]["q"]
        weight[t] = [step * sum(r["density"] for r in at if low < r["q"] <= high) for low, high in weights]
    cold, middle, hot = (weight[t] for t in spin_glass.HIST_T)
    assert cold[2] > middle[2] > hot[2]
    assert cold[0] < middle[0] < hot[0]
    assert cold[1] < 0.5 * min(cold[0], cold[2])


# ---- coexistence ----


@pytest.mark.parametrize("name", coexistence.CASES)
def test_claim_coexistence_is_where_theory_says(name):
    rows, case = table("coexistence", name), beyond_rs.CASES[name]
    assert meta("coexistence", name)["verdict"] == coexistence.verdict(name, rows)
    (r,) = of(rows, quantity="load of coexistence")
    glass = solve(case.network, r["load"], r["T"], "spin_glass", spin_glass.CASES[name].ansatz)
    retrieval = solve(case.network, r["load"], r["T"], "retrieval", RSB(1))
    assert glass.free_energy == pytest.approx(retrieval.free_energy, abs=1e-6)
    assert abs(r["simulation"] - r["theory"]) < min(4.0 * r["error"], 0.25 * r["theory"])
    ends = [r for r in of(rows, curve="retrieval") if math.isinf(r["N"])]
    assert len(ends) >= 2
    assert max(abs(r["z"]) for r in checked(ends)) <= 4.0
    for r in ends:
        s = solve(case.network, r["load"], r["T"], "retrieval", RSB(1), strict=False)
        assert r["theory"] == pytest.approx(s.free_energy, abs=1e-5)
    assert coexistence.measured(name)[0]["simulation"] - 0.5 == pytest.approx(of(rows, curve="retrieval")[0]["simulation"])


# ---- hard and soft ----


@pytest.mark.parametrize("P", hard_glass.CLAIM)
def test_claim_hard_glass(P):
    rows = table("hard_glass", f"P{P}")
    assert meta("hard_glass", f"P{P}")["verdict"] == hard_glass.verdict(P, rows)
    ends = [r for r in rows if math.isinf(r["N"])]
    total, hard = (of(ends, curve=f"{part}, RSB(1)") for part in ("total", "hard"))
    assert max(abs(r["z"]) for r in total) <= 4.0
    if P == 2:
        assert max(abs(r["z"]) for r in hard) > 8.0
    else:
        assert [r["theory"] for r in hard] == pytest.approx([r["theory"] for r in total], abs=1e-9)
