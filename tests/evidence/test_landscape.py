"""Landscapes: the curve of a load from the noise of another one, and where both states are equally deep."""

import math

import numpy as np
import pytest

import glassy
from glassy import DenseHebbian, InputError, Landscape, Measured, Perturbation, draw_patterns, enumerate_states, noise_load

LINE = Landscape(DenseHebbian(3), c=1.0, noisy=2.0)
N = 12


@pytest.fixture(scope="module")
def curve():
    return LINE.run(N, samples=2, sweeps=1200, seed=3, threads=1).free_energy_of_m()


def test_the_curve_of_a_load_is_that_of_all_states_in_its_units(curve):
    load, K = 0.3, DenseHebbian(3).patterns(2.0, N)
    noise = noise_load(DenseHebbian(3), K, N)
    full = (1 - 1 / N) * (1 - 2 / N)  # energy of a pattern of N spins, in units of -1/2
    weight, unit = math.sqrt(noise / load) / full, math.sqrt(load / noise)
    exact = []
    for s in range(2):
        patterns = draw_patterns(K, N, seed=3, sample=s)
        added = Perturbation(pattern_energies={0: weight})
        e = enumerate_states(DenseHebbian(3), patterns=patterns, T=math.sqrt(noise), perturbation=added)
        exact.append(unit * (e.free_energy - e.T / N * np.log(e.m_weights)))
    of = dict(zip(np.round(N * e.m_values), np.mean(exact, axis=0), strict=True))
    f = LINE.at(curve, load)
    off = np.array([x - of[round(N * m)] for m, x in zip(f.m, f.free_energy, strict=True)])
    error = np.array([x.thermal for x in f.free_energy])
    inside = (f.m >= 0.0) & (f.m < 1.0)
    assert np.all(np.abs(off[inside]) <= 4.0 * error[inside])
    assert abs(off[-1]) < 1e-12
    assert pytest.approx(math.sqrt(load)) == f.T
    assert f.signal[-1] == pytest.approx(-0.5)
    twin = LINE.at(curve, 1.3 * load)
    assert np.max(np.abs(np.array([float(x) for x in twin.free_energy]) - [of[round(N * m)] for m in f.m])[inside]) > 0.03


@pytest.mark.slow
def test_theory_meets_at_coexistence():
    at = LINE.coexistence
    assert glassy.coexistence(DenseHebbian(3), T=LINE.T(at)).load == pytest.approx(at, abs=1e-8)
    assert abs(LINE.theory(at)[1]) < 1e-8
    assert LINE.theory(0.9 * at)[1] > 0.0 > LINE.theory(1.05 * at)[1]


@pytest.mark.parametrize(("P", "c"), [(3, 1.5), (3, 30.0), (10, 1.0)])
def test_coexistence_of_every_line(P, c):
    """Also where T of the line leaves the line of coexistence soon above it."""
    line = Landscape(DenseHebbian(P), c=c)
    at = line.coexistence
    below, here, above = (line.theory(x * at)[1] for x in (0.99, 1.0, 1.01))
    assert abs(here) < 1e-12
    assert below > 1e-4 > -1e-4 > above


@pytest.mark.slow
def test_the_measured_rows():
    line = Landscape(DenseHebbian(3), noisy=16.0)
    f = line.run(20, samples=8, sweeps=200, seed=1, threads=1).free_energy_of_m()
    rows = line.measured(f, [0.2])
    assert [r.quantity for r in rows] == ["barrier", "depth", "load of coexistence"]
    barrier, depth, meets = rows
    assert (barrier.value, depth.value) == (line.at(f, 0.2).barrier, line.at(f, 0.2).depth)
    assert barrier.theory == glassy.free_energy_of_m(DenseHebbian(3), 0.2, math.sqrt(0.2)).barrier
    assert abs(float(line.at(f, meets.simulation).depth)) < 1e-7
    low, high = (float(line.at(f, meets.simulation + k * meets.error).depth) for k in (-1, 1))
    assert low > 0.0 > high
    assert 0.5 * (low - high) == pytest.approx(line.at(f, meets.simulation).depth.error, rel=0.3)


def test_escapes_count_sweeps_to_the_top():
    run = LINE.escapes(40, samples=6, sweeps=200, seed=2, threads=1)
    time, stayed = LINE.escape(run)
    top = LINE.theory(LINE.coexistence)[0]
    firsts = [[next((t for t, m in enumerate(row) if m < top.m_top), 200) for row in s] for s in run.series.m]
    assert time.simulation == pytest.approx(np.mean(np.log(np.array(firsts) + 1.0)))
    assert stayed.simulation == np.mean(np.array(firsts) == 200)
    assert time.t == pytest.approx(40 * top.barrier / run.T)


def test_refusals():
    with pytest.raises(InputError, match="of P > 2"):
        Landscape(DenseHebbian(2))
    for c, message in ((-1.0, "c must be"), (0.6, "below it is a glass")):
        with pytest.raises(InputError, match=message):
            Landscape(DenseHebbian(3), c=c)
    for load, error in ((0.5, 1e-3), (0.3, math.nan)):
        row = Measured(quantity="barrier", N=math.inf, load=load, theory=0.01, simulation=0.01, error=error)
        with pytest.raises(InputError, match="barrier must have an error, at a load below the spinodal"):
            LINE.ends(row)
    run = LINE.escapes(20, load=0.5, samples=2, sweeps=20, seed=2)
    with pytest.raises(InputError, match="below the spinodal"):
        LINE.escape(run, load=0.5)


def test_curves_and_runs_of_another_state_are_refused(curve):
    other = [
        (LINE, LINE.at(curve, 0.25)),  # another load and T already
        (LINE, LINE.at(curve, LINE.noise(N))),  # the same T
        (Landscape(DenseHebbian(3), c=1.2, noisy=2.0), curve),
        (Landscape(DenseHebbian(3), noisy=4.0), curve),
        (Landscape(DenseHebbian(4), noisy=2.0), curve),
    ]
    for line, f in [*other, (LINE, 1.0)]:
        with pytest.raises(InputError, match="must be the curve of the noise"):
            line.at(f, 0.3)
    run = LINE.escapes(16, load=0.2, samples=2, sweeps=20, seed=1)
    assert len(LINE.escape(run, load=0.2)) == 2
    for line, load in ((LINE, None), (LINE, 0.3), (Landscape(DenseHebbian(3), c=1.2), 0.2)):
        with pytest.raises(InputError, match="Say its load"):
            line.escape(run, load)
    late = glassy.simulate(DenseHebbian(3), 0.2, LINE.T(0.2), 16, samples=2, sweeps=20, seed=1)
    with pytest.raises(InputError, match="without burn-in"):
        LINE.escape(late, 0.2)


@pytest.mark.parametrize("load", [0.0, -0.1, math.nan, "a", None])
def test_loads_are_above_zero(curve, load):
    for call in (
        lambda: LINE.at(curve, load),
        lambda: LINE.measured(curve, load),
        lambda: Landscape(DenseHebbian(3), noisy=load),
    ):
        with pytest.raises(InputError, match="must be a finite number"):
            call()
    if load != 0.0:  # at load 0 the line begins, at T = 0
        with pytest.raises(InputError, match="load must be"):
            LINE.T(load)
    with pytest.raises(InputError, match="below the spinodal"):
        LINE.measured(curve, [2.0])
