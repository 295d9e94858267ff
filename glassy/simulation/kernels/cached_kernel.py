"""The sampler's inner loop with cached local fields, for couplings of two, three and four spins. Integers in, integers out."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.numerics.jit import kernel, part
from glassy.simulation.kernels.exchange_kernel import exchange
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
    m: Int64,
    energy: Int64,
    scale: int,
    turn: Int64,
    own: Int8,
    own_u: Int64,
    energies: Int64,
    sites: Int64,
    thresholds: npt.NDArray[np.float64],
    spins: Int8,
    trace: Int64,
    due: npt.NDArray[np.bool_],
    least: npt.NDArray[np.float64],
    beta: npt.NDArray[np.float64],
    place: Int64,
    swaps: Int64,
    label: Int64,
    heading: Int8,
    lowest: Int64,
    marks: Int8,
    trips: Int64,
    kept: npt.NDArray[np.float64],
    counts: Int64,
) -> None:
    """The same sweeps as `run` by local fields h_i = sigma_i dE_i, in units of the tables: an attempt is one product.

    All rungs of a ladder in turn, sweep by sweep, with their exchanges after the sweeps that are `due`; a chain alone is a
    ladder of one. The first seven are those of `Interactions`; pairs, collected and f those of `add_quadruples`. `first` is
    pattern 0 and m its overlap N m with sigma; scale, turn, own and energies are those of `Extras`. What belongs to a chain has
    a row for each: pairs, sigma, h, m, energy and own_u, and place[n] is the row of the chain at rung n; sites, thresholds,
    spins and trace go by rung. least has a row for each exchange; for the rest see `exchange`.
    """
    N, done = sigma.shape[1], 0
    signs = np.zeros((sigma.shape[0], N + 64), np.int16)
    signs[:, :N] = sigma
    signs[:, N + SPARE] = 1
    g = np.zeros(N, np.int64)
    above = np.zeros(beta.size)
    few = listed.values.size > 0
    plain = two.size > 0 and three.size == 0 and four.size == 0 and shift == 0
    for t in range(sites.shape[1]):
        for n in range(sites.shape[0]):
            w = place[n]
            s, sh, hw, u = sigma[w], signs[w], h[w], own_u[w]
            accepted, now = 0, energy[w]
            at, most = sites[n, t], thresholds[n, t]
            for j in range(at.size):
                i = at[j]
                sign = np.int64(s[i])
                dE = scale * (sign * hw[i]) + extra_change(i, sign, turn, own, u, energies)
                if dE <= most[j]:
                    if plain:
                        _add_pairs(two[i], hw.dtype.type(by[2] * sign), hw)
                    elif two.size + three.size + four.size > 0:
                        g[:] = 0
                        if two.size:
                            _add_pairs(two[i], by[2], g)
                        if three.size:
                            add_triples(three[i], sh[: three.shape[2]], by[3], g)
                        if four.size:
                            add_quadruples(four[i], layout, sh, pairs[w], collected, f, by[4], g)
                            turn_pairs(i, layout, pairs[w])
                        _add(g, sign, shift, hw)
                    if few:
                        turn_listed(i, sign, listed.start, listed.others, listed.values, sh, hw)
                    s[i] = -s[i]
                    sh[i] = s[i]
                    move_own(i, sign, own, u)
                    m[w] -= 2 * sign * np.int64(first[i])
                    now += dE
                    accepted += 1
            energy[w] = now
            for k in range(N):
                spins[n, t, k] = s[k]
            trace[n, t, 0] = m[w]
            trace[n, t, 1] = now
            trace[n, t, 2] = accepted
        if due[t]:
            for n in range(beta.size - 1):
                above[n] = energy[place[n]] - energy[place[n + 1]]
            exchange(beta, least[done], above, place, sigma, swaps, label, heading, lowest, marks, trips, kept, counts)
            done += 1
