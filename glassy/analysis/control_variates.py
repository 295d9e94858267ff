"""Means over samples, and control variates: what known expectations take away from the scatter between samples."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from glassy.analysis.jackknife import freedom
from glassy.core import checks
from glassy.core.errors import InputError
from glassy.core.results import Estimate

FloatArray = npt.NDArray[np.float64]


def mean_of_samples(values: npt.ArrayLike, dof: float | None = None) -> Estimate:
    """Return the mean of one number for each sample, with the error by their scatter.

    Parameters
    ----------
    values : array [sample]
        Two or more.
    dof : float, optional
        Degrees of freedom of the error; default: those of so many samples, with heavy tails allowed for.

    Raises
    ------
    InputError
        If they are not finite numbers of two samples or more, or dof is no number >= 1.

    Examples
    --------
    >>> mean_of_samples([1.0, 2.0, 3.0, 4.0]).error == (5 / 12) ** 0.5
    True
    """
    each = checks.numbers("values", values, "[sample]", "One sample shows no scatter.", least=2)
    S = len(each)
    free = freedom(S) if dof is None else checks.number("dof", dof, "It may be left out.", least=1.0, infinite=True)
    return Estimate(float(each.mean()), float(each.std(ddof=1)) / math.sqrt(S), samples=S, dof=free)


def controlled_mean(values: npt.ArrayLike, controls: npt.ArrayLike) -> Estimate:
    """Return the mean of one number for each sample with what control variates explain taken away, and its error.

    A regression on numbers whose expectation is known leaves the mean as it is, and takes away the scatter that they explain.
    The error has the factor of the prediction at the expected values.

    Parameters
    ----------
    values : array [sample]
        What is averaged.
    controls : array [sample, kind]
        Numbers of the same samples minus their expectations. Some may be multiples of each other, or constant.

    Raises
    ------
    InputError
        If values and controls are not finite numbers of the same samples, more than there are kinds.

    Examples
    --------
    >>> control = np.random.default_rng(0).normal(size=(50, 1))
    >>> estimate = controlled_mean(2.0 + control[:, 0], control)
    >>> round(float(estimate), 9), estimate.error < 1e-9 < mean_of_samples(control[:, 0]).error
    (2.0, True)
    """
    each = checks.numbers("values", values, "[sample]", "Give one for each sample.", least=2)
    kinds = checks.numbers("controls", controls, "[sample, kind]", "Give all kinds of each sample.", least=2)
    if len(kinds) != len(each):
        raise InputError(f"controls must be of the samples of the values, got {len(kinds)} for {len(each)}. Give all of both.")
    scale = kinds.std(axis=0)
    design = np.column_stack([np.ones(len(each)), kinds[:, scale > 0.0] / scale[scale > 0.0]])
    inverse = np.linalg.pinv(design, rcond=1e-6)  # some controls may be one
    coefficients = inverse @ each
    rest = each - design @ coefficients
    free = len(each) - int(np.linalg.matrix_rank(design, tol=1e-6 * np.linalg.norm(design, 2)))
    if free < 1:
        raise InputError(f"samples must be more than the kinds of controls, got {len(each)} for {kinds.shape[1]}. Add samples.")
    error = math.sqrt(float(rest @ rest) / free * float(inverse[0] @ inverse[0]))
    return Estimate(float(coefficients[0]), error, samples=len(each), dof=freedom(free + 1))
