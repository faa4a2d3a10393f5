"""LASSO and elastic-net path of a binary outcome: `lasso_path` and its result."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from validation.checks import Floats, check_choice, check_matrix, check_scores
from validation.errors import InputError
from validation.lasso.binomial import deviance_ratio, linear_predictors, optimality
from validation.lasso.design import Design, check_lambdas, design, sequence_factor
from validation.lasso.engines import Fit, PathSettings, fit_path
from validation.lasso.interpolation import interpolate
from validation.lasso.limits import caps_of, check_passes, penalty_without, refuse_descent
from validation.result import Result

if TYPE_CHECKING:
    from validation.displays.lasso import CoefficientPathDisplay

__all__ = [
    "COMPAT",
    "Coefficients",
    "LassoPath",
    "check_fraction",
    "lasso_path",
    "path_settings",
    "resolve_mode",
    "summarise",
]

Integers = npt.NDArray[np.int64]
#: glmnet 4.1-4 and later
COMPAT = "glmnet-4.1"
#: glmnet 2.0-16 to 4.1-2, which round the exponent of the automatic sequence to single precision
COMPAT_SINGLE = "glmnet-4.0"
ENGINES = ("exact", "glmnet")


class Coefficients(NamedTuple):
    """Model at one lambda."""

    intercept: float
    coefficients: Floats


@dataclass(frozen=True)
class LassoPath(Result):
    """Coefficients along a decreasing sequence of lambdas.

    Parameters
    ----------
    lambdas : ndarray of shape (k,)
        Penalty strengths, decreasing.
    intercepts : ndarray of shape (k,)
    coefficients : ndarray of shape (p, k)
        On the scale of the data, one row per predictor.
    df : ndarray of shape (k,)
        Number of coefficients that are not 0.
    dev_ratio : ndarray of shape (k,)
        Share of the null deviance that is explained.
    null_deviance : float
        Deviance of the model with intercept and offset only.
    n_passes : int
        Sweeps of the coordinate descent, or Newton rounds of the exact engine.
    kkt_residual : ndarray of shape (k,)
        Largest violation of the optimality conditions as a fraction of `lambda_max`: how far the model is from the
        optimum.
    lambda_max : float
        Smallest lambda at which all penalised coefficients are 0.
    standard_deviations : ndarray of shape (p,)
        By which the predictors were divided (1 without standardisation).
    condition_number : float
        Condition number of the information matrix of the standardised active predictors at the smallest lambda.
    names : tuple of str
        Names of the predictors.
    separated : bool
        True if a model of the path classifies every patient correctly: the maximum likelihood estimate does not exist,
        and small lambdas give coefficients that only the penalty keeps finite.
    copies : tuple of str
        Predictors that an earlier one repeats (up to location, scale and sign), so that coefficients are not unique;
        the exact engine gives all to the earlier one.
    complete : bool
        False where the replayed descent gave up before the last lambda.
    code : int
        0, or R's ``jerr``: ``-m`` where sweeps were used up at point m (from 1), ``-(10000 + m)`` where more than
        `pmax` predictors entered there.
    alpha, threshold : float
    engine, kernel, compat : str
    """

    lambdas: Floats
    intercepts: Floats
    coefficients: Floats
    df: Integers
    dev_ratio: Floats
    null_deviance: float
    n_passes: int
    kkt_residual: Floats
    lambda_max: float
    standard_deviations: Floats
    condition_number: float
    names: tuple[str, ...]
    separated: bool
    copies: tuple[str, ...]
    complete: bool
    code: int
    alpha: float
    threshold: float
    engine: str
    kernel: str
    compat: str

    @property
    def standardized_coefficients(self) -> Floats:
        """Coefficients per standard deviation of the predictor, comparable between predictors (p x k)."""
        scaled: Floats = self.coefficients * self.standard_deviations[:, None]
        return scaled

    def coefficients_at(self, lambda_: float) -> Coefficients:
        """Intercept and coefficients at any lambda, linear in lambda between two points of the path.

        Parameters
        ----------
        lambda_ : float
            Beyond the ends of the path the end point holds.

        Returns
        -------
        Coefficients
            ``intercept`` and ``coefficients``, as R's ``coef(fit, s = lambda)``.
        """
        wanted = check_lambdas(lambda_)[:1]
        return Coefficients(
            float(interpolate(self.lambdas, self.intercepts, wanted)[0]),
            interpolate(self.lambdas, self.coefficients, wanted)[:, 0],
        )

    def predict_proba(self, x: Any, lambda_: float, offset: Any = None) -> Floats:
        """Predicted risk of each patient at one lambda.

        Parameters
        ----------
        x : array_like of shape (n, p)
        lambda_ : float
        offset : array_like of shape (n,), optional
        """
        rows = np.asarray(x).shape[0] if np.ndim(x) == 2 else 1
        matrix, _ = check_matrix(np.atleast_2d(x) if np.ndim(x) < 2 else x, rows)
        if matrix.shape[1] != len(self.names):
            raise InputError("x", f"has {matrix.shape[1]} columns where the model has {len(self.names)}")
        model = self.coefficients_at(lambda_)
        shift = 0.0 if offset is None else check_scores(offset, rows, "offset")
        risk: Floats = expit(matrix @ model.coefficients + model.intercept + shift)
        return risk

    def selected(self, lambda_: float) -> tuple[str, ...]:
        """Names of the predictors whose coefficient is not 0 at one lambda."""
        chosen = self.coefficients_at(lambda_).coefficients != 0.0
        return tuple(name for name, kept in zip(self.names, chosen.tolist(), strict=True) if kept)

    def plot(self, ax: Any = None) -> CoefficientPathDisplay:
        """Standardised coefficients against log lambda."""
        from validation.displays.lasso import CoefficientPathDisplay

        return CoefficientPathDisplay.from_path(self).plot(ax)

    def _table(self) -> dict[str, list[Any]]:
        return {
            "lambda": self.lambdas.tolist(),
            "nonzero": self.df.tolist(),
            "deviance explained": self.dev_ratio.tolist(),
            "KKT residual": self.kkt_residual.tolist(),
        }


def resolve_mode(engine: str, compat: str | None) -> tuple[str, str]:
    """Engine and mode that are meant: the compatibility mode is a replay."""
    check_choice(engine, "engine", ENGINES)
    if compat is None or compat == "default":
        return engine, "default"
    return "glmnet", check_choice(compat, "compat", (COMPAT,))


def check_fraction(value: Any, name: str) -> None:
    """A threshold or tolerance lies strictly between 0 and 1."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.floating)) or not 0.0 < float(value) < 1.0:
        raise InputError(name, f"must lie strictly between 0 and 1, got {value!r}")


