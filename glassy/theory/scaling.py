"""Units of a spin glass: at m = 0 and P > 2 the load and T enter through T/sqrt(load) alone (docs/theory.md, section 5)."""

from __future__ import annotations

import math
from dataclasses import replace

from glassy.results import Estimate
from glassy.theory.solution import Solution


def in_units(solution: Solution, load: float, T: float) -> Solution:
    """Return an m = 0 saddle of a polynomial covariance at another load, the same T/sqrt(load).

    Overlaps, breakpoints, replicons, entropy and complexity are the same; energies are proportional to sqrt(load), beta to its
    inverse. The residual is in these units.

    Examples
    --------
    >>> import glassy
    >>> one = glassy.solve(glassy.SpinGlass({2: 1.0}), 1.0, 0.5, "spin_glass")
    >>> four = glassy.solve(glassy.SpinGlass({2: 1.0}), 4.0, 1.0, "spin_glass")
    >>> abs(in_units(one, 4.0, 1.0).free_energy - four.free_energy) < 1e-14
    True
    """
    scale = math.sqrt(load) / math.sqrt(solution.load)
    return replace(
        solution, load=load, T=T, y_levels=tuple(y / scale for y in solution.y_levels),
        susceptibility=_times(solution.susceptibility, 1.0 / scale), free_energy=_times(solution.free_energy, scale),
        energy=_times(solution.energy, scale),
    )  # fmt: skip


def _times(value: float, scale: float) -> float:
    return value.divided(1.0 / scale) if isinstance(value, Estimate) else scale * value
