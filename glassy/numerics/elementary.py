"""ln and exp with the same bits on every processor, for what decides about spins.

The functions of NumPy and of C choose their code by the processor, and differ in last bits. Here every step is an IEEE
operation (+ - * /, each rounded once) or one on the bits of a double, in one order. LLVM joins a product and a sum into one
rounding under fast-math only, which `jit` never asks for. So compiled loops over any number of lanes, with and without hardware
that joins them, and the same formulas in NumPy and in Python agree bit for bit. Reductions and polynomials are those of FDLIBM
(Sun Microsystems, 1993); errors are below one last bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.numerics.jit import COMPILED, kernel, shared

FloatArray = npt.NDArray[np.float64]

LEAST = 2.0**-1020  # ln and exp hold from here up: normal doubles
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10  # ln 2; k LN2_HIGH is exact for |k| < 2^20
PER_LN2 = 1.44269504088896338700e00
ROOT_HALF, ONE = 0x3FE6A09E667F3BCD, 0x3FF0000000000000  # the bits of sqrt(1/2) and of 1
FRACTION, BIAS = 52, 1023  # bits behind the point of a double, and the exponent 0
MASK = 2**FRACTION - 1
LARGE, LARGE_BITS = 2.0**52, 0x4330000000000000  # an integer below 2^52, added to these bits, is added to the number
ROUND = 1.5 * 2.0**52  # added and taken away, it rounds to an integer; in between the integer is in the lowest bits


@shared
def _reduced(x: Any) -> Any:
    """Return bits that hold the k with sqrt(1/2) <= x 2^-k < sqrt(2) as exponent, and how far x 2^-k lies above sqrt(1/2)."""
    return np.float64(x).view(np.int64) + (ONE - ROOT_HALF)


@shared
def _ln_of_reduced(f: Any, bits: Any) -> Any:
    """Return ln((1 + f) 2^k) = k ln 2 + f - f^2/2 + s (f^2/2 + R), s = f/(2 + f), R a polynomial in s^2."""
    k = np.int64((bits >> FRACTION) + LARGE_BITS).view(np.float64) - (LARGE + BIAS)
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
    odd = w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)
    odd = z * (6.666666666666735130e-01 + w * (2.857142874366239149e-01 + odd))
    half = 0.5 * f * f
    return k * LN2_HIGH - ((half - (s * (half + (even + odd)) + k * LN2_LOW)) - f)


@shared
def _ln(x: Any) -> Any:
    bits = _reduced(x)
    return _ln_of_reduced(np.int64((bits & MASK) + ROOT_HALF).view(np.float64) - 1.0, bits)


@shared
def _ln_one_minus(u: Any) -> Any:
    bits = _reduced(1.0 - u)
    scale = np.int64((2 * BIAS - (bits >> FRACTION)) << FRACTION).view(np.float64)  # 2^-k
    return _ln_of_reduced((scale - 1.0) - scale * u, bits)  # (1 - u) 2^-k - 1, exact where 1 - u was rounded as well


@kernel
def _each_ln(x: FloatArray, out: FloatArray) -> None:
    for i in range(x.size):
        out[i] = _ln(x[i])


@kernel
def _each_ln_one_minus(u: FloatArray, out: FloatArray) -> None:
    for i in range(u.size):
        out[i] = _ln_one_minus(u[i])


def _run(loop: Any, formula: Any, x: npt.ArrayLike) -> FloatArray:
    """Run a loop over an array of any shape; where nothing is compiled, the formula on all of it at once."""
    flat = np.asarray(x, np.float64, order="C")
    if not COMPILED:
        return np.asarray(formula(flat))
    out = np.empty_like(flat)
    loop(flat.reshape(-1), out.reshape(-1))
    return out


def ln(x: npt.ArrayLike) -> FloatArray:
    """Return ln x for LEAST <= x < inf.

    Examples
    --------
    >>> x = ln([1.0, 0.5, 2.0**-54])
    >>> x.tolist() == [0.0, -0.6931471805599453, -37.42994775023705]
    True
    """
    return _run(_each_ln, _ln, x)


def ln_one_minus(u: npt.ArrayLike) -> FloatArray:
    """Return ln(1 - u) for 0 <= u < 1, also where u is small.

    Examples
    --------
    >>> ln_one_minus([0.5, 2.0**-70]).tolist() == [-0.6931471805599453, -(2.0**-70)]
    True
    """
    return _run(_each_ln_one_minus, _ln_one_minus, u)


def exp(y: npt.ArrayLike) -> FloatArray:
    """Return e^y for |y| <= 707: 2^k e^r with |r| <= ln(2)/2, e^r = 1 + r + r c/(2 - c), c = r - a polynomial in r^2.

    Examples
    --------
    >>> exp([0.0, 0.5]).tolist() == [1.0, 1.6487212707001282]
    True
    """
    y = np.asarray(y, np.float64)
    k = y * PER_LN2 + ROUND
    high, low = y - (k - ROUND) * LN2_HIGH, (k - ROUND) * LN2_LOW
    r = high - low
    t = r * r
    c = t * (6.61375632143793436117e-05 + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))
    c = r - t * (1.66666666666666019037e-01 + t * (-2.77777777770155933842e-03 + c))
    value = 1.0 - ((low - r * c / (2.0 - c)) - high)
    return np.asarray((value.view(np.int64) + (k.view(np.int64) << FRACTION)).view(np.float64))
