"""extrapolate: estimates at several N, and their limit 1/N = 0 with the corrections that they have: powers, or ln(N)/N."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincc

from glassy.core import checks
from glassy.core.errors import InputError
from glassy.core.results import Estimate
from glassy.core.storage import Placed

FloatArray = npt.NDArray[np.float64]
Correction = float | str  # the p of N^-p, or "ln(N)/N", "ln(N)/N^p"
LOGARITHM = re.compile(r"ln\(N\)/N(?:\^(\d+(?:\.\d*)?|\.\d+))?")
FLATTEST, STEEPEST = 0.01, 20.0  # powers that a computer tells from a constant, and from nothing
EXAMPLE = '(1.0,) is a straight line in 1/N, ("ln(N)/N", 1.0) has a logarithm beside it.'


@dataclass(frozen=True)
class Limit(Placed):
    """Estimates extrapolated to infinite N by a weighted fit of limit + sum_k amplitude_k N^-power_k, or logarithms.

    Parameters
    ----------
    value : Estimate
        The limit; the degrees of freedom of its error are those of Welch and Satterthwaite.
    powers : tuple of float or str
        Corrections of the fit: p of N^-p, or "ln(N)/N", "ln(N)/N^p".
    amplitudes : tuple of float
        Their factors.
    sizes : tuple of int
        The N it was drawn through.
    chi2, dof : float, int
        How well the fit describes them.

    Examples
    --------
    >>> import glassy
    >>> values = [glassy.Estimate(0.9 + 1 / N, 0.001) for N in (50, 100, 200)]
    >>> limit = glassy.extrapolate([50, 100, 200], values, powers=(1.0,))
    >>> limit
    Limit(0.9000(12) in N^-1 through N=50, 100, 200; chi2/dof=0.0/1)
    """

    value: Estimate
    powers: tuple[Correction, ...]
    amplitudes: tuple[float, ...]
    sizes: tuple[int, ...]
    chi2: float
    dof: int

    unplaced = ("N", "K")  # it is that of all sizes

    @property
    def p(self) -> float:
        """Probability of a larger chi2 if these powers are right; NaN where nothing is left to judge by."""
        return probability(self.chi2, self.dof)

    def __repr__(self) -> str:
        sizes = ", ".join(map(str, self.sizes))
        return f"Limit({self.value} in {corrections(self.powers)} through N={sizes}; {quality(self.chi2, self.dof)})"


def corrections(powers: Sequence[Correction], between: str = " and ") -> str:
    """Return corrections in words.

    Examples
    --------
    >>> corrections((1.0, 2.0)), corrections(("ln(N)/N", 1.0))
    ('N^-1 and N^-2', 'ln(N)/N and N^-1')
    """
    return between.join(power if isinstance(power, str) else f"N^-{power:g}" for power in powers)


def probability(chi2: float, dof: int) -> float:
    """Return the probability of a larger chi2; NaN of no degrees of freedom.

    Examples
    --------
    >>> round(probability(2.0, 2), 4), probability(0.0, 0)
    (0.3679, nan)
    """
    return float(gammaincc(dof / 2.0, chi2 / 2.0)) if dof else math.nan


def quality(chi2: float, dof: int) -> str:
    """Return in words how well a fit describes the data, and where they are just enough for it, that they do not say.

    Examples
    --------
    >>> quality(1.234, 1), quality(0.0, 0)
    ('chi2/dof=1.2/1', '0 dof: not tested by the data')
    """
    return f"chi2/dof={chi2:.1f}/{dof}" if dof else "0 dof: not tested by the data"


def check_powers(powers: Sequence[Correction]) -> tuple[Correction, ...]:
    """Return corrections as a tuple of floats and logarithms, each in one spelling, or raise InputError where they are none.

    Examples
    --------
    >>> check_powers(["ln(N)/N^1", 2])
    ('ln(N)/N', 2.0)
    """
    listed = list(powers) if isinstance(powers, Sequence) and not isinstance(powers, str) else [powers]
    words = {i: _logarithm(power) for i, power in enumerate(listed) if isinstance(power, str) and listed != [powers]}
    if any(isinstance(power, bool) for power in listed):
        raise InputError(f"powers must be different and > 0, got {powers!r}. {EXAMPLE}")
    plain = [1.0 if i in words else power for i, power in enumerate(listed)] if words else powers
    numbers = checks.numbers("powers", plain, "[power]", EXAMPLE).tolist()
    found = tuple(words.get(i, number) for i, number in enumerate(numbers))
    if not min(map(exponent, found)) >= FLATTEST or max(map(exponent, found)) > STEEPEST or len(set(found)) < len(found):
        raise InputError(f"powers must be different and > 0, from {FLATTEST:g} to {STEEPEST:g}, got {found}. {EXAMPLE}")
    return found


def correction(text: str) -> Correction:
    """Return the correction that a word names: a number is the power.

    Examples
    --------
    >>> correction("0.5"), correction("ln(N)/N")
    (0.5, 'ln(N)/N')
    """
    try:
        return float(text)
    except ValueError:
        return _logarithm(text)


def exponent(power: Correction) -> float:
    """Return p of N^-p or of ln(N)/N^p."""
    if not isinstance(power, str):
        return power
    found = LOGARITHM.fullmatch(power)
    assert found
    return float(found[1] or 1.0)


def _logarithm(word: str) -> str:
    """Return a logarithm in one spelling, or raise InputError if it is none."""
    if not LOGARITHM.fullmatch(word.replace(" ", "")):
        raise InputError(f'powers must be numbers, "ln(N)/N" or "ln(N)/N^p", got {word!r}. {EXAMPLE}')
    p = exponent(word.replace(" ", ""))
    if not FLATTEST <= p <= STEEPEST:
        raise InputError(f"powers must be different and > 0, from {FLATTEST:g} to {STEEPEST:g}, got {word!r}. {EXAMPLE}")
    return "ln(N)/N" if p == 1.0 else f"ln(N)/N^{p:.17g}"


def extrapolate(N: Sequence[int], values: Sequence[Estimate], powers: Sequence[Correction] = (1.0,)) -> Limit:
    """Extrapolate estimates at several N to 1/N = 0, by weighted least squares in N^-power, or logarithms beside it.

    Which corrections a network has is a matter of theory (theory, section 2: 1/N at P = 3 and at P = 4, with 1/N^2 behind it);
    `Limit.p` says whether the data bear them out.

    Parameters
    ----------
    N : sequence of int
        Sizes; one may come several times.
    values : sequence of Estimate
        One for each, with an error above 0.
    powers : sequence of float or str
        Different corrections, fewer than there are different sizes: p > 0 is N^-p; "ln(N)/N" and "ln(N)/N^p" are logarithms,
        for sizes N^p > e, from where they fall.

    Returns
    -------
    Limit

    Raises
    ------
    InputError
        If there are too few sizes for the powers, or too small ones for a logarithm, or an estimate has no error.

    Notes
    -----
    Source: docs/explanation/theory.md, section 2, and docs/explanation/finite-size.md, section 2.

    Examples
    --------
    >>> limit = extrapolate([50, 100, 200], [Estimate(1.0 + 3.0 / N, 0.01) for N in (50, 100, 200)])
    >>> limit.value, round(limit.amplitudes[0], 9), limit.p > 0.99
    (1.000(12), 3.0, True)
    >>> extrapolate([50, 100, 200], [Estimate(1.0 + 3.0 * np.log(N) / N, 0.01) for N in (50, 100, 200)], ["ln(N)/N"])
    Limit(1.000(15) in ln(N)/N through N=50, 100, 200; chi2/dof=0.0/1)
    """
    sizes = tuple(checks.integer("N", n, 1, "It is a number of spins.") for n in N)
    found = list(values)
    errors = [v.error if isinstance(v, Estimate) else 0.0 for v in found]
    powers = check_powers(powers)
    if len(sizes) != len(found) or not all(0.0 < e < math.inf for e in errors):
        raise InputError(f"values must be one Estimate with an error > 0 for each N, got {found!r} for N={sizes}.")
    if len(set(sizes)) <= len(powers):
        raise InputError(f"powers must be fewer than the different sizes, got {powers} for N={sizes}. Add sizes.")
    if not all(p * math.log(min(sizes)) > 1.0 for p in (exponent(power) for power in powers if isinstance(power, str))):
        raise InputError(f"N^p must be > e for each ln(N)/N^p, which falls from there on, got {powers} for N={sizes}.")
    limit, amplitudes, error, chi2 = weighted_fit(sizes, [float(v) for v in found], errors, powers)
    parts = [weighted_fit(sizes, unit, errors, powers)[0] * e for unit, e in zip(np.eye(len(sizes)), errors, strict=True)]
    fourth = sum(part**4 / v.dof for part, v in zip(parts, found, strict=True))
    free = error**4 / fourth if fourth > 0.0 else math.inf
    return Limit(
        value=Estimate(limit, error, samples=min(v.samples for v in found), dof=free),
        powers=powers,
        amplitudes=amplitudes,
        sizes=sizes,
        chi2=chi2,
        dof=len(sizes) - len(powers) - 1,
    )


def weighted_fit(
    N: Sequence[float], values: npt.ArrayLike, errors: npt.ArrayLike, powers: Sequence[Correction]
) -> tuple[float, tuple[float, ...], float, float]:
    """Return limit, amplitudes, error of the limit and chi2 of the weighted fit in the corrections."""
    size, y, error = (np.asarray(a, float) for a in (N, values, errors))
    x = size.min() / size  # of order one, so that the normal equations are well conditioned
    design = np.stack([np.ones_like(x), *(_column(x, size, power) for power in powers)], axis=1) / error[:, None]
    covariance = np.linalg.inv(design.T @ design)
    fit = covariance @ (design.T @ (y / error))
    chi2 = float(np.sum((design @ fit - y / error) ** 2))
    amplitudes = tuple(float(a * size.min() ** exponent(power)) for a, power in zip(fit[1:], powers, strict=True))
    return float(fit[0]), amplitudes, math.sqrt(covariance[0, 0]), chi2


def _column(x: FloatArray, size: FloatArray, power: Correction) -> FloatArray:
    """Return one correction at all sizes; x is the smallest size over them."""
    column: FloatArray = x ** exponent(power) * (np.log(size) if isinstance(power, str) else 1.0)
    return column
