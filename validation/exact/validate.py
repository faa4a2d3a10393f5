"""Certified apparent indexes of a logistic model: from the certified maximum, rounded once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.exact.elimination import backward_elimination as certified_elimination
from validation.exact.logistic_indexes import logistic_model_indexes

__all__ = ["validate_model"]


def validate_model(y_true: Any, x: Any, *, backward_elimination: bool = False, **_: Any) -> Mapping[str, Any]:
    """Certified apparent values of `validation.internal_validation.validate_model`.

    Parameters
    ----------
    y_true, x
        As there.
    backward_elimination : bool
        The model of the predictors that certified elimination keeps.

    Raises
    ------
    NotEstimable
        Where no maximum can be proven to exist.
    """
    if backward_elimination:
        columns = np.asarray(x, dtype=np.float64)
        names = [f"x{j + 1}" for j in range(columns.shape[1])]
        x = columns[:, certified_elimination(y_true, columns, names, rule="aic")["kept"]]
    found, n = logistic_model_indexes(y_true, x), int(np.asarray(y_true).size)
    dxy, d, u = found["somers_dxy"], (found["likelihood_ratio"] - 1.0) / n, -2.0 / n
    numbers = (
        dxy, found["r_squared"], 0.0, 1.0, 0.0, d, u, d - u, found["brier_score"], found["g_index"], found["g_risk"]
    )  # fmt: skip
    return {"index_original": np.array(numbers), "auc": found["c_index"]}
