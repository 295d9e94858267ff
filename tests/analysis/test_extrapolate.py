"""extrapolate: limits in 1/N with chosen powers."""

import math

import numpy as np
import pytest

import glassy
from glassy import Estimate, InputError, extrapolate

SIZES = (50, 100, 200, 400)


def noisy(law, seed, error=0.01):
    rng = np.random.default_rng(seed)
    return [Estimate(law(N) + error * rng.normal(), error, samples=8) for N in SIZES]


def test_limit_and_its_error_are_those_of_the_fit():
    """Over many draws the limit is unbiased, its scatter is its error, and p is uniform."""
    found = [extrapolate(SIZES, noisy(lambda N: 2.0 - 3.0 / N, k)) for k in range(400)]
    z = np.array([(f.value - 2.0) / f.value.error for f in found])
    assert abs(z.mean()) < 4.0 / math.sqrt(400)
    assert 0.85 < z.std() < 1.15
    assert abs(np.mean([f.p for f in found]) - 0.5) < 4.0 / math.sqrt(12 * 400)
    assert found[0].dof == 2
    assert found[0].value.samples == 8
    assert found[0].amplitudes == pytest.approx((-3.0,), abs=3.0)


def test_wrong_powers_are_found_out():
    values = noisy(lambda N: 2.0 + 8.0 * N ** (-2 / 3), 3, error=1e-3)
    assert extrapolate(SIZES, values, (2 / 3,)).p > 1e-3
    assert abs(extrapolate(SIZES, values, (2 / 3,)).value - 2.0) < 4e-3
    assert extrapolate(SIZES, values, (1.0,)).p < 1e-6


def test_two_sizes_are_a_straight_line_with_nothing_to_judge():
    found = extrapolate((100, 200), [Estimate(1.1, 0.1), Estimate(1.0, 0.1)])
    assert float(found.value) == pytest.approx(0.9)
    assert math.isnan(found.p)
    assert found.amplitudes == pytest.approx((20.0,))
    assert repr(found) == "Limit(0.90(22) in N^-1 through N=100, 200; 0 dof: not tested by the data)"


@pytest.mark.parametrize(("sizes", "dof"), [((50, 100), 0), ((50, 100, 400), 0), ((50, 80, 100, 400), 1)])
def test_exact_polynomials_in_1_over_N_are_recovered(sizes, dof):
    curve = [0.2 - 3.0 / N + (40.0 / N**2 if len(sizes) > 2 else 0.0) for N in sizes]
    found = extrapolate(sizes, [Estimate(x, 0.01, dof=7) for x in curve], (1.0, 2.0)[: len(sizes) - 1])
    assert 7.0 < found.value.dof < 7.0 * len(sizes)  # Welch and Satterthwaite
    assert float(found.value) == pytest.approx(0.2)
    assert found.chi2 == pytest.approx(0.0, abs=1e-12)
    assert found.dof == dof
    assert found.value.error > 0.01


def test_a_limit_that_nothing_tests_says_so():
    values = [Estimate(x, 0.01) for x in (0.9, 0.91, 0.93)]
    parabola, line = (extrapolate((20, 30, 40), values, powers) for powers in ((1, 2), (1,)))
    assert repr(parabola).endswith(" in N^-1 and N^-2 through N=20, 30, 40; 0 dof: not tested by the data)")
    assert repr(line).endswith(f" in N^-1 through N=20, 30, 40; chi2/dof={line.chi2:.1f}/1)")


def test_a_limit_can_be_kept(tmp_path):
    found = extrapolate(SIZES, noisy(lambda N: 1.0, 1))
    assert glassy.load(found.save(tmp_path / "limit")) == found


