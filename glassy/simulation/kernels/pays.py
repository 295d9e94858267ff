"""Whether cached local fields are sure to be faster: costs as measured, for each class of processors."""

from __future__ import annotations

import math
from collections.abc import Sequence

from glassy.simulation.kernels.sets import bytes_of_quadruples, bytes_of_triples

MOST_BYTES = 2**28  # of couplings that are made unasked
NEAR = 2**25  # bytes that stay in a cache
COSTS = {  # nanoseconds of an attempt and of a flip, and how many patterns add one: below what was measured
    3: {
        64: ((50.0, 100.0), (30.0, 50.0)),
        32: ((50.0, 75.0), (30.0, 40.0)),
        16: ((50.0, 38.0), (30.0, 20.0)),
        0: ((40.0, 20.0), (0.0, 1.5)),
    },
    4: {
        64: ((30.0, 200.0), (30.0, 100.0)),
        32: ((30.0, 120.0), (30.0, 60.0)),
        16: ((30.0, 60.0), (30.0, 30.0)),
        0: ((40.0, 20.0), (0.0, 1.5)),
    },
}
ROOTS = {3: 6.0, 4: 12.0}  # see `most_accepted`
SHORT = {3: 0.0, 4: 300.0}  # nanoseconds of the shortest flip
CALL = 3000.0, 16.0  # of a call, and how many patterns add one: others run each rung of a ladder so between two exchanges


def most_accepted(P: int, load: float, T: float) -> float:
    """Return more than the accepted share of attempts at P = 3 and 4 in the long run, by at most a half where much is.

    dE of a network above its glass is normal, of variance 2 P load (N.1) and mean P load/T, so that erfc(sqrt(P load/4)/T) is
    accepted; in the glass, and in the retrieval phase, it was never more than T/8, nor T/(c sqrt(load)) with c of ROOTS. Both,
    added in squares, were never too low at loads .05 to 4 and T = .2 to 3, from a pattern and from random spins.

    Examples
    --------
    >>> most_accepted(3, 0.2, float("inf")), round(most_accepted(3, 0.2, 0.5), 2), most_accepted(3, 0.2, 0.0)
    (1.0, 0.28, 0.0)
    """
    if T == 0.0 or math.isinf(T):
        return min(1.0, T)
    return min(1.0, math.hypot(math.erfc(math.sqrt(0.25 * P * load) / T), T / max(8.0, ROOTS[P] * math.sqrt(load))))


def fields_pay(P: int, N: int, K: int, load: float, T: Sequence[float], attempts: float, width: int, every: int = 0) -> bool:
    """Whether couplings of P = 3 or 4 spins are sure to be faster for so many attempts at these temperatures, making included.

    Nanoseconds as measured for each class of processors (benchmarks/processors.py), above what cached fields take, an attempt
    15 (4 to 7 measured) and a flip one slab at 20 bytes or, from memory, 10, and below what the other takes: COSTS of the
    packed kernel by the bytes of its vectors, `width`, 64 for AVX-512; 0 for "patterns". A ladder exchanges after `every`
    sweeps.

    Examples
    --------
    >>> fields_pay(3, 60, 1200, 1.0, (0.5,), 1e6, 64), fields_pay(3, 60, 1200, 1.0, (2.0,), 1e6, 64)
    (True, False)
    """
    accepted = sum(most_accepted(P, load, t) for t in T) / len(T)
    size = bytes_of_triples(N, K) if P == 3 else bytes_of_quadruples(N)
    making = math.comb(N, P) * (40.0 + K / 100)
    attempt, flip = (base + K / patterns for base, patterns in COSTS[P][width])
    attempt += (CALL[0] + K / CALL[1]) / (every * N) if every else 0.0
    slab = SHORT[P] + size / N / (20.0 if size <= NEAR else 10.0)
    return making / attempts + 15.0 + accepted * slab < attempt + accepted * flip
