"""Figures of single results show the numbers that the results say."""

import math
import warnings
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex

import glassy
from glassy import RS, RSB, DenseHebbian, InputError, SpinGlass, Status, plots
from glassy.analysis.autocorrelation import autocorrelation

D3 = DenseHebbian(P=3)
RUN = glassy.simulate(D3, load=0.2, T=0.5, N=20, samples=5, replicas=3, sweeps=1500, seed=1)
EXACT = glassy.enumerate_states(D3, load=0.2, T=0.5, N=8, seed=1)
GLASS = [glassy.solve(D3, 1.0, 0.2, "spin_glass", a) for a in (RS(), RSB(1), RSB(2))]


def legend(ax):
    return [t.get_text() for t in ax.get_legend().get_texts()]


def test_overlaps_of_a_run_an_enumeration_and_the_theory():
    theory = glassy.solve(D3, 0.2, 0.5, "equilibrium", RSB(1))
    ax = plots.overlaps([RUN, EXACT, theory], bins=11)
    q, p, _ = RUN.overlap_distribution(11)
    steps, crosses, *atoms = ax.lines
    assert np.array_equal(steps.get_xdata(), q)
    assert np.array_equal(steps.get_ydata(), p)
    assert crosses.get_marker() == "x"
    assert crosses.get_ydata() == pytest.approx(EXACT.q_weights * 4)  # over the width 2/N: a density as the histogram
    assert np.sum(crosses.get_ydata()) * 0.25 == pytest.approx(1.0)
    lines = [a for a in atoms if len(a.get_xdata()) == 2]
    found = theory.overlap_distribution
    assert [(a.get_xdata()[0], a.get_ydata()[1]) for a in lines[-len(found.q) :]] == list(
        zip(found.q, found.weight, strict=True)
    )
    assert ax.get_ylim()[1] >= crosses.get_ydata().max()


def test_a_run_that_is_not_to_be_used_is_pale_and_says_so():
    assert not RUN.status.ok
    ax = RUN.plot_overlaps()
    assert ax.lines[0].get_alpha() == 0.45
    assert legend(ax) == [f"N = 20 ({RUN.status.name}: not to be used)"]
    for bad in ([], "P", [RUN, 3]):
        with pytest.raises(InputError, match="results must be one Samples or Exact or Solution or several"):
            plots.overlaps(bad)
    with pytest.raises(InputError, match="must have a saddle to have a P"):
        glassy.solve(D3, 9.0, 0.2, strict=False).plot_overlaps()


def test_the_parisi_function_is_that_of_the_solution():
    ax = plots.parisi(GLASS)
    steps = [line for line in ax.lines if line.get_drawstyle() == "steps-post"]
    at = np.linspace(0.001, 0.999, 301)
    for s, line in zip(GLASS, steps, strict=True):
        x, y = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
        assert np.array_equal(y[np.searchsorted(x, at, side="right") - 1], s.x(at))
    assert legend(ax)[:3] == ["RS", "RSB(1)", "RSB(2)"]
    assert "unstable saddle" in legend(ax)
    assert ax.get_title() == "DenseHebbian(P=3), load 1, T = 0.2, spin_glass"


def test_at_zero_temperature_it_is_y_of_q():
    frozen = glassy.solve(D3, 1.0, 0.0, "spin_glass", RSB(2))
    ax = frozen.plot_x()
    assert ax.get_ylabel().startswith("y(q)")
    dots = ax.lines[1].get_ydata()
    assert list(dots[:2]) == list(frozen.y_levels)
    with pytest.raises(InputError, match="must all be at T = 0, .* or all at T > 0"):
        plots.parisi([frozen, GLASS[1]])
    with pytest.raises(glassy.PhaseError):
        glassy.solve(D3, 9.0, 0.2, strict=False).plot_x()


def test_a_series_says_what_it_leaves_out():
    ax = RUN.plot("energy", chains=4)
    chains = ax.lines[:4]
    assert legend(ax) == ["chains: 4 of 15; samples: 5, a colour each", f"mean {RUN.energy!r}"]
    assert ax.get_xlabel() == "sweeps after burn-in\nmeans of 2 sweeps each"
    values = RUN.series_of["energy"].reshape(15, -1)
    assert chains[1].get_ydata() == pytest.approx(0.5 * (values[1, ::2] + values[1, 1::2]))
    assert chains[1].get_xdata()[:2] == pytest.approx([1.5, 3.5])
    assert len({to_hex(line.get_color()) for line in chains}) == 2  # three replicas of the first sample, one of the second
    short = replace(
        RUN, series=replace(RUN.series, **{k: getattr(RUN.series, k)[..., :50] for k in ("m", "energy", "q", "acceptance")})
    )
    assert short.plot("q").get_xlabel() == "sweeps after burn-in"
    assert legend(short.plot("q"))[0] == "pairs of replicas: 15; samples: 5, a colour each"
    with pytest.raises(InputError, match="must be means of this run, m, .* got 'binder_q'"):
        RUN.plot("binder_q")
    with pytest.raises(InputError, match=r"samples must be the Samples of one state point, .* samples\(\.\.\.\)"):
        plots.series(3)


