"""Replica exchange: the product measure, single-temperature runs, files, and what is refused."""

import math
import warnings

import numpy as np
import pytest

import glassy
from glassy import (
    DenseHebbian,
    Ensemble,
    Glauber,
    InputError,
    Metropolis,
    ReplicaExchange,
    draw_patterns,
    enumerate_states,
    exchange_temperatures,
    simulate,
)
from glassy.simulation import exchange_temperatures as adapt

T = [0.25, 0.35, 0.5, 0.8, math.inf]


def ladder(network, **options):
    given = {"load": 0.5, "T": T, "N": 12, "seed": 5, "start": "random", "sweeps": 4000, "samples": 1, "replicas": 2}
    return simulate(network, **{"method": ReplicaExchange(), **given, **options})


@pytest.mark.parametrize("network", [DenseHebbian(2), DenseHebbian(3), DenseHebbian(4, "self-interacting")], ids=repr)
@pytest.mark.parametrize("dynamics", [Metropolis(), Glauber("sequential")], ids=repr)
def test_M5_every_temperature_keeps_its_boltzmann_measure(network, dynamics):
    """Against the enumeration of the same patterns: energy, |m| and q^2 of each rung."""
    r = simulate(network, 0.5, T, 12, seed=3, start="random", sweeps=12000, samples=1, method=ReplicaExchange(dynamics))
    patterns = draw_patterns(r[0].K, 12, seed=3)
    for rung in r:
        exact = enumerate_states(network, patterns=patterns, T=rung.T)
        for name in ("energy", "m_abs", "q2"):
            found = getattr(rung, name)
            assert abs(found - getattr(exact, name)) <= 4.0 * found.error + 1e-12, (rung.T, name)


@pytest.mark.slow
def test_errors_of_a_ladder_cover():
    """Weak and slow modes count: configurations that return to a temperature now and then. 14 ladders against enumeration."""
    network, found = DenseHebbian(3), []
    for seed in range(14):
        r = simulate(network, 0.5, [0.35, 0.5, 0.8, 4.0], 12, seed=seed, sweeps=20_000, samples=1, method=ReplicaExchange())
        patterns = draw_patterns(r[0].K, 12, seed=seed)
        for rung in r[:3]:
            exact = enumerate_states(network, patterns=patterns, T=rung.T)
            pairs = [(getattr(rung, name), getattr(exact, name)) for name in ("energy", "m_abs", "q2")]
            found += [(e - value) / e.error for e, value in pairs if e.error > 0.0]
    assert 0.7 < math.sqrt(np.mean(np.square(found))) < 1.3


@pytest.mark.slow
def test_a_wrong_exchange_is_seen(monkeypatch):
    """The twin: exchange energies in the wrong unit, and the same test fails."""
    from glassy.simulation.sampler.exchange import Swapper

    kept = Swapper.__init__

    def wrong(self, beta, generator, N):
        kept(self, 0.5 * beta, generator, N)

    monkeypatch.setattr(Swapper, "__init__", wrong)
    network = DenseHebbian(3)
    r = simulate(network, 0.5, T, 12, seed=3, start="random", sweeps=12000, samples=1, method=ReplicaExchange())
    patterns = draw_patterns(r[0].K, 12, seed=3)
    z = [(rung.energy - enumerate_states(network, patterns=patterns, T=rung.T).energy) / rung.energy.error for rung in r]
    assert max(map(abs, z)) > 6.0


def test_without_exchanges_it_is_the_single_run_bit_for_bit():
    network, options = DenseHebbian(3), {
        "load": 0.4, "N": 20, "seed": 9, "sweeps": 70, "burn_in": 40, "samples": 2, "start": "random",
    }  # fmt: skip
    r = simulate(network, T=[0.3, 0.6], method=ReplicaExchange(every=1000), **options)
    for rung in r:
        one = simulate(network, T=rung.T, **options)
        assert np.array_equal(one.series.m, rung.series.m)
        assert np.array_equal(one.series.energy, rung.series.energy)
        assert np.array_equal(one.series.q, rung.series.q)
    assert r.exchange.swaps.sum() == 0


def test_exchange_is_counted_and_configurations_travel():
    r = ladder(DenseHebbian(3))
    assert r.exchange.T == tuple(sorted(T))
    assert r.exchange.swaps.shape == (1, 2, len(T) - 1, 2)
    assert np.all(np.abs(r.exchange.swaps[..., 0] - 2000) <= 1)
    assert all(0.0 < a <= 1.0 for a in r.exchange.acceptance)
    assert np.all(r.exchange.round_trips > 10)
    assert "round trips" in repr(r)


