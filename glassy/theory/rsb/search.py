"""Where the saddles of RSB(k) are looked for: starts in every phase, one level after another, and continuation in the load.

Among the saddles of one ansatz with the same m the thermodynamic one has the largest free energy (theory, section 5);
saddles with merged levels, and q_0 = 0 where it is only the symmetric one, are no saddles of this depth.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np
from scipy.interpolate import PchipInterpolator

from glassy.model.family import Network
from glassy.theory.rsb.breaking import noise_slope
from glassy.theory.rsb.equations import Problem
from glassy.theory.rsb.functional import Levels, evaluate, field_density
from glassy.theory.rsb.signals import sizes_of

Found = tuple[Levels, np.ndarray]  # levels and their gaps


def noise_scale(network: Network, load: float) -> float:
    """Return sqrt(2 xi(1)), the scale of energies: y is of order 1 in units of its inverse."""
    return math.sqrt(max(2.0 * load * network.unit_covariance(1.0), 1e-300))


def smaller(network: Network, C: float, part: float) -> float:
    """Return C without a part of it; at P = 2 and small load, where C is near 1, 1 - C grows by that part."""
    return C * (1.0 - part * (1.0 - C)) if network.wishart else C * (1.0 - part)


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


def first(problem: Problem, m: float, q: float, C: float) -> Found | None:
    """Return the 1RSB saddle next to the RS point (m, q, C), q = 0 the paramagnet: where RS has just broken, or the best."""
    if q > 0.0 and problem.has_q0:
        rs = Levels(m, (), C, ())
        for start in broken_tops(problem, rs):
            found = converge(problem, start)
            if found is not None:
                return found
        if unresolved(problem, rs):
            return None
    return best(problem, first_starts(problem, m, q, C))


def unresolved(problem: Problem, levels: Levels, width: float = 2e-3) -> bool:
    """Whether the deepest level has just broken, by less than `width` of q and 1 - q.

    At 2e-3 rounding hides it, and f moves by 1e-11, in proportion to the cube of the width.
    """
    at = evaluate(problem.network, problem.load, problem.T, levels)
    if problem.T == 0.0 or float(at.slope[-1] * at.c2[-1]) / problem.T - 1.0 > 0.01:
        return False
    end = breaking(problem, levels)
    rest = problem.T * levels.C
    return end is not None and end[1] + end[2] < width * min(rest, 1.0 - rest)


def negligible(problem: Problem, levels: Levels) -> bool:
    """Whether the break of the deepest level moves f by less than rounding: by at most y r' w^2 (-replicon), w its width."""
    T, k = problem.T, levels.k
    if T == 0.0:
        return False
    at = evaluate(problem.network, problem.load, T, levels)
    slope = float(at.slope[-1])
    excess = slope * float(at.c2[-1]) / T - 1.0
    if excess > 0.1:  # no break that is just beginning
        return False
    end = breaking(problem, levels)
    q = levels.overlaps(T)
    y, width = (end[0], end[1] + end[2]) if end else (1.0 / T, math.inf)
    width = min(width, q[k] - (q[k - 1] if k else 0.0))
    return y * slope * excess * width**2 < 1e-14 * max(abs(at.free_energy), 1e-300)


def jumps(network: Network) -> bool:
    """Whether x(q) may have two continuous parts at m = 0: a q^2 term beside higher powers."""
    xi = network.unit_covariance
    return not network.wishart and 0.0 < xi(0.0, 2) < xi(1.0, 2)


def first_starts(problem: Problem, m: float, q: float, C: float) -> Iterator[Levels]:
    """Starts for k = 1 around the RS point (m, q, C); q = 0 (the paramagnet) gives those of a discontinuous glass.

    The gap between the levels is drawn on the scale of 1 - m or 1 - q, the breakpoint on that of 1/s_1: y s_1 is of order 1.
    """
    T, network = problem.T, problem.network
    unit = noise_scale(network, problem.load)
    if q == 0.0:
        yield from _frozen_starts(problem, unit)
        C = 0.9 if network.wishart else 1.0 / (T + 0.6 * unit)
    elif network.wishart and m == 0.0:  # at small load everything scales with 1 - C, itself of order sqrt(load)
        for e in (0.25, 0.1, 0.5):
            D = 1.25 * (1.0 - C)
            yield Levels(m=0.0, q=(0.42 * q,), C=1.0 - D, y=(e * D / (0.58 * q),), D=D)
    elif m == 0.0 and (jumps(network) or network.unit_covariance.has_field):
        yield from _frozen_starts(problem, unit)
    rest = T * C
    if m > 0.0:
        outer = [min(x * (1.0 - m * m) + rest, 0.9) for x in (0.25, 0.1, 0.5, 0.03)]
    elif problem.has_q0:
        outer = [rest + x * (1.0 - rest) for x in (0.5, 0.25, 0.75)]
    else:
        outer = [1.0]
    slope = noise_slope(network, problem.load, T, min(C, 0.9))
    for below in outer:
        for top in (0.6, 0.3, 0.85) if q > 0.0 else (0.05, 0.15, 0.3, 0.02, 0.5):
            gap = below - top * rest
            s = math.sqrt(max(slope * gap, 1e-300)) if problem.has_q0 else unit
            for e in (1.3, 0.6, 2.5):
                yield Levels(m, (1.0 - below,), top * C, (1.0 / (s / e + T),))


