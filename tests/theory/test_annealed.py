"""F.1: ln E[Z] of N spins, and the load whose noise scatters as theirs."""

import math

import numpy as np
import pytest

from glassy import DenseHebbian, annealed, noise_load, simulate
from glassy.exact import state_energies


@pytest.mark.parametrize(
    ("network", "N"), [(DenseHebbian(3), 40), (DenseHebbian(4), 24), (DenseHebbian(4, "self-interacting"), 24)]
)
def test_the_load_of_the_noise_is_the_scatter_of_random_states(network, N):
    K = network.patterns(1.0, N)
    r = simulate(network, 1.0, math.inf, N, seed=2, samples=40, sweeps=400, start="random")
    load = noise_load(network, K, N)
    scatter = N * float((r.series.energy - network.energy_offset(K + 1, N)).var())
    expected = network.covariance(1.0, load) - network.covariance(0.0, load)
    assert scatter == pytest.approx(expected, rel=0.1)
    if network.interactions == "distinct":
        shrunk = math.prod(1.0 - i / N for i in range(network.P))
        assert load == pytest.approx(network.load(K, N) * shrunk, rel=1e-9)
    else:
        assert load < network.load(K, N)


@pytest.mark.parametrize("network", [DenseHebbian(3), DenseHebbian(4, "self-interacting")], ids=repr)
def test_F1_is_the_mean_of_Z_over_all_patterns(network):
    N, K, T = 4, 2, 0.7
    shift = network.energy_offset(K + 1, N)  # M.3 of K patterns
    Z, E = [], []
    for code in range(2 ** (N * K)):
        bits = np.array([(code >> i) & 1 for i in range(N * K)], np.int8).reshape(K, N)
        H = state_energies(network, (1 - 2 * bits).astype(np.int8))
        Z.append(np.exp(-H / T).sum())
        E.append((H * np.exp(-H / T)).sum())
    found = annealed(network, K, N, T)
    assert found.minus_beta_f == pytest.approx(math.log(np.mean(Z)) / N + shift / T, rel=1e-12)
    assert found.energy == pytest.approx(np.mean(E) / np.mean(Z) / N - shift, rel=1e-12)
    up, down = (annealed(network, K, N, T + h).energy for h in (1e-5, -1e-5))
    assert found.specific_heat == pytest.approx((up - down) / 2e-5, rel=1e-6)
