"""The transport equation (J.1): its solution by characteristics, where they cross, and what a run on one of them weighs."""

import math
from itertools import product

import numpy as np
import pytest

import glassy
from glassy import DenseHebbian, InputError, Interpolation, PhaseError, draw_patterns, solve, transport, transport_shock
from glassy.exact import perturbed_integers

NETWORKS = [DenseHebbian(P, kind) for P in (3, 4, 6) for kind in ("distinct", "self-interacting")]
PLACES = [(0.5, 0.2, 0.1), (0.9, 0.05, 0.3), (0.3, 1.0, -0.2), (1.0, 0.1, 0.2)]


def slopes(network, load, T, place, h=1e-4):
    def action(move):
        return transport(network, load, T, *np.clip(np.array(place) + move, (0, 0, -9), (1, 9, 9))).action

    found = []
    for e in np.eye(3):
        one_sided = place[0] == 1.0 and e[0] == 1.0
        k, w = ((0, -1, -2, -3, -4), (25, -48, 36, -16, 3)) if one_sided else ((-2, -1, 1, 2), (1, -8, 8, -1))
        found.append(sum(b * action(a * h * e) for a, b in zip(k, w, strict=True)) / (12.0 * h))
    return found


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("network", NETWORKS)
def test_J1_is_solved(network, place):
    p = transport(network, 0.05, 0.4, *place)
    along_t, along_x, along_y = slopes(network, 0.05, 0.4, place)
    assert along_y == pytest.approx(p.m, abs=1e-9)
    assert along_x == pytest.approx(0.5 * (1.0 - p.q), abs=1e-9)
    assert along_t + p.velocity[0] * along_x + p.velocity[1] * along_y == pytest.approx(p.source, abs=1e-9)
    wrong = along_t + 1.02 * p.velocity[0] * along_x + 1.02 * p.velocity[1] * along_y  # the twin
    assert abs(wrong - p.source) > 2e-5


@pytest.mark.parametrize("network", NETWORKS)
def test_it_ends_at_the_saddle_and_begins_at_free_spins(network):
    s, p = solve(network, 0.05, 0.3), transport(network, 0.05, 0.3)
    assert (p.m, p.q) == pytest.approx((s.m, s.q), abs=1e-12)
    assert p.action == pytest.approx(-s.free_energy / 0.3, abs=1e-12)
    foot = p.at(0.0)
    assert (foot.t, foot.m, foot.q, foot.velocity) == (0.0, p.m, p.q, p.velocity)
    again = transport(network, 0.05, 0.3, 0.0, foot.x, foot.y)
    assert (again.m, again.q, again.action) == pytest.approx((p.m, p.q, foot.action), abs=1e-11)
    assert p.last == 1.0
    early = transport(network, 0.05, 0.3, 0.2, 0.01, 1.0)
    assert early.last < 1.0
    with pytest.raises(InputError, match="characteristic must reach t, but x is .* Take t up to"):
        early.at(1.0)


@pytest.mark.slow
@pytest.mark.parametrize(("P", "T"), [(3, 0.6), (4, 0.5), (3, 0.45)])
def test_two_states_meet_where_they_coexist(P, T):
    network = DenseHebbian(P)
    at = glassy.coexistence(network, T=T).load
    assert abs(transport_shock(network, at, T)) < 1e-9
    below = transport_shock(network, 0.9 * at, T)
    assert below < -1e-3
    assert transport_shock(network, at, T, t=0.95) > 1e-3
    one, other = (transport(network, 0.9 * at, T, y=below, start=start) for start in ("pattern", "random"))
    assert one.action == pytest.approx(other.action, abs=1e-12)
    assert one.m > 0.6 > 0.2 > other.m
    with pytest.raises(PhaseError, match="no two states meet"):
        transport_shock(network, at, T, t=0.2)


def test_J1_weight_of_a_run_on_a_characteristic():
    """Its Boltzmann weight is that of A(t, x, y), state by state, up to a constant; I.1 is x = y = 0."""
    N, t, network, x, y = 8, 0.37, DenseHebbian(3), 0.3, 0.25
    saddle = solve(network, network.load(6, N), 0.4)
    line = transport(network, saddle.load, 0.4, 1.0, x, y).at(t)
    xi, J = draw_patterns(K=6, N=N, seed=3), np.random.default_rng(1).normal(size=(1, N))
    T_t, added = Interpolation(saddle, x, y).simulated(N, t, J)
    H, unit = perturbed_integers(network, xi, added)
    spins = np.array(list(product((1, -1), repeat=N)))
    F, M, beta = network.energy_table(N).energies, spins @ xi.T, 1.0 / saddle.T
    m = M[:, 0] / N
    exponent = -math.sqrt(t) * beta * F[(N - M[:, 1:]) // 2].sum(axis=1) + t * beta * (N / 2) * m**3
    exponent += line.y * N * m + math.sqrt(line.x) * (spins @ J[0])
    assert np.sort(-H * unit / T_t) == pytest.approx(np.sort(exponent), abs=1e-7)
    assert Interpolation(saddle, x, y).theory() == pytest.approx(line.action + line.source * (1.0 - t), abs=1e-12)


def test_refused():
    for change, words in (
        ({"network": DenseHebbian(2)}, "P > 2"), ({"T": 0.0}, "T must be > 0"), ({"t": 1.5}, "t must"), ({"x": -1.0}, "x must"),
        ({"start": "both"}, "start must be"), ({"network": glassy.SpinGlass({3: 1.0})}, "can retrieve"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=words):
            transport(**{"network": DenseHebbian(3), "load": 0.1, "T": 0.3} | change)
    with pytest.raises(InputError, match="y must be 0 in the spin glass"):
        Interpolation(solve(DenseHebbian(3), 4.0, 0.8, "spin_glass"), 0.1, 0.1)
