"""The lines of a long result that a paper prints; the whole is in the CSV file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from crosscheck_r.report.numbers import plain, significant
from crosscheck_r.report.presenting import Results, distinct, results_of
from crosscheck_r.report.tables import Columns, merge
from crosscheck_r.run import Run

__all__ = ["of"]

#: of means and quantiles
_DECIMALS = 2
#: rows of points of a curve
_FEW_POINTS = 6
#: columns of tables by threshold that would make the page too wide
_LEFT_TO_THE_FILE = (
    *("standardized", "true_", "false_", "positive_likelihood", "negative_likelihood"),
    *("expected_", "proportion_", "treat_all_", "detection"),
)  # fmt: skip
#: thresholds at which net benefit is printed
_THRESHOLDS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)


def of(run: Run, statistic: str) -> dict[str, Columns] | None:
    """Caption -> table for the statistics that have more lines than a page; None where the whole table is shown."""
    chosen = _HIGHLIGHTS.get(statistic)
    return None if chosen is None else chosen(run, results_of(run, statistic))


def _baseline(run: Run, results: Results) -> dict[str, Columns]:
    """A first table per outcome, as a paper prints it; every test that a paper may have used, by its name."""
    tables: dict[str, Columns] = {}
    for label, result in results.items():
        table: dict[str, list[Any]] = {"Variable": list(result.names)}
        for group, heading in (
            ("events", f"{label}, n = {result.n_events}"),
            ("others", f"others, n = {result.n_others}"),
        ):
            parts = [
                [plain(value, _DECIMALS) for value in getattr(result, f"{name}_{group}").tolist()]
                for name in ("mean", "standard_deviation", "median", "lower_quartile", "upper_quartile")
            ]
            rows = list(zip(*parts, strict=True))
            table[f"Mean (SD), {heading}"] = [f"{mean} ({deviation})" for mean, deviation, *_ in rows]
            table[f"Median (quartiles), {heading}"] = [f"{middle} ({low}–{high})" for *_, middle, low, high in rows]
        table["SMD"] = result.standardized_mean_difference.tolist()
        for heading, p_values in {
            "P, Student": result.student_p_value,
            "P, Welch": result.welch_p_value,
            "P, Mann-Whitney": result.mann_whitney_corrected_p_value,
            "P, Mann-Whitney exact": result.mann_whitney_exact_p_value,
        }.items():
            if not np.isnan(p_values).all():
                table[heading] = p_values.tolist()
        tables[f"Continuous variables by {label}"] = table
    return tables


def _baseline_counts(run: Run, results: Results) -> dict[str, Columns]:
    """Counts and percentages per level; the tests stand in the line of a variable's first level."""
    tables: dict[str, Columns] = {}
    for label, result in results.items():
        places = result.variable.tolist()
        first = [i == 0 or places[i] != places[i - 1] for i in range(len(places))]
        table: dict[str, list[Any]] = {
            "Variable": [result.names[j] for j in places],
            "Level": [significant(value) for value in result.level_value.tolist()],
        }
        for group, heading in (
            ("events", f"{label}, n = {result.n_events}"),
            ("others", f"others, n = {result.n_others}"),
        ):
            counts, shares = getattr(result, f"count_{group}").tolist(), getattr(result, f"percent_{group}").tolist()
            table[f"n (%), {heading}"] = [f"{n} ({share:.1f} %)" for n, share in zip(counts, shares, strict=True)]
        for heading, values in {
            "SMD": result.standardized_mean_difference,
            "P, χ²": result.chi_square_p_value,
            "P, χ² with Yates’s correction": result.yates_p_value,
            "P, Fisher": result.fisher_p_value,
        }.items():
            table[heading] = [float(values[j]) if new else None for j, new in zip(places, first, strict=True)]
        tables[f"Categorical variables by {label}"] = table
    return tables


def _nothing(run: Run, results: Results) -> dict[str, Columns]:
    """Curves with a point per patient: the picture says it."""
    return {}


def _coordinates(run: Run, results: Results) -> dict[str, Columns]:
    """What a reader asks of a cut-off; corners of the curve are in the CSV file."""
    predictive = ("positive_predictive_value", "negative_predictive_value", "accuracy")
    ratios = ("positive_likelihood_ratio", "negative_likelihood_ratio")
    names = ("threshold", "sensitivity", "specificity", *predictive, *ratios)
    chosen = {label: result for label, result in results.items() if result.threshold.size <= _FEW_POINTS}
    columns = {label: {name: _or_nothing(getattr(result, name)) for name in names} for label, result in chosen.items()}
    return {"Cut-offs and what they classify": merge(columns, "Asked for")} if columns else {}


