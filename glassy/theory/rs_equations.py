"""Replica symmetry: the noise, the saddle-point equations and the thermodynamics (R.5, R.5a, R.5b).

Everything is written in m and C = beta (1 - q), with q = 1 - T C, so that T = 0 is a temperature like any other.
"""

from __future__ import annotations

import math
from functools import lru_cache

from glassy.network import DenseHebbian
from glassy.numerics.gaussian import field_averages
from glassy.numerics.jit import shared
from glassy.results import Status
from glassy.spin_glass import Network
from glassy.theory.ansatz import RS
from glassy.theory.rsb_kernels import wishart_log, wishart_work
from glassy.theory.solution import Solution

TOLERANCE = 1e-12
FROZEN = 1e-15  # below this temperature, in units of the field, every order parameter equals its T = 0 value to rounding

Form = tuple[tuple[float, ...], ...]  # a network as the formulas know it, see `form_of`; in a kernel the same as an array
Averages = tuple[float, float, float, float, float, float, float]  # of `field_averages`

_SELF, _XI1, _XI2, _SLOPE, _CURVATURE = range(5)  # rows of a form
_SETTLED, _STIFF = 1e-8, 300.0  # see `newton_step`


@lru_cache(maxsize=256)
def form_of(network: Network) -> Form:
    """Return what the kernels know of a network: P, whether its noise is Wishart, its shift per load, and polynomials.

    A row of a polynomial (xi', xi'', slope and curvature of `Covariance`) holds its lowest power, the number of its
    coefficients, and these.
    """
    rows = [(float(lowest), float(len(row)), *row) for lowest, row in network.unit_covariance.rows()]
    own = (float(network.P), float(network.wishart), wishart_shift(network, 1.0))
    width = max(map(len, (own, *rows)))
    return tuple((*row, *(0.0,) * (width - len(row))) for row in (own, *rows))


@shared
def polynomial(form: Form, i: int, q: float) -> float:
    """Return the value of row i of a form."""
    total = 0.0
    for k in range(int(form[i][1]) + 1, 1, -1):
        total = total * q + form[i][k]
    return float(total * q ** form[i][0])


@shared
def local_signal(form: Form, m: float) -> float:
    """Local field (P/2) m^(P-1) of the condensed pattern."""
    return 0.5 * form[_SELF][0] * m ** (form[_SELF][0] - 1.0) if m != 0.0 else 0.0


@shared
def local_variance(form: Form, q: float, C: float) -> float:
    """Variance of the local field per unit of load: xi'(q) for P > 2 (N.3a), q/(1-C)^2 at P = 2 (N.3b)."""
    if form[_SELF][1] == 0.0:
        return polynomial(form, _XI1, q)
    return q / (1.0 - C) ** 2


@shared
def local_variance_slope(form: Form, q: float, C: float, T: float) -> float:
    """Return d(local_variance)/dC at fixed T, with q = 1 - T C."""
    if form[_SELF][1] == 0.0:
        return -T * polynomial(form, _XI2, q)
    D = 1.0 - C
    return -T / D**2 + 2.0 * q / D**3


def signal(network: Network, m: float) -> float:
    """Local field (P/2) m^(P-1) of the condensed pattern."""
    return float(local_signal(form_of(network), m))


def wishart_shift(network: Network, load: float) -> float:
    """Energy by which H.2 lies above H.3, for which R.3 is written, at P = 2: load/2."""
    return 0.5 * load if isinstance(network, DenseHebbian) and network.wishart and network.interactions == "distinct" else 0.0


def unit_variance(network: Network, q: float, C: float) -> float:
    """Variance of the local field per unit of load: xi'(q) for P > 2 (N.3a), q/(1-C)^2 at P = 2 (N.3b)."""
    return float(local_variance(form_of(network), q, C))


def variance(network: Network, load: float, q: float, C: float) -> float:
    """Variance r of the local field; none at load 0, whatever q and C."""
    return load * unit_variance(network, q, C) if load > 0.0 else 0.0


def unit_variance_slope(network: Network, q: float, C: float, T: float) -> float:
    """Return d(unit_variance)/dC at fixed T, with q = 1 - T C."""
    return float(local_variance_slope(form_of(network), q, C, T))


@shared
def newton_step(
    form: Form, load: float, T: float, m: float, C: float, s: float, averages: Averages
) -> tuple[float, float, float, float, bool]:
    """Return the error of R.5 in (m, C), the next m and C by Newton's method, the determinant, and whether they are final.

    They are final where the step is so small that the next one would be below rounding, and the equations so well conditioned
    that rounding, and with it the start, moves m by less than 1e-12.
    """
    P = form[_SELF][0]
    wishart = form[_SELF][1] != 0.0
    _, flip, C_new, X, Y, _, _ = averages
    a_slope = (P - 1.0) * local_signal(form, m) / m
    F1, F2 = 1.0 - flip - m, C_new - C
    r_slope = load * local_variance_slope(form, min(1.0 - T * C, 1.0), C, T)
    J11, J12 = C_new * a_slope - 1.0, -X * r_slope
    J21, J22 = -2.0 * X * a_slope, Y * r_slope - 1.0
    det = J11 * J22 - J12 * J21
    error = max(abs(F1), abs(F2) * (max(T, 1.0) if wishart else T))
    if det == 0.0:
        return error, m, C, det, False
    dm, dC = (F1 * J22 - F2 * J12) / det, (J11 * F2 - J21 * F1) / det
    unit, width = max(C, 1.0), max(s, T, 1e-300)  # of rounding in C, and of the local field
    moved = abs(dm) * a_slope / width + abs(dC * r_slope) / width**2 + abs(dC) / unit
    well = abs(J22) + abs(J12) * unit + abs(J11) * unit + abs(J21) <= _STIFF * abs(det)
    return error, min(m - dm, 1.0), max(C - dC, 0.0), det, moved <= _SETTLED and well


