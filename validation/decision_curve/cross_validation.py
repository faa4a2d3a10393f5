"""Cross-validated decision curves: what a model is worth in patients that it was not fitted to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, Outcome, check_choice, check_integer, check_seed
from validation.decision_curve.counting import Grid, count_data, count_reference
from validation.decision_curve.links import LINKS, inverse_logit
from validation.decision_curve.measures import MEASURES, Crossings, in_doubles
from validation.decision_curve.request import Request, check_request, check_sources
from validation.decision_curve.results import DecisionCurve, StrategyCurve
from validation.decision_curve.sources import GivenRisks, RefittedModel, independent_columns, to_population
from validation.decision_curve.tables import Tables
from validation.errors import InputError, NotEstimable
from validation.kernels import load
from validation.kernels.threads import one_blas_thread
from validation.logistic.fit import maximum_likelihood
from validation.r_random import RRandom

__all__ = ["CrossValidatedDecisionCurve", "cross_validated_decision_curve", "stratified_folds"]

Folds = npt.NDArray[np.int64]
#: caret's rule: that many cases and controls for each fold
_PER_FOLD = 5


@dataclass(frozen=True)
class CrossValidatedDecisionCurve(DecisionCurve):
    """Decision curve from risks that were predicted by models fitted to other patients.

    Parameters
    ----------
    fold : array of int, shape (n,)
        Fold (1 ... K) of each patient.
    risk : array of shape (n,)
        Cross-validated risk of each patient, by the first model.
    pooling : str
        ``"folds"``: measures are means over folds; ``"patients"``: measures of all cross-validated risks together.
    """

    fold: Folds
    risk: Floats
    pooling: str


def stratified_folds(outcome: Outcome, folds: int, generator: RRandom) -> Folds:
    """Fold (1 ... K) of each patient, controls and cases spread evenly, with the random numbers of R's caret.

    Parameters
    ----------
    outcome : array of 0 and 1
    folds : int
    generator : RRandom

    Notes
    -----
    R: ``caret::createFolds(factor(y), k = folds)``. Controls first: each fold's number as often as it fits, the rest
    drawn without replacement, all of them shuffled over the rows of the class.
    """
    out = np.zeros(outcome.size, dtype=np.int64)
    for value in (0, 1):
        rows = np.flatnonzero(outcome == value)
        whole, rest = divmod(rows.size, folds)
        labels = np.tile(np.arange(1, folds + 1), whole)
        if rest:
            labels = np.concatenate([labels, generator.sample_int(folds, rest) + 1])
        out[rows] = labels[generator.permutation(rows.size)] if rows.size > 1 else labels
    return out


def cross_validated_decision_curve(
    y_true: Any,
    *,
    x: Any,
    thresholds: Any = None,
    policy: str = "opt-in",
    study_design: str = "cohort",
    prevalence: float | None = None,
    link: str = "logit",
    folds: int = 5,
    seed: int = 1,
    sample_kind: Literal["Rejection", "Rounding"] = "Rejection",
    pooling: str = "folds",
    tie_rule: str | None = None,
    names: Sequence[str] | str | None = None,
    compat: str | None = None,
) -> CrossValidatedDecisionCurve:
    """Decision curve of a logistic model by cross-validation.

    Parameters
    ----------
    y_true : array of shape (n,)
        Outcome, 1 for a case and 0 for a control.
    x : array of shape (n, p), or mapping of name to array
        Predictors of the model, or of several models that share the folds.
    thresholds, policy, study_design, prevalence, link, tie_rule, names
        As for `decision_curve`.
    folds : int
        Number of folds, stratified by outcome.
    seed : int
        As in R's ``set.seed(seed)``.
    sample_kind : str
        ``"Rejection"``, or ``"Rounding"`` for the numbers of R before version 3.6.0.
    pooling : str
        ``"folds"`` averages the measures of the folds with equal weight, ``"patients"`` measures all cross-validated
        risks together.
    compat : str, optional
        ``"rmda-1.6"``: strict tie rule, the iteration of R's ``glm``, risks by the inverse logit whatever the link,
        and its refusal of folds with fewer than 5 cases or controls.

    Returns
    -------
    CrossValidatedDecisionCurve

    Raises
    ------
    InputError
        If an argument cannot be used, or a class has too few patients for the folds.
    NotEstimable
        If the model of a fold does not exist (not with `compat`).

    Notes
    -----
    Without intervals: what a resample would have to repeat is the whole cross-validation. In a case-control study
    the intercept is moved with the share of cases in all data.

    R: ``rmda::cv_decision_curve(y ~ x1 + x2, data, folds = 5)``, which stops for a case-control study unless every
    training part is a multiple of its test part.

    References
    ----------
    Kerr KF, Brown MD, Zhu K, Janes H. Assessing the clinical impact of risk prediction models with decision curves.
    J Clin Oncol 2016;34:2534-2540. doi:10.1200/JCO.2015.65.5654

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(60.0) % 7
    >>> y = (np.arange(60) * 5 % 11 + x > 8).astype(int)
    >>> curve = cross_validated_decision_curve(y, x=x, thresholds=[0.2, 0.4], folds=3)
    >>> curve.fold[:5].tolist(), curve.model.net_benefit.shape
    ([1, 1, 3, 1, 3], (2,))
    """
    request = check_request(y_true, thresholds, policy, study_design, prevalence, link, tie_rule, compat)
    models = [source for source in check_sources(request, x, None, names) if isinstance(source, RefittedModel)]
    check_choice(pooling, "pooling", ("folds", "patients"))
    count = check_integer(folds, "folds", minimum=2)
    _check_sizes(request, count)
    generator = RRandom(check_seed(seed), sample_kind)
    fold = stratified_folds(request.outcome, count, generator)
    kernel, kernel_name = load("decision_curve")
    tables = Tables(request, Grid.of(request.thresholds, request.tie_rule), None)
    with one_blas_thread():
        risks = [_cross_validated_risks(model, request, fold, kernel) for model in models]
    given = [GivenRisks(model.name, request.outcome, risk) for model, risk in zip(models, risks, strict=True)]
    if pooling == "patients":
        curves = [tables.curve(one.name, *_pooled(one, request, tables.grid, kernel)) for one in given]
        references = tables.references(None)
    else:
        curves = [_mean_curve(one.name, _fold_counts(one, fold, tables.grid, kernel), tables) for one in given]
        parts = _outcomes(given[0], fold)
        references = {
            name: _mean_curve(name, [_reference_counts(name, part, tables.grid) for part in parts], tables)
            for name in ("all", "none")
        }
    return CrossValidatedDecisionCurve(
        **tables.common(curves, references),
        level=None,
        n_replicates=0,
        n_replicates_used=0,
        n_replicates_degenerate=sum(model.degenerate for model in models),
        random_state=generator.state,
        kernel=kernel_name,
        fold=fold,
        risk=risks[0],
        pooling=pooling,
    )


def _check_sizes(request: Request, folds: int) -> None:
    cases = int(np.count_nonzero(request.outcome))
    least = min(cases, request.outcome.size - cases)
    needed = (_PER_FOLD if request.as_rmda else 1) * folds
    if least < needed:
        raise InputError(
            "folds",
            f"is {folds}, which needs {needed} cases and as many controls; the smaller class has {least}",
            hint="Use fewer folds.",
        )


def _cross_validated_risks(model: RefittedModel, request: Request, fold: Folds, kernel: ModuleType) -> Floats:
    """Risk of each patient from the model of the other folds."""
    link, share = LINKS[request.link], np.array(request.outcome.mean())
    out = np.empty(fold.size)
    for k in range(1, int(fold.max()) + 1):
        test = fold == k
        predictor = _held_out(model, test, k, kernel)
        if request.prevalence is not None:
            predictor = to_population(predictor, request.prevalence, share)
        plain = request.as_rmda or request.prevalence is not None
        out[test] = inverse_logit(predictor) if plain else link.mean(predictor)
    return out


def _held_out(model: RefittedModel, test: npt.NDArray[np.bool_], number: int, kernel: ModuleType) -> Floats:
    """Linear predictor of the patients of a fold from the model of all others."""
    if model.exact and model.link == "logit":
        try:
            fit = maximum_likelihood(model.x[~test], model.outcome[~test], model.columns)
        except NotEstimable as error:
            raise NotEstimable(
                error.cause, f"outside fold {number}: {error.message}", hint=f"{error.hint} Fewer folds may help too."
            ) from None
        predictor: Floats = fit.coefficients[0] + model.x[test] @ fit.coefficients[1:]
        return predictor
    basis = _training_basis(model.x, ~test, model.exact)
    y, weights = model.outcome.astype(np.float64), (~test).astype(np.float64)[None, :]
    found = kernel.refit(basis, basis, y, weights, LINKS[model.link], model.stopping)
    if not found.converged[0]:
        model.degenerate += 1
        if model.exact:
            raise NotEstimable(
                "no convergence",
                f"the model of the patients outside fold {number} has no maximum likelihood estimate",
                hint="Use fewer folds or fewer predictors.",
            )
    predictor = found.eta[0, test]
    return predictor


def _training_basis(x: Floats, training: npt.NDArray[np.bool_], exact: bool) -> Floats:
    """Columns for all patients that are orthonormal in the training part; a dependent column is left out as by R."""
    kept = independent_columns(x[training])
    if exact and not kept.all():
        raise NotEstimable(
            "rank",
            "the coefficients are not determined: predictors depend on each other in the patients outside a fold",
            hint="Leave out a predictor, or use fewer folds.",
        )
    part = x[:, kept]
    columns = np.column_stack([np.ones(len(x)), part - part[training].mean(axis=0)])
    columns /= np.linalg.norm(columns[training], axis=0)
    triangle = np.asarray(np.linalg.qr(columns[training])[1])
    return np.ascontiguousarray(np.linalg.solve(triangle.T, columns.T).T)


def _pooled(source: GivenRisks, request: Request, grid: Grid, kernel: ModuleType) -> tuple[Crossings, None, int]:
    counts, on_threshold = count_data(source, request.outcome, grid, kernel)
    return counts, None, on_threshold


def _parts(source: GivenRisks, fold: Folds) -> list[npt.NDArray[np.intp]]:
    """Rows of each fold; without those whose risk overflowed, as R has it (only its own formula can overflow)."""
    known = ~np.isnan(source.risk)
    return [np.flatnonzero((fold == k) & known) for k in range(1, int(fold.max()) + 1)]


def _fold_counts(source: GivenRisks, fold: Folds, grid: Grid, kernel: ModuleType) -> list[Crossings]:
    parts = []
    for rows in _parts(source, fold):
        outcome = source.outcome[rows]
        parts.append(count_data(GivenRisks("", outcome, source.risk[rows]), outcome, grid, kernel)[0])
    return parts


def _outcomes(source: GivenRisks, fold: Folds) -> list[Outcome]:
    return [source.outcome[rows] for rows in _parts(source, fold)]


def _reference_counts(name: str, outcome: Outcome, grid: Grid) -> Crossings:
    cases = np.array(np.count_nonzero(outcome))
    return count_reference(name, grid, cases, outcome.size - cases)


def _mean_curve(name: str, parts: Sequence[Crossings], tables: Tables) -> StrategyCurve:
    request, grid = tables.request, tables.grid
    measured = [dict(in_doubles(part, grid.ascending, request.policy, request.prevalence)) for part in parts]
    columns: Any = {measure: _mean(np.array([one[measure] for one in measured]))[grid.place] for measure in MEASURES}
    return StrategyCurve(name, **columns)


def _mean(values: Floats) -> Floats:
    """Mean of each column, added fold by fold."""
    total = values[0]
    for line in values[1:]:
        total = total + line
    mean: Floats = total / values.shape[0]
    return mean
