"""What a Perturbation adds to the energies of one sample, in integers.

The tables of the network have a step; with a perturbation, energies count in step / scale, with scale a power of two as large
as 64 bits allow (at most 2^40). Field and added energies are rounded to that unit once, before the run. What 64
bits do not hold so is for the wide kernel, which rounds nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.core.errors import InputError, IntegerRangeError
from glassy.model.family import Network
from glassy.model.integer_couplings import IntegerCouplings
from glassy.model.patterns import Int8Array, Patterns
from glassy.model.perturbation import Perturbation
from glassy.simulation.kernels.tables import LIMIT, KernelTables, kernel_tables

IntArray = npt.NDArray[np.int64]
PRECISION = Fraction(1, 10**7)  # to which the whole perturbation must be kept
HUGE = 10**308  # in messages


@dataclass(frozen=True)
class Extras:
    """Integers of one sample, in units of `step`.

    Parameters
    ----------
    scale : int
        Units in one step of the tables.
    step, base : Fraction
        Energy of one unit, and energy of the sample where all its integers are zero.
    turn : array (N,) of int64
        2 h_i: what a spin +1 costs to flip.
    own : array (n, N) of int8
        The chosen patterns.
    energies : array (n, N + 1) of int64
        What is added to their energies, over u, relative to u = N // 2.
    """

    scale: int
    step: Fraction
    base: Fraction
    turn: IntArray
    own: Int8Array
    energies: IntArray

    def misaligned(self, sigma: Int8Array) -> IntArray:
        """Return u of the chosen patterns, (n,)."""
        return (sigma.size - self.own.astype(np.int64) @ sigma) // 2

    def energy(self, sigma: Int8Array) -> int:
        """Return what is added to the energy of a configuration."""
        field = -int(self.turn @ sigma.astype(np.int64)) // 2
        return field + int(self.energies[np.arange(len(self.own)), self.misaligned(sigma)].sum())


def no_extras(tables: KernelTables, patterns: Patterns) -> Extras:
    """Return the extras of a sample to which nothing is added."""
    N = patterns.N
    nothing = np.zeros((0, N), np.int8), np.zeros((0, N + 1), np.int64)
    return Extras(1, tables.step, tables.base * patterns.K, np.zeros(N, np.int64), *nothing)


def given_extras(couplings: IntegerCouplings, perturbation: Perturbation | None, sample: int) -> Extras:
    """Return the extras of a sample that is given by couplings: a field, to seven digits.

    Raises
    ------
    InputError
        If 64 bits do not hold the field so beside the energies of the couplings.
    """
    N = couplings.N
    fields = np.zeros(N) if perturbation is None else perturbation.fields(N, sample)
    h = [Fraction(x) for x in fields.tolist()]
    most, scale = sum(map(abs, h), Fraction(0)), 1
    if most > 0:
        scale = 2**40
        while scale > 1 and 2 * scale * (2 * couplings.reach + most / couplings.unit) >= LIMIT:
            scale //= 2
    step = couplings.unit / scale
    if N * step > 2 * PRECISION * most > 0 or 2 * scale * (2 * couplings.reach + most / couplings.unit) >= LIMIT:
        raise InputError(
            f"a field and couplings must fit into 64 bits, the field to seven digits, but fields add up to {float(most):.3g} "
            f"and couplings to {float(couplings.reach * couplings.unit):.3g}. Make them more alike."
        )
    nothing = np.zeros((0, N), np.int8), np.zeros((0, N + 1), np.int64)
    return Extras(scale, step, couplings.constant, 2 * np.array([round(x / step) for x in h], np.int64), *nothing)


def _parts(
    network: Network, perturbation: Perturbation, N: int, sample: int
) -> tuple[list[Fraction], list[tuple[int, list[Fraction]]]]:
    return [Fraction(x) for x in perturbation.fields(N, sample).tolist()], perturbation.added(network, N)


def find_scale(network: Network, N: int, K: int, perturbation: Perturbation, sample: int) -> int:
    """Return the units in one step of the tables, or 0 where nothing is added.

    Raises
    ------
    IntegerRangeError
        If 64 bits do not hold the perturbation to seven digits beside the energies of the patterns, or flatten a table of it.
    """
    own = perturbation.field is not None and perturbation.field.ndim == 2  # a field of its own in every sample
    return _scale(network, N, K, perturbation, sample if own else 0)


@lru_cache(maxsize=256)
def _scale(network: Network, N: int, K: int, perturbation: Perturbation, sample: int) -> int:
    tables = kernel_tables(network, N, K)
    h, added = _parts(network, perturbation, N, sample)
    most: Fraction = sum(map(abs, h), Fraction(0))
    most += sum((max(abs(g - table[N // 2]) for g in table) for _, table in added), Fraction(0))
    if most == 0:
        return 0
    scale = 2**40
    while scale > 1 and 2 * scale * (K * tables.largest + most / tables.step) >= LIMIT:
        scale //= 2
    step = tables.step / scale
    if (N + len(added)) * step > 2 * PRECISION * most or 2 * scale * (K * tables.largest + most / tables.step) >= LIMIT:
        reach = float(min(most, Fraction(HUGE)))
        raise IntegerRangeError(
            f"{perturbation!r} must fit into 64 bits to seven digits beside the energies of N={N}, K={K}, but its "
            f"energies reach {reach:.3g} and their unit is {float(step):.3g}. Give kernel='auto' or 'wide'."
        )
    given = dict(perturbation.pattern_energies)
    for k, table in added:
        own = given.get(k)
        if isinstance(own, tuple) and not _keeps(table, own, step):
            raise IntegerRangeError(
                f"steps between neighbours in the table of pattern {k} of {perturbation!r} must be kept to a thousandth beside "
                f"the energies of N={N}, K={K}, but the unit is {float(step):.3g}. Give kernel='auto' or 'wide'."
            )
    return scale


def _keeps(table: list[Fraction], own: tuple[Any, ...], step: Fraction) -> bool:
    """Whether rounding G - F to a step leaves every difference of neighbours of G as it is, to a thousandth."""
    each = [g - table[(len(table) - 1) // 2] for g in table]
    off = [round(g / step) * step - g for g in each]
    G = [Fraction(g) for g in own]
    return all(1000 * abs(x - y) <= abs(a - b) for x, y, a, b in zip(off, off[1:], G, G[1:], strict=False))


def make_extras(
    network: Network,
    tables: KernelTables,
    patterns: Patterns,
    perturbation: Perturbation | None,
    sample: int,
    scale: int | None = None,
) -> Extras:
    """Return the extras of one sample; `scale`: units in one step of the tables, default as many as 64 bits allow.

    Raises
    ------
    IntegerRangeError
        If 64 bits do not hold the perturbation to seven digits beside the energies of the patterns.

    Examples
    --------
    >>> from glassy import DenseHebbian
    >>> from glassy.simulation.kernels.tables import kernel_tables
    >>> network, patterns = DenseHebbian(P=3), Patterns.drawn(np.random.default_rng(1), 50, 20)
    >>> extras = make_extras(network, kernel_tables(network, 20, 50), patterns, Perturbation(field=0.5), 0)
    >>> up = np.ones(20, np.int8)
    >>> round(float(extras.energy(up) * extras.step), 9)
    -10.0
    """
    plain = no_extras(tables, patterns)
    if perturbation is None:
        return plain
    N = patterns.N
    scale = find_scale(network, N, patterns.K, perturbation, sample) if scale is None else scale
    step = tables.step / max(scale, 1)
    base, energies = _in_steps(network, N, perturbation, step)
    if scale == 0:
        return replace(plain, base=plain.base + base)
    h = map(Fraction, perturbation.fields(N, sample).tolist())
    return Extras(
        scale=scale,
        step=step,
        base=plain.base + base,
        turn=2 * np.array([round(x / step) for x in h], np.int64),
        own=np.array([patterns.pattern(k) for k in perturbation.chosen], np.int8).reshape(len(energies), N),
        energies=energies.copy(),
    )


@lru_cache(maxsize=256)
def _in_steps(network: Network, N: int, perturbation: Perturbation, step: Fraction) -> tuple[Fraction, IntArray]:
    """Return what is added at u = N // 2, and over u beside that, in steps: (n, N + 1), of the chosen patterns."""
    added, middle = perturbation.added(network, N), N // 2
    energies = [[round((g - table[middle]) / step) for g in table] for _, table in added]
    return sum((table[middle] for _, table in added), Fraction(0)), np.array(energies, np.int64).reshape(len(added), N + 1)


