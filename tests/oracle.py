"""Slow, obvious oracles that share no code with the solvers: 1RSB by nested scipy quad, straight from R.1-R.4."""

import math
from functools import cache

import numpy as np
from scipy.integrate import quad

SQRT_2PI = math.sqrt(2 * math.pi)


def _average(f, reach, cuts=()):
    points = [c for c in cuts if -reach < c < reach]
    return quad(
        lambda z: f(z) * math.exp(-z * z / 2) / SQRT_2PI, -reach, reach, points=points or None, epsabs=1e-12, limit=400
    )[0]


def xi(P, kind, load, q, derivative=0):
    """N.1 or N.2 for P = 3 and P = 4, written out."""
    terms = {("distinct", 3): {3: 1}, ("distinct", 4): {4: 1}, ("self", 3): {3: 1, 1: 1.5}, ("self", 4): {4: 1, 2: 3}}[kind, P]
    total = 0.0
    for n, c in terms.items():
        for j in range(derivative):
            c *= n - j
        total += c * q ** (n - derivative) if n >= derivative else 0.0
    return load / 2 * total


class OneStep:
    """1RSB at (m, q0, q1, x, beta): free energy R.2 or R.3 and both sides of R.4, each average a nested quad."""

    def __init__(self, P, kind, load, beta, m, q0, q1, x):
        self.P, self.kind, self.load, self.beta = P, kind, load, beta
        self.m, self.q0, self.q1, self.x = m, q0, q1, x
        if P == 2:
            self.D1 = 1 - beta * (1 - q1)
            self.D0 = self.D1 - beta * x * (q1 - q0)
            r0, r1 = load * q0 / self.D0**2, load * q0 / self.D0**2 + load * (q1 - q0) / (self.D0 * self.D1)
        else:
            r0, r1 = xi(P, kind, load, q0, 1), xi(P, kind, load, q1, 1)
        self.r0, self.r1 = r0, r1
        self.a = P / 2 * m ** (P - 1)

    @cache  # noqa: B019
    def inner(self, h):
        """ln E cosh^x, and the averages of tanh, tanh^2 and ln cosh with weight cosh^x."""
        s, b, x = math.sqrt(self.r1 - self.r0), self.beta, self.x
        u = lambda z: b * (h + s * z)  # noqa: E731
        lc = lambda v: abs(v) + math.log1p(math.exp(-2 * abs(v))) - math.log(2)  # noqa: E731
        top = lc(b * h)
        w = lambda z: math.exp(x * (lc(u(z)) - top))  # noqa: E731
        reach, cuts = 9 + b * x * s, (-h / s,)
        Z = _average(w, reach, cuts)
        return (
            x * top + math.log(Z),
            _average(lambda z: w(z) * math.tanh(u(z)), reach, cuts) / Z,
            _average(lambda z: w(z) * math.tanh(u(z)) ** 2, reach, cuts) / Z,
            _average(lambda z: w(z) * lc(u(z)), reach, cuts) / Z,
        )

    def outer(self, f):
        if self.r0 == 0.0:
            return f(self.inner(self.a))
        return _average(lambda z: f(self.inner(self.a + math.sqrt(self.r0) * z)), 8.5, (-self.a / math.sqrt(self.r0),))

    def minus_beta_f(self):
        b, x, q0, q1, load, P = self.beta, self.x, self.q0, self.q1, self.load, self.P
        phi = math.log(2) + self.outer(lambda v: v[0]) / x
        if P == 2:
            integral = q0 / self.D0 + math.log(self.D1 / self.D0) / (b * x)
            middle = load / 2 * (math.log(self.D1) - b * integral)
            last = b * b / 2 * (self.r1 - (x * self.r0 * q0 + (1 - x) * self.r1 * q1))
            return phi - b / 2 * self.m**2 - middle - last
        theta = lambda q: q * xi(P, self.kind, load, q, 1) - xi(P, self.kind, load, q)  # noqa: E731
        step = x * (theta(q1) - theta(q0)) + theta(1.0) - theta(q1)
        slope = xi(P, self.kind, load, 1.0, 1) - xi(P, self.kind, load, q1, 1)
        return phi - (P - 1) * b / 2 * self.m**P + b * b / 2 * (slope - step)

    def mismatch(self):
        """Right side minus left side of R.4 in m, q0, q1 and x (in units of energy)."""
        b, x, q0, q1 = self.beta, self.x, self.q0, self.q1
        if self.P == 2:
            r = lambda q: 1 / (self.D1 - b * x * (q1 - q)) ** 2  # noqa: E731
            work = self.load * quad(lambda q: q * r(q), q0, q1, epsabs=1e-13)[0]
        else:
            work = quad(lambda q: q * xi(self.P, self.kind, self.load, q, 2), q0, q1, epsabs=1e-13)[0]
        gain = self.outer(lambda v: v[3] - v[0] / x) / b
        return (
            self.outer(lambda v: v[1]) - self.m,
            self.outer(lambda v: v[1] ** 2) - q0,
            self.outer(lambda v: v[2]) - q1,
            gain / (b * x) - work / 2,
        )


