"""The baseline table's entries of the registry."""

from __future__ import annotations

from validation.baseline_table.categorical import baseline_categorical
from validation.baseline_table.continuous import baseline_continuous
from validation.baseline_table.groups import categorical_cases, continuous_cases
from validation.exact import baseline_table as certified
from validation.relations import baseline_table as relations
from validation.statistic import Statistic, bits, closed, exact, register, solution

__all__ = ["BASELINE_CATEGORICAL", "BASELINE_CONTINUOUS"]

_MAGNIFIED = solution("value", "the subtraction of two means magnifies their rounding", "condition_number")
_LIMIT = solution("value", "a limit is a difference of a mean and a multiple of its error", "limit_condition")

BASELINE_CONTINUOUS = register(
    Statistic(
        name="baseline_continuous",
        compute=baseline_continuous,
        r="baseline_table.R::baseline_continuous",
        package="stats",
        title="Continuous variables by outcome",
        cases=continuous_cases,
        quantities={
            "n_events": bits(),
            "n_others": bits(),
            **dict.fromkeys(("mean_events", "mean_others"), exact("value")),
            **dict.fromkeys(("standard_deviation_events", "standard_deviation_others"), exact("value")),
            **dict.fromkeys(
                ("median_events", "lower_quartile_events", "upper_quartile_events"),
                bits("quantiles of type 7 in R's order of operations"),
            ),
            **dict.fromkeys(
                ("median_others", "lower_quartile_others", "upper_quartile_others"),
                bits("quantiles of type 7 in R's order of operations"),
            ),
            "mean_difference": _MAGNIFIED,
            "standardized_mean_difference": _MAGNIFIED,
            "student_t": _MAGNIFIED,
            "student_p_value": _MAGNIFIED,
            "student_lower": _LIMIT,
            "student_upper": _LIMIT,
            "welch_t": _MAGNIFIED,
            "welch_degrees_of_freedom": closed("value"),
            "welch_p_value": _MAGNIFIED,
            "welch_lower": _LIMIT,
            "welch_upper": _LIMIT,
            "mann_whitney_u": bits(),
            "mann_whitney_corrected_p_value": closed(),
            "mann_whitney_uncorrected_p_value": closed(),
            "mann_whitney_exact_p_value": closed(),
        },
        relations=(
            relations.continuous_patient_order,
            relations.continuous_exchanged_groups,
            relations.continuous_unit,
            relations.ranks_of_transformed_values,
        ),
        certified=certified.baseline_continuous,
        display="validation.displays.baseline_table.StandardizedDifferenceDisplay",
    )
)

_COUNTED = solution("value", "R subtracts expected from observed counts in doubles", "condition_number")

BASELINE_CATEGORICAL = register(
    Statistic(
        name="baseline_categorical",
        compute=baseline_categorical,
        r="baseline_table.R::baseline_categorical",
        package="stats",
        title="Categorical variables by outcome",
        cases=categorical_cases,
        quantities={
            "count_events": bits(),
            "count_others": bits(),
            "chi_square": _COUNTED,
            "degrees_of_freedom": bits(),
            "chi_square_p_value": closed(),
            "yates_chi_square": _COUNTED,
            "yates_p_value": closed(),
            "fisher_p_value": closed("unit", "R adds probabilities in doubles"),
            "least_expected_count": exact("value"),
            "standardized_mean_difference": _COUNTED,
        },
        relations=(
            relations.categorical_patient_order,
            relations.categorical_exchanged_groups,
            relations.categorical_doubling,
        ),
        certified=certified.baseline_categorical,
        display="validation.displays.baseline_table.StandardizedDifferenceDisplay",
    )
)
