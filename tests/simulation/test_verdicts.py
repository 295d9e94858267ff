"""What a run may claim, held against enumeration: errors, phases and statuses, each by its kind, with twins that must fail."""

import inspect
import math
import re
import sys
import threading
import warnings
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from test_resume import Bar, bits, go_on, run_at
from test_resume import ladder as resumable
from test_statistics import ar1

import glassy
from glassy import (
    DenseHebbian,
    EquilibrationWarning,
    Estimate,
    Glauber,
    InputError,
    Metropolis,
    ReplicaExchange,
    Status,
    compare,
    enumerate_states,
    simulate,
    solve,
)
from glassy.analysis.equilibration import ALARM, LENGTH, MOVES, NOWHERE, WANDERS, Fate, verdict
from glassy.analysis.statistics import (
    FLUCTUATES,
    block_means,
    disagreement,
    drift,
    estimate,
    freedom,
    jackknife,
    parts_of,
    summarise,
)
from glassy.core.results import deviate
from glassy.simulation.keep.joined import join
from glassy.simulation.sampler import walk

sys.path.insert(0, str(Path(__file__).parents[2]))
from benchmarks.honesty import COLD_5, LADDER_8, LADDER_16, Setting, States, truth

network = DenseHebbian(3)
PATTERNS = np.random.default_rng(5).choice([-1, 1], (96, 12))
MEANS = ("m", "m_abs", "energy", "q", "q2")
FLUCTUATIONS = ("specific_heat", "susceptibility")


def rms(z):
    return math.sqrt(np.mean(np.square(z)))


def slack(n):
    """Four standard errors of the rms of n normal deviates."""
    return 4.0 / math.sqrt(2.0 * n)


def off_by(e, expected):
    """Deviate of an Estimate, in units of the bound where nothing moved."""
    d = float(e) - expected
    if e.bound:
        return d / e.error
    return e.z(expected) if e.error > 0.0 else math.copysign(math.inf, d) if abs(d) > 1e-12 else 0.0


def run_ladder(T, seed, patterns=PATTERNS, P=3, **options):
    return simulate(
        DenseHebbian(P), patterns=patterns, T=T, seed=seed, method=ReplicaExchange(), threads=1, progress=False, **options
    )


def free_energies(ladder):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EquilibrationWarning)
        return ladder.minus_beta_f("mbar")


# ---- errors ----


@pytest.mark.slow
@pytest.mark.parametrize(
    ("T", "judged", "seeds", "options"),
    [
        (LADDER_16, (0, 3, 5, 9, 13), 24, {"sweeps": 1000, "burn_in": 300}),
        (LADDER_8, (0, 3, 6), 24, {"sweeps": 1000}),
        (LADDER_8, (0, 2, 4), 32, {"sweeps": 200}),
    ],
    ids=["16 rungs", "8 rungs", "8 rungs, short"],
)
def test_errors_of_ladders_are_as_large_as_their_scatter(T, judged, seeds, options):
    """Of all runs, and of those that say they are good."""
    z, good, values, errors = {}, {}, {}, {}
    exact = {T[i]: enumerate_states(network, patterns=PATTERNS, T=T[i]) for i in judged}
    for seed in range(seeds):
        found = run_ladder(T, 100 + seed, **options)
        free = free_energies(found)
        for i in judged:
            r, x = found[i], exact[T[i]]
            known = {name: (getattr(r, name), getattr(x, name)) for name in ("m", "energy", "q", "q2")}
            known["minus_beta_f"] = free[i], -x.free_energy / x.T
            for name, (e, value) in known.items():
                if options["sweeps"] < 500 and name != "minus_beta_f" and not r.status.ok:
                    continue  # SHORT_CHAIN: its errors are rough
                z.setdefault(name, []).append(off_by(e, value))
                values.setdefault((name, i), []).append(float(e))
                errors.setdefault((name, i), []).append(e.error)
                if r.status.ok:
                    good.setdefault(name, []).append(z[name][-1])
    for name, x in z.items():
        assert rms(x) <= 1.15 + slack(min(len(x), seeds)), (name, rms(x))
        ratios = [np.median(errors[key]) / np.std(values[key]) for key in errors if key[0] == name]
        typical = math.exp(np.mean(np.log(ratios)))
        assert 1 / 1.5 <= typical <= 1.5 + slack(len(x)), (name, ratios)
    assert max(rms(x) for x in z.values()) / 0.5 > 1.15 + slack(seeds)  # the twin: errors half as large
    for name, x in good.items():
        assert rms(x) <= 1.15 + slack(len(x)), (name, rms(x))
    if T is LADDER_8 and options["sweeps"] == 1000:
        assert len(good["q"]) > seeds


