"""Checked choices of a decision curve analysis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from validation.checks import (
    Floats,
    Outcome,
    check_choice,
    check_matrix,
    check_outcome,
    check_probabilities,
)
from validation.decision_curve.links import LINKS
from validation.decision_curve.sources import AS_GLM, CONVERGED, GivenRisks, RefittedModel
from validation.errors import InputError
from validation.r_numerics import r_seq

__all__ = ["COMPAT", "Request", "check_harm", "check_request", "check_sources", "check_thresholds"]

COMPAT = "rmda-1.6"
_RESERVED = ("all", "none")


@dataclass(frozen=True)
class Request:
    """Outcome, thresholds and conventions."""

    outcome: Outcome
    thresholds: Floats
    policy: str
    study_design: str
    prevalence: float | None
    link: str
    tie_rule: str
    compat: str

    @property
    def as_rmda(self) -> bool:
        """True where R's conventions are asked for."""
        return self.compat == COMPAT


def check_request(
    y_true: Any,
    thresholds: Any,
    policy: str,
    study_design: str,
    prevalence: float | None,
    link: str,
    tie_rule: str | None,
    compat: str | None,
) -> Request:
    """Refuse what cannot be meant and fill in the defaults."""
    if compat is not None:
        check_choice(compat, "compat", (COMPAT,))
    as_rmda = compat == COMPAT
    check_choice(policy, "policy", ("opt-in", "opt-out"))
    check_choice(study_design, "study_design", ("cohort", "case-control"))
    check_choice(link, "link", tuple(LINKS))
    rule = tie_rule if tie_rule is not None else ("strict" if as_rmda else "at-or-above")
    check_choice(rule, "tie_rule", ("at-or-above", "strict"))
    if as_rmda and rule != "strict":
        raise InputError("tie_rule", f"{rule!r} is not what {COMPAT} does", hint="Leave it out, or leave out compat.")
    if prevalence is not None:
        prevalence = _check_prevalence(prevalence)
    if not as_rmda:
        _check_design(study_design, prevalence, link)
    return Request(
        check_outcome(y_true), check_thresholds(thresholds), policy, study_design, prevalence, link, rule,
        compat or "default",
    )  # fmt: skip


def _check_prevalence(prevalence: Any) -> float:
    number = isinstance(prevalence, (int, float, np.floating)) and not isinstance(prevalence, bool)
    if not number or not 0.0 < float(prevalence) < 1.0:
        raise InputError("prevalence", f"must lie strictly between 0 and 1, got {prevalence!r}")
    return float(prevalence)


def check_harm(harm: Any, argument: str = "test_harm") -> float:
    """Harm of finding out the risk, in units of net benefit."""
    number = isinstance(harm, (int, float, np.floating)) and not isinstance(harm, bool)
    if not number or not 0.0 <= float(harm) < 1.0:
        raise InputError(argument, f"must be at least 0 and below 1, got {harm!r}", hint="0 is a test without harm.")
    return float(harm)


def _check_design(study_design: str, prevalence: float | None, link: str) -> None:
    if study_design == "case-control" and prevalence is None:
        raise InputError(
            "prevalence",
            "is needed for a case-control study, whose share of cases was chosen by its design",
            hint="Give the prevalence in the population.",
        )
    if study_design == "cohort" and prevalence is not None:
        raise InputError(
            "prevalence",
            "was given for a cohort, which has a prevalence of its own",
            hint='Leave it out, or say study_design="case-control".',
        )
    if study_design == "case-control" and link != "logit":
        raise InputError("link", f"{link!r} cannot be moved to another prevalence", hint="Only the logit model can be.")


def check_thresholds(thresholds: Any) -> Floats:
    """Risk thresholds in the order given; 0, 0.01, ..., 1 as R's ``seq`` gives them where None."""
    if thresholds is None:
        return r_seq(0.0, 1.0, 0.01)
    values = np.atleast_1d(np.asarray(thresholds))
    values = check_probabilities(values, values.size, "thresholds")
    return values


def check_sources(
    request: Request, x: Any, y_proba: Any, names: Sequence[str] | str | None
) -> list[GivenRisks | RefittedModel]:
    """Named sources of risk from exactly one of `x` and `y_proba`."""
    if (x is None) == (y_proba is None):
        raise InputError(
            "x, y_proba",
            "exactly one of them is needed",
            hint="Pass x to refit the model in every resample, or y_proba to use given risks.",
        )
    given = x if x is not None else y_proba
    argument = "x" if x is not None else "y_proba"
    label = names if isinstance(names, str) else "model"
    entries = dict(given) if isinstance(given, Mapping) else {label: given}
    if not entries:
        raise InputError(argument, "names no model")
    taken = [name for name in entries if str(name).lower() in _RESERVED]
    if taken:
        raise InputError(argument, f"a model cannot be called {taken[0]!r}", hint="That is a reference strategy.")
    columns = None if names is None or isinstance(names, str) else tuple(map(str, names))
    if x is None:
        n = request.outcome.size
        return [
            GivenRisks(
                str(name), request.outcome, check_probabilities(risk, n, str(name) if len(entries) > 1 else argument)
            )
            for name, risk in entries.items()
        ]
    return [_model(request, str(name), matrix, columns) for name, matrix in entries.items()]


def _model(request: Request, name: str, x: Any, columns: Sequence[str] | None) -> RefittedModel:
    matrix, found = check_matrix(x, request.outcome.size)
    if columns is not None and len(columns) != matrix.shape[1]:
        raise InputError("names", f"has {len(columns)} entries where x has {matrix.shape[1]} columns")
    return RefittedModel(
        name=name,
        outcome=request.outcome,
        x=matrix,
        link=request.link,
        stopping=AS_GLM if request.as_rmda else CONVERGED,
        exact=not request.as_rmda,
        prevalence=request.prevalence,
        columns=columns or found,
    )
