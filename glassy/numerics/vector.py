"""The vector code: one pass over the patterns, packed as bits, that flips a spin and sums the fields of the next ones.

A pass takes S rows of bits (the next S spins of the sequence; a set bit is +1) and returns for each the sum of b over its set
bits. If it also *flips* a row, every pattern's state u first goes up by `sign` where that row is set and down where it is
not, b becomes table[u], and two more sums follow: over the set bits of the flipped row, and over all patterns.

b is kept as digits of base 256 between -128 and 127, one array (plane) of bytes for each. Two facts make this fast: a table
of 128 bytes is looked up for 64 patterns by one instruction, and one instruction multiplies 64 bytes of a plane by 64 of the
bits and sums them in fours. Bit j of byte l of a row of W bytes belongs to place j W + l of the states and planes, so that
`bits & 2^j` selects 64 neighbours, with weight 2^j; the weights leave by Horner's rule. All sums are exact.

Squares are the second form: b = w (w + odd), w = max(v, -odd - v), v = u - centre, odd 0 or 1, is all that P = 3 needs. The one
plane holds w, found without a lookup, and one instruction multiplies w by w + odd. The table then is (2, 256) of uint8: w of
every state, and 64 bytes each of centre and odd.

The code is LLVM vector instructions for AVX-512 with VNNI and VBMI; nothing outside this file knows them. `slow_pass` is the
same in NumPy.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types
from numba.core import cgutils as _cgutils
from numba.core.registry import cpu_target
from numba.extending import intrinsic

NEEDED = ("avx512f", "avx512bw", "avx512vl", "avx512vnni", "avx512vbmi")
MOST_PATTERNS = 2**23  # the sums of one plane stay below 2^31
MOST_SQUARES = 2**21  # and those of squares
CHUNK = 64  # blocks of bits that are read again and again, and should stay near

cgutils: Any = _cgutils
_I8, _I32, _I64 = ir.IntType(8), ir.IntType(32), ir.IntType(64)
_BYTES, _SUMS = ir.VectorType(_I8, 64), ir.VectorType(_I32, 16)
_ZERO, _NOTHING = ir.Constant(_SUMS, None), ir.Constant(_BYTES, None)


def available() -> bool:
    """Whether the processor, as numba sees it, runs the passes."""
    _, _, features = cpu_target.target_context.codegen().magic_tuple()
    return set(NEEDED) <= {f[1:] for f in features.split(",") if f.startswith("+")}


def slow_pass(
    rows: npt.NDArray[np.uint8],
    chosen: list[int],
    flipped: int | None,
    sign: int,
    state: npt.NDArray[Any],
    table: npt.NDArray[Any],
) -> list[int]:
    """Return the sums of a pass whose planes hold table[state], or of squares, and update the state: the oracle."""
    bits = np.unpackbits(rows[:, :, None], axis=2, bitorder="little").transpose(0, 2, 1).reshape(len(rows), -1).astype(bool)
    if flipped is not None:
        state += np.where(bits[flipped], sign, -sign).astype(state.dtype)
    if table.ndim == 2:  # squares: the centre, and odd
        centre, odd = int(table[1, 0]), int(table[1, 64])
        v = (state.astype(np.int64) - centre + 128) % 256 - 128
        w = np.maximum(v, -v - odd)
        b = w * (w + odd)
    else:
        b = table[state.astype(np.int64) % len(table)]
    sums = [int(b[bits[i]].sum()) for i in chosen]
    return sums if flipped is None else [*sums, int(b[bits[flipped]].sum()), int(b.sum())]


class _Pass:
    """Emits one pass into a numba function: S rows, with or without a flip, for as many planes as `planes` holds."""

    def __init__(self, builder: Any, S: int, flips: bool, planes: int, wide: bool, squares: bool, p: dict[str, Any]) -> None:
        self.b, self.S, self.flips, self.planes, self.wide, self.squares, self.p = builder, S, flips, planes, wide, squares, p
        self.sums = S + 2 if flips else S
        free = 20 // (self.sums * self.planes)
        free = 8 if free >= 8 else 4 if free >= 4 else 2 if free >= 2 else 1
        self.groups = 8 if self.squares else free  # bits of a byte taken side by side
        self.sets = min(self.groups, free)  # of sums: squares have no weights, so that groups may share them

    def call(self, name: str, result: Any, *args: Any) -> Any:
        module = self.b.module
        function = module.globals.get(name) or ir.Function(module, ir.FunctionType(result, [a.type for a in args]), name)
        return self.b.call(function, args)

    def at(self, pointer: Any, offset: Any, kind: Any) -> Any:
        """Pointer to a `kind` at an offset in bytes."""
        return self.b.bitcast(self.b.gep(self.b.bitcast(pointer, _I8.as_pointer()), [offset]), kind.as_pointer())

    def load(self, pointer: Any, offset: Any) -> Any:
        value = self.b.load(self.at(pointer, offset, _BYTES))
        value.align = 64
        return value

    def store(self, value: Any, pointer: Any, offset: Any) -> None:
        self.b.store(value, self.at(pointer, offset, _BYTES)).align = 64

    def splat(self, byte: Any) -> Any:
        empty = ir.Constant(_BYTES, ir.Undefined)
        one = self.b.insert_element(empty, byte, ir.Constant(_I32, 0))
        return self.b.shuffle_vector(one, empty, ir.Constant(ir.VectorType(_I32, 64), None))

    def lookup(self, plane: int, state: Any) -> Any:
        """Bytes of the table at state mod 128, or mod 256."""
        parts = self.tables[plane]
        name = "llvm.x86.avx512.vpermi2var.qi.512"
        found = self.call(name, _BYTES, parts[0], state, parts[1])
        if not self.wide:
            return found
        upper = self.b.icmp_signed("<", state, _NOTHING)
        return self.b.select(upper, self.call(name, _BYTES, parts[2], state, parts[3]), found)

    def isset(self, bits: Any) -> Any:
        return self.b.icmp_unsigned("!=", bits, _NOTHING)

    def root(self, state: Any) -> Any:
        """Return w of 64 states."""
        right, left = self.b.sub(state, self.centre), self.b.sub(self.mirror, state)
        return self.b.select(self.b.icmp_signed(">", right, left), right, left)

    def flip(self, place: Any, bits: Any) -> list[Any]:
        """Turn the states of 64 patterns and return their new planes."""
        state = self.load(self.p["state"], place)
        state = self.b.add(state, self.b.select(self.isset(bits), self.up, self.down))
        self.store(state, self.p["state"], place)
        new = [self.root(state)] if self.squares else [self.lookup(n, state) for n in range(self.planes)]
        for value, pointer in zip(new, self.p["planes"], strict=True):
            self.store(value, pointer, place)
        return new

    def step(self, block: Any, weight: int, j: int, group: int) -> None:
        """Add the terms of bit j of one block; `group` names the sums they belong to."""
        b = self.b
        select = ir.Constant(_BYTES, [1 << j] * 64)
        here = b.mul(block, ir.Constant(_I64, 64))
        place = b.add(here, b.mul(self.p["stride"], ir.Constant(_I64, j)))
        chosen = [b.and_(self.load(row, here), select) for row in self.rows]
        if self.flips:
            own = b.and_(self.load(self.own, here), select)
            terms = self.flip(place, own)
            chosen += [own, select]
        else:
            terms = [self.load(pointer, place) for pointer in self.p["planes"]]
        if self.squares:
            w = terms[0]
            chosen = [w if bits is select else b.select(self.isset(bits), w, _NOTHING) for bits in chosen]
            terms = [b.add(w, self.odd)]
        for n, term in enumerate(terms):
            for s, bits in enumerate(chosen):
                total = self.partial[group % self.sets][s][n]
                left, right = b.bitcast(bits, _SUMS), b.bitcast(term, _SUMS)
                b.store(self.call("llvm.x86.avx512.vpdpbusd.512", _SUMS, b.load(total), left, right), total)

    def each(self) -> list[tuple[int, int]]:
        return [(s, n) for s in range(self.sums) for n in range(self.planes)]

    def emit(self) -> None:
        b, p = self.b, self.p
        data = p["rows"]
        index = [b.load(self.at(p["chosen"], ir.Constant(_I64, 8 * s), _I64)) for s in range(self.S)]
        self.rows = [self.at(data, b.mul(i, p["stride"]), _I8) for i in index]
        if self.flips:
            self.own = self.at(data, b.mul(p["flipped"], p["stride"]), _I8)
            self.up = self.splat(b.trunc(p["sign"], _I8))
            self.down = b.sub(_NOTHING, self.up)
        if self.squares:
            self.centre, self.odd = (self.load(p["table"], ir.Constant(_I64, offset)) for offset in (256, 320))
            self.mirror = b.sub(self.centre, self.odd)
        elif self.flips:
            parts = 4 if self.wide else 2
            offsets = [[ir.Constant(_I64, 64 * (n * parts + i)) for i in range(parts)] for n in range(self.planes)]
            self.tables = [[self.load(p["table"], offset) for offset in row] for row in offsets]
        rounds = 8 // self.groups
        self.partial = [
            [[cgutils.alloca_once(b, _SUMS) for _ in range(self.planes)] for _ in range(self.sums)] for _ in range(self.sets)
        ]
        totals = [[cgutils.alloca_once_value(b, _ZERO) for _ in range(self.planes)] for _ in range(self.sums)]
        chunk = ir.Constant(_I64, CHUNK)
        with cgutils.for_range_slice(b, ir.Constant(_I64, 0), p["blocks"], chunk, _I64) as (start, _):
            end = b.add(start, chunk)
            end = b.select(b.icmp_signed("<", end, p["blocks"]), end, p["blocks"])
            for r in range(rounds - 1, -1, -1):
                for group in range(self.sets):
                    for s, n in self.each():
                        total = self.partial[group][s][n]
                        halved = _ZERO if r == rounds - 1 else b.ashr(b.load(total), ir.Constant(_SUMS, [1] * 16))
                        b.store(halved, total)
                with cgutils.for_range_slice(b, start, end, ir.Constant(_I64, 1), _I64) as (block, _):
                    for group in range(self.groups):
                        self.step(block, r, group * rounds + r, group)
            for s, n in self.each():
                for group in range(self.sets):
                    shift = ir.Constant(_SUMS, [0 if self.squares else group * rounds] * 16)
                    part = b.ashr(b.load(self.partial[group][s][n]), shift)
                    b.store(b.add(b.load(totals[s][n]), part), totals[s][n])
        for s, n in self.each():
            total = self.call("llvm.vector.reduce.add.v16i32", _I32, b.load(totals[s][n]))
            b.store(b.sext(total, _I64), self.at(p["out"], ir.Constant(_I64, 8 * (s * self.planes + n)), _I64))


def _pass(S: int, flips: bool) -> Any:
    @intrinsic
    def vector_pass(typing, rows, chosen, flipped, sign, state, planes, table, blocks, out):  # type: ignore[no-untyped-def]
        """Write the sums [row, plane] to `out`; a state of type uint8 asks for tables of 256 bytes, int8 for 128.

        A table of type uint8 asks for squares.
        """
        names = ("rows", "chosen", "flipped", "sign", "state", "planes", "table", "blocks", "out")
        kinds = dict(zip(names, (rows, chosen, flipped, sign, state, planes, table, blocks, out), strict=True))

        def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            p = dict(zip(kinds, args, strict=True))
            p["stride"] = builder.extract_value(context.make_array(rows)(context, builder, p["rows"]).strides, 0)
            p["planes"] = [
                context.make_array(planes.dtype)(context, builder, builder.extract_value(p["planes"], n)).data
                for n in range(planes.count)
            ]
            for name in ("rows", "chosen", "state", "table", "out"):
                p[name] = context.make_array(kinds[name])(context, builder, p[name]).data
            wide, squares = state.dtype == types.uint8, table.dtype == types.uint8
            _Pass(builder, S, flips, planes.count, wide, squares, p).emit()
            return context.get_dummy_value()

        return types.void(*kinds.values()), emit

    return vector_pass


look_1, look_2, look_4 = (_pass(S, flips=False) for S in (1, 2, 4))
flip_1, flip_2, flip_4 = (_pass(S, flips=True) for S in (1, 2, 4))
