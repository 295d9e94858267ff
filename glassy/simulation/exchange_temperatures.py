"""Temperatures for replica exchange: as many exchanges on every edge."""

from __future__ import annotations

import math
from typing import Any, Unpack

import numpy as np
from scipy.special import erfcinv

from glassy.core import checks
from glassy.core.errors import EquilibrationWarning, InputError, warn
from glassy.core.progress import progress_bar
from glassy.model.family import Network, check_network
from glassy.model.patterns import check_seed
from glassy.simulation.kernels.dynamics import ReplicaExchange
from glassy.simulation.simulate import Common, simulate

SEEN = 0.02  # acceptance below which a pilot run measures nothing
POOR = 0.1  # acceptance below which the ladder is called broken
DIGITS = 8  # of the temperatures: the functions that place them differ between processors, by 1e-15


def exchange_temperatures(
    network: Network,
    load: float | None = None,
    N: int | None = None,
    *,
    lowest: float,
    highest: float,
    count: int,
    seed: int,
    sweeps: int = 200,
    samples: int | None = None,
    rounds: int = 8,
    progress: bool | None = None,
    **options: Unpack[Common],
) -> tuple[float, ...]:
    """Return a ladder of temperatures whose edges exchange equally often, from short pilot runs.

    For Gaussian energies the acceptance of an edge is erfc of its length, (beta_i - beta_j) sigma_E/2: each round measures the
    lengths, from the acceptance of the edge or, where neighbours hardly exchange, from sigma_E, and divides their sum equally.

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
        Of the first pilot run, and how many there are; each is a quarter longer than the last. samples is 1 with patterns.
    progress : bool, optional
        A bar on stderr; default: where it is slow and stderr is a terminal or a notebook.
    **options
        More arguments of `simulate`: K, patterns, perturbation, start, replicas, ...

    Returns
    -------
    tuple of float
        Temperatures, coldest first, rounded to 8 digits: a seed places them on every processor alike.

    Raises
    ------
    InputError
        If an argument lies outside its domain.

    Warns
    -----
    EquilibrationWarning
        If an edge of the last pilot run accepted less than a tenth: such a ladder falls apart.

    Examples
    --------
    >>> import glassy
    >>> T = exchange_temperatures(glassy.DenseHebbian(P=3), 0.5, 20, lowest=0.3, highest=1.0, count=5, seed=1, sweeps=100)
    >>> len(T), T[0], T[-1], all(a < b for a, b in zip(T, T[1:]))
    (5, 0.3, 1.0, True)
    """
    network, seed = check_network(network, "energies"), check_seed(seed)
    lowest, highest = checks.temperature(lowest), checks.temperature(highest, infinite=True)
    count = checks.integer("count", count, 3, "A ladder needs temperatures between its ends.")
    rounds = checks.integer("rounds", rounds, 1, "Pilot runs.")
    samples = samples or (1 if options.get("patterns") is not None else 2)
    sweeps = checks.integer("sweeps", sweeps, 1, "Of the first pilot run.")
    if not 0.0 < lowest < highest:
        raise InputError(f"lowest and highest must be temperatures with 0 < lowest < highest, got {lowest:g} and {highest:g}.")
    beta = np.linspace(1.0 / lowest, 1.0 / highest, count)  # 1/inf = 0
    total = sum(round(sweeps * 1.25**i) for i in range(rounds))
    with progress_bar(total, progress, "sweep", f"{rounds} pilot runs") as bar:
        for i in range(rounds):
            bar.step = float(round(sweeps * 1.25**i))
            r = simulate(
                network, load, _temperatures(lowest, beta, highest), N, seed=seed + i, sweeps=int(bar.step),
                samples=samples, method=ReplicaExchange(), **options,
            )  # fmt: skip
            share = np.nan_to_num([float(a) for a in r.exchange.acceptance])  # not attempted: as little as not accepted
            shifted = (p.series.energy - p.series.energy.mean(axis=(1, 2), keepdims=True) for p in r)
            sigma = r[0].N * np.array([math.sqrt(float((e**2).mean())) for e in shifted])
            fluctuating = -np.diff(beta) * (sigma[1:] + sigma[:-1]) / 4.0
            steps = np.where(share > SEEN, erfcinv(np.clip(share, SEEN, 0.995)), np.maximum(fluctuating, erfcinv(SEEN)))
            length = np.concatenate(([0.0], np.cumsum(steps)))
            beta = np.interp(np.linspace(0.0, length[-1], count), length, beta)
            bar.update()
    if share.min() < POOR:
        warn(
            f"every edge must accept {POOR} or more, in the last pilot run the worst accepted {share.min():.2g}. "
            "Raise count or lowest.",
            EquilibrationWarning,
        )
    return _temperatures(lowest, beta, highest)


def _temperatures(lowest: float, beta: Any, highest: float) -> tuple[float, ...]:
    return (lowest, *(float(f"{1.0 / b:.{DIGITS}g}") for b in beta[1:-1]), highest)
