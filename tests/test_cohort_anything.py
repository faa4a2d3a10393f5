"""Whatever is fed in ends in a cohort or in an InputError, never in another exception."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from validation.cohort import Cohort
from validation.errors import InputError


def write(folder: Path, content: str | bytes, name: str = "data.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


NAMES = st.text(st.characters(codec=None, exclude_categories=()), max_size=8)
CELLS = st.one_of(
    st.floats(), st.integers(-3, 3), st.integers(), st.booleans(), st.none(), st.text(max_size=4), st.dates(),
    st.binary(max_size=2), st.decimals(), st.complex_numbers(), st.lists(st.integers(), max_size=2),
    st.just(pd.NA), st.just(pd.NaT),
    st.sampled_from(["yes", "no", "TRUE", "1,5", "2020-01-01", "NA"]),
)  # fmt: skip
#: columns of five rows, some of which a cohort can have
COLUMNS = st.one_of(
    st.lists(CELLS, min_size=5, max_size=5),
    st.permutations([0, 1, 1, 0, 1]),
    st.permutations(["yes", "no", "no", "yes", "no"]),
    st.lists(st.floats(-5, 5), min_size=5, max_size=5),
    st.lists(st.sampled_from(["a", "b", None]), min_size=5, max_size=5),
)
RELAXED = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


def a_cohort_or_input_error(make: Callable[[], Cohort]) -> None:
    try:
        cohort = make()
    except InputError as error:
        if not str(error).isprintable():
            raise
        return
    n = cohort.outcome.size
    assert set(cohort.outcome.tolist()) == {0, 1}
    assert cohort.x.shape == (n, len(cohort.predictors))
    assert np.isfinite(cohort.x).all()
    assert all(marker.values.shape == (n,) and np.isfinite(marker.values).all() for marker in cohort.markers)
    assert cohort.rows_read == n + cohort.rows_dropped
    assert len(set(cohort.predictors)) == len(cohort.predictors)
    assert cohort.describe()
    assert len(cohort.input_hash) == 64


@given(
    st.dictionaries(NAMES, COLUMNS | st.lists(CELLS, max_size=6), min_size=1, max_size=4),
    st.lists(NAMES, max_size=1),
    st.sampled_from([None, "1", "yes", "a"]),
    st.sampled_from(["refuse", "drop"]),
    st.data(),
)
@RELAXED
def test_any_mapping(columns: dict[str, Any], extra: list[str], event: str | None, missing: str, data: Any) -> None:
    names = st.sampled_from([*columns, *extra])
    outcome = data.draw(names)
    predictors = data.draw(st.one_of(st.none(), st.lists(names, max_size=3)))
    markers = data.draw(st.lists(names.map(lambda n: n + ":lower") | names, max_size=2))
    a_cohort_or_input_error(
        lambda: Cohort.from_frame(
            columns, outcome=outcome, event=event, predictors=predictors, markers=markers, missing=missing
        )
    )


@given(st.lists(st.tuples(NAMES, COLUMNS), min_size=1, max_size=3), st.data())
@RELAXED
def test_any_pandas_frame(pairs: list[tuple[str, list[Any]]], data: Any) -> None:
    frame = pd.concat([pd.Series(values, dtype=object) for _, values in pairs], axis=1)
    frame.columns = pd.Index([name for name, _ in pairs], dtype=object)
    frame["y"] = [0, 1, 0, 1, 1]
    if data.draw(st.booleans()):
        frame = frame.infer_objects()
    missing = data.draw(st.sampled_from(["refuse", "drop"]))
    a_cohort_or_input_error(lambda: Cohort.from_frame(frame, outcome="y", missing=missing))


PIECES = st.sampled_from(
    ["1", "0", "-2.5", "1e400", "NA", "a", "é", '"', '""', ",", ";", "\t", "\n", "\r\n", " ", "\ufeff"]
)
ROWS = st.lists(st.tuples(st.sampled_from("01"), PIECES), max_size=4).map(lambda rows: "\n".join(map(",".join, rows)))


@given(content=st.binary(max_size=60) | (ROWS | st.lists(PIECES, max_size=20).map("".join)).map(str.encode))
@RELAXED
def test_any_bytes_as_a_text_file(content: bytes, tmp_path: Path) -> None:
    path = write(tmp_path, b"y,a\n1,2\n0,3\n" + content)
    a_cohort_or_input_error(lambda: Cohort.from_file(path, outcome="y", missing="drop"))
    path = write(tmp_path, content)
    a_cohort_or_input_error(lambda: Cohort.from_file(path, outcome="y"))


@given(
    suffix=st.sampled_from(["csv.gz", "parquet", "xlsx", "dta", "sav", "sas7bdat", "xpt", "por"]),
    content=st.binary(min_size=1, max_size=60),
)
@settings(parent=RELAXED, max_examples=60)
def test_any_bytes_as_another_file(suffix: str, content: bytes, tmp_path: Path) -> None:
    path = write(tmp_path, content, f"data.{suffix}")
    a_cohort_or_input_error(lambda: Cohort.from_file(path, outcome="y"))


@given(
    names=st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=5).map(
            str.strip
        ),
        min_size=2,
        max_size=4,
        unique=True,
    ),
    delimiter=st.sampled_from([",", ";", "\t"]),
    data=st.data(),
)
@RELAXED
def test_any_written_table_keeps_its_names_and_numbers(
    names: list[str], delimiter: str, data: Any, tmp_path: Path
) -> None:
    row = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=len(names), max_size=len(names))
    rows = data.draw(st.lists(row, min_size=2, max_size=5))
    columns = [[row[j] for row in rows] for j in range(len(names))]
    table = io.StringIO()
    writer = csv.writer(table, delimiter=delimiter)
    writer.writerow(["the outcome", *names])
    writer.writerows([i % 2, *(column[i] for column in columns)] for i in range(len(rows)))
    path = write(tmp_path, table.getvalue(), "data.tsv" if delimiter == "\t" else "data.csv")
    make = lambda: Cohort.from_file(path, outcome="the outcome")  # noqa: E731
    a_cohort_or_input_error(make)
    if all(names) and all(len(set(column)) > 1 for column in columns):
        cohort = make()
        assert cohort.predictors == tuple(names)
        assert cohort.x.tobytes() == np.array(columns).T.copy().tobytes()
