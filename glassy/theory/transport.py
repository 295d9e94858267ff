"""The transport equation: the free energy in fictitious time, carried along straight characteristics (J.1, J.1b)."""

from __future__ import annotations

import math

from scipy.optimize import brentq

from glassy.core import checks
from glassy.core.errors import ConvergenceError, InputError, PhaseError
from glassy.core.renamed import corrects
from glassy.core.results import Status
from glassy.model.family import check_network
from glassy.model.network import DenseHebbian
from glassy.numerics.gaussian import field_averages
from glassy.theory import ansatz as ansaetze
from glassy.theory.ansatz import RS, RSB, Ansatz
from glassy.theory.characteristic import Transport
from glassy.theory.rs.equations import unit_variance
from glassy.theory.rs.fields import Fields, State
from glassy.theory.rsb.fields import ONE, PATTERN, Start, Step, TwoFields, starts_near
from glassy.theory.solve import check_point, solvable, solve

STARTS = ("pattern", "random")
SLIVER = 1e-9  # of the range of y with two states, which is left out at its ends, where one of them vanishes
BESIDE = 1e-4  # a known theta, of the way to 1


@corrects
def transport(
    network: DenseHebbian,
    load: float,
    T: float | None = None,
    t: float = 1.0,
    x: float = 0.0,
    y: float = 0.0,
    start: str = "pattern",
    ansatz: Ansatz | str = RS(),  # noqa: B008
    *,
    theta: float | None = None,
    inner: float = 0.0,
    beta: float | None = None,
) -> Transport:
    """Solve the transport equation at a point (t, x, y) by its characteristic, under RS (J.1) or with one step (J.1b).

    A(t, x, y) = (1/N) E ln sum exp{ sqrt(t) (-beta H_noise) + t beta (N/2) m^P + sqrt(x) sum_i J_i sigma_i + y N m }. Where
    replica symmetry holds A moves along straight lines on which m and q do not change, from free spins at t = 0. With one step
    it does so for (1/(N theta)) E ln E_2 (sum)^theta, where the sum has a second random field, and E_2 is over that alone.

    Parameters
    ----------
    network : DenseHebbian
        P > 2.
    load, T : float
        State point of the network, T > 0.
    beta : float, optional
        1/T, instead of T.
    t, x, y : float
        Time in [0, 1], variance x >= 0 of the random field, and field y along the pattern, both of beta h.
    start : {"pattern", "random"}
        Which of several characteristics through the point: that of the state which is met from m = 1, or of the one met from
        m = 0, of two (a paramagnet and a glass) that of the smaller A, as everywhere at m = 0. Where one alone comes by, both
        name it: it need not have the pattern.
    ansatz : RS or RSB(1)
        One overlap, or two.
    theta : float, optional
        The power under RSB(1), 0 < theta <= 1; default, where `inner` is 0: that at which A is smallest, as the breakpoint of
        `solve`.
    inner : float, optional
        Under RSB(1) the variance of the second random field.

    Returns
    -------
    Transport

    Raises
    ------
    InputError
        If an argument lies outside its domain.
    ConvergenceError
        If no solution of the equations of m and q was found.
    PhaseError
        If under RSB(1) there are solutions, but A is smallest at no theta.

    Notes
    -----
    At t = 1, x = y = 0 it is the saddle of `solve` with -beta f as A, and at x = y = 0 that at load/t and T/t: under RSB(1) the
    equations of J.1b are solved from it there, elsewhere from several starts at up to 23 theta. `Interpolation` measures what
    the network adds to the source on the way. Source: docs/explanation/theory.md, J.1, J.1b.

    Examples
    --------
    >>> import glassy
    >>> network = glassy.DenseHebbian(P=3)
    >>> a, s = glassy.transport(network, 0.2, 0.3), glassy.solve(network, 0.2, 0.3)
    >>> abs(a.m - s.m) < 1e-12, abs(a.action + s.free_energy / 0.3) < 1e-12
    (True, True)
    >>> end = glassy.transport(network, 0.4, 0.2, ansatz="RSB(1)")
    >>> begin = end.at(0.0)  # free spins in two random fields
    >>> round(begin.x, 6), round(begin.inner, 6), [round(q, 6) for q in end.q_levels], round(end.theta, 6)
    (12.931352, 0.446903, [0.928488, 0.944396], 0.51027)
    """
    check_network(solvable(network), "signal", "stored")
    if network.wishart:
        raise InputError(f"network must have P > 2 for a transport equation, got {network!r}. Its noise is not Gaussian.")
    load, T = check_point(load, checks.given_temperature(T, beta))
    if T == 0.0:
        raise InputError("T must be > 0, got 0. x and y are in units of T.")
    t = checks.number("t", t, "It is a time from 0, free spins, to 1, the network.", least=0.0, most=1.0)
    y = checks.number("y", y, "It is a field along the pattern.", least=-math.inf)
    checks.choice("start", start, STARTS)
    chosen, words = ansaetze.check(ansatz), "It is the variance of a random field."
    x, inner = checks.number("x", x, words, least=0.0), checks.number("inner", inner, words, least=0.0)
    if chosen == RSB(1):
        return _broken(TwoFields(network, load, T, t, (x, inner), y), start, theta)
    if not isinstance(chosen, RS):
        raise InputError(f"ansatz must be RS() or RSB(1) for a transport equation, got {chosen!r}. Take one of these.")
    if theta is not None or inner:
        raise InputError(f"theta and inner must be left out under RS(), got {theta!r} and {inner:g}. They belong to RSB(1).")
    return _solved(Fields(network, load, T, t, x), y, start)


