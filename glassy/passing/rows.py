"""Patterns as rows of bytes, pattern by pattern: what the kernels of message passing go through."""

from __future__ import annotations

import numpy as np

from glassy.model.patterns import Patterns
from glassy.numerics.bits import Bits
from glassy.passing.kernels import turn


def rows_of_patterns(patterns: Patterns) -> Bits:
    """Return the patterns as an array (K, bytes): bit 7 - i % 8 of byte i // 8 is 1 where spin i is +1; 0 beyond the last.

    Examples
    --------
    >>> rows_of_patterns(Patterns.of(np.array([[1, -1], [-1, -1], [1, 1]], np.int8)))  # three spins, two patterns
    array([[160],
           [ 32]], dtype=uint8)
    """
    rows = np.zeros((patterns.K, -(-patterns.N // 8)), np.uint8)
    turn(patterns.bits, rows)
    return rows
