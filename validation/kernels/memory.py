"""Let a resampling loop keep the memory that it frees and needs again.

Arrays of some hundred kilobytes come and go in every step of such a loop. The C library of Linux gives them back to
the system each time, and the system hands out the same pages empty again, which costs a third of the whole time. The
library learns from what is freed: once it has seen a larger piece freed, it keeps pieces up to that size.
"""

from __future__ import annotations

import functools

import numpy as np

__all__ = ["keep_pages"]

#: half of the largest piece that glibc learns from
_BYTES = 16 * 2**20


@functools.cache
def keep_pages() -> None:
    """Allocate and free one larger piece, untouched; once, and without effect where the C library is another."""
    np.empty(_BYTES, dtype=np.uint8)