def _or_nothing(values: Any) -> list[float | None]:
    """Numbers, with nothing in place of those that are not defined."""
    return [None if np.isnan(value) else float(value) for value in values]


def _lasso(run: Run, results: Results) -> dict[str, Columns]:
    """What each measure of error chooses, and the coefficients of all choices side by side."""
    choices: dict[str, list[Any]] = {}
    coefficients: dict[str, list[Any]] = {}
    for label, result in distinct(results).items():
        table = result._table()
        kept = (result.coefficients_min, result.coefficients_1se)
        for column, values in {
            "Error": [label, label],
            "Choice": ["λ-min", "λ-1se"],
            "λ": table["lambda"],
            "Cross-validated error": table[result.measure],
            "SE": table["standard error"],
            "Predictors kept": [int(np.count_nonzero(values)) for values in kept],
        }.items():
            choices.setdefault(column, []).extend(values)
        coefficients.setdefault("Predictor", list(result.fit.names))
        for name, values in zip(("λ-min", "λ-1se"), kept, strict=True):
            coefficients[f"{name}, {label}"] = _kept(values)
    return {"Choice of λ": choices, "Coefficients at the chosen λ; – means dropped": coefficients}


def _kept(coefficients: Any) -> list[float | None]:
    return [None if value == 0.0 else float(value) for value in coefficients]


def _decision_curve(run: Run, results: Results) -> dict[str, Columns]:
    tables: dict[str, Columns] = {}
    for label, result in results.items():
        grid = np.asarray(result.thresholds)
        rows = [int(np.argmin(np.abs(grid - t))) for t in _THRESHOLDS if np.abs(grid - t).min() < 1e-9]
        table: dict[str, list[Any]] = {
            "Threshold": [float(grid[i]) for i in rows],
            "Cost : benefit": [result.cost_benefit_ratios()[i] for i in rows],
        }
        # treating none has no benefit at any threshold
        for curve in (curve for curve in result.strategies() if curve is not result.none):
            name = f"Net benefit, {curve.name}"
            table[name] = [float(curve.net_benefit[i]) for i in rows]
            limits = curve.limits("net_benefit")
            if limits is not None:
                table[f"{name}_lower"] = [float(limits[0][i]) for i in rows]
                table[f"{name}_upper"] = [float(limits[1][i]) for i in rows]
        if result.level is not None:
            table["level"] = [result.level] * len(rows)
        tables[f"Net benefit at some thresholds ({label})"] = table
    return tables


def _some_thresholds(run: Run, results: Results) -> dict[str, Columns]:
    """Rows of the tables at a few thresholds; all of them stand in the file."""
    tables: dict[str, Columns] = {}
    for label, result in results.items():
        grid = np.asarray(result.thresholds)
        rows = [int(np.argmin(np.abs(grid - t))) for t in _THRESHOLDS if np.abs(grid - t).min() < 1e-9]
        table = {
            name: [_known(float(values[i])) for i in rows]
            for name, values in result._table().items()
            if not name.startswith(_LEFT_TO_THE_FILE)
        }
        if getattr(result, "level", None) is not None:
            table["level"] = [result.level] * len(rows)
        tables[f"At some thresholds ({label})"] = table
    return tables


def _calibrate(run: Run, results: Results) -> dict[str, Columns]:
    names = ("mean_absolute_error", "mean_squared_error", "quantile_90_absolute_error", "bootstraps", "n_failed")
    table: dict[str, list[Any]] = {"Case": list(results)}
    for name, heading in zip(names, _CALIBRATE_HEADINGS, strict=True):
        table[heading] = [getattr(result, name) for result in results.values()]
    return {"Distance of predicted and corrected risk": table}


