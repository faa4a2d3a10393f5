"""Every format gives back the doubles that were written, its gaps, and its labels."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
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


TRICKY = np.array(
    [0.1, 1 / 3, 5e-324, 1.7976931348623157e308, -2.2250738585072014e-308, 0.30000000000000004, 1.0000000000000002,
     -0.0, 123456789.12345679, 9007199254740992.0, 1e22, 1e23, 8.41e21, 5.0e-7]
)  # fmt: skip


def tricky_frame() -> pd.DataFrame:
    generator = np.random.default_rng(5)
    bits = generator.integers(0, 2**63, 400, dtype=np.uint64)
    doubles = bits.view(np.float64)
    values = np.concatenate([TRICKY, doubles[np.isfinite(doubles)][:300], generator.normal(size=86)])
    return pd.DataFrame({"v": values, "y": (np.arange(values.size) % 2).astype(np.int64)})


def pandas_csv(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False)


def tabs(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, sep="\t")


def semicolons(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, sep=";", encoding="utf-8-sig", quoting=csv.QUOTE_ALL, lineterminator="\r\n")


#: largest value: Stata and SPSS reserve doubles near the limits for missing values, SAS's numbers have another exponent
LIMITS = {"a.dta": (0.0, 8e307), "a.sav": (0.0, 8e307), "a.por": (1e-60, 1e60), "a.xpt": (1e-70, 1e70)}


def moderate(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    low, high = LIMITS.get(name, (0.0, np.inf))
    return frame[frame["v"].abs().between(low, high)].reset_index(drop=True)


def statistical(writer: str) -> Callable[[pd.DataFrame, Path], None]:
    def write_it(frame: pd.DataFrame, path: Path) -> None:
        getattr(pytest.importorskip("pyreadstat"), writer)(moderate(frame, path.name), str(path))

    return write_it


def excel(frame: pd.DataFrame, path: Path) -> None:
    """Workbook with all 17 digits, as Excel itself stores them; Python's writers keep 16."""
    frame.assign(v=range(len(frame))).to_excel(path, index=False)
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    cell = re.compile(r'(<c r="A(\d+)"[^>]*><v>)\d+(</v>)')
    exact = cell.sub(lambda m: f"{m[1]}{frame['v'].tolist()[int(m[2]) - 2]!r}{m[3]}", parts[sheet].decode())
    with zipfile.ZipFile(path, "w") as book:
        for name, content in (parts | {sheet: exact.encode()}).items():
            book.writestr(name, content)


WRITERS: dict[str, Callable[[pd.DataFrame, Path], None]] = {
    "a.csv": pandas_csv,
    "a.csv.gz": pandas_csv,
    "a.tsv": tabs,
    "a.tsv.gz": tabs,
    "tabs.txt": tabs,
    "semicolons.CSV": semicolons,
    "a.parquet": lambda frame, path: frame.to_parquet(path),
    "polars.parquet": lambda frame, path: pl.from_pandas(frame).write_parquet(path),
    "a.xlsx": excel,
    "a.dta": statistical("write_dta"),
    "a.sav": statistical("write_sav"),
    "a.por": statistical("write_por"),
    "a.xpt": statistical("write_xport"),
}


@pytest.mark.parametrize("name", WRITERS)
def test_doubles_come_back_to_the_last_bit(name: str, tmp_path: Path) -> None:
    frame = tricky_frame()
    WRITERS[name](frame, tmp_path / name)
    upper = name == "a.por"  # these files know capital names only
    cohort = Cohort.from_file(tmp_path / name, outcome="Y" if upper else "y", markers=["V" if upper else "v"])
    written = moderate(frame, name)
    values = written["v"].to_numpy()
    assert len(values) > 90
    assert cohort.x[:, 0].tobytes() == values.tobytes()
    assert cohort.markers[0].values.tobytes() == values.tobytes()
    assert cohort.outcome.tolist() == written["y"].tolist()


@pytest.mark.parametrize(
    "convert",
    [
        lambda f: f,
        lambda f: f.to_dict("list"),
        lambda f: {name: f[name].to_numpy() for name in f},
        lambda f: f.astype(object),
        lambda f: f.convert_dtypes(),
        lambda f: f.convert_dtypes(dtype_backend="pyarrow"),
        pl.from_pandas,
        lambda f: pl.from_pandas(f).with_columns(pl.col("y").cast(pl.Boolean)),
        lambda f: f.assign(y=f["y"].astype(bool)),
        lambda f: f.assign(y=f["y"].astype("boolean")),
        lambda f: f.assign(y=f["y"].astype("category")),
        lambda f: f.assign(y=f["y"].astype(np.uint8)),
        lambda f: f.assign(v=f["v"].astype(pd.SparseDtype("float64"))),
        lambda f: f.assign(y=f["y"].astype(str)),
        lambda f: f.assign(y=[Decimal(int(v)) for v in f["y"]]),
    ],
)
def test_frames_of_every_make_give_the_same_cohort(convert: Callable[[pd.DataFrame], Any]) -> None:
    frame = tricky_frame()
    frame = frame[frame["v"] != 9007199254740992.0].reset_index(drop=True)
    expected = Cohort.from_frame(frame, outcome="y", markers=["v:lower"])
    assert Cohort.from_frame(convert(frame), outcome="y", markers=["v:lower"]).input_hash == expected.input_hash


