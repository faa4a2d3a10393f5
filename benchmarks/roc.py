"""ROC family: AUC with DeLong's interval through the public call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.frame import Race, python_seconds, r_seconds
from crosscheck_r.agreement import digits
from crosscheck_r.session import RSession
from validation.roc import auc

SIZES = {1_000: 20.0, 10_000: 40.0, 100_000: 40.0, 1_000_000: 40.0}


def cohort(n: int, seed: int = 1) -> tuple[Any, Any]:
    """Outcome with 30 % events and a continuous score."""
    generator = np.random.default_rng(seed)
    y = (generator.random(n) < 0.3).astype(np.int32)
    return y, generator.normal(size=n) + 0.5 * y


def _same(ours: Any, theirs: Any) -> bool:
    return bool(min(digits(ours.auc, theirs["auc"][0], 1.0), digits(ours.lower, theirs["lower"][0], 1.0)) >= 14.5)


def contests(session: RSession) -> Iterator[Race]:
    """AUC and interval against pROC's roc + auc + ci.auc + var."""
    for n, goal in SIZES.items():
        y, x = cohort(n)
        arguments = {"y_true": y, "y_score": x, "direction": "higher", "level": 0.95}
        yield Race(
            name="roc.auc_delong",
            n=n,
            theirs="pROC roc + ci.auc",
            ours_run=python_seconds(auc, y_true=y, y_score=x),
            theirs_run=r_seconds(session, "benchmarks.R::auc_delong", arguments),
            equal=_same,
            goal=goal,
            kernel=auc(y, x).kernel,
            rounds=5 if n < 1_000_000 else 3,
        )
