"""f(m) from a ladder of fields (J.3): against all states, at any weight of the pattern, and its derivative."""

import math
from functools import lru_cache

import numpy as np
import pytest

import glassy
from glassy import DenseHebbian, InputError, Perturbation, ReplicaExchange, draw_patterns, enumerate_states, simulate

N, T, LOAD, FIELDS = 10, 0.5, 0.4, (0.0, 0.3, 0.65, 1.1, 1.8, 3.2)
SEEDS = range(8)


def ladder(seed, P=3, weight=0.0, fields=FIELDS, **options):
    rungs = [Perturbation(along=h, pattern_energies={0: weight}) for h in fields]
    given = {"load": LOAD, "T": T, "N": N, "samples": 1, "sweeps": 1200, "threads": 1, "method": ReplicaExchange(every=3)}
    return simulate(DenseHebbian(P), perturbation=rungs, seed=seed, **{**given, **options})


@lru_cache
def measured(seed, P=3):
    return ladder(seed, P).free_energy_of_m()


def curve(f):
    """f(m) and its errors as arrays."""
    return np.array(f.free_energy), np.array([x.error for x in f.free_energy])


def exact(f, seed, weight=1.0, P=3, sample=0):
    """f(m) of all states of one sample, at the overlaps of a measured curve."""
    K = DenseHebbian(P).patterns(LOAD, N)
    patterns = draw_patterns(K, N, seed=seed, sample=sample)
    e = enumerate_states(DenseHebbian(P), patterns=patterns, T=T, perturbation=Perturbation(pattern_energies={0: weight}))
    of = dict(zip(np.round(N * e.m_values), e.free_energy - T / N * np.log(e.m_weights), strict=True))
    return np.array([of[round(N * m)] for m in f.m])


@pytest.mark.slow
def test_J3_the_curve_is_that_of_all_states_and_its_errors_cover():
    found, wrong = [], []
    for seed in SEEDS:
        f = measured(seed)
        found_f, error = curve(f)
        off = found_f - exact(f, seed)
        assert abs(off[-1]) < 1e-12  # the pattern itself
        assert error[-1] == 0.0
        inside = (f.m >= 0.0) & (f.m < 1.0)
        found += (off[inside] / error[inside]).tolist()
        wrong += ((curve(f.at_weight(1.2))[0] - exact(f, seed))[inside] / error[inside]).tolist()
    assert 0.6 < math.sqrt(np.mean(np.square(found))) < 1.3
    assert np.max(np.abs(found)) < 4.0
    assert math.sqrt(np.mean(np.square(wrong))) > 3.0  # the twin: a fifth too much signal


@pytest.mark.slow
@pytest.mark.parametrize(("P", "weight"), [(3, 0.3), (4, 1.5)])
def test_one_run_gives_every_weight_of_the_pattern(P, weight):
    f = measured(1, P).at_weight(weight)
    found, error = curve(f)
    assert np.all(np.abs(found - exact(f, 1, weight, P))[f.m > 0.0] <= 4.0 * error[f.m > 0.0] + 1e-12)
    again = ladder(1, P).free_energy_of_m(weight)
    assert np.allclose(again.each, f.each, atol=1e-12)
    own = ladder(2, P, weight=weight, sweeps=2000).free_energy_of_m(weight)  # a run with the pattern's energy in it
    other = measured(2, P).at_weight(weight)
    both = np.intersect1d(own.m, other.m)
    both = both[both > 0.0]
    a, b = (dict(zip(x.m, x.free_energy, strict=True)) for x in (own, other))
    assert all(abs(a[m] - b[m]) <= 4.0 * math.hypot(a[m].error, b[m].error) + 1e-12 for m in both)


def test_the_derivative_of_the_curve_is_the_field_that_holds_it():
    """m in a field between two rungs: by the curve, and by all states."""
    f, h = measured(3).at_weight(0.0), 0.55
    patterns = draw_patterns(DenseHebbian(3).patterns(LOAD, N), N, seed=3)
    added = Perturbation(along=h, pattern_energies={0: 0.0})
    held = enumerate_states(DenseHebbian(3), patterns=patterns, T=T, perturbation=added)

    def mean(y, field=h):
        w = np.exp(-(y - field * f.m - (y - field * f.m).min()) * N / T)
        return float(w @ f.m / w.sum())

    found = f.of_curve(mean)
    assert abs(found - held.m) <= 4.0 * found.error
    assert abs(mean(curve(f)[0], 0.9 * h) - held.m) > 4.0 * found.error  # the twin: another field


