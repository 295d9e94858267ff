"""The claims of results/rsb_hierarchy re-checked from the committed data, against the theory of today's code."""

import math
from itertools import pairwise

import pytest

from glassy import RS, RSB, solve
from sims import _sim, rsb_hierarchy

RESULTS = _sim.ROOT / "results" / "rsb_hierarchy"
NAMES = sorted(rsb_hierarchy.CASES)


def table(name, which):
    return _sim.results("rsb_hierarchy", name)[which]


def steps_of(ansatz):
    """Number of steps in the name of an ansatz: RS() 0, RSB(2) 2, FullRSB(...) infinity."""
    return 0.0 if ansatz == "RS()" else math.inf if ansatz.startswith("Full") else float(ansatz[4:-1])


def test_every_network_is_committed():
    assert sorted(p.name for p in RESULTS.iterdir()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_data_is_that_of_this_code(name):
    for row in table(name, "data")[:: 17 if name != "P2" else 7]:
        k = steps_of(row["ansatz"])
        if math.isinf(k):
            continue
        ansatz = RSB(int(k)) if k else RS()
        s = solve(
            rsb_hierarchy.CASES[name].network,
            rsb_hierarchy.LOAD,
            row["T"],
            row["phase"] if k else "spin_glass",
            ansatz,
            strict=False,
        )
        if row["phase"] == "paramagnetic":
            continue
        assert s.status.name == row["status"]
        if s.status.ok:
            assert row["free_energy"] == pytest.approx(s.free_energy, abs=1e-10)
            assert row["entropy"] == pytest.approx(s.entropy, abs=1e-7)
            assert row["residual"] <= 1e-10


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_left_out(name):
    rows = table(name, "data")
    temperatures = {r["T"] for r in rows}
    assert len(temperatures) == 37
    for T in temperatures:
        assert len([r for r in rows if r["T"] == T]) == 6
    failed = [r for r in rows if r["status"] == "NOT_CONVERGED"]
    assert len(failed) <= 3  # within 1 % of a continuous onset


@pytest.mark.parametrize("name", NAMES)
def test_claim_RS_is_wrong_in_every_respect(name):
    steps = [r for r in table(name, "depth") if r["T"] == 0.0]
    rs, full = steps[0], steps[-1]
    assert rs["ansatz"] == "RS()"
    assert full["ansatz"].startswith("FullRSB")
    assert rs["entropy"] < -0.1
    assert abs(full["entropy"]) <= 2.0 * full["entropy_error"] < 2e-4
    assert rs["free_energy"] < full["free_energy"] - 0.03
    glass = [
        r for r in table(name, "data") if r["ansatz"] == "RS()" and r["phase"] == "spin_glass" and r["status"] == "CONVERGED"
    ]
    assert len(glass) > 15
    assert all(r["replicon"] < 0.0 for r in glass)


@pytest.mark.parametrize("name", NAMES)
def test_claim_every_step_raises_f_and_the_steps_converge(name):
    depth = table(name, "depth")
    for T in {r["T"] for r in depth}:
        *steps, full = [r for r in depth if r["T"] == T]
        f = [r["free_energy"] for r in steps]
        assert [r["k"] for r in steps] == list(range(9))
        assert all(b > a for a, b in pairwise(f))
        assert all(c - b < b - a for a, b, c in zip(f, f[1:], f[2:], strict=False))
        assert 0.0 < full["free_energy"] - f[-1] < 3.0 * (f[-1] - f[-2])
    for ansatz, deeper in pairwise(("RS()", "RSB(1)", "RSB(2)", "RSB(3)")):
        rows = {
            (r["ansatz"], r["T"]): r for r in table(name, "data") if r["phase"] == "spin_glass" and r["status"] != "LEFT_PHASE"
        }
        pairs = [(r, rows[deeper, T]) for (a, T), r in rows.items() if a == ansatz]
        assert all(b["free_energy"] >= a["free_energy"] - 1e-12 for a, b in pairs)


@pytest.mark.parametrize("name", NAMES)
def test_claim_the_parisi_function_rises(name):
    levels = table(name, "levels")
    for k in {r["k"] for r in levels}:
        rows = [r for r in levels if r["k"] == k]
        assert all(a["q"] < b["q"] and a["x"] < b["x"] for a, b in pairwise(rows))
        assert rows[-1]["x"] == 1.0


@pytest.mark.parametrize("name", NAMES)
def test_verdicts_are_those_of_the_data(name):
    case, meta = rsb_hierarchy.CASES[name], _sim.meta("rsb_hierarchy", name)
    assert (meta["claim"], meta["command"]) == (case.claim, f"python -m glassy sims run rsb_hierarchy/{name}")
    assert meta["verdict"] == rsb_hierarchy.verdict(case, _sim.results("rsb_hierarchy", name))
    assert len(meta["verdict"]) <= 250
    assert meta["verdict"] in (RESULTS.parent / "README.md").read_text()
