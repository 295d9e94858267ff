"""Means over pairs of replicas: their variance where pairs are correlated by their replicas, and where they are not (M.15b)."""

import json
import math

import numpy as np
import pytest
from deviates import rms
from stored import rewritten

import glassy
from glassy import DenseHebbian, Status, simulate
from glassy.analysis.jackknife import block_means, jackknife
from glassy.analysis.stationarity import disagreement
from glassy.analysis.statistics import estimate, estimate_of, summarise

HOT = {"load": 0.5, "T": 3.0, "N": 20}


def pairs(rng, samples, R, n, U, s):
    """q_ab = u_a + u_b + r_ab with var u = U, var r = s, [sample, pair, time]."""
    a, b = np.triu_indices(R, 1)
    u = math.sqrt(U) * rng.normal(size=(samples, R, n))
    return u[:, a] + u[:, b] + math.sqrt(s) * rng.normal(size=(samples, len(a), n))


def spins(rng, samples, R, n, field=0.0, N=8):
    """Overlaps of replicas of N free spins of tanh(field), which may be another for each replica."""
    x = 2.0 * (rng.random((samples, R, n, N)) < (1.0 + np.tanh(np.broadcast_to(field, R))[None, :, None, None]) / 2.0) - 1.0
    a, b = np.triu_indices(R, 1)
    return np.stack([(x[:, i] * x[:, j]).mean(axis=-1) for i, j in zip(a, b, strict=True)], axis=1)


@pytest.mark.parametrize(("U", "s"), [(1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.05, 1.0)])
@pytest.mark.parametrize("R", [3, 4, 5, 6, 8])
def test_M15b_the_variance_of_a_mean_over_pairs(R, U, s):
    n, samples = 64, 2000
    found = summarise(pairs(np.random.default_rng([R, int(20 * U)]), samples, R, n, U, s), R)
    true = (4.0 * U / R + 2.0 * s / (R * (R - 1))) / n
    assert found.mean.var() == pytest.approx(true, rel=5.0 * math.sqrt(2.0 / samples))
    apart, free = found.between()
    assert free == samples * (R - 1)
    error = math.sqrt(2.0 / free)
    assert apart == pytest.approx(true, rel=4.0 * error + 0.05)  # v_8 and J_8 have errors of their own
    mean = found.between_each().mean()
    assert mean == pytest.approx((4.0 * U / R + 4.0 * s / (R * (R - 2))) / n, rel=5.0 * error)  # the jackknife alone
    if U == 0.0:
        assert mean / true == pytest.approx(2.0 * (R - 1) / (R - 2), rel=5.0 * error)  # what it is too large by


@pytest.mark.parametrize("field", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("R", [3, 4, 6])
def test_M15b_replicas_that_agree_are_not_said_to_disagree(R, field):
    """Free spins, independent in time: uniform p where pairs are uncorrelated, correlated, and in between."""
    rng, runs = np.random.default_rng([R, int(10 * field)]), 400
    found = [summarise(spins(rng, 1, R, 80, field), R) for _ in range(runs)]
    p = np.array([disagreement(x) for x in found])
    for level in (0.3, 0.1, 0.01):
        assert abs(np.mean(p < level) - level) < 4.0 * math.sqrt(level * (1.0 - level) / runs) + 0.01, level
    thermal = np.array([estimate_of(x).error for x in found])
    scatter = np.std([float(x.mean[0]) for x in found])
    assert 0.9 < np.median(thermal) / scatter < 1.35  # the largest of several
    jackknife = np.sqrt([float(x.between_each()[0]) for x in found])
    if field == 0.0:  # the twin: the jackknife alone
        assert rms(jackknife) / scatter > 1.4
    other = np.full(R, field)
    other[0] = field + 1.5
    for _ in range(20):
        apart = summarise(spins(rng, 1, R, 800, other + 0.5), R)  # one replica is in another state
        assert disagreement(apart) < 1e-4
        assert math.sqrt(apart.between()[0]) > 0.8 * math.sqrt(apart.between_each()[0])


@pytest.mark.parametrize("R", [3, 4, 6])
def test_M15b_a_hot_run_is_steady_with_any_number_of_replicas(R):
    """P = 3, N = 20, T = 3, load 0.5: of 40 runs each the jackknife alone called 27, 24 and 18 NOT_EQUILIBRATED."""
    for seed in range(5):
        r = simulate(DenseHebbian(3), **HOT, replicas=R, seed=seed)
        assert r.status is Status.STEADY, seed
        q = r.summary("q")
        assert math.sqrt(q.between()[0]) < 0.8 * math.sqrt(q.between_each().mean())


@pytest.mark.parametrize("R", [3, 4, 6])
def test_M15b_in_functions_of_such_means(R):
    """The cumulant of overlaps of free spins, and the mean, for which it is what `estimate` has."""
    rng = np.random.default_rng(R)
    x = [spins(rng, 1, R, 160) for _ in range(200)]
    found = [jackknife([block_means(y**2), block_means(y**4)], lambda a, b: float(b.mean() / a.mean() ** 2), R) for y in x]
    ratio = np.median([e.error for e in found]) / np.std([float(e) for e in found])
    assert 0.9 < ratio < 1.4
    u, (a, b), share = np.linspace(0.0, 0.17, R), np.triu_indices(R, 1), []
    for y in x[:10]:
        apart = y + (u[a] + u[b])[:, None]  # replicas that disagree: the largest variance of all
        mean, q = jackknife([block_means(apart)], lambda x: float(x.mean()), R), summarise(apart, R)
        assert mean.thermal**2 == pytest.approx(q.between()[0], rel=1e-9)
        share.append(q.between()[0] / q.between_each()[0])
    assert min(share) < 0.9


def test_an_event_moves_the_pairs_that_hold_its_replica():
    """One flip of one of R replicas moves the mean of q by 2/R of its step in one pair."""
    x = np.ones((1, 6, 100))
    one = estimate_of(summarise(x, 4), 0.1)
    assert (one.bound, one.error) == (True, pytest.approx(5.0 * 0.1 / 100 / 2.0))
    x[0, :3, -1] -= 0.1  # replica 0 is in the first three
    assert float(one) - float(estimate(x, 4)) == pytest.approx(0.1 / 100 / 2.0)


@pytest.mark.parametrize("replicas", [2, 4])
def test_files_without_it_keep_their_errors(replicas, tmp_path):
    """A Summary of a version that kept no blocks of the jackknife says what it said: the jackknife alone."""
    new = summarise(spins(np.random.default_rng(2), 1, replicas, 80), replicas)
    path = new.save(tmp_path / "summary")
    assert glassy.load(path) == new

    def older(text):
        tree = json.loads(text)
        del tree["result"]["fields"]["shown"]
        return json.dumps(tree)

    rewritten(path, older)
    old = glassy.load(path)
    assert old.shown is None
    assert old.between()[0] == (old.between_each().mean() if replicas > 2 else 0.0)
    assert (estimate_of(old).error > 1.2 * estimate_of(new).error) == (replicas > 2)
