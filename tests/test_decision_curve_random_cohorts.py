"""Live rmda on random cohorts: every measure, limit and generator state is the same double."""

from __future__ import annotations

import operator
import warnings
from typing import Any

import numpy as np
import pytest

from validation import decision_curve
from validation.r_numerics import r_seq


def cohort(seed: int) -> dict[str, Any]:
    """Outcome, predictors and a risk, often with ties, and choices of the analysis."""
    generator = np.random.default_rng(1000 + seed)
    n, p = int(generator.integers(30, 150)), int(generator.integers(1, 5))
    x = np.round(generator.normal(size=(n, p)), int(generator.choice([1, 2, 9])))
    y = (x @ np.linspace(0.9, 0.0, p) + generator.logistic(size=n) > 0.3).astype(np.int32)
    y[:2] = 0, 1
    return {
        "y_true": y,
        "x": x,
        "y_proba": np.round(generator.random(n), int(generator.choice([1, 2, 17]))),
        "thresholds": r_seq(0.0, 1.0, float(generator.choice([0.05, 0.1]))),
        "level": float(generator.choice([0.8, 0.9, 0.95])),
        "bootstraps": int(generator.choice([10, 25])),
        "seed": seed,
    }


@pytest.mark.live
@pytest.mark.parametrize("design", [{}, {"study_design": "case-control", "prevalence": 0.15}], ids=["cohort", "cc"])
@pytest.mark.parametrize("policy", ["opt-in", "opt-out"])
@pytest.mark.parametrize("seed", range(1, 6))
def test_no_double_differs(r: Any, seed: int, policy: str, design: dict[str, Any]) -> None:
    if r.packages().get("rmda") is None:
        warnings.warn("R package rmda is not installed: random cohorts were NOT compared with it", stacklevel=1)
        pytest.skip("R package rmda is not installed: this live comparison did NOT run")
    drawn = cohort(seed)
    for function, other in (
        ("decision_curve", "y_proba"),
        ("decision_curve_of_risks", "x"),
    ):
        arguments = {name: value for name, value in drawn.items() if name != other} | {"policy": policy, **design}
        theirs = r.call(f"decision_curve.R::{function}", arguments).value
        ours = decision_curve(**arguments, compat="rmda-1.6")
        assert len(theirs) > 90
        for name, value in theirs.items():
            mine = np.asarray(operator.attrgetter(name)(ours), dtype=np.float64)
            expected = np.asarray(value, dtype=np.float64).reshape(mine.shape)
            np.testing.assert_array_equal(mine, expected, err_msg=name)
