"""Cohorts rebuilt from a baseline table and a model at once: means, SDs, quartiles, counts, areas and cut-off."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from typer.testing import CliRunner

from crosscheck_r.cli import app
from crosscheck_r.paths import fixture_root
from validation.audit import Reconstruction, audit, parse_claims, read_claims, reconstruct

TABLE = fixture_root() / "claims" / "table1.toml"

SMALL = '''
[paper]
id = "small"
[tables]
data = """
# name | n   | events | nonevents
all    | 160 | 70     | 90
"""
describe = """
# var | group     | n   | mean | sd   | median | iqr
a     | all       | 160 | 50.6 | 10.1 |        |
a     | events    | 70  | 53.1 | 9.8  |        |
a     | nonevents | 90  | 48.7 | 9.9  |        |
c     | events    | 70  |      |      | 4.2    | 2.9 to 6.1
c     | nonevents | 90  |      |      | 3.8    | 2.5 to 5.5
d     | all       | 160 | 7.31 | 1.20 |        |
"""
crosstab = """
# var | level | events | nonevents
sex   | women | 41     | 50
sex   | men   | 29     | 40
stage | I     | 20     | 40
stage | II    | 30     | 35
stage | III   | 20     | 15
"""
count = """
# of    | group     | k
smoking | events    | 25
smoking | nonevents | 22
"""
test = """
# var | kind | p
a     | t    | 0.005
"""
auc = """
# of | auc   | ci
d    | 0.523 | 0.432-0.614
"""
[[model]]
id = "m"
data = "all"
terms = """
# name  | or   | ci
a       | 1.05 | 1.01-1.08
smoking | 1.70 | 0.84-3.45
"""
'''


@cache
def small() -> Reconstruction:
    return reconstruct(parse_claims(SMALL), seed=1, attempts=30)


def test_every_printed_number_of_a_table_and_a_model_holds() -> None:
    found = small()
    assert found.found, [c for c in found.comparisons if not c.holds]
    words = {c.what for c in found.comparisons}
    assert {"a (events): mean", "a (all): sd", "c (nonevents): Q3", "c (events): median", "d (all): mean"} <= words
    assert {"smoking yes (events)", "stage III (nonevents)", "sex women (events)", "AUC of d: lower limit"} <= words
    assert len(found.comparisons) == 2 + 6 + 6 + 6 + 2 + 4 + 6 + 4 + 3


def test_the_numbers_are_those_of_the_columns() -> None:
    columns = small().columns
    y = columns["event"] == 1
    for mask, mean, sd in ((y | ~y, "50.6", "10.1"), (y, "53.1", "9.8"), (~y, "48.7", "9.9")):
        values = columns["a"][mask]
        assert (f"{values.mean():.1f}", f"{values.std(ddof=1):.1f}") == (mean, sd)
    for mask, quartiles in ((y, ["2.9", "4.2", "6.1"]), (~y, ["2.5", "3.8", "5.5"])):
        assert [f"{q:.1f}" for q in np.quantile(columns["c"][mask], [0.25, 0.5, 0.75])] == quartiles
    assert [int((columns["smoking"][mask] == 1).sum()) for mask in (y, ~y)] == [25, 22]
    assert [int((columns["stage"][y] == level).sum()) for level in (1, 2, 3)] == [20, 30, 20]


def test_what_is_left_out_is_said() -> None:
    assert small().skipped == ("test",)
    text = SMALL.replace("a     | all       | 160 |", "a     | all       | 150 |").replace("[[model]]", "[[model]]\n")
    text += '\n[[model]]\nid = "other"\nterms = """\n# name | or\nz | 2.0\n"""\n'
    found = reconstruct(parse_claims(text), seed=1, attempts=1)
    # ten patients lack the variable, which a cohort without missing values cannot show
    assert found.skipped == ("test", "rows of the table: a (all)", "model other")


def test_a_seed_gives_one_cohort() -> None:
    again = reconstruct(parse_claims(SMALL), seed=1, attempts=30)
    assert all(np.array_equal(again.columns[name], values) for name, values in small().columns.items())


def test_numbers_that_contradict_each_other_are_not_found() -> None:
    # the mean of all is not between those of the groups
    text = SMALL.replace("| 160 | 50.6 | 10.1", "| 160 | 57.6 | 10.1")
    found = reconstruct(parse_claims(text), seed=1, attempts=1)
    assert not found.found
    assert any(f.check == "DSC4" for f in audit(parse_claims(text)).inconsistent)


def test_the_shipped_example_is_consistent_and_shows_its_table() -> None:
    result = audit(TABLE)
    assert result.inconsistent == ()
    assert {"DSC4", "DSC8", "CNT3c", "CLS1", "ORX2", "ROC2", "ROC6"} <= set(result.checks)
    assert read_claims(TABLE).tables.cutoff[0].cut == "<=0.825"


def test_command_line_shows_the_table_and_writes_the_cohort(tmp_path: Path) -> None:
    path, out = tmp_path / "small.toml", tmp_path / "cohort.csv"
    path.write_text(SMALL, encoding="utf-8")
    done = CliRunner().invoke(
        app, ["audit", str(path), "--reconstruct", "--attempts", "30", "--seed", "1", "--out", str(out)]
    )
    assert done.exit_code == 0, done.output
    assert "all 39 numbers hold at once" in done.output
    assert "not covered by the search: test" in done.output
    for words in ("a (events): mean", "c (nonevents): Q1", "smoking yes (nonevents)", "AUC of d: upper limit"):
        assert words in done.output
    lines = out.read_text(encoding="utf-8").splitlines()
    assert lines[0].split(",")[:3] == ["event", "a", "smoking"]
    assert len(lines) == 161