@pytest.mark.parametrize(("every", "seen"), [(1000, (False,) * 4), (20, (True, False, True, False))])
def test_a_step_that_was_never_attempted_has_no_acceptance(every, seen):
    """0.0 with an error of 0 would say that it is closed."""
    r = ladder(DenseHebbian(3), method=ReplicaExchange(every=every), sweeps=30, burn_in=0)
    assert tuple(n > 0 for n in r.exchange.attempted) == seen
    for acceptance, row, rung, attempted in zip(r.exchange.acceptance, r.exchange.records(), r.records(), seen, strict=False):
        assert math.isfinite(acceptance) == math.isfinite(acceptance.error) == attempted
        for remarks in (row["remarks"], rung["remarks"]):
            assert ("no exchange with the next hotter temperature was attempted: raise sweeps" in remarks) != attempted
    assert ("-: no exchange attempted" in repr(r)) == (not all(seen))
    hottest = list(r.records())[-1]
    assert hottest["exchange_acceptance"] is None
    assert hottest["remarks"] == ()


def test_numbers_do_not_depend_on_threads_or_on_the_order_of_T():
    a = ladder(DenseHebbian(3), samples=3, sweeps=50, threads=1)
    b = ladder(DenseHebbian(3), samples=3, sweeps=50, threads=3, T=T[::-1])
    for x, y in zip(a, b[::-1], strict=True):
        assert x.T == y.T
        assert np.array_equal(x.series.energy, y.series.energy)
    assert np.array_equal(a.exchange.swaps, b.exchange.swaps)


def test_running_energies_are_exact():
    r = ladder(DenseHebbian(4), sweeps=60, samples=2)
    for rung in r:
        for s in range(2):
            xi = draw_patterns(rung.K, rung.N, seed=5, sample=s)
            table = rung.network.energy_table(rung.N)
            for replica in range(2):
                M = xi.astype(int) @ rung.series.spins[s, replica]
                energy = float(table.unit * sum(table.values[(rung.N - v) // 2] for v in M)) / rung.N
                assert rung.series.energy[s, replica, -1] == pytest.approx(energy, abs=1e-13)


def test_a_ladder_is_kept_and_goes_on(tmp_path):
    whole = ladder(DenseHebbian(3), sweeps=60, samples=3)
    ladder(DenseHebbian(3), sweeps=60, samples=1, out=tmp_path / "run")
    again = ladder(DenseHebbian(3), sweeps=60, samples=3, out=tmp_path / "run")
    assert all(np.array_equal(a.series.energy, b.series.energy) for a, b in zip(whole, again, strict=True))
    assert np.array_equal(whole.exchange.round_trips, again.exchange.round_trips)
    with pytest.raises(InputError, match="differs in"):
        ladder(DenseHebbian(3), sweeps=60, T=T[1:], out=tmp_path / "run")
    back = glassy.load(again.save(tmp_path / "ladder"))
    assert repr(back) == repr(again)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"T": 0.5}, "two different temperatures"),
        ({"T": [0.5, 0.5]}, "two different temperatures"),
        ({"T": [0.0, 0.5]}, "T must be > 0"),
        ({"load": [0.3, 0.4]}, "once per load"),
        ({"samples": 0}, "samples must be"),
    ],
)
def test_bad_ladders(change, message):
    with pytest.raises(InputError, match=message):
        ladder(DenseHebbian(3), **change)


def test_bad_method():
    with pytest.raises(InputError, match="dynamics must be"):
        ReplicaExchange("heat bath")
    with pytest.raises(InputError, match="every must be"):
        ReplicaExchange(every=0)


@pytest.mark.slow
def test_M6_free_energy_by_thermodynamic_integration():
    network, samples = DenseHebbian(3), 3
    grid = [0.2, 0.25, 0.3, 0.36, 0.43, 0.52, 0.65, 0.85, 1.2, 2.0, 4.0, math.inf]
    r = simulate(network, 0.5, grid, 12, seed=3, start="random", sweeps=6000, samples=samples, method=ReplicaExchange())
    f = r.minus_beta_f("integration")
    for T, found in zip(grid, f, strict=True):
        if T == math.inf:
            assert found == math.log(2.0)
            continue
        exact = []
        for s in range(samples):
            e = enumerate_states(network, patterns=draw_patterns(r[0].K, 12, seed=3, sample=s), T=T)
            exact.append(-e.free_energy / T)
        assert abs(found - np.mean(exact)) <= 4.0 * found.thermal + 1e-12, T
        assert found.error >= 0.5 * np.std(exact, ddof=1) / math.sqrt(samples)
        assert found.thermal < 0.02
    with warnings.catch_warnings():  # that they are short is not asked here
        warnings.simplefilter("ignore", glassy.EquilibrationWarning)
        for coarse in ([0.3, 0.5, math.inf], [0.1, 0.2, 0.5, 1.0, math.inf], [0.1, 0.5, 2.0, math.inf]):  # bars hold there too
            wide = simulate(network, 0.5, coarse, 12, seed=3, sweeps=20_000, samples=1, method=ReplicaExchange())
            for T, found in zip(coarse[:-1], wide.minus_beta_f("integration"), strict=False):
                e = enumerate_states(network, patterns=draw_patterns(r[0].K, 12, seed=3), T=T)
                assert abs(found + e.free_energy / T) <= 4.0 * found.thermal, (coarse, T)
    with pytest.raises(InputError, match=r"needs T = inf.*free_energy=True"):
        ladder(DenseHebbian(3), T=[0.3, 0.4, 0.5]).minus_beta_f()


