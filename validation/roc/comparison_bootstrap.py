"""Bootstrap test of two areas, paired or not, on the resamples that pROC draws from the same seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from validation.checks import check_choice
from validation.cohort import Cohort
from validation.errors import InputError, NotEstimable
from validation.exact import roc_tests as certified_tests
from validation.relations import roc_tests as relations
from validation.roc.curve import PROC
from validation.roc.measures import Area
from validation.roc.partial_area import FOCUSES, PartialArea, check_range
from validation.roc.two_curves import (
    BootstrapTestResult,
    TwoCurves,
    bootstrap_test,
    check_flag,
    pair_and_parts,
    two_curves,
)
from validation.statistic import Case, Settings, Statistic, bits, closed, exact, register, resample

__all__ = ["QUANTITIES", "QUANTITIES_OF_PROC", "ROC_TEST_BOOTSTRAP", "roc_test_bootstrap"]

#: corrected area of a curve on the chance line
_CHANCE = 0.5


def roc_test_bootstrap(
    y_true: Any,
    y_score_1: Any,
    y_score_2: Any,
    *,
    y_true_2: Any = None,
    direction_1: str = "higher",
    direction_2: str = "higher",
    paired: bool = True,
    stratified: bool = True,
    partial_range: Any = None,
    focus: str = "specificity",
    corrected: bool = False,
    alternative: str = "two-sided",
    seed: int,
    bootstraps: int = 2000,
    level: float = 0.95,
    compat: str | None = None,
) -> BootstrapTestResult:
    """Compare the areas of two ROC curves, or of the same part of both, by their difference in bootstrap resamples.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for cases and 0 for controls.
    y_score_1, y_score_2 : array_like of shape (n,)
        The two markers in their own units; finite. Of the same patients in the same order where they are paired.
    y_true_2 : array_like of shape (n_2,), optional
        Outcome of the patients of the second marker; only with ``paired=False``.
    direction_1, direction_2 : {"higher", "lower"}
        Whether higher or lower values indicate the event; the same in every resample.
    paired : bool
        Both markers of the same patients: each resample holds the same patients for both. Never guessed.
    stratified : bool
        Resample controls and cases apart, so that every resample has as many of each as the data.
    partial_range : (float, float), optional
        Range of specificities or sensitivities over which the areas are taken; the whole curve where left out.
    focus : {"specificity", "sensitivity"}
        Axis of the range.
    corrected : bool
        McClish's correction of the partial areas: 0.5 on the chance line, 1 for a perfect curve.
    alternative : {"two-sided", "greater", "less"}
        ``"greater"``: the first area is the larger one.
    seed : int
        As for R's ``set.seed``.
    bootstraps : int
        Number of resamples.
    level : float
        Confidence level of the difference.
    compat : {"proc-1.18"}, optional
        Areas, standard deviation and quantiles in the order and precision of pROC. The default counts pairs and
        rounds each number once.

    Returns
    -------
    BootstrapTestResult

    Raises
    ------
    InputError
        As for `auc`; a second outcome for paired markers; a range that is none, or a correction without a range; a
        seed or a number of resamples that is none.
    NotEstimable
        One case or one control only (not in the mode "proc-1.18"), or fewer than two resamples with both classes; in
        the mode "proc-1.18" a corrected partial area below the chance line, which pROC does not give.

    Notes
    -----
    ``D = (A1 - A2) / sd(A1* - A2*)`` over the resamples, with a normal p-value. Where all resampled differences are
    equal, D is 0 for equal areas and otherwise NaN (pROC: infinite). Resamples without cases or without controls,
    which only unstratified ones can be, are dropped and counted. The percentile limits of the difference, which pROC
    does not give, come from the same resamples.
    R, after ``set.seed(seed)``: ``pROC::roc.test(r1, r2, method = "bootstrap", boot.n = bootstraps, paired = paired,
    boot.stratified = stratified, alternative = alternative)``, for partial areas with ``partial.auc = range(...)``,
    ``partial.auc.focus`` and ``partial.auc.correct`` in the two ``pROC::roc(...)``.

    References
    ----------
    Hanley JA, McNeil BJ (1983). A method of comparing the areas under receiver operating characteristic curves derived
    from the same cases. Radiology 148:839-843. doi:10.1148/radiology.148.3.6878708
    Robin X, Turck N, Hainard A, et al. (2011). pROC: an open-source package for R and S+ to analyze and compare ROC
    curves. BMC Bioinformatics 12:77. doi:10.1186/1471-2105-12-77

    Examples
    --------
    >>> y, x, z = [0, 0, 0, 0, 1, 1, 1, 1], [1, 2, 3, 5, 4, 6, 2.5, 7], [3, 1, 2, 6, 4, 5, 8, 7]
    >>> result = roc_test_bootstrap(y, x, z, seed=42, bootstraps=500)
    >>> result.difference, round(result.statistic, 3), round(result.p_value, 3)
    (-0.0625, -0.376, 0.707)
    """
    curves = two_curves((y_true, y_true_2), (y_score_1, y_score_2), (direction_1, direction_2), paired)
    measure = _measure(partial_range, focus, corrected)
    if compat == PROC:
        _refuse_below_chance(curves, measure)
    return bootstrap_test(
        curves,
        measure,
        stratified=stratified,
        alternative=alternative,
        seed=seed,
        bootstraps=bootstraps,
        level=level,
        compat=compat,
    )


def _measure(partial_range: Any, focus: str, corrected: Any) -> Area | PartialArea:
    check_choice(focus, "focus", FOCUSES)
    check_flag(corrected, "corrected")
    if partial_range is None:
        if corrected:
            raise InputError(
                "corrected", "is asked for without a partial_range", hint="Whole areas need no correction."
            )
        return Area()
    limits = check_range(partial_range)
    if limits.low == limits.high:
        raise InputError("partial_range", f"has no width, got {limits.low:g} twice", hint="See `roc_test_at`.")
    return PartialArea(limits, focus, bool(corrected))


def _refuse_below_chance(curves: TwoCurves, measure: Area | PartialArea) -> None:
    if not isinstance(measure, PartialArea) or not measure.corrected:
        return
    for i, ranked in enumerate((curves.first, curves.second), 1):
        if measure.as_proc(ranked.data)[0] < _CHANCE:
            raise NotEstimable(
                "below chance",
                f"The partial area of curve {i} is below the chance line, where pROC corrects none.",
                hint="Test the areas without correction, or in the default mode.",
            )


def _cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """Paired and stratified, whole and in part; two groups apart and unstratified."""
    for label, arguments in pair_and_parts(cohort, settings):
        paired = arguments["paired"]
        yield Case(label, {**arguments, "stratified": paired, "alternative": "two-sided" if paired else "greater"})
        if paired:
            yield Case(f"{label} at specificity from 0.8", {**arguments, "stratified": True, **_part(arguments)})


def _part(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A range of high specificity, corrected where pROC would correct both curves."""
    part: dict[str, Any] = {"partial_range": np.array([0.8, 1.0]), "focus": "specificity"}
    data = {name: arguments[name] for name in ("y_true", "y_score_1", "y_score_2", "direction_1", "direction_2")}
    found = roc_test_bootstrap(**data, **part, corrected=True, seed=1, bootstraps=2)
    return {**part, "corrected": min(found.estimate_1, found.estimate_2) >= _CHANCE}


