"""The transport equation: the free energy in fictitious time, carried along straight characteristics (J.1)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from scipy.optimize import brentq

from glassy.core import checks
from glassy.core.errors import ConvergenceError, InputError, PhaseError
from glassy.core.renamed import corrects
from glassy.core.storage import Saved
from glassy.model.family import check_network
from glassy.model.network import DenseHebbian
from glassy.numerics.gaussian import field_averages
from glassy.theory.rs.equations import form_of, unit_variance
from glassy.theory.rs.formulas import polynomial
from glassy.theory.solve import check_point, solvable

TOLERANCE = 1e-12
STARTS = ("pattern", "random")
WAYS = ((1.0, 200), (0.3, 1000), (0.03, 5000), (1.0, 5000))  # share of a step, and how many: plain iteration may go to and fro
WAYS_AGAINST = ((0.05, 2000), (0.01, 20000))  # without the pattern, in a field against it, large steps would jump to it
FAR = 1e-6  # two states differ by more in m
XI2 = 2  # row of a form: xi''


@dataclass(frozen=True)
class Transport(Saved):
    """The replica-symmetric solution of the transport equation at one point (t, x, y), and its characteristic.

    Parameters
    ----------
    network, load, T
        The network at t = 1, x = y = 0.
    t, x, y : float
        Where: the share of the network, the variance of a random field and a uniform field along the pattern, both of beta h.
    m, q : float
        Magnetization and overlap of two replicas; the same at all points of the characteristic.
    action : float
        A = (1/N) E ln of the sum over states; -beta f at t = 1, x = y = 0.
    source : float
        S, what A gains in a unit of t along the characteristic.
    velocity : tuple of two float
        (dx/dt, dy/dt) of the characteristic.
    residual : float
        Largest violation of the equations of m and q.

    Examples
    --------
    >>> import glassy
    >>> end = glassy.transport(glassy.DenseHebbian(P=3), load=0.1, T=0.4, x=0.1, y=0.2)
    >>> round(end.m, 4), round(end.q, 4)
    (0.9943, 0.9893)
    >>> begin = end.at(0.0)  # free spins
    >>> begin.m == end.m, round(begin.action + end.source - end.action, 12)
    (True, 0.0)
    """

    network: DenseHebbian
    load: float
    T: float
    t: float
    x: float
    y: float
    m: float
    q: float
    action: float
    source: float
    velocity: tuple[float, float]
    residual: float

    def at(self, t: float) -> Transport:
        """Return the point of the same characteristic at another time.

        Raises
        ------
        InputError
            If t is not in [0, 1], or the characteristic has no x >= 0 there.
        """
        t = checks.number("t", t, "It is a time from 0, free spins, to 1, the network.", least=0.0, most=1.0)
        step = t - self.t
        x = self.x + self.velocity[0] * step
        if x < -1e-12 * max(1.0, self.x):
            raise InputError(f"the characteristic must reach t, but x is {x:.3g} < 0 at t={t:g}. Take t up to {self.last:.6g}.")
        return Transport(
            network=self.network, load=self.load, T=self.T, t=t, x=max(x, 0.0), y=self.y + self.velocity[1] * step,
            m=self.m, q=self.q, action=self.action + self.source * step, source=self.source, velocity=self.velocity,
            residual=self.residual,
        )  # fmt: skip

    @property
    def last(self) -> float:
        """The largest t <= 1 at which the characteristic has x >= 0."""
        return min(1.0, self.t - self.x / self.velocity[0]) if self.velocity[0] < 0.0 else 1.0

    def __repr__(self) -> str:
        where = f"{self.network!r} load={self.load:g} T={self.T:g} t={self.t:g} x={self.x:g} y={self.y:g}"
        return f"Transport({where}: A={self.action:.8g} m={self.m:.6g} q={self.q:.6g})"


@corrects
def transport(
    network: DenseHebbian,
    load: float,
    T: float,
    t: float = 1.0,
    x: float = 0.0,
    y: float = 0.0,
    start: str = "pattern",
) -> Transport:
    """Solve the transport equation at a point (t, x, y) by its characteristic, under replica symmetry (J.1).

    A(t, x, y) = (1/N) E ln sum exp{ sqrt(t) (-beta H_noise) + t beta (N/2) m^P + sqrt(x) sum_i J_i sigma_i + y N m }. Where
    replica symmetry holds A moves along straight lines on which m and q do not change, from free spins at t = 0.

    Parameters
    ----------
    network : DenseHebbian
        P > 2.
    load, T : float
        State point of the network, T > 0.
    t, x, y : float
        Time in [0, 1], variance x >= 0 of the random field, and field y along the pattern, both of beta h.
    start : {"pattern", "random"}
        Which of several characteristics through the point: that of the state which is met from m = 1, or of the one met from
        m = 0, of two (a paramagnet and a glass) that of the smaller A, as everywhere at m = 0. Where one alone comes by, both
        name it: it need not have the pattern.

    Returns
    -------
    Transport

    Raises
    ------
    InputError
        If an argument lies outside its domain.
    ConvergenceError
        If the equations of m and q could not be solved.

    Notes
    -----
    At t = 1, x = y = 0 it is the saddle of `solve` with -beta f as A; `Interpolation` measures what the network adds to the
    source on the way. Source: docs/explanation/theory.md, J.1.

    Examples
    --------
    >>> import glassy
    >>> network = glassy.DenseHebbian(P=3)
    >>> a, s = glassy.transport(network, 0.2, 0.3), glassy.solve(network, 0.2, 0.3)
    >>> abs(a.m - s.m) < 1e-12, abs(a.action + s.free_energy / 0.3) < 1e-12
    (True, True)
    """
    check_network(solvable(network), "signal", "stored")
    if network.wishart:
        raise InputError(f"network must have P > 2 for a transport equation, got {network!r}. Its noise is not Gaussian.")
    load, T = check_point(load, T)
    if T == 0.0:
        raise InputError("T must be > 0, got 0. x and y are in units of T.")
    t = checks.number("t", t, "It is a time from 0, free spins, to 1, the network.", least=0.0, most=1.0)
    x = checks.number("x", x, "It is the variance of a random field.", least=0.0)
    y = checks.number("y", y, "It is a field along the pattern.", least=-math.inf)
    checks.choice("start", start, STARTS)
    return _solved(network, load, T, t, x, y, start)


@corrects
def transport_shock(network: DenseHebbian, load: float, T: float, t: float = 1.0, x: float = 0.0) -> float:
    """Return the field y at which the characteristics of two states meet with the same A: where the transport has a shock.

    Below it the state without the pattern is the equilibrium, above it that of the pattern. At t = 1 and x = 0 it passes y = 0
    at the load where `coexistence` is, if the state without the pattern is replica symmetric.

    Parameters
    ----------
    network, load, T, t, x
        As in `transport`.

    Returns
    -------
    float

    Raises
    ------
    InputError
        If an argument lies outside its domain.
    PhaseError
        If no two characteristics meet: one state goes over into the other.

    Examples
    --------
    >>> import glassy
    >>> network = glassy.DenseHebbian(P=3)
    >>> at = glassy.coexistence(network, T=0.6).load
    >>> abs(glassy.transport_shock(network, at, T=0.6)) < 1e-9
    True
    """
    transport(network, load, T, t, x)  # what is refused there

    def apart(y: float) -> tuple[float, float, float]:
        """Return m from the pattern, and by how much A and m differ without it; not at all where iteration goes round."""
        try:
            one, other = (_solved(network, load, T, t, x, y, start) for start in STARTS)
        except ConvergenceError:  # beyond the last state at the pattern
            return math.nan, 0.0, 0.0
        return one.m, one.action - other.action, one.m - other.m

    most = 0.5 * network.P / T + 1.0  # beyond it the field alone is more than the pattern
    grid = [most * (k / 200.0 - 0.7) for k in range(201)]
    found = {y: apart(y) for y in grid}
    at = [found[y][0] if found[y][2] > FAR else -1.0 for y in grid]
    k = max(range(1, len(grid)), key=lambda i: at[i] - at[i - 1])  # there the pattern appears
    if at[k] == -1.0:  # two states, if any, are between points: where m of the pattern jumps
        m = [found[y][0] for y in grid]
        k = max(range(1, len(grid)), key=lambda i: m[i] - m[i - 1] if m[i] > m[i - 1] else 0.0)
    found |= {y: apart(y) for y in (grid[k - 1] + (grid[k] - grid[k - 1]) * i / 24.0 for i in range(72))}
    two = [(y, gain) for y, (_, gain, far) in sorted(found.items()) if far > FAR]
    for (y0, at_0), (y1, at_1) in pairwise(two):
        if at_0 < 0.0 <= at_1:
            return float(brentq(lambda y: apart(y)[1], y0, y1, xtol=1e-15, rtol=1e-14))
    raise PhaseError(f"no two states meet at {network!r}, load={load:g}, T={T:g}, t={t:g}, x={x:g}. Raise t, or lower T or x.")


def _solved(network: DenseHebbian, load: float, T: float, t: float, x: float, y: float, start: str) -> Transport:
    """Return the state that is met from the pattern, or that without it with the smaller A, as everywhere at m = 0."""
    if start == "pattern":
        return _from(network, load, T, t, x, y, (1.0, 1.0))
    found = [_from(network, load, T, t, x, y, (0.0, q)) for q in (0.0, 1.0)]
    least = min(abs(p.m) for p in found)
    return min((p for p in found if abs(p.m) < least + 0.3), key=lambda p: p.action)


def _from(network: DenseHebbian, load: float, T: float, t: float, x: float, y: float, begin: tuple[float, float]) -> Transport:
    """Return the solution that iteration reaches from m and q; Newton's method ends it."""
    form, P = form_of(network), network.P

    def fields(m: float, q: float) -> tuple[float, float]:
        a = T * y + t * 0.5 * P * m ** (P - 1)
        return a, T * T * x + t * load * unit_variance(network, max(q, 0.0), 0.0)

    def iterate(m: float, q: float, share: float, steps: int) -> tuple[float, float, float]:
        residual, wait, near = math.inf, 20, False
        for _ in range(steps):
            a, v = fields(m, q)
            _, flip, C, X, Y, _, _ = field_averages(a, math.sqrt(v), T)
            F, G = 1.0 - flip - m, 1.0 - T * C - q
            last, residual = residual, max(abs(F), abs(G))
            da, dv = t * 0.5 * P * (P - 1) * m ** (P - 2), t * load * polynomial(form, XI2, max(q, 0.0))
            J = (C * da - 1.0, -X * dv, 2.0 * T * X * da, -T * Y * dv - 1.0)
            det = J[0] * J[3] - J[1] * J[2]
            wait = 200 if near and residual > 0.5 * last else wait - 1  # Newton's method has led astray, or may be tried
            near = wait < 0 and residual < 1e-3 and det > 0.0
            dm, dq = ((-F * J[3] + G * J[1]) / det, (-G * J[0] + F * J[2]) / det) if near else (share * F, share * G)
            if residual <= 1e-15 or (near and residual <= TOLERANCE and max(abs(dm), abs(dq)) <= 1e-15):
                break
            m, q = m + dm, min(max(q + dq, 0.0), 1.0)
        return m, q, residual

    for share, steps in WAYS if begin[0] > 0.0 or y >= 0.0 else WAYS_AGAINST:
        m, q, residual = iterate(*begin, share, steps)
        if residual <= TOLERANCE:
            break
    else:
        raise ConvergenceError(
            f"m and q of {network!r} at load={load:g}, T={T:g}, t={t:g}, x={x:g}, y={y:g} could not be solved "
            f"(residual {residual:.1e}). Move the point a little."
        )
    a, v = fields(m, q)
    beta, d = 1.0 / T, 1.0 - q
    free = field_averages(a, math.sqrt(v), T)[0] * beta
    source = -0.5 * beta * (P - 1) * m**P + 0.5 * beta * beta * load * d * d * network.unit_covariance.curvature(q)
    velocity = (-beta * beta * load * unit_variance(network, q, 0.0), -0.5 * beta * P * m ** (P - 1))
    if not math.isfinite(free + source * t):
        raise InputError(f"A must be a finite number, but at T={T:g}, load={load:g} it is not. Raise T or lower load.")
    return Transport(
        network=network, load=load, T=T, t=t, x=x, y=y, m=m, q=q, action=free + source * t, source=source, velocity=velocity,
        residual=residual,
    )  # fmt: skip
