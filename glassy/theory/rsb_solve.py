"""solve for RSB(k) and FullRSB: which saddles exist at a state point, and which of them is the asked one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from scipy.optimize import brentq

from glassy.network import DenseHebbian
from glassy.numerics.roots import all_roots
from glassy.results import Estimate, Status
from glassy.spin_glass import Network
from glassy.theory import rs_retrieval, rs_zero
from glassy.theory.ansatz import FullRSB
from glassy.theory.rs_equations import saddle as rs_saddle
from glassy.theory.rsb_equations import Levels, Problem, evaluate, levels_of, padded, saddle
from glassy.theory.rsb_search import breaking, converge, deepen, first, noise_slope, unresolved
from glassy.theory.solution import Solution

SLACK = 1e-9  # a replicon above -SLACK counts as stable
RESOLUTION = 5e-8  # a level that would break by less than this keeps whole: f moves by less than 1e-11


def stable(solution: Solution) -> bool:
    """Whether no further step exists: no replicon is negative, or the break it asks for is below rounding (C and T small)."""
    C = solution.susceptibility
    gap = 0.56 * noise_slope(solution.network, solution.load, solution.T, C) * C * C  # of `broken_tops`
    if math.sqrt(gap) > solution.T and gap < RESOLUTION:
        return min(solution.replicons[:-1], default=0.0) > -SLACK
    return solution.replicon > -SLACK


# ---- m = 0 ----


def zero_rs(network: Network, load: float, T: float) -> list[Solution]:
    """Every m = 0 saddle of RS, each under the name of its phase."""
    found = [rs_saddle(network, load, T, "spin_glass", 0.0, p.q, p.C, p.s) for p in rs_zero.saddles(network, load, T)]
    if network.unit_covariance.has_field and load > 0.0:
        return [
            s if s.replicon <= 0.0 else rs_saddle(network, load, T, "paramagnetic", 0.0, s.q_EA, s.susceptibility)
            for s in found
        ]
    free = paramagnet(network, load, T)
    return [*found, free] if free else found


def paramagnet(network: Network, load: float, T: float) -> Solution | None:
    """Return the saddle q = 0, where it exists."""
    if rs_zero.has_paramagnet(network, T) or (load == 0.0 and T > 0.0):
        return rs_saddle(network, load, T, "paramagnetic", 0.0, 0.0, 1.0 / T)
    return None


def zero_rs_of(network: Network, load: float, T: float, phase: str) -> Solution | None:
    """Return the m = 0 saddle of RS in a phase, of several the one of largest free energy."""
    if phase == "paramagnetic" and not network.unit_covariance.has_field:
        return paramagnet(network, load, T)
    return max((s for s in zero_rs(network, load, T) if s.phase == phase), key=lambda s: s.free_energy, default=None)


def continuous(network: Network) -> bool:
    """Whether q_0 > 0 is possible at m = 0: Wishart noise, a random field, or a q^2 term."""
    xi = network.unit_covariance
    return network.wishart or xi.has_field or xi(0.0, 2) > 0.0


def outer_overlap(network: Network, load: float, T: float) -> float:
    """Return q_0 at x_1 = 1, the overlap of RS: 0 without a random field."""
    if not network.unit_covariance.has_field:
        return 0.0
    return max(zero_rs(network, load, T), key=lambda s: s.free_energy).q_EA


def marginal_roots(network: Network, load: float, T: float) -> tuple[float, ...]:
    """Return 1 - q_1, smallest first, of every solution of 1RSB at x_1 = 1 (section 5): the first is the glass."""
    if network.wishart or T == 0.0:
        return ()
    if network.unit_covariance(1.0, 1) * load / T**2 > 2e3:  # far below T_c: x = 1 is out of reach and out of question
        return ()
    q0 = outer_overlap(network, load, T)
    top = 4.0 if q0 == 0.0 else min(4.0, math.log((1.0 - q0) / q0) - 1e-3)  # q_1 = q_0 is RS
    grid = np.linspace(-40.0, top, 90)
    return tuple(rest_of(x) for x in all_roots(lambda x: marginal_excess(network, load, T, rest_of(x), q0), grid.tolist()))


def rest_of(x: float) -> float:
    """Return 1 - q for a logit x of it."""
    return 1.0 / (1.0 + math.exp(-x))


def marginal_excess(network: Network, load: float, T: float, rest: float, q0: float = 0.0) -> float:
    """Return (E_1[t^2] - q)/((q - q_0) (1 - q)) at x_1 = 1 and q = 1 - rest."""
    at = evaluate(network, load, T, Levels(0.0, (q0,), rest / T, (1.0 / T,)))
    return float((rest - T * at.C) / (rest * (1.0 - rest - q0)))


def marginal(network: Network, load: float, T: float, rest: float) -> Solution:
    """Return the x_1 = 1 form of 1RSB with q_1 = 1 - rest; its complexity may have either sign."""
    q0 = outer_overlap(network, load, T)
    levels = Levels(0.0, (q0,), rest / T, (1.0 / T,))
    return saddle(network, load, T, "spin_glass", levels, np.array([q0, 1.0 - rest - q0]), marginal=True)


def _dynamical(network: Network, load: float, T: float) -> Solution | None:
    """Return the x_1 = 1 form of the 1RSB glass between T_c and T_d, where its complexity is positive."""
    roots = marginal_roots(network, load, T)
    if not roots:
        return None
    s = marginal(network, load, T, roots[0])
    return s if s.complexity >= -1e-6 else None  # so close to T_c, x_1 is 1 to rounding


def _field_glass(network: Network, load: float, T: float) -> Solution | None:
    """Return the 1RSB glass that appears discontinuously in a random field, started from its x_1 = 1 form."""
    roots = marginal_roots(network, load, T)
    if not roots:
        return None
    s = marginal(network, load, T, roots[0])
    if s.complexity >= -1e-6:
        return s
    problem = Problem(network, load, T, 1, has_m=False, has_q0=True)
    starts = (Levels(0.0, s.q_levels[:1], s.susceptibility, (x / T,)) for x in (0.97, 0.9, 0.75, 0.55, 0.35))
    found = next((at for at in map(partial(converge, problem), starts) if at), None)
    return saddle(network, load, T, "spin_glass", *found) if found else None


def _first_zero(network: Network, load: float, T: float) -> Solution | None:
    """Return the 1RSB spin glass: of its families (q_0 > 0, q_0 = 0) the one of largest free energy."""
    found = []
    base = [s for s in zero_rs(network, load, T) if s.q_EA > 0.0]
    if continuous(network):
        rs = max(base, key=lambda s: s.free_energy, default=None)
        if rs is not None and not stable(rs):
            problem = Problem(network, load, T, 1, has_m=False, has_q0=True)
            at = first(problem, 0.0, rs.q_EA, rs.susceptibility)
            found += [saddle(network, load, T, "spin_glass", *at)] if at else []
    if network.unit_covariance.has_field:
        jumped = _field_glass(network, load, T)
        found += [jumped] if jumped else []
    if not network.wishart and not network.unit_covariance.has_field:
        symmetric = symmetric_glass(network, load, T)
        if symmetric is not None and symmetric.replicons[0] > -SLACK:  # else q_0 > 0 is the saddle, found or not
            found.append(symmetric)
        if not found:
            dynamical = _dynamical(network, load, T)
            found += [dynamical] if dynamical else []
    return max(found, key=lambda s: s.free_energy, default=None)


def symmetric_glass(network: Network, load: float, T: float) -> Solution | None:
    """Return the 1RSB spin glass with q_0 = 0 held, a saddle in all other parameters; None where it is not found."""
    problem = Problem(network, load, T, 1, has_m=False, has_q0=False)
    rs = max((s for s in zero_rs(network, load, T) if s.q_EA > 0.0), key=lambda s: s.free_energy, default=None)
    at = first(problem, 0.0, rs.q_EA, rs.susceptibility) if rs and network.wishart else first(problem, 0.0, 0.0, 0.0)
    return saddle(network, load, T, "spin_glass", *at) if at else None


def _zero(network: Network, load: float, T: float, phase: str, k: int) -> Solution | None:
    base = zero_rs_of(network, load, T, phase)
    if phase == "paramagnetic" or load == 0.0:
        return base and padded(base, k)
    if base is not None and T == 0.0 and stable(base):
        return padded(base, k)
    one = _first_zero(network, load, T)
    if one is None:  # a negative replicon with nothing found is a failure, no saddle at all is not
        return base and replace(padded(base, k), status=Status.COLLAPSED if stable(base) else Status.NOT_CONVERGED)
    return _deepened(one, k, has_q0=one.q_levels[0] > 0.0)


def _deepened(solution: Solution, k: int, has_q0: bool) -> Solution:
    """Add one step after the other up to k, as long as a replicon is negative."""
    network, load, T, phase = solution.network, solution.load, solution.T, solution.phase
    for depth in range(len(solution.x_levels) + 1, k + 1):
        if stable(solution) or solution.x_levels[-1] >= 1.0:
            return padded(solution, k)
        problem = Problem(network, load, T, depth, has_m=phase == "retrieval", has_q0=has_q0)
        found = deepen(problem, levels_of(solution))
        if found is None:
            return replace(padded(solution, k), status=Status.NOT_CONVERGED)
        solution = saddle(network, load, T, phase, *found)
    return solution


# ---- retrieval ----


def moved(solution: Solution, T: float) -> Levels:
    """Return the levels of a saddle carried to a neighbouring temperature."""
    levels = levels_of(solution)
    q, C = levels.overlaps(solution.T), levels.C
    if T > 0.0 and solution.T == 0.0:
        C = C / (1.0 + T * C)
    scale = (1.0 - T * C) / q[-1]
    while T > 0.0 and levels.k and q[-2] >= 1.0 - T * C:
        C *= 0.7
        scale = 1.0
    y = tuple(v / (1.0 + v * (T - solution.T)) if v * (T - solution.T) > -0.9 else v for v in levels.y)
    return Levels(levels.m, tuple(v * min(scale, 1.0) for v in levels.q), C, y)


def _near(solution: Solution, load: float, T: float, k: int) -> Solution | None:
    """Newton's method from a neighbouring saddle of the same depth."""
    if levels_of(solution).k != k or not solution.status.ok:
        return None
    network, phase = solution.network, solution.phase
    problem = Problem(network, load, T, k, has_m=phase == "retrieval", has_q0=solution.q_levels[0] > 0.0)
    found = converge(problem, moved(solution, T))
    return found and saddle(network, load, T, phase, *found)


