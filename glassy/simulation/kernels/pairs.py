"""Couplings of two spins, shared by the chains of a sample."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.model.patterns import Patterns


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
