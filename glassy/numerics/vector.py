"""The vector code: one pass over the patterns, packed as bits, that flips a spin and sums the fields of the next ones.

A pass takes S rows of bits (the next S spins of the sequence; a set bit is +1) and returns for each the sum of t over its set
bits. If it also *flips* a row, every pattern's state first goes up by `sign` where that row is set and down where it is not.

t is digits of base 256 between -128 and 127, found in one table of bytes for each (plane) at the state, which is all that is
kept: one instruction looks up 64 patterns in a table of 128 bytes. Another multiplies 64 bytes by 64 others and sums in fours:
digits by bits (0 or 1), or, where t is the square of the state, |state| by |state| where the bit is set. After a flip follow
the sum of t over all patterns and, for digits, over the set bits of the flipped row.

Bit j of byte l of block b of a row (64 bytes to a block) belongs to place 512 b + 64 j + l of the states. All sums
are exact. The code is LLVM vector instructions for AVX-512 with VNNI, VBMI and GFNI; nothing outside this file knows them.
The tests say the same in NumPy.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

from llvmlite import ir
from numba.core import cgutils as _cgutils

from glassy.numerics.jit import COMPILED, processor

NEEDED = ("avx512f", "avx512bw", "avx512vl", "avx512vnni", "avx512vbmi", "gfni")
MOST_PATTERNS, MOST_SQUARES = 2**23, 2**21  # each sixteenth of a sum stays below 2^31
BLOCK = 64

cgutils: Any = _cgutils
_I8, _I32, _I64 = ir.IntType(8), ir.IntType(32), ir.IntType(64)
_BYTES, _SUMS = ir.VectorType(_I8, 64), ir.VectorType(_I32, 16)
_WIDE = ir.VectorType(_I64, 16)
_ZERO, _NOTHING = ir.Constant(_SUMS, None), ir.Constant(_BYTES, None)
_ONES = ir.Constant(_BYTES, [1] * 64)


def available() -> bool:
    """Whether the processor, as numba sees it, runs the passes; nothing does where kernels are not compiled."""
    if not COMPILED:
        return False
    return set(NEEDED) <= processor()[1]


class Pass:
    """Emits one pass into a numba function: S rows, with or without a flip, for as many planes.

    A state of type uint8 is looked up in tables of 256 bytes (wide), int8 in 128; square says that t is the square of the state
    (int8, no less than -127), which is the one plane. p["out"] takes the sums [row, plane]: of rows, of all, of the flipped.
    """

    def __init__(self, builder: Any, S: int, flips: bool, planes: int, wide: bool, square: bool, p: dict[str, Any]) -> None:
        self.b, self.S, self.flips, self.planes, self.wide, self.square, self.p = builder, S, flips, planes, wide, square, p
        self.sums = S + (0 if not flips else 1 if square else 2)
        self.parts = 4 if wide else 2  # of a table
        self.few = (self.sums + self.parts) * planes <= 20  # registers: else a table is loaded for each use, not moved about
        self.groups = 1  # of sums, that take turns: each addition waits for the one before
        while self.groups * self.sums * planes < 8:
            self.groups *= 2

    def call(self, name: str, result: Any, *args: Any) -> Any:
        """Call an instruction by LLVM's name for it."""
        module = self.b.module
        function = module.globals.get(name) or ir.Function(module, ir.FunctionType(result, [a.type for a in args]), name)
        return self.b.call(function, args)

    def at(self, pointer: Any, offset: Any, kind: Any) -> Any:
        """Pointer to a `kind` at an offset in bytes."""
        return self.b.bitcast(self.b.gep(self.b.bitcast(pointer, _I8.as_pointer()), [offset]), kind.as_pointer())

    def load(self, pointer: Any, offset: Any) -> Any:
        """Load a vector that begins on a multiple of its size."""
        value = self.b.load(self.at(pointer, offset, _BYTES))
        value.align = 64
        return value

    def store(self, value: Any, pointer: Any, offset: Any) -> None:
        """Store one there."""
        self.b.store(value, self.at(pointer, offset, _BYTES)).align = 64

    def splat(self, byte: Any) -> Any:
        """Return a vector of one byte."""
        empty = ir.Constant(_BYTES, ir.Undefined)
        one = self.b.insert_element(empty, byte, ir.Constant(_I32, 0))
        return self.b.shuffle_vector(one, empty, ir.Constant(ir.VectorType(_I32, 64), None))

    def table(self, plane: int) -> list[Any]:
        """Load the table of a plane."""
        return [self.load(self.p["table"], ir.Constant(_I64, 64 * (plane * self.parts + i))) for i in range(self.parts)]

    def lookup(self, plane: int, state: Any) -> Any:
        """Bytes of the table at state mod 128, or mod 256."""
        parts = self.tables[plane] if self.few else self.table(plane)
        name = "llvm.x86.avx512.vpermi2var.qi.512"
        found = self.call(name, _BYTES, parts[0], state, parts[1])
        if not self.wide:
            return found
        upper = self.b.icmp_signed("<", state, _NOTHING)
        return self.b.select(upper, self.call(name, _BYTES, parts[2], state, parts[3]), found)

    def bit(self, bits: Any, j: int) -> Any:
        """Return bit j of each byte as a byte, 0 or 1: a matrix of bits, applied to the bits of each, does it."""
        matrix = self.b.bitcast(ir.Constant(ir.VectorType(_I64, 8), [2 ** (56 + j)] * 8), _BYTES)
        return self.call("llvm.x86.vgf2p8affineqb.512", _BYTES, bits, matrix, ir.Constant(_I8, 0))

    def choose(self, bits: Any, j: int, one: Any, other: Any) -> Any:
        """Return bytes of `one` where bit j is set, else of the other."""
        b = self.b
        isset = b.icmp_unsigned("!=", b.and_(bits, ir.Constant(_BYTES, [1 << j] * 64)), _NOTHING)
        return b.select(isset, one, other)

    def flip(self, place: Any, own: Any, j: int) -> Any:
        """Turn the states of 64 patterns."""
        state = self.b.add(self.load(self.p["state"], place), self.choose(own, j, self.up, self.down))
        self.store(state, self.p["state"], place)
        return state

    def terms(self, place: Any, own: Any, j: int) -> list[Any]:
        """Return |state|, or the digits, of 64 patterns."""
        if self.square:
            state = self.flip(place, own, j) if self.flips else self.load(self.p["state"], place)
            return [self.call("llvm.abs.v64i8", _BYTES, state, ir.Constant(ir.IntType(1), 0))]
        state = self.flip(place, own, j) if self.flips else self.load(self.p["state"], place)
        return [self.lookup(n, state) for n in range(self.planes)]

    def step(self, place: Any, rows: list[Any], own: Any, j: int) -> None:
        """Add the terms of bit j of one block."""
        b = self.b
        terms = self.terms(place, own, j)
        for s in range(self.sums):
            if s == self.S:
                factor = terms[0] if self.square else _ONES
            elif self.square:
                factor = self.choose(rows[s], j, terms[0], _NOTHING)
            else:
                factor = self.bit(own if s > self.S else rows[s], j)
            for n, term in enumerate(terms):
                total = self.totals[j % self.groups][s][n]
                left, right = b.bitcast(factor, _SUMS), b.bitcast(term, _SUMS)
                b.store(self.call("llvm.x86.avx512.vpdpbusd.512", _SUMS, b.load(total), left, right), total)

    def emit(self) -> None:
        """Write the pass."""
        b, p = self.b, self.p
        data = p["rows"]
        index = [b.load(self.at(p["chosen"], ir.Constant(_I64, 8 * s), _I64)) for s in range(self.S)]
        pointers = [self.at(data, b.mul(i, p["stride"]), _I8) for i in index]
        if self.flips:
            flipped = self.at(data, b.mul(p["flipped"], p["stride"]), _I8)
            self.up = self.splat(b.trunc(p["sign"], _I8))
            self.down = b.sub(_NOTHING, self.up)
        self.tables = [] if self.square else [self.table(n) for n in range(self.planes)]
        self.totals = [
            [[cgutils.alloca_once_value(b, _ZERO) for _ in range(self.planes)] for _ in range(self.sums)]
            for _ in range(self.groups)
        ]
        with cgutils.for_range(b, p["blocks"], intp=_I64) as loop:
            here = b.mul(loop.index, ir.Constant(_I64, BLOCK))
            for j in range(8):
                rows = [self.load(pointer, here) for pointer in pointers]
                own = self.load(flipped, here) if self.flips else None
                self.step(b.add(b.mul(here, ir.Constant(_I64, 8)), ir.Constant(_I64, BLOCK * j)), rows, own, j)
        for s in range(self.sums):
            for n in range(self.planes):
                lanes = reduce(b.add, [b.load(self.totals[group][s][n]) for group in range(self.groups)])
                total = self.call("llvm.vector.reduce.add.v16i64", _I64, b.sext(lanes, _WIDE))
                b.store(total, self.at(p["out"], ir.Constant(_I64, 8 * (s * self.planes + n)), _I64))