_LIMIT = resample(closed("unit", "R rounds the position of the quantile"))

QUANTITIES = {
    "estimate_1": exact(),
    "estimate_2": exact(),
    "statistic": resample(closed("unit", "a quotient of two differences that cancel")),
    "p_value": resample(closed()),
    "difference_lower": _LIMIT,
    "difference_upper": _LIMIT,
    "dropped": resample(bits()),
    "random_state": bits(),
}
QUANTITIES_OF_PROC = {name: resample(bits()) if quantity.resampled else bits() for name, quantity in QUANTITIES.items()}

ROC_TEST_BOOTSTRAP = register(
    Statistic(
        name="roc_test_bootstrap",
        compute=roc_test_bootstrap,
        r="roc_tests.R::roc_test_bootstrap",
        package="pROC",
        title="Comparison of two areas (bootstrap)",
        cases=_cases,
        quantities=QUANTITIES,
        compat={PROC: QUANTITIES_OF_PROC},
        relations=(
            relations.two_curves_of_ranks,
            relations.two_curves_mirrored,
            relations.two_curves_exchanged,
            relations.marker_against_itself,
            relations.alternatives_add_up,
            relations.level_changes_only_limits,
            relations.parts_add_up,
        ),
        certified=certified_tests.roc_test_bootstrap,
        display="validation.displays.roc_tests.DifferenceDisplay",
    )
)
