"""Exchanges of the rungs of one replica's ladder (M.5), and what is counted of them, for Python and for other kernels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from glassy.numerics.jit import kernel
from glassy.simulation.kernels.portable import Int8, Int64

PARITY, TRIPS = 0, 1  # of `counts`: which edges are next, 0 even and 1 odd; round trips


@kernel
def exchange(
    beta: npt.NDArray[np.float64],
    least: npt.NDArray[np.float64],
    above: npt.NDArray[np.float64],
    place: Int64,
    sigma: Int8,
    swaps: Int64,
    label: Int64,
    heading: Int8,
    lowest: Int64,
    marks: Int8,
    trips: Int64,
    kept: npt.NDArray[np.float64],
    counts: Int64,
) -> None:
    """Attempt every second edge; exp((beta_i - beta_j)(E_i - E_j)) is the ratio of the product measures.

    An edge i with least[i] <= (beta_i - beta_(i+1)) above[i] is accepted, above[i] the energy of rung i above that of i + 1.
    place[i] is the row of sigma (rungs, N) that holds the spins at rung i; the others are arrays of `Exchanges`.
    """
    top = beta.size - 1
    for i in range(counts[PARITY], top, 2):
        swaps[i, 0] += 1
        if least[i] <= (beta[i] - beta[i + 1]) * above[i]:
            swaps[i, 1] += 1
            place[i], place[i + 1] = place[i + 1], place[i]
            label[i], label[i + 1] = label[i + 1], label[i]
    counts[PARITY] = 1 - counts[PARITY]
    cold, hot = label[0], label[top]
    if heading[cold] == -1:
        counts[TRIPS] += 1
    heading[cold] = 1
    if heading[hot] == 1:
        heading[hot] = -1
    for i in range(top):
        w = label[i]
        if i < lowest[w]:
            lowest[w] = i
            for k in range(marks.shape[1]):
                marks[w, k] = sigma[place[i], k]
    low = lowest[hot]
    if low < top:
        overlap = np.int64(0)
        for k in range(marks.shape[1]):
            overlap += np.int64(marks[hot, k]) * np.int64(sigma[place[top], k])
        trips[low] += 1
        kept[low] += overlap / marks.shape[1]
        lowest[hot] = top
