"""Couplings of at most four spins, as message passing sees them: Plefka's expansion, to the second order in them (T.5).

The energy is linear in every spin, E[x] = -sum_C J_C prod_C x. Minus its derivative by the spins of a set S is A_S, made order
by order from the largest sets down: (p - |S|) times the part of A_S of order p is the sum over the other spins i of x_i times
that of A_(S and i). A_i are the local fields.
"""

from __future__ import annotations

import math
from math import comb
from typing import NamedTuple

import numpy as np

from glassy.model.integer_couplings import IntArray, IntegerCouplings, Term, all_sets, binomials, ranks
from glassy.passing.kernels import FloatArray
from glassy.passing.levels import Int32Array, hand_down, ranks_without, react, squares

POWERS = 1000  # of the matrix whose largest eigenvalue is 1 - replicon, at most
KNOWN = 1e-9  # of that eigenvalue, relative


class Level(NamedTuple):
    """The sets of equally many spins that lie in some coupling.

    Parameters
    ----------
    members : array (n, size)
        The spins of each, rising.
    below : array (n, size)
        Where the set without its spin of that column stands, one level down.
    J : array (n,)
        What multiplies the product of just these spins in -E.
    """

    members: Int32Array
    below: Int32Array
    J: FloatArray


def levels_of(couplings: IntegerCouplings) -> tuple[Level, ...]:
    """Return the levels of sets of 1, 2, .. spins; single spins are all there.

    Examples
    --------
    >>> from glassy import Couplings
    >>> for level in levels_of(Couplings({(0, 2): 1.0, (1, 2, 3): -0.5}).integers)[1:]:
    ...     level.members.tolist(), level.J.tolist(), level.below.tolist()
    ([[0, 2], [1, 2], [1, 3], [2, 3]], [-1.0, 0.0, 0.0, 0.0], [[2, 0], [2, 1], [3, 1], [3, 2]])
    ([[1, 2, 3]], [0.5], [[3, 2, 1]])
    """
    N, given = couplings.N, {t.order: t for t in couplings.terms}
    found: list[Level] = []
    for size in range(max(given, default=1), 0, -1):
        own = given.get(size)
        above = found[-1].members if found else np.zeros((0, size + 1), np.int32)
        members, below, place = _down(above, own, N, size)
        J = np.zeros(len(members))
        if own is not None:
            J[place] = -float(couplings.unit * own.factor) * own.values
        if found:
            found[-1] = found[-1]._replace(below=below)
        found.append(Level(members, np.zeros((len(members), 1), np.int32), J))
    return tuple(reversed(found))


def _down(above: Int32Array, own: Term | None, N: int, size: int) -> tuple[Int32Array, Int32Array, IntArray]:
    """Return all sets of a size that are own or one spin less than one above, and where each of both stands among them."""
    if own is not None and not len(above) and size > 1:
        return own.listed(N).astype(np.int32), np.zeros((0, 1), np.int32), np.arange(len(own.values))
    keys = ranks_without(above, binomials(N, size))
    mine = np.arange(0) if own is None else np.arange(len(own.values)) if own.members is None else ranks(own.members, N)
    if size == 1 or (own is not None and own.members is None) or comb(N, size) <= keys.size:
        return all_sets(N, size).astype(np.int32), keys.astype(np.int32), mine
    _, index, place = np.unique(np.concatenate([keys.ravel(), mine]), return_index=True, return_inverse=True)
    inside = index < keys.size
    n, a = np.divmod(index[inside], size + 1)
    members = np.empty((len(index), size), np.int32)
    members[inside] = above[n][np.arange(size + 1) != a[:, None]].reshape(-1, size)
    if own is not None and own.members is not None:
        members[~inside] = own.members[index[~inside] - keys.size]
    return members, place[: keys.size].reshape(keys.shape).astype(np.int32), place[keys.size :]


class Coupled:
    """The couplings of one sample as message passing sees them.

    Parameters
    ----------
    levels : tuple of Level
        Its sets of spins (`levels_of`).
    constant : float
        Energy per spin that no spin changes.
    beta : float
        1/T.
    """

    def __init__(self, levels: tuple[Level, ...], constant: float, beta: float) -> None:
        self.levels, self.constant, self.beta, self.N = levels, constant, beta, len(levels[0].members)
        self._pairs = np.zeros(len(levels[1].J) if len(levels) > 1 else 0)  # A of the step before

    def derivatives(self, x: FloatArray) -> tuple[list[FloatArray], float]:
        """Return A of the sets of 1, 2, .. spins, and E/N."""
        A, energy = [level.J.copy() for level in self.levels], 0.0
        for p in range(1, len(self.levels) + 1):  # order by order
            part = self.levels[p - 1].J
            for size in range(p, 1, -1):
                level, out = self.levels[size - 1], np.zeros_like(A[size - 2])
                hand_down(level.members, level.below, part, x, out)
                part = out / (p - size + 1)
                A[size - 2] += part
            energy -= float(part @ x) / p
        return A, energy / self.N + self.constant

    def bare(self, x: FloatArray) -> tuple[FloatArray, float]:
        """Return the field of the energy on every spin, and that energy per spin."""
        A, energy = self.derivatives(x)
        return A[0], energy

    def field(self, x: FloatArray, old: FloatArray) -> FloatArray:
        """Return the local field of T.5."""
        A, _ = self.derivatives(x)
        h = A[0]
        if len(A) > 1:
            pairs, onsager = self.levels[1].members, np.zeros(self.N)
            hand_down(pairs, self.levels[1].below, A[1] * self._pairs, 1.0 - x**2, onsager)
            h -= self.beta * onsager * old
            self._pairs = A[1]
        for size in range(3, len(A) + 1):
            level, out = self.levels[size - 1], np.zeros(self.N)
            react(level.members, level.below, A[size - 1], A[size - 2], x, out)
            h += self.beta * out
        return h

    def own_energy(self, x: FloatArray) -> float:
        """Return the energy of the means per spin."""
        return self.bare(x)[1]

    def reaction(self, x: FloatArray) -> tuple[float, float]:
        """Return what the reaction of the other spins adds to f and to the energy per spin (T.6)."""
        A, _ = self.derivatives(x)
        pairs = zip(self.levels[1:], A[1:], strict=True)
        added = -self.beta * sum(squares(level.members, each, x) for level, each in pairs) / self.N
        return 0.5 * added, added

    def replicon(self, x: FloatArray) -> float:
        """Return 1 - the largest eigenvalue of beta^2 (1 - x_i^2) A_ij^2 (1 - x_j^2), by powers of it."""
        if len(self.levels) < 2:
            return 1.0
        A, level, v = self.derivatives(x)[0][1], self.levels[1], 1.0 - x**2
        y, found = v.copy(), 0.0
        for _ in range(POWERS):
            length = math.sqrt(float(y @ y))
            if length == 0.0:  # all spins are frozen
                return 1.0
            out = np.zeros(self.N)
            hand_down(level.members, level.below, A**2, v * y / length, out)
            y = self.beta**2 * v * out
            before, found = found, math.sqrt(float(y @ y))
            if abs(found - before) <= KNOWN * found:
                break
        return 1.0 - found
