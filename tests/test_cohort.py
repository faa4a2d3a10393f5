"""Reading cohorts: doubles survive every format, every bad input has one clear error, shipped cohorts reproduce."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscheck_r.cohorts import cohort_facts, load_cohort, shipped_cohorts
from crosscheck_r.paths import fixture_root
from validation.cohort import Cohort
from validation.errors import InputError
from validation.simulate import SHIPPED, simulate_cohort, write_shipped

N = 40


def frame() -> pd.DataFrame:
    generator = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "ill": np.tile(["no", "yes"], N // 2),
            "age": generator.normal(60, 9, N),
            "mg": generator.normal(0.85, 0.07, N).round(2),
            "site": np.tile(["a", "b", "c", "a"], N // 4),
            "smoker": np.tile([True, False, False, True, False], N // 5),
        }
    )


def read(path: Path, **options: Any) -> Cohort:
    return Cohort.from_file(path, **({"outcome": "ill", "event": "yes", "markers": ["mg:lower"]} | options))


def test_every_format_gives_the_same_bytes(tmp_path: Path) -> None:
    import polars
    import pyreadstat

    data = frame()
    data.to_csv(tmp_path / "a.csv", index=False)
    data.to_csv(tmp_path / "b.tsv", index=False, sep="\t")
    data.to_csv(tmp_path / "c.csv", index=False, sep=";")
    data.to_csv(tmp_path / "d.csv.gz", index=False)
    data.to_parquet(tmp_path / "e.parquet")
    (tmp_path / "f.csv").write_bytes(b"\xef\xbb\xbf" + (tmp_path / "a.csv").read_bytes())
    coded = data.assign(smoker=data.smoker.astype(int))
    pyreadstat.write_dta(coded, str(tmp_path / "g.dta"))
    pyreadstat.write_sav(coded, str(tmp_path / "h.sav"))
    hashes = {read(path).input_hash for path in sorted(tmp_path.iterdir())}
    options: dict[str, Any] = {"outcome": "ill", "event": "yes", "markers": ["mg:lower"]}
    hashes.add(Cohort.from_frame(data, **options).input_hash)
    hashes.add(Cohort.from_frame(polars.DataFrame(data.to_dict("list")), **options).input_hash)
    assert len(hashes) == 1


def test_excel_is_read(tmp_path: Path) -> None:
    data = frame().assign(age=lambda d: d.age.round(3))
    data.to_excel(tmp_path / "a.xlsx", index=False)
    expected = Cohort.from_frame(data, outcome="ill", event="yes", markers=["mg:lower"]).input_hash
    assert read(tmp_path / "a.xlsx").input_hash == expected


def test_what_was_read_is_shown_back(tmp_path: Path) -> None:
    frame().to_csv(tmp_path / "a.csv", index=False)
    cohort = read(tmp_path / "a.csv", markers=["mg:lower", "age"])
    assert cohort.predictors == ("age", "mg", "site[b]", "site[c]", "smoker")
    said = cohort.describe()
    for words in (
        '20 with ill = "yes"',
        "levels a (20), b (10), c (10); reference a",
        "Direction of age was not stated",
    ):
        assert words in said
    assert [(m.name, m.direction, m.stated) for m in cohort.markers] == [
        ("mg", "lower", True),
        ("age", "higher", False),
    ]


def test_the_event_is_what_the_user_says() -> None:
    data = frame()
    yes = Cohort.from_frame(data, outcome="ill", event="yes")
    no = Cohort.from_frame(data, outcome="ill", event="no")
    assert np.array_equal(yes.outcome, 1 - no.outcome)
    coded = Cohort.from_frame(data.assign(ill=[1.0, 0.0] * (N // 2)), outcome="ill")
    assert coded.event == "1"
    assert Cohort.from_frame(data, outcome="smoker", event="true").event == "True"


def test_missing_rows_are_counted_and_dropped_only_on_demand() -> None:
    data = frame()
    data.loc[[3, 5], "age"] = np.nan
    data.loc[5, "site"] = None
    with pytest.raises(InputError, match="missing values: age 2, site 1"):
        Cohort.from_frame(data, outcome="ill", event="yes")
    dropped = Cohort.from_frame(data, outcome="ill", event="yes", missing="drop")
    assert (dropped.rows_read, dropped.rows_dropped, dropped.outcome.size) == (N, 2, N - 2)
    # a gap in a column that is not used costs nothing
    assert Cohort.from_frame(data, outcome="ill", event="yes", predictors=["mg"]).rows_dropped == 0


def test_arrays_cannot_be_changed() -> None:
    cohort = Cohort.from_frame(frame(), outcome="ill", event="yes")
    with pytest.raises(ValueError, match="read-only"):
        cohort.x[0, 0] = 1.0


def test_the_hash_sees_names_values_and_directions() -> None:
    data = frame()
    hashes = {
        Cohort.from_frame(d, outcome="ill", event="yes", markers=[m]).input_hash
        for d, m in [
            (data, "mg:lower"),
            (data, "mg:higher"),
            (data.rename(columns={"age": "years"}), "mg:lower"),
            (data.assign(age=data.age + 1e-13), "mg:lower"),
        ]
    }
    assert len(hashes) == 4


BAD_FRAMES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "one class": ({"ill": ["yes"] * N}, {}, "ill: has one class only"),
    "three values": ({"ill": ["yes", "no", "maybe", "no"] * (N // 4)}, {}, "ill: has 3 values"),
    "event not stated": ({}, {"event": None}, "--event VALUE"),
    "event not there": ({}, {"event": "YES"}, 'no value "YES"'),
    "infinite": ({"age": [np.inf] + [1.0, 2.0] * 19 + [3.0]}, {}, "age: has 1 infinite"),
    "constant": ({"age": [5.0] * N}, {}, "age: is constant"),
    "constant text": ({"site": ["a"] * N}, {}, "site: is constant"),
    "identifier": ({"site": [f"patient {i}" for i in range(N)]}, {}, "looks like an identifier"),
    "dates": ({"age": pd.date_range("2020-01-01", periods=N)}, {}, "age: holds dates"),
    "complex": ({"age": np.arange(N) + 1j}, {}, "age: holds complex"),
    "nested": ({"age": [[1, 2]] * N}, {}, "age: holds mixed or foreign"),
    "mixed": ({"age": ["x", 1.0] * (N // 2)}, {}, "age: holds mixed or foreign"),
    "text marker": ({}, {"markers": ["site:higher"]}, "cannot be a marker"),
    "unknown marker": ({}, {"markers": ["Mg:lower"]}, 'Did you mean "mg"'),
    "unknown direction": ({}, {"markers": ["mg:down"]}, 'unknown direction "down"'),
    "unknown predictor": ({}, {"predictors": ["agee"]}, 'Did you mean "age"'),
    "predictor twice": ({}, {"predictors": ["age", "age"]}, "listed twice"),
    "outcome as predictor": ({}, {"predictors": ["ill", "age"]}, "is the outcome"),
    "risk beyond one": ({}, {"risks": ["age"]}, "a risk lies between 0 and 1"),
    "text risk": ({}, {"risks": ["site"]}, "cannot be a risk"),
    "all rows missing": ({"age": [np.nan] * N}, {"missing": "drop"}, "no row without a missing value"),
    "missing rule": ({}, {"missing": "mean"}, "missing"),
    "no frame": ({}, {"frame": 7}, "no data frame"),
}


@pytest.mark.parametrize("name", BAD_FRAMES)
def test_bad_frames_have_one_clear_error(name: str) -> None:
    changes, options, says = BAD_FRAMES[name]
    options = {"outcome": "ill", "event": "yes"} | options
    data = options.pop("frame", frame().assign(**changes))
    with pytest.raises(InputError) as caught:
        Cohort.from_frame(data, **options)
    assert says in str(caught.value)


def test_duplicate_and_empty_names_are_refused() -> None:
    data = frame()
    with pytest.raises(InputError, match="more than one column"):
        Cohort.from_frame(data.set_axis(["ill", "age", "age", "site", "smoker"], axis=1), outcome="ill", event="yes")
    with pytest.raises(InputError, match="column 2: has no name"):
        Cohort.from_frame(data.set_axis(["ill", "", "mg", "site", "smoker"], axis=1), outcome="ill", event="yes")


GOOD = frame().to_csv(index=False)
BAD_FILES: dict[str, tuple[str, bytes, str]] = {
    "empty": ("a.csv", b"", "is empty"),
    "header only": ("a.csv", b"ill,age\n", "has no rows"),
    "latin-1": ("a.csv", GOOD.replace("site", "größe").encode("latin-1"), "byte 0xf6 in line 1"),
    "utf-16": ("a.csv", GOOD.encode("utf-16"), "UTF-16"),
    "binary": ("a.csv", bytes(range(256)), "no text file"),
    "ragged": ("a.csv", (GOOD + "yes,1\n").encode(), "has 2 cells in line 42"),
    "open quote": ("a.csv", (GOOD + '"yes,1,2,3,4\n').encode(), "is no table"),
    "text in numbers": ("a.csv", GOOD.replace("0.8,", "n/d?,", 1).encode(), "mg: has text where numbers are expected"),
    "decimal commas": ("a.csv", GOOD.replace(",", ";").replace(".", ",").encode(), "uses decimal commas"),
    "unknown extension": ("a.docx", b"x", "unknown extension"),
    "no parquet": ("a.parquet", b"PAR1nonsense", "no readable .parquet"),
    "no excel": ("a.xlsx", b"PK\x03\x04", "no readable .xlsx"),
    "no stata": ("a.dta", b"nonsense", "no readable .dta"),
    "no gzip": ("a.csv.gz", b"nonsense", "cannot be read"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_files_have_one_clear_error(name: str, tmp_path: Path) -> None:
    file, content, says = BAD_FILES[name]
    (tmp_path / file).write_bytes(content)
    with pytest.raises(InputError) as caught:
        read(tmp_path / file)
    assert says in str(caught.value)


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read(tmp_path / "nothing.csv")
    with pytest.raises(InputError, match="is a folder"):
        read(tmp_path)


cells = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.floats(), st.text(max_size=4), st.just(b"x"))


@given(
    st.dictionaries(st.text(max_size=6), st.lists(cells, min_size=6, max_size=6), min_size=1, max_size=4),
    st.text(max_size=6),
    st.one_of(st.none(), st.text(max_size=3)),
)
def test_anything_ends_in_a_cohort_or_one_of_our_errors(
    columns: dict[str, Any], outcome: str, event: str | None
) -> None:
    try:
        cohort = Cohort.from_frame(columns, outcome=outcome, event=event, markers=list(columns)[:1])
    except InputError:
        return
    assert np.isfinite(cohort.x).all()
    assert set(np.unique(cohort.outcome)) == {0, 1}


@given(st.binary(max_size=200))
def test_any_bytes_end_in_a_cohort_or_one_of_our_errors(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("c") / "a.csv"
    path.write_bytes(data)
    with pytest.raises(InputError):
        read(path)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=4, max_size=12))
def test_doubles_survive_a_text_file(tmp_path_factory: pytest.TempPathFactory, numbers: list[float]) -> None:
    if len(set(numbers)) < 2:
        return
    path = tmp_path_factory.mktemp("c") / "a.csv"
    lines = ["y,x", *(f"{i % 2},{number!r}" for i, number in enumerate(numbers))]
    path.write_text("\n".join(lines), encoding="utf-8")
    cohort = Cohort.from_file(path, outcome="y")
    assert cohort.x[:, 0].tobytes() == np.array(numbers).tobytes()


def test_shipped_cohorts_come_from_their_seed(tmp_path: Path) -> None:
    write_shipped(tmp_path)
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (fixture_root() / "cohorts" / path.name).read_bytes(), path.name


def test_the_model_cohort_has_the_shape_of_the_paper() -> None:
    cohort = load_cohort("osteoporosis")
    assert (cohort.outcome.size, int(cohort.outcome.sum())) == (496, 288)
    assert int(simulate_cohort(SHIPPED["osteoporosis"])["fracture"].sum()) == 31
    magnesium = cohort.markers[0]
    assert (magnesium.name, magnesium.direction) == ("Mg", "lower")
    assert np.array_equal(np.round(magnesium.values, 2), magnesium.values)
    assert np.unique(magnesium.values).size < 60
    assert shipped_cohorts()[0] == "osteoporosis"
    assert cohort_facts("osteoporosis")["secondary"] == ["fracture"]


def test_unknown_cohort_lists_the_shipped_ones() -> None:
    with pytest.raises(InputError, match="Shipped are osteoporosis"):
        load_cohort("nothing")


def test_impossible_designs_are_refused() -> None:
    import dataclasses

    design = SHIPPED["tiny"]
    with pytest.raises(InputError, match="events"):
        simulate_cohort(design, n=5)
    wrong = dataclasses.replace(_three(), correlations={("a", "b"): 0.9, ("b", "c"): 0.9, ("a", "c"): -0.9})
    with pytest.raises(InputError, match="belong to no distribution"):
        simulate_cohort(wrong)


def _three() -> Any:
    from validation.simulate import Design, Outcome, Variable

    variables = tuple(Variable(name, "", "", "normal", 0.0) for name in "abc")
    return Design("x", "x", 20, 1, variables, (Outcome("e", "", 8, {"a": 1.0}),), ())


def test_compressed_text_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(GOOD.encode()))
    assert read(tmp_path / "a.csv.gz").outcome.size == N
