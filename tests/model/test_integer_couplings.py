"""C.1: drawn couplings have the covariance they should, and integers say their energies exactly."""

import math
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest

from glassy import InputError, SpinGlass
from glassy.model.integer_couplings import IntegerCouplings, Term
from glassy.numerics.integers import krawtchouk

TERMS = [{1: 1.0}, {2: 1.0}, {3: 1.0}, {4: 1.0}, {1: 0.3, 2: 0.5, 3: 2.0, 4: 1.0}]


def draw(terms, N, seed, load=1.0, disorder="gaussian"):
    return SpinGlass(terms, disorder).couplings(load, N, np.random.default_rng(seed))


@pytest.mark.parametrize("terms", TERMS, ids=str)
@pytest.mark.parametrize("disorder", ["gaussian", "signs"])
def test_energies_of_all_states_are_the_sum_as_it_stands(terms, disorder):
    N = 6
    found = draw(terms, N, 1, disorder=disorder)
    every = found.of_all_states()
    for state in range(2**N):
        sigma = 1 - 2 * (state >> np.arange(N) & 1)
        total = 0
        for term in found.terms:
            for spins, value in zip(combinations(range(N), term.order), term.values, strict=True):
                total += term.factor * int(value) * math.prod(int(sigma[i]) for i in spins)
        assert every[state] == total == found.energy(sigma.astype(np.int8))
    assert np.abs(every).max() <= found.reach


@pytest.mark.parametrize("terms", TERMS, ids=str)
@pytest.mark.parametrize("disorder", ["gaussian", "signs"])
def test_the_covariance_of_energies_is_that_of_the_theory(terms, disorder):
    """Of N spins it is sum_p (load/2) c_p p! e_p(sigma sigma')/N^(p-1), which is N xi(q) in the limit."""
    N, load, draws = 7, 0.6, 3000
    unit_energies = [draw(terms, N, s, load, disorder) for s in range(draws)]
    E = np.array([c.of_all_states() * float(c.unit) for c in unit_energies])
    counts = np.array([bin(s).count("1") for s in range(2**N)])
    for u in range(N + 1):
        wanted = sum(load / 2 * c * math.factorial(p) / N ** (p - 1) * krawtchouk(p, N)[u] for p, c in terms.items())
        each = (E[:, :1] * E[:, counts == u]).mean(axis=1)  # of every draw; state 0 with those u flips away
        assert abs(each.mean() - wanted) < 4.5 * each.std() / math.sqrt(draws)
        assert each.std() > 0.0


def test_rounding_is_as_small_as_is_said():
    N = 20
    for terms, most in (({2: 1.0}, 2e-8), ({3: 1.0}, 2e-8), ({4: 1.0}, 3.2e-10 * N**2)):
        drawn, (p, _) = draw(terms, N, 1), *terms.items()
        step = float(drawn.unit * drawn.terms[0].factor)
        variance = math.factorial(p) / (2.0 * N ** (p - 1))
        assert step**2 / 12.0 <= most * variance
        exact = np.random.default_rng(1).standard_normal(math.comb(N, p)) * math.sqrt(variance)
        assert np.abs(drawn.terms[0].values * step - exact).max() <= 0.5 * step * (1 + 1e-9)
        assert np.abs(drawn.terms[0].values).max() < 2**15


def test_signs_are_exact_and_the_load_only_scales():
    drawn = draw({3: 1.0}, 9, 1, load=2.0, disorder="signs")
    assert set(np.unique(drawn.terms[0].values)) == {-1, 1}
    assert float(drawn.unit) == pytest.approx(math.sqrt(2.0 * 6 / (2 * 81)), rel=1e-15)
    half = draw({3: 1.0}, 9, 1, load=0.5, disorder="signs")
    assert np.array_equal(half.terms[0].values, drawn.terms[0].values)
    mixed = draw({2: 1.0, 3: 2.0}, 9, 1, disorder="signs")
    for term, c in zip(mixed.terms, (1.0, 2.0), strict=True):
        p = term.order
        assert float(mixed.unit * term.factor) == pytest.approx(math.sqrt(c * math.factorial(p) / (2 * 9 ** (p - 1))), rel=1e-9)


def test_a_list_of_spins_stands_for_its_couplings_alone():
    some = IntegerCouplings(4, Fraction(1), (Term(2, 3, np.array([5, -1]), np.array([[0, 1], [1, 3]])),))
    assert some.energy(np.array([1, -1, 1, 1], np.int8)) == 3 * (-5 + 1)
    assert some.of_all_states()[0b0010] == some.energy(np.array([1, -1, 1, 1], np.int8))


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(InputError, match="at most 4 spins to be simulated, got order 5"):
        draw({5: 1.0}, 9, 1)
    for load in (0.0, 1e300):
        with pytest.raises(InputError, match="between 1e-140 and 1e140"):
            draw({3: 1.0}, 9, 1, load=load)
    with pytest.raises(InputError, match="orders must not be too unlike"):
        draw({2: 1.0, 4: 1e-13}, 9, 1)
    with pytest.raises(InputError, match="couplings of order 4 deviate by less than"):
        draw({2: 1.0, 4: 1e-13}, 9, 1, disorder="signs")
    with pytest.raises(InputError, match="at least the highest order, 4, got N=3"):
        draw({1: 1.0, 4: 1.0}, 3, 1)
    with pytest.raises(InputError, match="one of 'gaussian', 'signs'"):
        SpinGlass({3: 1.0}, disorder="cauchy")
