"""What replicas would gain by sharing one pass over the bits of the patterns: the bare pass, terms/ns.

python -m benchmarks.shared_bits   S rows for R replicas; K = 8192 lies in the second cache, K = 262144 beyond it

Each bit of a row is made a mask, or a byte 0 or 1, once for all replicas. Why the sampler does not do it:
docs/explanation/decisions/speed.md.
"""

from __future__ import annotations

import statistics
import time
from functools import reduce

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from glassy.numerics import vector
from glassy.numerics.bits import aligned
from glassy.numerics.jit import kernel

CASES = ((True, 1), (False, 2), (False, 3))  # squares (P = 3); two digits (P = 4); three
SHAPES = ((4, 1), (4, 2), (4, 4), (2, 4))


def shared_pass(S, R, square, digits):
    """Return a compiled loop over bare passes: S rows of bits, the states of R replicas of some digits each."""

    @intrinsic
    def look(typing, rows, chosen, states, blocks, out):
        def emit(context, b, signature, args):
            array = {"rows": rows, "chosen": chosen, "out": out}
            p = dict(zip(("rows", "chosen", "states", "blocks", "out"), args, strict=True))
            stride = b.extract_value(context.make_array(rows)(context, b, p["rows"]).strides, 0)
            each = [
                context.make_array(states.dtype)(context, b, b.extract_value(p["states"], n)).data for n in range(states.count)
            ]
            for name, kind in array.items():
                p[name] = context.make_array(kind)(context, b, p[name]).data
            one = vector.Pass(b, S, False, 1, False, square, p)
            constant = lambda x: ir.Constant(vector._I64, x)  # noqa: E731
            index = [b.load(one.at(p["chosen"], constant(8 * s), vector._I64)) for s in range(S)]
            pointers = [one.at(p["rows"], b.mul(i, stride), vector._I8) for i in index]
            totals = [[cgutils.alloca_once_value(b, vector._ZERO) for _ in range(S)] for _ in each]
            with cgutils.for_range(b, p["blocks"], intp=vector._I64) as loop:
                here = b.mul(loop.index, constant(64))
                for j in range(8):
                    place = b.add(b.mul(here, constant(8)), constant(64 * j))
                    terms = [one.load(pointer, place) for pointer in each]
                    if square:
                        no = ir.Constant(ir.IntType(1), 0)
                        terms = [one.call("llvm.abs.v64i8", vector._BYTES, t, no) for t in terms]
                    for s in range(S):
                        bits = one.load(pointers[s], here)
                        isset = b.icmp_unsigned("!=", b.and_(bits, ir.Constant(vector._BYTES, [1 << j] * 64)), vector._NOTHING)
                        spread = None if square else one.bit(bits, j)
                        for term, row in zip(terms, totals, strict=True):
                            factor = b.select(isset, term, vector._NOTHING) if square else spread
                            left, right = b.bitcast(factor, vector._SUMS), b.bitcast(term, vector._SUMS)
                            total = one.call("llvm.x86.avx512.vpdpbusd.512", vector._SUMS, b.load(row[s]), left, right)
                            b.store(total, row[s])
            lanes = reduce(b.add, [b.load(x) for row in totals for x in row])
            total = one.call("llvm.vector.reduce.add.v16i32", vector._I32, lanes)
            b.store(b.sext(total, vector._I64), one.at(p["out"], constant(0), vector._I64))
            return context.get_dummy_value()

        return types.void(rows, chosen, states, blocks, out), emit

    @kernel
    def run(repeats, rows, chosen, states, blocks, out):
        for _ in range(repeats):
            look(rows, chosen, states, blocks, out)

    return run


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    for square, digits in CASES:
        for S, R in SHAPES:
            run, rates = shared_pass(S, R, square, digits), []
            for K in (8192, 262_144):
                bits = aligned((200, K // 8), np.uint8)
                bits[:] = rng.integers(0, 256, bits.shape)
                states = tuple(aligned((K,), np.int8) for _ in range(R * digits))
                for state in states:
                    state[:] = rng.integers(-20, 20, K)
                chosen, out, repeats = np.array([3, 50, 70, 100]), np.zeros(1, np.int64), 20_000_000 // (K * R)
                run(1, bits, chosen, states, K // 512, out)
                seconds = []
                for _ in range(9):
                    start = time.perf_counter()
                    run(repeats, bits, chosen, states, K // 512, out)
                    seconds.append((time.perf_counter() - start) / repeats)
                rates.append(f"{S * R * K / statistics.median(seconds) / 1e9:.0f}")
            print("squares" if square else f"{digits} digits", f"S={S} R={R}:", " and ".join(rates), "terms/ns", flush=True)