def _retrieval_here(network: DenseHebbian, load: float, T: float, k: int) -> Solution | None:
    rs = rs_retrieval.retrieval(network, load, T)
    if rs is None:
        return None
    base = rs_saddle(network, load, T, "retrieval", rs[0], 1.0 - T * rs[1], rs[1])
    if load == 0.0 or stable(base):
        return padded(base, k)
    problem = Problem(network, load, T, 1, has_m=True, has_q0=True)
    found = first(problem, base.m, base.q_EA, base.susceptibility)
    if found is None:
        return padded(base, k) if unresolved(problem, levels_of(base)) else None
    return _deepened(saddle(network, load, T, "retrieval", *found), k, has_q0=True)


def _retrieval(network: DenseHebbian, load: float, T: float, k: int) -> Solution | None:
    """Return the retrieval saddle, followed from smaller loads where it cannot be found directly; None beyond the fold."""
    found = _retrieval_here(network, load, T, k)
    if found is not None:
        return found
    end = rs_retrieval.fold(network, T)
    if end is None:
        return None
    found = _followed(network, load, T, k, end.load)
    rs = rs_retrieval.retrieval(network, load, T)
    if found is None and rs is not None:  # RS breaks here, and its breaking was not found
        base = rs_saddle(network, load, T, "retrieval", rs[0], 1.0 - T * rs[1], rs[1])
        return replace(padded(base, k), status=Status.NOT_CONVERGED)
    return found