def _frozen_starts(problem: Problem, unit: float) -> Iterator[Levels]:
    """Starts for k = 1 with q_1 near 1: q_0 and C at given y from a few fixed-point steps, however small C is.

    At large P y is that of the random energy model, 2 sqrt(ln 2) in units of the noise, at every T.
    """
    scales = [1.0 / (unit / e + problem.T) for e in (1.66, 1.2, 2.5, 0.8)]
    if 0.99 * unit > 1.665 * problem.T:
        scales.insert(0, 1.665 / unit)
    for y in ((scale,) for scale in scales):
        q0, C = 0.3 if problem.has_q0 else 0.0, 1e-30 / unit
        for _ in range(6 if problem.has_q0 else 2):
            at = evaluate(problem.network, problem.load, problem.T, Levels(0.0, (q0,), C, y))
            q0, C = float(at.t2[0]) if problem.has_q0 else 0.0, at.C
        if math.isfinite(C) and (q0 > 1e-6 or not problem.has_q0):
            yield Levels(0.0, (q0,), C, y)


def breaking(problem: Problem, levels: Levels) -> tuple[float, float, float] | None:
    """Where the deepest level starts to break: y of the new step, and how far the level moves down and up.

    Along a continuous part of q(x), r'(q) E_q[c^2] = 1 with r' = xi''; its derivative in q gives
    y = (E[c'^2] + r''/r'^3)/(2 E[c^3]), and the range of q over which the replicon -e of the level is made up for is
    e/(2 r'^2 E[c^3] |y - y_k|) below the level, the same with 1/T for y_k above it. None at T = 0 and where the new step would
    not lie between y_k and 1/T.
    """
    network, load, T = problem.network, problem.load, problem.T
    if T == 0.0:
        return None
    at = evaluate(network, load, T, levels)
    signal = [levels.field(network) * S for S, _, _ in sizes_of(network, levels.m)]
    reach = 9.0 * math.sqrt(at.variance.sum()) + float(np.array((0.0, *levels.y)) @ at.variance)
    h = np.linspace(max(-20.0 * T, min(signal) - reach), min(20.0 * T, max(signal) + reach), 1601)
    if h[0] >= h[-1]:
        return None
    t = np.tanh(h / T)
    weight = field_density(network, load, T, levels, h) * (h[1] - h[0])
    sech2 = 1.0 - t * t
    c3 = float(weight @ sech2**3) / T**3
    bend = 4.0 * float(weight @ (t * t * sech2**2)) / T**4
    slope = float(at.slope[-1])
    excess = slope * float(at.c2[-1]) / T - 1.0
    if c3 <= 0.0 or slope <= 0.0 or excess <= 0.0:
        return None
    if network.wishart:  # r'' = -2 load y/(1 - C)^3
        y = bend / (2.0 * c3 + 2.0 * load / (1.0 - levels.C) ** 3 / slope**3)
    else:
        y = (bend + load * network.unit_covariance(1.0 - T * levels.C, 3) / slope**3) / (2.0 * c3)
    last = levels.y[-1] if levels.y else 0.0
    if not last < y < 1.0 / T:
        return None
    wide = excess / (2.0 * slope**2 * c3)
    return y, wide / (y - last), wide / (1.0 / T - y)