@pytest.mark.parametrize("samples", [2, 3, 10])
def test_deviates_of_few_samples_are_no_larger_than_normal_ones(samples):
    rng, n = np.random.default_rng(samples), 1500
    found = [estimate(x) for x in rng.normal(size=(n, samples, 1, 1)) + 0.3 * rng.normal(size=(n, samples, 2, 64))]
    assert {e.dof for e in found} == {freedom(samples)}
    assert 0.6 < rms([e.z(0.0) for e in found]) < 1.05 + slack(n) / 4
    assert abs(rms([deviate(float(e) / e.error, samples - 1) for e in found]) - 1.0) < 0.05 + slack(n) / 4
    raw = rms([float(e) / e.error for e in found])
    assert raw > {2: 3.0, 3: 1.4, 10: 1.08}[samples]  # the twin: the plain ratio
    for level in (0.5, 0.9545):
        inside = np.mean([a <= 0.0 <= b for a, b in (e.interval(level) for e in found)])
        assert inside - level > -4 * math.sqrt(level * (1 - level) / n) - 0.01


def test_M15_samples_with_a_long_tail_have_fewer_degrees_of_freedom():
    """Samples of excess kurtosis 6 and skewness 2, an exponential law: as skewed as finite networks are."""
    found = [estimate(x) for x in np.random.default_rng(8).exponential(size=(3000, 8, 1, 1)) * np.ones((1, 1, 2, 4))]
    z, twin = rms([e.z(1.0) for e in found]), rms([deviate((float(e) - 1.0) / e.error, 7) for e in found])
    assert z < 1.15 < twin


@pytest.mark.slow
def test_M15_fluctuations_are_as_skewed_as_that():
    """Intervals of their mean over 8 samples hold the truth as often as they say; those of a mean do not."""
    inside = Counter()
    for x in np.random.default_rng(9).gamma(0.7, size=(3000, 8, 1, 1)) * np.ones((1, 1, 2, 4)):
        for name, options in (("fluctuation", {"kurtosis": FLUCTUATES}), ("mean", {})):
            a, b = jackknife([x], lambda m: float(m.mean()), **options).interval(0.9545)
            inside[name] += a <= 0.7 <= b
    assert inside["fluctuation"] > 0.93 * 3000 > inside["mean"]
    r = simulate(network, load=0.1, T=0.3, N=30, seed=7, sweeps=100)
    assert (r.specific_heat.dof, r.susceptibility.dof, r.m.dof) == (freedom(8, FLUCTUATES),) * 2 + (freedom(8),)


def test_deviates_and_intervals_are_those_of_student():
    from scipy.stats import norm, t

    for dof in (1, 2, 7.5, 40):
        for x in (-30.0, -2.0, 0.3, 5.0):
            assert deviate(x, dof) == pytest.approx(-norm.isf(t.cdf(x, dof)) if x < 0 else norm.isf(t.sf(x, dof)), rel=1e-9)
        a, b = Estimate(1.0, 0.5, dof=dof).interval(0.9)
        assert (a + b, b - a) == (pytest.approx(2.0), pytest.approx(float(t.isf(0.05, dof))))
    grid = [deviate(x, 3) for x in np.logspace(0, 300, 200)]
    assert all(math.isfinite(x) for x in grid)
    assert all(a <= b for a, b in pairwise(grid))  # also beyond the smallest p
    assert deviate(math.inf, 3) == math.inf
    assert math.isnan(Estimate(1.0, 0.0).z(0.0))
    assert math.isnan(Estimate(1.0, 0.1, bound=True).z(0.0))
    assert Estimate(3.0, 1.0, dof=1).z(0.0, error=100.0) == pytest.approx(3.0 / math.hypot(1, 100), rel=1e-3)  # the other's law
    with pytest.raises(InputError, match="level must lie between"):
        Estimate(0.0, 1.0).interval(1.0)


@pytest.mark.parametrize("f", ["mean", "variance"])
@pytest.mark.parametrize("chains", [1, 2, 4])
def test_the_jackknife_over_parts_covers(chains, f):
    """AR(1) with tau = 9.5: one sample; each part alone, and what they give together."""
    rng, n = np.random.default_rng([chains, f == "mean"]), 250
    z, short = [], []
    for x in ar1(rng, 0.9, (n, 1, chains, 1600)):
        moments = [block_means(x), block_means(x**2)]
        e = jackknife(moments, (lambda a, b: float(a.mean())) if f == "mean" else (lambda a, b: float((b - a * a).mean())))
        z.append(e.z(0.0 if f == "mean" else 1.0))
        short.append((float(e) - (f != "mean")) / (x.std() / math.sqrt(x.size)))
    assert 0.7 < rms(z) < 1.1 + slack(n)
    assert rms(short) > 2.0  # the twin: no memory
    parts = parts_of(chains, 16)
    for group in (parts.fine, parts.times, parts.quarters, parts.replicas):
        assert not group or np.all(np.sum(group, axis=0) == 1)  # each group holds every part of the data once


