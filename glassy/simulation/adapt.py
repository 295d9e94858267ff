"""Temperatures for replica exchange: as many exchanges on every edge."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import erfcinv

from glassy import checks
from glassy.errors import InputError
from glassy.network import DenseHebbian, check_dense
from glassy.patterns import check_seed
from glassy.simulation.ladder import Ladder
from glassy.simulation.methods import ReplicaExchange
from glassy.simulation.simulate import simulate


def exchange_temperatures(
    network: DenseHebbian,
    load: float,
    N: int,
    *,
    lowest: float,
    highest: float,
    count: int,
    seed: int,
    sweeps: int = 400,
    samples: int = 2,
    rounds: int = 3,
) -> tuple[float, ...]:
    """Return a ladder of temperatures whose edges exchange equally often, from short pilot runs.

    For Gaussian energies the acceptance of an edge is erfc of its length, (beta_i - beta_j) sigma_E/2: each round measures the
    lengths, from the acceptances or, where neighbours hardly exchange, from sigma_E, and divides their sum equally.

    Parameters
    ----------
    network, load, N
        What will be simulated.
    lowest, highest : float
        Ends of the ladder, 0 < lowest < highest; highest may be inf.
    count : int
        Number of temperatures, >= 3. Raise it where the acceptance comes out below 0.2.
    seed : int
        Of the pilot runs.
    sweeps, samples, rounds : int
        Of the pilot runs, and how many there are.

    Returns
    -------
    tuple of float
        Temperatures, coldest first.

    Raises
    ------
    InputError
        If an argument lies outside its domain.

    Examples
    --------
    >>> import glassy
    >>> T = exchange_temperatures(glassy.DenseHebbian(P=3), 0.5, 20, lowest=0.3, highest=1.0, count=5, seed=1, sweeps=100)
    >>> len(T), T[0], T[-1], all(a < b for a, b in zip(T, T[1:]))
    (5, 0.3, 1.0, True)
    """
    network, seed = check_dense(network), check_seed(seed)
    lowest, highest = checks.temperature(lowest), checks.temperature(highest, infinite=True)
    count = checks.integer("count", count, 3, "A ladder needs temperatures between its ends.")
    rounds = checks.integer("rounds", rounds, 1, "Pilot runs.")
    if not 0.0 < lowest < highest:
        raise InputError(f"lowest and highest must be temperatures with 0 < lowest < highest, got {lowest:g} and {highest:g}.")
    beta = np.linspace(1.0 / lowest, 1.0 / highest, count)  # 1/inf = 0
    for i in range(rounds):
        T = [lowest, *(1.0 / beta[1:-1]).tolist(), highest]
        r = simulate(
            network, load, T, N, seed=seed + i, start="random", sweeps=sweeps, samples=samples, method=ReplicaExchange(),
            progress=False,
        )  # fmt: skip
        assert isinstance(r, Ladder)
        share = np.array([float(a) for a in r.exchange.acceptance])
        if share.min() > 0.05:
            steps = erfcinv(np.minimum(share, 0.995))
        else:  # too far apart to exchange at all: from the fluctuations
            shifted = (p.series.energy - p.series.energy.mean(axis=(1, 2), keepdims=True) for p in r)
            sigma = np.array([math.sqrt(float((e**2).mean())) for e in shifted])
            sigma = np.maximum(sigma, 1e-3 * sigma.max())  # a frozen rung says nothing
            steps = -np.diff(beta) * (sigma[1:] + sigma[:-1])
        length = np.concatenate(([0.0], np.cumsum(steps)))
        beta = np.interp(np.linspace(0.0, length[-1], count), length, beta)
    return (lowest, *(1.0 / beta[1:-1]).tolist(), highest)