def _followed(network: DenseHebbian, load: float, T: float, k: int, end: float) -> Solution | None:
    """Follow the retrieval saddle from a load below `end`, the RS spinodal, None if it does not get here."""
    at = 0.97 * min(load, end)
    last = _retrieval_here(network, at, T, k)
    while (last is None or not last.status.ok) and at > 0.05 * end:
        at *= 0.8
        last = _retrieval_here(network, at, T, k)
    if last is None or not last.status.ok:
        return None
    step = load - at
    while last.load < load and step > 1e-7 * load:
        target = min(last.load + step, load)
        new = _near(last, target, T, k) if levels_of(last).k == k else _retrieval_here(network, target, T, k)
        if new is None or not new.status.ok or abs(new.m - last.m) > 0.1:
            step *= 0.4
        else:
            last, step = new, 1.5 * step
    return last if last.load >= load else None


# ---- entry points ----


def solve_steps(network: Network, load: float, T: float, phase: str, k: int, start: Solution | None) -> Solution | None:
    """Return the RSB(k) saddle of a phase; None where the phase does not exist."""
    if start is not None and start.phase == phase and start.network == network:
        found = _near(start, load, T, k)
        if found is not None and found.status.ok:
            return found
    if phase == "retrieval":
        return _retrieval(network, load, T, k) if isinstance(network, DenseHebbian) else None
    return _zero(network, load, T, phase, k)


