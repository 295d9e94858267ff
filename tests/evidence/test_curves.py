"""f(m) beside f(m): all states of a sample as the referee, limits in 1/N beside theory, and what is refused (J.2, J.3)."""

import math

import numpy as np
import pytest

import glassy
from glassy import RSB, DenseHebbian, InputError, Landscape, Perturbation, ReplicaExchange, compare, simulate

pytestmark = pytest.mark.filterwarnings("ignore::glassy.EquilibrationWarning")  # short runs: statuses are of no interest
network = DenseHebbian(3)
RUNGS = [Perturbation(along=h, pattern_energies={0: 0.0}) for h in (0.0, 0.3, 0.65, 1.1, 1.8, 3.2)]
HOW = {"method": ReplicaExchange(every=3), "sweeps": 400, "seed": 1, "threads": 1, "perturbation": RUNGS}


def ladder(N=12, load=0.2, T=0.6, of=network, **options):
    return simulate(of, load, T, N, **{**HOW, "samples": 1, **options})


@pytest.fixture(scope="module")
def theory():
    return glassy.free_energy_of_m(network, 0.2, 0.6, m=[0.0])


@pytest.fixture(scope="module")
def curves():
    return [ladder(N, samples=8).free_energy_of_m() for N in (12, 16, 20)]


@pytest.mark.slow
def test_a_measured_curve_is_that_of_all_states_of_its_sample():
    z, wrong, names = [], [], set()
    for seed in range(12):
        for P in (3, 4):
            f = ladder(10, of=DenseHebbian(P), seed=seed, sweeps=2000).free_energy_of_m()
            exact = glassy.enumerate_states(DenseHebbian(P), 0.2, 0.6, 10, seed=seed)
            found = compare(f, exact)
            assert found == compare(exact, f)
            assert found.sides == ("all states", "measured")
            z += [row.z for row in found.rows if row.z == row.z]
            names |= {row.observable for row in found.rows}
            heavy = {row.observable: row for row in compare(f, glassy.free_energy_of_m(DenseHebbian(P), 0.2, 0.6)).rows}
            wrong += [(float(x.simulation) - float(heavy[x.observable].theory)) / x.simulation.error
                      for x in found.rows if x.observable in heavy and x.z == x.z]  # fmt: skip
    assert {"barrier", "depth", "m_minimum", "m_top", "f(0) - f(1)", "f(0.5) - f(1)"} <= names
    assert len(z) > 100
    assert 0.6 < math.sqrt(np.mean(np.square(z))) < 1.4
    assert np.max(np.abs(z)) < 5.0
    assert math.sqrt(np.mean(np.square(wrong))) > 3.0  # the twin: infinitely many spins of other patterns


def test_the_numbers_of_a_curve(curves):
    """What is compared, from the values of the curve themselves."""
    f = curves[0]
    y = np.array([float(x) for x in f.free_energy])
    top = int(np.flatnonzero(f.m == f.m_top)[0])
    w = np.exp(-(y[top + 1 :] - y.min()) * f.N / f.T)
    assert float(f.m_pattern) == pytest.approx(w @ f.m[top + 1 :] / w.sum(), abs=1e-12)
    part = (f.m > -0.01) & (f.m <= f.m_minimum)
    w = np.exp((y[part] - y[top]) * f.N / f.T)
    assert float(f.m_barrier) == pytest.approx(w @ f.m[part] / w.sum(), abs=1e-12)
    assert abs(float(f.m_barrier) - f.m_top) < 0.2
    states = math.comb(12, 3)  # at m = 1/2
    s = math.log(states) / 12 - (-0.75 * math.log(0.75) - 0.25 * math.log(0.25))
    assert float(f.above_pattern(0.5)) == pytest.approx(y[f.m == 0.5][0] + f.T * s - y[-1], abs=1e-12)
    assert float(f.above_pattern(1.0)) == 0.0
    with pytest.raises(InputError, match="m must lie in"):
        f.above_pattern(1.1)


def test_free_spins_have_no_ln_N():
    """One pattern without energy: f(m) - f(1) is -T s(m) at any N, that of the counts alone is off by ln N/N."""
    xi = np.ones((1, 16), np.int8)
    f = simulate(network, T=0.5, patterns=xi, **{**HOW, "sweeps": 2000}).free_energy_of_m(weight=0.0)
    assert (
        abs(f.above_pattern(0.3) + 0.5 * (-0.65 * math.log(0.65) - 0.35 * math.log(0.35))) < 4.0 * f.above_pattern(0.3).thermal
    )
    at = float(f.free_energy[int(np.flatnonzero(f.m == 0.25)[0])] - f.free_energy[-1])
    assert abs(at + 0.5 * (-0.625 * math.log(0.625) - 0.375 * math.log(0.375))) > 0.03  # the twin


