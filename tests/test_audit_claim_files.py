"""Claim files: thirty malformed ones, typography of printed numbers, and text that is hostile."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from validation.audit import ClaimFileError, audit, empty_claim_file, parse_claims, read_claims
from validation.audit.rounding import Box, parse_interval, parse_number
from validation.audit.simulated_papers import simulate_paper
from validation.errors import InputError

PAPER = '[paper]\nid = "x"\n'


def table(name: str, *rows: str) -> str:
    return f'{PAPER}[tables]\n{name} = """\n' + "\n".join(rows) + '\n"""\n'


def model(*lines: str) -> str:
    return PAPER + "[[model]]\n" + "\n".join(lines) + "\n"


#: text, line, column, part of the message
MALFORMED = [
    ("[paper\n", 1, 7, "no TOML"),
    ('[paper]\nid = "x\n', 2, 8, "no TOML"),
    ("[paper]\nid = \n", 2, 6, "no TOML"),
    (PAPER + 'id = "y"\n', 3, 9, "no TOML"),
    ("", 1, 1, '"paper" is missing'),
    ('[papers]\nid = "x"\n', 1, 2, 'Did you mean "paper"'),
    ("paper = 3\n", 1, 1, "section of keys"),
    ("[paper]\n", 1, 2, '"id" is missing'),
    (PAPER + 'titel = "y"\n', 3, 1, 'Did you mean "title"'),
    (PAPER + 'read = "poster"\n', 3, 1, "read"),
    ("[paper]\nid = 7\n", 2, 1, "id"),
    (PAPER + "[tables]\ndata = 3\n", 4, 1, "text block"),
    (PAPER + "tables = 3\n", 3, 1, "unknown key"),
    (PAPER + '[tables]\nauk = ""\n', 4, 1, 'Did you mean "auc"'),
    (table("data", "all | 4 | 2 | 2"), 5, 1, "no header"),
    (table("data", "# name | m", "all | 4"), 5, 10, 'no column "m"'),
    (table("data", "# name | evnts", "all | 4"), 5, 10, 'Did you mean "events"'),
    (table("data", "# name | n | n", "all | 4 | 4"), 5, 14, "named twice"),
    (table("data", "# name | n", "all | 4 | 5"), 6, 11, "3 cells"),
    (table("data", "# name | n", "all | four"), 6, 7, "no number"),
    (table("data", "# name | n", "all | 4.5"), 6, 7, "no count"),
    (table("data", "# name | n", "all | -4"), 6, 7, "no count"),
    (table("data", "# name | n", "    | 4"), 6, 5, '"name" is missing'),
    (table("data", "# name | n", "all | 4", "all | 5"), 7, 1, "entered twice"),
    (table("data", "# name | n | parent", "part | 4 | hole", "whole | 5 |"), 6, 1, 'Did you mean "whole"'),
    (table("auc", "# of | auc | ci", "Mg | 0.6 | 0.55"), 6, 12, "no interval"),
    (table("auc", "# of | auc | ci", "Mg | 0,6 | 0.55-0.65"), 6, 6, "no number"),
    (table("auc", "# of | auc | ci", "Mg | high | 0.55-0.65"), 6, 6, "no number"),
    (PAPER + 'model = "m"\n', 3, 1, "unknown key"),
    ('model = "m"\n' + PAPER, 1, 1, "has to be a list"),
    (model('kind = "logistic"'), 3, 1, '"id" is missing'),
    (model('id = "m"', "candidates = 2.5"), 5, 1, "no count"),
    (model('id = "m"', 'predictor = ["a"]'), 5, 1, 'Did you mean "predictors"'),
    (model('id = "m"', "calibration = { slop = 1 }"), 5, 17, 'Did you mean "slope"'),
    (model('id = "m"', "calibration = { slope = 1.0 }"), 5, 17, "has to be quoted"),
    (model('id = "m"', 'terms = """', "# name | or", "age | 1..2", '"""'), 7, 7, "no number"),
]


@pytest.mark.parametrize(("text", "line", "column", "message"), MALFORMED, ids=range(len(MALFORMED)))
def test_malformed_files_end_in_one_located_message(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(ClaimFileError) as caught:
        parse_claims(text, name="paper.toml")
    error = caught.value
    assert message in str(error)
    assert (error.line, error.column) == (line, column), str(error)
    assert str(error).startswith(f"paper.toml, line {line}, column {column}: ")
    assert "\n" not in str(error)


def test_there_are_thirty_malformed_files() -> None:
    assert len(MALFORMED) >= 30


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('{"paper": {"id": "x"}', 1, "no JSON"),
        ('{\n "paper": {"id": "x"},\n "tables": {"data": [{"n": 3}]}\n}', 3, '"name" is missing'),
        ('{"paper": {"id": "x"}, "tables": {"auc": [{"of": "m", "auc": 0.6}]}}', 1, "has to be quoted"),
        ('{"paper": {"id": NaN}}', 1, "NaN is no claim"),
        ("[" * 100_000, 1, "nested too deeply"),
        ("[]", 1, "no table of claims"),
    ],
)
def test_json_errors_are_located(text: str, line: int, message: str) -> None:
    with pytest.raises(ClaimFileError, match=message) as caught:
        parse_claims(text, language="json")
    assert caught.value.line == line


def test_json_and_toml_say_the_same(tmp_path: Path) -> None:
    claims = parse_claims(table("auc", "# of | auc | ci", "Mg | 0.602 | 0.551-0.652"))
    same = {"paper": {"id": "x"}, "tables": {"auc": [{"of": "Mg", "auc": "0.602", "ci": "0.551-0.652"}]}}
    path = tmp_path / "claims.json"
    path.write_text(json.dumps(same), encoding="utf-8")
    (first,), (second,) = claims.tables.auc, read_claims(path).tables.auc
    assert (first.of, first.auc, first.ci) == (second.of, second.auc, second.ci)


def test_files_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "claims.toml"
    path.write_bytes(b'[paper]\nid = "\xff"\n')
    with pytest.raises(ClaimFileError, match="line 2, column 7: is not UTF-8"):
        read_claims(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_claims(tmp_path / "missing.toml")
    with pytest.raises(InputError, match="cannot be read"):
        read_claims(tmp_path)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("0.60", "0.595", "0.605"),
        ("0\u00b760", "0.595", "0.605"),
        ("0.6", "0.55", "0.65"),
        ("\u22120.2", "-0.25", "-0.15"),
        ("58.1%", "0.5805", "0.5815"),
        ("58.1 %", "0.5805", "0.5815"),
        ("p = 0.04", "0.035", "0.045"),
        (".602", "0.6015", "0.6025"),
        ("5e-3", "0.0045", "0.0055"),
        ("12", "11.5", "12.5"),
    ],
)
def test_printed_numbers_are_boxes(text: str, low: str, high: str) -> None:
    assert parse_number(text).box() == Box(Fraction(low), Fraction(high))


def test_bounds_exclude_their_end() -> None:
    below = parse_number("P<0.001").box()
    assert below.contains(0)
    assert not below.contains(Fraction("0.001"))
    above = parse_number(">0.99").box()
    assert not above.contains(Fraction("0.99"))
    assert not parse_number("?").reported


@pytest.mark.parametrize(
    "text",
    ["0.551-0.652", "0.551\u20130.652", "0.551 to 0.652", "[0.551, 0.652]", "(0.551~0.652)", "0.551; 0.652",
     "0\u00b7551\u20130\u00b7652", "55.1%-65.2%", "55.1-65.2%"],
)  # fmt: skip
def test_intervals(text: str) -> None:
    low, high = parse_interval(text)
    assert (low.value, high.value) == (Fraction("0.551"), Fraction("0.652"))


def test_negative_limits() -> None:
    low, high = parse_interval("-0.2-0.4")
    assert (float(low), float(high)) == (-0.2, 0.4)
    low, high = parse_interval("\u22120.4 to \u22120.2")
    assert (float(low), float(high)) == (-0.4, -0.2)


HOSTILE = "<script>alert(1)</script>{{ 7*7 }}{% raw %}__import__('os')"


def test_nothing_is_executed_or_unescaped() -> None:
    text = f"""
