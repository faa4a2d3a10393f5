"""Implementations that are wrong on purpose: what the checks must catch.

A check that has never failed proves nothing. Each control is a statistic with one mistake that people do make.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["Control", "controls"]

FAMILIES = ("baseline_table", "roc", "logistic", "lasso", "nomogram", "calibration", "decision_curve", "decision_curve_extras")


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
    """All controls, family by family."""
    for family in FAMILIES:
        yield from importlib.import_module(f"{__name__}.{family}").CONTROLS
