"""Roles, codings, what is shown back, and what cannot be changed afterwards."""

from __future__ import annotations

import csv
import io
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
EVIL = (
    'x);system("touch pwned")',
    "<script>alert(1)</script>",
    "a\nb",
    "😀",
    "a'b\"c`d$e\\f",
    "race[other]",
    "x:higher",
    " ",
    "1",
    "\udc80",
    "\x1b[31mred",
)


def good(**changes: Any) -> dict[str, Any]:
    return {"y": list(OUTCOME), "age": list(AGE), "mg": list(MAGNESIUM)} | changes


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


@pytest.mark.parametrize(
    ("values", "event", "expected"),
    [
        ([0, 1] * 30, None, "1"),
        ([0.0, 1.0] * 30, None, "1"),
        ([False, True] * 30, None, "True"),
        (["0", "1"] * 30, None, "1"),
        ([0, 1] * 30, "1.0", "1"),
        ([0, 1] * 30, 1, "1"),
        ([2, 1] * 30, "1", "1"),
        ([False, True] * 30, "true", "True"),
        ([False, True] * 30, "1", "True"),
        (["well", "ill"] * 30, "ill", "ill"),
        ([0.5, 1.5] * 30, "1.50", "1.5"),
    ],
)
def test_event(values: list[Any], event: Any, expected: str) -> None:
    cohort = Cohort.from_frame(good(y=values), outcome="y", event=event)
    assert cohort.event == expected
    assert cohort.outcome.tolist() == [0, 1] * 30
    assert cohort.outcome.dtype == np.int8


def test_event_may_be_the_zero() -> None:
    assert Cohort.from_frame(good(), outcome="y", event="0").outcome.tolist() == [1 - y for y in OUTCOME]


def test_text_predictors_become_contrasts_against_a_reported_level() -> None:
    race = ["white", "black", "other"] * 20
    cohort = Cohort.from_frame(good(race=race, smoker=[True, False] * 30), outcome="y")
    assert cohort.predictors == ("age", "mg", "race[other]", "race[white]", "smoker")
    assert cohort.x[:3, 2:].tolist() == [[0, 1, 1], [0, 0, 0], [1, 0, 1]]
    said = cohort.describe()
    assert "levels black (20), other (20), white (20); reference black" in said
    assert "True is 1, False is 0" in said


@pytest.mark.parametrize(
    "column",
    [
        pd.Categorical(["white", "black", "other"] * 20, categories=["white", "unseen", "other", "black"]),
        pl.Series(["white", "black", "other"] * 20, dtype=pl.Enum(["white", "unseen", "other", "black"])),
    ],
)
def test_stated_order_of_levels_is_kept(column: Any, tmp_path: Path) -> None:
    frame = pd.DataFrame(good()) if isinstance(column, pd.Categorical) else pl.DataFrame(good())
    frame = frame.assign(race=column) if isinstance(frame, pd.DataFrame) else frame.with_columns(column.alias("race"))
    cohort = Cohort.from_frame(frame, outcome="y", predictors=["race"])
    assert cohort.predictors == ("race[other]", "race[black]")
    if isinstance(frame, pd.DataFrame):
        frame.to_parquet(tmp_path / "a.parquet")
        assert (
            Cohort.from_file(tmp_path / "a.parquet", outcome="y", predictors=["race"]).predictors == cohort.predictors
        )


def test_categories_of_numbers_are_categories() -> None:
    stage = pd.Categorical([1, 2, 3] * 20)
    cohort = Cohort.from_frame(pd.DataFrame(good(stage=stage)), outcome="y", predictors=["stage"])
    assert cohort.predictors == ("stage[2]", "stage[3]")
    assert "stage holds numbers as labels; it is taken as categorical." in cohort.notes
    cut = pd.cut(pd.Series(AGE), [0, 60, 70, 100])
    assert len(Cohort.from_frame(pd.DataFrame(good(cut=cut)), outcome="y", predictors=["cut"]).predictors) == 2


def test_labels_mixed_with_numbers_are_noted(tmp_path: Path) -> None:
    path = write(tmp_path, text_of(good(stage=["1a", "1b", "2", "2a"] * 15)))
    cohort = Cohort.from_file(path, outcome="y")
    assert cohort.predictors[2:] == ("stage[1b]", "stage[2]", "stage[2a]")
    assert any("15 of 60 values of stage are numbers" in note for note in cohort.notes)


def test_direction_is_taken_as_stated_and_never_guessed_silently() -> None:
    cohort = Cohort.from_frame(good(), outcome="y", markers=["mg:lower", "age"])
    assert [(m.name, m.direction, m.stated) for m in cohort.markers] == [
        ("mg", "lower", True),
        ("age", "higher", False),
    ]
    assert any("Direction of age was not stated; higher" in note for note in cohort.notes)
    assert not any("mg" in note for note in cohort.notes)
    assert "mg: lower values indicate the event" in cohort.describe()
    # a column whose name ends in a direction is that column
    odd = Cohort.from_frame(good(**{"mg:lower": AGE}), outcome="y", markers=["mg:lower", "mg:lower:lower"][:1])
    assert odd.markers[0].name == "mg:lower"
    assert odd.markers[0].values.tolist() == AGE


