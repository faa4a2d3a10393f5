"""A seed defines a cohort; its margins, correlations, odds ratios and event counts are the stated ones."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from crosscheck_r.cohorts import cohort_facts, load_cohort, shipped_cohorts
from crosscheck_r.paths import fixture_root
from validation.errors import InputError
from validation.roc import auc
from validation.simulate import SHIPPED, Design, Outcome, Variable, simulate_cohort

FOLDER = fixture_root() / "cohorts"
N = 20_000
#: a wrong implementation has to be seen, a right one passes for the seeds below: 4 standard errors
Z = 4.0

MARGINS: dict[str, tuple[Variable, Any]] = {
    "normal": (Variable("v", "u", "d", "normal", 63.5, 8.4, None), stats.norm(63.5, 8.4)),
    "lognormal": (Variable("v", "u", "d", "lognormal", 0.42, 0.48, None), stats.lognorm(0.48, scale=0.42)),
    "gamma": (Variable("v", "u", "d", "gamma", 3.0, 1.5, None), stats.gamma(4.0, scale=0.75)),
    "beta": (Variable("v", "u", "d", "beta", 0.3, 0.1, None), stats.beta(6.0, 14.0)),
}


def design(*variables: Variable, outcomes: tuple[Outcome, ...] = (), **more: Any) -> Design:
    return Design("test", "test", N, 7, variables, outcomes, **more)


@pytest.mark.parametrize("name", MARGINS)
def test_margins_are_the_stated_distributions(name: str) -> None:
    variable, expected = MARGINS[name]
    probabilities = np.array([1e-6, 0.01, 0.25, 0.5, 0.75, 0.99, 1 - 1e-6])
    # quantile functions of two libraries: 100 eps relative
    np.testing.assert_allclose(variable.values(probabilities), expected.ppf(probabilities), rtol=2e-14)
    values = simulate_cohort(design(variable))["v"]
    assert abs(values.mean() - expected.mean()) < Z * expected.std() / np.sqrt(N)
    assert stats.kstest(values, expected.cdf).pvalue > 1e-4


def test_bernoulli_margin() -> None:
    values = simulate_cohort(design(Variable("v", "0/1", "d", "bernoulli", 0.07, decimals=0)))["v"]
    assert set(values.tolist()) == {0.0, 1.0}
    assert abs(values.mean() - 0.07) < Z * np.sqrt(0.07 * 0.93 / N)


def test_rounding_limits_and_steps() -> None:
    variable = Variable("v", "mmHg", "d", "normal", 130.0, 18.0, 0, 100, 180, step=5.0)
    values = simulate_cohort(design(variable))["v"]
    assert set(np.unique(values).tolist()) == set(np.arange(100.0, 181.0, 5.0).tolist())
    assert Variable("v", "u", "d", "normal", 0.0, 1.0, 2).values(np.array([0.3])).tolist() == [-0.52]


def test_correlations_are_those_of_the_underlying_normals() -> None:
    pair = [Variable(name, "u", "d", "normal", 0.0, 1.0, None) for name in "ab"]
    skewed = Variable("c", "u", "d", "lognormal", 1.0, 0.5, None)
    columns = simulate_cohort(design(*pair, skewed, correlations={("a", "b"): 0.6, ("c", "a"): -0.4}))
    found = np.corrcoef([columns["a"], columns["b"], np.log(columns["c"])])
    for (i, j), expected in {(0, 1): 0.6, (0, 2): -0.4, (1, 2): 0.0}.items():
        assert abs(found[i, j] - expected) < Z * (1 - expected**2) / np.sqrt(N)


@pytest.mark.parametrize("frequency", [{"n_events": 6000}, {"n_events": None, "prevalence": 0.3}])
def test_odds_ratios_are_the_stated_ones(frequency: dict[str, Any]) -> None:
    import statsmodels.api as sm

    variables = (Variable("a", "u", "d", "normal", 5.0, 2.0, None), Variable("b", "0/1", "d", "bernoulli", 0.4))
    outcome = Outcome("y", "d", log_odds={"a": 0.5, "b": -0.8}, **frequency)
    columns = simulate_cohort(design(*variables, outcomes=(outcome,)))
    fit = sm.Logit(columns["y"], sm.add_constant(np.column_stack([columns["a"], columns["b"]]))).fit(disp=0)
    assert (abs(fit.params[1:] - [0.5, -0.8]) < Z * fit.bse[1:]).all()
    if frequency["n_events"]:
        assert int(columns["y"].sum()) == 6000
    else:
        assert abs(columns["y"].mean() - 0.3) < Z * np.sqrt(0.21 / N)


def test_an_outcome_may_depend_on_an_earlier_one() -> None:
    base = design(
        Variable("a", "u", "d", "normal", 0.0, 1.0, None),
        outcomes=(Outcome("first", "d", 8000, {"a": 1.0}), Outcome("second", "d", 5000, {"first": 2.0})),
    )
    columns = simulate_cohort(base)
    table = [[np.sum((columns["first"] == i) & (columns["second"] == j)) for j in (0, 1)] for i in (0, 1)]
    log_odds = np.log(table[0][0] * table[1][1] / (table[0][1] * table[1][0]))
    assert abs(log_odds - 2.0) < Z * np.sqrt(sum(1 / count for row in table for count in row))


def test_seed_and_size_define_the_cohort() -> None:
    base = SHIPPED["osteoporosis"]
    first, again, other = simulate_cohort(base), simulate_cohort(base), simulate_cohort(base, seed=base.seed + 1)
    assert all(first[name].tobytes() == again[name].tobytes() for name in first)
    assert any(first[name].tobytes() != other[name].tobytes() for name in first)
    assert {values.size for values in simulate_cohort(base, n=600).values()} == {600}
    # R: set.seed(7); rnorm(3)
    normals = simulate_cohort(design(Variable("v", "u", "d", "normal", 0.0, 1.0, None)), n=3)["v"]
    np.testing.assert_allclose(normals, [2.28724716134052, -1.19677168222235, -0.694292510435459], rtol=1e-14)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: Variable("v", "u", "d", "normal", 1.0, 0.0), "v: cannot be normal"),
        (lambda: Variable("v", "u", "d", "gamma", -1.0, 1.0), "v: cannot be gamma"),
        (lambda: Variable("v", "u", "d", "lognormal", 0.0, 1.0), "v: cannot be lognormal"),
        (lambda: Variable("v", "u", "d", "beta", 0.5, 0.5), "v: cannot be beta"),
        (lambda: Variable("v", "u", "d", "bernoulli", 1.0), "v: cannot be bernoulli"),
        (lambda: Variable("v", "u", "d", "normal", 1.0, 1.0, step=0.0), "step 0.0"),
        (lambda: Variable("v", "u", "d", "normal", 1.0, 1.0, low=2.0, high=1.0), "limits 2 to 1"),
        (lambda: Variable("v", "u", "d", "cauchy", 1.0), "distribution: must be one of"),  # type: ignore[arg-type]
        (lambda: Outcome("y", "d", None, {}), "y: needs either n_events or prevalence"),
        (lambda: Outcome("y", "d", 3, {}, prevalence=0.2), "y: needs either"),
        (lambda: Outcome("y", "d", None, {}, prevalence=1.0), "y: has the prevalence 1"),
        (lambda: simulate_cohort(SHIPPED["tiny"], n=9), "event: n_events: must be a whole number from 1 to 8"),
        (lambda: simulate_cohort(SHIPPED["tiny"], n=1), "n: must be"),
        (lambda: simulate_cohort(SHIPPED["tiny"], seed=2**40), "seed: must be"),
        (
            lambda: simulate_cohort(replace(SHIPPED["tiny"], outcomes=(Outcome("y", "d", 3, {"dosis": 1.0}),))),
            "dosis: is no variable.*Known: dose, time",
        ),
        (
            lambda: simulate_cohort(replace(SHIPPED["tiny"], correlations={("dose", "tyme"): 0.1})),
            "tyme: is no variable",
        ),
        (
            lambda: simulate_cohort(replace(SHIPPED["tiny"], correlations={("dose", "time"): 1.2})),
            "correlations: belong to no distribution",
        ),
    ],
)
def test_impossible_designs(make: Any, expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        make()


# The shipped cohorts


def test_files_are_what_the_designs_say_byte_for_byte(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "validation.simulate", "--write", str(tmp_path / "made")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    names = {path.name for path in FOLDER.iterdir() if path.stem in SHIPPED}
    assert names == {path.name for path in (tmp_path / "made").iterdir()}
    for name in sorted(names):
        assert (tmp_path / "made" / name).read_bytes() == (FOLDER / name).read_bytes(), name


def test_every_design_ships_with_its_facts() -> None:
    assert shipped_cohorts()[0] == "osteoporosis"
    simulated = {name for name in shipped_cohorts() if "validation.simulate" in cohort_facts(name)["made_by"]}
    assert simulated == set(SHIPPED)
    for name, made in SHIPPED.items():
        facts = cohort_facts(name)
        assert facts["sha256"] == hashlib.sha256((FOLDER / f"{name}.csv").read_bytes()).hexdigest()
        assert (facts["seed"], facts["n"]) == (made.seed, made.n)
        assert set(facts["units"]) == {variable.name for variable in made.variables}
        assert set(facts["descriptions"]) >= {*facts["units"], facts["outcome"], *facts["secondary"]}
        # strict JSON, which knows no Infinity
        json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_loaded_cohort_is_the_simulated_one(name: str) -> None:
    made, columns, cohort = SHIPPED[name], simulate_cohort(SHIPPED[name]), load_cohort(name)
    main, *others = made.outcomes
    assert cohort.outcome.tolist() == columns[main.name].tolist()
    assert int(cohort.outcome.sum()) == main.n_events
    assert cohort.predictors == tuple(variable.name for variable in made.variables if variable.predictor)
    for j, predictor in enumerate(cohort.predictors):
        assert cohort.x[:, j].tobytes() == (columns[predictor] + 0.0).tobytes(), predictor
    assert [f"{m.name}:{m.direction}" for m in cohort.markers] == list(made.markers)
    for marker in cohort.markers:
        assert marker.values.tobytes() == columns[marker.name].tobytes()
    assert {key: y.tolist() for key, y in cohort.secondary.items()} == {
        o.name: columns[o.name].tolist() for o in others
    }


def test_unknown_cohort_names_the_shipped_ones() -> None:
    with pytest.raises(InputError, match=r"nothing: is no shipped cohort.*osteoporosis"):
        load_cohort("nothing")


def test_osteoporosis_is_shaped_like_the_model_paper() -> None:
    cohort = load_cohort("osteoporosis")
    assert (cohort.outcome.size, int(cohort.outcome.sum())) == (496, 288)
    assert int(cohort.secondary["fracture"].sum()) == 31
    values = dict(zip(cohort.predictors, cohort.x.T, strict=True))
    magnesium = values["Mg"]
    assert np.array_equal(magnesium, np.round(magnesium, 2))
    assert np.unique(magnesium).size < 50
    assert 0.83 < magnesium.mean() < 0.87
    plausible = {
        "age": (45, 90), "BMI": (15, 40), "Mg": (0.5, 1.2), "P": (0.6, 1.9), "Ca": (1.9, 2.8), "beta_CTx": (0.03, 2.5),
        "P1NP": (8, 250), "vitamin_D": (4, 80), "ALP": (25, 260), "menopause_years": (1, 42), "smoking": (0, 1),
    }  # fmt: skip
    assert set(values) == set(plausible)
    for name, (low, high) in plausible.items():
        assert low <= values[name].min() < values[name].max() <= high, name
    # menopause between 30 and 60 in all women
    assert (values["age"] - values["menopause_years"]).min() > 30
    markers = {m.name: m for m in cohort.markers}
    assert {name: m.direction for name, m in markers.items()} == {
        "Mg": "lower", "beta_CTx": "higher", "P1NP": "higher", "age": "higher",
    }  # fmt: skip
    area = float(auc(cohort.outcome, markers["Mg"].values, direction="lower").auc)
    assert 0.57 < area < 0.63


def test_the_nasty_ones_are_nasty() -> None:
    ties = load_cohort("ties")
    assert all(np.unique(marker.values).size < 10 for marker in ties.markers)
    rare = load_cohort("rare")
    assert (rare.outcome.size, int(rare.outcome.sum())) == (60, 7)
    wide = load_cohort("wide")
    assert wide.x.shape == (60, 40)
    assert np.linalg.matrix_rank(wide.x) == 40
    assert load_cohort("tiny").outcome.size == 24
    for name, marker in (("near_separation", "strong"), ("neighbours", "nearly_perfect")):
        cohort = load_cohort(name)
        values = next(m.values for m in cohort.markers if m.name == marker)
        area = float(auc(cohort.outcome, values, direction="higher").auc)
        assert 0.98 < area < 1.0, name
    close = next(m.values for m in load_cohort("neighbours").markers if m.name == "close")
    distinct = np.unique(close)
    assert (np.diff(distinct) <= 2 * np.spacing(1.0)).all()
    assert np.float32(distinct[0]) == np.float32(distinct[-1])
