"""The network: energies H.2-H.4 against sums over subsets, loads H.1, covariances N.1 and N.2, conventions, bad input."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassy import DenseHebbian, InputError, SpinGlass
from glassy.numerics.integers import krawtchouk

KINDS = ("distinct", "self-interacting")


@pytest.mark.parametrize(("P", "N"), [(2, 4), (2, 7), (3, 6), (3, 7), (4, 8), (5, 7), (6, 6)])
def test_H4_elementary_symmetric_polynomial_is_the_sum_over_subsets(P, N):
    for u in range(N + 1):
        signs = [-1] * u + [1] * (N - u)
        assert krawtchouk(P, N)[u] == sum(math.prod(c) for c in itertools.combinations(signs, P))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("P", [2, 3, 4, 5])
def test_H2_H3_energy_of_a_state_from_its_definition(P, kind):
    N, K = 7, 5
    rng = np.random.default_rng(P)
    xi, sigma = rng.choice([-1, 1], (K, N)), rng.choice([-1, 1], N)
    if kind == "distinct":
        total = sum(math.prod(int(x) for x in c) for row in xi * sigma for c in itertools.combinations(row, P))
        energy = Fraction(-math.factorial(P) * total, 2 * N ** (P - 1))
    else:
        energy = -Fraction(N, 2) * sum(Fraction(int(row @ sigma), N) ** P for row in xi)
    table = DenseHebbian(P, kind).energy_table(N)
    assert energy == table.unit * sum(table.values[(N - int(row @ sigma)) // 2] for row in xi)


def test_P2_networks_differ_by_half_the_load_per_spin():
    N = 9
    d, s = (DenseHebbian(2, k).energy_table(N) for k in KINDS)
    gap = {d.unit * x - s.unit * y for x, y in zip(d.values, s.values, strict=True)}
    assert gap == {Fraction(1, 2)}  # per pattern, so K/2 in all: load/2 per spin


@pytest.mark.parametrize("P", [20, 15])
def test_energy_tables_are_exact_beyond_64_bits(P):
    table = DenseHebbian(P).energy_table(200)
    assert table.values[0] == math.comb(200, P)
    assert max(table.values) > 2**63


@given(P=st.integers(2, 20), load=st.floats(1e-3, 10), extra=st.integers(0, 300))
def test_H1_counts_and_loads_are_inverse(P, load, extra):
    N = P + extra
    network = DenseHebbian(P)
    K = network.patterns(load, N)
    assert abs(network.load(K, N) - load) <= 0.5001 * network.load(1, N) + 1e-12 * load
    assert network.patterns(network.load(K, N), N) == K


@pytest.mark.parametrize("P", [2, 3, 4, 5, 6])
def test_N2_is_the_covariance_of_powers_of_correlated_gaussians(P):
    # (load/2) sum c_k q^k = N^-1 K-term average: (load/P!) Cov(x^P, y^P) for unit Gaussians with correlation q (k >= 1 terms)
    x, w = np.polynomial.hermite_e.hermegauss(40)
    w = w / w.sum()
    network = DenseHebbian(P, "self-interacting")
    for q in (0.0, 0.3, 1.0):
        y = q * x[:, None] + math.sqrt(1 - q * q) * x[None, :]
        cov = w @ (x[:, None] ** P * y**P) @ w - (w @ x**P) ** 2
        assert network.covariance(q, 1.0) == pytest.approx(cov / (2 * math.factorial(P)), rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("P", [3, 4])
def test_N1_N2_covariance_against_an_average_over_random_patterns(P, kind):
    """Cov of H between two fixed states, over all patterns exactly, approaches N xi(q) as 1/N."""
    network = DenseHebbian(P, kind)

    def ratio(N):
        table = network.energy_table(N)
        D = N // 4  # spins in which the states differ: q = 1/2
        same = [math.comb(N - D, j) for j in range(N - D + 1)]
        total = Fraction(0)
        for j, i in itertools.product(range(N - D + 1), range(D + 1)):
            weight = same[j] * math.comb(D, i)
            total += weight * table.values[j + i] * table.values[j + D - i]
        mean = table.mean / table.unit
        covariance = table.unit**2 * (Fraction(total, 2**N) - mean**2)
        load = 1.0
        K = Fraction(2 * N ** (P - 1), math.factorial(P))
        return float(K * covariance / N) / network.covariance(0.5, load)

    small, large = ratio(80), ratio(160)
    assert abs(2 * large - small - 1) < 0.01  # extrapolated in 1/N
    assert abs(large - 1) < 0.7 * abs(small - 1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("P", [2, 3, 4, 7])
def test_covariance_derivatives_and_differences(P, kind):
    xi = DenseHebbian(P, kind).unit_covariance
    for q in (0.0, 0.4, 0.999999, 1.0):
        d = 1e-4
        for order in (1, 2, 3):
            slope = (xi(q + d, order - 1) - xi(q - d, order - 1)) / (2 * d)
            assert xi(q, order) == pytest.approx(slope, rel=1e-5, abs=1e-5)
        if q > 0:
            assert xi.stiffness(q) == pytest.approx(q * xi(q, 2) / xi(q, 1), rel=1e-12)
        assert (1 - q) * xi.slope(q) == pytest.approx(xi(1.0) - xi(q), abs=1e-14 * xi(1.0))
        remainder = xi(1.0) - xi(q) - (1 - q) * xi(q, 1)
        assert (1 - q) ** 2 * xi.curvature(q) == pytest.approx(remainder, abs=1e-14 * xi(1.0, 1))
    assert xi.curvature(1.0) == pytest.approx(xi(1.0, 2) / 2)


def test_N2_published_forms_and_growth():
    assert DenseHebbian(3, "self-interacting").covariance(0.5, 2.0) == pytest.approx(0.5**3 + 1.5 * 0.5)
    assert DenseHebbian(4, "self-interacting").covariance(0.5, 2.0) == pytest.approx(0.5**4 + 3 * 0.5**2)
    for P in range(2, 9):  # xi'(1) grows to (load/2) P (2P-3)!!/(P-1)!: the (2P-3)!! of Krotov and Hopfield
        odd = math.prod(range(1, 2 * P - 2, 2))
        expected = 0.5 * P * odd / math.factorial(P - 1)
        assert DenseHebbian(P, "self-interacting").covariance(1.0, 1.0, derivative=1) == pytest.approx(expected)


@pytest.mark.parametrize("network", [DenseHebbian(3), DenseHebbian(4, "self-interacting"), SpinGlass({2: 1.0})], ids=repr)
def test_covariance_is_of_overlaps(network):
    assert network.covariance(-1.0, 1.0) == pytest.approx((-1) ** network.P * network.covariance(1.0, 1.0))
    for q in (2.0, -1.1, math.nan, math.inf, "a", None):
        with pytest.raises(InputError, match=r"q must lie in \[-1, 1\], got .* overlap of two states"):
            network.covariance(q, 0.1)
    for derivative in (4, -1, 1.5):
        with pytest.raises(InputError, match=r"derivative must be an integer in \[0, 3\]"):
            network.covariance(0.1, 0.1, derivative)


@given(st.sampled_from(["albanese", "gardner", "baldi-venkatesh", "krotov-hopfield"]), st.integers(2, 10))
def test_conventions_go_back_and_forth(name, P):
    network = DenseHebbian(P)
    there = network.to_convention(name, load=0.3, T=0.7, N=50)
    back = network.from_convention(name, load=there.load, T=there.T, N=50)
    assert (back.load, back.T) == pytest.approx((0.3, 0.7))


def test_krotov_hopfield_temperature_is_that_of_their_energy():
    """E_KH = -sum M^P: the Boltzmann factor must be that of H.3."""
    network, N = DenseHebbian(4, "self-interacting"), 30
    table = network.energy_table(N)
    T = 0.4
    T_KH = network.to_convention("krotov-hopfield", load=0.1, T=T, N=N).T
    assert -(N**4) / T_KH == pytest.approx(float(table.unit * table.values[0]) / T)
    assert network.to_convention("baldi-venkatesh", load=0.1, T=T).load == pytest.approx(
        network.patterns(0.1, 400) / 400**3, rel=1e-4
    )


@pytest.mark.parametrize("P", [1, 0, -3, 2.5, "3", None, True, math.nan])
def test_bad_P(P):
    with pytest.raises(InputError, match="P must be an integer >= 2"):
        DenseHebbian(P)


def test_bad_words_sizes_and_loads():
    with pytest.raises(InputError, match="interactions must be one of"):
        DenseHebbian(3, "both")
    with pytest.raises(InputError, match="N must be an integer >= 4"):
        DenseHebbian(4).energy_table(3)
    for bad in (-0.1, math.nan, math.inf, "a"):
        with pytest.raises(InputError, match="load must be a finite number >= 0"):
            DenseHebbian(4).patterns(bad, 10)
    with pytest.raises(InputError, match="exists at P=2 only"):
        DenseHebbian(3).to_convention("amit-gutfreund-sompolinsky", load=0.1, T=0.1)
    with pytest.raises(InputError, match="give N="):
        DenseHebbian(3).to_convention("krotov-hopfield", load=0.1, T=0.1)
    with pytest.raises(InputError, match="derivative"):
        DenseHebbian(3).covariance(0.1, 0.1, derivative=4)


def test_numpy_integers_are_integers():
    assert DenseHebbian(np.int64(3)) == DenseHebbian(3)
