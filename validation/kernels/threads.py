"""Keep small matrix products on one thread.

The products inside a resampling loop are too small to be shared: with a threaded BLAS the threads wait for each other,
and on a busy machine the whole loop becomes ten times slower.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
from typing import Any

__all__ = ["one_blas_thread"]


@functools.cache
def _controller() -> Any:
    try:
        return importlib.import_module("threadpoolctl").ThreadpoolController()
    except ImportError:
        return None


def one_blas_thread() -> contextlib.AbstractContextManager[Any]:
    """Context in which BLAS uses one thread; without effect where threadpoolctl (of scikit-learn) is missing."""
    controller = _controller()
    if controller is None:
        return contextlib.nullcontext()
    limited: contextlib.AbstractContextManager[Any] = controller.limit(limits=1, user_api="blas")
    return limited