def solve_full(network: Network, load: float, T: float, phase: str, ansatz: FullRSB, start: Solution | None) -> Solution | None:
    """Return RSB(1) .. RSB(steps) extrapolated to infinitely many steps; a saddle that stops breaking is exact.

    Where a deeper step is not found, the limit is that of the steps before it, four or more, and the ansatz says how many.
    """
    path, last = steps_to(network, load, T, phase, ansatz.steps)
    if last is not None and last.status is Status.COLLAPSED:
        return replace(last, ansatz=ansatz)
    return extrapolated(path) if len(path) >= 4 else last and replace(last, ansatz=ansatz)


def steps_to(network: Network, load: float, T: float, phase: str, steps: int) -> tuple[list[Solution], Solution | None]:
    """Return the saddles of RSB(1) .. RSB(steps) as far as they are found, and the last one with the status of the search."""
    path: list[Solution] = []
    solution = solve_steps(network, load, T, phase, 1, None)
    while solution is not None and solution.status is Status.CONVERGED:
        path.append(solution)
        if stable(solution) or solution.x_levels[-1] >= 1.0:
            return path, replace(solution, status=Status.COLLAPSED)
        if len(path) == steps:
            break
        solution = _deepened(solution, len(path) + 1, has_q0=solution.q_levels[0] > 0.0)
    return path, solution


def extrapolated(path: Sequence[Solution]) -> Solution:
    """Return the limit of RSB(1), RSB(2), .. with the errors of the extrapolation, on the levels of the deepest of them."""
    how = _unbroken(path)
    m, free, energy, entropy, C = (limit([getattr(s, name) for s in path], *how[name]) for name in how)
    if path[-1].T == 0.0:  # while C > 0 the deepest replicon is -inf: C and with it the entropy end at 0
        entropy, C = Estimate(0.0, 0.0), Estimate(0.0, 0.0)
    ansatz = FullRSB(len(path))
    return replace(path[-1], ansatz=ansatz, m=m, free_energy=free, energy=energy, entropy=entropy, susceptibility=C)