[paper]
id = "{HOSTILE}"
title = "{HOSTILE}"
missing = "complete {HOSTILE}"
predictor_in_outcome = "{HOSTILE}"
[tables]
data = '''
# name | n | events | nonevents
{HOSTILE} | 10 | 5 | 6
'''
auc = '''
# of | data | auc
{HOSTILE} | {HOSTILE} | ?
'''
[[model]]
id = "{HOSTILE}"
data = "{HOSTILE}"
terms = '''
# name | or | ci
{HOSTILE} | 1.5 | 1.1-1.2
'''
"""
    result = audit(parse_claims(text))
    page = result.to_html()
    assert result.inconsistent
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "49" not in page.replace("{{ 7*7 }}", "").split("</style>")[1].split("<footer>")[0]
    assert "{{ 7*7 }}" in page


STRANGE = (
    "0",
    "0.0",
    "1.000",
    "-0.5",
    "<0.05",
    ">0.99",
    "<0",
    "?",
    "999999",
    "0.0000001",
    "1e12",
    "1e-12",
    "100%",
    "2.5",
    "1e300",
    "1e40",
    "9999999999",
    "33333333333333333333",
    "1e-55",
    "1e-200",
    "0." + "1" * 45,
    "-1e9",
)


@pytest.mark.parametrize("first", range(0, 40, 10))
def test_strange_numbers_end_in_findings_or_one_message(first: int) -> None:
    for seed in range(first, first + 10):
        rng = np.random.default_rng(seed)
        paper = simulate_paper(seed, largest=150)
        rows = [row for table in paper["tables"].values() for row in table] + paper["model"][0]["terms"]
        for _ in range(6):
            row = rows[int(rng.integers(len(rows)))]
            numbers = [key for key, text in row.items() if text[:1].isdigit() and key not in ("var", "level")]
            if not numbers:
                continue
            words = [STRANGE[int(i)] for i in rng.integers(len(STRANGE), size=2)]
            key = numbers[int(rng.integers(len(numbers)))]
            row[key] = " to ".join(word.strip("<>?") or "1" for word in words) if key == "ci" else words[0]
        try:
            result = audit(parse_claims(json.dumps(paper), language="json"))
        except ClaimFileError:
            continue
        assert result.summary()
        json.loads(result.to_json(), parse_constant=pytest.fail)
        assert result.to_html()


def test_the_empty_file_is_a_claim_file_with_every_table() -> None:
    claims = parse_claims(empty_claim_file())
    assert audit(claims).inconsistent == ()
