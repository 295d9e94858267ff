"""The free energy at a given m (J.2): its slope, its stationary points, its barrier."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq

import glassy
from glassy import DenseHebbian, InputError, free_energy_of_m, solve

POINTS = [
    (DenseHebbian(2), 0.05, 0.3), (DenseHebbian(2, "self-interacting"), 0.03, 0.6), (DenseHebbian(3), 0.2, 0.3),
    (DenseHebbian(3, "self-interacting"), 0.1, 0.5), (DenseHebbian(4), 0.3, 0.2),
    (DenseHebbian(4, "self-interacting"), 0.05, 0.4),
    (DenseHebbian(7), 0.1, 0.25), (DenseHebbian(2), 0.1, 0.0), (DenseHebbian(3), 0.2, 0.0), (DenseHebbian(4), 0.2, 0.0),
]  # fmt: skip


@pytest.mark.parametrize(("network", "load", "T"), POINTS)
def test_the_slope_is_the_derivative(network, load, T):
    m, h = np.array([-0.95, -0.6, 0.3, 0.6, 0.9, 0.97]), 1e-4
    f = [free_energy_of_m(network, load, T, m + k * h) for k in (-2, -1, 0, 1, 2)]
    change = (8.0 * (f[3].free_energy - f[1].free_energy) - (f[4].free_energy - f[0].free_energy)) / (12.0 * h)
    assert np.max(np.abs(change - f[2].slope)) < 1e-7
    wrong = change - f[2].slope - 0.01 * m  # the twin: a signal one percent too strong
    assert np.max(np.abs(wrong)) > 2e-3


@pytest.mark.parametrize(("network", "load", "T"), POINTS)
def test_its_stationary_points_are_the_saddles(network, load, T):
    saddle, f = solve(network, load, T), free_energy_of_m(network, load, T, [0.5])
    assert (f.m_minimum, f.f_minimum) == (saddle.m, saddle.free_energy)
    two = free_energy_of_m(network, load, T, [f.m_minimum, f.m_top])
    assert two.free_energy == pytest.approx([saddle.free_energy, f.f_top], abs=1e-12)
    assert abs(two.slope[0]) * (1.0 - saddle.m) < 1e-10
    assert abs(two.slope[1]) < 1e-10
    inner = free_energy_of_m(network, load, T, np.linspace(f.m_top, f.m_minimum, 9)[1:-1])
    assert np.all(inner.slope < 0.0)
    assert np.all((inner.free_energy < f.f_top) & (inner.free_energy > f.f_minimum))
    assert f.q.shape == f.replicon.shape == (1,)


def test_known_points():
    f = free_energy_of_m(DenseHebbian(3), 0.2, 0.3)
    assert f.m_minimum == pytest.approx(0.9837297353, abs=1e-10)
    assert f.f_minimum == pytest.approx(-0.5032203068, abs=1e-10)
    assert f.m_top == pytest.approx(0.2044512577, abs=1e-10)
    assert f.f_top == pytest.approx(-0.3725540749, abs=1e-10)
    assert (f.m.size, f.m[0], f.m[-1], f.status.name) == (101, 0.0, 1.0, "CONVERGED")


def test_the_top_sinks_to_the_energy_of_the_pattern_at_the_published_load():
    def above(load, network):
        f = free_energy_of_m(network, load, 0.0, [1.0])
        assert f.f_pattern == f.free_energy[0]
        return f.f_top - f.f_pattern

    for kind in ("distinct", "self-interacting"):
        assert brentq(above, 0.12, 0.135, args=(DenseHebbian(2, kind),)) == pytest.approx(0.1294899826691, abs=1e-9)
    assert free_energy_of_m(DenseHebbian(2, "self-interacting"), 0.1, 0.0, [1.0]).f_pattern == pytest.approx(-0.55, abs=1e-15)


@pytest.mark.parametrize(("network", "T"), [(DenseHebbian(2), 0.0), (DenseHebbian(2), 0.5), (DenseHebbian(3), 0.3)])
def test_the_barrier_vanishes_at_the_spinodal_like_its_distance_to_three_halves(network, T):
    end = glassy.spinodal(network, T).load
    heights = [free_energy_of_m(network, end * (1.0 - d), T, [0.5]).barrier for d in (1e-3, 1e-5, 1e-7, 1e-8)]
    assert heights[3] < 1e-12
    assert heights[0] / heights[1] == pytest.approx(1000.0, rel=0.01)
    assert heights[1] / heights[2] == pytest.approx(1000.0, rel=0.01)
    beyond = free_energy_of_m(network, end * (1.0 + 1e-8), T, [0.5])
    assert (beyond.barrier, beyond.m_minimum, beyond.m_top) == (0.0, None, None)
    assert "no minimum" in repr(beyond)


def test_at_the_middle_it_is_the_state_without_a_pattern():
    for network, load, T, phase in ((DenseHebbian(3), 0.2, 0.5, "paramagnetic"), (DenseHebbian(2), 0.1, 0.4, "spin_glass")):
        f = free_energy_of_m(network, load, T, [0.0, 1e-3])
        assert f.free_energy[0] == solve(network, load, T, phase=phase).free_energy
        assert f.free_energy[1] == pytest.approx(f.free_energy[0], abs=1e-6)
        assert f.slope[0] == 0.0


def test_without_noise_to_speak_of_it_is_that_of_free_spins():
    m, T = np.array([0.2, 0.5, 0.9]), 0.4
    f = free_energy_of_m(DenseHebbian(3), 1e-12, T, m)
    s = -0.5 * ((1 + m) * np.log(0.5 * (1 + m)) + (1 - m) * np.log(0.5 * (1 - m)))
    assert f.free_energy == pytest.approx(-0.5 * m**3 - T * s, abs=1e-11)


def test_against_all_states_of_small_networks():
    """The mean of -(T/N) ln of the weight at each m, with the exact signal and number of states at finite N."""
    network, load, T, N = DenseHebbian(3), 0.5, 1.5, 14
    K, M0 = network.patterns(load, N), 8
    m, F = M0 / N, np.array(network.energy_table(N).energies)
    states = 1 - 2 * ((np.arange(2**N)[:, None] >> np.arange(N)) & 1)
    found = []
    for seed in range(16):
        M = states @ glassy.draw_patterns(K, N, seed=seed).T.astype(int)
        energy = F[(N - M[M[:, 0] == M0]) // 2].sum(axis=1)
        found.append(-T / N * np.log(np.sum(np.exp(-energy / T))) - 0.5 * T / N * math.log(0.5 * math.pi * N * (1 - m * m)))
    theory = free_energy_of_m(network, load, T, [m]).free_energy[0] + 0.5 * m**3 + F[(N - M0) // 2] / N
    off, error = np.mean(found) - theory, np.std(found) / 4.0
    assert abs(off) < 4.0 * error + 0.02
    assert abs(off + 0.5 * m**3) > 8.0 * error + 0.02  # the twin: without the signal


def test_refused():
    for change, words in (
        ({"m": [1.2]}, "from -1 to 1"), ({"ansatz": "FullRSB()"}, "RSB"), ({"load": 0.0}, "load must be > 0"),
        ({"network": glassy.SpinGlass({3: 1.0})}, "can retrieve"),
        ({"network": DenseHebbian(3).trained(2, 0.9)}, "stores as they are"),
        ({"m": ["a"]}, "m must"),
    ):  # fmt: skip
        asked = {"network": DenseHebbian(3), "load": 0.1, "T": 0.3} | change
        with pytest.raises(InputError, match=words):
            free_energy_of_m(**asked)
