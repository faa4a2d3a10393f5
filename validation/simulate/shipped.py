"""The cohorts that ship with the project, as designs, and the files made from them."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from validation.checks import Floats
from validation.simulate.design import Design, Outcome, PublishedRisk, Variable
from validation.simulate.generator import simulate_cohort

__all__ = ["SHIPPED", "write_shipped"]


_OSTEOPOROSIS = Design(
    name="osteoporosis",
    title="496 postmenopausal women, osteoporosis or not (synthetic)",
    n=496,
    seed=102,
    variables=(
        Variable("age", "years", "age", "normal", 63.5, 8.4, 0, 45, 90),
        Variable("BMI", "kg/m2", "body mass index", "normal", 23.9, 3.5, 1, 15.5, 40),
        Variable("Mg", "mmol/L", "serum magnesium", "normal", 0.858, 0.072, 2, 0.55, 1.15),
        Variable("P", "mmol/L", "serum phosphate", "normal", 1.16, 0.17, 2, 0.6, 1.9),
        Variable("Ca", "mmol/L", "serum calcium", "normal", 2.32, 0.10, 2, 1.9, 2.8),
        Variable("beta_CTx", "ng/mL", "C-terminal telopeptide of collagen I", "lognormal", 0.42, 0.48, 3, 0.03, 2.5),
        Variable("P1NP", "ng/mL", "procollagen I N-terminal propeptide", "lognormal", 47.0, 0.45, 1, 8, 250),
        Variable("vitamin_D", "ng/mL", "25-hydroxyvitamin D", "lognormal", 19.5, 0.38, 1, 4, 80),
        Variable("ALP", "U/L", "alkaline phosphatase", "lognormal", 78.0, 0.27, 0, 25, 260),
        Variable("menopause_years", "years", "years since menopause", "normal", 13.5, 8.2, 0, 1, 42),
        Variable("smoking", "0/1", "current smoker", "bernoulli", 0.07, decimals=0),
    ),
    outcomes=(
        Outcome(
            "osteoporosis",
            "T-score of -2.5 or lower",
            288,
            {"age": 0.060, "BMI": -0.110, "Mg": -5.4, "beta_CTx": 1.10, "P1NP": 0.008, "vitamin_D": -0.012},
        ),
        Outcome("fracture", "fragility fracture", 31, {"age": 0.055, "osteoporosis": 1.1, "BMI": -0.03}),
    ),
    markers=("Mg:lower", "beta_CTx:higher", "P1NP:higher", "age:higher"),
    correlations={
        ("age", "menopause_years"): 0.86,
        ("beta_CTx", "P1NP"): 0.68,
        ("P1NP", "ALP"): 0.38,
        ("beta_CTx", "ALP"): 0.30,
        ("age", "BMI"): 0.05,
        ("Mg", "P"): 0.18,
        ("Ca", "P"): 0.12,
        ("age", "vitamin_D"): -0.08,
    },
)


def _small(
    name: str, title: str, n: int, seed: int, n_events: int, variables: Any, log_odds: Any, markers: Any
) -> Design:
    return Design(name, title, n, seed, variables, (Outcome("event", "event", n_events, log_odds),), markers)


SHIPPED: dict[str, Design] = {
    "osteoporosis": _OSTEOPOROSIS,
    "ties": _small(
        "ties", "scores with few distinct values (synthetic)", 90, 11, 37,
        (
            Variable("grade", "points", "clinical grade", "normal", 2.5, 1.1, 0, 0, 5),
            Variable("score", "points", "questionnaire", "normal", 10.0, 2.0, 0, 4, 16),
            Variable("sex", "0/1", "female", "bernoulli", 0.5, decimals=0),
        ),
        {"grade": 0.8, "score": 0.25, "sex": 0.3}, ("grade:higher", "score:higher"),
    ),
    "rare": _small(
        "rare", "7 events in 60 patients (synthetic)", 60, 23, 7,
        (
            Variable("marker", "ng/mL", "marker", "lognormal", 3.0, 0.6, 2),
            Variable("age", "years", "age", "normal", 60.0, 9.0, 0, 30, 90),
        ),
        {"marker": 0.25, "age": 0.02}, ("marker:higher", "age:higher"),
    ),
    "near_separation": _small(
        "near_separation", "one predictor almost separates the outcome (synthetic)", 80, 19, 36,
        (
            Variable("strong", "units", "strong predictor", "normal", 5.0, 1.5, 2),
            Variable("weak", "units", "weak predictor", "normal", 1.0, 0.3, 2),
        ),
        {"strong": 3.2, "weak": 0.5}, ("strong:higher", "weak:higher"),
    ),
    "wide": _small(
        "wide", "40 predictors in 60 patients (synthetic)", 60, 47, 28,
        tuple(Variable(f"gene_{j + 1}", "log2", f"expression {j + 1}", "normal", 8.0, 1.0, 3) for j in range(40)),
        {"gene_1": 1.2, "gene_2": -1.0, "gene_3": 0.8}, ("gene_1:higher",),
    ),
    "neighbours": _small(
        "neighbours", "scores one double apart, and a marker that is nearly perfect (synthetic)", 70, 71, 30,
        (
            Variable("close", "units", "neighbouring doubles", "normal", 1.0, 2.0**-51, None, predictor=False),
            Variable("nearly_perfect", "units", "nearly perfect marker", "normal", 5.0, 1.5, 2),
            Variable("age", "years", "age", "normal", 60.0, 9.0, 0, 30, 90),
        ),
        {"nearly_perfect": 6.0}, ("nearly_perfect:higher", "close:higher"),
    ),
    "external": Design(
        name="external", title="external validation of two published risks, one rounded to 0.01 (synthetic)",
        n=200, seed=83,
        variables=(
            Variable("age", "years", "age", "normal", 62.0, 9.0, 0, 40, 85, predictor=False),
            Variable("lactate", "mmol/L", "serum lactate", "lognormal", 1.8, 0.55, 1, 0.4, 14, predictor=False),
        ),
        outcomes=(Outcome("died", "death within 30 days", 58, {"age": 0.05, "lactate": 0.55}),),
        markers=("risk:higher", "risk_rounded:higher"),
        risks=(
            PublishedRisk("risk", "published model", -5.6, {"age": 0.045, "lactate": 0.7}),
            PublishedRisk("risk_rounded", "published score, rounded", -9.5, {"age": 0.06, "lactate": 1.6}, 2),
        ),
    ),
    "tiny": _small(
        "tiny", "24 patients (synthetic)", 24, 61, 9,
        (
            Variable("dose", "mg", "dose", "normal", 20.0, 5.0, 0, 5, 40),
            Variable("time", "h", "time", "normal", 6.0, 2.0, 1, 0.5, 14),
        ),
        {"dose": 0.12, "time": -0.1}, ("dose:higher", "time:lower"),
    ),
}  # fmt: skip


def write_shipped(folder: Path) -> None:
    """Write every shipped cohort as CSV with a JSON sidecar that names outcome, predictors, markers, units and design.

    Parameters
    ----------
    folder : Path
        Made where it is missing; existing files are replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for design in SHIPPED.values():
        table = _csv(design, simulate_cohort(design)).encode("ascii")
        facts = json.dumps(_sidecar(design, hashlib.sha256(table).hexdigest()), indent=1) + "\n"
        (folder / f"{design.name}.csv").write_bytes(table)
        (folder / f"{design.name}.json").write_bytes(facts.encode("ascii"))