def broken_tops(problem: Problem, levels: Levels) -> Iterator[Levels]:
    """Starts whose deepest level has just broken into two: near its onset, and where the weight C of small fields is small.

    For C -> 0 at T = 0 the fields near 0 are uniform on the scale of the new step, and all cases are one: s = 0.75 r' C,
    y s = 1.06, and a quarter of C is left.
    """
    T, k, C = problem.T, levels.k, levels.C
    q, y = levels.overlaps(T), levels.y
    room = 0.2 * (q[k] - (q[k - 1] if k else 0.0))
    end = breaking(problem, levels)
    if end is not None:
        top, down, up = end
        if down < room:
            yield levels.with_steps((*q[:k], q[k] - down), C - up / T, (*y, top))
        elif k == 0:  # below a continuous onset of q, where x(q) rises from 0 in proportion to q
            yield levels.with_steps((q[0] / 3.0,), C, (top / 1.5,))
    slope = noise_slope(problem.network, problem.load, T, C)
    s = 0.75 * slope * C
    if 0.3 * s > T and C * s < room:
        yield levels.with_steps((*q[:k], 1.0 - s * s / slope), 0.24 * C, (*y, 1.0 / (s / 1.06 + T)))


def families(problem: Problem, levels: Levels) -> Iterator[Iterator[Levels]]:
    """Starts for k + 1 from the saddle at k: the top level broken, q(x) interpolated, a level in each gap, the top split."""
    k = levels.k
    end = breaking(problem, levels)
    spreads = [0.06, 0.2]
    if end is not None:
        spreads.insert(0, 0.5 * (end[0] / levels.y[-1] - 1.0))
    yield broken_tops(problem, levels)
    if negligible(problem, levels):
        yield iter((_inserted(problem, levels, k, spreads[0]),))
        return
    if problem.has_q0 or k > 1:
        yield iter((_interpolated(problem.network, levels, problem.T, problem.has_q0),))
    for i in reversed(range(1 if problem.has_q0 else 2, k + 1)):
        for spread in spreads:
            yield iter((_inserted(problem, levels, i, spread),))
    yield _split_tops(problem, levels)


def _inserted(problem: Problem, levels: Levels, i: int, spread: float) -> Levels:
    """A level in the middle of gap i, y spread to both sides."""
    q, y = levels.overlaps(problem.T), levels.y
    pair = (y[i - 1] * (1 - spread), y[i - 1] * (1 + spread))
    return levels.with_steps((*q[:i], 0.5 * (q[i - 1] + q[i]), *q[i : levels.k]), levels.C, (*y[: i - 1], *pair, *y[i:]))


def _split_tops(problem: Problem, levels: Levels) -> Iterator[Levels]:
    """The top level in two, at several distances."""
    T, k = problem.T, levels.k
    q, y, C = levels.overlaps(T), levels.y, levels.C
    gap = q[k] - q[k - 1]
    for factor in (2.5, 1.8, 1.3, 1.1):
        for down, up in ((6.0 * T * C, 0.5), (0.15 * gap, 0.5), (0.02 * gap, 0.3)):
            if down <= 0.0 or down > 0.3 * gap:
                continue
            new = 1.0 / (1.0 / (factor * y[k - 1]) + T * (1.0 - 1.0 / factor))
            yield levels.with_steps((*q[:k], q[k] - down), smaller(problem.network, C, up), (*y, new))


def _interpolated(network: Network, levels: Levels, T: float, has_q0: bool) -> Levels:
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
    C = smaller(network, levels.C, 1.0 - y[-1] / new_y[-1])
    if T > 0.0:
        C = min(C, levels.C, 0.999 * (1.0 - new_q[-1]) / T)
    low = () if has_q0 else (0.0,)
    return levels.with_steps((*low, *new_q), C, tuple(new_y))


def deepen(problem: Problem, levels: Levels) -> Found | None:
    """Return the saddle of problem.k steps, started from one of problem.k - 1; at m = 0 its free energy is no lower.

    Where x(q) can jump between two continuous parts (a q^2 term beside higher powers) a new level may go into either, and there
    are several saddles: at m = 0 the one of largest free energy is taken, with every family of starts heard.
    """
    network, load, T = problem.network, problem.load, problem.T
    at = evaluate(network, load, T, levels)
    floor = at.free_energy - 1e-9 * max(abs(at.free_energy), 1e-3)
    several = not problem.has_m and jumps(network)
    winner: Found | None = None
    for family in families(problem, levels):
        for start in family:
            found = converge(problem, start)
            if found is None or (problem.given_m and free_energy(problem, found) < floor):
                continue
            if not several:
                return found
            if winner is None or free_energy(problem, found) > free_energy(problem, winner):
                winner = found
            break
    return winner
