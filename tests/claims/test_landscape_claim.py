"""The claim of results/landscape, re-checked from the committed data."""

import math

import numpy as np
import pytest
from committed import checked, tables

import glassy
from glassy import solve
from sims import landscape as claim


@pytest.mark.parametrize("case", claim.CASES.values(), ids=lambda c: c.name)
def test_claim_of_the_landscape(case):
    data, line = tables("landscape", claim, case)["data"], case.line
    assert max(abs(r.z) for r in checked(data.ends)) <= 4.0
    assert len(data.ends) == 2 * len(claim.AT) + 1
    (meets,) = data.ends.where(quantity=claim.MEETS)
    assert meets.theory == pytest.approx(line.coexistence, abs=1e-9)
    assert meets.error < 0.01
    for x in claim.AT:
        load = x * line.coexistence
        rows = data.where(load=lambda y, load=load: abs(y - load) < 1e-9)
        barrier = glassy.free_energy_of_m(line.network, load, math.sqrt(load), m=[0.0]).barrier
        assert rows.where(quantity="barrier")["theory"] == pytest.approx(barrier, abs=1e-10)
        pattern = solve(line.network, load, math.sqrt(load))
        depth = solve(line.network, load, math.sqrt(load), "paramagnetic").free_energy - pattern.free_energy
        assert rows.where(quantity="depth")["theory"] == pytest.approx(depth, abs=1e-10)
    off = [r.value.z(1.4 * r.theory) for r in data.ends if r.quantity == claim.MEETS]  # the twin: another load
    assert max(map(abs, off)) > 4.0


@pytest.mark.parametrize("case", claim.CASES.values(), ids=lambda c: c.name)
def test_curves_of_the_figure(case):
    """Lines are theory; measured curves are nearer to it the larger N."""
    found = tables("landscape", claim, case)
    curves, lines = found["curves"], found["lines"]
    load = lines[0]["load"]
    f = glassy.free_energy_of_m(case.line.network, load, math.sqrt(load), m=[0.0, 0.5])
    rows = lines.where(load=load)
    assert np.interp([0.0, 0.5], rows["m"], rows["f"]) == pytest.approx(f.free_energy, abs=1e-4)
    apart = []
    for N in case.sizes:
        mine = curves.where(load=load, N=N, m=lambda m: 0.5 < m < 1.0)
        theory = np.interp(mine["m"], rows["m"], rows["f"])
        apart.append(float(np.ptp(mine["f"] - theory)))
    assert apart[-1] < 0.8 * apart[0]


@pytest.mark.parametrize("case", claim.CASES.values(), ids=lambda c: c.name)
def test_a_higher_wall_is_climbed_later(case):
    rows = tables("landscape", claim, case)["data"].where(quantity=claim.TIME)
    assert list(rows["N"]) == list(case.escapes)
    assert np.all(np.diff(rows["t"]) > 0.0)
    assert rows["simulation"][-1] - rows["simulation"][0] > 3.0 * math.hypot(rows["error"][0], rows["error"][-1])
