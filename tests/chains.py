"""Chains whose law is known: AR(1), series that are given, and ladders drawn from the Boltzmann weights of all states."""

import math

import numpy as np
from scipy.signal import lfilter

from glassy import DenseHebbian, Ladder, Metropolis, Samples
from glassy.simulation.ladder import Exchange
from glassy.simulation.samples import Series

network, N = DenseHebbian(3), 8
GRID = (0.4, 0.5, 0.65, 0.85, 1.2, 2.0, 4.0, math.inf)


def ar1(rng, r, shape):
    noise = rng.normal(size=shape)
    start = rng.normal(size=(*shape[:-1], 1)) * r
    return lfilter([math.sqrt(1 - r * r)], [1.0, -r], noise, axis=-1, zi=start)[0]


def samples(T, energy, m=None):
    """Samples with given series of energy and m, [sample, replica, time]."""
    shape = energy.shape
    q = np.zeros((shape[0], shape[1] * (shape[1] - 1) // 2, shape[2]))
    m = np.zeros(shape) if m is None else m
    series = Series(m, energy, q, np.zeros(shape), np.zeros(shape[0]), np.zeros((*shape[:2], N), np.int8), np.zeros(shape[:2]))
    return Samples(network, N, 4, T, Metropolis(), "random", 1.0, 0, 0, True, series)


def drawn_ladder(H, rng, n):
    """A Ladder whose energies are independent draws from the Boltzmann weights of all states."""
    points = []
    for T in GRID:
        weights = np.exp(-(H - H.min()) / T)
        points.append(samples(T, rng.choice(H, size=(1, 2, n), p=weights / weights.sum()) / N))
    exchange = Exchange(GRID, np.ones((1, 2, len(GRID) - 1, 2), np.int64), np.zeros((1, 2), np.int64))
    return Ladder(tuple(points), (len(points),), exchange)


def boltzmann(H, T):
    x = -H / T
    lnZ = float(np.logaddexp.reduce(x))
    w = np.exp(x - lnZ)
    e, e2 = float(w @ H), float(w @ H**2)
    return {
        "minus_beta_f": lnZ / N,
        "energy": e / N,
        "entropy": (lnZ + e / T) / N,
        "specific_heat": (e2 - e * e) / T**2 / N,
    }
