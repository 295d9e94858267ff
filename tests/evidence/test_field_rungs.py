"""Rungs along the pattern: exchanges are even, walls hold the other patterns, the curve is that of all states behind them."""

import dataclasses

import numpy as np
import pytest

import glassy
from glassy import DenseHebbian, InputError, Perturbation, ReplicaExchange, field_rungs, simulate
from glassy.simulation import free_energy_of_m
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
@pytest.mark.parametrize("hot", [None, 2.0])
def test_behind_walls_the_curve_is_that_of_all_states_there(hot):
    z, shift = [], []
    for seed in range(8):
        rungs = field_rungs(pair, 0.3, 0.5, 12, others=0.67, hot=hot)
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


@pytest.mark.parametrize(("P", "load", "T", "N", "others"), [(2, 0.05, 0.5, 60, 0.6), (3, 0.2, 0.4, 20, None)])
def test_hot_rungs_are_those_of_other_temperatures(P, load, T, N, others):
    """Fields fall to 0, then the share of the energies of other patterns falls to T/hot, by exchanges that none lacks."""
    network, hot = DenseHebbian(P), 1.6
    cold, rungs = (field_rungs(network, load, T, N, step=1.2, others=others, hot=x) for x in (None, hot))
    weak = rungs[len(cold) :]
    assert rungs[: len(cold)] == cold[::-1]
    assert len(weak) > 2
    assert [p.along for p in weak] == [0.0] * len(weak)
    K = network.patterns(load, N)
    assert all(p.chosen == tuple(range(K)) for p in weak)
    energies = network.energy_table(N).energies
    share = [dict(p.pattern_energies)[1] for p in weak] if others is None else [
        dict(p.pattern_energies)[1][N // 2 - 5] / energies[N // 2 - 5] for p in weak
    ]  # fmt: skip
    assert np.all(np.diff([1.0, *share]) < 0.0)
    assert share[-1] == pytest.approx(T / hot, abs=1e-3)
    if others is not None:
        assert dict(weak[-1].pattern_energies)[1][0] == 2.0 * N  # the walls stay
    r = simulate(network, load, T, N, perturbation=rungs, samples=4, sweeps=200, **HOW)
    least = 0.35 if P == 2 else 0.1  # RS has no small network of P = 3 at one of its patterns
    assert all(a > least for a in r.exchange.acceptance)


def test_the_finest_hot_rungs_differ():
    rungs = field_rungs(pair, 0.1, 0.5, 4000, step=0.1, hot=1.7)
    assert len(set(rungs)) == len(rungs)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::glassy.EquilibrationWarning")
def test_the_curve_of_a_glass_is_steady_with_hot_rungs_alone():
    found = {}
    for hot in (None, 1.6):
        rungs = field_rungs(pair, 0.0521, 0.5, 96, step=1.2, others=0.6, hot=hot)
        r = simulate(pair, 0.0521, 0.5, 96, perturbation=rungs, samples=8, sweeps=1000, **{**HOW, "seed": 3})
        found[hot] = r.free_energy_of_m().status.name
    assert found == {None: "NOT_EQUILIBRATED", 1.6: "STEADY"}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::glassy.EquilibrationWarning")
def test_a_curve_whose_rungs_are_all_equilibrated_is():
    rungs = field_rungs(pair, 0.3, 0.8, 12, hot=2.5)
    r = simulate(pair, 0.3, 0.8, 12, perturbation=rungs, samples=4, sweeps=2500, **{**HOW, "method": ReplicaExchange(every=2)})
    assert r.free_energy_of_m().status.name == "EQUILIBRATED"
    cold = simulate(pair, 0.3, 0.8, 12, perturbation=rungs[:-3], samples=4, sweeps=200, **HOW)
    assert cold.free_energy_of_m().status.name != "EQUILIBRATED"  # the twin: too short


def test_a_status_is_that_of_the_curve():
    """The curve is asked where it moved: one replica lower by an energy that its noise does not allow for."""
    rungs = field_rungs(DenseHebbian(3), 0.1, 0.7, 24)
    r = simulate(DenseHebbian(3), 0.1, 0.7, 24, perturbation=rungs, samples=8, sweeps=600, **HOW)
    f = r.free_energy_of_m()
    assert f.status.name == "STEADY"
    parts = free_energy_of_m.parts_of(f.chains, f.blocks)
    first = len(parts.fine) + len(parts.times)
    for gone, status in ((slice(first, first + 4), "NOT_EQUILIBRATED"), (slice(0, 0), "STEADY")):
        left = f.left.copy()
        left[:, gone, f.m < 0.25] += 0.05  # what is left without the quarters of the first replica
        assert free_energy_of_m._status(dataclasses.replace(f, left=left), list(r)).name == status
    drifts = f.left.copy()
    drifts[:, len(parts.fine) : len(parts.fine) + 4, f.m < 0.25] += 0.05  # without the first half of the run
    assert free_energy_of_m._status(dataclasses.replace(f, left=drifts), list(r)).name == "NOT_EQUILIBRATED"


def test_refusals():
    for given, match in (
        ({"hot": 0.5}, "hot must be above T = 0.5"),
        ({"hot": -1.0}, "hot must"),
        ({"hot": 0.5001}, "more than a thousandth"),
        ({"others": 0.0}, "others must lie"),
        ({"others": 2.0}, "others must lie"),
        ({"step": 0.0}, "step must"),
        ({"T": 0.0}, "T must be above 0"),
        ({"T": 0.1}, "the field that holds m must rise with m"),
        ({"load": 0.05, "hot": 1.0}, "hot weakens the other patterns"),
    ):
        with pytest.raises(InputError, match=match):
            field_rungs(**{"network": pair, "load": 0.1, "T": 0.5, "N": 20} | given)
    with pytest.raises(InputError, match="load must be"):
        field_rungs(pair, 0.0, 0.5, 20)
    with pytest.raises(InputError, match="stores patterns|no .*|must"):
        field_rungs(glassy.SpinGlass({2: 1.0}), 0.1, 0.5, 20)
    rungs = [*field_rungs(pair, 0.1, 0.5, 20), Perturbation(along=0.2, pattern_energies={0: 0.5})]
    with pytest.raises(InputError, match="must have no field"):
        simulate(pair, 0.1, 0.5, 20, perturbation=rungs, sweeps=20, **HOW).free_energy_of_m()


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
