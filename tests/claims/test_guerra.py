"""Guerra's interpolation (I.1): its weight, its area, and the claims of results/guerra re-checked from the committed data."""

import math
from itertools import pairwise, product

import numpy as np
import pytest
from committed import checked, tables

from glassy import RSB, DenseHebbian, Interpolation, draw_patterns, solve
from glassy.exact import perturbed_integers
from sims import _sim, guerra

NODES = Interpolation.nodes(guerra.NODES)[0]
GLASS, RETRIEVAL = guerra.CASES["glass"], guerra.CASES["retrieval"]


def test_I1_weight_of_the_interpolation():
    """I.1: the Boltzmann weight of the run is that of the formula, state by state, up to a constant."""
    N, t, network = 8, 0.37, DenseHebbian(3)
    saddle = solve(network, network.load(6, N), 0.4)
    xi = draw_patterns(K=6, N=N, seed=3)
    J = np.random.default_rng(1).normal(size=(1, N))
    T_t, added = Interpolation(saddle).simulated(N, t, J)
    H, unit = perturbed_integers(network, xi, added)
    spins = np.array(list(product((1, -1), repeat=N)))
    F = network.energy_table(N).energies
    M = spins @ xi.T
    m, beta = M[:, 0] / N, 1.0 / saddle.T
    slope = network.covariance(saddle.q_EA, saddle.load, derivative=1)
    exponent = -math.sqrt(t) * beta * F[(N - M[:, 1:]) // 2].sum(axis=1) + t * beta * (N / 2) * m**3
    exponent += (1 - t) * beta * 1.5 * saddle.m**2 * N * m + math.sqrt((1 - t) * slope) * beta * (spins @ J[0])
    assert np.sort(-H * unit / T_t) == pytest.approx(np.sort(exponent), abs=1e-8)


@pytest.mark.slow
def test_I1_area_under_the_curve_of_RSB1_is_the_error_of_RS():
    """I.1 at infinite N: the area under the integrand of RSB(1) is A_RSB(1) - A_RS, from free energies alone."""
    rs, one = GLASS.guerra.saddle, solve(GLASS.guerra.network, GLASS.load, GLASS.T, "spin_glass", RSB(1))
    t = (np.arange(200) + 0.5) / 200
    area = np.mean([Interpolation(rs).expected(float(x)) for x in t])
    assert area == pytest.approx((rs.free_energy - one.free_energy) / GLASS.T, abs=2e-5)
    assert area < -0.1


@pytest.mark.parametrize("name", guerra.CASES)
def test_verdict_is_that_of_the_data(name):
    found = tables("guerra", guerra, guerra.CASES[name])["data"]
    for N in guerra.CASES[name].sizes:
        assert found.where(N=N, quantity="integrand")["t"].tolist() == pytest.approx(NODES.tolist(), abs=1e-15)


def test_claim_integrand_vanishes_where_RS_is_exact():
    data = tables("guerra", guerra, RETRIEVAL)["data"]
    ends = data.ends.where(quantity="integrand")
    assert len(ends) == guerra.NODES
    assert all(abs(r.z) <= 4.0 and abs(r.simulation) < 3e-4 for r in ends)
    for t in dict.fromkeys(ends["t"].tolist()):
        each = [data.where(t=t, N=N, quantity="integrand").rows[0] for N in data.sizes[1:]]
        scaled = [r.N * r.simulation for r in each]
        assert all(a.simulation > b.simulation for a, b in pairwise(each))
        assert 0.02 < min(scaled) <= max(scaled) < 0.08  # 1/N: N times the integrand does not run away
    (end,) = data.ends.where(quantity="-beta f")
    assert abs(end.z) <= 4.0
    assert end.theory == pytest.approx(-solve(DenseHebbian(3), RETRIEVAL.load, RETRIEVAL.T).free_energy / RETRIEVAL.T, abs=1e-9)


def test_claim_integrand_stays_where_RS_is_broken():
    data = tables("guerra", guerra, GLASS)["data"]
    whole = GLASS.guerra
    rs, (end,) = whole.theory(), data.ends.where(quantity="-beta f")
    assert abs(end.z) <= 4.0  # RSB(1)
    assert (rs - end.simulation) / end.error > 5.0  # not RS
    ends = data.ends.where(quantity="integrand")
    assert len(ends) == guerra.NODES
    assert max(abs(r.z) for r in checked(ends)) <= 4.0
    curve = {float(t): whole.expected(float(t)) for t in NODES}
    assert ends["theory"].tolist() == pytest.approx(list(curve.values()), abs=1e-9)
    again = whole.limits(data, GLASS.power)
    assert again["simulation"].tolist() == pytest.approx([*ends["simulation"], end.simulation], rel=1e-9)
    assert again["error"].tolist() == pytest.approx([*ends["error"], end.error], rel=1e-9)
    alone = whole.limits(data, lambda t: 1.0).rows[-1]
    assert abs(alone.value.z(end.theory)) > 2.0  # 1/N everywhere is worse, which chi2 does not show
    last = max(data.finite.where(quantity="integrand"), key=lambda r: (r.N, r.t))
    assert last.simulation < -8.0 * last.error
    same = _sim.results("spin_glass", "P3")["data"].finite.usable.where(quantity="-beta f", load=GLASS.load, T=GLASS.T)
    assert len(same) >= 3
