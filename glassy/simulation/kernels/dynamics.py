"""Dynamics: how an attempted flip with energy change dE is accepted (M.2).

A method turns uniform random numbers into thresholds, and a flip is accepted where dE <= threshold. The kernel therefore
knows neither the temperature nor the dynamics, and T = 0 and T = infinity need no code of their own there. Logarithms are
those of `numerics.elementary`: a seed gives the same thresholds, bit for bit, on every processor.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from glassy.core import checks
from glassy.core.errors import InputError
from glassy.core.spelling import one_of
from glassy.numerics.elementary import LEAST, exp, ln, ln_one_minus

FloatArray = npt.NDArray[np.float64]
ORDERS = ("random", "sequential")
SHAPES = ("geometric", "linear", "beta")


class Method(Protocol):
    """What `simulate` needs of a dynamics."""

    @property
    def order(self) -> str:
        """The order of the attempted flips: "random" or "sequential"."""
        ...

    def thresholds(self, uniform: FloatArray, T: float | FloatArray) -> FloatArray:
        """Return the largest accepted dE for each uniform number in [0, 1); an array T has one for each row."""
        ...

    def acceptance(self, dE: FloatArray, T: float) -> FloatArray:
        """Return the probability that a flip with energy change dE is accepted."""
        ...


def _rows(T: float | FloatArray, uniform: FloatArray) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Return T as a column beside the rows of uniforms, 1 in place of infinity, and where it is infinite."""
    column = (
        np.reshape(np.asarray(T, np.float64), (-1,) + (1,) * (uniform.ndim - 1)) if np.ndim(T) else np.asarray(T, np.float64)
    )
    hot = np.isinf(column)
    return np.where(hot, 1.0, column), hot


def _half(hot: npt.NDArray[np.bool_], uniform: FloatArray, thresholds: FloatArray) -> FloatArray:
    """Return thresholds that accept half of all attempts where `hot`, and the given ones elsewhere."""
    return np.where(hot, np.where(uniform < 0.5, np.inf, -np.inf), thresholds) if np.any(hot) else thresholds


@dataclass(frozen=True)
class Metropolis:
    """Accept with probability min(1, exp(-dE/T)). At T = 0: dE <= 0 is accepted always, ties included.

    At T = inf half of all attempts is accepted: with all of them a sweep would flip N spins, and the parity of the number of
    flipped spins, so M mod 4 at even N, would never change.

    Parameters
    ----------
    order : {"random", "sequential"}
        Each attempt at a site drawn uniformly (detailed balance), or sites 0..N-1 in turn (global balance). Balance holds in
        both, but in turn the chain need not be ergodic: what lowers the energy is accepted always, and small networks have sets
        of states that such sweeps never leave (energy -0.063 for -0.053 at P = 3, N = 6, K = 2, T = 1). No run in this order
        is called STEADY or EQUILIBRATED; Glauber in turn is sound.

    Examples
    --------
    >>> Metropolis().acceptance(np.array([-1.0, 0.0, 1.0]), T=0.0)
    array([1., 1., 0.])
    """

    order: str = "random"

    def __post_init__(self) -> None:
        checks.choice("order", self.order, ORDERS)

    def thresholds(self, uniform: FloatArray, T: float | FloatArray) -> FloatArray:
        """Return -T ln(1 - u); at T = inf all is accepted where u < 1/2."""
        if isinstance(T, float) and not np.isinf(T):
            found = ln_one_minus(uniform)
            found *= -T
            return found
        T, hot = _rows(T, uniform)
        return _half(hot, uniform, -T * ln_one_minus(uniform))

    def acceptance(self, dE: FloatArray, T: float) -> FloatArray:
        """Return min(1, exp(-dE/T)); 1/2 at T = inf."""
        if T == 0.0:
            return np.where(dE <= 0.0, 1.0, 0.0)
        if np.isinf(T):
            return np.full_like(dE, 0.5)
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

    def thresholds(self, uniform: FloatArray, T: float | FloatArray) -> FloatArray:
        """Return T ln((1 - u)/u); at T = 0 a tie is accepted where u < 1/2."""
        T, hot = _rows(T, uniform)
        found = _half(hot, uniform, T * (ln_one_minus(uniform) - ln(np.maximum(uniform, 2.0**-54))))
        cold = T == 0.0
        return np.where(cold, np.where(uniform < 0.5, 0.0, -np.finfo(np.float64).tiny), found) if np.any(cold) else found

    def acceptance(self, dE: FloatArray, T: float) -> FloatArray:
        """Return 1/(1 + exp(dE/T))."""
        if T == 0.0:
            return np.where(dE < 0.0, 1.0, np.where(dE == 0.0, 0.5, 0.0))
        return 0.5 * (1.0 - np.tanh(0.5 * dE / T))


@dataclass(frozen=True)
class Quench:
    """Strict descent at T = 0: only dE < 0 is accepted, ties are not, so that every chain ends in a local minimum.

    A chain that no flip can lower is not run on: its series stay constant, as they would anyway. `Samples.start_m`, `final_m`
    and `settled` tell the basins of attraction.

    Parameters
    ----------
    order : {"random", "sequential"}
        As for `Metropolis`.

    Examples
    --------
    >>> import glassy
    >>> network = glassy.DenseHebbian(P=3)
    >>> r = glassy.simulate(network, 0.1, 0.0, 40, start_overlap=0.8, method=Quench(), sweeps=50, burn_in=0, seed=1)
    >>> float(r.start_m[0, 0]), bool(r.final_m[0, 0] > 0.9), bool(r.settled.all())
    (0.8, True, True)
    """

    order: str = "random"

    def __post_init__(self) -> None:
        checks.choice("order", self.order, ORDERS)

    def check(self, T: float, burn_in: int) -> None:
        """Raise InputError unless T = 0."""
        if T != 0.0:
            raise InputError(f"T must be 0 with Quench(), got {T:g}. Give T=0.0, or glassy.Metropolis().")

    def thresholds(self, uniform: FloatArray, T: float | FloatArray) -> FloatArray:
        """Return a number between every dE < 0 and 0, whatever the uniforms and T."""
        return np.full_like(uniform, -np.finfo(np.float64).tiny)

    def acceptance(self, dE: FloatArray, T: float) -> FloatArray:
        """Return 1 where dE < 0, else 0."""
        return np.where(dE < 0.0, 1.0, 0.0)


