"""Synthetic cohorts from stated margins, correlations, odds ratios and number of events. No real person is in them.

Values are drawn with R's generator (`validation.r_random.RRandom`), so that a seed defines a cohort. ``python -m
validation.simulate FOLDER`` writes the cohorts that ship with the project.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from scipy.special import ndtr, ndtri

from validation.checks import Floats, check_integer
from validation.errors import InputError
from validation.r_random import RRandom

__all__ = ["SHIPPED", "Design", "Outcome", "Variable", "simulate_cohort", "write_shipped"]


@dataclass(frozen=True)
class Variable:
    """Margin of one column.

    Parameters
    ----------
    name, unit, description : str
    distribution : {"normal", "lognormal", "bernoulli"}
    location, spread : float
        Mean and SD; for ``lognormal`` median and SD of the logarithm; for ``bernoulli`` the share of ones.
    decimals : int or None
        Rounding, as a laboratory prints the value; None keeps every bit.
    low, high : float
        Values are kept within these limits.
    predictor : bool
        Whether the column enters the models; otherwise it is a marker only.
    """

    name: str
    unit: str
    description: str
    distribution: Literal["normal", "lognormal", "bernoulli"]
    location: float
    spread: float = 1.0
    decimals: int | None = 2
    low: float = -np.inf
    high: float = np.inf
    predictor: bool = True

    def values(self, uniform: Floats) -> Floats:
        """Quantiles of the margin at the given probabilities, rounded and kept within limits."""
        if self.distribution == "bernoulli":
            return np.asarray((uniform > 1.0 - self.location).astype(np.float64))
        deviate = ndtri(uniform)
        if self.distribution == "normal":
            raw = self.location + self.spread * deviate
        else:
            raw = self.location * np.exp(self.spread * deviate)
        kept = np.clip(raw, self.low, self.high)
        return np.asarray(kept if self.decimals is None else np.round(kept, self.decimals), dtype=np.float64)


@dataclass(frozen=True)
class Outcome:
    """A binary outcome with exactly `n_events` events: those with the largest ``sum(log odds x) + logistic noise``.

    Parameters
    ----------
    name, description : str
    n_events : int
    log_odds : mapping
        Log odds ratio per unit of a variable (or of an earlier outcome).
    """

    name: str
    description: str
    n_events: int
    log_odds: Mapping[str, float]


@dataclass(frozen=True)
class Design:
    """What a cohort looks like.

    Parameters
    ----------
    name, title : str
    n, seed : int
    variables : tuple of Variable
    outcomes : tuple of Outcome
        The first is the main one.
    correlations : mapping
        Correlation of the underlying normals, by pair of names.
    markers : tuple of str
        ``"COL:higher"`` or ``"COL:lower"``.
    """

    name: str
    title: str
    n: int
    seed: int
    variables: tuple[Variable, ...]
    outcomes: tuple[Outcome, ...]
    markers: tuple[str, ...]
    correlations: Mapping[tuple[str, str], float] = field(default_factory=dict)


def simulate_cohort(design: Design, *, n: int | None = None, seed: int | None = None) -> dict[str, Floats]:
    """Columns of a cohort.

    Parameters
    ----------
    design : Design
    n, seed : int, optional
        In place of the design's.

    Returns
    -------
    dict of str to ndarray of shape (n,)
        Variables, then outcomes as 0/1.

    Raises
    ------
    InputError
        More events than patients, or correlations that no distribution has.

    Notes
    -----
    Gaussian copula: correlated standard normals are mapped to uniforms and through the quantile function of each
    margin. An outcome is 1 for the `n_events` largest ``sum_j log_odds_j x_j + e`` with standard logistic e, which is a
    logistic model conditioned on the number of events.

    References
    ----------
    Nelsen RB (2006). An Introduction to Copulas. Springer. doi:10.1007/0-387-28678-0

    Examples
    --------
    >>> columns = simulate_cohort(SHIPPED["tiny"])
    >>> int(columns["event"].sum()), columns["event"].size
    (9, 24)
    """
    n = check_integer(design.n if n is None else n, "n", minimum=2)
    generator = RRandom(design.seed if seed is None else seed)
    normals = generator.norm_rand_array(n * len(design.variables)).reshape(n, -1)
    uniforms = ndtr(normals @ _root(design).T)
    columns = {v.name: v.values(uniforms[:, j]) for j, v in enumerate(design.variables)}
    for outcome in design.outcomes:
        if not 0 < outcome.n_events < n:
            raise InputError(outcome.name, f"has {outcome.n_events} events in {n} patients")
        noise = generator.unif_rand_array(n)
        latent = np.log(noise / (1.0 - noise))
        for name, log_odds in outcome.log_odds.items():
            latent = latent + log_odds * columns[name]
        columns[outcome.name] = np.zeros(n)
        columns[outcome.name][np.argsort(-latent, kind="stable")[: outcome.n_events]] = 1.0
    return columns


def _root(design: Design) -> Floats:
    names = [variable.name for variable in design.variables]
    matrix = np.eye(len(names))
    for (first, second), correlation in design.correlations.items():
        i, j = names.index(first), names.index(second)
        matrix[i, j] = matrix[j, i] = correlation
    try:
        return np.asarray(np.linalg.cholesky(matrix))
    except np.linalg.LinAlgError:
        raise InputError("correlations", "belong to no distribution", hint="Make them smaller.") from None


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
            Variable("score", "points", "questionnaire in halves", "normal", 10.0, 2.0, 0, 4, 16),
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
        "near_separation", "one predictor almost separates the outcome (synthetic)", 80, 31, 36,
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
    """Write every shipped cohort as CSV with a JSON sidecar that names outcome, predictors, markers and units."""
    folder.mkdir(parents=True, exist_ok=True)
    for design in SHIPPED.values():
        columns = simulate_cohort(design)
        decimals = {v.name: v.decimals for v in design.variables}
        rows = zip(
            *([_cell(v, decimals.get(name, 0)) for v in values] for name, values in columns.items()), strict=True
        )
        lines = [",".join(columns), *(",".join(row) for row in rows)]
        (folder / f"{design.name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (folder / f"{design.name}.json").write_text(json.dumps(_sidecar(design), indent=1) + "\n", encoding="utf-8")


def _cell(value: float, decimals: int | None) -> str:
    return repr(float(value)) if decimals is None else f"{value:.{decimals}f}"


def _sidecar(design: Design) -> dict[str, Any]:
    return {
        "name": design.name,
        "title": design.title,
        "made_by": "python -m validation.simulate",
        "seed": design.seed,
        "outcome": design.outcomes[0].name,
        "event": "1",
        "secondary": [outcome.name for outcome in design.outcomes[1:]],
        "predictors": [variable.name for variable in design.variables if variable.predictor],
        "markers": list(design.markers),
        "units": {variable.name: variable.unit for variable in design.variables},
        "descriptions": {v.name: v.description for v in design.variables}
        | {outcome.name: outcome.description for outcome in design.outcomes},
    }


if __name__ == "__main__":
    write_shipped(Path(sys.argv[1]))
