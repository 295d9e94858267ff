"""The sampler's inner loop: integers in, integers out. `run.py_func` is the same loop in plain Python, bit for bit.

Loops over whole slices, 32-bit block sums and unsigned indices let LLVM vectorise; benchmarks/kernel.py measures it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.numerics.jit import inlined, kernel

Int8 = npt.NDArray[np.int8]
Int64 = npt.NDArray[np.int64]


@kernel
def _block_sum(row: Int8, b: npt.NDArray[Any]) -> int:
    total = b.dtype.type(0)
    for k in range(row.size):
        total = b.dtype.type(total + (b[k] if row[k] > 0 else b.dtype.type(0)))
    return total  # type: ignore[no-any-return]


@kernel
def signed_sum(row: Int8, b: npt.NDArray[Any], b_sum: int, block: int) -> int:
    """Return sum_k row[k] b[k] = 2 sum_{row[k] > 0} b[k] - b_sum, where b_sum = sum_k b[k].

    A masked sum is cheaper than a product. Blocks of `block` terms are summed in the type of b, the blocks in 64 bits.
    """
    total = np.int64(0)
    start = 0
    while start < row.size:
        stop = min(start + block, row.size)
        total += _block_sum(row[start:stop], b[start:stop])
        start = stop
    return 2 * total - b_sum  # type: ignore[return-value]


@kernel
def _shift(
    row: Int8, sign: int, u: npt.NDArray[np.uint32], b: npt.NDArray[Any], A: Int64, B: npt.NDArray[Any]
) -> tuple[int, int]:
    """Flip the spin of `row`: u += sign row, b = B[u]; return (sum A[u], sum b)."""
    a = np.int64(0)
    b_sum = np.int64(0)
    for k in range(row.size):
        v = np.uint32(u[k] + sign * row[k])
        u[k] = v
        b[k] = B[v]
        a += A[v]
        b_sum += B[v]
    return a, b_sum  # type: ignore[return-value]


@inlined
def extra_change(i: int, sign: Any, turn: Int64, own: Int8, own_u: Int64, energies: Int64) -> int:
    """Return what a Perturbation adds to the energy of flipping spin i, now `sign`: its field and its chosen patterns."""
    change = turn[i] * sign
    for w in range(own_u.size):
        u = own_u[w]
        change += energies[w, u + sign * own[w, i]] - energies[w, u]
    return change  # type: ignore[no-any-return]


@inlined
def move_own(i: int, sign: Any, own: Int8, own_u: Int64) -> None:
    """Flip spin i, which was `sign`, in the chosen patterns."""
    for w in range(own_u.size):
        own_u[w] += sign * own[w, i]


@kernel
def run(
    xi: Int8,
    sigma: Int8,
    u: npt.NDArray[np.uint32],
    b: npt.NDArray[Any],
    A: Int64,
    B: npt.NDArray[Any],
    block: int,
    a: int,
    b_sum: int,
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
) -> tuple[int, int, int]:
    """Attempt `sites.shape = (sweeps, N)` flips in order; record the state after each sweep.

    xi (N, K) holds the patterns spin by spin; sigma, u (misaligned spins of each pattern) and b = B[u] are updated in place.
    `a` = sum A[u] and `b_sum` = sum b are integers in units of the tables, `energy` in units of 1/scale of them; scale, turn,
    own and energies are those of `Extras`, own_u the misaligned spins of its patterns. Sweep t writes spins[t] and trace[t] =
    (M of pattern 0, energy, accepted flips). Returns (a, b_sum, energy).
    """
    for t in range(sites.shape[0]):
        accepted = 0
        for j in range(sites.shape[1]):
            i = sites[t, j]
            sign = int(sigma[i])
            dE = scale * (a + sign * signed_sum(xi[i], b, b_sum, block)) + extra_change(i, sign, turn, own, own_u, energies)
            if dE <= thresholds[t, j]:
                a, b_sum = _shift(xi[i], sign, u, b, A, B)
                move_own(i, sign, own, own_u)
                sigma[i] = -sigma[i]
                energy += dE
                accepted += 1
        for i in range(sigma.size):
            spins[t, i] = sigma[i]
        trace[t, 0] = sigma.size - 2 * np.int64(u[0])
        trace[t, 1] = energy
        trace[t, 2] = accepted
    return a, b_sum, energy