def rung_extras(
    network: Network, tables: KernelTables, patterns: Patterns, rungs: Sequence[Perturbation], sample: int
) -> list[Extras]:
    """Return the extras of one sample at every rung of a ladder of perturbations, all in one unit and of the same patterns.

    Examples
    --------
    >>> from glassy import DenseHebbian
    >>> from glassy.simulation.kernels.tables import kernel_tables
    >>> network, patterns = DenseHebbian(P=3), Patterns.drawn(np.random.default_rng(1), 50, 20)
    >>> fields = [Perturbation(along=h) for h in (0.0, 0.1, 1.0)]
    >>> found = rung_extras(network, kernel_tables(network, 20, 50), patterns, fields, 0)
    >>> [round(float(x.energy(patterns.pattern(0)) * x.step), 9) for x in found], len({x.step for x in found})
    ([0.0, -2.0, -20.0], 1)
    """
    scales = [find_scale(network, patterns.N, patterns.K, p, sample) for p in rungs]
    scale = min((s for s in scales if s), default=0)
    each = [make_extras(network, tables, patterns, p, sample, scale) for p in rungs]
    chosen = sorted({k for p in rungs for k in p.chosen})
    own = np.array([patterns.pattern(k) for k in chosen], np.int8).reshape(len(chosen), patterns.N)
    found = []
    for p, x in zip(rungs, each, strict=True):
        energies = np.zeros((len(chosen), patterns.N + 1), np.int64)
        energies[[chosen.index(k) for k in p.chosen]] = x.energies
        found.append(replace(x, own=own, energies=energies))
    return found
