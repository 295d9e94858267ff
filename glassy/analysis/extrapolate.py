"""extrapolate: estimates at several N, and their limit 1/N = 0 with the powers that their corrections have."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincc

from glassy.core import checks
from glassy.core.errors import InputError
from glassy.core.results import Estimate
from glassy.core.storage import Placed


@dataclass(frozen=True)
class Limit(Placed):
    """Estimates extrapolated to infinite N by a weighted fit of limit + sum_k amplitude_k N^-power_k.

    Parameters
    ----------
    value : Estimate
        The limit; the degrees of freedom of its error are those of Welch and Satterthwaite.
    powers, amplitudes : tuples of float
        Corrections of the fit.
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
    powers: tuple[float, ...]
    amplitudes: tuple[float, ...]
    sizes: tuple[int, ...]
    chi2: float
    dof: int

    unplaced = ("N", "K")  # it is that of all sizes

    @property
    def p(self) -> float:
        """Probability of a larger chi2 if these powers are right; NaN where nothing is left to judge by."""
        return float(gammaincc(self.dof / 2.0, self.chi2 / 2.0)) if self.dof else math.nan

    def __repr__(self) -> str:
        sizes = ", ".join(map(str, self.sizes))
        return f"Limit({self.value} in {corrections(self.powers)} through N={sizes}; {quality(self.chi2, self.dof)})"


def corrections(powers: Sequence[float]) -> str:
    """Return powers of 1/N in words.

    Examples
    --------
    >>> corrections((1.0, 2.0))
    'N^-1 and N^-2'
    """
    return " and ".join(f"N^-{power:g}" for power in powers)


def quality(chi2: float, dof: int) -> str:
    """Return in words how well a fit describes the data, and where they are just enough for it, that they do not say.

    Examples
    --------
    >>> quality(1.234, 1), quality(0.0, 0)
    ('chi2/dof=1.2/1', '0 dof: not tested by the data')
    """
    return f"chi2/dof={chi2:.1f}/{dof}" if dof else "0 dof: not tested by the data"


def check_powers(powers: Sequence[float]) -> tuple[float, ...]:
    """Return powers of 1/N as a tuple of floats, or raise InputError where they are none."""
    if isinstance(powers, Sequence) and any(isinstance(power, bool) for power in powers):
        raise InputError(f"powers must be different and > 0, got {powers!r}. (1.0,) is a straight line in 1/N.")
    found = tuple(checks.numbers("powers", powers, "[power]", "(1.0,) is a straight line in 1/N.").tolist())
    if not min(found) > 0.0 or len(set(found)) < len(found):
        raise InputError(f"powers must be different and > 0, got {found}. (1.0,) is a straight line in 1/N.")
    return found


def extrapolate(N: Sequence[int], values: Sequence[Estimate], powers: Sequence[float] = (1.0,)) -> Limit:
    """Extrapolate estimates at several N to 1/N = 0, by weighted least squares in N^-power.

    Which powers a network has is a matter of theory (theory, section 2: 1/N at P = 3 and at P = 4, with 1/N^2 behind it);
    `Limit.p` says whether the data bear them out.

    Parameters
    ----------
    N : sequence of int
        Sizes; one may come several times.
    values : sequence of Estimate
        One for each, with an error above 0.
    powers : sequence of float
        Different and > 0, fewer than there are different sizes.

    Returns
    -------
    Limit

    Raises
    ------
    InputError
        If there are too few sizes for the powers, or an estimate has no error.

    Notes
    -----
    Source: docs/explanation/theory.md, section 2.

    Examples
    --------
    >>> limit = extrapolate([50, 100, 200], [Estimate(1.0 + 3.0 / N, 0.01) for N in (50, 100, 200)])
    >>> limit.value, round(limit.amplitudes[0], 9), limit.p > 0.99
    (1.000(12), 3.0, True)
    """
    sizes = tuple(checks.integer("N", n, 1, "It is a number of spins.") for n in N)
    found = list(values)
    errors = [v.error if isinstance(v, Estimate) else 0.0 for v in found]
    powers = check_powers(powers)
    if len(sizes) != len(found) or not all(0.0 < e < math.inf for e in errors):
        raise InputError(f"values must be one Estimate with an error > 0 for each N, got {found!r} for N={sizes}.")
    if len(set(sizes)) <= len(powers):
        raise InputError(f"powers must be fewer than the different sizes, got {powers} for N={sizes}. Add sizes.")
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
    N: Sequence[float], values: npt.ArrayLike, errors: npt.ArrayLike, powers: Sequence[float]
) -> tuple[float, tuple[float, ...], float, float]:
    """Return limit, amplitudes, error of the limit and chi2 of the weighted fit in N^-power."""
    size, y, error = (np.asarray(a, float) for a in (N, values, errors))
    x = size.min() / size  # of order one, so that the normal equations are well conditioned
    design = np.stack([np.ones_like(x), *(x**p for p in powers)], axis=1) / error[:, None]
    covariance = np.linalg.inv(design.T @ design)
    fit = covariance @ (design.T @ (y / error))
    chi2 = float(np.sum((design @ fit - y / error) ** 2))
    amplitudes = tuple(float(a * size.min() ** p) for a, p in zip(fit[1:], powers, strict=True))
    return float(fit[0]), amplitudes, math.sqrt(covariance[0, 0]), chi2