def test_gaps_of_every_make_are_gaps(tmp_path: Path) -> None:
    frame = pd.DataFrame(good())
    frame.loc[3, "mg"] = np.nan
    expected = Cohort.from_frame(frame, outcome="y", missing="drop").input_hash
    makes = [
        frame.convert_dtypes(),
        frame.convert_dtypes(dtype_backend="pyarrow"),
        frame.astype(object).where(frame.notna(), None),
        pl.from_pandas(frame),
        frame.assign(mg=pd.Series([pd.NA if np.isnan(v) else v for v in frame["mg"]], dtype=object)),
    ]
    assert {Cohort.from_frame(make, outcome="y", missing="drop").input_hash for make in makes} == {expected}
    for word in ("", "NA", "NaN", "n/a", ".", "NULL", " "):
        path = write(tmp_path, text_of(with_cell("mg", 3, word)))
        assert Cohort.from_file(path, outcome="y", missing="drop").input_hash == expected, word


def test_nullable_whole_numbers_with_gaps_are_not_rounded(tmp_path: Path) -> None:
    frame = pd.DataFrame(good(z=pd.array([None, *[2**53 + 1] * (N - 1)], dtype="Int64")))
    frame.to_parquet(tmp_path / "a.parquet")
    for make in (
        lambda: Cohort.from_frame(frame, outcome="y", missing="drop"),
        lambda: Cohort.from_frame(pl.from_pandas(frame), outcome="y", missing="drop"),
        lambda: Cohort.from_file(tmp_path / "a.parquet", outcome="y", missing="drop"),
    ):
        with pytest.raises(InputError, match="z: has numbers that no double holds: 9007199254740993 in row 2"):
            make()


def test_labels_of_stata_and_spss_replace_their_codes(tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    frame = pd.DataFrame(
        {"y": [1.0, 2.0] * 30, "race": [3.0, 1.0, 2.0] * 20, "dose": AGE, "grade": [1.0, 2.0, 3.0] * 20}
    )
    labels = {
        "y": {1.0: "alive", 2.0: "dead"},
        "race": {1.0: "white", 2.0: "black", 3.0: "other"},
        "dose": {-9.0: "unknown"},
        "grade": {1.0: "low", 2.0: "high"},
    }
    pyreadstat.write_sav(frame, str(tmp_path / "a.sav"), variable_value_labels=labels)
    as_whole = frame.astype({"y": "int32", "race": "int32"})
    whole = {name: {int(code): label for code, label in labels[name].items()} for name in ("y", "race")}
    pyreadstat.write_dta(as_whole, str(tmp_path / "a.dta"), variable_value_labels=whole)
    for name in ("a.sav", "a.dta"):
        cohort = Cohort.from_file(tmp_path / name, outcome="y", event="dead")
        # the reference is the first code, as R's as_factor has it, not the first word
        assert cohort.predictors == ("race[black]", "race[other]", "dose", "grade")
        assert cohort.outcome.tolist() == [0, 1] * 30
        assert cohort.x[:3].tolist() == [[0, 1, AGE[0], 1], [0, 0, AGE[1], 2], [1, 0, AGE[2], 3]]


def test_workbook_with_blank_rows_and_more_sheets(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "patients"
    for row in (
        [],
        ["y", "mg", None],
        [0, 0.71, None],
        [],
        [1, 0.72, None],
        [1, "low", None],
        [0, 0.7, None],
        [0, 0.9, None],
    ):
        sheet.append(row)
    book.create_sheet("notes").append(["anything"])
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(InputError, match='mg: has text where numbers are expected: "low" in row 6 of the sheet'):
        Cohort.from_file(tmp_path / "a.xlsx", outcome="y")
    sheet["B6"] = 0.75
    book.save(tmp_path / "a.xlsx")
    cohort = Cohort.from_file(tmp_path / "a.xlsx", outcome="y")
    assert cohort.x[:, 0].tolist() == [0.71, 0.72, 0.75, 0.7, 0.9]
    assert 'Sheet "patients" was read, the first of 2.' in cohort.notes


@pytest.mark.parametrize(
    ("text", "names", "first"),
    [
        ("y,a\n1,2\n0,3\n", ("a",), 2.0),
        ("y;a, in units\n1;2\n0;3\n", ("a, in units",), 2.0),
        ('"a;b;c;d",y\n2,1\n3,0\n', ("a;b;c;d",), 2.0),
        ("\r\n\r\ny|a\r\n1|2\r\n0|3\r\n", ("a",), 2.0),
        ("y,a\r1,2\r0,3\r", ("a",), 2.0),
        ("y,a,\n1,2,\n0,3,\n", ("a",), 2.0),
        ('y,"a\nb"\n1,2\n\n0,3\n', ("a\nb",), 2.0),
        ('\ufeffy, "a ""quoted"" name"\n1,2\n0,3\n'.replace(', "', ',"'), ('a "quoted" name',), 2.0),
        ("y,a\n1, +2e0 \n0,3\n,\n", ("a",), 2.0),
    ],
)
def test_text_files_of_every_make(text: str, names: tuple[str, ...], first: float, tmp_path: Path) -> None:
    cohort = Cohort.from_file(write(tmp_path, text), outcome="y")
    assert cohort.predictors == names
    assert cohort.x[0, 0] == first
    assert cohort.outcome.tolist() == [1, 0]