@dataclass(frozen=True)
class Annealing:
    """Simulated annealing: in burn-in the temperature goes from T_start to T, sweep by sweep, then the run measures at T (M.7).

    Parameters
    ----------
    T_start : float
        Temperature of the first sweep, > 0 and >= T; inf with shape "beta" only.
    dynamics : Metropolis or Glauber
        The moves; they see the same random numbers as without annealing.
    shape : {"geometric", "linear", "beta"}
        Whether ln T, T or 1/T changes by equal steps. Only "linear" reaches T = 0.

    Examples
    --------
    >>> Annealing(2.0, shape="linear").temperatures(T=1.0, burn_in=4)
    array([2.  , 1.75, 1.5 , 1.25])
    >>> Annealing(float("inf"), shape="beta").temperatures(T=1.0, burn_in=4)
    array([       inf, 4.        , 2.        , 1.33333333])
    """

    T_start: float
    dynamics: Metropolis | Glauber = Metropolis()
    shape: str = "geometric"

    def __post_init__(self) -> None:
        start = checks.number("T_start", self.T_start, "It is the temperature of the first sweep.", infinite=True)
        checks.choice("shape", self.shape, SHAPES)
        if start == 0.0:
            raise InputError("T_start must be > 0, got 0. Give glassy.Quench() for T = 0 from the first sweep on.")
        if math.isinf(start) and self.shape != "beta":
            raise InputError(
                f"T_start must be finite with shape={self.shape!r}, got inf. Give shape='beta', equal steps of 1/T."
            )
        object.__setattr__(self, "dynamics", one_of("dynamics", self.dynamics, (Metropolis, Glauber)))
        object.__setattr__(self, "T_start", start)

    def check(self, T: float, burn_in: int) -> None:
        """Raise InputError where this annealing cannot end at T."""
        if self.T_start < T or math.isinf(T):
            raise InputError(f"T must be finite and <= T_start={self.T_start:g} with Annealing, got {T:g}. Raise T_start.")
        if T == 0.0 and self.shape != "linear":
            raise InputError(f"T must be > 0 with Annealing and shape={self.shape!r}, got 0. Give shape='linear', or T > 0.")
        if burn_in == 0:
            raise InputError("burn_in must be >= 1 with Annealing, got 0: that is when the temperature falls. Raise burn_in.")

    def temperatures(self, T: float, burn_in: int) -> FloatArray:
        """Return the temperature of each sweep of burn-in (M.7)."""
        return self._at(np.arange(burn_in) / max(burn_in, 1), T)

    def _at(self, x: FloatArray, T: float) -> FloatArray:
        """Return the temperatures at parts x of the way: exactly T where T_start is T."""
        if self.shape == "geometric":
            return self.T_start * exp(x * ln(max(T / self.T_start, LEAST)))
        if self.shape == "linear":
            return self.T_start + (T - self.T_start) * x
        with np.errstate(divide="ignore"):  # inf at the start
            return np.asarray(T / (x + (1.0 - x) * (T / self.T_start)))

    def cooling(self, T: float, burn_in: int, first: int, sweeps: int) -> Cooling:
        """Return the dynamics of sweeps first .. first + sweeps of burn-in."""
        return Cooling(self.dynamics, self._at(np.arange(first, first + sweeps) / burn_in, T))


@dataclass(frozen=True)
class Cooling:
    """A dynamics with a temperature of its own for every sweep: row i of the uniforms is at `temperatures[i]`."""

    dynamics: Metropolis | Glauber
    temperatures: FloatArray

    @property
    def order(self) -> str:
        """The order of the dynamics."""
        return self.dynamics.order

    def thresholds(self, uniform: FloatArray, T: float | FloatArray) -> FloatArray:
        """Return the thresholds of the dynamics row by row; T itself is not used."""
        return self.dynamics.thresholds(uniform, self.temperatures)

    def acceptance(self, dE: FloatArray, T: float) -> FloatArray:
        """Return the probabilities of the dynamics row by row."""
        rows = zip(dE, self.temperatures, strict=True)
        return np.stack([self.dynamics.acceptance(row, float(t)) for row, t in rows])


Dynamics = Metropolis | Glauber | Annealing | Quench  # what moves a chain by itself


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
        object.__setattr__(self, "dynamics", one_of("dynamics", self.dynamics, (Metropolis, Glauber)))
        object.__setattr__(self, "every", checks.integer("every", self.every, 1, "Sweeps between exchanges."))


def is_ergodic(method: Dynamics | ReplicaExchange) -> bool:
    """Whether a dynamics surely reaches every state at T > 0: Metropolis in sequential order need not.

    A sweep then accepts every flip that costs nothing, in one fixed order: small networks have sets of states that are left
    for each other only. The weights are still stationary, which is all that global balance says.

    Examples
    --------
    >>> is_ergodic(Metropolis("sequential")), is_ergodic(Glauber("sequential"))
    (False, True)
    """
    dynamics = method.dynamics if isinstance(method, ReplicaExchange | Annealing) else method
    return not (isinstance(dynamics, Metropolis) and dynamics.order == "sequential")
