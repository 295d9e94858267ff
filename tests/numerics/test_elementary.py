"""ln and exp of the dynamics: within one last bit of 50 digits, and the same bits compiled, in NumPy and in Python."""

import hashlib
from decimal import Decimal, localcontext

import numpy as np
import pytest

from glassy.numerics import elementary
from glassy.numerics.elementary import LEAST, exp, ln, ln_one_minus

EDGES = (0.0, 2.0**-1000, 2.0**-53, 3 * 2.0**-53, 0.25, 0.5, 1.0 - 0.5**0.5, 0.75, 1.0 - 2.0**-52, 1.0 - 2.0**-53)


def uniforms() -> np.ndarray:
    """Numbers as generators draw them, small ones of all sizes, neighbours of 1 and of the ends of a reduction."""
    rng = np.random.default_rng(1)
    u = rng.random(2000)
    turns = 1.0 - np.ldexp(np.sqrt(0.5), -np.arange(52))
    near = np.concatenate([turns * (1.0 + k * 2.0**-52) for k in range(-4, 5)])
    found = np.concatenate([EDGES, u, np.ldexp(u, -rng.integers(0, 900, 2000)), 1.0 - u * 2.0**-30, near])
    return found[found < 1.0]


def worst(found, exact, x) -> float:
    """Return the largest error in units of the last place."""
    assert np.all(np.isfinite(found))
    with localcontext() as context:
        context.prec = 50
        errors = [abs(Decimal(f) - exact(Decimal(v))) for f, v in zip(found.tolist(), x.tolist(), strict=True)]
        return max(float(e / Decimal(u)) for e, u in zip(errors, np.spacing(np.abs(found)).tolist(), strict=True))


def one_minus(v):
    """ln(1 - v) by its series where 50 digits do not hold 1 - v."""
    return -v - v * v / 2 if v < Decimal("1e-30") else (1 - v).ln()


def positive() -> np.ndarray:
    rng = np.random.default_rng(2)
    return np.concatenate([1.0 - uniforms(), np.ldexp(rng.random(3000) + 0.5, rng.integers(-1018, 1023, 3000)), [LEAST, 1e308]])


@pytest.mark.parametrize(
    ("function", "exact", "x"),
    [
        (ln_one_minus, one_minus, uniforms()),
        (ln, Decimal.ln, positive()),
        (exp, Decimal.exp, ln(positive())),
    ],
    ids=["ln(1 - u)", "ln", "exp"],
)
def test_errors_are_below_one_last_bit(function, exact, x):
    assert worst(function(x), exact, x) < 0.95
    assert worst(function(x) * (1.0 + 2.0**-52), exact, x) > 0.95  # one bit off is seen


def test_values_that_are_known_exactly():
    assert ln_one_minus(0.0) == 0.0
    assert ln(1.0) == 0.0
    assert exp(0.0) == 1.0
    assert np.array_equal(ln([0.25, 0.5, 2.0, 4.0]), np.array([-2.0, -1.0, 1.0, 2.0]) * 0.6931471805599453)
    assert np.all(np.diff(ln_one_minus(np.sort(uniforms()))) <= 0.0)


def test_compiled_numpy_and_python_forms_are_the_same_bits():
    u, x = uniforms(), positive()  # private: ln and ln_one_minus run one of the forms, as this machine can
    for compiled, loop, formula, v in (
        (ln_one_minus(u), elementary._each_ln_one_minus, elementary._ln_one_minus, u),
        (ln(x), elementary._each_ln, elementary._ln, x),
    ):
        plain = np.empty_like(v)
        getattr(loop, "py_func", loop)(v, plain)  # scalar by scalar
        assert plain.tobytes() == formula(v).tobytes() == compiled.tobytes()
        assert formula(v * (1.0 - 2.0**-53)).tobytes() != compiled.tobytes()


def test_any_shape_and_stride():
    u = uniforms()[:999].reshape(3, 333)
    assert ln_one_minus(u).shape == (3, 333)
    assert np.array_equal(ln_one_minus(u[:, ::2]), ln_one_minus(u)[:, ::2])
    assert np.array_equal(ln_one_minus(u.T), ln_one_minus(u).T)
    assert ln(2.0).shape == ()
    assert ln([]).shape == (0,)


def test_the_bits_that_other_processors_gave():
    """Of 7000 numbers on x86-64 with SSE4.2, AVX2 and AVX-512; any processor and system must give these."""
    u = uniforms()
    found = hashlib.sha256(ln_one_minus(u).tobytes() + ln(1.0 - u).tobytes() + exp(-700.0 * u).tobytes()).hexdigest()
    assert found[:16] == "19cfa7f4cab8e8f5"
