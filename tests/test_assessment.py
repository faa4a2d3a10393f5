"""Errors of given predictions: weights as repetition, bad input."""

from __future__ import annotations

import numpy as np
import pytest

from validation import assess_predictions
from validation.errors import InputError


def test_weights_are_repetition() -> None:
    y, eta, w = np.array([0, 1, 1, 0, 1]), np.array([-1.0, 0.3, 2.0, 0.1, -0.4]), np.array([2, 1, 3, 1, 2])
    weighted = assess_predictions(y, eta, weights=w)
    repeated = assess_predictions(np.repeat(y, w), np.repeat(eta, w))
    for name in ("deviance", "auc", "misclassification", "mean_squared_error", "true_positives"):
        assert getattr(weighted, name) == pytest.approx(getattr(repeated, name), rel=64 * 2.0**-52)


@pytest.mark.parametrize(
    "bad", [{"y_true": [0, 0, 0]}, {"linear_predictor": [1.0, np.nan, 0.0]}, {"weights": [1.0, -1.0, 1.0]},
            {"weights": [1.0, 0.0, 0.0]}, {"compat": "x"}],
)  # fmt: skip
def test_bad_input_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(InputError):
        assess_predictions(**({"y_true": [0, 1, 1], "linear_predictor": [0.0, 1.0, 2.0]} | bad))  # type: ignore[arg-type]
