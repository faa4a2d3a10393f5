"""Decision curve analysis: net benefit and what it is made of, on a grid of risk thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from validation.checks import check_integer, check_level, check_seed
from validation.decision_curve.counting import Grid, count_data, count_resamples
from validation.decision_curve.request import check_request, check_sources
from validation.decision_curve.resampling import Resamples
from validation.decision_curve.results import DecisionCurve
from validation.decision_curve.tables import Tables
from validation.kernels import load
from validation.kernels.threads import one_blas_thread
from validation.r_random import RRandom

__all__ = ["decision_curve"]


def decision_curve(
    y_true: Any,
    *,
    x: Any = None,
    y_proba: Any = None,
    thresholds: Any = None,
    policy: str = "opt-in",
    study_design: str = "cohort",
    prevalence: float | None = None,
    link: str = "logit",
    level: float | None = 0.95,
    bootstraps: int = 500,
    seed: int = 1,
    sample_kind: Literal["Rejection", "Rounding"] = "Rejection",
    tie_rule: str | None = None,
    names: Sequence[str] | str | None = None,
    compat: str | None = None,
) -> DecisionCurve:
    """Decision curve of given risks, or of a logistic model that is refitted in every bootstrap resample.

    Parameters
    ----------
    y_true : array of shape (n,)
        Outcome, 1 for a case and 0 for a control.
    x : array of shape (n, p), or mapping of name to array
        Predictors of the model, or of several models; an intercept is added.
    y_proba : array of shape (n,), or mapping of name to array
        Given risks, or those of several models. Exactly one of `x` and `y_proba` is needed.
    thresholds : array of shape (T,), optional
        Risk thresholds in [0, 1], kept in the order given; 0, 0.01, ..., 1 in R's doubles by default.
    policy : str
        ``"opt-in"`` treats patients at high risk, ``"opt-out"`` spares treatment to those at low risk.
    study_design : str
        ``"cohort"``, or ``"case-control"``, which resamples cases and controls apart and needs `prevalence`.
    prevalence : float, optional
        Of the outcome in the population of a case-control study; refitted models are moved to it.
    link : str
        ``"logit"``, ``"probit"``, ``"cauchit"`` or ``"cloglog"`` of the refitted model.
    level : float or None
        Confidence level of the pointwise limits; None for none.
    bootstraps : int
        Number of resamples. All strategies share them.
    seed : int
        As in R's ``set.seed(seed)``.
    sample_kind : str
        ``"Rejection"``, or ``"Rounding"`` for the numbers of R before version 3.6.0.
    tie_rule : str, optional
        ``"at-or-above"`` (default): a risk equal to the threshold is high. ``"strict"``: it is neither high nor low
        in the four rates, which is R's rule and the default of `compat`.
    names : str or sequence of str, optional
        Name of the model, or names of the columns of `x` for messages where a sequence is given.
    compat : str, optional
        ``"rmda-1.6"`` for the numbers of that package, bit by bit: strict tie rule, order of operations, the
        iteration of R's ``glm`` and what it does with separated or collinear data.

    Returns
    -------
    DecisionCurve
        Attributes ``model``, ``all``, ``none`` and ``models`` hold every measure with its limits.

    Raises
    ------
    InputError
        If an argument cannot be used.
    NotEstimable
        If the model to be refitted has no maximum likelihood estimate in the data (not with `compat`).

    Notes
    -----
    With sensitivity TPR, false positive rate FPR and prevalence p, the net benefit of opting in at threshold t is
    ``TPR p - t / (1 - t) FPR (1 - p)``, that of opting out ``TNR (1 - p) - (1 - t) / t FNR p``. Without bootstrap
    every measure is the double nearest to its exact value. Limits are order statistics of the resamples (percentile
    method), pointwise, and those of a refitted model belong to its apparent performance, not to that in new patients.
    At t = 1 (opt-in) or 0 (opt-out) the weight is infinite and net benefit is NaN.

    R: ``rmda::decision_curve(y ~ x1 + x2, data, fitted.risk = FALSE, thresholds, bootstraps)``.

    References
    ----------
    Vickers AJ, Elkin EB. Decision curve analysis: a novel method for evaluating prediction models. Med Decis Making
    2006;26:565-574. doi:10.1177/0272989X06295361

    Kerr KF, Brown MD, Zhu K, Janes H. Assessing the clinical impact of risk prediction models with decision curves.
    J Clin Oncol 2016;34:2534-2540. doi:10.1200/JCO.2015.65.5654

    Examples
    --------
    >>> curve = decision_curve(
    ...     [0, 0, 0, 0, 1, 1, 1, 1],
    ...     y_proba=[0.0, 0.1, 0.3, 0.5, 0.1, 0.3, 0.5, 1.0],
    ...     thresholds=[0.1, 0.3],
    ...     level=None,
    ... )
    >>> curve.model.net_benefit.round(6).tolist(), curve.model.n_on_threshold
    ([0.458333, 0.267857], 4)
    """
    request = check_request(y_true, thresholds, policy, study_design, prevalence, link, tie_rule, compat)
    sources = check_sources(request, x, y_proba, names)
    count = 0
    if level is not None:
        level, count = check_level(level), check_integer(bootstraps, "bootstraps", minimum=1)
    generator = RRandom(check_seed(seed), sample_kind)
    kernel, kernel_name = load("decision_curve")
    grid = Grid.of(request.thresholds, request.tie_rule)
    plan = Resamples(request.outcome, count, study_design == "case-control")
    with one_blas_thread():
        found = [count_data(source, request.outcome, grid, kernel) for source in sources]
        drawn = count_resamples(sources, plan, generator, grid, kernel) if count else None
    tables = Tables(request, grid, level)
    curves = [
        tables.curve(source.name, counts, drawn.of_source(i) if drawn else None, on_threshold)
        for i, (source, (counts, on_threshold)) in enumerate(zip(sources, found, strict=True))
    ]
    return DecisionCurve(
        **tables.common(curves, tables.references(drawn)),
        level=level,
        n_replicates=count,
        n_replicates_used=drawn.n_complete if drawn else 0,
        n_replicates_degenerate=sum(source.degenerate for source in sources),
        random_state=generator.state,
        kernel=kernel_name,
    )
