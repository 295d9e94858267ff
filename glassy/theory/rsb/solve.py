"""solve for RSB(k) and FullRSB: which saddles exist at a state point, and which of them is the asked one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from itertools import chain, islice

import numpy as np
from scipy.optimize import brentq

from glassy.core.progress import current_bar, progress_bar
from glassy.core.results import Estimate, Status
from glassy.model.family import Network
from glassy.numerics.roots import all_roots
from glassy.theory.ansatz import FullRSB
from glassy.theory.rs import retrieval as rs_retrieval
from glassy.theory.rs import zero as rs_zero
from glassy.theory.rs.saddle import rs_saddle
from glassy.theory.rsb import curve as rsb_curve
from glassy.theory.rsb.breaking import SLACK, noise_slope
from glassy.theory.rsb.equations import Problem
from glassy.theory.rsb.fold import GAIN, ROUNDING, descended, lone_fold
from glassy.theory.rsb.functional import Levels, evaluate
from glassy.theory.rsb.saddle import padded, rsb_saddle
from glassy.theory.rsb.search import Found, best, breaking, converge, first, first_starts, jumps, noise_scale
from glassy.theory.rsb.steps import deepened, near, retrieval, stable
from glassy.theory.solution import Solution, levels_of

# ---- m = 0 ----


def zero_rs(network: Network, load: float, T: float) -> list[Solution]:
    """Every m = 0 saddle of RS, each under the name of its phase."""
    found = [rs_saddle(network, load, T, "spin_glass", 0.0, p.q, p.C, p.s) for p in rs_zero.saddles(network, load, T)]
    if network.unit_covariance.has_field and load > 0.0:
        return [
            s if s.replicon <= 0.0 else rs_saddle(network, load, T, "paramagnetic", 0.0, s.q_EA, s.local_susceptibility)
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


@lru_cache(maxsize=16)  # a point is asked for by several parts of one solve
def marginal_roots(network: Network, load: float, T: float, q0: float | None = None) -> tuple[float, ...]:
    """Return 1 - q_1, smallest first, of every solution of 1RSB at x_1 = 1 (theory, section 5): the first is the glass.

    q_0 is that of RS in a random field, 0 without one, or the given one.
    """
    if network.wishart or T == 0.0:
        return ()
    unit = T / math.sqrt(load)  # T and load enter through it alone
    deep = 0.5 * network.unit_covariance(1.0, 1) / unit**2  # 1 - q is of order exp(-deep)
    if deep > 650.0:  # far below T_c: x = 1 is out of reach and out of question
        return ()
    if not network.unit_covariance.has_field and not q0:
        return tuple(map(rsb_curve.rest_at, rsb_curve.fields(network, unit)))
    q0 = q0 or outer_overlap(network, 1.0, unit)
    top = min(4.0, math.log((1.0 - q0) / q0) - 1e-3)  # q_1 = q_0 is RS
    grid = np.linspace(min(-40.0, -deep - 10.0), top, 90 + int(deep))
    return tuple(rest_of(x) for x in all_roots(lambda x: marginal_excess(network, unit, rest_of(x), q0), grid.tolist()))


def rest_of(x: float) -> float:
    """Return 1 - q for a logit x of it."""
    return 1.0 / (1.0 + math.exp(-x))


def marginal_excess(network: Network, T: float, rest: float, q0: float) -> float:
    """Return (E_1[t^2] - q)/((q - q_0) (1 - q)) at x_1 = 1, q = 1 - rest and load 1."""
    at = evaluate(network, 1.0, T, Levels(0.0, (q0,), rest / T, (1.0 / T,)))
    return float((rest - T * at.C) / (rest * (1.0 - rest - q0)))


def marginal(network: Network, load: float, T: float, rest: float, q0: float | None = None) -> Solution:
    """Return the x_1 = 1 form of 1RSB with q_1 = 1 - rest; its complexity may have either sign."""
    q0 = outer_overlap(network, load, T) if q0 is None else q0
    levels = Levels(0.0, (q0,), rest / T, (1.0 / T,))
    return rsb_saddle(network, load, T, "spin_glass", levels, np.array([q0, 1.0 - rest - q0]), marginal=True)


def _dynamical(network: Network, load: float, T: float) -> Solution | None:
    """Return the x_1 = 1 form of the 1RSB glass between T_c and T_d, where its complexity is positive."""
    roots = marginal_roots(network, load, T)
    if not roots:
        return None
    s = marginal(network, load, T, roots[0])
    return s if s.complexity >= -1e-6 else None  # so close to T_c, x_1 is 1 to rounding


def _jumped_glass(network: Network, load: float, T: float, q0: float) -> Solution | None:
    """Return the 1RSB glass beside one of q_0 = q0, that of RS, which appears discontinuously: from its x_1 = 1 form."""
    roots = marginal_roots(network, load, T, q0)
    if not roots:
        return None
    s = marginal(network, load, T, roots[0], q0)
    if s.complexity >= -1e-6:
        return s if network.unit_covariance.has_field else None
    return _resolved(
        Problem(network, load, T, 1, has_m=False, has_q0=True),
        [Levels(0.0, (q0,), s.local_susceptibility, (x / T,)) for x in (0.97, 0.9, 0.75, 0.55, 0.35)],
    )


def _resolved(problem: Problem, starts: Iterable[Levels]) -> Solution | None:
    """Return the m = 0 saddle to which the first start leads that leads to one."""
    found = next((at for at in map(partial(converge, problem), starts) if at), None)
    return rsb_saddle(problem.network, problem.load, problem.T, "spin_glass", *found) if found else None


def _first_zero(network: Network, load: float, T: float) -> Solution | None:
    """Return the 1RSB spin glass: of its families (q_0 > 0, q_0 = 0) the one of largest free energy."""
    xi, found = network.unit_covariance, []
    base = [s for s in zero_rs(network, load, T) if s.q_EA > 0.0]
    rs = max(base, key=lambda s: s.free_energy, default=None)
    if rs is not None and continuous(network) and not stable(rs):
        problem = Problem(network, load, T, 1, has_m=False, has_q0=True)
        at = first(problem, 0.0, rs.q_EA, rs.local_susceptibility)
        found += [rsb_saddle(network, load, T, "spin_glass", *at)] if at else []
        if jumps(network) and not xi.has_field:
            found += [s for s in (_jumped_glass(network, load, T, rs.q_EA),) if s]
    if xi.has_field:
        found += [s for s in (_jumped_glass(network, load, T, outer_overlap(network, load, T)),) if s]
    elif symmetric_possible(network, load, T):
        symmetric = symmetric_glass(network, load, T)
        if symmetric is not None and (not found or symmetric.replicons[0] > -SLACK):  # else q_0 > 0 is the saddle
            found += [s for s in (_unsymmetric(symmetric),) if s]
        if not found:
            dynamical = _dynamical(network, load, T)
            found += [dynamical] if dynamical else []
    return max(found, key=lambda s: s.free_energy, default=None)


def symmetric_possible(network: Network, load: float, T: float) -> bool:
    """Whether q_0 = 0 may be stable: where the paramagnet is, or where powers beyond q^2 freeze the spins."""
    xi = network.unit_covariance
    return not network.wishart and not xi.has_field and (load * xi(0.0, 2) < T * T or xi(1.0, 2) > xi(0.0, 2))


def _unsymmetric(symmetric: Solution) -> Solution | None:
    """Return a saddle with q_0 = 0 itself where that is stable, else the one with q_0 > 0 that splits off from it."""
    if symmetric.replicons[0] > -SLACK:
        return symmetric
    levels = levels_of(symmetric)
    problem = Problem(symmetric.network, symmetric.load, symmetric.T, levels.k, has_m=False, has_q0=True)
    return _resolved(problem, [replace(levels, q=(q0 * symmetric.q_levels[1], *levels.q[1:])) for q0 in (0.03, 0.1, 0.005)])


def symmetric_glass(network: Network, load: float, T: float) -> Solution | None:
    """Return the 1RSB spin glass with q_0 = 0 held, a saddle in all other parameters; None where it is not found."""
    if (
        not network.wishart
        and math.sqrt(load) * max(rsb_curve.highest(network), math.sqrt(network.unit_covariance(0.0, 2))) < T
    ):
        return None  # above T_d there are no states
    problem = Problem(network, load, T, 1, has_m=False, has_q0=False)
    rs = max((s for s in zero_rs(network, load, T) if s.q_EA > 0.0), key=lambda s: s.free_energy, default=None)
    if network.wishart or T == 0.0:
        at = first(problem, 0.0, rs.q_EA, rs.local_susceptibility) if rs and network.wishart else first(problem, 0.0, 0.0, 0.0)
    else:
        starts = first_starts(problem, 0.0, 0.0, 0.0)
        ends = [end for end in map(partial(converge, problem), islice(starts, 2)) if end]
        single = sum(c != 0 for c in network.unit_covariance.coefficients) == 1  # power: there is one saddle at most
        at = _on_curve(network, load, T) if single and not ends else None  # no start leads to an x_1 close to 1, near T_c
        if at is None and (ends or not _above_condensation(network, load, T)):
            at = best(problem, chain((levels for levels, _ in ends), starts)) or _on_curve(network, load, T)
    return rsb_saddle(network, load, T, "spin_glass", *at) if at else None


def _above_condensation(network: Network, load: float, T: float) -> bool:
    """Whether all states at x_1 = 1 have a positive complexity: the paramagnet dominates, and there is no glass with x_1 < 1.

    Where a q^2 term lets q rise from 0 continuously, states at x_1 = 1 do not tell.
    """
    roots = () if continuous(network) else marginal_roots(network, load, T)
    return bool(roots) and all(marginal(network, load, T, rest, 0.0).complexity > 0.0 for rest in roots)


def _on_curve(network: Network, load: float, T: float) -> Found | None:
    """Return the levels of the 1RSB glass with q_0 = 0 by the explicit curve R.5e, which at large P needs no start."""
    unit = math.sqrt(load)
    at = rsb_curve.glass(network, T / unit)
    if at is None:
        return None
    levels = Levels(0.0, (0.0,), at.C / unit, (at.y[0] / unit,))
    problem = Problem(network, load, T, 1, has_m=False, has_q0=False)
    return converge(problem, levels) or (levels, levels.gaps(T))


def _zero(network: Network, load: float, T: float, phase: str, k: int) -> Solution | None:
    """Return the m = 0 saddle of a phase, carried from elsewhere where it is not found here."""
    found = _zero_here(network, load, T, phase, k)
    if found is None or found.status is not Status.NOT_CONVERGED:
        return found
    floor = found.free_energy - 1e-9 * abs(found.free_energy)  # of fewer steps, which are never above the right saddle
    return next((s for s in _carried(network, load, T, k) if s.free_energy >= floor), found)


def _carried(network: Network, load: float, T: float, k: int) -> Iterator[Solution]:
    """The saddle of k steps found at other loads (P = 2) or temperatures, followed to this one."""
    if network.wishart:
        points = [(f * load, T * (1.0 + math.sqrt(f * load)) / (1.0 + math.sqrt(load))) for f in (3.0, 20.0)]
    else:
        unit = noise_scale(network, load)
        points = [(load, T + d * unit) for d in (0.02, 0.1, 0.3)] + [(load, f * T) for f in (0.7, 0.3) if T > 0.0]
    for point in points:
        start = _zero_here(network, *point, "spin_glass", k)
        if start is None or start.status is not Status.CONVERGED:
            continue
        at, step, last = 0.0, 0.25, start
        while at < 1.0 and step > 2e-3:
            to = min(at + step, 1.0)
            x, y = start.load * (load / start.load) ** to, (1.0 - to) * start.T + to * T
            new = near(last, x if to < 1.0 else load, y if to < 1.0 else T, k)
            if new is None or not new.status.ok:
                step *= 0.4
            else:
                at, step, last = to, 1.5 * step, new
        if at == 1.0:
            yield last


def _zero_here(network: Network, load: float, T: float, phase: str, k: int) -> Solution | None:
    base = zero_rs_of(network, load, T, phase)
    if phase == "paramagnetic" or load == 0.0:
        return base and padded(base, k)
    if base is not None and T == 0.0 and stable(base):
        return padded(base, k)
    one = _first_zero(network, load, T)
    if one is None:  # a negative replicon with nothing found is a failure, no saddle at all is not
        return base and replace(padded(base, k), status=Status.COLLAPSED if stable(base) else Status.NOT_CONVERGED)
    found = deepened(one, k, has_q0=one.q_levels[0] > 0.0)
    if not found.status.ok and one.q_levels[0] > 0.0 and symmetric_possible(network, load, T):  # stable with more steps
        symmetric = symmetric_glass(network, load, T)
        deep = deepened(symmetric, k, has_q0=False) if symmetric else None
        other = _unsymmetric(deep) if deep and deep.status is Status.CONVERGED else None
        return other or found
    return found


# ---- retrieval ----


def _retrieval(network: Network, load: float, T: float, k: int) -> Solution | None:
    """Return the retrieval saddle, carried down from its fold where it cannot be found directly; None beyond the fold."""
    fold = rs_retrieval.fold(network, T)
    if fold is not None and load > GAIN * fold.load:
        return None
    here = retrieval(network, load, T, k)
    if fold is None or (here is not None and here.status.ok):
        return here
    with progress_bar(k, unit="step"):
        end = lone_fold(network, T, k)
    if end is None:
        end = rs_saddle(network, fold.load, T, "retrieval", fold.m, fold.q, fold.C)
    elif load > end.load * (1.0 + ROUNDING):
        return None
    else:
        found = descended(end, load)
        if found is not None and found.status.ok:
            return deepened(found, k, has_q0=True)
    return here or replace(padded(end, k), load=load, status=Status.NOT_CONVERGED)


# ---- entry points ----


def solve_steps(network: Network, load: float, T: float, phase: str, k: int, start: Solution | None) -> Solution | None:
    """Return the RSB(k) saddle of a phase; None where the phase does not exist."""
    if start is not None and start.phase == phase and start.network == network:
        found = near(start, load, T, k)
        if found is not None and found.status.ok:
            return found
    if phase == "retrieval":
        return _retrieval(network, load, T, k) if network.has_signal else None
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
        current_bar("step").reach(len(path))
        if stable(solution) or solution.x_levels[-1] >= 1.0:
            return path, replace(solution, status=Status.COLLAPSED)
        if len(path) == steps:
            break
        solution = deepened(solution, len(path) + 1, has_q0=solution.q_levels[0] > 0.0)
        if solution.status is Status.NOT_CONVERGED:  # another family, or carried from elsewhere
            solution = solve_steps(network, load, T, phase, len(path) + 1, None)
    return path, solution


def extrapolated(path: Sequence[Solution]) -> Solution:
    """Return the limit of RSB(1), RSB(2), .. with the errors of the extrapolation, on the levels of the deepest of them."""
    how = _unbroken(path)
    m, free, energy, entropy, C = (limit([getattr(s, name) for s in path], *how[name]) for name in how)
    n = None if path[-1].n is None else limit([s.n for s in path if s.n is not None], *how["m"])
    if path[-1].T == 0.0:  # while C > 0 the deepest replicon is -inf: C and with it the entropy end at 0
        entropy, C = Estimate(0.0, 0.0), Estimate(0.0, 0.0)
    ansatz = FullRSB(len(path))
    return replace(path[-1], ansatz=ansatz, m=m, n=n, free_energy=free, energy=energy, entropy=entropy, local_susceptibility=C)


def _unbroken(path: Sequence[Solution]) -> dict[str, tuple[int, float]]:
    """Return of every extrapolated quantity the power of 1/k with which it converges, and an error that cannot be seen in k.

    That is the accuracy of a saddle, and what a deepest level will change that ought to break and has not: its replicon does
    not fall like 1/k^2. So it is where x(q) jumps and the last steps went below the jump (theory, section 3).
    """
    last, before = path[-1], path[-2]
    T, k = last.T, len(path)
    dC, ds, df = 0.0, 0.0, 0.0
    if T > 0.0 and last.replicons[-1] * k < before.replicons[-1] * (k - 1):
        problem = Problem(last.network, last.load, T, k, has_m=last.phase == "retrieval", has_q0=last.q_levels[0] > 0.0)
        end = breaking(problem, levels_of(last))
        dC = end[2] / T if end else 0.3 * last.local_susceptibility
        ds = 0.5 * noise_slope(last.network, last.load, T, last.local_susceptibility) * dC * dC
        df = T * ds * min(1.0, -last.replicons[-1])
    scale = max(abs(last.energy), abs(last.free_energy))
    return {
        "m": (4, 1e-12),
        "free_energy": (4, df + 1e-13 * scale),
        "energy": (4, T * ds + 1e-10 * scale),
        "entropy": (4, ds + 3e-10),
        "local_susceptibility": (2, dC + 1e-8 * last.local_susceptibility),
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
