"""The formulas of replica symmetry (R.5, R.5a, R.5b, S.1): Python for `solve`, and a part of the compiled loops of `scan`."""

from __future__ import annotations

import math

from glassy.numerics.gaussian import field_averages
from glassy.numerics.jit import shared
from glassy.theory.noise import wishart_log, wishart_work

TOLERANCE = 1e-12

Form = tuple[tuple[float, ...], ...]  # a network as the formulas know it, see `form_of`; in a kernel the same as an array
Averages = tuple[float, float, float, float, float, float, float, float, float]  # of `averages_of`

_SELF, _XI1, _XI2, _SLOPE, _CURVATURE, _SIZES, _WEIGHTS, _ALIGNED, _MODES, _COUNTS = range(10)  # rows of a form
_SETTLED, _STIFF = 1e-8, 300.0  # see `newton_step`


@shared
def polynomial(form: Form, i: int, q: float) -> float:
    """Return the value of row i of a form."""
    total = 0.0
    for k in range(int(form[i][1]) + 1, 1, -1):
        total = total * q + form[i][k]
    return float(total * q ** form[i][0])


@shared
def local_signal(form: Form, m: float) -> float:
    """Local field a = strength (P/2) m^(P-1) of the condensed pattern, where S = 1."""
    return 0.5 * form[_SELF][0] * form[_SELF][3] * m ** (form[_SELF][0] - 1.0) if m != 0.0 else 0.0


@shared
def averages_of(form: Form, a: float, s: float, T: float) -> Averages:
    """Return the averages of `field_averages` over h = a S + s z and the sizes S of the signal (L.3).

    Those of flip and X are weighted with S. Two more follow: E[S^2 sech^2]/T, the response of E[S tanh] to a, and the
    magnetization along the pattern.
    """
    values = int(form[_SELF][4])
    if values == 1 or a == 0.0:
        soft, flip, C, X, Y, E4, entropy = field_averages(a, s, T)
        return soft, flip, C, X, Y, E4, entropy, C, form[_ALIGNED][0] * (1.0 - flip)
    soft = flip = C = X = Y = E4 = entropy = response = m = 0.0
    for j in range(values):
        S, w = form[_SIZES][j], form[_WEIGHTS][j]
        soft_j, flip_j, C_j, X_j, Y_j, E4_j, entropy_j = field_averages(a * S, s, T)
        soft += w * soft_j
        flip += w * S * flip_j
        C += w * C_j
        X += w * S * X_j
        Y += w * Y_j
        E4 += w * E4_j
        entropy += w * entropy_j
        response += w * S * S * C_j
        m += form[_ALIGNED][j] * (1.0 - flip_j)
    return soft, flip, C, X, Y, E4, entropy, response, m


@shared
def overlaps_of(form: Form, m: float, averages: Averages) -> tuple[float, float]:
    """Return the magnetization along the pattern and the overlap with an example, where E[S tanh] is m."""
    if form[_SELF][3] == 1.0 and form[_ALIGNED][0] == 1.0:  # S = 1
        return m, form[_SELF][5] * m
    return (averages[8], form[_SELF][5] * m) if m != 0.0 else (0.0, 0.0)


@shared
def stiffness_of(form: Form, C: float) -> float:
    """Return sum_j l_j^2/(1 - l_j C)^2 over the modes of Wishart noise (L.5)."""
    total = 0.0
    for j in range(int(form[_SELF][6])):
        total += form[_COUNTS][j] * (form[_MODES][j] / (1.0 - form[_MODES][j] * C)) ** 2
    return total


@shared
def local_variance(form: Form, q: float, C: float) -> float:
    """Variance of the local field per unit of load: xi'(q) for P > 2 (N.3a), q/(1-C)^2 + D q at P = 2 (N.3c)."""
    if form[_SELF][1] == 0.0:
        return polynomial(form, _XI1, q)
    if form[_SELF][6] == 0.0:
        return q / (1.0 - C) ** 2 + form[_SELF][8] * q
    return q * stiffness_of(form, C)


@shared
def local_variance_slope(form: Form, q: float, C: float, T: float) -> float:
    """Return d(local_variance)/dC at fixed T, with q = 1 - T C."""
    if form[_SELF][1] == 0.0:
        return -T * polynomial(form, _XI2, q)
    if form[_SELF][6] == 0.0:
        D = 1.0 - C
        return -T / D**2 + 2.0 * q / D**3 - form[_SELF][8] * T
    slope = -T * stiffness_of(form, C)
    for j in range(int(form[_SELF][6])):
        slope += 2.0 * q * form[_COUNTS][j] * (form[_MODES][j] / (1.0 - form[_MODES][j] * C)) ** 3
    return slope


