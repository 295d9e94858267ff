"""Small networks said by hand: energies term by term, memories and perturbations of every kind, runs that are the same."""

import itertools
import math

import numpy as np

from glassy import Perturbation, SeparableMemory


def energy_by_definition(P, kind, xi, sigma):
    N = sigma.size
    if kind == "self-interacting":
        return -0.5 * N * sum((int(row @ sigma) / N) ** P for row in xi.T.astype(int))
    total = sum(math.prod(int(x) for x in c) for row in (xi.T * sigma) for c in itertools.combinations(row, P))
    return -math.factorial(P) * total / (2 * N ** (P - 1))


def everything(N, K, seed=5):
    """A field per spin, a pattern at 1.7 of its energy, one with none, and one with a table of its own."""
    rng = np.random.default_rng(seed)
    return Perturbation(0.3 * rng.normal(size=N), {0: 1.7, K // 2: 0.0, K - 1: -0.1 * np.abs(np.arange(N, -N - 1, -2.0))})


def exponential(N, factor=1.0):
    return SeparableMemory(-factor * np.exp(np.arange(N, -N - 1, -2.0) - N))


def same(a, b):
    """Whether two runs have the same series."""
    return all(np.array_equal(getattr(a.series, n), getattr(b.series, n)) for n in ("m", "energy", "q", "acceptance", "spins"))
