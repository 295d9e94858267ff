"""Rungs along the pattern: exchanges are even, walls hold the other patterns, the curve is that of all states behind them."""

import numpy as np
import pytest

import glassy
from glassy import DenseHebbian, InputError, Perturbation, ReplicaExchange, field_rungs, simulate
from glassy.simulation.free_energy_of_m import _mean_noise

HOW = {"method": ReplicaExchange(), "seed": 1, "threads": 1}
pair = DenseHebbian(2)


def test_exchanges_are_even_and_fewer_the_wider_the_step():
    rungs = field_rungs(DenseHebbian(3), 0.3, 0.8, 40)
    wide = field_rungs(DenseHebbian(3), 0.3, 0.8, 40, step=1.5)
    assert (len(rungs), len(wide)) == (13, 9)
    for given, low, high in ((rungs, 0.4, 0.7), (wide, 0.2, 0.5)):
        r = simulate(DenseHebbian(3), 0.3, 0.8, 40, perturbation=given, samples=4, sweeps=300, **HOW)
        assert all(low < a < high for a in r.exchange.acceptance[:-1])  # the last step is the one that is sure of m = 1
        assert r.free_energy_of_m().m[-1] == 1.0


def test_walls_hold_the_other_patterns():
    load, N = 0.1, 30
    K = pair.patterns(load, N)
    rungs = field_rungs(pair, load, 0.3, N, others=0.6)
    assert rungs[0].chosen == tuple(range(K))
    found = {}
    for name, given in (("held", rungs), ("free", field_rungs(pair, load, 0.3, N))):
        r = simulate(pair, load, 0.3, N, perturbation=given, samples=4, sweeps=200, **HOW)[0]
        spins, lowest = r.series.spins, r.series.m.min()
        assert (lowest >= 0.0) == (name == "held")  # and the mirror
        xi = [glassy.draw_patterns(K, N, seed=1, sample=s)[1:] for s in range(4)]
        found[name] = max(np.abs(x @ s.T).max() / N for x, s in zip(xi, spins, strict=True))
    assert dict(field_rungs(DenseHebbian(3), 0.1, 0.5, 12, others=0.8)[0].pattern_energies)[0] == 0.0  # at odd P there is none
    assert found["held"] <= 0.6 + 1e-9
    assert found["free"] > 0.8  # the twin: without walls it is at another pattern


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::glassy.EquilibrationWarning")
def test_behind_walls_the_curve_is_that_of_all_states_there():
    z, shift = [], []
    for seed in range(8):
        rungs = field_rungs(pair, 0.3, 0.5, 12, others=0.67)
        f = simulate(pair, 0.3, 0.5, 12, perturbation=rungs, samples=1, sweeps=2000, **{**HOW, "seed": seed}).free_energy_of_m()
        energies = {k: e for k, e in rungs[0].pattern_energies if k}
        walled = glassy.enumerate_states(pair, 0.3, 0.5, 12, seed=seed, perturbation=Perturbation(pattern_energies=energies))
        found = glassy.compare(walled, f)
        z += [r.z for r in found.rows if np.isfinite(r.z)]
        free = glassy.enumerate_states(pair, 0.3, 0.5, 12, seed=seed)
        with pytest.raises(InputError, match="must be of one state point, they differ in perturbation"):
            glassy.compare(free, f)
        at = int(np.flatnonzero(f.m == 0.0)[0])
        all_of = dict(zip(np.round(12 * free.m_values), free.m_weights, strict=True))[0.0]
        shift.append((float(f.free_energy[at]) - free.free_energy + 0.5 / 12 * np.log(all_of)) / f.free_energy[at].error)
    assert len(z) > 20
    assert max(map(abs, z)) < 4.5
    assert 0.5 < np.sqrt(np.mean(np.square(z))) < 1.5
    assert np.sqrt(np.mean(np.square(shift))) > 3.0  # the twin: all states, those at other patterns among them


def test_the_mean_noise_behind_walls_is_known():
    """f(1) of drawn patterns is exact, as the mean over patterns of the noise there is, tables of other patterns or not."""
    load, N = 0.25, 24
    for others in (None, 0.75):
        rungs = field_rungs(pair, load, 0.9, N, others=others, step=0.7)
        f = simulate(pair, load, 0.9, N, perturbation=rungs, samples=10, sweeps=200, **HOW).free_energy_of_m()
        signal = float(pair.energy_table(N).energies[0]) / N
        assert float(f.free_energy[-1]) == pytest.approx(signal, abs=1e-9 if others is None else 1e-3)
        assert f.free_energy[-1].error < 1e-3
        plain = f.each[:, -1].std(ddof=1)
        assert plain > 0.005  # the twin: without it f(1) scatters


def test_refusals():
    for given, match in (
        ({"others": 0.0}, "others must lie"),
        ({"others": 2.0}, "others must lie"),
        ({"step": 0.0}, "step must"),
        ({"T": 0.0}, "T must be above 0"),
    ):
        with pytest.raises(InputError, match=match):
            field_rungs(**{"network": pair, "load": 0.1, "T": 0.5, "N": 20} | given)
    with pytest.raises(InputError, match="load must be"):
        field_rungs(pair, 0.0, 0.5, 20)
    with pytest.raises(InputError, match="stores patterns|no .*|must"):
        field_rungs(glassy.SpinGlass({2: 1.0}), 0.1, 0.5, 20)


def test_the_mean_of_other_patterns_is_that_before_their_walls():
    """The control of f(m) has mean 0 over patterns that leave m = 1 free; not so with the walls in it."""
    network, N, load, others = DenseHebbian(3), 24, 0.1, 0.7
    K, rng = network.patterns(load, N), np.random.default_rng(5)
    rungs = field_rungs(network, load, 0.6, N, others=others)
    known = _mean_noise(network, rungs[0], K, N)
    overlap = 2.0 * rng.binomial(N, 0.5, size=(40_000, K - 1)) / N - 1.0
    free = overlap[(np.abs(overlap) <= others).all(axis=1)]
    energy = network.energy_table(N).energies[np.rint((1.0 - free) * N / 2.0).astype(int)].sum(axis=1) / N
    assert abs(energy.mean() - known) < 4.0 * energy.std() / len(energy) ** 0.5
    walls = (K - 1) * (1.0 - (np.abs(overlap) <= others).mean()) * 2.0
    assert walls > 20.0 * energy.std() / len(energy) ** 0.5  # the twin would be seen