@shared
def wishart_rest(form: Form, load: float, q: float, s: float) -> float:
    """Return 1 - C at P = 2, q > 0, from the standard deviation s of the field, without cancellation where C is near 1."""
    return math.sqrt(load) * math.sqrt(q) / (s * math.sqrt(max(1.0 - load * form[_SELF][8] * q / s / s, 0.0)))


@shared
def wishart_width(form: Form, load: float) -> float:
    """Return the standard deviation of the field at P = 2, T = 0, m = 0: at other T it is smaller."""
    root, bound, part = math.sqrt(load), math.sqrt(2.0 / math.pi), form[_SELF][8]
    high = root + bound
    if part > 0.0:
        low = max(bound, root * math.sqrt(part))
        high = low + root + bound
        for _ in range(80):
            s = 0.5 * (low + high)
            if math.sqrt((s - root * math.sqrt(part)) * (s + root * math.sqrt(part))) * (1.0 - bound / s) < root:
                low = s
            else:
                high = s
    return high


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
    _, flip, C_new, X, Y, _, _, response, _ = averages
    a_slope = (P - 1.0) * local_signal(form, m) / m
    F1, F2 = 1.0 - flip - m, C_new - C
    r_slope = load * local_variance_slope(form, min(1.0 - T * C, 1.0), C, T)
    J11, J12 = response * a_slope - 1.0, -X * r_slope
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
    """Return free energy, energy, entropy and replicon of a saddle (R.5a, R.5b, S.1, L.3, L.5), and its residual.

    The residual is the largest |right side - left side| of R.5: in m, in q, and at P = 2 in C too, which enters its noise.
    Where q is so small that 1 - q loses it (just below a continuous onset) the equation is still met to rounding.
    """
    soft, flip, C_new, _, _, E4, binary, _, _ = averages
    P = form[_SELF][0]
    wishart = form[_SELF][1] != 0.0
    error = abs(1.0 - T * C_new - q)
    if m != 0.0:
        error = max(error, abs(1.0 - flip - m))
    if wishart:
        error = max(error, abs(C_new - C) / max(1.0, C))
    mP = form[_SELF][3] * m**P
    if not wishart or load == 0.0:
        R, S = load * polynomial(form, _CURVATURE, q), load * polynomial(form, _SLOPE, q)
        free = -soft + 0.5 * (P - 1.0) * mP - 0.5 * C * (1.0 - q) * R
        energy = -0.5 * mP - C * S
        entropy = binary - 0.5 * C * (C * R)
        stiffness = load * polynomial(form, _XI2, q)
    elif form[_SELF][6] > 0.0:
        stiffness = load * stiffness_of(form, C)
        free, energy, entropy = -soft + 0.5 * mP, -0.5 * mP, binary
        for j in range(int(form[_SELF][6])):
            c, weight = form[_MODES][j] * C, 0.5 * load * form[_COUNTS][j]
            rest = 1.0 - c
            free += weight * (form[_MODES][j] * q * (c / rest) ** 2 - T * c * c * wishart_log(c))
            energy -= weight * form[_MODES][j] * c * (rest + q) / rest**2
            entropy -= weight * c * c * wishart_work(-c)
        shift = load * (form[_SELF][2] - 0.5 * form[_SELF][7])
        free, energy = free + shift, energy + shift
    else:
        part = load * form[_SELF][8]  # D of N.3c: an SK model beside
        whole = s * s / q if q > 0.0 else load / D / D + part
        stiffness = whole - part  # load/(1 - C)^2
        log = wishart_log(C) if C < 0.5 else -(math.log(D) + C) / C / C
        shift = load * (form[_SELF][2] - 0.5 * form[_SELF][7])
        free = -soft + 0.5 * mP + 0.5 * C * C * (q * stiffness - load * T * log) - 0.25 * C * (1.0 - q) * part + shift
        energy = -0.5 * mP - 0.5 * C * (D + q) * stiffness - 0.5 * C * (1.0 + q) * part + shift
        entropy = binary - 0.5 * load * (C * C * wishart_work(-C) if C < 0.5 else math.log(D) + C / D) - 0.25 * C * C * part
        stiffness = whole
    if T > 0.0:
        replicon = 1.0 - stiffness * E4 / T
    else:
        replicon = -math.inf if stiffness > 0.0 else 1.0
    return free, energy, entropy, replicon, error


@shared
def small_overlap(B: float) -> tuple[float, float]:
    """Return q(B) = E tanh^2(Bz) and dq/d(ln B) where B < 0.01, to rounding."""
    b = B * B
    q = b * (1.0 - b * (2.0 - b * (17.0 / 3.0 - b * 62.0 / 3.0)))
    return q, 2.0 * b * (1.0 - b * (4.0 - b * (17.0 - b * 248.0 / 3.0)))
