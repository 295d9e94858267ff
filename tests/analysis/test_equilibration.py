"""Evidence of equilibrium: log-binned means, tau_int against length, statuses, and starts that meet or do not."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from chains import ar1

import glassy
from glassy import DenseHebbian, InputError, Status, compare_starts, simulate, solve
from glassy.analysis.equilibration import NOWHERE, Fate, gather
from glassy.analysis.statistics import summarise

network = DenseHebbian(3)


def gathered(x, place=None):
    """The Evidence of energies [sample, replica, time] of chains at pattern 0, or elsewhere."""
    place = np.zeros(x.shape[:2], int) if place is None else place
    none = np.full(x.shape[:2], math.nan)
    fate = Fate(place, none * 0.0, none, none, none, none, np.ones(x.shape[:2], bool), none[:, 0], "pattern")
    return gather({"energy": (x, 0)}, {"energy": summarise(x)}, fate, 0)


def both(load, T, N, **options):
    run = {"load": load, "T": T, "N": N, "samples": 4, "sweeps": 600, "seed": 5, **options}
    return tuple(simulate(network, start=start, **run) for start in ("pattern", "random"))


def test_log_bins_halve_and_cover_the_run():
    for n in (1, 7, 16, 100, 1000):
        trend = gathered(np.random.default_rng(1).normal(size=(2, 2, n))).trends[0]
        assert trend.bins[0][0] == 0
        assert trend.bins[-1][1] == n
        assert all(a[1] == b[0] for a, b in zip(trend.bins, trend.bins[1:], strict=False))
        assert all(2 * (b - a) >= b - 1 for a, b in trend.bins[1:])
        assert trend.lengths[-1] == n


def test_a_slow_relaxation_shows_in_the_log_bins_and_in_tau():
    """A chain that creeps like log t, and its twin that does not."""
    still = ar1(np.random.default_rng(2), 0.5, (4, 2, 4000))
    creeping = still - 0.5 * np.log(np.arange(1, 4001))
    good, bad = (gathered(x) for x in (still, creeping))
    assert (good.status, bad.status) == (Status.STEADY, Status.NOT_EQUILIBRATED)
    last = good.trends[0].means
    assert all(abs(a - b) <= 4 * math.hypot(a.thermal, b.thermal) for a, b in pairwise(last))
    means = bad.trends[0].means
    assert all(a - b > 4 * math.hypot(a.thermal, b.thermal) for a, b in zip(means[-3:], means[-2:], strict=False))
    taus = bad.trends[0].taus
    assert taus[2] > 1.3 * taus[1] > 1.8 * taus[0]
    assert good.trends[0].taus == pytest.approx([1.5] * 3, rel=0.35)


def test_a_run_shorter_than_its_memory_is_short():
    x = ar1(np.random.default_rng(3), 0.99, (2, 2, 2000))
    e = gathered(x)
    assert e.status is Status.SHORT_CHAIN
    assert e.trends[0].length_over_tau < 50
    assert gathered(x, np.array([[0, 0], [0, NOWHERE]])).status is Status.LEFT_PHASE


def test_false_alarms_are_rare():
    rng = np.random.default_rng(4)
    found = [gathered(x).status for x in ar1(rng, 0.5, (200, 4, 2, 300))]
    assert found.count(Status.STEADY) >= 190


def test_evidence_of_a_run_is_its_status_kept_and_readable(tmp_path):
    r = simulate(network, load=0.1, T=0.3, N=40, samples=4, sweeps=400, seed=3)
    assert r.evidence.status is r.status is Status.STEADY
    assert r.evidence.trends[1].taus[-1] == r.energy.tau_int
    table = r.evidence.table()
    assert "sweeps     200 to     400" in table
    assert "tau_int" in table.splitlines()[-1]
    back = glassy.load(r.evidence.save(tmp_path / "x"))
    assert back.table() == table
    assert "\n" not in repr(r.evidence)


def test_M11_starts_meet_above_the_spinodal_and_the_energy_is_that_of_the_theory():
    a, b = both(0.2, 4.0, 60)  # at T = 1.5 the energy of N = 60 is still 10 errors below its limit
    met = compare_starts(a, b)
    assert a.escaped.all()  # it left the pattern, as it should, and is a good run of where it went
    assert (a.status, a.phase) == (Status.STEADY, "paramagnet")
    assert met.status is Status.EQUILIBRATED
    assert met.worst.p > 6e-5
    assert [x.observable for x in met.meetings] == ["energy", "m", "q"]
    s = solve(network, b.load, 4.0, "paramagnetic")
    for run in (a, b):
        assert abs(run.energy - s.energy) <= 4.0 * run.energy.error
        assert abs(run.energy - 0.5 * s.energy) > 4.0 * run.energy.error  # the twin: half of -beta xi(1)


def test_M11_starts_do_not_meet_where_the_pattern_holds():
    a, b = both(0.1, 0.3, 60)
    assert (a.status, a.phase) == (Status.STEADY, "pattern 0")  # of its phase: whether another wins neither run knows
    met = compare_starts(a, b)
    assert met.status is Status.NOT_EQUILIBRATED
    assert met.worst.p < 6e-5
    assert "pattern" in met.table()
    assert "NOT_EQUILIBRATED" in repr(met)


@pytest.mark.slow
def test_p_values_of_starts_that_meet_are_uniform():
    """200 pairs of AR(1) runs of the same patterns."""
    rng = np.random.default_rng(6)
    a, b = both(0.2, 1.5, 20, sweeps=200)
    disorder = rng.normal(size=(200, 4, 1, 1))
    p = []
    for x, y, d in zip(ar1(rng, 0.5, (200, 4, 2, 200)), ar1(rng, 0.5, (200, 4, 2, 200)), disorder, strict=True):
        one, two = (replace(r, series=replace(r.series, energy=z + d)) for r, z in ((a, x), (b, y)))
        p.append(next(meeting.p for meeting in compare_starts(one, two).meetings if meeting.observable == "energy"))
    assert abs(np.mean(np.array(p) < 0.1) - 0.1) < 4 * math.sqrt(0.09 / 200)


def test_short_and_frozen_runs_are_not_called_equilibrated_by_agreement():
    a, b = both(0.2, 1.5, 30, sweeps=30)
    assert compare_starts(a, b).status is Status.SHORT_CHAIN
    one, two = (replace(r, series=replace(r.series, energy=np.full_like(r.series.energy, -0.5))) for r in both(0.2, 1.5, 30))
    assert compare_starts(one, two).status is Status.EQUILIBRATED  # the spins forget, whatever this energy does
    one, two = (replace(r, series=replace(r.series, self_q=np.ones_like(r.series.self_q))) for r in (one, two))
    assert compare_starts(one, two).status is Status.NOT_SHOWN


def test_even_P_is_compared_without_the_global_sign():
    run = {"load": 0.1, "T": 2.5, "N": 30, "samples": 2, "sweeps": 400, "seed": 6}
    a, b = (simulate(DenseHebbian(4), start=start, **run) for start in ("pattern", "random"))
    met = compare_starts(a, b)
    assert [x.observable for x in met.meetings] == ["energy", "m_abs", "q_abs"]
    assert met.status is Status.EQUILIBRATED


def test_refusals():
    a, b = both(0.2, 1.5, 20, sweeps=20)
    with pytest.raises(InputError, match="two Samples must be given"):
        compare_starts(a, 3)
    with pytest.raises(InputError, match="began alike"):
        compare_starts(a, a)
    with pytest.raises(InputError, match="they differ in T"):
        compare_starts(a, replace(b, T=1.0))
    with pytest.raises(InputError, match="they differ in seed"):
        compare_starts(a, simulate(network, load=0.2, T=1.5, N=20, samples=4, sweeps=20, seed=6, start="random"))
