"""The portable pass: the sums of `numerics.vector` in vectors of 16 or 32 bytes, on any processor that looks up bytes.

Without AVX-512 a lookup costs as much as a row of patterns, so the bytes that a pass multiplies are kept beside the state and
made anew at a flip alone. And no instruction multiplies a byte by a bit: a row holds seven patterns in a byte, from the highest
bit down, set where the pattern is -1, above a lowest bit that is always set. Doubling the byte brings the next pattern to its
sign, and it is never zero: to give other bytes its sign is one instruction. The sums are signed, sum_k xi_k t_k, for three
kinds of t:

    squares    t = state^2: kept is |state|, multiplied by itself with the sign of xi
    products   t = a b, tables of 0 .. 255 and -127 .. 127: kept are a and b, and b takes the sign of xi
    digits     t in base 256, a table for each digit: kept are these, multiplied by xi

Tables are looked up sixteen entries at a time, and where t is odd or even in the state, at its absolute value: half as many. An
odd t then has the sign of the state in b, or kept as a byte more.

A product of two bytes is added to that of the next pattern in 16 bits (one instruction), then a few of these in 16 bits, as
many as surely fit, and all in 32. Place k of the states is bit 7 - j of byte l of block b of a row, k = 7 W b + W j + l, with
vectors of W bytes. The tests say the same in NumPy.
"""

from __future__ import annotations

import platform
from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba.core import cgutils as _cgutils

from glassy.numerics.bits import aligned
from glassy.numerics.jit import COMPILED, processor

SQUARES, PRODUCTS, DIGITS = 1, 2, 3
STATE, ABSOLUTE, HALF = 1, 2, 3  # what a table is looked up at: the state, its absolute value, or half that
EVEN, ODD = 1, 2
PER_BYTE = 7
PART = 16  # entries of a table that one instruction looks up
MOST_SUM = 2**15 - 1  # of two products and what is added to them in 16 bits
NEEDED = "SSSE3 (x86) or NEON (Arm of 64 bits)"

cgutils: Any = _cgutils
_I8, _I16, _I32, _I64 = (ir.IntType(n) for n in (8, 16, 32, 64))


ARM = COMPILED and platform.machine().lower() in ("aarch64", "arm64")
WIDTH = 32 if COMPILED and not ARM and "avx2" in processor()[1] else 16


def available() -> bool:
    """Whether the processor, as numba sees it, runs the passes: x86 with SSSE3, or Arm of 64 bits."""
    return COMPILED and (ARM or bool(processor()[1] & {"ssse3", "sse4.1", "sse4.2", "avx", "avx2"}))  # each has the ones before


