"""Temperatures of the m = 0 glass: T_d, T_c, T_G."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from glassy.core.drawing import Drawn
from glassy.core.errors import InputError
from glassy.core.renamed import corrects
from glassy.core.storage import Saved
from glassy.model.family import Network
from glassy.numerics.roots import aside, crossings
from glassy.phases.at_line import at_line
from glassy.theory.ansatz import RSB
from glassy.theory.rsb import curve as rsb_curve
from glassy.theory.rsb.solve import marginal, marginal_roots, zero_rs
from glassy.theory.solution import Solution
from glassy.theory.solve import check_point, solvable, solve


@dataclass(frozen=True)
class SpinGlassTemperatures(Drawn, Saved):
    """Temperatures of the m = 0 glass at one load; NaN where a transition does not exist, as `reason` says.

    Parameters
    ----------
    T_d : float
        Dynamical transition: below it the 1RSB saddle with x_1 = 1 exists.
    T_c : float
        Static transition: its complexity vanishes and x_1 leaves 1; or the continuous onset.
    T_G : float
        Gardner temperature: below it 1RSB is unstable (S.1 at the largest level).
    continuous : bool
        Whether T_c is a continuous onset (q grows from zero), where T_d = T_c and 1RSB is never stable.
    reason : str
        What does not exist, or exists beside the three.
    residual : float
        Largest violation of the definitions: |complexity| at T_c, |replicon| at T_G; 0 where they are explicit.

    Examples
    --------
    >>> import glassy
    >>> t = glassy.spin_glass_temperatures(glassy.DenseHebbian(P=3), load=1.0)
    >>> [round(T, 6) for T in (t.T_d, t.T_c, t.T_G)], t.continuous
    ([0.681598, 0.651385, 0.24026], False)
    """

    network: Network
    load: float
    T_d: float
    T_c: float
    T_G: float
    continuous: bool
    reason: str
    residual: float

    def __repr__(self) -> str:
        kind = "continuous" if self.continuous else "discontinuous"
        return (
            f"SpinGlassTemperatures({self.network!r} load={self.load:g}: T_d={self.T_d:.8g} T_c={self.T_c:.8g} "
            f"T_G={self.T_G:.8g} {kind}{'; ' if self.reason else ''}{self.reason})"
        )


@corrects
def spin_glass_temperatures(network: Network, load: float = 1.0) -> SpinGlassTemperatures:
    """Return T_d, T_c and T_G of the m = 0 glass (theory, section 5): from 1RSB at x_1 = 1 and the replicon S.1.

    For distinct interactions and P > 2 they are sqrt(load) times the numbers of the Ising p-spin glass.

    Parameters
    ----------
    network : DenseHebbian or SpinGlass
        The network.
    load : float
        Storage load, > 0.

    Returns
    -------
    SpinGlassTemperatures
        To about 1e-9 (relative). P = 2 and covariances whose q^2 term orders first have the continuous onset in T_c = T_d and
        T_G = T_c; a random field leaves no transition but the AT line of `at_line`, and NaN here.

    Examples
    --------
    >>> import glassy
    >>> t = spin_glass_temperatures(glassy.DenseHebbian(P=3))          # Montanari and Ricci-Tersenghi: 0.682, 0.651, 0.240
    >>> round(t.T_d, 3), round(t.T_c, 3), round(t.T_G, 3)
    (0.682, 0.651, 0.24)
    """
    network, load = solvable(network, "glass"), check_point(load=load)[0]
    if load == 0.0:
        raise InputError("load must be > 0 for a spin glass, got 0. Without noise there is none.")
    scale = math.sqrt(load)  # T and load enter through T/sqrt(load) alone

    def found(T_d: float, T_c: float, T_G: float, reason: str, residual: float, continuous: bool) -> SpinGlassTemperatures:
        return SpinGlassTemperatures(
            network=network, load=load, T_d=T_d, T_c=T_c, T_G=T_G, continuous=continuous, reason=reason, residual=residual
        )

    if network.wishart:
        return found(*(3 * (1.0 + scale,)), "", 0.0, True)
    field = network.unit_covariance.has_field
    onset = _continuous(network)
    T_d, T_c = static(network)
    if not T_c > onset:
        if field:
            text = f"a random field leaves no onset; replica symmetry breaks at the AT line, T={scale * onset:.8g}"
            return found(math.nan, math.nan, math.nan, text, math.nan, False)
        return found(*(3 * (scale * onset,)), "", 0.0, True)
    T_G, residual, why = _gardner(network)
    text = f"q = 0 is unstable below T={scale * onset:.6g}" if onset > 0.0 else ""
    if field:
        text = f"in a random field: q_0 > 0{f', and RS is unstable below T={scale * onset:.6g}' if onset > 0.0 else ''}"
    text = "; ".join(filter(None, (text, why)))
    return found(scale * T_d, scale * T_c, scale * T_G, text, residual, False)


@lru_cache(maxsize=64)
def rs_onset(network: Network) -> tuple[float, float]:
    """Return (T, |difference of free energies|) at load 1 where the RS spin glass takes over at m = 0; P > 2, no field."""
    onset = math.sqrt(network.unit_covariance(0.0, 2))

    def above(T: float) -> float:
        found = {s.phase: float(s.free_energy) for s in sorted(zero_rs(network, 1.0, T), key=lambda s: s.free_energy)}
        return found["spin_glass"] - found["paramagnetic"] if "spin_glass" in found else math.nan

    span = math.sqrt(network.unit_covariance(1.0, 1))
    low = min(0.02 * span, 0.1 * network.unit_covariance(1.0) / span)  # at large P it is of order xi(1)/s
    grid = np.geomspace(2.0 * span, max(low, 1.0001 * onset), 60).tolist()
    T = next(crossings(above, grid), math.nan)
    return (T, abs(above(T))) if onset < T else (onset, 0.0)


def critical_temperature(network: Network, load: float) -> float:
    """Return T_c alone, discontinuous or continuous; in a random field the AT line where that lies higher."""
    if network.wishart:
        return 1.0 + math.sqrt(load)
    return math.sqrt(load) * (_continuous(network) if is_continuous(network) else static(network)[1])


def is_continuous(network: Network) -> bool:
    """Return whether the glass sets in continuously at T_c."""
    return network.wishart or not static(network)[1] > _continuous(network)


@lru_cache(maxsize=64)
def static(network: Network) -> tuple[float, float]:
    """Return (T_d, T_c) at load 1 of the discontinuous glass; NaN where there is none."""
    onset = _continuous(network)
    T_d = _highest(network, onset) if network.unit_covariance.has_field else rsb_curve.highest(network)
    if not T_d > onset:
        return math.nan, math.nan
    grid = np.geomspace(T_d * (1.0 - 1e-9), max(0.2 * T_d, 1.0001 * onset), 40).tolist()
    return T_d, next(crossings(lambda T: _complexity(network, T), grid), math.nan)


def _complexity(network: Network, T: float) -> float:
    roots = marginal_roots(network, 1.0, T)
    return marginal(network, 1.0, T, roots[0]).complexity if roots else math.nan


@lru_cache(maxsize=64)
def _continuous(network: Network) -> float:
    """Temperature at load 1 below which RS is unstable at m = 0: AT line of a random field, onset of a q^2 term, or 0."""
    if network.unit_covariance.has_field:
        line = at_line(network, 1.0, "paramagnetic", strict=False)
        return line.T if line.roots else 0.0
    return math.sqrt(network.unit_covariance(0.0, 2))


def _highest(network: Network, onset: float) -> float:
    """T_d in a random field: the highest temperature with a solution of 1RSB at x_1 = 1; NaN where there is none above RS."""
    xi = network.unit_covariance
    low, high = max(1.000001 * onset, 0.3 * math.sqrt(2.0 * xi(1.0))), 2.0 * math.sqrt(xi(1.0, 1))
    if not marginal_roots(network, 1.0, low):
        return math.nan
    while high - low > 1e-13 * high:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if marginal_roots(network, 1.0, middle) else (low, middle)
    return low


@lru_cache(maxsize=64)
def _gardner(network: Network) -> tuple[float, float, str]:
    """T_G at load 1, where the replicon of the largest level of 1RSB vanishes on cooling; the residual; why there is none.

    At T -> 0 the replicon is 1 - (2/3) xi''(1) C/T with C = 2 P(h = 0) of T = 0: at large P, where C is of order 2^-P, T_G is
    (2/3) xi''(1) C.
    """
    T_c = static(network)[1]
    path: list[Solution] = []

    def replicon(T: float) -> float:
        start = path[-1] if path else None
        s = solve(network, 1.0, T, "spin_glass", RSB(1), start=start, strict=False)
        if s.status.ok:
            path.append(s)
        return s.replicons[-1] if s.status.ok else math.nan

    frozen = solve(network, 1.0, 0.0, "spin_glass", RSB(1), strict=False)
    last = network.unit_covariance(1.0, 2) * frozen.local_susceptibility if frozen.status.ok else math.nan
    low = min(1e-9 * T_c, 1e-2 * last) if last > 0.0 else 1e-9 * T_c
    T_G = next(crossings(replicon, np.geomspace(0.999 * T_c, low, 90).tolist()), math.nan)
    residual = max(abs(_complexity(network, T_c)), abs(aside(replicon)(T_G)) if T_G > 0.0 else 0.0)
    if T_G > 0.0:
        return T_G, residual, ""
    lost = "the replicon of 1RSB could not be followed to its zero" if path and path[-1].replicons[-1] < 0.0 else ""
    return math.nan, residual, f"T_G: {lost or f'1RSB is stable at every T reached, down to {low / T_c:.2g} T_c'}"
