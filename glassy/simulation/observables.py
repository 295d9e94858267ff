"""The observables, each in one place: what it is of a series, its symbol, and what theory says of it.

To add one, add its row: `Samples.mean`, an Ensemble and `compare` know it then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.simulation.sampler.series import Series

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Observable:
    """One observable.

    Parameters
    ----------
    series : callable
        Its values [sample, chain, time] in a Series; of an overlap the chains are the pairs of replicas.
    symbol : str
        For axes and tables, in TeX where it begins with a dollar sign.
    theory : callable, optional
        What a Solution says of it; None where theory does not speak.
    flip : float, optional
        By how many 1/N one flip moves it at most; None for energies, where a run measures it.
    pairs : bool
        Whether it needs two replicas.
    kept : bool
        Whether the ledgers of ensembles keep its averages.
    trend : bool
        Whether the status of a run looks at it (M.16).
    examples : bool
        Whether it is of a network that learns from examples.
    """

    series: Callable[[Series], FloatArray]
    symbol: str
    theory: Callable[[Any], float] | None = None
    flip: float | None = 2.0
    pairs: bool = False
    kept: bool = True
    trend: bool = False
    examples: bool = False


def _n(s: Series) -> FloatArray:
    assert s.n is not None
    return s.n


def _n_first(s: Series) -> FloatArray:
    assert s.n_first is not None
    return s.n_first


OBSERVABLES: dict[str, Observable] = {
    "m": Observable(lambda s: s.m, "magnetization m", lambda t: t.m, trend=True),
    "m_abs": Observable(lambda s: np.abs(s.m), "|m|"),
    "energy": Observable(lambda s: s.energy, "energy per spin", lambda t: t.energy, flip=None, trend=True),
    "energy_excess": Observable(
        lambda s: s.energy - s.pattern_energy[:, None, None], "energy above the pattern, per spin",
        lambda t: t.energy_excess, flip=None,
    ),
    "acceptance": Observable(lambda s: s.acceptance, "accepted fraction", flip=1.0),
    "q": Observable(lambda s: s.q, "overlap q", lambda t: t.q, pairs=True, trend=True),
    "q_abs": Observable(lambda s: np.abs(s.q), "|q|", lambda t: t.q, pairs=True),
    "n": Observable(_n, "overlap with an example n", lambda t: t.n, kept=False, examples=True),
    "n_first": Observable(_n_first, "overlap with the first example", lambda t: t.n_first, kept=False, examples=True),
    "q2": Observable(lambda s: s.q**2, "$q^2$", flip=4.0, pairs=True, kept=False),
}  # fmt: skip


def names(replicas: int, *, kept: bool = False, trend: bool = False, examples: bool = False) -> tuple[str, ...]:
    """Return the observables that chains of so many replicas have; of them those that ledgers keep, or that have a trend.

    `examples`: whether the network learns from some.

    Those of pairs of replicas come last.

    Examples
    --------
    >>> names(2, trend=True), names(1, kept=True)
    (('m', 'energy', 'q'), ('m', 'm_abs', 'energy', 'energy_excess', 'acceptance'))
    """
    there = {k: o for k, o in OBSERVABLES.items() if (replicas > 1 or not o.pairs) and (examples or not o.examples)}
    asked = sorted(there.items(), key=lambda item: item[1].pairs)
    return tuple(k for k, o in asked if (o.kept or not kept) and (o.trend or not trend))
