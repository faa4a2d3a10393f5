"""Expected value of knowing a model's true net benefit: what a larger validation study could still gain."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, check_integer, check_seed
from validation.cohort import Cohort
from validation.decision_curve.benefit import Scale
from validation.decision_curve.bivariate_normal import expected_maximum
from validation.decision_curve.counting import Grid, count_data, count_resamples
from validation.decision_curve.measures import Crossings
from validation.decision_curve.request import check_harm, check_request, check_sources
from validation.decision_curve.resampling import Resamples
from validation.exact import value_of_information as certified
from validation.kernels import load
from validation.r_numerics import r_seq
from validation.r_random import RRandom
from validation.relations import value_of_information as relations
from validation.result import Result
from validation.statistic import Case, Settings, Statistic, closed, exact, register

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from validation.displays.value_of_information import ValueOfInformationDisplay

__all__ = ["VALUE_OF_INFORMATION", "ValueOfInformation", "value_of_information"]

_EXACT = ("net_benefit", "treat_all", "expected_with_information", "expected_without", "evpi", "probability_best")
_COLUMNS = (*_EXACT, "evpi_asymptotic")


@dataclass(frozen=True)
class ValueOfInformation(Result):
    """Expected value of perfect information on net benefit, by threshold.

    Parameters
    ----------
    thresholds : array
        Risk thresholds, in the order given.
    net_benefit, treat_all : array
        Net benefit of the model (less the harm of the test) and of treating all in the data.
    expected_with_information : array
        Mean over the resamples of the net benefit of the strategy that is best in each.
    expected_without : array
        Net benefit of the strategy that is best on average over the resamples.
    evpi : array
        Difference of the two: what is lost on average, per patient, for not knowing the true net benefits.
    probability_best : array
        Share of the resamples in which the model is better than treating all and none.
    evpi_asymptotic : array
        The same without resampling, from the normal distribution of the two net benefits.
    tie_rule : str
    test_harm : float
    n, n_events : int
        Patients and cases.
    n_replicates : int
    random_state : array of 626 int32
        State of R's generator after the last draw, in the layout of ``.Random.seed``.
    compat : str
    kernel : str
    """

    thresholds: Floats
    net_benefit: Floats
    treat_all: Floats
    expected_with_information: Floats
    expected_without: Floats
    evpi: Floats
    probability_best: Floats
    evpi_asymptotic: Floats
    tie_rule: str
    test_harm: float
    n: int
    n_events: int
    n_replicates: int
    random_state: npt.NDArray[np.int32]
    compat: str
    kernel: str

    def _table(self) -> dict[str, list[Any]]:
        return {"threshold": self.thresholds.tolist()} | {name: getattr(self, name).tolist() for name in _COLUMNS}

    def plot(self, ax: Axes | None = None, **options: Any) -> ValueOfInformationDisplay:
        """Draw both estimates; see `validation.displays.value_of_information` for the options."""
        from validation.displays.value_of_information import ValueOfInformationDisplay

        return ValueOfInformationDisplay(self).plot(ax, **options)


def value_of_information(
    y_true: Any,
    y_proba: Any,
    *,
    thresholds: Any = None,
    bootstraps: int = 1000,
    seed: int = 1,
    tie_rule: str = "at-or-above",
    test_harm: float = 0.0,
) -> ValueOfInformation:
    """Expected value of perfect information on the net benefit of a validated model, by threshold.

    Parameters
    ----------
    y_true : array of shape (n,)
        Outcome, 1 for a case and 0 for a control, of patients that the model was not fitted to.
    y_proba : array of shape (n,)
        Risks.
    thresholds : array of shape (T,), optional
        Risk thresholds in [0, 1], kept in the order given; 0, 0.01, ..., 1 in R's doubles by default.
    bootstraps : int
        Number of resamples.
    seed : int
        As in R's ``set.seed(seed)``; `validation.decision_curve` draws the same resamples from it.
    tie_rule : str
        ``"at-or-above"``: a risk equal to the threshold is high. ``"strict"``: it is not.
    test_harm : float
        Harm of finding out the risk, in units of net benefit.

    Returns
    -------
    ValueOfInformation

    Raises
    ------
    InputError
        If an argument cannot be used.

    Notes
    -----
    With net benefits M of the model and A of treating all, whose distribution given the data is that of resamples, the
    expected value of perfect information is ``E max(0, M, A) - max(0, E M, E A)``. It is in units of net benefit:
    multiplied by the number of patients to whom the decision applies it is a number of true positives. From the
    resamples it is the double nearest to its exact value. The asymptotic form takes M and A for normal with the
    means, variances and covariance of the patients' contributions, which leaves integrals that Owen's function
    solves. Both are NaN at threshold 1.

    R: none in rmda. ``predtools::evpi_val`` has both forms, with resamples of its own.

    References
    ----------
    Sadatsafavi M, Lee TY, Wynants L, Vickers AJ, Gustafson P. Value-of-information analysis for external validation of
    risk prediction models. Med Decis Making 2023;43:564-575. doi:10.1177/0272989X231178317

    Owen DB. Tables for computing bivariate normal probabilities. Ann Math Stat 1956;27:1075-1090.
    doi:10.1214/aoms/1177728074

    Examples
    --------
    >>> found = value_of_information(
    ...     [0, 0, 0, 0, 1, 1, 1, 1], [0.1, 0.2, 0.6, 0.4, 0.3, 0.6, 0.7, 0.9], thresholds=[0.25, 0.5]
    ... )
    >>> found.net_benefit.round(4).tolist(), (found.evpi >= 0.0).tolist(), found.evpi_asymptotic.round(4).tolist()
    ([0.4167, 0.25], [True, True], [0.003, 0.0333])
    """
    request = check_request(y_true, thresholds, "opt-in", "cohort", None, "logit", tie_rule, None)
    (source,) = check_sources(request, None, y_proba, None)
    harm, count = check_harm(test_harm), check_integer(bootstraps, "bootstraps", minimum=1)
    generator = RRandom(check_seed(seed))
    kernel, kernel_name = load("decision_curve")
    grid = Grid.of(request.thresholds, request.tie_rule)
    found, _ = count_data(source, request.outcome, grid, kernel)
    drawn = count_resamples([source], Resamples(request.outcome, count), generator, grid, kernel)
    rows = np.array(list(_values(found, drawn.of_source(0), grid.ascending, harm)))[grid.place]
    return ValueOfInformation(
        thresholds=request.thresholds,
        **dict(zip(_COLUMNS, rows.T.copy(), strict=True)),
        tie_rule=request.tie_rule,
        test_harm=harm,
        n=request.outcome.size,
        n_events=int(found.cases),
        n_replicates=count,
        random_state=generator.state,
        compat=request.compat,
        kernel=kernel_name,
    )


def _values(found: Crossings, drawn: Crossings, thresholds: Floats, harm: float) -> Iterator[tuple[float, ...]]:
    """Values of all columns at each ascending threshold."""
    n, n_events = int(found.cases + found.controls), int(found.cases)
    everybody = list(zip(drawn.cases.tolist(), drawn.controls.tolist(), strict=True))
    for k, t in enumerate(thresholds.tolist()):
        if t == 1.0:
            yield (math.nan,) * len(_COLUMNS)
            continue
        at, lost = Scale(t, n, n_events, harm), harm.as_integer_ratio()
        (a, d), (p, q) = t.as_integer_ratio(), lost
        # whole numbers: net benefit times n (1 - t), times the denominators of threshold and harm
        cost = p * (d - a) * n
        models = [
            q * ((d - a) * cases - a * controls) - cost
            for cases, controls in zip(drawn.cases_above[k].tolist(), drawn.controls_above[k].tolist(), strict=True)
        ]
        alls = [q * ((d - a) * cases - a * controls) for cases, controls in everybody]
        best = sum(max(0, one, other) for one, other in zip(models, alls, strict=True))
        chosen = max(0, sum(models), sum(alls))
        unit, m = q * (d - a) * n * len(models), len(models)
        wins = sum(one > max(0, other) for one, other in zip(models, alls, strict=True))
        counts = (int(found.cases_above[k]), int(found.controls_above[k]))
        yield (
            at.benefit(at.weighed(*counts)),
            at.benefit(at.treat_all, harmed=False),
            best / unit,
            chosen / unit,
            (best - chosen) / unit,
            wins / m,
            _asymptotic(counts, (n_events, n - n_events), t, harm),
        )


def _asymptotic(high: tuple[int, int], everybody: tuple[int, int], t: float, harm: float) -> float:
    """Expected value of perfect information where net benefits are normal with the moments of their contributions."""
    n, weight = sum(everybody), t / (1.0 - t)
    means = [(cases - weight * controls) / n for cases, controls in (high, everybody)]
    squares = [(cases + weight * weight * controls) / n for cases, controls in (high, everybody)]
    # a patient at high risk contributes the same to both
    variances = [max(square - mean * mean, 0.0) / n for square, mean in zip(squares, means, strict=True)]
    apart = (everybody[0] - high[0] + weight * weight * (everybody[1] - high[1])) / n
    difference = max(apart - (means[1] - means[0]) ** 2, 0.0) / n
    means[0] -= harm
    return expected_maximum(means, variances, difference) - max(0.0, *means)


def _cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """The first given risk in whole percent, so that some lie on thresholds."""
    for name, risk in list(cohort.risks.items())[:1]:
        choices = {
            "thresholds": r_seq(0.1, 0.9, 0.1),
            "bootstraps": min(settings.bootstraps, 200),
            "seed": settings.seed,
        }
        yield Case(name, {"y_true": cohort.outcome, "y_proba": np.round(risk, 2), **choices})


VALUE_OF_INFORMATION = register(
    Statistic(
        name="value_of_information",
        compute=value_of_information,
        r=None,
        no_r="rmda has none; fractions of the same resamples and 30-digit integrals stand in for R",
        package="rmda",
        title="Expected value of perfect information on net benefit",
        cases=_cases,
        quantities={**dict.fromkeys(_EXACT, exact()), "evpi_asymptotic": closed()},
        relations=(
            relations.never_negative,
            relations.a_model_never_used_leaves_all_or_none,
            relations.harm_beyond_measure_removes_the_model,
            relations.a_hundred_times_the_patients_know_more,
            relations.both_forms_agree_within_resampling,
            relations.order_of_patients,
        ),
        certified=certified.value,
        display="validation.displays.value_of_information.ValueOfInformationDisplay",
    )
)
