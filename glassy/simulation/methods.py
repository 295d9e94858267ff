"""Dynamics: how an attempted flip with energy change dE is accepted (M.2).

A method turns uniform random numbers into thresholds, and a flip is accepted where dE <= threshold. The kernel therefore
knows neither the temperature nor the dynamics, and T = 0 and T = infinity need no code of their own there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from glassy import checks
from glassy.errors import InputError

FloatArray = npt.NDArray[np.float64]
ORDERS = ("random", "sequential")


class Method(Protocol):
    """What `simulate` needs of a dynamics."""

    @property
    def order(self) -> str:
        """The order of the attempted flips: "random" or "sequential"."""
        ...

    def thresholds(self, uniform: FloatArray, T: float) -> FloatArray:
        """Return the largest accepted dE for each uniform number in [0, 1)."""
        ...

    def acceptance(self, dE: FloatArray, T: float) -> FloatArray:
        """Return the probability that a flip with energy change dE is accepted."""
        ...


@dataclass(frozen=True)
class Metropolis:
    """Accept with probability min(1, exp(-dE/T)). At T = 0: dE <= 0 is accepted always, ties included.

    Parameters
    ----------
    order : {"random", "sequential"}
        Each attempt at a site drawn uniformly (detailed balance), or sites 0..N-1 in turn (global balance). A sequential
        sweep is not ergodic at T = infinity, where every attempt is accepted.

    Examples
    --------
    >>> Metropolis().acceptance(np.array([-1.0, 0.0, 1.0]), T=0.0)
    array([1., 1., 0.])
    """

    order: str = "random"

    def __post_init__(self) -> None:
        checks.choice("order", self.order, ORDERS)

    def thresholds(self, uniform: FloatArray, T: float) -> FloatArray:
        """Return -T ln(1 - u)."""
        if np.isinf(T):
            return np.full_like(uniform, np.inf)
        return -T * np.log1p(-uniform)

    def acceptance(self, dE: FloatArray, T: float) -> FloatArray:
        """Return min(1, exp(-dE/T))."""
        if T == 0.0:
            return np.where(dE <= 0.0, 1.0, 0.0)
        return np.exp(-np.maximum(dE, 0.0) / T)


@dataclass(frozen=True)
class Glauber:
    """Heat bath: accept with probability 1/(1 + exp(dE/T)). At T = 0: dE < 0 always, ties with probability 1/2.

    Parameters
    ----------
    order : {"random", "sequential"}
        As for `Metropolis`.

    Examples
    --------
    >>> Glauber().acceptance(np.array([-1.0, 0.0, 1.0]), T=0.0)
    array([1. , 0.5, 0. ])
    """

    order: str = "random"

    def __post_init__(self) -> None:
        checks.choice("order", self.order, ORDERS)

    def thresholds(self, uniform: FloatArray, T: float) -> FloatArray:
        """Return T ln((1 - u)/u); at T = 0 a tie is accepted where u < 1/2."""
        if np.isinf(T):
            return np.where(uniform < 0.5, np.inf, -np.inf)
        if T == 0.0:
            return np.where(uniform < 0.5, 0.0, -np.finfo(np.float64).tiny)
        return T * (np.log1p(-uniform) - np.log(np.maximum(uniform, 2.0**-54)))

    def acceptance(self, dE: FloatArray, T: float) -> FloatArray:
        """Return 1/(1 + exp(dE/T))."""
        if T == 0.0:
            return np.where(dE < 0.0, 1.0, np.where(dE == 0.0, 0.5, 0.0))
        return 0.5 * (1.0 - np.tanh(0.5 * dE / T))


@dataclass(frozen=True)
class ReplicaExchange:
    """Chains at all temperatures of `T` at once, neighbours exchange configurations (M.5): `simulate` returns a Ladder.

    An exchange is accepted with probability min(1, exp((beta_i - beta_j)(E_i - E_j))), E the total energies, exact integers.
    Every replica has a ladder of its own; even and odd edges are attempted in turn.

    Parameters
    ----------
    dynamics : Metropolis or Glauber
        The moves between exchanges.
    every : int
        Sweeps between exchanges.

    Examples
    --------
    >>> import glassy
    >>> temperatures, network = [0.3, 0.4, 0.5], glassy.DenseHebbian(P=3)
    >>> r = glassy.simulate(network, 0.4, temperatures, 20, start="random", method=ReplicaExchange(), sweeps=300, seed=1)
    >>> len(r), r[0].T, len(r.exchange.acceptance)
    (3, 0.3, 2)
    """

    dynamics: Metropolis | Glauber = Metropolis()
    every: int = 1

    def __post_init__(self) -> None:
        if not isinstance(self.dynamics, Metropolis | Glauber):
            raise InputError(f"dynamics must be glassy.Metropolis() or glassy.Glauber(), got {self.dynamics!r}.")
        object.__setattr__(self, "every", checks.integer("every", self.every, 1, "Sweeps between exchanges."))
