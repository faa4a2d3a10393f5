"""What is compared with rmda, and how closely."""

from __future__ import annotations

from collections.abc import Iterator

from validation.cohort import Cohort
from validation.decision_curve.cross_validation import cross_validated_decision_curve
from validation.decision_curve.curve import decision_curve
from validation.decision_curve.measures import MEASURES
from validation.exact import decision_curve as certified
from validation.r_numerics import r_seq
from validation.relations import decision_curve as relations
from validation.statistic import Case, Quantity, Settings, Statistic, bits, definition, exact, register, resample

__all__ = ["CROSS_VALIDATED_DECISION_CURVE", "DECISION_CURVE", "DECISION_CURVE_OF_RISKS"]

CURVES = ("model", "all", "none")
_TIES = "rmda counts a risk equal to the threshold as neither high nor low, here it is high"
_ALL_AT_ONE = "at threshold 1 rmda treats nobody under 'treat all', because its rule is risk > threshold"
_NONE_AT_ZERO = "at threshold 0 rmda counts nobody as low under 'treat none', because its rule is risk < threshold"
_RATES_OF_ALL = (
    "true_positive_rate",
    "false_positive_rate",
    "proportion_high_risk",
    "proportion_low_risk",
    "detection_probability",
    "non_detection_probability",
)
_FOLDS = 5
_RATES_OF_NONE = ("true_negative_rate", "false_negative_rate")


def _point(curve: str, measure: str, model: Quantity) -> Quantity:
    if curve == "all" and measure in _RATES_OF_ALL:
        return definition(_ALL_AT_ONE, "unit")
    if curve == "none" and measure in _RATES_OF_NONE:
        return definition(_NONE_AT_ZERO, "unit")
    if curve == "model" and measure != "prevalence":
        return model
    return exact()


def _quantities(model: Quantity) -> dict[str, Quantity]:
    """Agreement due in the default mode; `model` is that of the measures of the model."""
    out = {}
    for curve in CURVES:
        for measure in MEASURES:
            tier = _point(curve, measure, model)
            out[f"{curve}.{measure}"] = tier
            out[f"{curve}.{measure}_lower"] = out[f"{curve}.{measure}_upper"] = resample(tier)
    return out | {"random_state": bits()}


def _without_limits(quantities: dict[str, Quantity]) -> dict[str, Quantity]:
    return {name: tier for name, tier in quantities.items() if not name.endswith(("_lower", "_upper"))}


def _every_bit(extra: tuple[str, ...] = ()) -> dict[str, Quantity]:
    names = [f"{c}.{m}{suffix}" for c in CURVES for m in MEASURES for suffix in ("", "_lower", "_upper")]
    return {name: bits() for name in (*names, "random_state", *extra)}


def _choices(settings: Settings) -> dict[str, object]:
    return {
        "thresholds": r_seq(0.0, 1.0, 0.01),
        "level": settings.level,
        "bootstraps": settings.bootstraps,
        "seed": settings.seed,
    }


def model_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """The model with all predictors, refitted in every resample."""
    if cohort.predictors:
        yield Case(
            "multivariable",
            {"y_true": cohort.outcome, "x": cohort.x, "names": list(cohort.predictors), **_choices(settings)},
        )


def cross_validation_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """The model with all predictors in 5 folds, where each class has 5 patients per fold, as caret demands."""
    cases = int(cohort.outcome.sum())
    if cohort.predictors and min(cases, cohort.outcome.size - cases) >= 5 * _FOLDS:
        # a risk predicted for others can overflow to 1 exactly, so that threshold 1 would only compare tie rules
        choices = {"thresholds": r_seq(0.01, 0.99, 0.01), "folds": _FOLDS, "seed": settings.seed}
        yield Case(
            "multivariable",
            {"y_true": cohort.outcome, "x": cohort.x, "names": list(cohort.predictors), **choices},
        )


def risk_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """Each given risk."""
    for name, risk in cohort.risks.items():
        yield Case(name, {"y_true": cohort.outcome, "y_proba": risk, **_choices(settings)})


DECISION_CURVE = register(
    Statistic(
        name="decision_curve",
        compute=decision_curve,
        r="decision_curve.R::decision_curve",
        package="rmda",
        title="Decision curve of the logistic model",
        cases=model_cases,
        quantities=_quantities(exact()),
        relations=(
            relations.all_follows_its_formula,
            relations.treating_all_at_prevalence_is_worth_nothing,
            relations.none_has_no_benefit,
            relations.benefit_is_bounded,
            relations.measures_belong_together,
            relations.opt_out_is_opt_in_moved,
            relations.limits_share_the_resamples,
            relations.wider_level_encloses,
            relations.patient_order,
            relations.patients_twice,
            relations.units_of_predictors,
        ),
        compat={"rmda-1.6": _every_bit()},
        certified=certified.curve_of_model,
        display="validation.displays.decision_curve.DecisionCurveDisplay",
    )
)

DECISION_CURVE_OF_RISKS = register(
    Statistic(
        name="decision_curve_of_risks",
        compute=decision_curve,
        r="decision_curve.R::decision_curve_of_risks",
        package="rmda",
        title="Decision curve of given risks",
        cases=risk_cases,
        quantities=_quantities(definition(_TIES, "unit")) | {"n_on_threshold": bits()},
        relations=(
            relations.all_follows_its_formula,
            relations.treating_all_at_prevalence_is_worth_nothing,
            relations.none_has_no_benefit,
            relations.benefit_is_bounded,
            relations.measures_belong_together,
            relations.opt_out_is_opt_in_moved,
            relations.limits_share_the_resamples,
            relations.wider_level_encloses,
            relations.patient_order,
            relations.patients_twice,
            relations.threshold_on_a_risk,
            relations.classes_exchanged,
        ),
        compat={"rmda-1.6": _every_bit(("n_on_threshold",))},
        certified=certified.curve_of_risks,
        display="validation.displays.decision_curve.DecisionCurveDisplay",
    )
)

CROSS_VALIDATED_DECISION_CURVE = register(
    Statistic(
        name="cross_validated_decision_curve",
        compute=cross_validated_decision_curve,
        r="decision_curve.R::cross_validated_decision_curve",
        package="rmda",
        title="Cross-validated decision curve of the logistic model",
        cases=cross_validation_cases,
        quantities=_without_limits(dict.fromkeys(_quantities(exact()), exact()) | {"random_state": bits()}),
        relations=(
            relations.none_has_no_benefit,
            relations.each_fold_predicts_the_others,
            relations.risk_ignores_own_outcome,
            relations.units_of_predictors,
        ),
        compat={"rmda-1.6": _without_limits(_every_bit())},
        display="validation.displays.decision_curve.DecisionCurveDisplay",
    )
)
