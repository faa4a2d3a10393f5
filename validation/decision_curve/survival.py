"""Decision curve for an event by a horizon, where follow-up is censored and other events may compete."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, check_integer, check_level, check_probabilities, check_scores, check_seed
from validation.decision_curve.benefit import PER
from validation.decision_curve.counting import Grid
from validation.decision_curve.incidence import FollowUp, Incidence
from validation.decision_curve.request import check_harm, check_thresholds
from validation.errors import InputError, NotEstimable
from validation.kernels import load
from validation.r_random import RRandom
from validation.resampling import bootstrap_blocks, counts_of
from validation.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from validation.displays.survival_decision_curve import SurvivalDecisionCurveDisplay

__all__ = ["LIMITED", "SurvivalDecisionCurve", "survival_decision_curve"]

Integers = npt.NDArray[np.int64]
LIMITED = ("net_benefit", "standardized_net_benefit", "interventions_avoided", "treat_all")
_OTHERS = ("proportion_high_risk", "event_probability", "detection_probability")
_TIE_RULES = ("at-or-above", "strict")


@dataclass(frozen=True)
class SurvivalDecisionCurve(Result):
    """Net benefit of treating those whose risk of an event by the horizon is high, by threshold.

    Parameters
    ----------
    thresholds : array
        Risk thresholds, in the order given.
    net_benefit : array
        Of treating those at high risk, less the harm of the test; with pointwise percentile limits ``..._lower`` and
        ``..._upper``, as the next three, which are None without intervals.
    standardized_net_benefit : array
        Net benefit divided by the probability of the event.
    interventions_avoided : array
        Per 100 patients, against treating all, with as many events found.
    treat_all : array
        Net benefit of treating everybody; that of treating nobody is 0.
    proportion_high_risk : array
    event_probability : array
        Of those at high risk, by the horizon; NaN where nobody is.
    detection_probability : array
        Of being at high risk and having the event.
    n_high, n_followed : array of int
        Patients at high risk, and those of them who were under observation, without event, until the horizon. Where
        there are none, the probability is that of the last time under observation.
    probability : float
        Of the event by the horizon, in all patients.
    estimator : str
        ``"Kaplan-Meier"``, or ``"Aalen-Johansen"`` where events compete.
    horizon : float
    level : float or None
    tie_rule : str
    test_harm : float
    n, n_events, n_competing, n_censored : int
        Patients; those with the event, with a competing event and with censoring before the horizon.
    n_replicates : int
    random_state : array of 626 int32
        State of R's generator after the last draw, in the layout of ``.Random.seed``.
    compat : str
    kernel : str
    """

    thresholds: Floats
    net_benefit: Floats
    standardized_net_benefit: Floats
    interventions_avoided: Floats
    treat_all: Floats
    net_benefit_lower: Floats | None
    net_benefit_upper: Floats | None
    standardized_net_benefit_lower: Floats | None
    standardized_net_benefit_upper: Floats | None
    interventions_avoided_lower: Floats | None
    interventions_avoided_upper: Floats | None
    treat_all_lower: Floats | None
    treat_all_upper: Floats | None
    proportion_high_risk: Floats
    event_probability: Floats
    detection_probability: Floats
    n_high: Integers
    n_followed: Integers
    probability: float
    estimator: str
    horizon: float
    level: float | None
    tie_rule: str
    test_harm: float
    n: int
    n_events: int
    n_competing: int
    n_censored: int
    n_replicates: int
    random_state: npt.NDArray[np.int32]
    compat: str
    kernel: str

    def _table(self) -> dict[str, list[Any]]:
        table: dict[str, list[Any]] = {"threshold": self.thresholds.tolist()}
        for name in LIMITED:
            for column in (name, f"{name}_lower", f"{name}_upper"):
                values = getattr(self, column)
                if values is not None:
                    table[column] = values.tolist()
        return table | {name: getattr(self, name).tolist() for name in (*_OTHERS, "n_high", "n_followed")}

    def plot(self, ax: Axes | None = None, **options: Any) -> SurvivalDecisionCurveDisplay:
        """Draw the curve; see `validation.displays.survival_decision_curve` for the options."""
        from validation.displays.survival_decision_curve import SurvivalDecisionCurveDisplay

        return SurvivalDecisionCurveDisplay(self).plot(ax, **options)


def survival_decision_curve(
    time: Any,
    event: Any,
    *,
    y_proba: Any,
    horizon: float,
    thresholds: Any = None,
    level: float | None = 0.95,
    bootstraps: int = 500,
    seed: int = 1,
    tie_rule: str = "at-or-above",
    test_harm: float = 0.0,
) -> SurvivalDecisionCurve:
    """Decision curve of given risks of an event by a horizon, with censoring and competing events.

    Parameters
    ----------
    time : array of shape (n,)
        Time of the event or of the end of observation, positive.
    event : array of shape (n,)
        0 for censored, 1 for the event of interest, 2 and more for events that compete with it.
    y_proba : array of shape (n,)
        Predicted risk of the event by the horizon. This is 1 minus the predicted survival, never survival itself.
    horizon : float
        In the unit of `time`; an event at the horizon counts.
    thresholds : array of shape (T,), optional
        Risk thresholds in [0, 1], kept in the order given; 0, 0.01, ..., 1 in R's doubles by default.
    level : float or None
        Confidence level of the pointwise limits; None for none.
    bootstraps : int
        Number of resamples of patients.
    seed : int
        As in R's ``set.seed(seed)``.
    tie_rule : str
        ``"at-or-above"``: a risk equal to the threshold is high. ``"strict"``: it is not.
    test_harm : float
        Harm of finding out the risk, in units of net benefit.

    Returns
    -------
    SurvivalDecisionCurve

    Raises
    ------
    InputError
        If an argument cannot be used.
    NotEstimable
        If nobody has the event by the horizon, or if observation ends before it.

    Notes
    -----
    With q the share of patients at high risk and F their probability of the event by the horizon, net benefit at
    threshold t is ``q F - t / (1 - t) q (1 - F) - h`` with harm h. F is 1 minus Kaplan and Meier's estimate among
    those at high risk, or Aalen and Johansen's cumulative incidence among them where an event competes: to take
    competing events for censored overstates it. Measures and limits are the doubles nearest to their exact values.
    Without censoring before the horizon this is `validation.decision_curve`. Censoring must not depend on what would
    have happened, within those at high risk.

    dcurves (R and Python), asked to convert a marker to a risk for such an outcome, takes ``exp(-H)``, the predicted
    survival, for the risk, so that the patients with the best prognosis are treated first. The risk is
    ``1 - exp(-H)``.

    R: ``survival::survfit(Surv(time, event) ~ 1, subset = y_proba >= t)``, from which the R function of this
    statistic forms net benefit.

    References
    ----------
    Vickers AJ, Cronin AM, Elkin EB, Gonen M. Extensions to decision curve analysis, a novel method for evaluating
    diagnostic tests, prediction models and molecular markers. BMC Med Inform Decis Mak 2008;8:53.
    doi:10.1186/1472-6947-8-53

    Kaplan EL, Meier P. Nonparametric estimation from incomplete observations. J Am Stat Assoc 1958;53:457-481.
    doi:10.1080/01621459.1958.10501452

    Aalen OO, Johansen S. An empirical transition matrix for non-homogeneous Markov chains based on censored
    observations. Scand J Stat 1978;5:141-150.

    Examples
    --------
    >>> found = survival_decision_curve(
    ...     [1, 2, 3, 4, 5, 6, 7, 8],
    ...     [1, 1, 0, 1, 0, 0, 0, 0],
    ...     y_proba=[0.7, 0.6, 0.8, 0.2, 0.4, 0.5, 0.1, 0.1],
    ...     horizon=5,
    ...     thresholds=[0.2, 0.5],
    ...     bootstraps=50,
    ... )
    >>> found.event_probability.round(4).tolist(), found.net_benefit.round(4).tolist()
    ([0.5556, 0.5], [0.3333, 0.0])
    """
    observed, kind = _check_follow_up(time, event)
    risk, limit = check_probabilities(y_proba, observed.size), _check_horizon(horizon)
    if tie_rule not in _TIE_RULES:
        raise InputError("tie_rule", f"must be one of {', '.join(map(repr, _TIE_RULES))}, got {tie_rule!r}")
    grid, harm = Grid.of(check_thresholds(thresholds), tie_rule), check_harm(test_harm)
    count = 0
    if level is not None:
        level, count = check_level(level), check_integer(bootstraps, "bootstraps", minimum=1)
    generator = RRandom(check_seed(seed))
    follow_up = FollowUp.of(observed, kind, limit)
    _check_estimable(follow_up, limit)
    kernel, kernel_name = load("decision_curve")
    code = kernel.cells(risk, grid.ascending)
    found = follow_up.incidence(code, np.ones(risk.size, dtype=np.int64), grid)
    columns = _points(found, grid.ascending, risk.size, harm)
    columns |= _limits(follow_up, code, grid, generator, count, level, harm)
    placed: dict[str, Any] = {name: None if part is None else part[grid.place] for name, part in columns.items()}
    return SurvivalDecisionCurve(
        thresholds=grid.given,
        **placed,
        probability=float(found.exact_probability((found.high.size - 1,))[0]),
        estimator="Aalen-Johansen" if (follow_up.event == 2).any() else "Kaplan-Meier",
        horizon=limit,
        level=level,
        tie_rule=tie_rule,
        test_harm=harm,
        n=risk.size,
        n_events=int(np.count_nonzero(follow_up.event == 1)),
        n_competing=int(np.count_nonzero(follow_up.event == 2)),
        n_censored=int(np.count_nonzero((follow_up.event == 0) & ~follow_up.complete)),
        n_replicates=count,
        random_state=generator.state,
        compat="default",
        kernel=kernel_name,
    )


def _check_follow_up(time: Any, event: Any) -> tuple[Floats, Integers]:
    observed = check_scores(time, np.size(time), "time")
    if not (observed > 0.0).all():
        raise InputError("time", f"must be positive, got {observed.min():g}")
    kind = check_scores(event, observed.size, "event")
    if not ((kind >= 0.0) & (kind == np.floor(kind))).all():
        raise InputError("event", "must be 0 (censored), 1 (event) or 2 and more (competing events)")
    return observed, kind.astype(np.int64)


def _check_horizon(horizon: Any) -> float:
    number = isinstance(horizon, (int, float, np.integer, np.floating)) and not isinstance(horizon, bool)
    if not number or not 0.0 < float(horizon) < np.inf:
        raise InputError("horizon", f"must be a positive time, got {horizon!r}")
    return float(horizon)


def _check_estimable(follow_up: FollowUp, horizon: float) -> None:
    if not (follow_up.event == 1).any():
        raise NotEstimable("no event", f"nobody has the event by {horizon:g}", hint="Choose a later horizon.")
    censored = (follow_up.event == 0) & ~follow_up.complete
    lasting = follow_up.passed[censored].max(initial=-1) >= follow_up.size
    if lasting and not follow_up.complete.any():
        raise NotEstimable(
            "follow-up", f"nobody was observed until {horizon:g}", hint="Choose a horizon within the follow-up."
        )


def _measures(found: Incidence, thresholds: Floats, n: int, harm: float) -> Mapping[str, Floats]:
    """Measures that have limits, at the ascending thresholds, in doubles."""
    share, probability = found.high[:-1] / n, found.probability()
    overall, probability = float(probability[-1]), probability[:-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = thresholds / (1.0 - thresholds)
        benefit = share * probability - odds * (share * (1.0 - probability)) - harm
        everybody = overall - odds * (1.0 - overall)
        benefit, everybody = (np.where(thresholds < 1.0, values, np.nan) for values in (benefit, everybody))
        more = share * probability - overall - harm
        fewer = (1.0 - overall) - share * (1.0 - probability)
        avoided = np.where(thresholds > 0.0, PER * (more * ((1.0 - thresholds) / thresholds) + fewer), np.nan)
        standardized = benefit / (overall or np.nan)
    return dict(zip(LIMITED, (benefit, standardized, avoided, everybody), strict=True))


def _exact_measures(
    t: float, high: int, n: int, probability: Fraction, overall: Fraction, harm: float
) -> tuple[float, ...]:
    """Measures that have limits at one threshold, each rounded once."""
    at, share, lost = Fraction(t), Fraction(high, n), Fraction(harm)
    gained, treated = share * probability, share * (1 - probability)
    benefit = standardized = avoided = everybody = None
    if at < 1:
        benefit = gained - at / (1 - at) * treated - lost
        everybody = overall - at / (1 - at) * (1 - overall)
        standardized = benefit / overall if overall else None
    if at > 0:
        avoided = PER * ((gained - overall - lost) * (1 - at) / at + (1 - overall) - treated)
    values = (benefit, standardized, avoided, everybody)
    return tuple(np.nan if value is None else value.numerator / value.denominator for value in values)


def _points(found: Incidence, thresholds: Floats, n: int, harm: float) -> dict[str, Any]:
    """All measures in the data."""
    *probabilities, overall = found.exact_probability(range(found.high.size))
    lines = [
        (
            *_exact_measures(t, high, n, probability, overall, harm),
            high / n,
            float(probability) if high else np.nan,
            float(Fraction(high, n) * probability),
        )
        for t, high, probability in zip(thresholds.tolist(), found.high.tolist(), probabilities, strict=False)
    ]
    columns: dict[str, Any] = dict(zip((*LIMITED, *_OTHERS), np.array(lines).T.copy(), strict=True))
    return columns | {"n_high": found.high[:-1], "n_followed": found.followed[:-1]}


def _limits(
    follow_up: FollowUp, code: Any, grid: Grid, generator: RRandom, count: int, level: float | None, harm: float
) -> dict[str, Floats | None]:
    """Order statistics of the resamples: found in doubles, then formed exactly in the resample that they come from."""
    names = [f"{name}_{side}" for name in LIMITED for side in ("lower", "upper")]
    if level is None:
        return dict.fromkeys(names)
    n, t = code.size, grid.ascending
    again = RRandom.from_state(generator.state)
    values = np.empty((len(LIMITED), t.size, count))
    for b, found in enumerate(_resampled(follow_up, code, grid, generator, count, range(count))):
        values[:, :, b] = list(_measures(found, t, n, harm).values())
    places = _order_statistics(values, level)
    limits = np.full((len(LIMITED), 2, t.size), np.nan)
    chosen = np.unique(places[places >= 0]).tolist()
    for b, found in zip(chosen, _resampled(follow_up, code, grid, again, count, chosen), strict=True):
        for measure, side, k in np.argwhere(places == b).tolist():
            probability, overall = found.exact_probability((k, t.size))
            exactly = _exact_measures(float(t[k]), int(found.high[k]), n, probability, overall, harm)
            limits[measure, side, k] = exactly[measure]
    return dict(zip(names, limits.reshape(-1, t.size), strict=True))


def _resampled(
    follow_up: FollowUp, code: Any, grid: Grid, generator: RRandom, count: int, wanted: Iterable[int]
) -> Iterator[Incidence]:
    """Counts of the wanted ones of `count` resamples."""
    numbers, n, b = set(wanted), code.size, 0
    for rows in bootstrap_blocks(generator, n, count):
        for weights in counts_of(rows, n):
            if b in numbers:
                yield follow_up.incidence(code, weights.astype(np.int64), grid)
            b += 1


def _order_statistics(values: Floats, level: float) -> Integers:
    """Resample that holds each limit: (measures, 2, thresholds) array, -1 where no value exists."""
    order = np.argsort(values, axis=-1, kind="stable")
    existing = np.count_nonzero(~np.isnan(values), axis=-1)
    alpha = 1.0 - level
    found = []
    for p in (alpha / 2.0, 1.0 - alpha / 2.0):
        rank = np.maximum(1, np.ceil(existing * p).astype(np.int64)) - 1
        place = np.take_along_axis(order, rank[..., None], axis=-1)[..., 0]
        found.append(np.where(existing > 0, place, -1))
    return np.stack(found, axis=1)
