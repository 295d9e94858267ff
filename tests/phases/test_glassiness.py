"""G.1, G.1' and G.2: the parts against formulas written out here, the p-spin glass against an oracle of its own."""

import math

import pytest
from oracle import p_spin_1rsb, p_spin_rs
from scipy.integrate import quad

from glassy import RS, RSB, DenseHebbian, FullRSB, InputError, SpinGlass, Status, glassiness, solve
from glassy.theory.rsb.solve import symmetric_glass

KINDS = ("distinct", "self-interacting")
POINTS = [(0.05, 0.1), (0.3, 0.5), (0.3, 1.2), (2.0, 0.4), (2.0, 1.9)]


def lncosh(u):
    return abs(u) + math.log1p(math.exp(-2 * abs(u))) - math.log(2)


def average(f, reach=12.0):
    return quad(
        lambda z: f(z) * math.exp(-z * z / 2) / math.sqrt(2 * math.pi), -reach, reach, points=(0,), epsabs=1e-13, limit=300
    )[0]


def A_SK(b, q, theta=None):
    """The hard part of G.1 (theta None) and of G.1'."""
    s = b * math.sqrt(q)
    if theta is None:
        return math.log(2) + average(lambda z: lncosh(s * z)) + b * b / 4 * (1 - q) ** 2
    log = math.log(average(lambda z: math.exp(theta * lncosh(s * z)), 12 + theta * s)) / theta
    return math.log(2) + log + b * b / 4 * ((1 - q) ** 2 - theta * q * q)


def A_G(b, lam, p, Pd, theta=None):
    """The soft part of G.1 (theta None) and of G.1'."""
    if theta is None:
        u = 1 - lam - b * b * (Pd - p)
        return -(b**2) / 4 * (Pd**2 - p**2) + b * b / 2 * p / u - math.log(u) / 2
    u1 = 1 - lam - b * b * (Pd - p)
    u0 = u1 - b * b * theta * p
    return -(b**2) / 4 * (Pd**2 - (1 - theta) * p**2) - ((1 - 1 / theta) * math.log(u1) + math.log(u0) / theta) / 2


def slope(f, x, h=1e-4):
    return (f(x + h) - f(x - h)) / (2 * h)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("load", "T"), [*POINTS, (0.3, 3.0)])
def test_G1_sums_to_the_network(kind, load, T):
    network, beta = DenseHebbian(2, kind), 1 / T
    g = glassiness(network, load, T)
    s = solve(network, load, T, "spin_glass" if T < 1 + math.sqrt(load) else "paramagnetic")
    assert g.total == pytest.approx(-beta * s.free_energy, abs=1e-12 * beta)
    D = 1 - beta * (1 - s.q_EA)
    p = beta * s.q_EA / D**2
    assert (g.beta_1, g.beta_2, g.field) == pytest.approx(
        (beta * math.sqrt(load) / D, D, 2 * beta * (1 - s.q_EA) - 1), abs=1e-11
    )
    assert g.hard == pytest.approx(A_SK(g.beta_1, s.q_EA), abs=1e-10)
    assert g.soft == pytest.approx(load * A_G(g.beta_2, g.field, p, p + 1 / D), abs=1e-10)


@pytest.mark.parametrize(("load", "T"), POINTS)
def test_G1_each_part_is_at_its_own_saddle(load, T):
    """The hard glass is stationary at the network's q; the soft one is critical: stationary in P_d, flat in p."""
    g = glassiness(DenseHebbian(2), load, T)
    assert slope(lambda q: A_SK(g.beta_1, q), g.q) == pytest.approx(0.0, abs=1e-6 * g.beta_1**2)
    p = g.q / (T * g.beta_2**2)
    Pd = p + 1 / g.beta_2
    for q in (0.5 * p, p, 2.0 * p):  # along P_d = p + 1/D
        assert slope(lambda x, q=q: A_G(g.beta_2, g.field, q, q + 1 / g.beta_2 + x), 0.0) == pytest.approx(0.0, abs=1e-5)
    assert A_G(g.beta_2, g.field, p, Pd) == pytest.approx(A_G(g.beta_2, g.field, 2 * p, 2 * p + 1 / g.beta_2), abs=1e-12)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("load", "T"), POINTS)
