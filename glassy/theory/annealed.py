"""Annealed: ln E[Z] of N spins exactly (F.1), and the load whose Gaussian noise scatters as theirs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from glassy.core import checks
from glassy.core.errors import InputError
from glassy.core.export import Exported
from glassy.model.family import check_network
from glassy.model.network import DenseHebbian


@dataclass(frozen=True)
class Annealed(Exported):
    """What ln E[Z] of N spins gives: energy and specific heat per spin, and -beta f.

    Parameters
    ----------
    network, K, N, T
        What it is of.
    energy, specific_heat, minus_beta_f : float
        Per spin.

    Examples
    --------
    >>> import glassy
    >>> a = glassy.annealed(glassy.DenseHebbian(P=3), K=1365, N=32, T=3.0)
    >>> round(a.minus_beta_f, 6), round(a.energy, 6)
    (0.796961, -0.641556)
    """

    network: DenseHebbian
    K: int
    N: int
    T: float
    energy: float
    specific_heat: float
    minus_beta_f: float

    @property
    def load(self) -> float:
        """Load of the integer K (H.1)."""
        return self.network.load(self.K, self.N)


def annealed(network: DenseHebbian, K: int, N: int, T: float | None = None, *, beta: float | None = None) -> Annealed:
    """Return energy, specific heat and -beta f of ln E[Z] for N spins exactly (F.1), without the mean M.3 of all K patterns.

    Above T_c, and without retrieval, it is the quenched free energy but for the fluctuations of ln Z, 1/N and small.

    Parameters
    ----------
    network : DenseHebbian
        Its P and kind of interactions.
    K, N : int
        Patterns and spins.
    T : float
        Temperature > 0.
    beta : float, optional
        1/T, instead of T.

    Notes
    -----
    Source: docs/explanation/finite-size.md, F.1. Exact for every N: the patterns are independent, so E[Z] is 2^N times a
    power K.

    Examples
    --------
    >>> import glassy
    >>> network = glassy.DenseHebbian(P=3)
    >>> found, flat = annealed(network, network.patterns(1.0, 400), 400, 2.0), glassy.solve(network, 1.0, 2.0, "paramagnetic")
    >>> abs(found.minus_beta_f + flat.free_energy / 2.0) < 0.01
    True
    """
    check_network(network, "stored", "table", "signal")
    K, N = checks.integer("K", K, 0, "K counts the patterns."), network.size(N)
    T = checks.temperature(checks.given_temperature(T, beta))
    if T == 0.0:
        raise InputError("T must be > 0, got 0: the mean of Z is that of the lowest energy there. Raise T.")
    F = network.energy_table(N).energies
    F -= float(network.energy_table(N).mean) * (network.energy_offset(2, N) != 0.0)
    from scipy.stats import binom  # at first use: it takes a sixth of the import of glassy

    log_weight = binom(N, 0.5).logpmf(np.arange(N + 1)) - F / T
    log_mean = float(logsumexp(log_weight))
    p = np.exp(log_weight - log_mean)
    first = float(p @ F)
    heat = K / N * float(p @ (F - first) ** 2) / T**2
    return Annealed(
        network=network, K=K, N=N, T=T, energy=K / N * first, specific_heat=heat, minus_beta_f=math.log(2.0) + K / N * log_mean
    )


def noise_load(network: DenseHebbian, K: int, N: int) -> float:
    """Return the load of infinitely many spins at which the energies of random states scatter as they do with N spins.

    For H.2 it is load (1 - 1/N) ... (1 - (P-1)/N). Theory at this load has the same limit as theory at `load`. It is not
    nearer to a simulation: what is not Gaussian in the patterns (F.1) acts the other way. At P = 2, where the noise is not a
    Gaussian process of the energies (N.3b), it is the load itself.

    Parameters
    ----------
    network : DenseHebbian
        Its P and kind of interactions.
    K, N : int
        Patterns and spins.

    Examples
    --------
    >>> import glassy
    >>> network = glassy.DenseHebbian(P=3)
    >>> round(noise_load(network, 100, 20) / network.load(100, 20), 6) == round((1 - 1 / 20) * (1 - 2 / 20), 6)
    True
    """
    check_network(network, "stored", "table", "signal")
    load = network.load(K, N)
    if network.wishart:
        return load
    values = network.energy_table(N).energies
    from scipy.stats import binom

    weight = binom(N, 0.5).pmf(np.arange(N + 1))
    variance = K * (weight @ values**2 - (weight @ values) ** 2) / N
    return float(load * variance / (network.covariance(1.0, load) - network.covariance(0.0, load)))
