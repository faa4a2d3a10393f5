"""Run -> claims -> audit: the audit of a run's own numbers finds nothing; simulated papers raise no error."""

from __future__ import annotations

import dataclasses
from functools import cache

import pytest

from crosscheck_r.cohorts import load_cohort, shipped_cohorts
from crosscheck_r.references import open_references
from crosscheck_r.report.claims import claims_toml
from crosscheck_r.run import Run, run
from validation.audit import audit, parse_claims
from validation.audit.simulated_papers import MUTATIONS, audited, mutated, simulate_paper
from validation.statistic import Settings

pytestmark = pytest.mark.filterwarnings("ignore::validation.errors.ValidationWarning")


@cache
def finished(name: str) -> Run:
    references = open_references("replay", "auto")
    try:
        return run(load_cohort(name), Settings(seed=1, bootstraps=10), references, header={})
    finally:
        references.close()


@pytest.mark.parametrize("name", shipped_cohorts())
def test_round_trip(name: str) -> None:
    result = audit(parse_claims(claims_toml(finished(name)), name=f"{name}.toml"))
    assert result.inconsistent == ()
    assert result.done >= 4


def test_claims_of_the_rebuilt_cohort_are_those_of_the_abstract() -> None:
    text = claims_toml(finished("shi2026"))
    for row in ("1.940 | 1.312 to 2.868", "2.229 | 1.034 to 4.809", "1.067 | 1.042 to 1.092", "0.894 | 0.846 to 0.945"):
        assert row in text
    assert "Mg | all | 0.602 | 0.551 to 0.652" in text
    assert "<=0.845" in text


def test_hostile_names_stay_in_their_cells() -> None:
    found = finished("shi2026")
    hostile = "x'''\n[[model]]\nid='y'| # \"\\"
    outcomes = tuple(
        dataclasses.replace(o, result=dataclasses.replace(o.result, names=(hostile,) * len(o.result.names)))
        if o.result is not None and o.statistic.name == "logistic_regression"
        else o
        for o in found.outcomes
    )
    claims = parse_claims(claims_toml(dataclasses.replace(found, outcomes=outcomes)))
    assert [model.id for model in claims.model] == ["model", "univariable"]
    assert len({term.name for term in claims.model[0].terms}) == 4


@pytest.mark.parametrize("first", range(1001, 1061, 10))
def test_simulated_papers_have_no_error(first: int) -> None:
    for seed in range(first, first + 10):
        result = audited(simulate_paper(seed, largest=800))
        assert not result.has("error"), [f.sentence for f in result.inconsistent]


def test_denominators_and_ranges_of_groups() -> None:
    paper = simulate_paper(1)
    rows = [row for row in paper["tables"]["describe"] if row["var"] == paper["tables"]["describe"][0]["var"]]
    rows[1]["n"] = str(int(rows[1]["n"]) + 1)
    assert {"CNT3c"} <= {f.check for f in audited(paper).inconsistent}
    rows[1]["n"] = str(int(rows[1]["n"]) - 1)
    assert not audited(paper).inconsistent
    rows[0]["max"] = rows[0]["max"].replace(rows[0]["max"][0], str((int(rows[0]["max"][0]) + 1) % 10), 1)
    assert {"DSC4b"} <= {f.check for f in audited(paper).inconsistent}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_mutations_are_found(mutation: str) -> None:
    found = tried = 0
    for seed in range(1, 13):
        paper, column = mutated(simulate_paper(seed, largest=400), mutation, seed)
        if column:
            tried += 1
            try:
                found += bool(audited(paper).inconsistent)
            except ValueError:
                found += 1
    # the measured rates are in docs/audit.md; here only that each kind is seen at all
    assert found >= tried / 4