def to_rows(bits: npt.NDArray[np.uint8], K: int) -> npt.NDArray[np.uint8]:
    """Return patterns (N, bytes), as in numpy.packbits, as rows of seven in a byte; places beyond the last one are +1.

    Examples
    --------
    >>> rows = to_rows(np.packbits([[1, 0, 0]], axis=1), 3)  # + - -
    >>> rows.shape == (1, WIDTH), bin(rows[0, 0]), bin(rows[0, 1])
    (True, '0b1', '0b10000001')
    """
    blocks = -(-K // (PER_BYTE * WIDTH))
    rows = aligned((len(bits), blocks * WIDTH), np.uint8)
    minus = np.zeros(blocks * PER_BYTE * WIDTH, np.uint8)
    for row, given in zip(rows, bits, strict=True):
        minus[:K] = 1 - np.unpackbits(given, count=K)
        seven = np.zeros((blocks, 8, WIDTH), np.uint8)
        seven[:, :PER_BYTE] = minus.reshape(blocks, PER_BYTE, WIDTH)
        seven[:, 7] = 1
        row[:] = np.packbits(seven, axis=1).ravel()
    return rows


class Target:
    """The instructions of a kind of processor, on vectors of `width` bytes."""

    def __init__(self, builder: Any, width: int, arm: bool) -> None:
        self.b, self.width, self.arm = builder, width, arm
        self.bytes, self.shorts = ir.VectorType(_I8, width), ir.VectorType(_I16, width // 2)
        self.longs = ir.VectorType(_I32, width // 4)
        self.part = ir.VectorType(_I8, PART)

    def call(self, name: str, result: Any, *args: Any) -> Any:
        """Call an instruction by LLVM's name for it."""
        module = self.b.module
        function = module.globals.get(name) or ir.Function(module, ir.FunctionType(result, [a.type for a in args]), name)
        return self.b.call(function, args)

    def splat(self, kind: Any, value: int) -> Any:
        """Return a vector of one number."""
        return ir.Constant(kind, [value] * kind.count)

    def signed(self, value: Any, x: Any) -> Any:
        """Return bytes with the sign of x, which is not 0."""
        if not self.arm:
            return self.call(f"llvm.x86.{'avx2.psign.b' if self.width == 32 else 'ssse3.psign.b.128'}", self.bytes, value, x)
        minus = self.b.ashr(x, self.splat(self.bytes, 7))
        return self.b.sub(self.b.xor(value, minus), minus)

    def products(self, a: Any, b: Any) -> Any:
        """Return a b, a in 0 .. 255 and b signed, two added up: in 16 bits."""
        if not self.arm:
            name = "avx2.pmadd.ub.sw" if self.width == 32 else "ssse3.pmadd.ub.sw.128"
            return self.call(f"llvm.x86.{name}", self.shorts, a, b)
        half = self.width // 2
        found = []
        for first in (0, half):
            side = ir.Constant(ir.VectorType(_I32, half), [*range(first, first + half)])
            left, right = (self.b.shuffle_vector(v, ir.Constant(self.bytes, ir.Undefined), side) for v in (a, b))
            found.append(self.b.mul(self.b.zext(left, self.shorts), self.b.sext(right, self.shorts)))
        return self.b.add(*found)

    def pairs(self, shorts: Any) -> Any:
        """Return 16-bit numbers, two added up: in 32 bits."""
        if not self.arm:
            name = "avx2.pmadd.wd" if self.width == 32 else "sse2.pmadd.wd"
            return self.call(f"llvm.x86.{name}", self.longs, shorts, self.splat(self.shorts, 1))
        return self.call("llvm.aarch64.neon.saddlp.v4i32.v8i16", self.longs, shorts)

    def absolute(self, value: Any) -> Any:
        """Return the absolute values of bytes."""
        return self.call(f"llvm.abs.v{self.width}i8", self.bytes, value, ir.Constant(ir.IntType(1), 0))

    def look_up(self, table: Any, index: Any) -> Any:
        """Return bytes of a table of 16, and 0 where the index is not below 16."""
        if self.arm:
            return self.call("llvm.aarch64.neon.tbl1.v16i8", self.bytes, table, index)
        far = self.call(f"llvm.uadd.sat.v{self.width}i8", self.bytes, index, self.splat(self.bytes, 0x70))
        return self.call(f"llvm.x86.{'avx2.pshuf.b' if self.width == 32 else 'ssse3.pshuf.b.128'}", self.bytes, table, far)


class Pass:
    """Emits one pass into a numba function: S rows, with or without a flip.

    `form` holds the kind (SQUARES, ..), the tables, the terms that are added in 16 bits, the parts of a table, the index
    (STATE, ..) and the parity of t (ODD). p["table"] is (tables, 16 parts); p["kept"] (tables, places), or a row more with
    the sign of the state for digits of an odd t. p["out"] takes the sums [row, sum] of the chosen rows and, after a flip unless
    of squares, of the flipped one.
    """

    def __init__(
        self, builder: Any, S: int, flips: bool, form: tuple[int, ...], p: dict[str, Any], width: int = WIDTH, arm: bool = ARM
    ) -> None:
        self.b, self.S, self.flips, self.p, self.width = builder, S, flips, p, width
        self.kind, self.planes, self.terms, self.parts, self.index, parity = form
        self.odd = parity == ODD
        self.t = Target(builder, width, arm)
        self.sums = self.planes if self.kind == DIGITS else 1  # of a row
        self.own = flips and self.kind != SQUARES  # whether the flipped row is summed too

    def at(self, pointer: Any, offset: Any, kind: Any) -> Any:
        """Pointer to a `kind` at an offset in bytes."""
        if isinstance(offset, int):
            offset = ir.Constant(_I64, offset)
        return self.b.bitcast(self.b.gep(self.b.bitcast(pointer, _I8.as_pointer()), [offset]), kind.as_pointer())

    def load(self, pointer: Any, offset: Any, kind: Any = None) -> Any:
        """Load a vector that begins on a multiple of its size."""
        value = self.b.load(self.at(pointer, offset, kind or self.t.bytes))
        value.align = PART if kind is not None else self.width
        return value

    def store(self, value: Any, pointer: Any, offset: Any) -> None:
        """Store one there."""
        self.b.store(value, self.at(pointer, offset, self.t.bytes)).align = self.width

    def new_bytes(self, state: Any) -> list[Any]:
        """Return what is kept of states that have just changed."""
        b, t = self.b, self.t
        if self.kind == SQUARES:
            return [t.absolute(state)]
        kept: list[Any] = [None] * self.planes
        index = state if self.index == STATE else t.absolute(state)
        if self.index == HALF:
            index = b.and_(b.bitcast(b.lshr(b.bitcast(index, t.shorts), t.splat(t.shorts, 1)), t.bytes), t.splat(t.bytes, 127))
        around = ir.Constant(ir.VectorType(_I32, self.width), [k % PART for k in range(self.width)])
        for part in range(self.parts):
            shifted = b.sub(index, t.splat(t.bytes, PART * part)) if part else index
            for n in range(self.planes):
                sixteen = self.load(self.p["table"], PART * (n * self.parts + part), t.part)
                table = b.shuffle_vector(sixteen, ir.Constant(t.part, ir.Undefined), around)
                here = t.look_up(table, shifted)
                kept[n] = here if kept[n] is None else b.or_(kept[n], here)
        if self.odd and self.kind == PRODUCTS:
            kept[1] = t.signed(kept[1], state)
        elif self.odd:
            kept.append(t.signed(t.splat(t.bytes, 1), state))
        return kept

    def kept(self, place: Any, own: Any) -> list[Any]:
        """Return what is kept of one vector of states, after they changed if they do."""
        if not self.flips:
            return [self.load(pointer, place) for pointer in self.keep]
        state = self.b.add(self.load(self.p["state"], place), self.t.signed(self.step, own))
        self.store(state, self.p["state"], place)
        found = self.new_bytes(state)
        for n, value in enumerate(found):
            self.store(value, self.keep[n], place)
        return found

    def term(self, kept: list[Any], x: Any) -> list[Any]:
        """Return the terms of one row, two added up in 16 bits: for each of its sums."""
        if self.kind == DIGITS:
            xi = self.t.signed(kept[self.planes] if self.odd else self.t.splat(self.t.bytes, 1), x)
            return [self.t.products(digit, xi) for digit in kept[: self.planes]]
        return [self.t.products(kept[0], self.t.signed(kept[-1], x))]

    def emit(self) -> None:
        """Write the pass."""
        b, p, t = self.b, self.p, self.t
        index = [b.load(self.at(p["chosen"], 8 * s, _I64)) for s in range(self.S)]
        pointers = [self.at(p["rows"], b.mul(i, p["stride"]), _I8) for i in index]
        if self.flips:
            pointers.append(self.at(p["rows"], b.mul(p["flipped"], p["stride"]), _I8))
            empty = ir.Constant(t.bytes, ir.Undefined)
            one = b.insert_element(empty, b.trunc(p["sign"], _I8), ir.Constant(_I32, 0))
            self.step = b.shuffle_vector(one, empty, ir.Constant(ir.VectorType(_I32, self.width), None))
        rows = self.planes + (self.odd and self.kind == DIGITS)
        self.keep = [self.at(p["kept"], b.mul(ir.Constant(_I64, n), p["places"]), _I8) for n in range(rows)]
        summed = range(self.S + self.own)
        zero = ir.Constant(t.longs, None)
        totals = [[cgutils.alloca_once_value(b, zero) for _ in range(self.sums)] for _ in summed]
        with cgutils.for_range(b, p["blocks"], intp=_I64) as loop:
            x = [self.load(pointer, b.mul(loop.index, ir.Constant(_I64, self.width))) for pointer in pointers]
            first = b.mul(loop.index, ir.Constant(_I64, PER_BYTE * self.width))
            short: list[list[Any]] = [[None] * self.sums for _ in summed]
            for j in range(PER_BYTE):
                kept = self.kept(b.add(first, ir.Constant(_I64, self.width * j)), x[-1])
                for s in summed:
                    for n, value in enumerate(self.term(kept, x[s])):
                        short[s][n] = value if short[s][n] is None else b.add(short[s][n], value)
                        if (j + 1) % self.terms == 0 or j == PER_BYTE - 1:
                            b.store(b.add(b.load(totals[s][n]), t.pairs(short[s][n])), totals[s][n])
                            short[s][n] = None
                if j < PER_BYTE - 1:
                    x = [b.add(v, v) for v in x]
        wide = ir.VectorType(_I64, self.width // 4)
        for s in summed:
            for n in range(self.sums):
                total = t.call(f"llvm.vector.reduce.add.v{self.width // 4}i64", _I64, b.sext(b.load(totals[s][n]), wide))
                b.store(total, self.at(p["out"], 8 * (s * self.sums + n), _I64))
