"""The nomogram's entry of the registry."""

from __future__ import annotations

from collections.abc import Iterator

from validation.cohort import Cohort
from validation.exact import nomogram as certified
from validation.logistic.declarations import index_cases
from validation.nomogram.nomogram import RMS, nomogram
from validation.relations import nomogram as relations
from validation.statistic import Case, Settings, Statistic, bits, closed, path, register, solution

__all__ = ["NOMOGRAM"]

#: more axes than this are no figure, and the model of so many predictors none to publish
_MOST_PREDICTORS = 20


def _cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    if len(cohort.predictors) <= _MOST_PREDICTORS:
        yield from index_cases(cohort, settings)


_TICKS = closed("vector", "multiples of a round unit, counted in doubles")
_EARLY = "lrm stops one step after the deviance changed by no more than 0.025"
_POINTS = ("axis_log_odds", "axis_points", "linear_predictor_points", "points_per_log_odds", "base_log_odds")

NOMOGRAM = register(
    Statistic(
        name="nomogram",
        compute=nomogram,
        r="nomogram.R::nomogram",
        package="rms",
        title="Nomogram",
        cases=_cases,
        quantities={
            "axis_variable": bits(),
            "axis_value": _TICKS,
            "total_points": _TICKS,
            "linear_predictor": _TICKS,
            # not the risks: rms also places 0 and 1, and all others by interpolation
            **dict.fromkeys(_POINTS, solution("vector", _EARLY, "condition_number")),
        },
        compat={
            RMS: {
                "axis_variable": bits(),
                "axis_value": _TICKS,
                "total_points": _TICKS,
                "linear_predictor": _TICKS,
                "risk": _TICKS,
                **dict.fromkeys((*_POINTS, "risk_points"), path("vector", _EARLY, "condition_number")),
            }
        },
        relations=(
            relations.points_lead_to_the_predicted_risk,
            relations.nomogram_patient_order,
            relations.nomogram_unit,
            relations.coefficients_are_read_back,
        ),
        certified=certified.nomogram,
        display="validation.displays.nomogram.NomogramDisplay",
    )
)
