"""Where the saddles of RSB(k) are looked for: starts in every phase, one level after another, and continuation in the load.

Among the saddles of one ansatz with the same m the thermodynamic one has the largest free energy (docs/theory.md, section 5);
saddles with merged levels, and q_0 = 0 where it is only the symmetric one, are no saddles of this depth.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np
from scipy.interpolate import PchipInterpolator

from glassy.spin_glass import Network
from glassy.theory.rsb_equations import Levels, Problem, evaluate, replicons

Found = tuple[Levels, np.ndarray]  # levels and their gaps


def noise_scale(network: Network, load: float) -> float:
    """Return sqrt(2 xi(1)), the scale of energies: y is of order 1 in units of its inverse."""
    return math.sqrt(max(2.0 * load * network.unit_covariance(1.0), 1e-300))


def converge(problem: Problem, levels: Levels) -> Found | None:
    """Newton's method from some levels; None unless it ends on a saddle whose levels are all distinct."""
    u = problem.pack(levels)
    if u is None:
        return None
    u = problem.newton(u)
    if u is None or not problem.distinct(u) or not problem.retrieves(u):
        return None
    return problem.unpack(u)


def free_energy(problem: Problem, found: Found) -> float:
    """Free energy at a saddle."""
    return evaluate(problem.network, problem.load, problem.T, found[0], gaps=found[1]).free_energy


def best(problem: Problem, starts: Iterable[Levels], enough: int = 2) -> Found | None:
    """Return the saddle of largest free energy from several starts; stop once `enough` of them agree on it."""
    winner: Found | None = None
    top, hits = -math.inf, 0
    for start in starts:
        found = converge(problem, start)
        if found is None:
            continue
        f = free_energy(problem, found)
        if winner is not None and abs(f - top) < 1e-9 * max(abs(top), 1e-300):
            hits += 1
        elif f > top:
            winner, top, hits = found, f, 1
        if hits >= enough:
            break
    return winner


def first_starts(problem: Problem, m: float, q: float, C: float) -> Iterator[Levels]:
    """Starts for k = 1 around the RS point (m, q, C); q = 0 (the paramagnet) gives those of a discontinuous glass.

    The gap between the levels is drawn on the scale of 1 - m or 1 - q, the breakpoint on that of 1/s_1: y s_1 is of order 1.
    """
    T, network = problem.T, problem.network
    unit = noise_scale(network, problem.load)
    if q == 0.0:
        yield from _frozen_starts(problem, unit)
        C = 0.9 if network.wishart else 1.0 / (T + 0.6 * unit)
    rest = T * C
    if m > 0.0:
        outer = [min(x * (1.0 - m * m) + rest, 0.9) for x in (0.25, 0.1, 0.5, 0.03)]
    elif problem.has_q0:
        outer = [rest + x * (1.0 - rest) for x in (0.5, 0.25, 0.75)]
    else:
        outer = [1.0]
    slope = problem.load * (1.0 / (1.0 - min(C, 0.9)) ** 2 if network.wishart else network.unit_covariance(1.0 - rest, 2))
    for below in outer:
        for top in (0.6, 0.3, 0.85) if q > 0.0 else (0.05, 0.15, 0.3, 0.02, 0.5):
            gap = below - top * rest
            s = math.sqrt(max(slope * gap, 1e-300)) if problem.has_q0 else unit
            for e in (1.3, 0.6, 2.5):
                yield Levels(m, (1.0 - below,), top * C, (1.0 / (s / e + T),))


def _frozen_starts(problem: Problem, unit: float) -> Iterator[Levels]:
    """Starts for k = 1 with q_0 = 0 and q_1 near 1: C at given y from two fixed-point steps, however small it is."""
    for e in (1.66, 1.2, 2.5, 0.8):
        y = (1.0 / (unit / e + problem.T),)
        C = 1e-30 / unit
        for _ in range(2):
            C = evaluate(problem.network, problem.load, problem.T, Levels(0.0, (0.0,), C, y)).C
        if math.isfinite(C):
            yield Levels(0.0, (0.0,), C, y)


