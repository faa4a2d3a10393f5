"""ROC family: area with DeLong's interval, all pairs of ten markers, bootstrap interval; through the public calls.

Both sides are measured in processor seconds of one call, so that neighbours on the machine matter little; short calls
are repeated within a round. NumPy alone runs a part of the races.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from benchmarks.frame import Race, Timed
from crosscheck_r.agreement import digits
from crosscheck_r.session import RSession
from validation.kernels import available
from validation.roc import auc, auc_bootstrap
from validation.roc.curve import PROC
from validation.roc.several import compare_aucs

SIZES = (1_000, 10_000, 100_000, 1_000_000)
#: one pass of pROC takes a quarter of a minute here, so that this size is a race of its own name
LARGE = 10_000_000
MARKERS, SEED, BOOTSTRAPS = 10, 1, 2_000
#: rows -> resamples that the others draw; their seconds are scaled to BOOTSTRAPS
RESAMPLES = {500: 2_000, 5_000: 500, 50_000: 50}
BOOTSTRAP_GOALS = {500: 100.0, 5_000: 80.0, 50_000: 60.0}
#: sizes that NumPy alone is raced at, and its goal against pROC
NUMPY_SIZES, NUMPY_GOAL = (1_000, 500, 100_000, 50_000), 10.0
#: rows that a round passes at least
_ROWS = 200_000

Equal = Callable[[Any, Any], bool]


def cohort(n: int, seed: int = SEED) -> tuple[Any, Any]:
    """Outcome with 30 % events and a continuous score."""
    generator = np.random.default_rng(seed)
    y = (generator.random(n) < 0.3).astype(np.int32)
    return y, generator.normal(size=n) + 0.5 * y


def markers(n: int) -> tuple[Any, Any]:
    """Outcome and ten correlated markers."""
    generator = np.random.default_rng(SEED)
    y = (generator.random(n) < 0.3).astype(np.int32)
    shared = generator.normal(size=(n, 1)) + 0.5 * y[:, None]
    return y, shared + generator.normal(size=(n, MARKERS))


def _seconds(function: Callable[[], Any], repeats: int, kernel: str = "") -> Timed:
    """Processor seconds of one call, the mean of some; with the given kernel."""

    def run() -> tuple[float, Any]:
        before = os.environ.pop("CROSSCHECK_KERNEL", None)
        if kernel:
            os.environ["CROSSCHECK_KERNEL"] = kernel
        try:
            started = time.process_time()
            for _ in range(repeats):
                result = function()
            return (time.process_time() - started) / repeats, result
        finally:
            os.environ.pop("CROSSCHECK_KERNEL", None)
            if before is not None:
                os.environ["CROSSCHECK_KERNEL"] = before

    return run


def _in_r(session: RSession, function: str, arguments: dict[str, Any], scale: float = 1.0) -> Timed:
    """Processor seconds of one call within R."""

    def run() -> tuple[float, Any]:
        value = session.call(f"benchmarks_roc.R::{function}", arguments).value
        return float(value["seconds"][0]) * scale, value

    return run


def _same(ours: Any, theirs: Any) -> bool:
    return bool(min(digits(ours.auc, theirs["auc"][0], 1.0), digits(ours.lower, theirs["lower"][0], 1.0)) >= 14.5)


def _near(ours: Any, theirs: Any) -> bool:
    """Mid-ranks in single precision, which the other package uses, leave about six digits."""
    return bool(abs(ours.auc - theirs[0]) < 1e-5 and abs(ours.lower - theirs[1][0]) < 1e-4)


def _any(ours: Any, theirs: Any) -> bool:
    """Other numbers by their nature: an order of the scores, or a private stream of resamples."""
    return ours is not None and theirs is not None


def contests(session: RSession) -> Iterator[Race]:
    """All races."""
    for kernel in available():
        sizes = {n for n in (*SIZES, *RESAMPLES) if kernel == "numba" or n in NUMPY_SIZES}
        for n in sorted(sizes & set(SIZES)):
            yield from _areas(session, n, kernel, "roc")
        for n in sorted(sizes & set(SIZES[:3])):
            yield _pairs(session, n, kernel)
        for n in sorted(sizes & set(RESAMPLES)):
            yield from _bootstraps(session, n, kernel)
    for n in RESAMPLES:
        yield _scipy(n)
    yield from _areas(session, LARGE, available()[0], "large_roc")


def _areas(session: RSession, n: int, kernel: str, family: str) -> Iterator[Race]:
    """Area with DeLong's interval against pROC with and without the curve, another package, and one sort by index."""
    y, x = cohort(n)
    repeats, rounds = max(1, _ROWS // n), 3 if n < SIZES[-1] else 1
    ours = _seconds(lambda: auc(y, x), repeats, kernel)
    fast, small = kernel == "numba", n < SIZES[1]
    in_r = {"y_true": y, "y_score": x, "repeats": repeats}

    def against(name: str, theirs: str, run: Timed, equal: Equal, goal: float) -> Race:
        return Race(f"{family}.auc_{name}_{kernel}", n, theirs, ours, run, equal, goal, kernel, rounds)

    goal = (20.0 if small else 40.0) if fast else NUMPY_GOAL
    yield against("delong", "pROC roc + ci.auc", _in_r(session, "auc_seconds", in_r), _same, goal)
    if not fast:
        return
    yield against("interval", "pROC ci.auc", _in_r(session, "interval_seconds", in_r), _same, 2.0 if small else 5.0)
    if importlib.util.find_spec("confidenceinterval") is not None:
        peer = importlib.import_module("confidenceinterval").roc_auc_score
        once = _seconds(lambda: peer(y, x), max(1, repeats // 4))
        yield against("peer", "confidenceinterval", once, _near, 15.0 if small else 30.0)
    if n >= SIZES[-1]:
        yield against("argsort", "numpy argsort", _seconds(lambda: np.argsort(x), repeats), _any, 1.0)


def _pairs(session: RSession, n: int, kernel: str) -> Race:
    """Ten markers compared at once against a test of every pair."""
    y, x = markers(n)

    def equal(ours: Any, theirs: Any) -> bool:
        return bool(np.abs(ours.z - theirs["z"]).max() < 1e-8)

    repeats = max(1, _ROWS // n // 20)
    return Race(
        name=f"roc.ten_markers_{kernel}",
        n=n,
        theirs="pROC roc.test of 45 pairs",
        ours_run=_seconds(lambda: compare_aucs(y, x), 4 * repeats, kernel),
        theirs_run=_in_r(session, "pairs_seconds", {"y_true": y, "y_score": x, "repeats": repeats}),
        equal=equal,
        goal=30.0 if kernel == "numba" else NUMPY_GOAL,
        kernel=kernel,
        rounds=3 if n < SIZES[2] else 1,
    )


def _bootstraps(session: RSession, n: int, kernel: str) -> Iterator[Race]:
    """Bootstrap interval on R's own resamples: counted pairs, and pROC's sums bit for bit."""
    y, x = cohort(n)
    drawn = RESAMPLES[n]
    arguments = {"y_true": y, "y_score": x, "seed": SEED, "bootstraps": drawn}

    def equal(_: Any, theirs: Any) -> bool:
        ours = auc_bootstrap(y, x, seed=SEED, bootstraps=drawn, compat=PROC)
        limits = all(getattr(ours, name) == theirs[name][0] for name in ("lower", "median", "upper"))
        return limits and bool(np.array_equal(ours.random_state, theirs["random_state"]))

    for name, mode in (("bootstrap", None), ("bootstrap_as_proc", PROC)):
        yield Race(
            name=f"roc.{name}_{kernel}",
            n=n,
            theirs=f"pROC ci.auc bootstrap, {drawn} scaled to {BOOTSTRAPS}",
            ours_run=_seconds(functools.partial(auc_bootstrap, y, x, seed=SEED, compat=mode), 1, kernel),
            theirs_run=_in_r(session, "bootstrap_seconds", arguments, BOOTSTRAPS / drawn),
            equal=equal,
            goal=BOOTSTRAP_GOALS[n] if kernel == "numba" else NUMPY_GOAL,
            kernel=kernel,
            rounds=1,
        )


def _scipy(n: int) -> Race:
    """Against scipy's bootstrap of the same groups, with a statistic that ranks many resamples at once."""
    from scipy import stats

    y, x = cohort(n)
    cases, controls = x[y == 1], x[y == 0]
    drawn = RESAMPLES[n]

    def area(a: Any, b: Any, axis: int = -1) -> Any:
        ranks = stats.rankdata(np.concatenate([a, b], axis=axis), axis=axis)
        m, k = a.shape[axis], b.shape[axis]
        return (np.take(ranks, range(m), axis=axis).sum(axis=axis) - m * (m + 1) / 2) / (m * k)

    def theirs() -> Any:
        return stats.bootstrap(
            (cases, controls), area, n_resamples=drawn, method="percentile", vectorized=True, batch=max(1, 500_000 // n)
        )

    def scaled() -> tuple[float, Any]:
        seconds, result = _seconds(theirs, 1)()
        return seconds * BOOTSTRAPS / drawn, result

    return Race(
        name="roc.bootstrap_scipy",
        n=n,
        theirs=f"scipy bootstrap, {drawn} scaled to {BOOTSTRAPS}",
        ours_run=_seconds(lambda: auc_bootstrap(y, x, seed=SEED), 1),
        theirs_run=scaled,
        equal=_any,
        goal=20.0,
        kernel=available()[0],
        rounds=1,
    )