def test_a_replica_that_disagrees_is_in_the_error_of_q():
    rng, R = np.random.default_rng(1), 5
    a, b = np.triu_indices(R, 1)
    calm = 0.8 + 0.05 * rng.normal(size=(1, len(a), 800))
    apart = calm - 0.5 * ((a == 4) | (b == 4))[None, :, None]
    one, two = (estimate(x, R) for x in (calm, apart))
    means = [apart[0, (a != r) & (b != r)].mean() for r in range(R)]
    assert two.error >= math.sqrt((R - 1) * np.var(means)) * (1 - 1e-12) > 0.1  # the jackknife over replicas
    assert two.dof == R - 1
    assert two.error > 50 * one.error
    assert disagreement(summarise(apart, R)) < 1e-8
    assert disagreement(summarise(calm, R)) > 0.003
    assert jackknife([block_means(apart)], lambda x: float(x.mean()), R).error >= two.error / 1.01
    assert estimate(apart.mean(axis=1, keepdims=True)).error < two.error / 50  # the twin: pairs taken as one chain


@pytest.mark.parametrize("shape", [(1, 2), (1, 8), (8, 2), (16, 4)])
def test_p_values_are_uniform_where_there_is_nothing_and_tiny_where_there_is(shape):
    rng, n = np.random.default_rng(shape), 300
    x = ar1(rng, 0.5, (n, *shape, 320))
    for test in (drift, disagreement):
        p = np.array([test(summarise(y)) for y in x])
        for level in (0.3, 0.1, 0.01):
            assert np.mean(p < level) < 1.6 * level + 4 * math.sqrt(level / n), (test.__name__, level)
        assert np.mean(p < 0.3) > 0.1
    y = x[0]
    slope = np.linspace(-1.0, 1.0, 320)
    if shape == (1, 2):  # the errors of two chains hold the drift itself: a weak one is told by tau_int
        assert drift(summarise(y + 8.0 * slope)) < 1e-4
        found = summarise(y + 1.5 * slope)
        assert drift(found) < ALARM or found.sweeps / found.integrated_autocorrelation[1] < LENGTH
    else:
        assert drift(summarise(y + 0.8 * slope)) < 1e-4
    stuck = np.zeros((*shape, 1))
    stuck[0, 0] = 3.0  # one chain of one sample
    assert disagreement(summarise(y + stuck)) < 1e-4


# ---- who is called good ----


BLIND = [
    Setting("blind", 3, 10, 10, 0.3, start="random"),
    Setting("blind, pattern", 3, 10, 10, 0.3),
    Setting("blind, N=12", 3, 12, 20, 0.3, start="random"),
    Setting("blind, P=2", 2, 10, 3, 0.3, start="random"),
    Setting("blind, P=4", 4, 10, 20, 0.5, start="random"),
    Setting("blind, T=0.4", 3, 10, 10, 0.4, start="both", sweeps=4000),
]


def deviates(setting, r, seed, names=(*MEANS, *FLUCTUATIONS)):
    """Return the deviates of a run from the averages of the phase that it names, or of all states."""
    held = r.status.ok and r.status is not Status.EQUILIBRATED and r.phase.startswith(("pattern ", "mirror "))
    where = r.phase.removeprefix("mirror of ") + (" -" if r.phase.startswith("mirror") else "") if held else ""
    exact = truth(setting, r.T, where, seed, r.least_overlap if held else 0.0)
    return {name: off_by(getattr(r, name), exact[name]) for name in names}


@pytest.mark.slow
@pytest.mark.parametrize("setting", BLIND, ids=lambda s: s.name)
def test_no_blind_run_is_called_good(setting):
    """Hundreds of networks at a T where chains hardly leave a state: quiet runs are no better than the others."""
    off, quiet, good = [], 0, 0
    for seed in range(300 if setting.name == "blind" else 150):
        (r,) = setting.run(seed)
        z = deviates(setting, r, seed)
        least = {name: 6.0 if name in FLUCTUATIONS and setting.N != setting.K else 4.0 for name in z}  # skewed: of rare events
        wrong = any(abs(x) > least[name] for name, x in z.items())
        if r.status.ok:
            good += 1
            if wrong:
                off.append((seed, r.status.name, r.phase, z))
        quiet += wrong and r.evidence.relaxed is Status.STEADY
    assert not off
    assert good > 0 or setting.P == 2 or setting.N == 12
    assert quiet > 0 or setting.P != 3  # the twin: of all runs without an alarm, some are off


@pytest.mark.slow
def test_runs_from_exact_draws_cover_the_phase_they_name():
    """Drawn from the Boltzmann weights, then run at T = 0.25, where few leave their pattern."""
    setting, z, blind = Setting("drawn", 3, 10, 10, 0.25), [], []
    for seed in range(400):
        xi = setting.patterns(seed)
        states, rng = States.of(network, xi), np.random.default_rng(seed)
        w = np.exp(-(states.H - states.H.min()) / setting.T)
        start = states.sigma[rng.choice(len(w), 2, p=w / w.sum())].astype(np.int8)
        r = simulate(network, patterns=xi, T=setting.T, seed=seed, start=start, burn_in=0, threads=1, progress=False)
        if r.status.ok:
            assert r.status is Status.STEADY
            z.append(deviates(setting, r, seed, ("energy", "m", "q")))
            blind.append(off_by(r.energy, truth(setting, r.T, "", seed)["energy"]))
    assert len(z) > 30
    for name in ("energy", "m", "q"):
        x = np.array([found[name] for found in z])
        assert rms(x) <= 1.15 + slack(len(x)), name
        assert np.mean(np.abs(x) <= 2.0) > 0.954 - 4 * math.sqrt(0.046 / len(x))
    assert rms(blind) > 2.0  # the twin: taken as of all states


