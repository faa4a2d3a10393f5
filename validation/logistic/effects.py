"""Effects of a logistic model over the interquartile range, Wald tests of its parts, variance inflation (R: rms)."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit, gammaincc

from validation.checks import Floats, check_choice, check_level, check_matrix
from validation.errors import InputError, NotEstimable, ValidationWarning
from validation.logistic.anova import anova_rows, contrast_rows
from validation.logistic.fit import maximum_likelihood
from validation.logistic.indexes import RMS, information_condition
from validation.logistic.lrm import fit_as_lrm
from validation.logistic.regression import Problem, check_problem
from validation.r_numerics import interval_probabilities, qnorm
from validation.result import Result
from validation.terms import TermDesign, parse_formula, term_design

if TYPE_CHECKING:
    from validation.displays.logistic import ForestPlotDisplay

__all__ = ["ModelEffectsResult", "model_effects", "model_effects_of_formula"]


@dataclass(frozen=True)
class ModelEffectsResult(Result):
    """What each predictor does in a logistic model.

    Attributes
    ----------
    names : tuple of str
        Of the e effects: each predictor over its interquartile range, each level of a categorical one.
    low, high : ndarray of shape (e,)
        Values that are compared, in the unit of the predictor.
    effect, standard_error : ndarray of shape (e,)
        Difference of the log odds.
    odds_ratio, lower, upper : ndarray of shape (e,)
    level : float
    anova_terms : tuple of str
        Of the r tests.
    anova_chi_square, anova_degrees_of_freedom, anova_p_value : ndarray of shape (r,)
        Wald tests.
    column_names : tuple of str
        Of the k model columns, without the intercept.
    coefficients, coefficient_standard_error : ndarray of shape (k + 1,)
    variance_inflation : ndarray of shape (k,)
    condition_number : float
    n, n_events : int
    compat : str
    diagnosis : NotEstimable or None
        Why the numbers mean nothing although rms prints them (mode "rms-6.5" only).
    """

    names: tuple[str, ...]
    low: Floats
    high: Floats
    effect: Floats
    standard_error: Floats
    odds_ratio: Floats
    lower: Floats
    upper: Floats
    level: float
    anova_terms: tuple[str, ...]
    anova_chi_square: Floats
    anova_degrees_of_freedom: npt.NDArray[np.int64]
    anova_p_value: Floats
    column_names: tuple[str, ...]
    coefficients: Floats
    coefficient_standard_error: Floats
    variance_inflation: Floats
    condition_number: float
    n: int
    n_events: int
    compat: str
    design: TermDesign = field(repr=False)
    covariance: Floats = field(repr=False)
    diagnosis: NotEstimable | None = None

    @property
    def p_value(self) -> Floats:
        """Wald p-value of each effect."""
        return np.asarray(gammaincc(0.5, (self.effect / self.standard_error) ** 2 / 2.0), dtype=np.float64)

    def predict(self, x: Any, level: float | None = None) -> dict[str, Floats]:
        """Risk of each row of x with pointwise limits: columns risk, lower and upper."""
        matrix, _ = check_matrix(x, len(np.asarray(x)))
        if matrix.shape[1] != len(self.design.predictors):
            raise InputError("x", f"must have {len(self.design.predictors)} columns, got {matrix.shape[1]}")
        rows = np.column_stack([np.ones(len(matrix)), self.design.matrix(matrix)])
        log_odds = rows @ self.coefficients
        error = np.sqrt(np.einsum("ij,jk,ik->i", rows, self.covariance, rows))
        reach = qnorm(interval_probabilities(check_level(self.level if level is None else level))[1]) * error
        return {"risk": expit(log_odds), "lower": expit(log_odds - reach), "upper": expit(log_odds + reach)}

    def contrast(self, first: Any, second: Any) -> dict[str, float]:
        """Difference of the log odds of two patients, given as one value per predictor, with Wald test and limits."""
        pair, _ = check_matrix([list(first), list(second)], 2, "first and second")
        rows = np.column_stack([np.ones(2), self.design.matrix(pair)])
        step = rows[0] - rows[1]
        estimate = float(step @ self.coefficients)
        error = math.sqrt(float(step @ self.covariance @ step))
        reach = qnorm(interval_probabilities(self.level)[1]) * error
        z = estimate / error if error else math.nan
        return {
            "contrast": estimate, "standard_error": error, "lower": estimate - reach, "upper": estimate + reach,
            "z": z, "p_value": math.erfc(abs(z) / math.sqrt(2.0)),
        }  # fmt: skip

    def plot(self, ax: Any = None) -> ForestPlotDisplay:
        """Forest plot of the odds ratios on a logarithmic axis."""
        from validation.displays.logistic import ForestPlotDisplay

        return ForestPlotDisplay(self).plot(ax)

    def anova(self) -> dict[str, list[Any]]:
        """Columns of the table of Wald tests."""
        return {
            "term": list(self.anova_terms),
            "chi_square": self.anova_chi_square.tolist(),
            "degrees_of_freedom": self.anova_degrees_of_freedom.tolist(),
            "p_value": self.anova_p_value.tolist(),
        }

    def _table(self) -> dict[str, list[Any]]:
        names = ("low", "high", "odds_ratio", "lower", "upper", "p_value")
        table: dict[str, list[Any]] = {"effect": list(self.names)}
        return (
            table | {name: getattr(self, name).tolist() for name in names} | {"level": [self.level] * len(self.names)}
        )


def model_effects(
    y_true: Any,
    x: Any,
    *,
    names: Sequence[str] | None = None,
    terms: Sequence[int] | None = None,
    interactions: Any = (),
    level: float = 0.95,
    compat: str | None = None,
) -> ModelEffectsResult:
    """Odds ratios per interquartile range, Wald tests of each predictor's columns, and variance inflation.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for patients with the event.
    x : array_like or data frame of shape (n, p)
        Predictors, each in its own unit.
    names : sequence of str, optional
        Names of the predictors; those of the data frame, else ``x1`` ... ``xp``.
    terms : sequence of int, optional
        Per predictor: 0 linear (default), 1 categorical, k from 3 on a restricted cubic spline with k knots, -d a
        polynomial of degree d.
    interactions : array_like of shape (m, 2), optional
        Places of predictors whose product enters.
    level : float
        Confidence level, strictly between 0 and 1.
    compat : {"rms-6.5"}, optional
        Stop where ``lrm`` of rms 6.5 stops, and take p-values as one minus the distribution function.

    Returns
    -------
    ModelEffectsResult

    Raises
    ------
    InputError
        As for `logistic_regression`; terms or interactions that are none.
    NotEstimable
        As for `logistic_regression`, and a spline of a variable with too few values.

    Notes
    -----
    An effect is the difference d of the model rows at the upper and lower quartile, times the coefficients, with the
    other predictors of its products at their medians; its standard error is ``sqrt(d' V d)``. A categorical predictor
    has each level against the most frequent one. A test of the columns S is ``b_S' (V_SS)^-1 b_S`` on |S| degrees of
    freedom. Variance inflation is the diagonal of the inverse correlation matrix of the coefficients.
    R: ``rms::lrm``, ``rms:::summary.rms``, ``anova(f)``, ``rms::vif(f)`` with ``rms::datadist``.

    References
    ----------
    Harrell FE (2015). Regression Modeling Strategies, 2nd edition, chapter 5. doi:10.1007/978-3-319-19425-7
    Davis CE, Hyde JE, Bangdiwala SI, Nelson JJ (1986). An example of dependencies among variables in a conditional
    logistic regression. In: Modern Statistical Methods in Chronic Disease Epidemiology, 140-147.

    Examples
    --------
    >>> x = [[1], [2], [3], [4], [5], [6], [2], [2]]
    >>> result = model_effects([0, 0, 1, 0, 1, 1, 0, 1], x, names=["age"])
    >>> float(result.low[0]), float(result.high[0]), round(float(result.odds_ratio[0]), 3)
    (2.0, 4.25, 6.953)
    """
    problem = check_problem(y_true, x, names, None, None)
    check_level(level)
    mode = check_choice(compat or "default", "compat", ("default", RMS))
    design = term_design(
        problem.x,
        problem.names,
        [0] * len(problem.names) if terms is None else [int(term) for term in terms],
        _pairs(interactions),
    )
    columns = tuple(column.name for column in design.columns)
    expanded = Problem(problem.y, design.matrix(problem.x), columns, None, None)
    return _effects(expanded, design, level, mode)


def model_effects_of_formula(
    formula: str, data: Any, *, level: float = 0.95, compat: str | None = None
) -> ModelEffectsResult:
    """`model_effects` of a formula such as ``died ~ rcs(age, 4) * sex + pol(weight, 2)`` and a data frame.

    Parameters
    ----------
    formula : str
        See `validation.terms.parse_formula`.
    data : data frame or mapping of columns
    level, compat
        As for `model_effects`.

    Returns
    -------
    ModelEffectsResult

    Raises
    ------
    InputError, NotEstimable
        As for `model_effects`, and a name that is no column.

    Notes
    -----
    R: ``rms::lrm(formula, data)``.

    References
    ----------
    Harrell FE (2015). Regression Modeling Strategies, 2nd edition, chapter 2. doi:10.1007/978-3-319-19425-7

    Examples
    --------
    >>> data = {"died": [0, 0, 1, 0, 1, 1, 0, 1], "age": [1, 2, 3, 4, 5, 6, 2, 2]}
    >>> round(float(model_effects_of_formula("died ~ age", data).odds_ratio[0]), 3)
    6.953
    """
    parsed = parse_formula(formula)
    for name in (parsed.outcome, *parsed.names):
        if name not in data:
            raise InputError(
                "formula", f"names {name}, which is no column", hint=f"Columns: {', '.join(map(str, data))}."
            )
    x = np.column_stack([np.asarray(data[name]) for name in parsed.names])
    return model_effects(
        data[parsed.outcome], x, names=parsed.names, terms=parsed.terms, interactions=parsed.interactions,
        level=level, compat=compat,
    )  # fmt: skip


def _pairs(interactions: Any) -> list[tuple[int, int]]:
    pairs = np.asarray(interactions, dtype=np.float64)
    if pairs.size == 0:
        return []
    if pairs.ndim != 2 or pairs.shape[1] != 2 or not (pairs == np.floor(pairs)).all():
        raise InputError("interactions", "must be pairs of places of predictors", hint="For example [(0, 1)].")
    return [(int(a), int(b)) for a, b in pairs]


def _effects(problem: Problem, design: TermDesign, level: float, mode: str) -> ModelEffectsResult:
    coefficients, covariance, condition, diagnosis = _fitted(problem, mode)
    contrasts = list(contrast_rows(design))
    rows = np.array([row for *_, row in contrasts])
    effect = rows @ coefficients[1:]
    error = np.sqrt(np.einsum("ij,jk,ik->i", rows, covariance[1:, 1:], rows))
    reach = qnorm(interval_probabilities(level)[1]) * error
    tests = list(anova_rows(design))
    statistics = [_wald(coefficients[1:], covariance[1:, 1:], chosen) for _, chosen in tests]
    sizes = np.array([len(chosen) for _, chosen in tests])
    tails = gammaincc(sizes / 2.0, np.array(statistics) / 2.0)
    slopes = covariance[1:, 1:]
    root = np.sqrt(np.diag(slopes))
    return ModelEffectsResult(
        names=tuple(name for name, *_ in contrasts),
        low=np.array([low for _, low, _, _ in contrasts]),
        high=np.array([high for _, _, high, _ in contrasts]),
        effect=effect,
        standard_error=error,
        odds_ratio=np.exp(effect),
        lower=np.exp(effect - reach),
        upper=np.exp(effect + reach),
        level=level,
        anova_terms=tuple(name for name, _ in tests),
        anova_chi_square=np.array(statistics),
        anova_degrees_of_freedom=sizes,
        anova_p_value=1.0 - (1.0 - tails) if mode == RMS else tails,
        column_names=problem.names,
        coefficients=coefficients,
        coefficient_standard_error=np.sqrt(np.diag(covariance)),
        variance_inflation=np.diag(np.linalg.inv(slopes / np.outer(root, root))),
        condition_number=condition,
        n=problem.y.size,
        n_events=int(np.count_nonzero(problem.y)),
        compat=mode,
        design=design,
        covariance=covariance,
        diagnosis=diagnosis,
    )


def _fitted(problem: Problem, mode: str) -> tuple[Floats, Floats, float, NotEstimable | None]:
    if mode != RMS:
        fit = maximum_likelihood(problem.x, problem.y, problem.names)
        covariance = fit.factor @ fit.factor.T
        return fit.coefficients, covariance, max(fit.condition_number, _correlation(covariance)), None
    found = fit_as_lrm(problem.x, problem.y)
    diagnosis = None
    try:
        maximum_likelihood(problem.x, problem.y, problem.names)
    except NotEstimable as error:
        diagnosis = error
        warnings.warn(f"the numbers of lrm mean nothing here: {error.message}", ValidationWarning, stacklevel=5)
    condition = max(information_condition(found.covariance), _correlation(found.covariance))
    return found.coefficients, found.covariance, condition, diagnosis


def _correlation(covariance: Floats) -> float:
    """Condition number of the correlation matrix of all coefficients, which the Wald tests invert parts of."""
    root = np.sqrt(np.diag(covariance))
    return float(np.linalg.cond(covariance / np.outer(root, root)))


def _wald(coefficients: Floats, covariance: Floats, chosen: Sequence[int]) -> float:
    part = coefficients[list(chosen)]
    root = np.sqrt(np.diag(covariance)[list(chosen)])
    inner = covariance[np.ix_(chosen, chosen)] / np.outer(root, root)
    return float((part / root) @ np.linalg.solve(inner, part / root))