def test_G1_prime_sums_to_the_network(kind, load, T):
    """G.1': at the saddle with q_0 = 0 held, whose free energy is R.3."""
    network, beta = DenseHebbian(2, kind), 1 / T
    g, s = glassiness(network, load, T, RSB(1)), symmetric_glass(network, load, T)
    assert g.status is Status.CONVERGED
    assert (s.q_levels[0], s.q_EA, s.x_levels[0]) == (0.0, g.q, g.x)
    assert g.total == pytest.approx(-beta * s.free_energy, abs=1e-12 * beta)
    D1 = 1 - beta * (1 - g.q)
    D0 = D1 - beta * g.x * g.q
    p = beta * g.q / (D0 * D1)
    assert g.beta_1 == pytest.approx(beta * math.sqrt(load / (D0 * D1)), rel=1e-10)
    assert g.hard == pytest.approx(A_SK(g.beta_1, g.q, g.x), rel=1e-9)
    assert g.soft == pytest.approx(load * A_G(g.beta_2, 1 - D0 - D1, p, p + 1 / D1, g.x), abs=1e-9)


@pytest.mark.parametrize(("load", "T"), POINTS)
def test_G1_prime_theta_is_stationary_in_the_sum_only(load, T):
    """q_1 is stationary in the hard part, theta is not: only the whole is at its saddle (and above RS: f grows)."""
    network = DenseHebbian(2)
    g, rs = glassiness(network, load, T, RSB(1)), glassiness(network, load, T)
    assert slope(lambda q: A_SK(g.beta_1, q, g.x), g.q) == pytest.approx(0.0, abs=1e-5 * g.beta_1**2)
    assert abs(slope(lambda x: A_SK(g.beta_1, g.q, x), g.x, 1e-4 * g.x)) > 1e-4
    assert symmetric_glass(network, load, T).residual <= 1e-10
    assert g.total < rs.total


@pytest.mark.parametrize("kind", KINDS)
def test_above_the_glass_temperature_RSB_collapses(kind):
    a, b = (glassiness(DenseHebbian(2, kind), 0.3, 2.0, ansatz) for ansatz in (RS(), RSB(1)))
    assert (b.status, b.q) == (Status.COLLAPSED, 0.0)
    assert (a.hard, a.soft, a.remainder) == (b.hard, b.soft, b.remainder)


@pytest.mark.parametrize("P", [3, 4, 5])
@pytest.mark.parametrize("T", [0.1, 0.3, 0.6])
def test_G2_only_the_hard_part_survives(P, T):
    """Against the p-spin oracle of the tests, which shares no code with the solver; T in units of sqrt(load)."""
    load = 0.37
    network = DenseHebbian(P)
    g = glassiness(network, load, T * math.sqrt(load), RSB(1))
    beta = 1 / T
    assert g.status is Status.CONVERGED
    assert g.beta_1 == pytest.approx(beta, rel=1e-14)
    assert g.hard == pytest.approx(p_spin_1rsb(P, beta, g.q, g.x), abs=1e-9)
    assert slope(lambda q: p_spin_1rsb(P, beta, q, g.x), g.q, 1e-6) == pytest.approx(0.0, abs=1e-4 * beta**2)
    assert slope(lambda x: p_spin_1rsb(P, beta, g.q, x), g.x, 1e-5) == pytest.approx(0.0, abs=1e-6 * beta**2)
    assert abs(g.remainder) < 1e-13 * beta
    assert g.soft == 0.0
    rs = glassiness(network, load, T * math.sqrt(load))
    s = solve(network, load, T * math.sqrt(load), "spin_glass", strict=False)
    candidates = [math.log(2) + beta**2 / 4]  # the paramagnet, and the RS glass where it exists
    if s.status.ok:
        candidates.append(p_spin_rs(P, beta, s.q_EA))
    assert rs.hard == pytest.approx(min(candidates), abs=1e-9)
    assert abs(rs.remainder) < 1e-13 * beta


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((SpinGlass({2: 1.0}), 0.1, 0.5), "must have stored patterns"),
        ((DenseHebbian(2), 0.1, 0.0), "load and T must be > 0"),
        ((DenseHebbian(2), 0.0, 0.5), "load and T must be > 0"),
        ((DenseHebbian(2), 0.1, 0.5, RSB(2)), "no split of deeper steps"),
        ((DenseHebbian(3, "self-interacting"), 0.1, 0.5), "sum of powers"),
        ((DenseHebbian(3), 0.1, 0.5, FullRSB()), "RS.. or RSB"),
        ((DenseHebbian(3), math.nan, 0.5), "load must"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(InputError, match=message):
        glassiness(*arguments)