@pytest.mark.slow
@pytest.mark.parametrize(
    ("P", "N", "K", "T", "hot"),
    [
        (3, 12, 96, COLD_5, (0.75, 1.05, 1.5, 3.0, math.inf)),
        (4, 10, 60, COLD_5, (0.8, 1.1, 1.6, 3.0, math.inf)),
        (2, 12, 6, (0.2, 0.24, 0.3, 0.36), (0.5, 0.8, 1.4, 3.0, math.inf)),
    ],
)
def test_a_ladder_too_cold_as_a_whole_shows_nothing_of_all_states(P, N, K, T, hot):
    trips, kept = 0, []
    for seed in range(8):
        xi = PATTERNS if P == 3 and seed < 4 else np.random.default_rng([seed, P]).choice([-1, 1], (K, N))
        found = run_ladder(T, seed, xi, P, sweeps=2000)
        assert all(r.status is not Status.EQUILIBRATED for r in found)
        assert all(not r.status.ok or r.phase.startswith("pattern ") for r in found)
        trips += int(found.exchange.round_trips.sum())
        kept.append(float(np.mean(found[0].fate.kept)))
    assert trips > 8 * 300  # travelling alone says nothing
    assert np.mean(kept) > 0.7
    whole = [run_ladder((*T, *hot), seed, xi, P, sweeps=4000)[0] for seed in range(2)]  # the twin: the same, up to T = inf
    assert any(r.status is Status.EQUILIBRATED for r in whole)


# ---- phases ----


