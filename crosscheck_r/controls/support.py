"""Wrong-on-purpose certified supports."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from crosscheck_r.controls import Control
from validation.lasso.support import lasso_support

__all__ = ["CONTROLS"]


def _with_zero(result: Any, zero: Any) -> Any:
    return dataclasses.replace(result, zero=zero, certified_zero=zero.sum(axis=0), undecided=(~zero).sum(axis=0))


def _gradient_alone(y_true: Any, x: Any, **options: Any) -> Any:
    """Columns that are 0 in a loose fit count as proved."""
    from validation.lasso import lasso_path

    result = lasso_support(y_true, x, **options)
    loose = lasso_path(y_true, x, lambdas=result.lambdas, engine="glmnet", threshold=1e-2)
    zero = np.ones_like(result.zero)
    zero[:, : loose.lambdas.size] = loose.coefficients == 0.0
    return _with_zero(result, zero)


def _next_lambda(**arguments: Any) -> Any:
    """Proofs of one lambda are used for the next smaller one."""
    result = lasso_support(**arguments)
    return _with_zero(result, np.column_stack([result.zero[:, :1], result.zero[:, :-1]]))


def _counted_twice(**arguments: Any) -> Any:
    """Selected columns count as decided."""
    result = lasso_support(**arguments)
    return dataclasses.replace(result, undecided=result.undecided - result.selected)


CONTROLS = (
    Control("support_gradient_alone", "lasso_support", "Zeros of a loose fit count as proved.", _gradient_alone),
    Control("support_next_lambda", "lasso_support", "Proofs are used one lambda too far.", _next_lambda),
    Control("support_counted_twice", "lasso_support", "Selected columns count as decided.", _counted_twice),
)