def path_settings(
    problem: Design,
    engine: str,
    lambdas: Any,
    n_lambda: Any,
    lambda_min_ratio: Any,
    threshold: Any,
    tolerance: Any,
) -> PathSettings:
    """Checked choices of a path."""
    count, factor = sequence_factor(problem, n_lambda, lambda_min_ratio)
    for name, value in (("threshold", threshold), ("tolerance", tolerance)):
        check_fraction(value, name)
    return PathSettings(engine, check_lambdas(lambdas), count, factor, float(threshold), float(tolerance))


def summarise(problem: Design, fit: Fit, settings: PathSettings, compat: str) -> LassoPath:
    """Result of a fit on the scale of the data."""
    eta = linear_predictors(problem, fit.intercepts, fit.standardised)
    intercepts, coefficients = problem.to_original(fit.intercepts, fit.standardised)
    exact_ratio = deviance_ratio(problem, fit.null, eta)
    right = np.where(problem.y > 0.5, eta, -eta) > 0.0
    return LassoPath(
        lambdas=fit.lambdas,
        intercepts=intercepts,
        coefficients=coefficients,
        df=np.count_nonzero(coefficients, axis=0).astype(np.int64),
        dev_ratio=exact_ratio if fit.dev_ratio is None else fit.dev_ratio,
        null_deviance=2.0 * problem.total_weight * (fit.null.half_deviance - fit.null.saturated),
        n_passes=fit.n_passes,
        kkt_residual=optimality(problem, eta, fit.standardised, fit.lambdas, *settings.caps[:2]) / fit.lambda_max,
        lambda_max=fit.lambda_max,
        standard_deviations=problem.scales,
        condition_number=_condition(problem, eta[-1], fit.standardised[-1], float(fit.lambdas[-1])),
        names=problem.names,
        separated=bool(right.all(axis=1).any()),
        copies=tuple(name for name, copy in zip(problem.names, problem.copies.tolist(), strict=True) if copy),
        complete=fit.complete,
        code=fit.code,
        alpha=problem.alpha,
        threshold=settings.threshold,
        engine=settings.engine,
        kernel=fit.kernel,
        compat=compat,
    )


