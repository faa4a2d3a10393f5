"""Other Python packages in the same table: what a user would reach for, judged by the same tiers.

An implementation computes the quantities of a statistic that it covers. Where it falls short of R or of the certified
value, ``causes`` says why in words. scikit-learn, statsmodels and dcurves are imported only when one of them is called;
dcurves, which pins old versions of other packages, has no rows where it is not installed.
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from crosscheck_r.agreement import Row

__all__ = ["IMPLEMENTATIONS", "Implementation", "implementations_of"]

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Implementation:
    """One function of another package.

    Parameters
    ----------
    name : str
        Package and function.
    statistic : str
        Statistic of the registry whose quantities it computes.
    compute : callable
        Takes the arguments of a case, returns quantity -> value; nothing where it does not apply.
    causes : mapping
        Quantity -> why it differs; ``"*"`` for all.
    """

    name: str
    statistic: str
    compute: Callable[..., Values]
    causes: Mapping[str, str] = field(default_factory=dict)

    def explained(self, row: Row) -> Row:
        """Row with the cause in words where it is not in agreement."""
        if row.verdict in ("identical", "agree"):
            return row
        cause = self.causes.get(row.quantity, self.causes.get("*", ""))
        return dataclasses.replace(
            row, reason=f"{cause} ({row.reason})" if cause and row.reason else cause or row.reason
        )


def _signed(y_score: Any, direction: str) -> Any:
    scores = np.asarray(y_score, dtype=np.float64)
    return scores if direction == "higher" else -scores


def _sklearn_auc(y_true: Any, y_score: Any, direction: str = "higher", **_: Any) -> Values:
    from sklearn.metrics import roc_auc_score

    return {"auc": float(roc_auc_score(y_true, _signed(y_score, direction)))}


def _sklearn_curve(y_true: Any, y_score: Any, direction: str = "higher", **_: Any) -> Values:
    from sklearn.metrics import roc_curve

    scores = _signed(y_score, direction)
    false, true, thresholds = roc_curve(y_true, scores, drop_intermediate=False)
    found = {"sensitivity": true[::-1], "specificity": 1.0 - false[::-1]}
    return found | {"thresholds": _signed(thresholds[::-1], direction)}


def _sklearn_brier(y_true: Any, y_proba: Any, **_: Any) -> Values:
    from sklearn.metrics import brier_score_loss

    return {"brier_score": float(brier_score_loss(y_true, y_proba))}


def _statsmodels_logit(y_true: Any, x: Any, **_: Any) -> Values:
    import statsmodels.api as sm

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = sm.Logit(np.asarray(y_true), sm.add_constant(np.asarray(x), has_constant="add")).fit(disp=0)
    return {
        "coefficients": np.asarray(fit.params),
        "standard_error": np.asarray(fit.bse),
        "p_value": np.asarray(fit.pvalues),
        "log_likelihood": float(fit.llf),
    }


def _statsmodels_glm(y_true: Any, x: Any, **_: Any) -> Values:
    import statsmodels.api as sm

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        design = sm.add_constant(np.asarray(x), has_constant="add")
        fit = sm.GLM(np.asarray(y_true), design, family=sm.families.Binomial()).fit()
    return {
        "coefficients": np.asarray(fit.params),
        "standard_error": np.asarray(fit.bse),
        "deviance": float(fit.deviance),
    }


def _sklearn_logistic(y_true: Any, x: Any, **_: Any) -> Values:
    from sklearn.linear_model import LogisticRegression

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = LogisticRegression(C=np.inf, max_iter=10_000).fit(np.asarray(x), np.asarray(y_true))
    return {"coefficients": np.concatenate([fit.intercept_, fit.coef_[0]])}


#: penalties of glmnet's path at which scikit-learn is asked; all of them would take minutes
_PATH_POINTS = (10, 25, 40)


def _sklearn_l1(y_true: Any, x: Any, threshold: float = 1e-7, alpha: float = 1.0, **_: Any) -> Values:
    if alpha != 1.0:
        return {}
    from sklearn.linear_model import LogisticRegression

    from validation.lasso import lasso_path

    matrix, y = np.asarray(x, dtype=np.float64), np.asarray(y_true)
    path = lasso_path(y, matrix)
    coefficients = np.array(path.coefficients, copy=True)
    centre, spread = matrix.mean(axis=0), matrix.std(axis=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for k in (point for point in _PATH_POINTS if point < path.lambdas.size):
            model = LogisticRegression(
                l1_ratio=1.0, C=1.0 / (y.size * path.lambdas[k]), solver="saga", tol=1e-6, max_iter=5000, random_state=0
            )
            coefficients[:, k] = model.fit((matrix - centre) / spread, y).coef_[0] / spread
    return {"coefficients": coefficients}


def _statsmodels_lowess(y_true: Any, y_proba: Any, **_: Any) -> Values:
    from statsmodels.nonparametric.smoothers_lowess import lowess

    risk = np.asarray(y_proba, dtype=np.float64)
    delta = 0.01 * float(risk.max() - risk.min())
    smooth = lowess(np.asarray(y_true, dtype=np.float64), risk, frac=2 / 3, it=0, delta=delta)
    return {"predicted": smooth[:, 0], "observed": smooth[:, 1]}


def _sklearn_calibration(y_true: Any, y_proba: Any, groups: int = 10, **_: Any) -> Values:
    from sklearn.calibration import calibration_curve

    observed, predicted = calibration_curve(y_true, y_proba, n_bins=groups, strategy="quantile")
    return {"group_observed": observed, "group_predicted": predicted}


def _statsmodels_recalibration(y_true: Any, y_proba: Any, **_: Any) -> Values:
    import statsmodels.api as sm

    risk = np.asarray(y_proba, dtype=np.float64)
    if not ((risk > 0.0) & (risk < 1.0)).all():
        return {}
    logits = np.log(risk / (1.0 - risk))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        joint = sm.Logit(np.asarray(y_true), sm.add_constant(logits)).fit(disp=0)
        large = sm.GLM(np.asarray(y_true), np.ones(risk.size), family=sm.families.Binomial(), offset=logits).fit()
    return {
        "calibration_intercept": float(joint.params[0]),
        "calibration_slope": float(joint.params[1]),
        "calibration_in_the_large": float(large.params[0]),
        "slope_standard_error": float(joint.bse[1]),
    }


def _dcurves(y_true: Any, y_proba: Any, thresholds: Any, policy: str = "opt-in", **_: Any) -> Values:
    if policy != "opt-in" or importlib.util.find_spec("dcurves") is None:
        return {}
    import pandas as pd

    dca = importlib.import_module("dcurves").dca
    data = pd.DataFrame({"outcome": np.asarray(y_true), "risk": np.asarray(y_proba, dtype=np.float64)})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = dca(data=data, outcome="outcome", modelnames=["risk"], thresholds=np.asarray(thresholds))
    # its order of rows is not that of the thresholds
    by_strategy = {name: table[table["model"] == name].sort_values("threshold") for name in ("risk", "all")}
    place = np.argsort(np.argsort(np.asarray(thresholds), kind="stable"), kind="stable")
    return {
        "model.net_benefit": by_strategy["risk"]["net_benefit"].to_numpy()[place],
        "model.proportion_high_risk": by_strategy["risk"]["test_pos_rate"].to_numpy()[place],
        "all.net_benefit": by_strategy["all"]["net_benefit"].to_numpy()[place],
    }


_TIE_CAUSE = (
    "tie rule: a risk equal to the threshold is high (>=) but for 0 and 1, which it moves outwards by an epsilon"
)
_PATH_CAUSE = "stops on its own tolerance; tried at three penalties of the path, elsewhere ours is shown"

IMPLEMENTATIONS: tuple[Implementation, ...] = (
    Implementation(
        "scikit-learn roc_auc_score",
        "auc",
        _sklearn_auc,
        {"auc": "a trapezoid summed in doubles, not rounded once"},
    ),
    Implementation(
        "scikit-learn roc_curve",
        "roc_curve",
        _sklearn_curve,
        {
            "thresholds": "takes observed scores as thresholds where pROC takes midpoints",
            "specificity": "1 - FP/n has two roundings where (n - FP)/n has one",
        },
    ),
    Implementation(
        "scikit-learn brier_score_loss",
        "brier_score",
        _sklearn_brier,
        {"*": "squares are rounded before they are summed"},
    ),
    Implementation(
        "statsmodels Logit", "logistic_regression", _statsmodels_logit, {"*": "Newton's method on uncentred columns"}
    ),
    Implementation(
        "statsmodels GLM",
        "logistic_regression",
        _statsmodels_glm,
        {
            "standard_error": "weights of the last iterate but one, as in R's glm",
            "*": "stops at a deviance change of 1e-8",
        },
    ),
    Implementation(
        "scikit-learn LogisticRegression(C=inf)",
        "logistic_regression",
        _sklearn_logistic,
        {"coefficients": "L-BFGS on unscaled columns, stopped at its default tolerance of 1e-4"},
    ),
    Implementation("scikit-learn L1 (saga)", "lasso_path", _sklearn_l1, {"coefficients": _PATH_CAUSE}),
    Implementation(
        "statsmodels lowess",
        "calibration_curve",
        _statsmodels_lowess,
        {"observed": "another rule for the points between which it interpolates"},
    ),
    Implementation(
        "scikit-learn calibration_curve",
        "calibration_curve",
        _sklearn_calibration,
        {"*": "groups by interpolated quantiles of the risk, so that groups have other patients"},
    ),
    Implementation(
        "statsmodels Logit and GLM on the logit of the risk",
        "calibration_statistics",
        _statsmodels_recalibration,
        {"*": "stopped at its default tolerance"},
    ),
    Implementation(
        "dcurves dca",
        "decision_curve_of_risks",
        _dcurves,
        {
            "model.net_benefit": f"{_TIE_CAUSE}; at threshold 1 it divides by zero",
            "model.proportion_high_risk": _TIE_CAUSE,
            "all.net_benefit": "at threshold 1 it divides by zero and says minus infinity where none exists",
        },
    ),
)


def implementations_of(statistic: str) -> tuple[Implementation, ...]:
    """Implementations that compute quantities of the statistic."""
    return tuple(entry for entry in IMPLEMENTATIONS if entry.statistic == statistic)