@corrects
def transport_shock(
    network: DenseHebbian, load: float, T: float | None = None, t: float = 1.0, x: float = 0.0, *, beta: float | None = None
) -> float:
    """Return the field y at which the characteristics of two states meet with the same A: where the transport has a shock.

    Below it the state without the pattern is the equilibrium, above it that of the pattern. At t = 1 and x = 0 it passes y = 0
    at the load where `coexistence` is, if the state without the pattern is replica symmetric.

    Parameters
    ----------
    network, load, T, t, x, beta
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
    transport(network, load, T, t, x, beta=beta)  # what is refused there
    T = checks.given_temperature(T, beta)
    fields = Fields(network, load, T, t, x)
    loop = fields.last_loop()

    def gain(y: float) -> float:
        one, other = (_solved(fields, y, start) for start in STARTS)
        return one.action - other.action if one.m > other.m else math.copysign(1.0, y - middle)

    if loop is not None and loop[0] < loop[1]:
        low, high = (loop[0] + part * (loop[1] - loop[0]) for part in (SLIVER, 1.0 - SLIVER))
        middle = 0.5 * (low + high)
        if gain(low) < 0.0 < gain(high):
            return float(brentq(gain, low, high, xtol=1e-15, rtol=1e-14))
    raise PhaseError(f"no two states meet at {network!r}, load={load:g}, T={T:g}, t={t:g}, x={x:g}. Raise t, or lower T or x.")


def _solved(fields: Fields, y: float, start: str) -> Transport:
    """Return the state that is met from the pattern, or that without it with the smaller A, as everywhere at m = 0."""
    pattern, bare = _states(fields, y)
    found = pattern if start == "pattern" and pattern else bare
    if not found:
        raise ConvergenceError(
            f"no m and q of {fields.network!r} were found at load={fields.load:g}, T={fields.T:g}, t={fields.t:g}, "
            f"x={fields.x:g}, y={y:g}. Move the point a little."
        )
    return min((_carried(fields, y, s) for s in found), key=lambda p: p.action)


def _states(fields: Fields, y: float) -> tuple[list[State], list[State]]:
    """Return the state that is met from the pattern, where it has it, and those that are met without it."""
    near = fields.states(y, 1.0 if y >= 0.0 else -1.0)
    up = near if y >= 0.0 else fields.states(y)
    return [s for s in up[-1:] if not s.bare], [s for s in near if s.bare] or near[:1]


def _carried(fields: Fields, y: float, state: State) -> Transport:
    """Return what moves through a state."""
    network, load, T, t, m, q = fields.network, fields.load, fields.T, fields.t, state.m, state.q
    beta, d, P = 1.0 / T, 1.0 - q, network.P
    free = field_averages(T * y + fields.signal(m), fields.width(q), T)[0] * beta
    source = -0.5 * beta * (P - 1) * m**P + 0.5 * beta * beta * load * d * d * network.unit_covariance.curvature(q)
    velocity = (-beta * beta * load * unit_variance(network, q, 0.0), -0.5 * beta * P * m ** (P - 1))
    if not math.isfinite(free + source * t):
        raise InputError(f"A must be a finite number, but at T={T:g}, load={load:g} it is not. Raise T or lower load.")
    return Transport(
        network=network, load=load, T=T, t=t, x=fields.x, y=y, m=m, q=q, action=free + source * t, source=source,
        velocity=velocity, residual=state.residual,
    )  # fmt: skip


def _broken(fields: TwoFields, start: str, theta: float | None) -> Transport:
    """Return the solution with one step, looked for beside that of RS in both random fields."""
    network, load, T, t, x, y = fields.network, fields.load, fields.T, fields.t, fields.x, fields.y
    if theta is None and x[1] > 0.0:
        raise InputError(f"theta must be given where inner > 0, got inner={x[1]:g}. A depends on it there: take one in (0, 1].")
    pattern, bare = _states(Fields(network, load, T, t, sum(x)), y)
    low = [one for s in bare for one in starts_near(s.m, s.q)]
    top = [*PATTERN, *(one for s in pattern for one in starts_near(s.m, s.q))]
    if theta is not None:
        theta = checks.number("theta", theta, "It is a power, above 0.", least=1e-12, most=1.0)
    found = _with_pattern(fields, top, theta) if start == "pattern" else None
    if found is None or y != 0.0:  # one state may be met from both
        try:
            other = fields.stationary(low) if theta is None else fields.at(theta, low)
        except PhaseError:
            if found is None:
                raise
            other = None
        found = found if found is not None and (other is None or found.m > other.m + ONE) else other
    if found is None:
        raise ConvergenceError(
            f"no m and q of {network!r} with RSB(1) were found at load={load:g}, T={T:g}, t={t:g}, x={x[0]:g}, "
            f"inner={x[1]:g}, y={y:g}, theta={theta}. Move the point a little."
        )
    return Transport(
        network=network, load=load, T=T, t=t, x=x[0], inner=x[1], y=y, m=found.m,
        q=found.theta * found.q[0] + (1.0 - found.theta) * found.q[1], q_levels=found.q, theta=found.theta, ansatz=RSB(1),
        action=fields.action(found), source=fields.source(found.m, found.q, found.theta),
        velocity=fields.velocity(found.m, found.q), residual=found.residual,
    )  # fmt: skip


def _with_pattern(fields: TwoFields, top: list[Start], theta: float | None) -> Step | None:
    """Return the state of the pattern; without fields a share t is the network at load/t and T/t, and `solve` has it."""
    if fields.t > 0.0:
        s = solve(fields.network, fields.load / fields.t, fields.T / fields.t, "retrieval", RSB(1), strict=False)
        free = theta is None and fields.y == 0.0 and sum(fields.x) == 0.0
        if free and s.status is Status.LEFT_PHASE:
            return None
        if s.status.ok:
            known, x = (s.m, s.q_levels[0], s.q_levels[-1]), s.x_levels[0]
            if free:
                beside = [1.0] if s.status is Status.COLLAPSED else [x - BESIDE * (1.0 - x), x + BESIDE * (1.0 - x)]
                return fields.stationary([known], 0.0, beside)
            top = [known, *top]
    floor = 0.0 if fields.y == 0.0 else -1.0
    return fields.stationary(top, floor) if theta is None else fields.at(theta, top, floor)