@pytest.mark.parametrize(
    ("N", "values", "powers", "message"),
    [
        ((50, 50), [Estimate(1.0, 0.1)] * 2, (1.0,), "fewer than the different sizes"),
        ((50, 100), [Estimate(1.0, 0.1)] * 2, (1.0, 2.0), "fewer than the different sizes"),
        ((50, 100), [Estimate(1.0, 0.1)] * 2, (), "powers must be"),
        ((50, 100), [Estimate(1.0, 0.1)] * 2, 1.0, "powers must be"),
        ((50, 100), [Estimate(1.0, 0.1)] * 2, (math.nan,), "powers must be"),
        ((50, 100), [Estimate(1.0, 0.1)] * 2, (0.0,), "powers must be different and > 0"),
        ((50, 100, 150), [Estimate(1.0, 0.1)] * 3, (1.0, 1.0), "must be different"),
        ((50, 100), [Estimate(1.0, 0.1), Estimate(1.0, 0.0)], (1.0,), "with an error > 0"),
        ((50, 100), [1.0, 2.0], (1.0,), "with an error > 0"),
        ((50, 100), [Estimate(1.0, 0.1)], (1.0,), "one Estimate"),
        ((50, 0), [Estimate(1.0, 0.1)] * 2, (1.0,), "N must be an integer >= 1"),
        ((50, 100), [Estimate(1.0, 0.1)] * 2, (-1.0,), "powers must be different and > 0"),
        ((50, 100), [Estimate(1.0, 0.1)] * 2, (1000.0,), "from 0.01 to 20"),
        ((50, 100), [Estimate(1.0, 0.1)] * 2, (1e-300,), "from 0.01 to 20"),
    ],
)
def test_what_cannot_be_extrapolated_is_refused(N, values, powers, message):
    with pytest.raises(InputError, match=message):
        extrapolate(N, values, powers)


# ---- logarithms ----


def test_a_logarithm_is_told_from_a_power():
    """ln(N)/N beside 1/N is recovered with both amplitudes; a fit in 1/N alone, or in 1/N^2 beside it, is found out."""
    sizes = (20, 40, 80, 160, 320, 640)
    rng = np.random.default_rng(5)
    values = [Estimate(2.0 + 3.0 * math.log(N) / N - 1.5 / N + 1e-5 * rng.normal(), 1e-5, samples=8) for N in sizes]
    found = extrapolate(sizes, values, ("ln(N)/N", 1.0))
    assert abs(found.value.z(2.0)) < 4.0
    assert found.amplitudes == pytest.approx((3.0, -1.5), abs=0.02)
    assert found.p > 1e-3
    assert " in ln(N)/N and N^-1 through N=20, 40, 80, 160, 320, 640; " in repr(found)
    assert max(extrapolate(sizes, values, powers).p for powers in ((1.0,), (1.0, 2.0), ("ln(N)/N",), (2 / 3, 1.0))) < 1e-6


def test_limits_in_a_logarithm_are_unbiased_and_their_errors_true():
    found = [
        extrapolate(SIZES, noisy(lambda N: 2.0 - 3.0 * math.log(N) / math.sqrt(N), k), ["ln(N)/N^0.5"]) for k in range(300)
    ]
    z = np.array([(f.value - 2.0) / f.value.error for f in found])
    assert abs(z.mean()) < 4.0 / math.sqrt(300)
    assert 0.85 < z.std() < 1.15


def test_a_logarithm_has_one_spelling_and_is_kept(tmp_path):
    values = noisy(lambda N: 1.0, 1)
    a, b, c = (extrapolate(SIZES, values, [word, 1]) for word in ("ln(N)/N^2", "ln(N) / N^2.0", "ln(N)/N^02"))
    assert a == b == c
    assert a.powers == ("ln(N)/N^2", 1.0)
    assert extrapolate(SIZES, values, ["ln(N)/N^1"]).powers == ("ln(N)/N",)
    assert glassy.load(a.save(tmp_path / "limit")) == a


@pytest.mark.parametrize(
    ("N", "powers", "message"),
    [
        ((50, 100), "ln(N)/N", "powers must be"),
        ((50, 100), ("ln N/N",), 'powers must be numbers, "ln\\(N\\)/N" or'),
        ((50, 100), ("1.0",), "powers must be numbers"),
        ((50, 100), ("ln(N)/N^-1",), "powers must be numbers"),
        ((50, 100), ("ln(N)/N^0",), "different and > 0"),
        ((50, 100), ("ln(N)/N^99999999999999999999999",), "from 0.01 to 20"),
        ((50, 100, 200), ("ln(N)/N", "ln(N)/N^1.0"), "different and > 0"),
        ((50, 100), ("ln(N)/N", 1.0), "fewer than the different sizes"),
        ((2, 100), ("ln(N)/N",), "N\\^p must be > e"),
        ((50, 100), ("ln(N)/N^0.25",), "N\\^p must be > e"),
    ],
)
def test_what_is_no_logarithm_is_refused(N, powers, message):
    with pytest.raises(InputError, match=message):
        extrapolate(N, [Estimate(1.0, 0.1)] * len(N), powers)
