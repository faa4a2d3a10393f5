"""The abstract of the model paper: every verdict and number, the output formats, and the cohort rebuilt from it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from crosscheck_r.cli import app
from crosscheck_r.cohorts import cohort_facts, load_cohort
from crosscheck_r.paths import fixture_root
from validation.audit import (
    CATALOGUE,
    AuditResult,
    audit,
    claim_schema,
    empty_claim_file,
    explain,
    parse_claims,
    read_claims,
    reconstruct,
)
from validation.audit.design import minimal_p_correction
from validation.audit.odds_ratios import standard_error_range, wald_slack
from validation.audit.roc import delong_limits, hanley_mcneil
from validation.audit.rounding import parse_number
from validation.errors import InputError
from validation.logistic import logistic_regression
from validation.roc import auc, optimal_cutoff
from validation.sample_size import (
    expected_shrinkage,
    largest_r_squared,
    most_parameters,
    r_squared_from_auc,
    sample_size_optimism,
    sample_size_overall_risk,
    sample_size_prediction_error,
    sample_size_shrinkage,
)

CLAIMS = fixture_root() / "claims" / "shi2026.toml"
PHI = 288 / 496


@cache
def result() -> AuditResult:
    return audit(CLAIMS)


def test_no_arithmetic_inconsistency_is_the_headline() -> None:
    assert result().inconsistent == ()
    assert not result().has("error", "warning")
    assert "no inconsistency found" in result().summary()
    assert result().impossible == 6


def test_design_flags_are_those_of_the_abstract() -> None:
    raised = ["DSN1", "DSN2", "DSN4", "DSN6", "DSN8", "DSN10", "TRIPOD10", "TRIPOD21"]
    assert [finding.check for finding in result().raised] == raised


@pytest.mark.parametrize(
    ("name", "slack", "se", "p"),
    [
        ("Mg<=0.845", 0.19, 0.1995, 0.00090),
        ("b-CTx", 0.79, 0.3921, 0.0409),
        ("age", 0.29, 0.01196, 6e-8),
        ("BMI", 0.13, 0.02823, 7e-5),
    ],
)
def test_odds_ratios_are_wald_intervals(name: str, slack: float, se: float, p: float) -> None:
    term = next(t for t in read_claims(CLAIMS).model[0].terms if t.name == name)
    assert term.or_ is not None
    assert term.ci is not None
    assert round(wald_slack(term.or_, *term.ci), 2) == slack
    low, high = standard_error_range(*term.ci)
    assert low <= se <= high
    finding = next(f for f in result().of("ORX4") if f.target.endswith(name))
    recomputed = float(finding.sentence.rpartition("p ")[2])
    assert abs(recomputed / p - 1) < 0.06
    assert next(f for f in result().of("ORX2") if f.target.endswith(name)).convention == "Wald"


def test_area_of_magnesium() -> None:
    ties, untied, largest = delong_limits(parse_number("0.602").box(), 288, 208)
    assert untied is not None
    assert [round(value, 4) for value in (ties, untied, largest)] == [0.0119, 0.0250, 0.0340]
    assert round(hanley_mcneil(0.602, 288, 208), 4) == 0.0253
    (found,) = result().of("ROC2")
    assert found.printed is not None
    assert [round(value, 4) for value in found.printed] == [0.0255, 0.0260]
    assert "DeLong or bootstrap" in result().of("ROC3")[0].sentence
    assert "0.107" in " ".join(result().questions)


TABLE = {
    6: (375, 337, 454, (427, 268, 180), 149, (0.913, 0.943, 0.961)),
    10: (375, 541, 757, (712, 446, 300), 248, (0.863, 0.909, 0.937)),
    15: (375, 787, 1135, (1067, 668, 449), 372, (0.808, 0.870, 0.908)),
    20: (375, 1028, 1513, (1423, 891, 599), 496, (0.761, 0.835, 0.882)),
    30: (375, 1496, 2269, (2134, 1336, 898), 743, (0.682, 0.773, 0.835)),
}


@pytest.mark.parametrize("p", TABLE)
def test_sample_size_table(p: int) -> None:
    overall, error, default, by_area, optimism, shrinkage = TABLE[p]
    r2 = [r_squared_from_auc(c, PHI) for c in (0.70, 0.75, 0.80)]
    assert sample_size_overall_risk(PHI) == overall
    assert sample_size_prediction_error(PHI, p) == error
    assert sample_size_shrinkage(p, 0.15 * largest_r_squared(PHI)) == default
    assert tuple(sample_size_shrinkage(p, value) for value in r2) == by_area
    assert sample_size_optimism(p, r2[0], PHI) == optimism
    assert tuple(round(expected_shrinkage(496, p, value), 3) for value in r2) == shrinkage
    assert [most_parameters(496, value) for value in r2] == [6, 11, 16]


def test_fractures_need_more_women() -> None:
    r2 = [r_squared_from_auc(c, 31 / 496) for c in (0.70, 0.75, 0.80)]
    assert [sample_size_shrinkage(6, value) for value in r2] == [1704, 1043, 684]


def test_simulation_route_of_r_is_exact() -> None:
    # values of pmsampsize 1.1.3: C 0.70 at 288/496 with 6 parameters, C 0.89 at 0.174 with 24
    r2 = r_squared_from_auc(0.70, PHI, route="simulation")
    assert (r2, sample_size_shrinkage(6, r2)) == (0.1185, 425)
    assert sample_size_shrinkage(24, r_squared_from_auc(0.89, 0.174, route="simulation")) == 617
    assert (round(r_squared_from_auc(0.70, PHI), 5), sample_size_shrinkage(6, 0.11805)) == (0.11805, 427)


def test_minimal_p_correction() -> None:
    assert [round(value, 3) for value in minimal_p_correction(0.0009)] == [0.030, 0.023]


def test_explain_puts_the_numbers_in() -> None:
    assert "sqrt(1.312 x 2.868) = 1.9398" in explain(result(), "orx2")
    for check in CATALOGUE:
        assert CATALOGUE[check].formula in explain(result(), check)
    with pytest.raises(InputError, match=r"ORX2b.*Did you mean"):
        explain(result(), "ORX2b")


def test_json_has_every_finding() -> None:
    read = json.loads(result().to_json(), parse_constant=pytest.fail)
    assert len(read["findings"]) == len(result().findings)
    assert read["counts"]["inconsistent"] == 0
    area = next(f for f in read["findings"] if f["check"] == "ROC2")
    assert area["inputs"] == {"auc": "0.602", "ci": "0.551 to 0.652", "p": "?"}
    assert {"slack", "computed_range", "convention", "source", "severity", "verdict"} <= set(area)
    assert re.fullmatch("[0-9a-f]{64}", read["claims_sha256"])


def test_page_has_no_script_and_all_counts() -> None:
    page = result().to_html()
    assert "<script" not in page
    assert result().counts in page
    assert "<details>" in page
    assert "<svg" in page
    assert result().claims_hash in page


def test_schema_is_current() -> None:
    shipped = json.loads((CLAIMS.parent / "schema.json").read_text(encoding="utf-8"))
    assert shipped == claim_schema()


def test_an_abstract_takes_less_than_a_second() -> None:
    # a process of its own, so that imports count; processor time, since machines are shared
    code = (
        f"import time; from validation.audit import audit; audit({str(CLAIMS)!r}).summary(); print(time.process_time())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 1.0
    start = time.perf_counter()
    audit(CLAIMS).to_html()
    assert time.perf_counter() - start < 1.0


def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.toml"
    text = CLAIMS.read_text(encoding="utf-8")
    path.write_text(text.replace("1.940 | 1.312-2.868", "1.490 | 1.312-2.868"), encoding="utf-8")
    return path


def test_command_line(tmp_path: Path) -> None:
    run = CliRunner()
    page = tmp_path / "page.html"
    done = run.invoke(app, ["audit", str(CLAIMS), "--html", str(page), "--strict"])
    assert done.exit_code == 0, done.output
    assert "8 design flags" in done.output
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    wrong = broken(tmp_path)
    assert run.invoke(app, ["audit", str(wrong)]).exit_code == 0
    failing = run.invoke(app, ["audit", str(wrong), "--strict"])
    assert failing.exit_code == 1
    assert "ERR ORX2" in failing.output
    assert "1.940 in place of 1.490" in failing.output
    assert json.loads(run.invoke(app, ["audit", str(CLAIMS), "--json"]).output)["paper"] == "shi2026"
    started = tmp_path / "new.toml"
    assert run.invoke(app, ["audit", str(started), "--init"]).exit_code == 0
    assert started.read_text(encoding="utf-8") == empty_claim_file()
    assert isinstance(run.invoke(app, ["audit", str(started), "--init"]).exception, InputError)
    assert isinstance(run.invoke(app, ["audit"]).exception, InputError)


def test_bad_input_ends_in_code_2(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text("[paper\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "crosscheck_r", "audit", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "line 1, column" in done.stderr
    assert "Traceback" not in done.stderr


def printed_numbers() -> Iterator[tuple[str, float]]:
    cohort = load_cohort("shi2026")
    fit = logistic_regression(cohort.outcome, cohort.x)
    order = dict(zip(cohort.predictors, range(len(cohort.predictors)), strict=True))
    columns = {"Mg<=0.845": "Mg_low", "b-CTx": "beta_CTx"}
    for term in read_claims(CLAIMS).model[0].terms:
        j = order[columns.get(term.name, term.name)]
        assert term.or_ is not None
        assert term.ci is not None
        found = (fit.odds_ratio[j], fit.lower[j], fit.upper[j])
        for printed, value in zip((term.or_, *term.ci), found, strict=True):
            yield printed.text, float(value)
    (marker,) = cohort.markers
    area = auc(cohort.outcome, marker.values, direction=marker.direction)
    yield from zip(("0.602", "0.551", "0.652"), (area.auc, area.lower, area.upper), strict=True)


def test_the_rebuilt_cohort_prints_the_abstract() -> None:
    cohort, numbers = load_cohort("shi2026"), list(printed_numbers())
    assert len(numbers) == 15
    for printed, value in numbers:
        assert f"{value:.3f}" == printed
    assert (cohort.outcome.size, int(cohort.outcome.sum()), int(cohort.secondary["fracture"].sum())) == (496, 288, 31)
    (marker,) = cohort.markers
    best = optimal_cutoff(cohort.outcome, marker.values, direction=marker.direction)
    np.testing.assert_allclose(best.threshold, [0.845], rtol=1e-12)
    low = cohort.x[:, list(cohort.predictors).index("Mg_low")]
    assert (low == (marker.values <= 0.845)).all()
    assert cohort_facts("shi2026")["claims"] == CLAIMS.name


def test_reconstruction_with_a_small_budget_says_not_found_never_impossible(tmp_path: Path) -> None:
    found = reconstruct(read_claims(CLAIMS), seed=1, attempts=1)
    assert found.attempts == 1
    if not found.found:
        assert any(not comparison.holds for comparison in found.comparisons) or not found.comparisons
    done = CliRunner().invoke(app, ["audit", str(CLAIMS), "--reconstruct", "--attempts", "1", "--seed", "1"])
    assert done.exit_code == 0
    assert "impossible" not in done.output
    assert "within the budget" in done.output or "all 23 numbers hold" in done.output


def test_reconstruction_of_an_easy_table(tmp_path: Path) -> None:
    text = '''
[paper]
id = "easy"
[tables]
data = """
# name | n   | events | nonevents
all    | 160 | 70     | 90
"""
[[model]]
id = "m"
data = "all"
terms = """
# name | or   | ci
a      | 1.20 | 1.05-1.37
b      | 0.80 | 0.60-1.06
"""
'''
    found = reconstruct(parse_claims(text), seed=3, attempts=20)
    assert found.found
    assert all(comparison.holds for comparison in found.comparisons)
    again = reconstruct(parse_claims(text), seed=3, attempts=20)
    assert all(np.array_equal(again.columns[name], values) for name, values in found.columns.items())
