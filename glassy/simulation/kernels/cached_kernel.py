"""The sampler's inner loop with cached local fields, for couplings of two, three and four spins. Integers in, integers out."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.numerics.jit import kernel, part
from glassy.simulation.kernels.listed import SPARE, ListedTerms, start_listed, turn_listed
from glassy.simulation.kernels.portable import Int8, Int64, extra_change, move_own
from glassy.simulation.kernels.quadruples import add_quadruples, turn_pairs
from glassy.simulation.kernels.triples import add_triples


@part
def _add_pairs(row: npt.NDArray[Any], by: Any, h: npt.NDArray[Any]) -> None:
    for k in range(h.size):
        h[k] = h.dtype.type(h[k] + by * row[k])


@part
def _add(g: Int64, sign: Any, shift: int, h: npt.NDArray[Any]) -> None:
    for k in range(h.size):
        h[k] += sign * (g[k] >> shift)


@kernel
def start_fields(
    one: Int64,
    two: npt.NDArray[Any],
    three: npt.NDArray[Any],
    four: npt.NDArray[Any],
    layout: Int64,
    by: Int64,
    listed: ListedTerms,
    pairs: npt.NDArray[np.int16],
    collected: npt.NDArray[Any],
    f: npt.NDArray[Any],
    sigma: Int8,
    h: Int64,
) -> int:
    """Write h_i = sigma_i dE_i of couplings without patterns; return four times the energy in units.

    Of k spins each, sum_l sigma_l g_l counts every coupling k times, and g_l as the sum over i of those that hold both k - 1
    times.
    """
    N = sigma.size
    signs = np.zeros(N + 64, np.int16)
    signs[:N] = sigma
    signs[N + SPARE] = 1
    g = np.zeros(N, np.int64)
    h[:] = 0
    energy = np.int64(start_listed(listed.start, listed.others, listed.values, listed.order, signs, h))
    for order in range(1, 5):
        total = np.int64(0)
        for i in range(N):
            own = np.int64(0)
            if order == 1 and one.size:
                own = one[i]
            elif order > 1:
                g[:] = 0
                if order == 2 and two.size:
                    _add_pairs(two[i], 1, g)
                elif order == 3 and three.size:
                    add_triples(three[i], signs[: three.shape[2]], 1, g)
                elif order == 4 and four.size:
                    add_quadruples(four[i], layout, signs, pairs, collected, f, 1, g)
                for k in range(N):
                    own += g[k] * sigma[k]
                own //= order - 1
            h[i] -= by[order] // 2 * own
            total += own * sigma[i]
        energy += by[order] * (total // order)
    return energy  # type: ignore[return-value]


@kernel
def run_cached(
    two: npt.NDArray[Any],
    three: npt.NDArray[Any],
    four: npt.NDArray[Any],
    layout: Int64,
    by: Int64,
    shift: int,
    listed: ListedTerms,
    pairs: npt.NDArray[np.int16],
    collected: npt.NDArray[Any],
    f: npt.NDArray[Any],
    first: Int8,
    sigma: Int8,
    h: npt.NDArray[Any],
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
    """The same sweeps as `run` by local fields h_i = sigma_i dE_i, in units of the tables: an attempt is one product.

    The first seven are those of `Interactions`; pairs, collected and f those of `add_quadruples`. `first` is pattern 0 and m
    its overlap N m with sigma; scale, turn, own and energies are those of `Extras`. Returns (m, energy).
    """
    N = sigma.size
    signs = np.zeros(N + 64, np.int16)
    signs[:N] = sigma
    signs[N + SPARE] = 1
    g = np.zeros(N, np.int64)
    few = listed.values.size > 0
    plain = two.size > 0 and three.size == 0 and four.size == 0 and shift == 0
    for t in range(sites.shape[0]):
        accepted = 0
        for j in range(sites.shape[1]):
            i = sites[t, j]
            sign = np.int64(sigma[i])
            dE = scale * (sign * h[i]) + extra_change(i, sign, turn, own, own_u, energies)
            if dE <= thresholds[t, j]:
                if plain:
                    _add_pairs(two[i], h.dtype.type(by[2] * sign), h)
                elif two.size + three.size + four.size > 0:
                    g[:] = 0
                    if two.size:
                        _add_pairs(two[i], by[2], g)
                    if three.size:
                        add_triples(three[i], signs[: three.shape[2]], by[3], g)
                    if four.size:
                        add_quadruples(four[i], layout, signs, pairs, collected, f, by[4], g)
                        turn_pairs(i, layout, pairs)
                    _add(g, sign, shift, h)
                if few:
                    turn_listed(i, sign, listed.start, listed.others, listed.values, signs, h)
                sigma[i] = -sigma[i]
                signs[i] = sigma[i]
                move_own(i, sign, own, own_u)
                m -= 2 * sign * np.int64(first[i])  # type: ignore[assignment]
                energy += dE
                accepted += 1
        for i in range(N):
            spins[t, i] = sigma[i]
        trace[t, 0] = m
        trace[t, 1] = energy
        trace[t, 2] = accepted
    return m, energy
