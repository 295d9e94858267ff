"""One sample: no deviate from the theory, one from its own enumeration."""

import math

import numpy as np
import pytest
from deviates import PATTERNS, rms, slack

from glassy import DenseHebbian, EquilibrationWarning, Status, compare, enumerate_states, simulate, solve

network = DenseHebbian(3)


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