def p_spin_rs(p, beta, q):
    """Ising p-spin glass, xi = q^p/2, RS: -beta f at any q (Gardner 1985)."""
    s = beta * math.sqrt(p * q ** (p - 1) / 2)
    lncosh = lambda u: abs(u) + math.log1p(math.exp(-2 * abs(u))) - math.log(2)  # noqa: E731
    return math.log(2) + _average(lambda z: lncosh(s * z), 9) + beta**2 / 4 * (1 - p * q ** (p - 1) + (p - 1) * q**p)


def p_spin_1rsb(p, beta, q1, x):
    """Ising p-spin glass, 1RSB with q0 = 0: -beta f at any (q1, x) (Gardner 1985)."""
    s = beta * math.sqrt(p * q1 ** (p - 1) / 2)
    lncosh = lambda u: abs(u) + math.log1p(math.exp(-2 * abs(u))) - math.log(2)  # noqa: E731
    phi = math.log(_average(lambda z: math.exp(x * lncosh(s * z)), 9 + x * s)) / x
    return math.log(2) + phi + beta**2 / 4 * (1 - p * q1 ** (p - 1) + (p - 1) * (1 - x) * q1**p)


def slow_steps(a, s, y, T, points=3001):
    """R.1 and the averages of R.4 by dense matrices on one fine grid: E_i[t_i^2], the gains, E_0[t_0] and E_k[sech^2]/T, T > 0.

    Every s_i must be wide on the grid. Rows of a matrix are the probabilities of the deeper fields, given the outer one.
    """
    h = np.linspace(-1.0, 1.0, points) * (
        abs(a) + 9.0 * math.sqrt(sum(v * v for v in s)) + sum(v * v * w for v, w in zip(s, y, strict=True))
    )
    phi = np.logaddexp(h / T, -h / T) * T - T * math.log(2.0)
    t = np.tanh(h / T)
    functions, steps = [(phi, t)], []
    for v, w in reversed(list(zip(s, y, strict=True))):
        x = h if len(steps) < len(s) - 1 else np.array([a])
        weight = np.exp(w * (phi[None, :] - phi.max()) - 0.5 * ((h[None, :] - x[:, None]) / v) ** 2)
        norm = weight.sum(axis=1)
        J = weight / norm[:, None]
        base = math.sqrt(2 * math.pi) * v / (h[1] - h[0])
        phi = J @ phi if w == 0.0 else phi.max() + np.log(norm / base) / w
        t = J @ t
        steps.insert(0, J)
        functions.insert(0, (phi, t))
    P, t2, means = np.array([1.0]), [], [functions[0][0] @ [1.0]]
    for J, (phi, t) in zip(steps, functions[1:], strict=True):
        P = P @ J
        t2.append(P @ t**2)
        means.append(P @ phi)
    return np.array(t2), np.diff(means), functions[0][1][0], P @ (1.0 - t**2) / T