def test_autocorrelation_and_binning_are_those_of_the_run():
    ax = RUN.plot_autocorrelation(["energy", "q"])
    found = [RUN.autocorrelation(name) for name in ("energy", "q")]
    assert [list(line.get_ydata()) for line in ax.lines if line.get_marker() == "."] == [a.rho.tolist() for a in found]
    assert legend(ax) == [*(f"{a.observable}: tau_int = {a.tau_int:.3g} sweeps" for a in found), "window of the sum"]
    b = RUN.binning("energy")
    ax = b.plot()
    assert list(ax.containers[0][0].get_ydata()) == b.errors.tolist()
    assert ax.lines[-1].get_ydata()[0] == pytest.approx(b.errors[0] * math.sqrt(2.0 * b.tau_int))


def test_a_memory_of_the_sample_that_moved_says_which_did(recwarn):
    rng = np.random.default_rng(1)
    series = np.full((3, 2, 200), -0.47)
    series[1] += 0.01 * rng.normal(size=(2, 200))
    a = autocorrelation(series, "energy")
    assert (a.samples, a.moved) == (3, 1)
    alone = autocorrelation(series[1:2], "energy", a.lags)
    assert a.rho == pytest.approx(alone.rho, rel=1e-12)
    assert a.error == pytest.approx(alone.error, rel=1e-12)
    assert np.all(a.error[1:] > 0.0)
    assert "1 of 3 samples moved; thermal errors alone, since one sample moved" in repr(a)
    assert legend(a.plot())[0].split("\n")[1:] == ["1 of 3 samples moved", "thermal errors alone, since one", "sample moved"]
    long = autocorrelation(series, "energy", [0, 1, 195])
    assert np.isnan(long.error[2])
    assert "no error at 1 of 3 lags" in " ".join(legend(long.plot())[0].split("\n"))
    assert autocorrelation(rng.normal(size=(2, 2, 200)), "m").remarks == ()  # the twin
    assert a.to_dataframe()["remarks"][0].startswith("1 of 3 samples moved")
    assert not recwarn.list


def test_an_exchange_without_round_trips_is_hollow():
    run = {"start": "random", "method": glassy.ReplicaExchange(), "seed": 1, "samples": 3}
    ladder = glassy.simulate(D3, 0.3, [0.5, 0.7, 1.0], 14, sweeps=12, **run)
    left, right = ladder.plot_exchange()
    assert list(left.containers[0][0].get_ydata()) == [float(a) for a in ladder.exchange.acceptance]
    good, bad = right.lines[:2]
    trips = ladder.exchange.round_trips
    assert len(good.get_xdata()) + len(bad.get_xdata()) == trips.size
    assert sorted(good.get_ydata()) == sorted(trips[trips > 0])
    assert bad.get_markerfacecolor() == "none"
    assert len(bad.get_xdata()) == (trips == 0).sum() > 0
    still = glassy.simulate(D3, 0.3, [0.5, 0.7, 1.0], 14, sweeps=12, **run | {"method": glassy.ReplicaExchange(every=20)})
    assert still.plot_exchange()[0].get_xlabel().endswith("\n2 of 2 points not drawn: no exchange attempted")
    assert legend(right)[1] == f"none in {(trips == 0).sum()} of {trips.size}: not to be used"


def test_capacities_and_temperatures_name_what_is_not_there():
    c = glassy.storage_capacity(D3)
    assert math.isnan(c.load_t)
    ax = c.plot()
    assert ax.get_xlabel() == "load at T = 0\n1 of 2 points not drawn: load_t (see reason)"
    assert [p.get_width() for p in ax.patches] == [c.load_c]
    found = glassy.spin_glass_temperatures(D3)
    ax = plots.spin_glass_temperatures([found, glassy.spin_glass_temperatures(SpinGlass({2: 1.0}))])
    dots = [line.get_xdata()[0] for line in ax.lines]
    assert dots[:3] == [found.T_G, found.T_c, found.T_d]
    assert [p.get_width() for p in ax.patches][:3] == pytest.approx([found.T_G, found.T_c - found.T_G, found.T_d - found.T_c])
    ax = glassy.spin_glass_temperatures(DenseHebbian(3, "self-interacting")).plot()
    assert [t.get_text().strip() for t in ax.texts] == ["no transition, see reason"]
    assert ax.get_xlabel().endswith("3 of 3 points not drawn: T_G, T_c, T_d (see reason)")


