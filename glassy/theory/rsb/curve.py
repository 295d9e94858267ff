"""1RSB states with q_0 = 0 at a held breakpoint x: the explicit curve R.5e.

With B = beta s the overlap within a state is a function of B and x alone, and each B > 0 belongs to one temperature at load 1,
T = sqrt(xi'(q))/B. All saddles at given x are the roots of that function of one variable, however close q is to 1: at large P
1 - q is of order 2^-P.
"""

from __future__ import annotations

import math
from functools import lru_cache, partial

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq, minimize_scalar

from glassy.model.family import Network
from glassy.numerics.gaussian import U
from glassy.numerics.roots import all_roots
from glassy.numerics.tilted import tilted_averages, tilted_weights
from glassy.theory.rsb.functional import Levels, evaluate

LEAST = 0.03  # of B: q = 1e-3, a state that is told from the paramagnet
MOST = 37.0  # at x = 1: 1 - q = exp(-B^2/2) is then the smallest float


@lru_cache(maxsize=512)
def _weights(x: float) -> npt.NDArray[np.float64]:
    out = np.empty((6, U.size))
    tilted_weights(x, out)
    return out


def rest_at(B: float, x: float = 1.0) -> float:
    """Return 1 - q at q_0 = 0: the mean of sech^2 over a Gaussian field of width B and weight cosh^x, relatively accurate.

    Examples
    --------
    >>> round(rest_at(1e-3), 9), rest_at(20.0) < 1e-80
    (0.999999, True)
    """
    return float(tilted_averages(0.0, B, x, 1.0, _weights(x))[3])


def temperature(network: Network, B: float, x: float = 1.0) -> float:
    """Return the temperature at load 1 whose states at breakpoint x have beta s = B (R.5e)."""
    return math.sqrt(network.unit_covariance(1.0 - rest_at(B, x), 1)) / B


def _excess(network: Network, T: float, x: float, y: float) -> float:
    return math.log(max(temperature(network, math.exp(y), x), 1e-300)) - math.log(T)


def fields(network: Network, T: float, x: float = 1.0) -> list[float]:
    """Return B of every solution at load 1 and temperature T > 0, largest first: the first is the glass."""
    top = 1.001 * math.sqrt(network.unit_covariance(1.0, 1)) / T
    if not top > LEAST:
        return []
    grid = np.linspace(math.log(LEAST), math.log(top), 120)
    found = all_roots(partial(_excess, network, T, x), grid.tolist())
    return [math.exp(y) for y in reversed(found)]


def near(network: Network, T: float, x: float, B: float) -> float | None:
    """Return B of the solution next to one with a field B, on the branch where T falls with B; None where it is not close."""
    for width in (0.002, 0.02, 0.1):
        low, high = math.log(B) - width, math.log(B) + width
        if _excess(network, T, x, low) > 0.0 > _excess(network, T, x, high):
            return math.exp(all_roots(partial(_excess, network, T, x), [low, high])[0])
    return None


@lru_cache(maxsize=256)
def highest(network: Network, x: float = 1.0) -> float:
    """Return the highest temperature at load 1 with a solution: at x = 1 the dynamical transition T_d, where two merge."""
    grid = np.linspace(math.log(LEAST), math.log(MOST), 120)
    at = [temperature(network, math.exp(y), x) for y in grid]
    i = int(np.argmax(at))
    bounds = (grid[max(i - 1, 0)], grid[min(i + 1, grid.size - 1)])
    found = minimize_scalar(
        lambda y: -temperature(network, math.exp(y), x), bounds=bounds, method="bounded", options={"xatol": 1e-9}
    )
    return float(max(-found.fun, at[i]))


def states(network: Network, T: float, y: float, close: float | None = None) -> Levels | None:
    """Return the levels of the states with y = beta x held, at load 1, those of largest q; `close` is B at a neighbouring y."""
    if T == 0.0:
        C = evaluate(network, 1.0, 0.0, Levels(0.0, (0.0,), 1.0, (y,))).C
        return Levels(0.0, (0.0,), C, (y,))
    B = None if close is None else near(network, T, y * T, close)
    if B is None:
        B = next(iter(fields(network, T, y * T)), None)
    return None if B is None else Levels(0.0, (0.0,), rest_at(B, y * T) / T, (y,))


def complexity(network: Network, T: float, levels: Levels) -> float:
    """Return Sigma (B.2) of such states, at load 1."""
    at, y = evaluate(network, 1.0, T, levels), levels.y[0]
    return float(y * (y * at.work[1] - at.gain[1]))


def glass(network: Network, T: float) -> Levels | None:
    """Return the 1RSB glass with q_0 = 0 at load 1 and T > 0, the states of Sigma = 0 with x < 1; None above T_c."""

    def sigma(y: float) -> float:
        found = states(network, T, y)
        return math.nan if found is None else complexity(network, T, found)

    unit = math.sqrt(2.0 * network.unit_covariance(1.0))
    y = min(1.0 / T, 4.0 / unit)
    if not sigma(y) < 0.0:
        return None
    while y > 1e-2 / unit and sigma(0.9 * y) < 0.0:
        y *= 0.9
    if not sigma(0.9 * y) >= 0.0:
        return None
    return states(network, T, float(brentq(sigma, 0.9 * y, y, xtol=1e-300, rtol=1e-14)))
