"""What a risk does as a test at each threshold: error rates, predictive values, likelihood ratios, net benefit."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from validation.binomial_limits import clopper_pearson
from validation.checks import Floats, check_level, check_probabilities
from validation.cohort import Cohort
from validation.decision_curve.counting import Grid, count_data
from validation.decision_curve.measures import Crossings
from validation.decision_curve.request import check_harm, check_request
from validation.decision_curve.sources import GivenRisks
from validation.exact import decision_curve_extras as certified
from validation.kernels import load
from validation.r_numerics import r_seq
from validation.relations import decision_curve_extras as relations
from validation.result import Result
from validation.statistic import Case, Settings, Statistic, bits, closed, exact, register

__all__ = ["THRESHOLD_TABLE", "ThresholdTable", "threshold_table"]

Integers = npt.NDArray[np.int64]
_COUNTS = ("true_positives", "false_positives", "true_negatives", "false_negatives", "on_threshold")
_PROPORTIONS = ("sensitivity", "specificity", "positive_predictive_value", "negative_predictive_value")
_RATIOS = ("positive_likelihood_ratio", "negative_likelihood_ratio")
_BENEFITS = ("net_benefit", "interventions_avoided")
_PER = 100


@dataclass(frozen=True)
class ThresholdTable(Result):
    """Diagnostic accuracy and net benefit of a risk at each threshold; every array has one entry per threshold.

    Parameters
    ----------
    thresholds : array
        Risk thresholds, in the order given.
    true_positives, false_positives, true_negatives, false_negatives : array of int
        Cases and controls at high risk, controls and cases at low risk.
    on_threshold : array of int
        Risks equal to the threshold, where the tie rule decides.
    sensitivity, specificity, positive_predictive_value, negative_predictive_value : array
        With Clopper-Pearson limits ``..._lower`` and ``..._upper``; NaN where nobody is at high (low) risk.
    positive_likelihood_ratio, negative_likelihood_ratio : array
        With limits that hold at least the level; infinite where the denominator alone is 0, NaN where both are.
    net_benefit : array
        Of treating those at high risk, less the harm of the test.
    interventions_avoided : array
        Per 100 patients, against treating all, with as many cases found, less the harm of the test.
    level : float
    tie_rule : str
    test_harm : float
    n, n_events : int
        Patients and cases.
    compat : str
    kernel : str
    """

    thresholds: Floats
    true_positives: Integers
    false_positives: Integers
    true_negatives: Integers
    false_negatives: Integers
    on_threshold: Integers
    sensitivity: Floats
    sensitivity_lower: Floats
    sensitivity_upper: Floats
    specificity: Floats
    specificity_lower: Floats
    specificity_upper: Floats
    positive_predictive_value: Floats
    positive_predictive_value_lower: Floats
    positive_predictive_value_upper: Floats
    negative_predictive_value: Floats
    negative_predictive_value_lower: Floats
    negative_predictive_value_upper: Floats
    positive_likelihood_ratio: Floats
    positive_likelihood_ratio_lower: Floats
    positive_likelihood_ratio_upper: Floats
    negative_likelihood_ratio: Floats
    negative_likelihood_ratio_lower: Floats
    negative_likelihood_ratio_upper: Floats
    net_benefit: Floats
    interventions_avoided: Floats
    level: float
    tie_rule: str
    test_harm: float
    n: int
    n_events: int
    compat: str
    kernel: str

    def _table(self) -> dict[str, list[Any]]:
        names = [*_COUNTS]
        for name in (*_PROPORTIONS, *_RATIOS):
            names += [name, f"{name}_lower", f"{name}_upper"]
        columns = {name: getattr(self, name).tolist() for name in (*names, *_BENEFITS)}
        return {"threshold": self.thresholds.tolist(), **columns}


def threshold_table(
    y_true: Any,
    y_proba: Any,
    *,
    thresholds: Any = None,
    level: float = 0.95,
    tie_rule: str = "at-or-above",
    test_harm: float = 0.0,
) -> ThresholdTable:
    """Sensitivity, specificity, predictive values, likelihood ratios and net benefit of a risk by threshold.

    Parameters
    ----------
    y_true : array of shape (n,)
        Outcome, 1 for a case and 0 for a control.
    y_proba : array of shape (n,)
        Risks.
    thresholds : array of shape (T,), optional
        Risk thresholds in [0, 1], kept in the order given; 0, 0.01, ..., 1 in R's doubles by default.
    level : float
        Confidence level of the limits.
    tie_rule : str
        ``"at-or-above"``: a risk equal to the threshold is high. ``"strict"``: it is neither high nor low.
    test_harm : float
        Harm of finding out the risk, in units of net benefit: 1 over the number of patients that one would test to
        find one case, if there were nothing else to gain.

    Returns
    -------
    ThresholdTable

    Raises
    ------
    InputError
        If an argument cannot be used.

    Notes
    -----
    With c1 cases and c0 controls at high risk of n1 and n0, n in all, and harm h, net benefit at threshold t is
    ``c1 / n - t / (1 - t) c0 / n - h``; interventions avoided are ``100 (1 - t) / t`` times what it gains over
    treating all. These, the proportions and the ratios are the doubles nearest to their exact values. Net benefit is
    NaN at t = 1, and interventions avoided at t = 0, where their weights are infinite.

    Limits of the four proportions are Clopper and Pearson's, quantiles of beta distributions, which never hold less
    than the level. Limits of a likelihood ratio divide those of its two rates at level ``sqrt(level)`` each, so that
    together they never hold less than the level either; they are wider than approximate ones.

    R: none in rmda. ``dcurves::test_consequences`` has the estimates, without limits.

    References
    ----------
    Clopper CJ, Pearson ES. The use of confidence or fiducial limits illustrated in the case of the binomial.
    Biometrika 1934;26:404-413. doi:10.1093/biomet/26.4.404

    Vickers AJ, Elkin EB. Decision curve analysis: a novel method for evaluating prediction models. Med Decis Making
    2006;26:565-574. doi:10.1177/0272989X06295361

    Examples
    --------
    >>> table = threshold_table(
    ...     [0, 0, 0, 0, 1, 1, 1, 1], [0.0, 0.1, 0.3, 0.5, 0.1, 0.3, 0.5, 1.0], thresholds=[0.2, 0.3]
    ... )
    >>> table.sensitivity.tolist(), table.specificity.tolist(), table.on_threshold.tolist()
    ([0.75, 0.75], [0.5, 0.5], [0, 2])
    >>> table.sensitivity_lower.round(4).tolist(), table.net_benefit.round(4).tolist()
    ([0.1941, 0.1941], [0.3125, 0.2679])
    """
    request = check_request(y_true, thresholds, "opt-in", "cohort", None, "logit", tie_rule, None)
    risk = check_probabilities(y_proba, request.outcome.size)
    level, harm = check_level(level), check_harm(test_harm)
    kernel, kernel_name = load("decision_curve")
    grid = Grid.of(request.thresholds, request.tie_rule)
    counts, _ = count_data(GivenRisks("model", request.outcome, risk), request.outcome, grid, kernel)
    ordered = np.sort(risk)
    equal = np.searchsorted(ordered, grid.ascending, "right") - np.searchsorted(ordered, grid.ascending, "left")
    whole = (counts.cases_above, counts.controls_above, counts.controls_below, counts.cases_below, equal)
    columns: dict[str, Any] = {
        name: values[grid.place]
        for name, values in (
            *zip(_COUNTS, (part.astype(np.int64) for part in whole), strict=True),
            *_estimates(counts, grid.ascending, harm),
            *_limits(counts, level),
        )
    }
    return ThresholdTable(
        thresholds=request.thresholds,
        **columns,
        level=level,
        tie_rule=request.tie_rule,
        test_harm=harm,
        n=request.outcome.size,
        n_events=int(counts.cases),
        compat=request.compat,
        kernel=kernel_name,
    )


def _ratio(top: int, bottom: int) -> float:
    """Quotient of whole numbers, rounded once."""
    if bottom == 0:
        return math.inf if top > 0 else math.nan
    return top / bottom


def _estimates(counts: Crossings, thresholds: Floats, harm: float) -> Iterator[tuple[str, Floats]]:
    n1, n0 = int(counts.cases), int(counts.controls)
    parts = (counts.cases_above, counts.controls_above, counts.controls_below, counts.cases_below)
    rows = []
    for t, c1, c0, b0, b1 in zip(thresholds.tolist(), *(part.tolist() for part in parts), strict=True):
        shares = (c1 / n1, b0 / n0, _share(c1, c0), _share(b0, b1))
        rows.append((*shares, _ratio(c1 * n0, n1 * c0), _ratio(b1 * n0, n1 * b0), *_benefit(c1, c0, n1, n0, t, harm)))
    yield from zip((*_PROPORTIONS, *_RATIOS, *_BENEFITS), np.array(rows).T.copy(), strict=True)


def _share(part: int, rest: int) -> float:
    return part / (part + rest) if part + rest else math.nan


def _benefit(c1: int, c0: int, n1: int, n0: int, t: float, harm: float) -> tuple[float, float]:
    """Net benefit and interventions avoided per 100 at threshold a / d with harm p / q, each rounded once."""
    (a, d), (p, q), n = t.as_integer_ratio(), harm.as_integer_ratio(), n1 + n0
    cost = p * n * (d - a)
    gained = q * (c1 * (d - a) - c0 * a) - cost
    over_all = q * ((c1 - n1) * (d - a) - (c0 - n0) * a) - cost
    return (
        math.nan if a == d else gained / (q * n * (d - a)),
        math.nan if a == 0 else _PER * over_all / (q * n * a),
    )


def _limits(counts: Crossings, level: float) -> Iterator[tuple[str, Floats]]:
    c1, c0, b0, b1 = counts.cases_above, counts.controls_above, counts.controls_below, counts.cases_below
    pairs = ((c1, counts.cases), (b0, counts.controls), (c1, c1 + c0), (b0, b0 + b1))
    for name, (k, n) in zip(_PROPORTIONS, pairs, strict=True):
        low, high = clopper_pearson(k, n, (1.0 - level) / 2.0)
        yield f"{name}_lower", low
        yield f"{name}_upper", high
    # half of 1 - sqrt(level), without the cancellation
    each = (1.0 - level) / (1.0 + math.sqrt(level)) / 2.0
    for name, of_cases, of_controls in zip(_RATIOS, (c1, b1), (c0, b0), strict=True):
        top, bottom = (
            clopper_pearson(of_cases, counts.cases, each),
            clopper_pearson(of_controls, counts.controls, each),
        )
        with np.errstate(divide="ignore"):
            yield f"{name}_lower", top[0] / bottom[1]
            yield f"{name}_upper", top[1] / bottom[0]


def _cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """Each given risk."""
    for name, risk in cohort.risks.items():
        choices = {"thresholds": r_seq(0.0, 1.0, 0.01), "level": settings.level}
        yield Case(name, {"y_true": cohort.outcome, "y_proba": risk, **choices})


THRESHOLD_TABLE = register(
    Statistic(
        name="threshold_table",
        compute=threshold_table,
        r=None,
        no_r="rmda has no predictive values, likelihood ratios or exact limits; certified values stand in for R",
        package="rmda",
        title="Accuracy and net benefit of given risks by threshold",
        cases=_cases,
        quantities={
            **dict.fromkeys(_COUNTS, bits()),
            **dict.fromkeys((*_PROPORTIONS, *_RATIOS, *_BENEFITS), exact()),
            **{f"{name}_{side}": closed() for name in (*_PROPORTIONS, *_RATIOS) for side in ("lower", "upper")},
        },
        relations=(
            relations.counts_add_up,
            relations.rates_follow_from_counts,
            relations.benefit_is_that_of_the_curve,
            relations.classes_exchanged,
            relations.limits_enclose,
            relations.more_patients_narrow_the_limits,
        ),
        certified=certified.table,
    )
)
