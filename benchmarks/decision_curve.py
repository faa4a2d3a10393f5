"""Decision curve family: all measures with limits from resamples through the public call."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.frame import Race, python_seconds, r_seconds
from crosscheck_r.session import RSession
from validation.decision_curve import decision_curve
from validation.r_numerics import r_seq

PREDICTORS = 5
MODE = "rmda-1.6"


def cohort(n: int, seed: int = 1) -> tuple[Any, Any]:
    """Five normal predictors, prevalence about 30 %."""
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(n, PREDICTORS))
    log_odds = x @ np.linspace(0.8, 0.0, PREDICTORS) - 1.0
    return (generator.random(n) < 1.0 / (1.0 + np.exp(-log_odds))).astype(np.int32), x


def _same(ours: Any, theirs: Any) -> bool:
    """Every measure and limit is the same double."""
    return all(
        np.array_equal(np.ravel(operator.attrgetter(name)(ours)), np.ravel(value), equal_nan=True)
        for name, value in theirs.items()
    )


def _race(session: RSession, name: str, n: int, bootstraps: int, goal: float, rounds: int) -> Race:
    y, x = cohort(n)
    data = {"x": x} if name == "refitted" else {"y_proba": 1.0 / (1.0 + np.exp(1.0 - x[:, 0]))}
    shared = {"y_true": y, "thresholds": r_seq(0.0, 1.0, 0.01), "level": 0.95, "bootstraps": bootstraps, "seed": 1}
    function = "decision_curve" if name == "refitted" else "decision_curve_of_risks"
    return Race(
        name=f"decision_curve.{name}",
        n=n,
        theirs=f"rmda decision_curve, {bootstraps} resamples",
        ours_run=python_seconds(decision_curve, **data, **shared, compat=MODE),
        theirs_run=r_seconds(session, f"decision_curve.R::{function}", {**data, **shared}),
        equal=_same,
        goal=goal,
        kernel=decision_curve(**data, **{**shared, "level": None}).kernel,
        rounds=rounds,
    )


def contests(session: RSession) -> Iterator[Race]:
    """Model refitted in every resample, and given risks, against rmda."""
    if session.packages().get("rmda") is None:
        return
    yield _race(session, "refitted", 500, 500, 80.0, 3)
    yield _race(session, "refitted", 5_000, 500, 40.0, 1)
    yield _race(session, "refitted", 50_000, 20, 30.0, 1)
    yield _race(session, "given", 500, 500, 60.0, 3)
    yield _race(session, "given", 5_000, 500, 40.0, 1)
