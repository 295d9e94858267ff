"""P = 3 by cached local fields: the couplings of three spins, and the sampler's inner loop. Integers in, integers out."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.numerics.bits import Words, odd_bits
from glassy.numerics.jit import kernel
from glassy.simulation.kernels.portable import Int8, Int64, extra_change, move_own


@kernel
def fill(words: Words, K: int, J: npt.NDArray[Any]) -> None:
    """Write J_ijk = sum_mu xi_i xi_j xi_k into zeros, of patterns as bits: a product is +1 where an odd number is set."""
    N = J.shape[0]
    pair = np.empty_like(words[0])
    for i in range(N):  # slab by slab, from the slabs before it and by symmetry
        slab = J[i]
        for j in range(i):
            slab[j] = J[j, i]
            for k in range(i + 1, N):
                slab[k, j] = slab[j, k]
        for j in range(i + 1, N):
            for w in range(pair.size):
                pair[w] = words[i, w] ^ words[j, w]
            for k in range(j + 1, N):
                slab[j, k] = slab[k, j] = 2 * odd_bits(pair, words[k]) - K


@kernel
def _dot(row: npt.NDArray[Any], signs: npt.NDArray[np.int16]) -> int:
    total = np.int32(0)
    for j in range(signs.size):
        total = np.int32(total + np.int32(row[j]) * np.int32(signs[j]))
    return total  # type: ignore[return-value]


@kernel
def _turn(slab: npt.NDArray[Any], signs: npt.NDArray[np.int16], by: Any, h: Int64) -> None:
    for i in range(h.size):
        h[i] -= by * np.int64(_dot(slab[i], signs))


@kernel
def run_tensor(
    J: npt.NDArray[Any],
    first: Int8,
    sigma: Int8,
    h: Int64,
    double: int,
    m: int,
    energy: int,
    scale: int,
    turn: Int64,
    own: Int8,
    own_u: Int64,
    energies: Int64,
    sites: Int64,
    thresholds: npt.NDArray[np.float64],
    spins: Int8,
    trace: Int64,
) -> tuple[int, int]:
    """The same sweeps as `run` by local fields: an attempt is one product, a flip of spin k one slab J[k] of the tensor.

    h_i = sigma_i dE_i in units of the tables; flipping k takes double sigma_k sum_j J_kij sigma_j from it, where J = sum_mu
    xi_i xi_j xi_k is zero where indices agree and beyond N, and |J_kij| summed over j stays below 2^31. `first` is pattern 0
    and m its overlap N m with sigma; scale, turn, own and energies are those of `Extras`. Returns (m, energy).
    """
    signs = np.zeros(J.shape[2], np.int16)  # 16 bits: products of two such summed in 32 bits are one instruction
    signs[: sigma.size] = sigma
    for t in range(sites.shape[0]):
        accepted = 0
        for j in range(sites.shape[1]):
            i = sites[t, j]
            sign = np.int64(sigma[i])
            dE = scale * (sign * h[i]) + extra_change(i, sign, turn, own, own_u, energies)
            if dE <= thresholds[t, j]:
                _turn(J[i], signs, double * sign, h)
                sigma[i] = -sigma[i]
                signs[i] = sigma[i]
                move_own(i, sign, own, own_u)
                m -= 2 * sign * np.int64(first[i])  # type: ignore[assignment]
                energy += dE
                accepted += 1
        for i in range(sigma.size):
            spins[t, i] = sigma[i]
        trace[t, 0] = m
        trace[t, 1] = energy
        trace[t, 2] = accepted
    return m, energy
