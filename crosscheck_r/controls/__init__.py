"""Implementations that are wrong on purpose: what the checks must catch.

A check that has never failed proves nothing. Each control is a statistic with one mistake that people do make.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["Control", "controls"]


@dataclass(frozen=True)
class Control:
    """One wrong implementation.

    Parameters
    ----------
    name : str
        Unique name, ``<statistic>_<mistake>``.
    statistic : str
        Statistic whose checks must catch it.
    wrong : str
        The mistake in one sentence.
    compute : callable
        Signature and result of the statistic's ``compute``.
    compat : str, optional
        Mode by whose quantities it is judged; None for the default.
    """

    name: str
    statistic: str
    wrong: str
    compute: Callable[..., Any]
    compat: str | None = None


def controls() -> Iterator[Control]:
    """All controls, module by module of this package."""
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda found: found.name):
        yield from importlib.import_module(f"{__name__}.{module.name}").CONTROLS
