"""The passes in kernels: of `numerics.vector`, or of `numerics.lanes`, by the type of what they are compiled for."""

from __future__ import annotations

from typing import Any

from numba import types
from numba.extending import intrinsic

from glassy.numerics import lanes, vector

ARRAYS = ("rows", "chosen", "state", "kept", "table", "out")


def available() -> bool:
    """Whether the processor, as numba sees it, runs one of them."""
    return vector.available() or lanes.available()


def width() -> int:
    """Return the bytes of a vector: 64 with `vector`, else as `lanes` has them."""
    return vector.BLOCK if vector.available() else lanes.WIDTH


def _pass(S: int, flips: bool) -> Any:
    @intrinsic
    def one_pass(typing, rows, chosen, flipped, sign, state, kept, form, table, blocks, out):  # type: ignore[no-untyped-def]
        """Write the sums of t, row by row, to `out`: of the chosen rows, and of what else the pass sums.

        `form` is a tuple whose shape is known when this is compiled: of numbers, or of tuples for `numerics.lanes`.
        """
        names = ("rows", "chosen", "flipped", "sign", "state", "kept", "form", "table", "blocks", "out")
        kinds = dict(zip(names, (rows, chosen, flipped, sign, state, kept, form, table, blocks, out), strict=True))
        numbers = [len(part) if isinstance(part, types.BaseTuple) else 0 for part in form]

        def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            p = dict(zip(kinds, args, strict=True))
            for name, array in (("stride", "rows"), ("places", "kept")):
                p[name] = builder.extract_value(context.make_array(kinds[array])(context, builder, p[array]).strides, 0)
            for name in ARRAYS:
                p[name] = context.make_array(kinds[name])(context, builder, p[name]).data
            if all(numbers):
                lanes.Pass(builder, S, flips, tuple(numbers), p).emit()
            else:
                wide, square = state.dtype == types.uint8, table.dtype == types.uint8
                vector.Pass(builder, S, flips, form.count, wide, square, p).emit()
            return context.get_dummy_value()

        return types.void(*kinds.values()), emit

    return one_pass


look_1, look_2, look_4 = (_pass(S, flips=False) for S in (1, 2, 4))
flip_1, flip_2, flip_4 = (_pass(S, flips=True) for S in (1, 2, 4))