def test_chains_that_end_at_another_pattern_say_so():
    found = Counter()
    for seed in range(100):
        r = simulate(network, K=60, N=20, T=(0.4, 0.45)[seed % 2], sweeps=400, burn_in=2000, samples=1, seed=seed, threads=1)
        index, m = r.largest_overlaps(1)
        at = np.where(m[0, :, 0] >= r.least_overlap, index[0, :, 0], -1)
        if np.all(m > 0.0):
            assert np.array_equal(at, r.places[0, :, -1])
        if np.all(at > 0):
            assert r.escaped.all()
            assert r.phase != "pattern 0"
        if r.status.ok and r.phase.startswith("pattern "):
            assert r.phase == f"pattern {at[0]}"
            assert len(set(at.tolist())) == 1
            found[at[0] > 0] += 1
            assert r.evidence.escaped == (2 if at[0] > 0 else 0)
        elif r.status.ok:
            assert r.phase == "patterns"
        if np.any(at == 0) and np.any(at > 0):
            assert not r.status.ok
            found["apart"] += 1
    assert found[True] >= 3
    assert found["apart"] >= 1


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("N", [40, 60])
def test_chains_at_a_correlated_pattern_are_not_at_pattern_0(N, seed):
    """Their m is 0.6 all the time: m alone would say that they stayed."""
    rng = np.random.default_rng(seed)
    xi = rng.choice([-1, 1], (5, N))
    xi[1] = xi[0]
    xi[1, rng.permutation(N)[: N // 5]] *= -1
    r = simulate(network, patterns=xi, T=0.2, start=xi[1], seed=seed, sweeps=400)
    assert float(r.m) > r.least_overlap
    assert r.phase == "pattern 1"
    assert r.escaped.all()
    assert r.evidence.escaped == 2
    assert r.status is Status.STEADY
    s = solve(network, r.load, 0.2)
    with pytest.warns(EquilibrationWarning, match="the chains were at pattern 1"):
        c = compare(s, r)
    assert {row.status for row in c.rows} == {Status.LEFT_PHASE}
    assert not any(row.used or math.isfinite(row.z) for row in c.rows)
    assert "at pattern 1, the solution is retrieval" in c.table()
    own = simulate(network, patterns=xi, T=0.2, seed=seed, sweeps=400)  # the twin
    assert own.phase == "pattern 0"
    assert not own.escaped.any()
    assert {row.status for row in compare(s, own).rows} == {Status.STEADY}


@pytest.mark.parametrize(("P", "T", "start"), [(3, 0.5, "pattern"), (4, 0.6, "random"), (2, 0.6, "both")])
def test_the_least_overlap_is_that_of_every_sweep(P, T, start):
    away = 0
    for seed in range(4):
        xi = np.random.default_rng([seed, P]).choice([-1, 1], (10, 12))
        xi[7] = xi[2]  # a copy is no other pattern
        r = simulate(DenseHebbian(P), patterns=xi, T=T, seed=seed, start=start, sweeps=400, watch=tuple(range(10)), threads=1)
        s, gram = r.series, xi @ xi.T / 12
        for c in range(2):
            k, sign = s.near[0, c, 0], np.sign(s.near_m[0, c, 0]) if P % 2 == 0 else 1
            own = sign * s.watched[0, c, k]
            assert s.least_m[0, c] == pytest.approx(own.min())
            others = [abs(x) if P % 2 == 0 else x for j, x in enumerate(gram[k]) if not np.array_equal(xi[j], xi[k])]
            assert s.rival_m[0, c] == pytest.approx(max(others))
            assert r.fate.place[0, c] in (k, -3 - k) or own.min() <= max(r.least_overlap, *others) or np.ptp(s.near[0, c])
            away += bool(np.any(s.watched[0, c].max(axis=0) > own))
    assert away > 0


def test_chains_that_come_back_between_two_marks_were_not_in_one_phase():
    """N = 10: at one pattern at all marks, elsewhere between. Where the phase holds nothing changes."""
    found = Counter()
    for seed in range(100):
        xi = np.random.default_rng([seed, 10]).choice([-1, 1], (10, 10))
        r = simulate(network, patterns=xi, T=0.3, seed=seed, threads=1)
        marks = replace(r, series=replace(r.series, least_m=None))  # the twin: the marks alone, as in older files
        assert marks.status.ok or not r.status.ok
        if marks.status.ok and not r.status.ok:
            assert r.status in (Status.LEFT_PHASE, Status.NOT_SHOWN, Status.SHORT_CHAIN)
            assert np.all(r.fate.place[r.series.least_m <= r.series.rival_m] == MOVES)
            found["back"] += 1
    assert found["back"] >= 3
    for seed in range(4):
        r = simulate(network, load=0.2, T=0.3, N=200, sweeps=200, seed=seed)
        assert (r.status, r.phase) == (Status.STEADY, "pattern 0")
        assert np.all(r.series.least_m > r.series.rival_m)


def test_chains_that_wander_must_do_so_for_longer():
    wandering, held = fate([MOVES] * 2, **FORGETFUL), fate([0, 0])
    assert verdict(Status.STEADY, wandering, WANDERS).ok
    assert verdict(Status.STEADY, replace(wandering, start="both"), WANDERS) is Status.EQUILIBRATED
    for start in ("pattern", "both"):
        assert verdict(Status.STEADY, replace(wandering, start=start), WANDERS - 1) is Status.SHORT_CHAIN
    assert verdict(Status.STEADY, held, LENGTH) is Status.STEADY


def fate(place, began=True, **options):
    """Chains [sample, replica] that forget nothing."""
    place = np.atleast_2d(np.array(place))
    none = np.full(place.shape, np.nan)
    chains = {"share": (place != NOWHERE) * 1.0, "near": none + 1, "far": none + 1, "trips": none, "kept": none}
    chains = {name: np.nan_to_num(x, nan=1.0) if name in ("near", "far") else x for name, x in chains.items()}
    return Fate(
        **{"place": place, **chains, "began": np.full(place.shape, began), "met": none[:, 0], "start": "pattern", **options}
    )


FORGETFUL = {"near": np.full((1, 2), 0.1), "far": np.full((1, 2), 0.05), "share": np.zeros((1, 2))}


@pytest.mark.parametrize(
    ("of", "status", "phase"),
    [
        (fate([0, 0]), "STEADY", "pattern 0"),
        (fate([3, 3]), "STEADY", "pattern 3"),  # all left, to one other pattern
        (fate([0, 3]), "LEFT_PHASE", "patterns"),
        (fate([3, 4]), "LEFT_PHASE", "patterns"),
        (fate([3, 4], began=False), "NOT_EQUILIBRATED", "patterns"),
        (fate([3, NOWHERE], began=False), "NOT_EQUILIBRATED", "patterns"),
        (fate([NOWHERE] * 2, **FORGETFUL), "STEADY", "paramagnet"),
        (fate([NOWHERE] * 2), "NOT_SHOWN", "glass"),  # at no pattern, and none forgets: where is not known
        (fate([MOVES] * 2, **FORGETFUL), "STEADY", "paramagnet"),
        (fate([MOVES] * 2, **{**FORGETFUL, "share": np.ones((1, 2))}), "STEADY", "patterns"),
        (fate([MOVES, 0]), "LEFT_PHASE", "patterns"),
        (fate([0]), "NOT_SHOWN", "pattern 0"),  # alone
        (fate([0, 0], ergodic=False), "NOT_SHOWN", "pattern 0"),
        (fate([0, 0], known=False), "NOT_SHOWN", ""),
        (fate([0, 0], start="both"), "STEADY", "pattern 0"),  # both ends, but no chain forgets
        (fate([NOWHERE] * 2, start="both", **FORGETFUL), "EQUILIBRATED", "paramagnet"),
        (fate([[2, 2], [1, 1]]), "NOT_SHOWN", "patterns"),
    ],
)  # fmt: skip
def test_the_verdict_of_where_the_chains_were(of, status, phase):
    assert (verdict(Status.STEADY, of).name, of.phase) == (status, phase)
    found = verdict(Status.SHORT_CHAIN, of)
    assert not found.ok


@pytest.mark.parametrize(
    ("trips", "kept", "status"),
    [(8.0, 0.1, "EQUILIBRATED"), (3.0, 0.1, "SHORT_CHAIN"), (500.0, 0.8, "NOT_SHOWN"), (0.0, 0.0, "NOT_SHOWN")],
)
def test_a_ladder_must_travel_and_forget(trips, kept, status):
    none = np.full((1, 2), np.nan)
    of = fate([MOVES] * 2, False, near=none, far=none, trips=none * 0 + trips if trips != trips else np.full((1, 2), trips),
              kept=np.full((1, 2), kept), start="random")  # fmt: skip
    assert verdict(Status.STEADY, of).name == status


def test_chains_that_all_left_to_one_phase_are_good_with_its_name():
    r = simulate(network, load=0.3, T=1.5, N=30, seed=2)
    assert r.escaped.all()
    assert (r.status, r.phase) == (Status.STEADY, "paramagnet")
    mixed = simulate(network, load=0.3, T=0.5, N=60, sweeps=400, samples=16, seed=1)
    assert mixed.escaped.any()
    assert not mixed.escaped.all()
    assert mixed.status is Status.LEFT_PHASE


def test_statuses_speak_of_arguments_that_exist():
    known = set(inspect.signature(simulate).parameters) | set(Estimate.__slots__) | set(dir(glassy.Samples))
    for status in (
        s for s in Status if s not in (Status.CONVERGED, Status.COLLAPSED, Status.NOT_CONVERGED, Status.NO_BOUNDARY)
    ):
        words = set(re.findall(r"\b[a-z]+_[a-z_]+\b", status.value)) | set(re.findall(r"\b(\w+)=", status.value))
        words |= set(re.findall(r"raise (\w+)", status.value))
        assert words <= known, status


# ---- one sample, frozen chains ----


def test_one_sample_has_no_z_against_theory_and_one_against_its_enumeration():
    s = solve(network, network.load(120, 60), 0.3)
    drawn = simulate(network, K=120, T=0.3, N=60, seed=7, samples=1)
    given = simulate(network, patterns=np.random.default_rng(2).choice([-1, 1], (120, 60)), T=0.3, seed=7)
    eight = simulate(network, K=120, T=0.3, N=60, seed=7)
    for r, reason in ((drawn, "one sample has no scatter"), (given, "were given, not drawn")):
        assert r.status is Status.STEADY
        assert repr(r.m).endswith(" thermal)")
        assert r.m.disorder is None
        c = compare(s, r)
        assert all(math.isnan(row.z) and reason in row.reason for row in c.rows)
        assert reason in c.table()
        assert all(line.split()[-2] == "-" for line in c.table().splitlines()[1 : 1 + len(c.rows)])
        assert reason in repr(c)
    assert all(math.isfinite(row.z) for row in compare(s, eight).rows)  # the twin
    assert "thermal" not in repr(eight.m)


@pytest.mark.parametrize("drawn", [True, False])
def test_one_sample_against_its_enumeration(drawn):
    z, wrong = [], []
    for seed in range(25):
        if drawn:
            r = simulate(network, K=10, N=10, T=1.5, samples=1, seed=seed, start="both", sweeps=2000, threads=1)
            exact = enumerate_states(network, K=10, N=10, T=1.5, seed=seed)
        else:
            xi = np.random.default_rng(seed).choice([-1, 1], (10, 10))
            r = simulate(network, patterns=xi, T=1.5, seed=seed, start="both", sweeps=2000, threads=1)
            exact = enumerate_states(network, patterns=xi, T=1.5)
        if r.status is Status.EQUILIBRATED:
            rows = compare(exact, r).rows
            z.append([row.z for row in rows])
            wrong.append([row.simulation.z(1.05 * row.theory + 0.02) for row in rows])
            assert rows[-1].simulation.error == r.energy.thermal
    z = np.array(z)
    assert len(z) > 15
    assert np.all(np.isfinite(z))
    assert max(rms(x) for x in z.T) <= 1.15 + slack(len(z))
    assert max(rms(x) for x in np.array(wrong).T) > 1.15 + slack(len(z))  # the twin
    cold = simulate(network, patterns=PATTERNS[:2], T=0.2, seed=1)
    c = compare(enumerate_states(network, patterns=PATTERNS[:2], T=0.2), cold)
    assert all("the run is of one phase (pattern 0)" in row.reason for row in c.rows)


def test_a_bad_run_is_warned_of_beside_its_enumeration():
    xi = PATTERNS[:10, :10]
    short = simulate(network, patterns=xi, T=1.5, seed=1, start="both", sweeps=20)
    with pytest.warns(EquilibrationWarning, match=f"enumeration is compared with .* {short.status.name}"):
        compare(enumerate_states(network, patterns=xi, T=1.5), short)
    assert not short.status.ok


def test_all_samples_at_the_mirror_of_pattern_0_are_of_one_phase():
    r = simulate(DenseHebbian(4), load=0.05, T=0.3, N=30, seed=1, start_overlap=-1.0, sweeps=200)
    assert (r.samples, r.phase, r.status) == (8, "mirror of pattern 0", Status.STEADY)
    near = r.series.near.copy()
    near[3] = 7  # the twin: one sample is at the mirror of another
    assert replace(r, series=replace(r.series, near=near)).phase == "patterns"


def test_the_bound_of_a_binder_cumulant_knows_how_small_m_is():
    """Chains that hold another pattern: m of pattern 0 is 1/N, and a single flip changes m^2 ninefold."""
    xi = np.ones((2, 11), int)
    xi[1, :5] = -1
    r = simulate(DenseHebbian(5), patterns=xi, T=0.05, seed=1, start=xi[1], sweeps=100)
    assert r.binder_m.bound
    once = r.series.m.copy()
    once[0, 0, 50] = 3.0 / 11.0  # what one event would have made of it
    moved = once.ravel()
    assert 0.5 * (3.0 - np.mean(moved**4) / np.mean(moved**2) ** 2) > float(r.binder_m) - r.binder_m.error
    assert 8.0 * 5.0 / 11.0**2 / 200.0 < 0.1 * r.binder_m.error  # the twin: as if m were 1
    xi = np.ones((2, 10), int)
    xi[1, :5] = -1
    none = simulate(DenseHebbian(5), patterns=xi, T=0.05, seed=1, start=xi[1], sweeps=100)
    assert none.m == 0.0
    assert math.isnan(none.binder_m)


def test_the_bound_of_frozen_chains_holds():
    """K = 1: the pattern is all there is, so enumeration is of its phase."""
    names, quiet, beyond, narrow = ("m", "q", "energy", "q2", *FLUCTUATIONS), 0, Counter(), 0
    xi = np.ones((1, 20), int)
    for T, sweeps in ((0.2, 400), (0.3, 100), (0.3, 400), (0.35, 200)):
        x = enumerate_states(network, patterns=xi, T=T)
        exact = {name: getattr(x, name) for name in names[:4]}
        exact["specific_heat"] = 20 * (x.energy2 - x.energy**2) / T**2
        exact["susceptibility"] = 20 * (x.m_weights @ x.m_values**2 - x.m**2) / T
        for seed in range(40):
            r = simulate(network, patterns=xi, T=T, seed=seed, sweeps=sweeps, threads=1, progress=False)
            if not r.m.bound:
                continue
            assert r.status is Status.STEADY
            assert r.phase == "pattern 0"
            quiet += 1
            for name in names:
                e = getattr(r, name)
                assert e.bound
                assert 0.0 < e.error < 1.0
                assert "(<" in repr(e)
                assert math.isnan(e.z(exact[name]))
                beyond[name] += abs(float(e) - exact[name]) > e.error
            narrow += abs(float(r.m) - exact["m"]) > r.m.error / 5.0
            table = compare(x, r).table() + r.evidence.table()
            assert not re.search(r"\b(inf|nan)\b", table)
    assert quiet > 60
    assert max(beyond.values()) <= 0.05 * quiet
    assert narrow > 0.05 * quiet  # the twin: what a single event would have changed


@pytest.mark.parametrize("seed", range(6))
def test_quiet_chains_do_not_spoil_a_status(seed):
    """200 chains, of which all but a few stand still: one that moves twice is no disagreement."""
    r = simulate(network, K=2, N=20, T=0.2, samples=100, sweeps=200, seed=[2, 6, 22, 25, 3, 4][seed], threads=2)
    assert r.frozen.sum() > 190
    assert r.status is Status.STEADY
    assert r.phase == "pattern 0"
    apart = replace(r.series, energy=r.series.energy + (np.arange(200).reshape(100, 2, 1) == 77) * 0.2)  # the twin
    assert replace(r, series=apart).status is Status.NOT_EQUILIBRATED


def test_one_quiet_chain_does_not_spoil_a_status():
    r = simulate(network, K=20, N=60, T=0.35, samples=25, replicas=4, sweeps=200, seed=1)
    assert r.status is Status.STEADY
    energy = r.series.energy.copy()
    energy[7, 2] = np.median(energy[7])
    quiet = replace(r, series=replace(r.series, energy=energy))
    assert quiet.frozen.sum() > r.frozen.sum()
    assert quiet.status is Status.STEADY


# ---- dynamics that need not reach every state ----


def test_metropolis_in_sequential_order_is_never_good():
    xi = np.random.default_rng(2).choice([-1, 1], (2, 6))
    exact = enumerate_states(network, patterns=xi, T=1.0)
    run = {"patterns": xi, "T": 1.0, "sweeps": 4000, "replicas": 8, "threads": 1, "progress": False}
    wrong = 0
    for seed in range(12):
        r = simulate(network, method=Metropolis("sequential"), seed=seed, start=("pattern", "both")[seed % 2], **run)
        assert not r.status.ok
        wrong += abs(off_by(r.energy, exact.energy)) > 4.0
        found = simulate(
            network, method=ReplicaExchange(Metropolis("sequential")), seed=seed,
            **{**run, "T": (0.5, 1.0, 2.0, math.inf), "sweeps": 400, "replicas": 2},
        )  # fmt: skip
        assert not any(point.status.ok for point in found)
    assert wrong > 2  # they are off, and no mean of theirs says so
    for method in (Metropolis("random"), Glauber("sequential"), Glauber("random")):  # the twins
        found = [simulate(network, method=method, seed=seed, start="both", **run) for seed in range(8)]
        assert sum(r.status is Status.EQUILIBRATED for r in found) > 4
        for name in ("m", "energy", "q"):
            assert rms([off_by(getattr(r, name), getattr(exact, name)) for r in found]) <= 1.15 + slack(8)


# ---- defaults, both ends, resume ----


def test_defaults():
    r = simulate(network, load=0.1, T=0.3, N=60, seed=7)
    assert (r.samples, r.replicas, r.start) == (8, 2, "pattern")
    assert (r.status, r.phase) == (Status.STEADY, "pattern 0")
    given = simulate(network, patterns=np.random.default_rng(1).choice([-1, 1], (20, 60)), T=0.3, seed=7)
    assert (given.samples, given.status, given.phase) == (1, Status.STEADY, "pattern 0")
    one = simulate(network, load=0.1, T=0.3, N=60, seed=7, replicas=1)
    assert one.status is Status.NOT_SHOWN
    spins = np.ones((3, 2, 60), np.int8)
    assert simulate(network, load=0.1, T=0.3, N=60, seed=7, start=spins, sweeps=20).samples == 3
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert "runs[-1].status.name" in readme
    r = simulate(DenseHebbian(P=4), load=0.05, T=0.5, N=60, samples=32, sweeps=200, seed=7)
    assert (r.status, r.phase) == (Status.STEADY, "pattern 0")


def test_both_ends():
    run = {"load": 0.1, "N": 20, "samples": 4, "seed": 7, "start": "both"}
    hot, cold = (simulate(network, T=T, sweeps=1000, **run) for T in (1.5, 0.3))
    assert hot.status is Status.EQUILIBRATED
    assert not cold.status.ok
    assert np.all(np.abs(hot.start_m[:, ::2]) == 1.0)
    assert np.all(hot.from_pattern == [True, False])
    assert np.all(np.abs(hot.start_m[:, 1::2]) < 1.0)
    same = simulate(network, T=1.5, sweeps=1000, **{**run, "start": "pattern"})
    assert same.status is Status.STEADY  # the twin: one end shows the phase alone
    with pytest.raises(InputError, match="replicas must be >= 2 with start='both'"):
        simulate(network, T=1.5, replicas=1, **run)


def test_an_ensemble_claims_what_its_samples_claim(tmp_path):
    options = {"samples": 4, "seed": 7, "sweeps": 400, "start": "both"}
    T = (0.1, 0.3, 1.5)
    found = glassy.Ensemble(network, 0.1, 20, T, **options).run(tmp_path, executor="threads")
    assert len({row.status for row in found.rows}) > 1
    for t in T:
        r, rows = simulate(network, 0.1, t, 20, **options), [row for row in found.rows if t == row.T]
        assert {row.status for row in rows} == {r.status} == {found.samples(T=t).status}
        assert found.samples(T=t).phase == r.phase
        for row in rows:
            e = getattr(r, row.observable)
            assert (row.estimate.bound, row.estimate.dof, row.estimate.thermal_dof) == (e.bound, e.dof, e.thermal_dof)
            assert row.estimate.error == pytest.approx(e.error, rel=1e-9)


@pytest.mark.parametrize("kind", ["plain", "ladder"])
def test_where_chains_were_survives_a_stop(kind, tmp_path, monkeypatch):
    monkeypatch.setattr(walk, "ATTEMPTS", 16 * 24)
    run = run_at(0.4, start="both") if kind == "plain" else resumable(3, start="both")
    whole, stops = run.sample(0, threading.Event(), Bar()), 0
    for k in range(3):
        found, n = go_on(run, tmp_path / str(k), np.random.default_rng(k), 8)
        stops += n
        assert bits(found) == bits(whole)
        a, b = (join(run, {0: (x, glassy.simulation.samples.provenance())}) for x in (found, whole))
        for x, y in [(a, b)] if kind == "plain" else zip(a, b, strict=True):
            assert (x.status, x.phase) == (y.status, y.phase)
            assert np.array_equal(x.series.near, y.series.near)
            assert np.array_equal(x.series.near_m, y.series.near_m)
            assert np.array_equal(x.series.least_m, y.series.least_m)
            left = x.series.renewals if kind == "ladder" else x.series.self_q
            assert np.array_equal(left, y.series.renewals if kind == "ladder" else y.series.self_q)
            assert left is not None
    assert stops > 6
    kept = walk.Walk.state  # the twin: a checkpoint without the marks
    for k, lost in enumerate(
        ({"marks": None} if kind == "plain" else {"near": np.zeros((4, 2, 17), np.int64)}, {"least_m": None})
    ):
        monkeypatch.setattr(walk.Walk, "state", lambda self, lost=lost: replace(kept(self), **lost))
        found, n = go_on(run, tmp_path / f"twin {k}", np.random.default_rng(0), 8)
        assert n > 0
        assert bits(found) != bits(whole)
    (series, *_) = (found,) if kind == "plain" else found.series
    assert series.least_m is None  # of an older version: not known, and nothing is asked
    assert series.near is not None
