"""Bootstrap test of two ROC curves at one specificity or one sensitivity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from validation.checks import check_choice
from validation.cohort import Cohort
from validation.errors import InputError
from validation.exact import roc_tests as certified_tests
from validation.relations import roc_tests as relations
from validation.roc.comparison_bootstrap import QUANTITIES, QUANTITIES_OF_PROC
from validation.roc.curve import PROC
from validation.roc.measures import AtPoint
from validation.roc.two_curves import BootstrapTestResult, bootstrap_test, pair_and_parts, two_curves
from validation.statistic import Case, Settings, Statistic, register

__all__ = ["ROC_TEST_AT", "roc_test_at"]

_RATES = ("specificity", "sensitivity")


def roc_test_at(
    y_true: Any,
    y_score_1: Any,
    y_score_2: Any,
    *,
    at: str = "specificity",
    value: float,
    y_true_2: Any = None,
    direction_1: str = "higher",
    direction_2: str = "higher",
    paired: bool = True,
    stratified: bool = True,
    alternative: str = "two-sided",
    seed: int,
    bootstraps: int = 2000,
    level: float = 0.95,
    compat: str | None = None,
) -> BootstrapTestResult:
    """Compare the sensitivities of two ROC curves at one specificity, or the specificities at one sensitivity.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for cases and 0 for controls.
    y_score_1, y_score_2 : array_like of shape (n,)
        The two markers in their own units; finite. Of the same patients in the same order where they are paired.
    at : {"specificity", "sensitivity"}
        Rate at which the curves are compared in the other rate.
    value : float
        That rate, from 0 to 1. It is a share of the patients where that share is the same double: ``0.3`` is 3 of
        10, ``0.1 * 3`` is a little more.
    y_true_2 : array_like of shape (n_2,), optional
        Outcome of the patients of the second marker; only with ``paired=False``.
    direction_1, direction_2 : {"higher", "lower"}
        Whether higher or lower values indicate the event; the same in every resample.
    paired : bool
        Both markers of the same patients: each resample holds the same patients for both. Never guessed.
    stratified : bool
        Resample controls and cases apart, so that every resample has as many of each as the data.
    alternative : {"two-sided", "greater", "less"}
        ``"greater"``: the first curve has the larger rate.
    seed : int
        As for R's ``set.seed``.
    bootstraps : int
        Number of resamples.
    level : float
        Confidence level of the difference.
    compat : {"proc-1.18"}, optional
        Rates, standard deviation and quantiles in the order and precision of pROC. The default keeps fractions and
        rounds each number once.

    Returns
    -------
    BootstrapTestResult

    Raises
    ------
    InputError
        As for `roc_test_bootstrap`; a rate that is unknown or outside [0, 1].
    NotEstimable
        As for `roc_test_bootstrap`.

    Notes
    -----
    Where several points of a curve have the given rate, the one with the best other rate counts; where none has, the
    other rate is interpolated between the two neighbouring points. The rest is as for `roc_test_bootstrap`. Where all
    resampled differences are 0 and so is that of the data, D is 0; pROC makes that depend on the areas (0 for equal
    ones, otherwise NaN).
    R, after ``set.seed(seed)``: ``pROC::roc.test(r1, r2, method = "specificity", specificity = value, boot.n =
    bootstraps, paired = paired, boot.stratified = stratified)``, likewise ``"sensitivity"``.

    References
    ----------
    Pepe MS (2003). The Statistical Evaluation of Medical Tests for Classification and Prediction. Oxford University
    Press.
    Robin X, Turck N, Hainard A, et al. (2011). pROC: an open-source package for R and S+ to analyze and compare ROC
    curves. BMC Bioinformatics 12:77. doi:10.1186/1471-2105-12-77

    Examples
    --------
    >>> y, x, z = [0, 0, 0, 0, 1, 1, 1, 1], [1, 2, 3, 5, 4, 6, 2.5, 7], [3, 1, 2, 6, 4, 5, 8, 7]
    >>> result = roc_test_at(y, x, z, at="specificity", value=0.75, seed=42, bootstraps=500)
    >>> result.estimate_1, result.estimate_2, round(result.p_value, 3)
    (0.75, 1.0, 0.338)
    """
    check_choice(at, "at", _RATES)
    curves = two_curves((y_true, y_true_2), (y_score_1, y_score_2), (direction_1, direction_2), paired)
    return bootstrap_test(
        curves,
        AtPoint(at, _check_rate(value)),
        stratified=stratified,
        alternative=alternative,
        seed=seed,
        bootstraps=bootstraps,
        level=level,
        compat=compat,
    )


def _check_rate(value: Any) -> float:
    number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    if not number or not 0.0 <= float(value) <= 1.0:
        raise InputError("value", f"must be a rate from 0 to 1, got {value!r}", hint="Pass 0.9 for 90 %.")
    return float(value)


def _cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """Sensitivities of a pair at a specificity; specificities of two groups at a sensitivity."""
    for label, arguments in pair_and_parts(cohort, settings):
        paired = arguments["paired"]
        at, value = ("specificity", 0.9) if paired else ("sensitivity", 0.75)
        choices = {"stratified": paired, "alternative": "two-sided" if paired else "less"}
        yield Case(f"{label} at {at} {value:g}", {**arguments, "at": at, "value": value, **choices})


ROC_TEST_AT = register(
    Statistic(
        name="roc_test_at",
        compute=roc_test_at,
        r="roc_tests.R::roc_test_at",
        package="pROC",
        title="Comparison of two ROC curves at one specificity or sensitivity",
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
            relations.rates_fall_along_the_curve,
        ),
        certified=certified_tests.roc_test_at,
        display="validation.displays.roc_tests.DifferenceDisplay",
    )
)