def test_default_predictors_are_what_has_no_other_role() -> None:
    data = good(p=[0.5, 0.4] * 30, fracture=[0, 0, 1] * 20)
    cohort = Cohort.from_frame(data, outcome="y", markers=["mg:lower"], risks=["p"], secondary=["fracture"])
    assert cohort.predictors == ("age", "mg")
    assert cohort.risks["p"].tolist() == data["p"]
    assert cohort.secondary["fracture"].tolist() == data["fracture"]
    assert [c.role for c in cohort.columns] == ["outcome", "predictor", "predictor", "risk", "secondary"]
    assert "secondary fracture: 20 events" in cohort.describe()
    assert Cohort.from_frame(data, outcome="y", predictors=[]).x.shape == (60, 0)


def test_description_counts_distinct_values_ties_and_repeated_rows() -> None:
    data = {
        "y": [0, 1, 0, 1, 0],
        "v": [1.0, 2.0, 1.0, 2.5, 1.0],
        "w": [3.0, 2.0, 3.0, 1.0, 3.0],
        "t": ["a", "b", "a", "b", "a"],
    }
    cohort = Cohort.from_frame(data, outcome="y")
    by_name = {c.name: c for c in cohort.columns}
    assert (by_name["v"].distinct, by_name["v"].tied, by_name["v"].detail) == (3, 3, "1 to 2.5")
    assert (by_name["t"].distinct, by_name["t"].tied, by_name["t"].kind) == (2, 5, "text")
    assert "2 row(s) repeat another row in all used columns." in cohort.notes
    assert '5 patients, 2 with y = "1", 3 without' in cohort.describe()


def test_what_a_model_has_to_diagnose_is_no_defect_of_a_cohort() -> None:
    generator = np.random.default_rng(3)
    wide: dict[str, Any] = {"y": [0, 1] * 5} | {f"g{j}": generator.normal(size=10) for j in range(30)}
    assert Cohort.from_frame(wide, outcome="y").x.shape == (10, 30)
    separated = good(s=[3.0 * y for y in OUTCOME], twice=[2 * a for a in AGE])
    assert Cohort.from_frame(separated, outcome="y").x.shape == (60, 4)


def test_arrays_are_read_only_contiguous_and_copies() -> None:
    age = np.array(AGE)
    cohort = Cohort.from_frame(good(age=age, p=np.full(N, 0.5)), outcome="y", markers=["age"], risks=["p"])
    for array in (cohort.x, cohort.outcome, cohort.markers[0].values, cohort.risks["p"]):
        assert not array.flags.writeable
        assert array.flags.c_contiguous
    age[0] = -1.0
    assert cohort.x[0, 0] == cohort.markers[0].values[0] == AGE[0]
    assert cohort.x.dtype == np.float64
    with pytest.raises(AttributeError):
        cohort.name = "other"  # type: ignore[misc]


def test_hash_sees_every_name_value_and_direction() -> None:
    words: dict[str, Any] = {"outcome": "y", "markers": ["mg:lower"], "risks": ["p"], "secondary": ["f"]}
    data = good(p=[0.25, 0.5] * 30, f=[0, 1] * 30)
    base = Cohort.from_frame(data, **words).input_hash
    assert Cohort.from_frame(data, **words, name="another").input_hash == base
    changed = [
        (data | {"age": [np.nextafter(AGE[0], 99.0), *AGE[1:]]}, words),
        (data | {"p": [0.5, 0.25] * 30}, words),
        (data | {"f": [1, 0] * 30}, words),
        (data | {"y": OUTCOME[1:] + OUTCOME[:1]}, words),
        (data | {"mg": [-0.0, *MAGNESIUM[1:]]}, words),
        (data | {"mg": [0.0, *MAGNESIUM[1:]]}, words),
        ({("years" if k == "age" else k): v for k, v in data.items()}, words),
        ({("z" if k == "y" else k): v for k, v in data.items()}, words | {"outcome": "z"}),
        (data, words | {"markers": ["mg:higher"]}),
        (data, words | {"markers": []}),
        (data, words | {"event": "0"}),
        (data, words | {"predictors": ["mg", "age"]}),
    ]
    hashes = [Cohort.from_frame(d, **w).input_hash for d, w in changed]
    assert len({base, *hashes}) == len(hashes) + 1


@pytest.mark.parametrize("name", EVIL)
def test_names_are_data(name: str, tmp_path: Path) -> None:
    cohort = Cohort.from_frame({"y": OUTCOME, name: AGE}, outcome="y", markers=[f"{name}:lower"])
    assert cohort.predictors == (name,)
    assert cohort.markers[0].name == name
    assert len(cohort.input_hash) == 64
    with pytest.raises(InputError) as raised:
        Cohort.from_frame({"y": OUTCOME, name: [1.0] * N}, outcome="y")
    assert raised.value.argument == name
    # on one line, encodable, and nothing that steers a terminal
    assert str(raised.value).encode("utf-8").decode().isprintable()
    if (name.strip() and name.isprintable()) or name == "a\nb":
        path = write(tmp_path, text_of({"y": OUTCOME, name: AGE}))
        assert Cohort.from_file(path, outcome="y").predictors == (name,)