def test_theory_is_judged_at_the_limit(theory, curves):
    found = compare(theory, curves, m=[0.5, 0.9])
    assert found == compare(curves, theory, m=[0.5, 0.9])
    rows = {(r.observable, r.N): r for r in found.rows}
    for f in curves:
        load = network.load(network.patterns(0.2, f.N), f.N)
        own = glassy.free_energy_of_m(network, load, 0.6, m=[0.5])
        assert rows["barrier", f.N].theory == own.barrier
        assert rows["barrier", f.N].simulation == f.barrier
        assert rows["barrier", f.N].z == f.barrier.z(own.barrier)
        assert rows["f(0.5) - f(1)", f.N].theory == own.free_energy[0] - own.f_pattern
        assert rows["f(0.5) - f(1)", f.N].simulation == f.above_pattern(0.5)
    end = rows["barrier", math.inf]
    off = [f.barrier.shifted(-rows["barrier", f.N].theory) for f in curves]
    limit = glassy.extrapolate([12, 16, 20], off, (1.0, 2.0))
    assert float(end.simulation) == pytest.approx(float(limit.value) + theory.barrier, abs=1e-12)
    assert end.theory == theory.barrier
    assert end.powers == (1.0, 2.0)
    assert [r.observable for r in found.extrapolated] == list(dict.fromkeys(r.observable for r in found.rows))
    assert "f(0.9) - f(1)" in found.table()
    assert compare(theory, curves, powers=(1.0,)).extrapolated[0].powers == (1.0,)
    assert found.plot_z().get_xlabel().startswith("z")


def test_theories_measured_pairs_and_ladders(theory, curves, tmp_path):
    two = compare(theory, glassy.free_energy_of_m(network, 0.2, 0.6, ansatz=RSB(1)))
    assert {r.reason for r in two.rows} == {"neither side has an error"}
    assert max(abs(float(r.theory) - float(r.simulation)) for r in two.rows) < 1e-8  # one step is none here
    run = ladder(samples=8)
    assert compare(theory, run).rows == compare(theory, run.free_energy_of_m()).rows
    assert compare(theory, [run]).rows == compare(theory, run).rows
    again = ladder(samples=8, sweeps=500).free_energy_of_m()
    same = compare(curves[0], again)
    assert "same samples" in same.note
    assert max(abs(r.z) for r in same.rows if math.isfinite(r.z)) < 4.0
    assert same.rows[0].simulation.error == again.barrier.thermal
    other = ladder(samples=8, seed=2).free_energy_of_m()
    apart = compare(curves[0], other)
    assert not apart.note
    assert apart.rows[0].simulation.error == other.barrier.error
    assert glassy.load(apart.save(tmp_path / "c")) == apart
    assert dict(next(iter(apart.records())))["network"] == network


def test_one_sample_has_no_z_beside_theory(theory, curves):
    found = compare(theory, ladder())
    assert all(math.isnan(r.z) and "one sample" in r.reason for r in found.rows)
    assert all(math.isfinite(r.z) for r in compare(theory, curves[0]).rows)  # the twin


def test_a_line_of_loads_beside_theory():
    """Of the curve of a load made from another one, K is not that of the load."""
    line = Landscape(network, noisy=4.0)
    f = line.at(line.run(16, samples=8, sweeps=200, seed=1, threads=1).free_energy_of_m(), 0.2)
    found = compare(glassy.free_energy_of_m(network, 0.2, line.T(0.2), m=[0.0]), f)
    assert found.rows[0].theory == line.theory(0.2)[0].barrier
    depth = next(r for r in found.rows if r.observable == "depth")
    assert depth.theory == pytest.approx(line.theory(0.2)[1], abs=1e-12)


def test_other_state_points_are_refused(theory, curves):
    f = curves[0]
    for other in (
        glassy.free_energy_of_m(network, 0.3, 0.6, m=[0.0]),
        glassy.free_energy_of_m(network, 0.2, 0.7, m=[0.0]),
        glassy.free_energy_of_m(DenseHebbian(4), 0.2, 0.6, m=[0.0]),
        ladder(load=0.3, samples=8).free_energy_of_m(),
        f.at_weight(0.5),
    ):
        with pytest.raises(InputError, match="must be of one state point"):
            compare(f, other)
    with pytest.raises(InputError, match="an Exact is of one sample"):
        compare(f, glassy.enumerate_states(network, 0.2, 0.6, 12, seed=1))
    with pytest.raises(InputError, match="energy of the pattern"):
        compare(ladder().free_energy_of_m(), glassy.enumerate_states(network, 0.2, 0.6, 12, seed=5))
    with pytest.raises(InputError, match="theory is that of the network alone"):
        compare(theory, f.at_weight(0.5))
    field = [Perturbation(field=0.1, along=p.along, pattern_energies={0: 0.0}) for p in RUNGS]
    with pytest.raises(InputError, match="Run without a field"):
        compare(theory, ladder(perturbation=field, samples=8))
    with pytest.raises(InputError, match="not independent"):
        compare(theory, [f, f])
    run = simulate(network, 0.2, 0.6, 12, samples=8, sweeps=50, seed=1)
    exact = glassy.enumerate_states(network, 0.2, 0.6, 12, seed=1)
    for wrong in (run, glassy.solve(network, 0.2, 0.6), exact, [], None, 1.0, "f", [theory, theory]):
        with pytest.raises(InputError, match=r"f\(m\) must be compared with f\(m\)"):
            compare(theory, wrong)
    with pytest.raises(InputError, match="m must be left out"):
        compare(glassy.solve(network, 0.2, 0.6), run, m=[0.5])
    with pytest.raises(InputError, match="m must be"):
        compare(theory, f, m=["a"])