def deeper_starts(problem: Problem, levels: Levels, unstable: float) -> Iterator[Levels]:
    """Starts for k + 1 from the saddle at k: the order parameter function interpolated, a level inserted, the top split.

    `unstable` is the replicon of the deepest level: just below its zero the new gap is proportional to it.
    """
    T, k = problem.T, levels.k
    q, y, C = levels.overlaps(T), levels.y, levels.C
    if problem.has_q0 or k > 1:
        yield _interpolated(levels, T, problem.has_q0)
    lowest = 1 if problem.has_q0 else 2
    for i in reversed(range(lowest, k + 1)):  # a level in the middle of gap i
        for spread in (0.06, 0.2):
            middle = 0.5 * (q[i - 1] + q[i])
            yield Levels(
                levels.m, (*q[:i], middle, *q[i:k]), C, (*y[: i - 1], y[i - 1] * (1 - spread), y[i - 1] * (1 + spread), *y[i:])
            )
    gap = q[k] - q[k - 1]
    near = 0.05 * abs(unstable) if math.isfinite(unstable) else 1.0
    for factor in (2.5, 1.8, 1.3, 1.1):  # the top level in two
        for down, up in ((near, 0.4 * near / max(T * C, 1e-300)), (6.0 * T * C, 0.5), (0.15 * gap, 0.5), (0.02 * gap, 0.3)):
            if down <= 0.0 or down > 0.3 * gap:
                continue
            new = 1.0 / (1.0 / (factor * y[k - 1]) + T * (1.0 - 1.0 / factor))
            yield Levels(levels.m, (*q[:k], q[k] - down), C * (1.0 - min(up, 0.5)), (*y, new))
    for i in reversed(range(0 if problem.has_q0 else 1, k)):  # a lower level in two
        below = q[i] - (q[i - 1] if i > 0 else 0.0)
        for width in (0.5, 0.15):
            split = (q[i] - width * below, q[i] + width * (q[i + 1] - q[i]))
            new = 0.5 * ((y[i - 1] if i > 0 else 0.0) + y[i])
            yield Levels(levels.m, (*q[:i], *split, *q[i + 1 : k]), C, (*y[:i], new, *y[i:]))


def _interpolated(levels: Levels, T: float, has_q0: bool) -> Levels:
    """Guess k + 1 steps: q and y as smooth functions of the rank of a level, read off at the new ranks."""
    q, y = levels.overlaps(T), levels.y
    if not has_q0:
        q, y = q[1:], y  # q_0 = 0 stays; y has one more point than the gaps between the other levels
    n = len(q)
    ranks_q = [(2 * i + 1) / (2 * n) for i in range(n)]
    offset = 0 if has_q0 else 1
    if has_q0:
        Q = PchipInterpolator((0.0, *ranks_q), (0.0, *q))
        ranks_y = [i / n for i in range(1, n)]
        Y = PchipInterpolator((0.0, *ranks_y), (0.0, *y))
    else:
        Q = PchipInterpolator(ranks_q, q)
        ranks_y = [i / n for i in range(n)]
        Y = PchipInterpolator(ranks_y, y)
    K = n + 1
    new_q = []
    for i in range(K - 1):
        r = (2 * i + 1) / (2 * K)
        if r < ranks_q[0] and not has_q0:
            new_q.append(q[0] - (ranks_q[0] - r) * (q[1] - q[0]) / (ranks_q[1] - ranks_q[0]))
        else:
            new_q.append(float(Q(min(r, ranks_q[-1]))))
    new_y = []
    for i in range(1 - offset, K):
        r = i / K
        if r <= ranks_y[-1]:
            new_y.append(float(Y(r)))
        elif T == 0.0:
            new_y.append(y[-1] * (1.0 - ranks_y[-1]) / (1.0 - r))
        else:
            rest = 1.0 - y[-1] * T
            new_y.append(min(y[-1] * (1.0 - ranks_y[-1]) / (1.0 - r), (1.0 - rest * (1.0 - r) / (1.0 - ranks_y[-1])) / T))
    C = levels.C * y[-1] / new_y[-1]
    if T > 0.0:
        C = min(C, levels.C, 0.999 * (1.0 - new_q[-1]) / T)
    low = () if has_q0 else (0.0,)
    return Levels(levels.m, (*low, *new_q), C, tuple(new_y))


def deepen(problem: Problem, levels: Levels) -> Found | None:
    """Return the saddle of problem.k steps, started from one of problem.k - 1; at m = 0 its free energy is no lower."""
    network, load, T = problem.network, problem.load, problem.T
    at = evaluate(network, load, T, levels)
    floor = at.free_energy - 1e-9 * max(abs(at.free_energy), 1e-3)
    for start in deeper_starts(problem, levels, replicons(T, at)[-1]):
        found = converge(problem, start)
        if found is not None and (problem.has_m or free_energy(problem, found) >= floor):
            return found
    return None
