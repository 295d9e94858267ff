"""Couplings of all sets of two, three or four spins, and lists of few: the arrays that the chains of a sample share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.model.integer_couplings import MOST_SPINS, Term
from glassy.model.patterns import Patterns
from glassy.numerics.bits import aligned
from glassy.simulation.kernels.listed import SPARE, ListedTerms
from glassy.simulation.kernels.quadruples import fill_quadruples, place_quadruples, quadruple_layout
from glassy.simulation.kernels.triples import WIDTH, fill_triples, place_triples


def pairs_of(patterns: Patterns) -> npt.NDArray[Any]:
    """Return J_ij = sum_mu xi_i xi_j without its diagonal; sums in blocks that float32 holds exactly.

    Examples
    --------
    >>> pairs_of(Patterns.of(np.array([[1, 1], [1, -1], [-1, -1]], np.int8))).tolist()
    [[0, 0, -2], [0, 0, 0], [-2, 0, 0]]
    """
    xi = patterns.signs
    N, K = xi.shape
    J = np.zeros((N, N), np.int16 if K < 2**15 else np.int32)  # rows come from memory: the smaller the faster
    for start in range(0, K, 2**20):
        part = xi[:, start : start + 2**20].astype(np.float32)
        J += (part @ part.T).astype(J.dtype)
    np.fill_diagonal(J, 0)
    return J


def pairs_from(values: npt.NDArray[np.int64], N: int) -> npt.NDArray[Any]:
    """Return given couplings of all i < j, in lexicographic order and below 2^15, in the same form."""
    J = np.zeros((N, N), np.int16)
    J[np.triu_indices(N, 1)] = values
    return J + J.T


def makes_fields(pairwise: bool, N: int, K: int) -> bool:
    """Whether chains run by local fields: at P = 2, unless there are so few patterns that their signed sum is shorter."""
    return pairwise and 32 * K >= N and K < 2**31 and N <= 2**14


def bytes_of_pairs(N: int, K: int, replicas: int) -> int:
    """Memory of the couplings, of making them, and of one field per replica."""
    return 12 * N * N + 4 * N * min(K, 2**20) + 8 * N * replicas


def triples_of(patterns: Patterns) -> npt.NDArray[Any]:
    """Return J_ijk = sum_mu xi_i xi_j xi_k, zero where two indices agree, in rows padded with zeros.

    Examples
    --------
    >>> J = triples_of(Patterns.of(np.array([[1, 1], [1, -1], [-1, -1]], np.int8)))  # three spins, patterns 1 1 -1 and 1 -1 -1
    >>> int(J[0, 1, 2]), int(J[0, 0, 2]), J.shape, J.dtype.name
    (0, 0, (3, 3, 32), 'int16')
    """
    N, K = patterns.N, patterns.K
    J = aligned((N, N, _width(N)), _type(K))
    fill_triples(patterns.bits.view(np.uint64), K, J)
    return J


def triples_from(values: npt.NDArray[np.int64], N: int) -> npt.NDArray[Any]:
    """Return given couplings of all i < j < k, below 2^15, in the same form."""
    J = aligned((N, N, _width(N)), np.int16)
    place_triples(values, J)
    return J


def _width(N: int) -> int:
    return -(-N // WIDTH) * WIDTH


def _type(K: int) -> type:
    return np.int16 if K < 2**15 else np.int32  # slabs come from memory: the smaller the faster


def bytes_of_triples(N: int, K: int) -> int:
    """Memory of the tensor.

    Examples
    --------
    >>> bytes_of_triples(100, 667)
    2560000
    """
    return N * N * _width(N) * np.dtype(_type(K)).itemsize


def quadruples_of(patterns: Patterns) -> npt.NDArray[Any]:
    """Return the slabs of J_ijkm = sum_mu xi_i xi_j xi_k xi_m, one for each spin, in the smallest type that holds them.

    Examples
    --------
    >>> patterns = Patterns.of(np.array([[1, 1], [1, -1], [-1, -1], [1, 1]], np.int8))
    >>> four = quadruples_of(patterns)
    >>> four.shape, four.dtype.name, int(np.abs(four).sum())       # J_0123 = -1 + 1 = 0
    ((4, 128), 'int16', 0)
    """
    N, layout = patterns.N, quadruple_layout(patterns.N)
    for dtype in (np.int16, np.int32):
        four = aligned((N, int(layout[3, N])), dtype)
        if fill_quadruples(patterns.bits.view(np.uint64), patterns.K, four, layout) <= np.iinfo(dtype).max:
            break
    return four


def quadruples_from(values: npt.NDArray[np.int64], N: int) -> npt.NDArray[Any]:
    """Return given couplings of all i < j < k < m, below 2^15, in the same form."""
    four = aligned((N, int(quadruple_layout(N)[3, N])), np.int16)
    place_quadruples(values, four, quadruple_layout(N))
    return four


def bytes_of_quadruples(N: int) -> int:
    """Memory of the couplings, in 16 bits.

    Examples
    --------
    >>> bytes_of_quadruples(64)
    5459968
    """
    return 2 * N * int(quadruple_layout(N)[3, N])


def list_terms(terms: Sequence[Term], N: int) -> ListedTerms:
    """Return the lists of every spin.

    Examples
    --------
    >>> found = list_terms([Term(2, 3, np.array([5]), np.array([[0, 2]]))], 3)
    >>> found.start.tolist(), found.others.tolist(), found.values.tolist()
    ([0, 1, 1, 2], [[2, 66, 66], [0, 66, 66]], [60, 60])
    """
    spins, others, values, order = [np.zeros(0, np.int64)], [np.zeros((0, 3), np.int64)], [np.zeros(0, np.int64)], []
    for t in terms:
        members = t.listed(N)
        for k in range(t.order):
            rest = np.full((len(members), MOST_SPINS - 1), N + SPARE)
            rest[:, : t.order - 1] = np.delete(members, k, axis=1)
            spins.append(members[:, k])
            others.append(rest)
            values.append(4 * t.factor * t.values)
            order.append(np.full(len(members), t.order))
    place = np.concatenate(spins)
    by_spin = np.argsort(place, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(place, minlength=N))]).astype(np.int64)
    return ListedTerms(
        start,
        np.concatenate(others)[by_spin].astype(np.int32),
        np.concatenate(values)[by_spin],
        np.concatenate([np.zeros(0, np.int64), *order])[by_spin],
    )
