"""Message passing site by site against Monte Carlo of the same patterns, and where it settles (S.1 on single networks)."""

import math

import numpy as np
import pytest

from glassy import DenseHebbian, Status, message_passing, simulate, solve

CASES = [  # network, load, T, N, what rms may be left beside the noise of Monte Carlo
    (DenseHebbian(2), 0.1, 0.1, 500, 0.002), (DenseHebbian(3), 0.1, 0.3, 150, 0.002),
    (DenseHebbian(4, "self-interacting"), 0.04, 0.6, 100, 0.006),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("network", "load", "T", "N", "most"), CASES, ids=repr)
def test_sites_are_those_of_Monte_Carlo(network, load, T, N, most):
    """<s_i> is the mean of the last spins of 200 replicas, whose noise is known; m, q and energy are paired."""
    asked, R = {"load": load, "T": T, "N": N, "seed": 4, "samples": 4}, 200
    mine, run = message_passing(network, **asked), simulate(network, replicas=R, sweeps=2, burn_in=60, **asked)
    assert mine.status is Status.CONVERGED
    assert np.all(np.abs(run.final_m) > run.least_overlap)
    s = run.series.spins.mean(axis=1)
    noise = float(np.mean(1.0 - s**2)) / (R - 1)
    rms2 = float(np.mean((mine.magnetizations - s) ** 2))
    assert rms2 < noise * (1.0 + 4.0 * math.sqrt(2.0 / s.size)) + most**2
    assert rms2 < 0.1 * float(np.mean(np.var(s, axis=1)))
    off = np.abs(mine.each("energy") - run.series.energy.mean(axis=(1, 2)))
    assert off.max() < 4.0 * float(run.energy.thermal) * 2.0 + 0.5 / N


def test_where_the_replicon_is_large_all_settle_and_where_it_is_negative_none():
    """S.1: on both sides of the AT line of replica symmetry; at N = 300, since only spins with fields below T see it."""
    network, ends = DenseHebbian(3), []
    for load, T, sign in ((0.2, 0.3, 1), (0.36, 0.1, -1)):
        assert sign * solve(network, load, T).replicon > 0.3
        ends.append(message_passing(network, load, T, 300, seed=2, samples=4, max_iterations=100))
    assert ends[0].converged == 1.0
    assert min(ends[0].each("replicon")) > 0.5
    assert ends[1].converged == 0.0


def test_what_settles_at_no_stable_state_is_DIVERGED():
    """A small network whose own replicon is just below 0; x = 0 without a field; frozen spins have entropy 0 and are good."""
    small = message_passing(DenseHebbian(3), 0.3, 0.2, 30, seed=77, samples=28).points[27]
    assert small.change <= 1e-10
    assert small.replicon < 0.0 < small.entropy
    assert small.status is Status.DIVERGED
    for P in (2, 3):
        zero = message_passing(DenseHebbian(P), 0.1, 0.1, 40, seed=1, samples=2, start=np.zeros(40))
        assert zero.status is Status.DIVERGED
        assert zero.converged == 0.0
    cold = message_passing(DenseHebbian(3), 0.1, 1e-3, 40, seed=1, samples=2)
    assert cold.status is Status.CONVERGED
    assert cold.entropy == 0.0


def test_a_deviation_shrinks_by_the_root_of_1_minus_the_replicon_of_the_network():
    r = message_passing(DenseHebbian(3), 0.3, 0.3, 300, seed=2, samples=8, tolerance=1e-13)
    assert r.status is Status.CONVERGED
    for point in r.points:
        c, n = point.change_history, point.iterations
        rate = (c[-3] / c[n // 2]) ** (1.0 / (n - 3 - n // 2))
        assert rate == pytest.approx(math.sqrt(1.0 - point.replicon), rel=0.15)