def _unbroken(path: Sequence[Solution]) -> dict[str, tuple[int, float]]:
    """Return of every extrapolated quantity the power of 1/k with which it converges, and an error that cannot be seen in k.

    That is the accuracy of a saddle, and what a deepest level will change that ought to break and has not: its replicon does
    not fall like 1/k^2. So it is where x(q) jumps and the last steps went below the jump (docs/theory.md, section 3).
    """
    last, before = path[-1], path[-2]
    T, k = last.T, len(path)
    dC, ds, df = 0.0, 0.0, 0.0
    if T > 0.0 and last.replicons[-1] * k < before.replicons[-1] * (k - 1):
        problem = Problem(last.network, last.load, T, k, last.phase == "retrieval", last.q_levels[0] > 0.0)
        end = breaking(problem, levels_of(last))
        dC = end[2] / T if end else 0.3 * last.susceptibility
        ds = 0.5 * noise_slope(last.network, last.load, T, last.susceptibility) * dC * dC
        df = T * ds * min(1.0, -last.replicons[-1])
    scale = max(abs(last.energy), abs(last.free_energy))
    return {
        "m": (4, 1e-12),
        "free_energy": (4, df + 1e-13 * scale),
        "energy": (4, T * ds + 1e-10 * scale),
        "entropy": (4, ds + 3e-10),
        "susceptibility": (2, dC + 1e-8 * last.susceptibility),
    }


def limit(values: Sequence[float], power: int = 4, least: float = 0.0) -> Estimate:
    """Extrapolate f(k), k = 1, 2, .., to k -> infinity by f + c/(k + k0)^power through the last three values.

    What that leaves out falls by two powers more, so the limit moves from k - 1 to k by about 6/(k + k0) of what is left. The
    error is that, or 0.4 times the move before it where it is larger: a single small move may be luck; and at least 1/500 of
    the way that the fit goes beyond the last value, and `least`.

    Examples
    --------
    >>> end = limit([1.0 + 0.3 / (k + 0.7) ** 4 for k in range(1, 9)])
    >>> abs(end - 1.0) < 1e-12 and end.error < 1e-5
    True
    """
    k, last = len(values), values[-1]
    if max(values[-4:]) - min(values[-4:]) <= max(1e-13 * max(abs(v) for v in values), 1e-300):
        return Estimate(last, 0.0)
    (end, k0), (earlier, _), (first, _) = (_fit(values[: k - i], power) for i in range(3))
    if math.isnan(end):  # it does not fall like that, yet
        end, k0 = last + (last - values[-2]) / ((1.0 + 1.0 / (k - 0.5)) ** power - 1.0), 0.5
    beyond = abs(end - last)
    move = beyond if math.isnan(earlier) else abs(end - earlier)
    luck = 0.0 if math.isnan(first) or math.isnan(earlier) else 0.4 * abs(earlier - first)
    return Estimate(end, max(move * max((k + k0) / 6.0, 0.5), luck, 2e-3 * beyond) + least)


def _fit(values: Sequence[float], p: int) -> tuple[float, float]:
    """Limit of f + c/(j + k0)^p through the last three values, and k0; NaN where they do not decay like that."""
    k = len(values)
    none = (math.nan, math.nan)
    if k < 3:
        return none
    first, second = values[-3] - values[-2], values[-2] - values[-1]
    if second == 0.0 or not 1.0 < first / second < 1e3:
        return none

    def mismatch(k0: float) -> float:
        u, v, w = ((j + k0) ** -p for j in (k - 2, k - 1, k))
        return (u - v) / (v - w) - first / second

    low, high = max(-0.5 * k, 2.0 - k) + 1e-3, float(k)
    if mismatch(low) * mismatch(high) > 0.0:
        return none
    k0 = float(brentq(mismatch, low, high, xtol=1e-14))
    v, w = ((j + k0) ** -p for j in (k - 1, k))
    return values[-1] - second * w / (v - w), k0