def _condition(problem: Design, eta: Floats, b: Floats, lam: float) -> float:
    """Condition number of the information of the active columns and the intercept."""
    active = np.flatnonzero(b)
    q = expit(eta)
    rows = problem.columns[active]
    ridge = (1.0 - problem.alpha) * lam * problem.penalty[active]
    if problem.intercept:
        rows, ridge = np.vstack([np.ones(q.size), rows]), np.concatenate([[0.0], ridge])
    if rows.shape[0] == 0:
        return 1.0
    values = np.linalg.eigvalsh((rows * (problem.weights * q * (1.0 - q))) @ rows.T + np.diag(ridge))
    return float(values[-1] / values[0]) if values[0] > 0.0 else float("inf")


def lasso_path(
    y_true: Any,
    x: Any,
    *,
    alpha: float = 1.0,
    penalty_factor: Any = None,
    weights: Any = None,
    offset: Any = None,
    lambdas: Any = None,
    n_lambda: int = 100,
    lambda_min_ratio: float | None = None,
    standardize: bool = True,
    intercept: bool = True,
    lower_limits: Any = None,
    upper_limits: Any = None,
    dfmax: int | None = None,
    pmax: int | None = None,
    max_passes: int | None = None,
    exclude: Any = None,
    engine: str = "exact",
    threshold: float = 1e-7,
    tolerance: float = 1e-10,
    compat: str | None = None,
    names: Sequence[str] | None = None,
) -> LassoPath:
    """LASSO (elastic-net) logistic regression along a sequence of penalties.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 the event.
    x : array_like of shape (n, p)
        Predictors, at least two columns, numbers only.
    alpha : float
        1 is the LASSO, 0 ridge regression, between them the elastic net.
    penalty_factor : array_like of shape (p,), optional
        Relative penalty of each predictor; 0 forces it in, infinity leaves it out. They are rescaled to add up to p.
    weights : array_like of shape (n,), optional
        Weight of each patient; only relative size matters for the coefficients.
    offset : array_like of shape (n,), optional
        Added to the linear predictor.
    lambdas : array_like, optional
        Penalties to use; they are sorted decreasingly. By default `n_lambda` values from the smallest lambda with an
        empty model down to `lambda_min_ratio` times it; the sequence ends early where the fit no longer improves.
    n_lambda : int
        Length of the automatic sequence.
    lambda_min_ratio : float, optional
        1e-4 where n >= p, else 1e-2.
    standardize : bool
        Penalise coefficients per standard deviation (divisor n); coefficients are returned on the scale of the data.
    intercept : bool
        Estimate an intercept; it is never penalised.
    lower_limits, upper_limits : float or array_like of shape (p,), optional
        Limits of the coefficients on the scale of the data; 0 must lie between them. With a lower limit of 0 no
        coefficient is negative. Where limits of 0 keep the first predictors out, an automatic sequence ends by the sign
        of a rounding, in R too: give lambdas.
    dfmax : int, optional
        An automatic sequence ends (from its fifth lambda on) with more nonzero coefficients than this.
    pmax : int, optional
        The path is broken off where more predictors than this have ever entered; only with engine ``glmnet``. By
        default ``min(2 dfmax + 20, p)``.
    max_passes : int, optional
        Sweeps after which the descent gives up (R: ``maxit``, 100 000); only with engine ``glmnet``.
    exclude : array_like of int, optional
        Places (from 0) of columns that are left out; each counts with penalty factor 1.
    engine : {"exact", "glmnet"}
        ``exact`` finds the optimum and reports how far the optimality conditions are violated. ``glmnet`` repeats the
        coordinate descent of R's glmnet and stops where R stops.
    threshold : float
        Convergence threshold of glmnet (its ``thresh``). In the exact engine it only decides where an automatic
        sequence ends, which depends on it in R, too.
    tolerance : float
        Violation of the optimality conditions, as a fraction of the largest lambda, at which the exact engine makes its
        last step.
    compat : {"glmnet-4.1", "glmnet-4.0"}, optional
        R's digits: the engine is ``glmnet``. Versions 2.0-16 to 4.1-2 (``glmnet-4.0``) round the exponent of the
        automatic sequence to single precision, so that lambdas differ by up to 1e-8; given lambdas are no different.
    names : sequence of str, optional
        Names of the predictors; by default the columns of a data frame, or x1 ... xp.

    Returns
    -------
    LassoPath

    Raises
    ------
    InputError
        Missing or infinite values, one column only, no column that varies, impossible weights, factors or lambdas.
    NotEstimable
        Fewer than two patients in a class.

    Notes
    -----
    With weights w adding up to 1 and coefficients b of the standardised predictors the objective is
    ``sum w_i [log(1 + exp(eta_i)) - y_i eta_i] + lambda sum_j v_j [alpha |b_j| + (1 - alpha) b_j^2 / 2]``.
    R's default threshold 1e-7 leaves a violation of about 3e-4 lambda_max, that is three to five digits in the
    coefficients. Perfect separation is no error: the penalty keeps coefficients finite (``separated`` says so).

    R: ``glmnet::glmnet(x, y, family = "binomial", thresh = threshold)``.

    References
    ----------
    Tibshirani R (1996). Regression shrinkage and selection via the lasso. J R Stat Soc B 58:267-288.
    doi:10.1111/j.2517-6161.1996.tb02080.x
    Friedman J, Hastie T, Tibshirani R (2010). Regularization paths for generalized linear models via coordinate
    descent. J Stat Softw 33(1). doi:10.18637/jss.v033.i01

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[0, 1], [1, 3], [2, 0], [3, 2], [4, 4], [5, 1], [6, 3], [7, 2]] * 3, dtype=float)
    >>> y = np.array([0, 0, 0, 1, 0, 1, 1, 1] * 3)
    >>> path = lasso_path(y, x, names=["age", "marker"])
    >>> round(float(path.lambdas[0]), 4), path.selected(0.1)
    (0.3819, ('age',))
    >>> bool(path.kkt_residual.max() < 1e-10)
    True
    """
    single = compat == COMPAT_SINGLE
    chosen, mode = resolve_mode(engine, COMPAT if single else compat)
    refuse_descent(chosen, pmax=pmax, max_passes=max_passes)
    problem = design(
        y_true,
        x,
        alpha=alpha,
        penalty_factor=penalty_without(penalty_factor, exclude, x),
        weights=weights,
        offset=offset,
        standardize=standardize,
        intercept=intercept,
        names=names,
    )
    settings = path_settings(problem, chosen, lambdas, n_lambda, lambda_min_ratio, threshold, tolerance)
    if single:
        factor = sequence_factor(problem, n_lambda, lambda_min_ratio, single=True)[1]
        settings, mode = dataclasses.replace(settings, factor=factor), COMPAT_SINGLE
    caps = caps_of(problem, lower_limits, upper_limits, dfmax, pmax)
    settings = dataclasses.replace(settings, caps=caps, max_passes=check_passes(max_passes))
    return summarise(problem, fit_path(problem, settings), settings, mode)
