"""Bad files, columns and arguments: one message each, with the column, what was wrong, and what to do."""

from __future__ import annotations

import csv
import gzip
import io
import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from validation.cohort import Cohort
from validation.errors import InputError

N = 60
OUTCOME = [int(i % 3 == 0) for i in range(N)]
AGE = [50.0 + (7 * i) % 31 for i in range(N)]
MAGNESIUM = [round(0.7 + ((11 * i) % 23) / 100, 2) for i in range(N)]


def good(**changes: Any) -> dict[str, Any]:
    return {"y": list(OUTCOME), "age": list(AGE), "mg": list(MAGNESIUM)} | changes


def with_cell(column: str, row: int, value: Any) -> dict[str, Any]:
    data = good()
    data[column] = list(data[column])
    data[column][row] = value
    return data


def text_of(data: dict[str, Any], delimiter: str = ",") -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\n")
    writer.writerow(data)
    writer.writerows(zip(*data.values(), strict=True))
    return buffer.getvalue()


def write(folder: Path, content: str | bytes, name: str = "data.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


GOOD = text_of(good())

#: name of the file, its content, and what the message must say
BAD_FILES: dict[str, tuple[str, str | bytes, list[str]]] = {
    "empty": ("data.csv", "", ["data.csv", "is empty", "header line"]),
    "white space only": ("data.csv", " \n\n  \n", ["is empty"]),
    "byte order mark only": ("data.csv", b"\xef\xbb\xbf", ["is empty"]),
    "header only": ("data.csv", "y,age,mg\n", ["has no rows", "one line per patient"]),
    "blank rows only": ("data.csv", "y,age,mg\n,,\n,,\n", ["has no rows"]),
    "latin-1": (
        "data.csv",
        GOOD.replace("age", "größe").encode("latin-1"),
        ["not in the encoding UTF-8", "byte 0xf6 in line 1", "Windows-1252", "iconv"],
    ),
    "no text of any kind": ("data.csv", b"y,age\n1,\x81\xff\n", ["byte 0x81 in line 2", "Latin-1"]),
    "utf-16": ("data.csv", GOOD.encode("utf-16"), ["has the encoding UTF-16", "Save it as UTF-8"]),
    "zero bytes": ("data.csv", bytes(range(256)), ["is no text file", "Export the table as CSV"]),
    "long line": ("data.csv", GOOD + "1,2,3,4,5\n", ["5 cells in line 62 where the header has 3", "Quote"]),
    "short line": ("data.csv", "y,age,mg\n1,2,3\n0,4\n", ["2 cells in line 3"]),
    "long line after a quoted line break": ("data.csv", 'y,"a\nb"\n1,2\n1,2,3\n', ["3 cells in line 4"]),
    "open quotation mark": ("data.csv", 'y,age\n1,"2\n0,3\n', ["is no table", "in line 3", "quotation mark"]),
    "unknown extension": ("data.doc", GOOD, ['unknown extension ".doc"', ".csv", ".xlsx"]),
    "no extension": ("data", GOOD, ['unknown extension ""']),
    "R's own format": ("data.rds", b"\x1f\x8b", ['unknown extension ".rds"', "CSV"]),
    "gz of nothing": ("data.gz", gzip.compress(GOOD.encode()), ['unknown extension ".gz"']),
    "broken gz": ("data.csv.gz", b"y,age,mg\n1,2,3\n", ["data.csv.gz", "gzipped"]),
    "cut gz": ("data.csv.gz", gzip.compress(GOOD.encode())[:-20], ["data.csv.gz"]),
    "no parquet": ("data.parquet", GOOD, ["no readable .parquet file", "Export it anew"]),
    "no workbook": ("data.xlsx", GOOD, ["no readable .xlsx file"]),
    "no stata": ("data.dta", GOOD, ["no readable .dta file"]),
    "no spss": ("data.sav", GOOD, ["no readable .sav file"]),
    "no sas": ("data.sas7bdat", GOOD, ["no readable .sas7bdat file"]),
    "empty parquet": ("data.parquet", "", ["is empty"]),
    "decimal commas": (
        "data.csv",
        "y;age;mg\n" + "".join(f"{i % 2};{50 + i};0,{70 + i}\n" for i in range(9)),
        ["mg", "decimal commas", '"0,70" in line 2', "decimal=','"],
    ),
    "decimal commas among whole numbers": (
        "data.csv",
        "y;age;mg\n" + "".join(f"{i % 2};{50 + i};{i if i % 2 else f'{i},5'}\n" for i in range(9)),
        ["mg", "decimal commas"],
    ),
    "decimal commas in a file of commas": ("data.csv", "y,mg\n1,0,7\n0,0,8\n", ["3 cells in line 2", "decimals"]),
    "text among numbers": (
        "data.csv",
        text_of(with_cell("mg", 4, "n/d?")),
        ["mg", 'text where numbers are expected: "n/d?" in line 6', "Correct the cells"],
    ),
    "number of another language": ("data.csv", text_of(with_cell("mg", 4, "1_0")), ["mg", '"1_0" in line 6']),
    "two texts among numbers": (
        "data.csv",
        text_of(with_cell("mg", 4, "<0.5") | {"age": [*AGE[:-1], 61.0]}).replace("\n0,51.0,", "\n0,old,"),
        ["age", '"old" in line'],
    ),
    "line after a quoted line break": (
        "data.csv",
        'y,note,age\n1,"a\nb",50\n0,c,51\n1,d,x\n0,e,53\n',
        ["age", '"x" in line 5'],
    ),
    "dates": (
        "data.csv",
        text_of(good(born=[f"19{40 + i % 20}-03-0{1 + i % 9}" for i in range(N)])),
        ["born", "holds dates", "age from them"],
    ),
    "identifier of digits": (
        "data.csv",
        text_of(good(id=[9007199254740993 + i for i in range(N)])),
        ["id", "no double holds", "9007199254740993 in line 2", "identifier"],
    ),
    "infinite": ("data.csv", text_of(with_cell("age", 2, "inf")), ["age", "infinite", "row 3", "leave it empty"]),
    "beyond all doubles": ("data.csv", text_of(with_cell("age", 2, "1e999")), ["age", "infinite"]),
    "empty name": ("data.csv", GOOD.replace("y,age", "y,", 1), ["column 2", "has no name", "list the predictors"]),
    "same name twice": ("data.csv", GOOD.replace("age,mg", "age,age", 1), ["age", "name of 2 columns", "Rename"]),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_file(name: str, tmp_path: Path) -> None:
    file, content, expected = BAD_FILES[name]
    with pytest.raises(InputError) as raised:
        Cohort.from_file(write(tmp_path, content, file), outcome="y")
    said = str(raised.value)
    for words in expected:
        assert words in said
    assert raised.value.hint
    assert "\n" not in said


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nothing\.csv: does not exist.*Check the path"):
        Cohort.from_file(tmp_path / "nothing.csv", outcome="y")
    with pytest.raises(InputError, match="is a folder"):
        Cohort.from_file(tmp_path, outcome="y")
    with pytest.raises(InputError, match=r"no file name.*from_frame"):
        Cohort.from_file(pd.DataFrame(good()), outcome="y")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="cannot be read"):
        Cohort.from_file(tmp_path / ("x" * 300 + ".csv"), outcome="y")


@pytest.mark.parametrize(
    ("module", "file"),
    [("pyarrow.parquet", "d.parquet"), ("openpyxl", "d.xlsx"), ("pyreadstat", "d.dta"), ("pyreadstat", "d.sav")],
)
def test_missing_reader_names_the_command(
    module: str, file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(InputError) as raised:
        Cohort.from_file(write(tmp_path, b"x", file), outcome="y")
    assert file in str(raised.value)
    assert module.split(".")[0] in raised.value.problem
    assert "pip install 'crosscheck-r[files]'" in raised.value.hint


# Bad columns and arguments, as a data frame; most apply to files alike


BAD_FRAMES: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "outcome misspelt": (good(), {"outcome": "Y"}, ["Y", "no column", 'Did you mean "y"?', "Columns are: y, age, mg"]),
    "outcome nowhere": (good(), {"outcome": "death"}, ["death", "no column of the data (outcome)", "y, age, mg"]),
    "predictor misspelt": (good(), {"predictors": ["agee"]}, ["agee", 'Did you mean "age"?']),
    "marker misspelt": (good(), {"markers": ["mgg:lower"]}, ["mgg", 'Did you mean "mg"?']),
    "risk misspelt": (good(), {"risks": ["risk"]}, ["risk", "no column"]),
    "secondary misspelt": (good(), {"secondary": ["frac"]}, ["frac", "no column"]),
    "unknown direction": (good(), {"markers": ["mg:sideways"]}, ["sideways", "mg:higher or mg:lower"]),
    "outcome as predictor": (good(), {"predictors": ["y", "age"]}, ["y", "is the outcome", "Leave it out"]),
    "outcome as marker": (good(), {"markers": ["y"]}, ["y", "is the outcome", "markers"]),
    "outcome as risk": (good(), {"risks": ["y"]}, ["y", "is the outcome", "risks"]),
    "predictor twice": (good(), {"predictors": ["age", "age"]}, ["age", "listed twice among the predictors"]),
    "marker in both directions": (good(), {"markers": ["mg:lower", "mg:higher"]}, ["mg", "listed twice"]),
    "secondary outcome as predictor": (
        good(z=OUTCOME[::-1]),
        {"secondary": ["z"], "predictors": ["z"]},
        ["z", "secondary outcome"],
    ),
    "secondary outcome of three values": (good(), {"secondary": ["age"]}, ["age", "an outcome has two"]),
    "secondary outcome without an event": (
        good(z=["no", "yes"] * 30),
        {"secondary": ["z"]},
        ["z", "which value is the event"],
    ),
    "predictors as one text": (good(), {"predictors": "age"}, ["predictors", "list of column names", "['age']"]),
    "markers as one text": (good(), {"markers": "mg:lower"}, ["markers", "list of column names"]),
    "predictors as a number": (good(), {"predictors": 3}, ["predictors", "got a int"]),
    "name that is none": (good(), {"predictors": [None]}, ["predictors", "NoneType"]),
    "no outcome": (good(), {"outcome": None}, ["outcome", "NoneType"]),
    "unknown rule for missing values": (good(), {"missing": "impute"}, ["missing", "'refuse', 'drop'"]),
    "one class": (good(y=[0] * N), {}, ["y", 'one class only: "0" (60)', "with and without"]),
    "one class of text": (good(y=["yes"] * N), {"event": "yes"}, ["y", 'one class only: "yes"']),
    "three classes": (with_cell("y", 0, 2), {}, ["y", "has 3 values", '"2" (1)', "Code the event"]),
    "outcome of measurements": (good(y=MAGNESIUM), {}, ["y", "has 23 values", "..."]),
    "no event stated": (
        good(y=["no", "yes"] * 30),
        {},
        ["y", "which value is the event", '"no" (30), "yes" (30)', "--event"],
    ),
    "no event stated for 1 and 2": (good(y=[1, 2] * 30), {}, ["y", "which value is the event", '"1" (30), "2" (30)']),
    "unknown event": (good(), {"event": "7"}, ["y", 'no value "7"', '"0" (40), "1" (20)']),
    "event of another spelling": (good(y=["no", "yes"] * 30), {"event": "Yes"}, ["y", 'no value "Yes"', '"yes" (30)']),
    "missing outcome": (with_cell("y", 3, None), {}, ["missing values in 1 of 60 rows", "y 1", "drop"]),
    "missing values": (
        good(age=[None, *AGE[1:]], mg=[*MAGNESIUM[:-2], float("nan"), "NA"]),
        {},
        ["missing values in 3 of 60 rows: age 1, mg 2", "drop"],
    ),
    "all rows miss something": (
        good(age=[None] * 30 + AGE[30:], mg=MAGNESIUM[:30] + [None] * 30),
        {"missing": "drop"},
        ["no row without a missing value", "age 30, mg 30", "Leave out the columns"],
    ),
    "one class after dropping": (
        good(age=[None if event else value for event, value in zip(OUTCOME, AGE, strict=True)]),
        {"missing": "drop"},
        ["y", "one class only"],
    ),
    "nan in an array": (good(age=np.array([np.nan, *AGE[1:]])), {}, ["age 1", "drop"]),
    "infinite in an array": (good(age=np.array([*AGE[:-1], -np.inf])), {}, ["age", "1 infinite value(s)", "row 60"]),
    "constant predictor": (good(k=[1.5] * N), {}, ["k", 'constant: "1.5" in all 60 rows', "Leave it out"]),
    "constant text": (good(k=["a"] * N), {}, ["k", 'constant: "a"']),
    "constant truth": (good(k=[True] * N), {}, ["k", 'constant: "True"']),
    "constant after dropping": (
        good(k=[*[1.0] * (N - 1), 2.0], age=[*AGE[:-1], None]),
        {"missing": "drop"},
        ["k", "constant", "59 rows"],
    ),
    "identifier": (good(id=[f"P{i:03}" for i in range(N)]), {}, ["id", "60 different texts in 60 rows", "P000"]),
    "identifier of few": (
        {"y": [0, 1] * 4, "id": list("abcdefgh")},
        {},
        ["id", "8 different texts in 8 rows", "leave it out"],
    ),
    "too many levels": (good(ward=[f"w{i % 20}" for i in range(N)]), {}, ["ward", "20 different texts", "group"]),
    "numbers as texts": (
        good(age=[str(a) for a in AGE]),
        {},
        ["age", "different texts", "Convert the texts to numbers"],
    ),
    "text marker": (good(sex=["f", "m"] * 30), {"markers": ["sex"]}, ["sex", 'holds text ("f")', "marker"]),
    "text risk": (good(p=["low", "high"] * 30), {"risks": ["p"]}, ["p", "holds text", "risk"]),
    "risk above 1": (good(), {"risks": ["age"]}, ["age", "goes from 50 to 80", "percentages"]),
    "risk a little above 1": (
        good(p=[1.0000000000000002, *[0.5] * (N - 1)]),
        {"risks": ["p"]},
        ["p", "0.5 to 1.0000000000000002"],
    ),
    "risk below 0": (good(p=[-0.1, *[0.5] * (N - 1)]), {"risks": ["p"]}, ["p", "goes from -0.1"]),
    "missing risk": (good(p=[None, *[0.5] * (N - 1)]), {"risks": ["p"]}, ["p 1"]),
    "text in a column of numbers": (
        with_cell("mg", 4, "low"),
        {},
        ["mg", 'text where numbers are expected: "low" in row 5'],
    ),
    "numbers among texts": (
        good(sex=[*["f", "m"] * 29, "f", 2]),
        {},
        ["sex", "mixes types: number, text", 'first number is "2" in row 60'],
    ),
    "truth among numbers": (good(k=[True, *AGE[1:]]), {}, ["k", "mixes types: boolean, number", "row 1"]),
    "dates of pandas": (good(d=pd.date_range("2020-01-01", periods=N)), {}, ["d", "dates or times", "duration"]),
    "dates of Python": (good(d=[date(2020, 1, 1)] * N), {}, ["d", "dates or times"]),
    "durations": (good(d=pd.to_timedelta(range(N), unit="D")), {}, ["d", "dates or times"]),
    "complex": (good(z=np.ones(N) * 1j), {}, ["z", "complex numbers", "real numbers"]),
    "complex objects": (good(z=[1j] * N), {}, ["z", "complex numbers"]),
    "lists": (good(z=[[1, 2]] * N), {}, ["z", "holds a list in row 1", "one number or label"]),
    "dictionaries": (good(z=[1.0, {"a": 1}] * 30), {}, ["z", "holds a dict in row 2"]),
    "bytes": (good(z=[b"a"] * N), {}, ["z", "type bytes", "numbers or labels"]),
    "whole numbers no double holds": (good(z=[2**53 + 1] * N), {}, ["z", "no double holds", "9007199254740993"]),
    "huge whole numbers": (good(z=[10**400] * N), {}, ["z", "no double holds", "row 1"]),
    "array of whole numbers no double holds": (
        good(z=np.arange(N, dtype=np.int64) + 2**60),
        {},
        ["z", "no double holds", "1152921504606846977 in row 2"],
    ),
    "long doubles that no double holds": (
        good(z=np.arange(N, dtype=np.longdouble) / 3),
        {},
        ["z", "no double holds", "row 2"],
    ),
    "columns of different lengths": (good(z=[1, 2, 3]), {}, ["different lengths", "y 60", "z 3"]),
    "a number for a column": (good(z=3), {}, ["z", "no column", "one value per patient"]),
    "a text for a column": (good(z="abc"), {}, ["z", "is a str"]),
    "a matrix for a column": (good(z=np.ones((N, 2))), {}, ["z", "2 dimensions"]),
    "no rows": ({"y": [], "age": []}, {}, ["has no rows"]),
    "no columns": ({}, {}, ["has no rows"]),
    "colliding design columns": (
        {"y": OUTCOME, "race": ["a", "b"] * 30, "race[b]": AGE},
        {},
        ["race[b]", "two design columns", "Rename"],
    ),
    "no name": ({"y": OUTCOME, "": AGE}, {}, ["column 2", "has no name"]),
}


@pytest.mark.parametrize("name", BAD_FRAMES)
def test_bad_frame(name: str) -> None:
    data, words, expected = BAD_FRAMES[name]
    with pytest.raises(InputError) as raised:
        Cohort.from_frame(data, **({"outcome": "y"} | words))
    for text in expected:
        assert text in str(raised.value)
    assert raised.value.hint or name == "unknown rule for missing values"


@pytest.mark.parametrize("frame", [None, 3, "data.csv", np.ones((3, 2)), [1, 2], pd.Series([1, 2])])
def test_what_is_no_frame(frame: Any) -> None:
    with pytest.raises(InputError, match=r"no data frame.*pandas or a polars"):
        Cohort.from_frame(frame, outcome="y")


def test_lazy_frame_is_asked_to_collect() -> None:
    with pytest.raises(InputError, match=r"LazyFrame.*collect\(\)"):
        Cohort.from_frame(pl.DataFrame(good()).lazy(), outcome="y")


def test_missing_values_are_counted_per_column_and_dropped_on_demand() -> None:
    data = good(age=[None, None, *AGE[2:]], mg=[None, *MAGNESIUM[1:-1], float("nan")])
    with pytest.raises(InputError, match="3 of 60 rows: age 2, mg 2"):
        Cohort.from_frame(data, outcome="y")
    cohort = Cohort.from_frame(data, outcome="y", missing="drop")
    assert (cohort.rows_read, cohort.rows_dropped, cohort.outcome.size) == (60, 3, 57)
    assert cohort.outcome.tolist() == OUTCOME[2:-1]
    assert "60 rows read, 3 dropped for missing values" in cohort.describe()
    # a gap in a column that is not used costs nothing
    assert Cohort.from_frame(data | {"y": OUTCOME}, outcome="y", predictors=[]).rows_dropped == 0


def test_defects_of_unused_columns_are_no_matter(tmp_path: Path) -> None:
    path = write(
        tmp_path, "id,,born,d,d,mg,y\n" + "".join(f"P{i},{i},2020-01-0{i},1,1,0.{i},{i % 2}\n" for i in range(1, 9))
    )
    cohort = Cohort.from_file(path, outcome="y", predictors=["mg"])
    assert cohort.predictors == ("mg",)
    assert cohort.x[:, 0].tolist() == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]