def _csv(design: Design, columns: dict[str, Floats]) -> str:
    decimals = {v.name: v.decimals for v in design.variables} | {r.name: r.decimals for r in design.risks}
    cells = ([_cell(value, decimals.get(name, 0)) for value in values.tolist()] for name, values in columns.items())
    lines = [",".join(columns), *(",".join(row) for row in zip(*cells, strict=True))]
    return "\n".join(lines) + "\n"


def _cell(value: float, decimals: int | None) -> str:
    return repr(value) if decimals is None else f"{value:.{decimals}f}"


def _sidecar(design: Design, sha256: str) -> dict[str, Any]:
    main, *others = design.outcomes
    return {
        "name": design.name,
        "title": design.title,
        "made_by": "python -m validation.simulate --write fixtures/cohorts",
        "seed": design.seed,
        "n": design.n,
        "sha256": sha256,
        "outcome": main.name,
        "event": "1",
        "secondary": [outcome.name for outcome in others],
        "predictors": [variable.name for variable in design.variables if variable.predictor],
        "markers": list(design.markers),
        "risks": [risk.name for risk in design.risks],
        "units": {variable.name: variable.unit for variable in design.variables},
        "descriptions": {v.name: v.description for v in design.variables}
        | {outcome.name: outcome.description for outcome in design.outcomes}
        | {risk.name: risk.description for risk in design.risks},
        "margins": {variable.name: _margin(variable) for variable in design.variables},
        "correlations": [[*pair, value] for pair, value in design.correlations.items()],
        "outcomes": {o.name: {"n_events": o.n_events, "log_odds": dict(o.log_odds)} for o in design.outcomes},
    }


def _margin(variable: Variable) -> dict[str, Any]:
    """What of a margin is stated; limits that do not bind and steps that are not there are left out."""
    stated = asdict(variable)
    keys = ("distribution", "location", "spread", "decimals", "low", "high", "step")
    finite = {key: stated[key] for key in keys if stated[key] is not None and stated[key] not in (math.inf, -math.inf)}
    return {key: value for key, value in finite.items() if (key, variable.distribution) != ("spread", "bernoulli")}
