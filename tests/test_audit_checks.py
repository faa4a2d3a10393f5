"""Single checks on small claim files: what passes, what fails, and what is said to be undecided."""

from __future__ import annotations

import pytest

from validation.audit import CATALOGUE, AuditResult, audit, explain, parse_claims
from validation.audit.result import HINTS

DATA = {"data": "# name | n | events | nonevents\nall | 200 | 80 | 120"}


def result(tables: dict[str, str], model: str = "", read: str = "full text") -> AuditResult:
    blocks = "".join(f'{name} = """\n{rows}\n"""\n' for name, rows in (DATA | tables).items())
    return audit(parse_claims(f'[paper]\nid = "x"\nread = "{read}"\n[tables]\n{blocks}\n{model}'))


def verdicts(found: AuditResult, check: str) -> list[tuple[str, str]]:
    return [(f.verdict, f.severity) for f in found.of(check)]


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ("5.0 | 2.0 | 4.8 | 3.9 to 6.1 | 1.0 | 12.0", False),
        ("5.0 | 2.0 | 4.8 | 5.0 to 6.1 | 1.0 | 12.0", True),
        ("5.0 | 2.0 | 4.8 | 3.9 to 6.1 | 1.0 | 5.9", True),
        ("5.0 | 2.0 | 7.2 | 3.9 to 7.4 | 1.0 | 12.0", True),
        ("5.0 | 2.0 | 7.0 | 3.9 to 7.4 | 1.0 | 12.0", False),
    ],
)
def test_quartiles_are_in_order_and_within_one_sd_of_the_mean(row: str, wrong: bool) -> None:
    found = result({"describe": f"# var | group | mean | sd | median | iqr | min | max\na | all | {row}"})
    assert (("inconsistent", "error") in verdicts(found, "DSC8")) == wrong


CROSS = "# var | level | events | nonevents | data\nsex | f | 30 | 20 | all\nsex | m | 50 | 100 | all"


@pytest.mark.parametrize(
    ("ci", "method", "expected"),
    [
        ("1.551-5.803", "wald", [("consistent", ""), ("consistent", "")]),
        ("1.551-5.902", "wald", [("consistent", ""), ("inconsistent", "error")]),
        ("1.551-5.902", "?", [("consistent", ""), ("info", "note")]),
    ],
)
def test_crude_odds_ratio_and_its_limits(ci: str, method: str, expected: list[tuple[str, str]]) -> None:
    model = f'[[model]]\nid = "crude"\ndata = "all"\nadjusted = false\nci_method = "{method}"\n'
    model += f'terms = """\n# name | or | ci\nsex | 3.000 | {ci}\n"""\n'
    assert verdicts(result({"crosstab": CROSS}, model), "ORX7") == expected


@pytest.mark.parametrize(
    ("cut", "expected"),
    [
        ("<=0.845", [("consistent", ""), ("info", "note")]),
        ("<=0.84", [("consistent", "")]),
        ("<=0.8437", [("consistent", ""), ("info", "note")]),
        ("<=1.90", [("inconsistent", "error")]),
    ],
)
def test_a_cutoff_lies_among_the_values(cut: str, expected: list[tuple[str, str]]) -> None:
    found = result({
        "describe": "# var | group | min | max | unit\nMg | all | 0.55 | 1.20 | 0.01",
        "cutoff": f"# of | data | cut\nMg | all | {cut}",
    })  # fmt: skip
    assert verdicts(found, "ROC7") == expected


def test_interval_of_a_yes_no_test() -> None:
    # Se 0.600, Sp 0.700: SE of DeLong sqrt(0.24/79 + 0.21/119)/2 = 0.03465
    for ci, verdict in (("0.582-0.718", "consistent"), ("0.602-0.698", "info")):
        found = result({
            "cutoff": "# of | data | cut | sens | spec\nMg | all | <=0.84 | 0.600 | 0.700",
            "auc": f"# of | data | auc | ci\nMg<=0.84 | all | 0.650 | {ci}",
        })  # fmt: skip
        assert [f.verdict for f in found.of("ROC8")] == ["consistent", verdict]


def test_predictive_values_with_intervals_and_the_diagnostic_odds_ratio() -> None:
    # 48 of 80 and 84 of 120: PPV 48/84, NPV 84/116, DOR 3.5
    row = "0.600 | 0.700 | 0.571 | 0.724 | 3.50 | 0.465 to 0.672 | 0.637 to 0.797"
    head = "# of | data | sens | spec | ppv | npv | dor | ppv_ci | npv_ci\n"
    found = result({"cutoff": f"{head}m | all | {row}"})
    assert not found.inconsistent
    conventions = [f.convention for f in found.of("CLS6")]
    assert len(conventions) == 2
    assert all("Wilson" in words for words in conventions)
    wrong = result({"cutoff": f"{head}m | all | {row.replace('3.50', '4.50')}"})
    assert ("inconsistent", "error") in verdicts(wrong, "CLS7")