@pytest.mark.slow
def test_adapted_ladder_exchanges_equally():
    network = DenseHebbian(3)
    T = exchange_temperatures(network, 0.5, 40, lowest=0.3, highest=math.inf, count=9, seed=2, samples=6)
    options = {"start": "random", "sweeps": 1500, "samples": 6, "method": ReplicaExchange()}
    adapted = simulate(network, 0.5, T, 40, seed=4, **options)
    found = [float(a) for a in adapted.exchange.acceptance]
    assert max(found) - min(found) < 0.2
    plain = simulate(network, 0.5, [*np.linspace(0.3, 1.5, 8), math.inf], 40, seed=4, **options)
    assert min(found) > min(float(a) for a in plain.exchange.acceptance)
    memory = glassy.SeparableMemory(network.energy_table(40).unit * np.array(network.energy_table(40).values, object))
    perturbed = {"K": network.patterns(0.5, 40), "perturbation": glassy.Perturbation(field=0.05)}
    pilot = {"samples": 6, "sweeps": 800, "rounds": 3}  # no noisier than the run that judges it
    T = exchange_temperatures(memory, lowest=0.3, highest=1.0, count=5, seed=2, **pilot, **perturbed)
    found = simulate(memory, T=T, seed=4, **perturbed, **options).exchange.acceptance
    assert max(found) - min(found) < 4.0 * max(e.error for e in found)
    with pytest.warns(glassy.EquilibrationWarning, match="Raise count"):
        exchange_temperatures(network, 0.3, 40, lowest=0.1, highest=math.inf, count=4, seed=2, rounds=2)
    with pytest.raises(InputError, match="0 < lowest < highest"):
        exchange_temperatures(network, 0.5, 40, lowest=1.0, highest=0.5, count=5, seed=1)


def test_adapted_temperatures_do_not_hang_on_a_last_bit(monkeypatch):
    """The temperatures key the random streams: functions that differ in last bits must place the same ones."""
    options = {"lowest": 0.3, "highest": 1.0, "count": 6, "seed": 2, "sweeps": 60, "rounds": 3}

    def place():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", glassy.EquilibrationWarning)
            return exchange_temperatures(DenseHebbian(3), 0.5, 20, **options)

    expected, exact = place(), adapt.erfcinv
    noise = np.random.default_rng(1)
    monkeypatch.setattr(adapt, "erfcinv", lambda x: exact(x) * (1.0 + 4e-16 * noise.integers(-2, 3, np.shape(x))))
    assert place() == expected
    monkeypatch.setattr(adapt, "DIGITS", 17)
    assert place() != expected


def test_a_free_energy_that_could_not_be_had_is_refused_before_the_run(tmp_path, monkeypatch):
    never = lambda *_: pytest.fail("it ran")  # noqa: E731
    monkeypatch.setattr("glassy.simulation.simulate.Session", never)
    monkeypatch.setattr("glassy.simulation.ensemble.Session", never)
    options = {"method": ReplicaExchange(), "seed": 1, "samples": 1}
    for T in ([0.3, 0.5, 1.0], [1.0, math.inf]):
        with pytest.raises(InputError, match=r"a free energy needs T = inf and two more temperatures.*beta=0\) among them\.$"):
            simulate(DenseHebbian(3), 0.1, T, 20, free_energy=True, **options)
        with pytest.raises(InputError, match="a free energy needs T = inf"):
            Ensemble(DenseHebbian(3), 0.1, 20, T, **options).run(tmp_path, free_energy=True)
    with pytest.raises(InputError, match=r"free_energy=True needs method=ReplicaExchange"):
        simulate(DenseHebbian(3), 0.1, [0.3, 1.0, math.inf], 20, seed=1, free_energy=True)


def test_free_energy_changes_no_number():
    T = [1.0, math.inf, 0.5]
    a, b = (ladder(DenseHebbian(3), T=T, samples=1, sweeps=20, free_energy=wish) for wish in (True, False))
    assert a == b
