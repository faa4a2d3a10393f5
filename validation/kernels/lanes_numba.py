"""Sum of products in eight lanes as one vector operation, in NumPy's order of additions.

Numba does not turn eight separate sums into a vector by itself, and reordering sums would change their last bits.
"""

from __future__ import annotations

import importlib
from typing import Any

from numba.core import types
from numba.extending import intrinsic

__all__ = ["eight_lanes"]

# without types of their own
_ir: Any = importlib.import_module("llvmlite.ir")
cgutils: Any = importlib.import_module("numba.core.cgutils")
_LANES = 8


def _eight_lanes(typing_context: Any, a: Any, b: Any, begin: Any, count: Any) -> Any:
    """``sum(a[begin:begin+count] * b[...])`` for a count that is a multiple of 8: lane k sums every eighth product."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        vector, word = _ir.VectorType(_ir.DoubleType(), _LANES), _ir.IntType(64)
        starts = [
            builder.gep(context.make_array(kind)(context, builder, value).data, [arguments[2]])
            for kind, value in zip(signature.args[:2], arguments[:2], strict=True)
        ]

        def products(place: Any) -> Any:
            pointers = [builder.bitcast(builder.gep(start, [place]), vector.as_pointer()) for start in starts]
            return builder.fmul(*(builder.load(pointer, align=8) for pointer in pointers))

        total, step = cgutils.alloca_once(builder, vector), _ir.Constant(word, _LANES)
        builder.store(products(_ir.Constant(word, 0)), total)
        with cgutils.for_range_slice(builder, step, arguments[3], step, inc=True) as (place, _):
            builder.store(builder.fadd(builder.load(total), products(place)), total)
        lanes = [builder.extract_element(builder.load(total), _ir.Constant(_ir.IntType(32), k)) for k in range(_LANES)]
        while len(lanes) > 1:
            lanes = [builder.fadd(lanes[k], lanes[k + 1]) for k in range(0, len(lanes), 2)]
        return lanes[0]

    return types.float64(a, b, types.intp, types.intp), generate


eight_lanes: Any = intrinsic(_eight_lanes)