@shared
def thermodynamics(
    form: Form, load: float, T: float, m: float, q: float, C: float, s: float, D: float, averages: Averages
) -> tuple[float, float, float, float, float]:
    """Return free energy, energy, entropy and replicon of a saddle (R.5a, R.5b, S.1), and its residual.

    The residual is the largest |right side - left side| of R.5: in m, in q, and at P = 2 in C too, which enters its noise.
    Where q is so small that 1 - q loses it (just below a continuous onset) the equation is still met to rounding.
    """
    soft, flip, C_new, _, _, E4, binary = averages
    P = form[_SELF][0]
    wishart = form[_SELF][1] != 0.0
    error = abs(1.0 - T * C_new - q)
    if m != 0.0:
        error = max(error, abs(1.0 - flip - m))
    if wishart:
        error = max(error, abs(C_new - C) / max(1.0, C))
    mP = m**P
    if not wishart or load == 0.0:
        R, S = load * polynomial(form, _CURVATURE, q), load * polynomial(form, _SLOPE, q)
        free = -soft + 0.5 * (P - 1.0) * mP - 0.5 * C * (1.0 - q) * R
        energy = -0.5 * mP - C * S
        entropy = binary - 0.5 * C * (C * R)
        stiffness = load * polynomial(form, _XI2, q)
    else:
        stiffness = s * s / q if q > 0.0 else load / D / D  # load/(1 - C)^2
        log = wishart_log(C) if C < 0.5 else -(math.log(D) + C) / C / C
        shift = load * (form[_SELF][2] - 0.5)
        free = -soft + 0.5 * mP + 0.5 * C * C * (q * stiffness - load * T * log) + shift
        energy = -0.5 * mP - 0.5 * C * (D + q) * stiffness + shift
        entropy = binary - 0.5 * load * (C * C * wishart_work(-C) if C < 0.5 else math.log(D) + C / D)
    if T > 0.0:
        replicon = 1.0 - stiffness * E4 / T
    else:
        replicon = -math.inf if stiffness > 0.0 else 1.0
    return free, energy, entropy, replicon, error


def saddle(
    network: Network, load: float, T: float, phase: str, m: float, q: float, C: float, s: float | None = None
) -> Solution:
    """Return the Solution at a saddle point.

    1 - C of P = 2 is taken without cancellation where q = 0 or the standard deviation s of the field is known.
    """
    if q == 0.0:
        s, D = 0.0, (T - 1.0) / T
    elif s is None:
        s, D = math.sqrt(variance(network, load, q, C)), 1.0 - C
    else:
        D = math.sqrt(load) * math.sqrt(q) / s
    averages = field_averages(signal(network, m), s, T)
    free, energy, entropy, replicon, error = thermodynamics(form_of(network), load, T, m, q, C, s, D, averages)
    status = Status.CONVERGED if error <= TOLERANCE else Status.NOT_CONVERGED
    return Solution(network, load, T, phase, RS(), m, (q,), (), (), C, free, energy, entropy, 0.0, (replicon,), error, status)


def free_energy(network: Network, load: float, T: float, m: float, q: float) -> float:
    """RS free energy as a function of m and q off the saddle (R.2 or R.3 at k = 0), for T > 0.

    It is stationary at R.5; it is the slow, obvious form that `saddle` is tested against.

    Examples
    --------
    >>> from glassy import DenseHebbian
    >>> network = DenseHebbian(P=3)
    >>> free_energy(network, load=0.1, T=0.5, m=0.0, q=0.0) == -0.5 * math.log(2) - 0.1 / 4 / 0.5
    True
    """
    beta = 1.0 / T
    P = network.P
    xi = network.unit_covariance
    C = beta * (1.0 - q)
    r = load * unit_variance(network, q, C)
    soft = field_averages(signal(network, m), math.sqrt(r), T)[0]
    if not network.wishart:
        minus_beta_f = (
            beta * soft
            - (P - 1) * 0.5 * beta * m**P
            + 0.5 * beta**2 * load * (xi(1.0, 1) - xi(q, 1))
            - 0.5 * beta**2 * load * ((xi(1.0, 1) - xi(1.0)) - (q * xi(q, 1) - xi(q)))
        )
        return -T * minus_beta_f
    D = 1.0 - C
    minus_beta_f = beta * soft - 0.5 * beta * m * m - 0.5 * load * (math.log(D) - beta * q / D) - 0.5 * beta**2 * r * (1.0 - q)
    return -T * minus_beta_f + wishart_shift(network, load)