def test_parts_of_a_free_energy_add_up():
    parts = glassy.glassiness(DenseHebbian(P=2), 0.1, 0.8)
    bars = parts.plot().patches
    ends = [b.get_x() + b.get_width() for b in bars]
    assert ends == pytest.approx([parts.hard, parts.hard + parts.soft, parts.total, parts.total])


def test_a_complexity_is_pale_where_states_are_broken_up():
    curve = glassy.complexity(D3, 1.0, 0.3, points=15)
    whole, stable, dot = curve.plot().lines
    assert whole.get_alpha() < 1.0
    assert np.array_equal(np.isnan(stable.get_ydata()), curve.replicon < 0.0)
    assert 0 < (curve.replicon < 0.0).sum() < 15
    assert (dot.get_xdata()[0], dot.get_ydata()[0]) == (curve.f_dominant, curve.complexity_dominant)
    with pytest.raises(InputError, match="with a curve, got .*NO_BOUNDARY"):
        glassy.complexity(D3, 1.0, 2.0, strict=False).plot()


def compared():
    """Theory beside two sizes in its phase."""
    runs = [glassy.simulate(D3, load=0.1, T=0.25, N=N, samples=8, sweeps=400, seed=3) for N in (40, 60)]
    return glassy.compare(glassy.solve(D3, 0.1, 0.25), runs)


def test_deviations_are_the_z_of_the_rows():
    c = compared()
    ax = c.plot_z()
    found = [(bars[0].get_xdata()[0], bars[0].get_markerfacecolor() != "none") for bars in ax.containers]
    assert found == [(r.z, math.isinf(r.N) and r.status.ok) for r in c.rows]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", glassy.EquilibrationWarning)
        alone = glassy.compare(EXACT, glassy.simulate(D3, load=0.2, T=0.5, N=8, samples=1, sweeps=50, seed=1))
    assert alone.plot().get_xlabel() == "z: (simulation - enumeration) in units of its error"
    theories = glassy.compare(glassy.solve(D3, 0.1, 0.25), glassy.solve(D3, 0.1, 0.25, ansatz=RSB(1)))
    assert theories.plot().get_xlabel().endswith("\n4 of 4 points not drawn: no z, see table()")
    blind = replace(c, rows=tuple(replace(r, z=math.nan) if r.observable == "q" else r for r in c.rows))
    assert blind.plot_z().get_xlabel().endswith("\n3 of 12 points not drawn: no z, see table()")
    with pytest.raises(InputError, match="must be rows of a comparison, m, q, energy, energy_excess, got 'x'"):
        plots.deviations(c, ["x"])
    with pytest.raises(InputError, match="must all be with a Solution, or none"):
        plots.comparison([c, alone])


def test_an_extrapolation_through_bad_sizes_is_counted():
    c = compared()
    bad = replace(c, rows=tuple(replace(r, status=Status.SHORT_CHAIN) for r in c.rows))
    ax = plots.comparison(bad, "m")
    assert ax.get_xlabel() == "1/N\n1 of 1 points not drawn: 1/N → 0 through sizes that are not to be used"
    assert "not in its phase, or short" in legend(ax)
    assert "not in its phase, or short" not in legend(plots.comparison(c, "m"))


def test_iterations_are_those_of_message_passing():
    r = glassy.message_passing(D3, load=0.2, T=0.3, N=60, samples=3, start_overlap=0.8, seed=1)
    evolution = glassy.state_evolution(D3, load=0.2, T=0.3, start_overlap=0.8)
    first, second = plots.iterations(r, evolution)
    for point, line, change in zip(r.points, first.lines, second.lines, strict=False):
        assert np.array_equal(line.get_ydata(), point.m_history)
        assert np.array_equal(change.get_ydata(), point.change_history)
    assert np.array_equal(first.lines[3].get_ydata(), evolution.m[: max(r.iterations) + 1])
    assert legend(first) == ["samples: 3, a colour each", "state evolution"]
    with pytest.raises(InputError, match="result must be a MessagePassing"):
        plots.iterations(RUN)
    with pytest.raises(InputError, match="both sides must be of one state point"):
        plots.iterations(r, glassy.state_evolution(D3, load=0.2, T=0.4, start_overlap=0.8))
    with pytest.raises(InputError, match="both must begin at one overlap"):
        plots.iterations(r, glassy.state_evolution(D3, load=0.2, T=0.3))