def _validated(run: Run, results: Results) -> dict[str, Columns]:
    """The area with its interval, then every index as it appears and as it is corrected."""
    areas: dict[str, list[Any]] = {"Method": list(results)}
    for heading, name in (("AUC, apparent", "auc"), ("AUC, corrected", "corrected_auc")):
        areas[heading] = [getattr(result, name) for result in results.values()]
    areas["AUC, corrected_lower"] = [_known(result.auc_lower) for result in results.values()]
    areas["AUC, corrected_upper"] = [_known(result.auc_upper) for result in results.values()]
    areas["Samples"] = [result.bootstraps for result in results.values()]
    areas["Failed"] = [result.n_failed for result in results.values()]
    areas["level"] = [result.level for result in results.values()]
    tables: dict[str, Columns] = {"Area under the ROC curve corrected for optimism": areas}
    for label, result in results.items():
        columns = ("index_original", "optimism", "index_corrected")
        named = zip(("Apparent", "Optimism", "Corrected"), columns, strict=True)
        tables[f"Indexes ({label})"] = {"Index": list(result.indexes)} | {
            heading: [_known(value) for value in getattr(result, column).tolist()] for heading, column in named
        }
    return tables


def _distances(run: Run, results: Results) -> dict[str, Columns]:
    """One line per curve."""
    names = {
        "ICI": "integrated_calibration_index",
        "E50": "median_error",
        "E90": "quantile_90_error",
        "Emax": "largest_error",
        "ECI": "estimated_calibration_index",
    }
    table: dict[str, list[Any]] = {"Risk and smoother": list(results)}
    for heading, name in names.items():
        table[heading] = [getattr(result, name) for result in results.values()]
    return {"Distance of risk and smoothed proportion; ECI is 100 times the mean square": table}


def _fit_in_groups(run: Run, results: Results) -> dict[str, Columns]:
    """The test of each grouping; the groups are in the CSV file."""
    table: dict[str, list[Any]] = {
        "Risk and grouping": list(results),
        "Groups": [len(result.group_n) for result in results.values()],
        "χ²": [result.chi_square for result in results.values()],
        "Degrees of freedom": [result.degrees_of_freedom for result in results.values()],
        "P, χ²": [result.p_value for result in results.values()],
    }
    return {"Hosmer-Lemeshow test": table}


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _odds_ratios(run: Run, results: Results) -> dict[str, Columns]:
    """Univariable beside multivariable odds ratios, as a paper's second table has them."""
    adjusted = next(iter(results.values()), None)
    alone = next(iter(results_of(run, "univariable_odds_ratios").values()), None)
    if adjusted is None:
        return {}
    table: dict[str, Any] = {"Predictor": list(adjusted.names)}
    if alone is not None and alone.names == adjusted.names:
        table |= _odds_ratio_columns("Univariable odds ratio", "univariable", alone, alone.p_value)
    # the intercept comes first
    table |= _odds_ratio_columns("Adjusted odds ratio", "adjusted", adjusted, adjusted.p_value[1:])
    return {"Odds ratios": table}


def _odds_ratios_alone(run: Run, results: Results) -> dict[str, Columns]:
    """Nothing where they stand beside the adjusted ones already."""
    if results_of(run, "logistic_regression"):
        return {}
    return {"": merge({label: result._table() for label, result in results.items()}, "Model")}


def _odds_ratio_columns(heading: str, kind: str, result: Any, p_values: Any) -> dict[str, Any]:
    return {
        heading: result.odds_ratio.tolist(),
        f"{heading}_lower": result.lower.tolist(),
        f"{heading}_upper": result.upper.tolist(),
        f"P, {kind}": p_values.tolist(),
        "level": [result.level] * len(result.names),
    }


_CALIBRATE_HEADINGS = ("Mean absolute error", "Mean squared error", "0.9 quantile of the error", "Samples", "Failed")

_HIGHLIGHTS: dict[str, Callable[[Run, Results], dict[str, Columns]]] = {
    "baseline_continuous": _baseline,
    "baseline_categorical": _baseline_counts,
    "roc_curve": _nothing,
    "roc_coordinates": _coordinates,
    "logistic_regression": _odds_ratios,
    "univariable_odds_ratios": _odds_ratios_alone,
    "lasso_path": _nothing,
    "lasso_cv": _lasso,
    "calibrate": _calibrate,
    "validate_model": _validated,
    "calibration_errors": _distances,
    "hosmer_lemeshow_test": _fit_in_groups,
    "decision_curve": _decision_curve,
    "decision_curve_of_risks": _decision_curve,
    "cross_validated_decision_curve": _decision_curve,
    "optimism_corrected_decision_curve": _some_thresholds,
    "net_benefit_difference": _some_thresholds,
    "net_benefit_bands": _some_thresholds,
    "survival_decision_curve": _some_thresholds,
    "value_of_information": _some_thresholds,
    "threshold_table": _some_thresholds,
}
