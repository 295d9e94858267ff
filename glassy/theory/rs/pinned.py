"""Replica symmetry at a given m: the noise in a field along the pattern that holds it there (J.2)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import erfinv

from glassy.model.family import Network
from glassy.model.signal import FROZEN
from glassy.numerics.roots import all_roots
from glassy.theory.rs.equations import form_of, variance
from glassy.theory.rs.formulas import Form, averages_of, local_signal, thermodynamics, wishart_rest, wishart_width

CELLS = 40  # of the width of the local field, in which saddles are looked for


@dataclass(frozen=True)
class Pinned:
    """The state at a given m: the field that holds it, its f, e, s, its overlap, C = beta (1 - q), and the replicon."""

    m: float
    field: float
    free_energy: float
    energy: float
    entropy: float
    q: float
    C: float
    replicon: float
    residual: float


def pinned(network: Network, load: float, T: float, m: float) -> Pinned | None:
    """Return the state at m > 0 and load > 0: of several saddles that of the largest free energy; None if none is found.

    m, and what holds it, are those along the pattern, f that of the network itself: the signal is -m^P/2 and nothing else.
    """
    form, T = form_of(network), T if T >= FROZEN else 0.0
    if m == 1.0:
        energy = thermodynamics(form, load, T, 1.0, 1.0, 0.0, 0.0, 1.0, (0.0,) * 9)[1]
        return Pinned(1.0, math.inf, energy, energy, 0.0, 1.0, 0.0, 1.0, 0.0)
    if T == 0.0:
        found = [_width(network, form, load, m)]
    else:
        top = _widest(network, form, load)
        least = max(math.sqrt(variance(network, load, m * m, 0.0)), 1e-150 * top)  # as q >= m^2
        grid = {0.999 * least, *np.geomspace(least, top, CELLS).tolist(), *np.linspace(least, top, CELLS).tolist()}
        found = all_roots(lambda s: _mismatch(network, form, load, T, m, s), sorted(grid))
        if _mismatch(network, form, load, T, m, least) <= 0.0:  # q is m^2 to rounding
            found = [least, *found]
    states = [_state(network, form, load, T, m, s) for s in found]
    return max(states, key=lambda state: state.free_energy, default=None)


def field_at(form: Form, m: float, s: float, T: float) -> float:
    """Return the field a at which E tanh beta(a + s z) is m, 0 < m < 1."""
    if T == 0.0:
        return math.sqrt(2.0) * s * float(erfinv(m))
    flip, high = math.log(1.0 - m), T * math.atanh(m) + math.sqrt(2.0) * s * float(erfinv(m)) + 1e-300

    def mismatch(a: float) -> float:
        return math.log(max(averages_of(form, a, s, T)[1], 1e-300)) - flip

    while mismatch(high) > 0.0:
        high *= 2.0
    return float(brentq(mismatch, 0.0, high, xtol=1e-300, rtol=1e-15))


def _widest(network: Network, form: Form, load: float) -> float:
    """Return the largest width of the local field, but for rounding: at q = 1, and at P = 2 at T = 0 and m = 0."""
    most = wishart_width(form, load) if network.wishart else math.sqrt(variance(network, load, 1.0, 0.0))
    return 1.0001 * most


def _width(network: Network, form: Form, load: float, m: float) -> float:
    """Return the width at T = 0, where q = 1."""
    if not network.wishart:
        return math.sqrt(variance(network, load, 1.0, 0.0))
    least = math.sqrt(2.0 / math.pi) * math.exp(-(float(erfinv(m)) ** 2))  # C = least/s
    if network.gaussian_part == 0.0:
        return math.sqrt(load) + least
    top = _widest(network, form, load)
    if _mismatch(network, form, load, 0.0, m, least) <= 0.0 or least == 0.0:
        return least
    return float(brentq(lambda s: _mismatch(network, form, load, 0.0, m, s), least, top, xtol=1e-300, rtol=1e-15))


def _mismatch(network: Network, form: Form, load: float, T: float, m: float, s: float) -> float:
    """Return by how much the noise at the overlap that a width s gives is wider than s.

    At P = 2 it is taken times 1 - C, and is above 0 where C >= 1.
    """
    C = averages_of(form, field_at(form, m, s, T), s, T)[2]
    q = max(1.0 - T * C, 0.0)
    if not network.wishart:
        return math.sqrt(variance(network, load, q, C)) - s
    if C >= 1.0:
        return math.sqrt(load * q)
    part = load * network.gaussian_part
    return math.sqrt(load * q) - math.sqrt(max(s * s - part * q, 0.0)) * (1.0 - C)


def _state(network: Network, form: Form, load: float, T: float, m: float, s: float) -> Pinned:
    a = field_at(form, m, s, T)
    averages = averages_of(form, a, s, T)
    C = averages[2]
    q = 1.0 - T * C
    D = 1.0
    if network.wishart and C < 0.99:  # of a small q the width knows less than C
        s, D = math.sqrt(variance(network, load, q, C)), 1.0 - C
    elif network.wishart:
        D = wishart_rest(form, load, q, s)
    free, energy, entropy, replicon, error = thermodynamics(form, load, T, m, q, C, s, D, averages)
    free += (a - local_signal(form, m)) * m
    error = max(error, abs(_mismatch(network, form, load, T, m, s)) / max(s, T))
    return Pinned(m, a, free, energy, entropy, q, C, replicon, error)
