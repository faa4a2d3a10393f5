"""Declarations of the sample size of a prediction model."""

from __future__ import annotations

from collections.abc import Iterator

from validation.cohort import Cohort
from validation.exact import sample_size as certified
from validation.relations import sample_size as relations
from validation.sample_size.arguments import largest_r_squared
from validation.sample_size.signal import anticipated_r_squared
from validation.sample_size.smallest import smallest_sample_size
from validation.statistic import Case, Settings, Statistic, bits, closed, path, register

__all__ = ["ANTICIPATED_R_SQUARED", "SMALLEST_SAMPLE_SIZE"]

_AREA, _SHARE, _DRAWS = 0.75, 0.15, 20_000


def _prevalence(cohort: Cohort) -> float:
    return float(cohort.outcome.mean())


def _cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """A study of the cohort's predictors at its prevalence: with an area, and with 15% of the largest R2."""
    f, p = _prevalence(cohort), len(cohort.predictors)
    if p:
        yield Case(f"C {_AREA}", {"prevalence": f, "parameters": p, "auc": _AREA})
        r2 = _SHARE * largest_r_squared(f)
        yield Case("15% of the largest R2", {"prevalence": f, "parameters": p, "r_squared": r2})


def _signal_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """One area at the cohort's prevalence, with fewer patients than R's package simulates."""
    if cohort.predictors:
        arguments = {"auc": _AREA, "prevalence": _prevalence(cohort), "draws": _DRAWS, "seed": settings.seed}
        yield Case(f"C {_AREA}", arguments)


_COUNTS = ("n", "events", "shrinkage", "optimism", "prediction_error", "overall_risk")

SMALLEST_SAMPLE_SIZE = register(
    Statistic(
        name="smallest_sample_size",
        compute=smallest_sample_size,
        r="sample_size.R::smallest_sample_size",
        package="stats",
        title="Smallest sample size of a prediction model",
        cases=_cases,
        quantities=dict.fromkeys(_COUNTS, bits()) | {"r_squared": closed(), "largest_r_squared": closed()},
        relations=(
            relations.outcome_and_its_complement,
            relations.more_parameters_need_no_fewer,
            relations.area_stands_for_its_r_squared,
            relations.whole_is_the_largest_criterion,
        ),
        certified=certified.smallest_sample_size,
        display="validation.displays.sample_size.SampleSizeDisplay",
    )
)

ANTICIPATED_R_SQUARED = register(
    Statistic(
        name="anticipated_r_squared",
        compute=anticipated_r_squared,
        r="sample_size.R::anticipated_r_squared",
        package="stats",
        title="R2 to expect from an area",
        cases=_signal_cases,
        quantities={"r_squared": closed(), "simulated": path("unit"), "random_state": bits()},
        relations=(
            relations.signal_of_the_complement,
            relations.chance_has_no_signal,
            relations.simulation_finds_the_quadrature,
            relations.larger_area_larger_signal,
        ),
        certified=certified.anticipated_r_squared,
    )
)
