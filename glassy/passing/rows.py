"""Patterns as rows of bytes, pattern by pattern: what the kernels of message passing go through."""

from __future__ import annotations

import numpy as np

from glassy.model.patterns import Patterns
from glassy.numerics.bits import Bits
from glassy.passing.kernels import BLOCK, turn


def rows_of_patterns(patterns: Patterns) -> Bits:
    """Return the patterns as an array (blocks, K, 8): eight bytes of every pattern, then the next eight.

    Bit 7 - i % 8 of byte i // 8 is 1 where spin i is +1, and 0 beyond the last.

    Examples
    --------
    >>> rows_of_patterns(Patterns.of(np.array([[1, -1], [-1, -1], [1, 1]], np.int8)))  # three spins, two patterns
    array([[[160,   0,   0,   0,   0,   0,   0,   0],
            [ 32,   0,   0,   0,   0,   0,   0,   0]]], dtype=uint8)
    """
    rows = np.zeros((-(-patterns.N // (8 * BLOCK)), patterns.K, BLOCK), np.uint8)
    turn(patterns.bits, rows)
    return rows
