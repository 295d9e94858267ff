"""Where chains start: at the pattern, at both ends, at a chosen overlap, at spins that are given."""

import math

import numpy as np
import pytest
from small import same

import glassy
from glassy import DenseHebbian, InputError, Metropolis, Status, simulate

network = DenseHebbian(3)


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


@pytest.mark.parametrize("overlap", [1.0, 0.5, 0.0, -1.0])
def test_start_at_a_chosen_overlap(overlap):
    xi = glassy.draw_patterns(50, 40, seed=1)
    chain = simulate(network, T=0.0, patterns=xi, start_overlap=overlap, sweeps=1, burn_in=0, seed=1)
    from glassy.model.patterns import chain_generator
    from glassy.simulation.sampler.run import Run

    run = Run(
        network=network, N=40, K=50, temperatures=(0.0,), method=Metropolis(), start="pattern", start_overlap=overlap,
        spins=None, patterns=None, replicas=2, sweeps=1, burn_in=0, seed=1,
    )  # fmt: skip
    sigma = run.initial(xi[0], 0, 0, chain_generator(1, 40, 50, 0.0, 0, 0))
    assert xi[0].astype(int) @ sigma / 40 == pytest.approx(overlap)
    assert chain.start_overlap == overlap


def test_given_spins_of_every_shape():
    rng = np.random.default_rng(0)
    for shape in ((24,), (2, 24), (3, 2, 24)):
        spins = rng.choice([-1, 1], shape)
        r = simulate(network, load=0.2, T=0.0, N=24, start=spins, samples=3, sweeps=1, burn_in=0, seed=1)
        assert r.start == "given"
    again = simulate(network, load=0.2, T=math.inf, N=24, start=spins, samples=3, sweeps=1, burn_in=0, seed=1)
    assert same(again, simulate(network, load=0.2, T=math.inf, N=24, start=spins, samples=3, sweeps=1, burn_in=0, seed=1))
    frozen = simulate(DenseHebbian(2), T=0.0, patterns=np.ones((1, 24)), start=np.ones(24), replicas=3, sweeps=1, seed=1)
    assert np.all(frozen.series.spins == 1)
    with pytest.raises(InputError, match="spins of shape"):
        simulate(network, load=0.2, T=0.1, N=24, start=rng.choice([-1, 1], 23), seed=1)


def test_leaving_the_pattern_is_seen_from_its_spins_not_from_the_word():
    xi = glassy.draw_patterns(60, 60, seed=1)
    options = {"T": 1.5, "patterns": xi, "sweeps": 300, "burn_in": 0, "seed": 1}
    for start in ("pattern", xi[0], np.stack([xi[0], xi[0]])):
        left = simulate(DenseHebbian(3), start=start, **options)
        assert left.escaped.all()
        assert left.phase == "paramagnet"
    half = simulate(DenseHebbian(3), start=np.stack([xi[0], xi[1]]), **options)  # only the first replica began there
    assert half.escaped.tolist() == [[True, False]]
    assert np.allclose(half.series.start_m, [[1.0, xi[0].astype(int) @ xi[1] / 60]])
    elsewhere = simulate(DenseHebbian(3), start_overlap=0.0, **options)  # it never was at the pattern
    assert not elsewhere.escaped.any()
