"""Memory of chains: rho(t), windowing and binning on AR(1) chains with known tau; P(q) of every sample."""

import math

import numpy as np
import pytest
from chains import ar1

from glassy import DenseHebbian, InputError, draw_patterns, enumerate_states, simulate
from glassy.analysis.autocorrelation import autocorrelation, binning
from glassy.analysis.statistics import estimate


@pytest.mark.parametrize("r", [0.0, 0.8, 0.95])
def test_M10_autocorrelation_of_ar1_chains(r):
    x = ar1(np.random.default_rng(4), r, (2, 4, 40_000))
    a = autocorrelation(x, "energy", lags=[0, 1, 3, 10, 40])
    assert a.rho[0] == 1.0
    assert np.all(np.abs(a.rho - r ** np.array([0, 1, 3, 10, 40])) <= 4.0 * a.error)
    assert np.all(a.error[1:] < 0.05)
    assert np.abs(a.rho - (0.9 * r + 0.05) ** np.array([0, 1, 3, 10, 40]))[1] > 4.0 * a.error[1]  # the twin: another memory


def test_M10_the_sum_of_rho_is_tau_int():
    x = ar1(np.random.default_rng(5), 0.8, (3, 2, 4000))
    a = autocorrelation(x, "energy")
    assert a.lags.tolist() == list(range(a.window + 1))
    taken = 2.0 * a.tau_int / 8000 + (2.0 * a.window + 1.0) / 8000  # by the mean of the same data, put back
    assert 0.5 + a.rho[1:].sum() == pytest.approx(a.tau_int, rel=1.1 * taken)
    assert 0.5 + a.rho[1:].sum() != pytest.approx(a.tau_int, rel=0.5 * taken)
    assert a.tau_int == estimate(x).tau_int
    slow = autocorrelation(ar1(np.random.default_rng(5), 0.99, (1, 2, 40_000)), "energy")
    assert slow.window > 200
    assert len(slow.lags) <= 101
    assert slow.lags[-1] == slow.window


def test_errors_of_rho_cover():
    """rho(2) of 400 runs of AR(1): within one error in the share of Student's t with 7 degrees of freedom, or a little more."""
    rng, hits = np.random.default_rng(6), 0
    for x in ar1(rng, 0.6, (400, 1, 2, 2000)):
        a = autocorrelation(x, "energy", lags=[2])
        hits += abs(a.rho[0] - 0.36) <= a.error[0]
    assert -4.0 * math.sqrt(0.65 * 0.35 / 400) < hits / 400 - 0.65 < 0.2


@pytest.mark.parametrize("r", [0.0, 0.5, 0.9, 0.97])
def test_M10_binning_of_ar1_chains(r):
    """Each width against the exact variance of its bins; the plateau against the windowed tau, which knows nothing of bins."""
    x = ar1(np.random.default_rng(1), r, (2, 4, 1 << 17))
    b = binning(x, "energy")
    exact = np.array([(w + 2.0 * sum((w - t) * r**t for t in range(1, min(w, 2000)))) / (2.0 * w) for w in b.widths.tolist()])
    error = (
        2.0 * b.taus * b.uncertainties / b.errors + 0.03 * exact
    )  # the width 1, to which all are held, has an error of its own
    assert np.all(np.abs(b.taus - exact) <= 4.0 * error)
    tau = (1 + r) / (2 * (1 - r))
    assert abs(b.tau_int - tau) <= 4.0 * b.tau_int.error
    assert abs(b.tau_int - estimate(x).tau_int) <= 4.0 * b.tau_int.error
    assert abs(b.tau_int - 2.0 * tau) > 4.0 * b.tau_int.error  # the twin: the convention without the half


def test_binning_and_windowing_agree_on_a_run():
    r = simulate(DenseHebbian(3), 0.2, 0.8, 40, seed=3, start="random", samples=4, sweeps=16_000)
    for name in ("energy", "m", "q"):
        b, tau = r.binning(name), getattr(r, name).tau_int
        assert b.tau_int == pytest.approx(tau, rel=0.35), name
        assert r.autocorrelation(name).tau_int == tau
        assert len(b.table().splitlines()) == len(b.widths) + 1
        assert "tau_int" in repr(b)
        assert name in repr(r.autocorrelation(name))


def test_P_of_q_of_every_sample_against_enumeration():
    network, N, T = DenseHebbian(3), 12, 0.6
    r = simulate(network, 0.4, T, N, seed=2, start="random", sweeps=20000, samples=2)
    q, density, error = r.overlap_histograms()
    assert q == pytest.approx(np.arange(-12, 13, 2) / 12)
    z = []
    for s in range(2):
        exact = enumerate_states(network, patterns=draw_patterns(r.K, N, seed=2, sample=s), T=T)
        p = exact.q_weights[::-1] / (q[1] - q[0])
        seen = error[s] > 0
        assert np.all(p[~seen] < 0.01)
        z.append(np.abs(density[s] - p)[seen] / error[s][seen])
        other = np.abs(density[1 - s] - p)[seen] / error[s][seen]
        assert other.max() > 6.0  # the twin: the patterns of the other sample
    assert max(map(np.max, z)) <= 4.5  # 30 of them
    assert np.allclose(density.mean(axis=0), r.overlap_histogram(bins=15)[1])


def test_refusals():
    r = simulate(DenseHebbian(3), 0.2, 0.5, 12, seed=1, sweeps=20, replicas=1)
    with pytest.raises(InputError, match="two replicas"):
        r.overlap_histograms()
    with pytest.raises(InputError, match="two replicas"):
        r.autocorrelation("q")
    with pytest.raises(InputError, match="observable must be one of"):
        r.binning("acceptance")
    with pytest.raises(InputError, match="lags must be"):
        r.autocorrelation("energy", lags=[20])
    with pytest.raises(InputError, match="stood still"):
        autocorrelation(np.full((1, 1, 10), 0.1), "energy")
