"""One seam between the NumPy reference and compiled kernels.

A family of kernels is a pair of modules ``<family>_numpy`` and ``<family>_numba`` with the same functions. NumPy is
always there; numba is used where the extra ``fast`` is installed, unless the environment variable
``CROSSCHECK_KERNEL`` says ``numpy``. Both must give the same doubles, which is tested.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import os
from types import ModuleType

from validation.errors import InputError

__all__ = ["available", "load", "selected"]


@functools.cache
def available() -> tuple[str, ...]:
    """Names of the kernels that can run here, the preferred one first."""
    return ("numba", "numpy") if importlib.util.find_spec("numba") is not None else ("numpy",)


def selected() -> str:
    """Kernel that runs: the preferred one, or what ``CROSSCHECK_KERNEL`` asks for."""
    wanted = os.environ.get("CROSSCHECK_KERNEL", "")
    if not wanted:
        return available()[0]
    if wanted not in available():
        raise InputError(
            "CROSSCHECK_KERNEL",
            f"is {wanted!r}, available here: {', '.join(available())}",
            hint="Install the extra 'fast' for numba, or unset the variable.",
        )
    return wanted


def load(family: str, kernel: str | None = None) -> tuple[ModuleType, str]:
    """Module with the kernels of `family` and the name of the kernel that it is (``numba`` or ``numpy``)."""
    return _module(family, kernel or selected())


@functools.cache
def _module(family: str, name: str) -> tuple[ModuleType, str]:
    if name == "numba" and importlib.util.find_spec(f"validation.kernels.{family}_numba") is None:
        name = "numpy"
    return importlib.import_module(f"validation.kernels.{family}_{name}"), name