@pytest.mark.slow
def test_barrier_and_depth_are_those_of_the_curve():
    """A network with a barrier; numbers made of all states, for the errors over samples those of more samples."""
    f = ladder(4, load=0.2, samples=10, sweeps=500, N=16, fields=(0.0, 0.2, 0.45, 0.75, 1.1, 1.6, 3.0)).free_energy_of_m()
    y = curve(f)[0]
    low, top = (int(np.flatnonzero(f.m == m)[0]) for m in (f.m_minimum, f.m_top))
    assert float(f.barrier) == pytest.approx(y[top] - y[low], abs=1e-12)
    assert np.all(y[top:low] >= y[low])
    assert np.all(y[(f.m >= 0.0) & (f.m < f.m_minimum)] <= y[top])
    Z = [np.exp(-y[part] * f.N / f.T).sum() for part in (slice(0, top), slice(top + 1, None))]
    assert float(f.depth) == pytest.approx(f.T / f.N * math.log(Z[1] / Z[0]), abs=1e-12)
    assert f.depth.error >= f.depth.thermal > 0.0
    flat = f.at_weight(0.0)
    assert (flat.m_minimum, flat.m_top, float(flat.barrier)) == (None, None, 0.0)
    assert "no minimum at the pattern" in repr(flat)
    with pytest.raises(InputError, match="needs a minimum on either side"):
        flat.at_weight(-1.0).depth  # noqa: B018


@pytest.mark.parametrize("P", [3, 4])
def test_the_mirror_of_the_pattern_is_not_the_state_beyond(P):
    """One pattern, all of m met: at even P both wells are the memory, at odd P there is one."""
    rungs = [Perturbation(along=h, pattern_energies={0: 0.0}) for h in (0.0, 0.1, 0.2, 0.4, 0.7, 1.2)]
    how = {"sweeps": 1000, "replicas": 2, "seed": 1, "threads": 1, "method": ReplicaExchange(every=2), "perturbation": rungs}
    f = simulate(DenseHebbian(P), patterns=np.ones((1, 8), np.int8), T=0.25, **how).free_energy_of_m()
    assert f.m[0] == -1.0
    flips = np.arange(9)
    Z = np.array([math.comb(8, k) for k in flips]) * np.exp(-DenseHebbian(P).energy_table(8).energies / 0.25)
    m = 1.0 - flips / 4.0
    beyond = (m < f.m_top) & ((m > -f.m_top) | (P == 3))
    exact = 0.25 / 8 * math.log(Z[m > f.m_top].sum() / Z[beyond].sum())
    assert abs(f.depth - exact) < 4.0 * f.depth.error
    if P == 4:
        assert abs(f.depth - 0.25 / 8 * math.log(Z[m > f.m_top].sum() / Z[m < f.m_top].sum())) > 4.0 * f.depth.error


@pytest.mark.slow
def test_what_is_known_of_the_noise_takes_scatter_away():
    """The noise at the pattern has a known mean: f(1) then has no error, and the rest less."""
    f = ladder(5, N=20, samples=16, sweeps=300, fields=(0.0, 0.2, 0.45, 0.7, 1.0, 1.4, 2.0, 3.2)).free_energy_of_m()
    signal = float(DenseHebbian(3).energy_table(20).energies[0]) / 20
    plain, (found, error) = f.each.std(axis=0, ddof=1) / 4.0, curve(f)
    assert found[-1] == pytest.approx(signal, abs=1e-12)
    assert error[-1] < 1e-12 < plain[-1]
    near = (f.m > 0.6) & (f.m < 1.0)
    assert np.all(error[near] < 0.9 * plain[near])
    assert np.all(np.abs(found - f.each.mean(axis=0)) < 4.0 * plain + 1e-12)


def test_it_is_kept_and_drawn(tmp_path):
    f = measured(1)
    assert repr(glassy.load(f.save(tmp_path / "f"))) == repr(f)
    theory = glassy.free_energy_of_m(DenseHebbian(3), LOAD, T)
    ax = glassy.plots.free_energy_of_m([theory, f])
    assert len(ax.get_lines()) >= 1
    assert f.plot().get_xlabel() == "overlap m with the pattern"


def test_refusals():
    with pytest.raises(InputError, match="must reach the pattern itself"):
        ladder(1, fields=(0.0, 0.2), N=30, sweeps=40).free_energy_of_m()
    with pytest.raises(InputError, match="must overlap"):
        ladder(1, fields=(0.0, 12.0), N=40, sweeps=60).free_energy_of_m()
    in_T = simulate(DenseHebbian(3), 0.3, [0.5, 1.0], 10, seed=1, sweeps=20, method=ReplicaExchange())
    weights = [Perturbation(pattern_energies={0: w}) for w in (0.0, 1.0)]
    other = simulate(DenseHebbian(3), 0.3, 0.5, 10, seed=1, sweeps=20, method=ReplicaExchange(), perturbation=weights)
    for r in (in_T, other):
        with pytest.raises(InputError, match="differ in their field along the pattern"):
            r.free_energy_of_m()
    with pytest.raises(InputError, match="weight must be"):
        other.free_energy_of_m(math.nan)