def test_predictive_values_after_truncation_are_a_note() -> None:
    # 53 of 80 and 77 of 120, all truncated to two digits: PPV 53/96, NPV 77/104
    found = result({"cutoff": "# of | data | sens | spec | ppv | npv\nm | all | 0.66 | 0.64 | 0.55 | 0.74"})
    assert not found.inconsistent
    assert {f.verdict for check in ("CLS1", "CLS2") for f in found.of(check)} == {"consistent"}


@pytest.mark.parametrize(
    ("data", "ci", "verdict"),
    [
        ("part | 60 | | | all", "0.650-0.750", "consistent"),
        ("part | 60 | | | all", "0.698-0.702", "inconsistent"),
        ("alone | 60 | | |", "0.698-0.702", "inconsistent"),
        ("alone | 60 | | |", "0.600-0.800", "consistent"),
        ("alone | | | |", "0.600-0.800", "not possible"),
    ],
)
def test_width_of_an_area_without_group_sizes(data: str, ci: str, verdict: str) -> None:
    name = data.split("|")[0].strip()
    found = result({
        "data": f"# name | n | events | nonevents | parent\nall | 200 | 80 | 120 |\n{data}",
        "auc": f"# of | data | auc | ci\nm | {name} | 0.700 | {ci}",
    })  # fmt: skip
    assert [f.verdict for f in found.of("ROC2")] == [verdict]


def test_what_is_too_large_to_try_is_said_to_be_undecided() -> None:
    found = result({
        "data": "# name | n | events | nonevents\nall | 90000 | |\nlarge | 9000 | 4000 | 5000",
        "cutoff": "# of | data | sens | spec\nm | all | 0.80 | 0.70",
        "net_benefit": "# model | data | threshold | nb\nm | large | 0.2 | 0.31",
    })  # fmt: skip
    assert "not decided for 90000 patients" in found.of("CLS1")[0].sentence
    assert found.of("CLS1")[0].verdict == "not possible"
    assert found.of("NBT3")[0].sentence.startswith("not decided")
    assert found.of("NBT3")[0].verdict == "info"


def test_items_of_tripod_from_candidates_and_intervals() -> None:
    model = '[[model]]\nid = "m"\ndata = "all"\ncandidates = "?"\nperformance = "apparent"\n'
    found = result({"auc": "# of | data | auc | ci\nm | all | 0.71 | ?"}, model)
    raised = {f.target for f in found.of("TRIPOD") if f.verdict == "raised"}
    assert {"item 9a", "item 23a"} <= raised
    assert any("12a" in f.sentence and "12e" in f.sentence for f in found.of("TRIPOD") if f.verdict == "info")


def test_every_check_is_explained_and_hints_lead_to_theirs() -> None:
    found = result({})
    for check in CATALOGUE:
        text = explain(found, check)
        assert CATALOGUE[check].formula in text
        assert CATALOGUE[check].source in text
    for hint, check in HINTS.items():
        assert explain(found, hint.lower()).startswith(f"{hint} is a hint of {check}:")


def test_a_check_counts_on_each_row() -> None:
    terms = "# name | or | ci\na | 1.50 | 1.20-1.88\nb | 0.70 | 0.50-0.98\n"
    found = result({}, f'[[model]]\nid = "m"\ndata = "all"\nterms = """\n{terms}"""\n')
    # the sum of the groups, and order and symmetry of two rows
    assert (found.done, found.checks) == (5, ("CNT1", "ORX1", "ORX2"))


def test_another_row_that_would_fit_is_a_hint() -> None:
    terms = "# name | or | ci\na | 1.90 | 1.20-1.88\nb | 1.50 | 0.50-0.98\nc | 1.10 | 1.20-1.88\nd | 2.00 | 1.00-4.00\n"
    terms = terms.replace("a | 1.90", "a | 1.30")
    found = result({}, f'[[model]]\nid = "m"\ndata = "all"\nterms = """\n{terms}"""\n')
    hints = [hint for f in found.of("ORX2") for hint in f.hints]
    assert 'the odds ratio 1.50 of "b" would fit this interval' in hints


@pytest.mark.parametrize(
    ("difference", "verdict"), [("0.080", "consistent"), ("-0.080", "consistent"), ("0.095", "inconsistent")]
)
def test_difference_of_two_areas(difference: str, verdict: str) -> None:
    found = result({
        "auc": "# of | data | auc\na | all | 0.750\nb | all | 0.670",
        "auc_difference": f"# first | second | data | difference\na | b | all | {difference}",
    })  # fmt: skip
    assert [f.verdict for f in found.of("ROC9")] == [verdict]


@pytest.mark.parametrize(("ci", "verdict"), [("1.28-4.91", "consistent"), ("2.20-2.86", "inconsistent")])
def test_error_of_a_two_level_predictor_with_its_counts(ci: str, verdict: str) -> None:
    # 50 of 200 have the second level: no standard error is below 2 / sqrt(200 x 0.25 x 0.75) = 0.3266
    crossed = "# var | level | events | nonevents | data\nsex | f | 50 | 100 | all\nsex | m | 30 | 20 | all"
    model = f'[[model]]\nid = "m"\ndata = "all"\nterms = """\n# name | or | ci\nsex | 2.51 | {ci}\n"""\n'
    found = result({"crosstab": crossed}, model)
    assert [f.verdict for f in found.of("ORX6")] == [verdict]
