"""one_curve: the exponent w with which values at several N lie on one curve in t N^w, as next to a transition."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq, minimize_scalar

from glassy.core.errors import InputError
from glassy.core.results import Estimate

FloatArray = npt.NDArray[np.float64]
RANGE = 0.0, 2.0  # of the exponent
DEGREE = 3  # of the polynomial that stands for the curve
FEWEST = DEGREE + 3  # points: the cubic, the exponent, and one that tests them
CLOSEST = 1e-4  # of two exponents that are told apart


def one_curve(t: Sequence[float], N: Sequence[float], values: Sequence[Estimate]) -> tuple[Estimate, float, int]:
    """Return the exponent with which values(t, N) lie on one cubic in t N^w, chi2 and its degrees of freedom.

    Its error is where chi2 has risen by one, or by chi2/dof where that is more; errors of the values are taken as independent.
    It is infinite where chi2 rises by less up to an end of the range 0 to 2.

    Examples
    --------
    >>> points = [(t, N) for t in (0.05, 0.1, 0.2, 0.3) for N in (30, 60, 120)]
    >>> values = [Estimate(np.exp(-t * N**0.4), 1e-3) for t, N in points]
    >>> exponent, chi2, dof = one_curve(*zip(*points), values)
    >>> abs(exponent - 0.4) < 3 * exponent.error, dof
    (True, 7)
    """
    at, size, y, error = (np.array(x, float) for x in (t, N, [float(v) for v in values], [v.error for v in values]))
    dof = len(at) - DEGREE - 2
    if dof < 1 or min(len(set(N)), len(set(t))) < 2 or not ((error > 0.0) & np.isfinite(error + y)).all():
        raise InputError(f"values must be {FEWEST} or more at two or more N and t, with errors > 0, got {list(values)!r}.")

    def chi2(w: float) -> float:
        x = at * (size / size.min()) ** w
        design = np.vander((x - x.mean()) / x.std(), DEGREE + 1) / error[:, None]
        fit = np.linalg.lstsq(design, y / error, rcond=None)[0]
        return float(np.sum((design @ fit - y / error) ** 2))

    grid = np.linspace(*RANGE, 81)
    start = float(min(grid.tolist(), key=chi2))
    around = max(start - 0.05, RANGE[0]), min(start + 0.05, RANGE[1])
    best = float(minimize_scalar(chi2, bounds=around, method="bounded", options={"xatol": CLOSEST}).x)
    least = chi2(best)
    up = max(1.0, least / dof)
    edges = [_edge(lambda w: chi2(w) - least - up, best, end) for end in RANGE]
    return Estimate(best, max(abs(edge - best) for edge in edges), samples=min(v.samples for v in values)), least, dof


def _edge(rise: Callable[[float], float], best: float, end: float) -> float:
    """Return where chi2 has risen between the best exponent and an end of the range; infinity where it has not."""
    return float(brentq(rise, best, end)) if rise(end) > 0.0 else math.inf
