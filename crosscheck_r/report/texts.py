"""What the sections of the report are called and how a clinical reader is meant to read them."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CASES", "FAMILIES", "TIERS", "VERDICTS", "Family"]


@dataclass(frozen=True)
class Family:
    """A section of the report.

    Parameters
    ----------
    title : str
    lead : str
        What the section answers and how to read it.
    case : str
        What a case is called in the tables.
    """

    title: str
    lead: str
    case: str = "Case"


#: statistics whose cases are called otherwise than those of their family
CASES = {
    "roc_test": "Markers",
    "roc_test_bootstrap": "Markers",
    "roc_test_at": "Markers",
    "venkatraman_test": "Markers",
    "auc_covariance": "Markers",
    "compare_aucs": "Markers",
    "clustered_roc_test": "Markers",
}

#: by the part of `validation` that the family lives in, in the order of a paper
FAMILIES: dict[str, Family] = {
    "baseline_table": Family(
        "Patients",
        "Characteristics of the patients with and without the event.",
        "Variable",
    ),
    "roc": Family(
        "Discrimination",
        "How well a marker or a risk tells patients with the event from those without. The area under the ROC curve "
        "(AUC) is the probability that a patient with the event has the more pathological value: 0.5 is chance, 1 is "
        "perfect. The cut-off is the value that maximises sensitivity + specificity − 1 (Youden); chosen and judged on "
        "the same patients, it looks better than it will be in new ones.",
        "Marker",
    ),
    "logistic": Family(
        "Logistic regression",
        "Odds ratios per unit of the predictor, alone (univariable) and adjusted for the other predictors "
        "(multivariable). An interval that contains 1 is compatible with no association.",
        "Model",
    ),
    "lasso": Family(
        "Variable selection by LASSO",
        "The penalty λ shrinks coefficients towards 0 and drops weak predictors. Cross-validation picks λ: at λ-min "
        "the error is least, at λ-1se the model is the sparsest whose error is within one standard error of the least.",
        "Model",
    ),
    "nomogram": Family("Nomogram", "Points of each predictor, and the risk that belongs to their sum.", "Predictor"),
    "calibration": Family(
        "Calibration",
        "Whether predicted risks are right on average: of patients with a predicted risk of 30 %, 30 % should have the "
        "event. Intercept 0 and slope 1 are ideal; a slope below 1 says that predictions are too extreme. On the data "
        "that the model was fitted to, both are ideal by construction.",
        "Risk",
    ),
    "internal_validation": Family(
        "Internal validation",
        "What performance to expect in new patients of the same kind: the optimism of the model, estimated by "
        "repeating the whole fit on bootstrap samples, is subtracted from its apparent performance.",
        "Model",
    ),
    "decision_curve": Family(
        "Clinical usefulness",
        "Net benefit of treating patients whose predicted risk exceeds a threshold, beside treating all and treating "
        "none. The threshold states how many unnecessary treatments one is willing to accept for a necessary one. A "
        "model is useful where its curve is the highest.",
        "Model",
    ),
    "sample_size": Family(
        "Sample size",
        "Patients that developing a model with this number of candidate parameters takes (Riley and colleagues), at an "
        "area of 0.75 and at 15 % of the largest R2: shrinkage of at least 0.9, optimism of at most 0.05, risks within "
        "0.05 on average, overall risk within 0.05. Their largest is needed, of other patients than these.",
        "Anticipated signal",
    ),
}

VERDICTS: dict[str, str] = {
    "identical": "every bit is the same",
    "agree": "as many digits agree as the kind of quantity allows",
    "R-limited": "the difference is R's own distance to the certified value",
    "definition differs": "R defines it otherwise; the cause is given, and a mode of its own reproduces R",
    "Python-limited": "the Python side is short of the certified value: our fault, or that of the package named",
    "unexplained": "a difference without explanation: a fault until explained",
    "not compared": "there was nothing to compare with; this is no agreement",
}

TIERS: dict[str, str] = {
    "bits": "every bit is due (counts, thresholds, resamples, generator states)",
    "exact": "correctly rounded; R within 4 units in the last place",
    "closed": "closed formula: at least 14.5 digits",
    "path": "iteration stopped where R stops it: at least 13 digits on well-conditioned data",
    "solution": "root or optimum, judged by the certified value: at least 13 digits on well-conditioned data",
    "definition": "R defines it otherwise; ours is held to the certified value",
}
