"""The report of a run: complete, readable by programs, free of patients and of whatever a column name would execute."""

from __future__ import annotations

import csv
import dataclasses
import json
import math
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import crosscheck_r.run
from crosscheck_r.agreement import Labels, compare
from crosscheck_r.paths import r_root
from crosscheck_r.references import Missing, Reference, References
from crosscheck_r.report import write_report
from crosscheck_r.report.figures import draw, inline_svg
from crosscheck_r.report.files import slug
from crosscheck_r.report.numbers import decimals_for, full, p_value, plain
from crosscheck_r.report.privacy import WITHHELD, patient_sizes, public
from crosscheck_r.report.tables import csv_bytes, merge, page_table
from crosscheck_r.reproduce import write_reproducer
from crosscheck_r.run import Outcome, Run, count, run, value_of
from validation.cohort import Cohort
from validation.errors import InputError, NotEstimable
from validation.statistic import Case, Settings, Statistic, exact, registry

SCRIPT, CALL, FORMULA = "<script>alert(1)</script>", 'x);system("touch pwned")', "=cmd|' /C calc'!A0"
QUOTES = "a'b\"c`d$e\\f\u2028\x07"
NAMES = (CALL, SCRIPT, FORMULA, QUOTES)
OUTCOME, EVENT, COHORT = 'y"; q("no")', "<img src=x onerror=alert(2)>", "</title><script>alert(3)</script>"
MESSAGE = "R says <script>alert(4)</script>"


def cohort_of(n: int = 90, name: str = COHORT, seed: int = 3) -> Cohort:
    """Every measured value is unique in all its digits, so that it can be recognised anywhere."""
    generator = np.random.default_rng(seed)
    values = generator.uniform(100.0, 150.0, size=(n, len(NAMES)))
    y = (values[:, 0] + 25 * generator.normal(size=n) > np.median(values[:, 0])).astype(int)
    table = {column: values[:, j] for j, column in enumerate(NAMES)}
    table[OUTCOME] = [EVENT if event else "none" for event in y]
    return Cohort.from_frame(
        table,
        outcome=OUTCOME,
        event=EVENT,
        predictors=list(NAMES),
        markers=[f"{CALL}:higher", f"{SCRIPT}:lower", f"{QUOTES}:higher"],
        name=name,
    )


class Echo:
    """Stands in for R: gives Python's own numbers back, so that the output can be tested without R."""

    mode = "replay"

    def get(self, statistic: Statistic, cohort: str, case: Case) -> Reference | Missing:
        if statistic.name == "roc_test":
            return Missing(MESSAGE)
        try:
            result = statistic.compute(**case.arguments)
        except NotEstimable as error:
            return Missing(error.message)
        value = {name: value_of(result, name) for name in statistic.quantities}
        condition = {"kind": "warning", "class": "simpleWarning", "message": MESSAGE}
        return Reference(value, "recorded", "<b>stack</b>", (condition,))

    def provenance(self) -> Mapping[str, Any]:
        return {
            "<b>stack</b>": {"r": "4.2.2", "packages": {"pROC": '1.0"); system("touch pwned"); c("', "rms": "6.5.0"}}
        }

    def close(self) -> None:
        return None


def run_all(cohort: Cohort, references: References, packages: tuple[str, ...] = (), **options: Any) -> Run:
    """Every statistic (of some packages); certified values take long and change no file of the report."""
    quick = {
        name: dataclasses.replace(statistic, certified=None)
        for name, statistic in registry().items()
        if not packages or statistic.package in packages
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crosscheck_r.run, "registry", lambda: quick)
        return run(cohort, Settings(bootstraps=10, folds=5), references, peers=False, **options)


@pytest.fixture(scope="module")
def finished() -> Run:
    references = Echo()
    header = {"kind": "header", "python": "3.11", "input_hash": "abc", "r": references.provenance()}
    return run_all(cohort_of(), references, header=header)


@pytest.fixture(scope="module")
def small(finished: Run) -> Run:
    """The same run with the areas alone, for what does not depend on the rest."""
    outcomes = tuple(outcome for outcome in finished.outcomes if outcome.statistic.name == "auc")
    rows = tuple(row for row in finished.rows if row.statistic == "auc")
    return dataclasses.replace(finished, outcomes=outcomes, rows=rows)


@pytest.fixture(scope="module")
def paths(finished: Run, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_report(finished, tmp_path_factory.mktemp("report") / "new" / "folder")


@pytest.fixture(scope="module")
def folder(paths: dict[str, Path]) -> Path:
    return paths["report.html"].parent


class Page(HTMLParser):
    """Elements of a page with their attributes and texts."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.unclosed: list[str] = []
        self.feed(text)
        self.close()

    VOID = frozenset({"meta", "input", "br", "img", "link", "hr"})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.unclosed.append(tag)

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1] not in ("script", "style"):
            self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        return " ".join(self.texts)


@pytest.fixture(scope="module")
def page(folder: Path) -> Page:
    return Page((folder / "report.html").read_text(encoding="utf-8"))


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def records(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "report.jsonl").read_text(encoding="utf-8").splitlines()]


def test_names_of_the_files_are_returned_and_exist(paths: dict[str, Path], folder: Path) -> None:
    assert {"report.html", "report.jsonl", "reproduce.R", "tables/agreement.csv"} <= set(paths)
    assert any(name.startswith("figures/") and name.endswith(".svg") for name in paths)
    assert files_below(folder.parent.parent) == {f"new/folder/{name}" for name in paths}
    assert records(folder)[-1]["files"] == sorted(paths)


def test_page_is_well_formed_and_fetches_nothing(page: Page) -> None:
    assert page.unclosed == []
    for tag, attributes in page.elements:
        for name in ("src", "href", "xlink:href", "action", "data", "srcset"):
            target = attributes.get(name)
            assert target is None or not re.match(r"[a-z]+:|//", target), (tag, target)
    style = [attributes.get("style") or "" for _, attributes in page.elements]
    assert not any("url(" in text and "url(#" not in text for text in style)
    assert page.all("link") == []


def test_nothing_from_data_becomes_markup(page: Page, folder: Path) -> None:
    # our own script is the only one, and no element has an event handler
    assert len(page.all("script")) == 1
    assert page.all("img") == []
    assert page.all("b") == []
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    for text in (*NAMES[:3], OUTCOME, EVENT, COHORT, MESSAGE):
        assert text in page.text, f"{text} is not shown"
    raw = (folder / "report.html").read_text(encoding="utf-8")
    assert "<script>alert" not in raw
    assert "<img" not in raw


def test_page_has_the_parts_that_a_reader_needs(page: Page, finished: Run) -> None:
    ids = [attributes["id"] for _, attributes in page.elements if attributes.get("id")]
    assert len(ids) == len(set(ids))
    assert {
        "analysed",
        "roc",
        "logistic",
        "lasso",
        "calibration",
        "decision-curve",
        "agreement",
        "software",
        "code",
    } <= {*ids}
    for attributes in page.all("a"):
        target = attributes.get("href") or ""
        assert not target.startswith("#") or target[1:] in ids
    assert "recorded results of earlier runs" in page.text
    assert "not compared" in page.text
    assert "auc <- function(" in page.text
    assert len([1 for a in page.all("tr") if "data-verdict" in a]) == len(finished.rows)


def test_page_is_accessible(page: Page) -> None:
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("h1")) == 1
    pictures = page.all("svg")
    assert len(pictures) >= 5
    for picture in pictures:
        assert picture["role"] == "img"
        assert len(picture["aria-label"] or "") > 10
    for header in page.all("th"):
        assert header["scope"] in ("col", "row", "rowgroup")


def test_absent_statistics_have_no_section(small: Run, tmp_path: Path) -> None:
    write_report(small, tmp_path)
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    ids = {attributes.get("id") for _, attributes in page.elements}
    assert "roc" in ids
    assert not {"logistic", "lasso", "calibration", "decision-curve"} & ids
    assert page.all("svg") == []


def test_what_does_not_agree_is_said_at_the_top(small: Run, tmp_path: Path) -> None:
    row = compare(Labels(COHORT, CALL, "auc"), "auc", exact(), 0.75, 0.7500001)
    assert row.verdict == "unexplained"
    write_report(dataclasses.replace(small, rows=(row, *small.rows)), tmp_path)
    text = Page((tmp_path / "report.html").read_text(encoding="utf-8")).text
    counts = count((row, *small.rows))
    assert f"{counts.failing} of {counts.compared} comparisons do not agree" in text
    assert text.index("What does not agree") < text.index("What was analysed")
    assert f"auc, {CALL}, default: auc is 0.75 where R has 0.7500001; unexplained: 4 ulp are allowed" in text


def test_a_run_without_anything_is_reported(finished: Run, tmp_path: Path) -> None:
    write_report(dataclasses.replace(finished, outcomes=(), rows=(), header={}, conditions=()), tmp_path)
    empty = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert empty.unclosed == []
    assert "Nothing in this report was compared with R" in empty.text
    assert not (tmp_path / "reproduce.R").exists()
    assert records(tmp_path)[-1]["compared"] == 0


def test_a_diagnosis_stands_where_the_numbers_would_be(small: Run, tmp_path: Path) -> None:
    message = f"{SCRIPT} separates the outcome"
    outcomes = tuple(
        dataclasses.replace(o, result=None, error=NotEstimable("separation", message, hint="Use Firth."))
        if o.statistic.name == "auc"
        else o
        for o in small.outcomes
    )
    write_report(dataclasses.replace(small, outcomes=outcomes), tmp_path)
    diagnosed = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert message in diagnosed.text
    assert len(diagnosed.all("script")) == 1
    assert not (tmp_path / "tables" / "auc.csv").exists()
    expected = {"kind": "diagnosis", "cause": "separation", "message": message, "hint": "Use Firth."}
    assert [record for record in records(tmp_path) if record["kind"] == "diagnosis"].count(expected) == 1


def test_a_picture_that_fails_costs_nothing_else(finished: Run, tmp_path: Path) -> None:
    @dataclasses.dataclass(frozen=True)
    class Broken:
        def plot(self, ax: Any = None) -> None:
            raise ValueError(SCRIPT)

        def _table(self) -> dict[str, list[Any]]:
            return {"estimate": [0.5]}

    outcome = next(o for o in finished.outcomes if o.statistic.name == "binormal_roc")
    write_report(dataclasses.replace(finished, outcomes=(dataclasses.replace(outcome, result=Broken()),)), tmp_path)
    text = Page((tmp_path / "report.html").read_text(encoding="utf-8")).text
    assert f"could not be drawn ({CALL}): ValueError: {SCRIPT}" in text
    assert (tmp_path / "tables" / "binormal-roc.csv").exists()


def test_no_figure_of_a_whole_run_fails(page: Page) -> None:
    assert "could not be drawn" not in page.text
    assert "could not be made" not in page.text


def test_log_has_header_rows_and_footer(folder: Path, finished: Run) -> None:
    header, *middle, footer = records(folder)
    assert header["kind"] == "header"
    assert (header["n"], header["seed"], header["mode"], header["input_hash"]) == (90, 1, "replay", "abc")
    assert "<b>stack</b>" in header["r"]
    rows = [record for record in middle if record["kind"] == "row"]
    assert len(rows) == len(finished.rows) == footer["rows"]
    fields = {field.name for field in dataclasses.fields(finished.rows[0])}
    assert all(set(row) == fields | {"kind"} for row in rows)
    assert footer["kind"] == "footer"
    own = [row for row in rows if row["implementation"] == "python"]
    assert footer["by_verdict"] == {
        verdict: sum(row["verdict"] == verdict for row in own) for verdict in {row["verdict"] for row in own}
    }
    assert footer["compared"] == sum(row["verdict"] != "not compared" for row in own)


def test_numbers_that_are_not_finite_stay_valid_json(small: Run, tmp_path: Path) -> None:
    labels = Labels("c", "k", "auc")
    rows = (compare(labels, "auc", exact(), math.inf, math.inf), compare(labels, "auc", exact(), math.nan, 1.0))
    write_report(dataclasses.replace(small, rows=rows), tmp_path)
    text = (tmp_path / "report.jsonl").read_text(encoding="utf-8")

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    found = [json.loads(line, parse_constant=refuse) for line in text.splitlines()]
    assert [record["value"] for record in found if record["kind"] == "row"] == ["Inf", "NaN"]


def forms(value: float) -> set[str]:
    return {repr(value), f"{value:.15g}", f"{value:.10g}", value.hex()}


def test_no_value_of_a_patient_reaches_page_log_or_figures(folder: Path, finished: Run) -> None:
    values = {float(v) for v in finished.cohort.x.reshape(-1)}
    secrets = set().union(*(forms(v) for v in values))
    shown = [folder / "report.html", folder / "report.jsonl", *(folder / "figures").glob("*.svg")]
    assert len(shown) > 5
    for path in shown:
        found = set(re.findall(r"[-+0-9.xpabcdef]+", path.read_text(encoding="utf-8")))
        assert not secrets & found, path.name


def test_no_predicted_risk_of_a_patient_reaches_the_log(folder: Path, finished: Run) -> None:
    sizes = patient_sizes(finished.cohort)
    assert {90, 91} <= sizes
    rows = [record for record in records(folder) if record["kind"] == "row"]
    per_patient = [row for row in rows if sizes & set(row["shape"])]
    assert per_patient
    for row in per_patient:
        assert row["value"] is row["reference"] is row["certified"] is None
        assert row["worst_index"] == []
        assert WITHHELD in row["reason"]


def test_entries_of_results_are_shown_and_entries_of_patients_are_not(finished: Run) -> None:
    sizes = patient_sizes(finished.cohort)
    labels = Labels("c", "k", "s")
    patients = compare(labels, "risk", exact(), np.full(90, 0.25), np.full(90, 0.5))
    table = compare(labels, "odds_ratio", exact(), np.full(5, 0.25), np.full(5, 0.5))
    hidden = public(patients, sizes)
    assert (hidden.value, hidden.reference, hidden.worst_index) == (None, None, ())
    assert (hidden.verdict, hidden.digits, hidden.n) == (patients.verdict, patients.digits, 90)
    assert public(table, sizes) == table


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_tables_hold_the_same_doubles(folder: Path, finished: Run) -> None:
    for name in ("auc", "optimal_cutoff", "roc_curve"):
        rows = read_csv(folder / "tables" / f"{slug(name)}.csv")
        expected: list[tuple[str, Any]] = []
        for outcome in finished.outcomes:
            if outcome.statistic.name == name and outcome.result is not None:
                for column, values in outcome.result._table().items():
                    expected += [(column, value) for value in values]
        found = {column for column, _ in expected}
        numbers = sorted(repr(v) for c, v in expected if isinstance(v, float))
        assert sorted(repr(float(row[c])) for row in rows for c in found if _is_float(row[c], expected, c)) == numbers


def _is_float(text: str, expected: list[tuple[str, Any]], column: str) -> bool:
    return isinstance(next(value for name, value in expected if name == column), float)


def test_csv_keeps_every_double_and_defuses_formulas() -> None:
    numbers = [0.1 + 0.2, 5e-324, 1.7976931348623157e308, -0.0, math.inf, -math.inf, math.nan, -1.5]
    texts = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", 'say "no", twice', "two\nlines", "größe"]
    parsed = list(csv.DictReader(csv_bytes({"number": numbers, "text": texts}).decode().splitlines(keepends=True)))
    for number, row in zip(numbers, parsed, strict=True):
        assert (math.isnan(number) and row["number"] == "NaN") or float(row["number"]).hex() == float(number).hex()
    assert [row["text"] for row in parsed[:5]] == ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1"]
    assert [row["text"] for row in parsed[5:]] == texts[5:]
    for path_cell in ("=x", "-x"):
        assert csv_bytes({path_cell: [1.0]}).decode().startswith("'")


def test_no_cell_of_a_report_starts_a_formula(folder: Path) -> None:
    for path in (folder / "tables").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                for cell in row:
                    if cell[:1] in ("=", "+", "@", "\t", "\r") or (cell[:1] == "-" and cell != "-"):
                        float(cell.replace("Inf", "inf"))


def test_tables_of_several_cases_are_merged_and_cut_to_a_page() -> None:
    columns = {"auc": [0.71234], "lower": [0.6], "upper": [0.8], "level": [0.95], "p_value": [0.00004]}
    merged = merge({"Mg": columns, "P": columns}, "Marker")
    table = page_table(merged, "Areas")
    assert table is not None
    assert table.headings == ("Marker", "AUC", "95% CI", "P")
    assert [cell.text for cell in table.rows[0]] == ["Mg", "0.712", "0.600 to 0.800", "<0.001"]
    assert table.rows[0][1].title == "0.71234"
    stated = page_table({"lower": [1.0], "upper": [2.0]}, "", level=0.9)
    assert stated is not None
    assert stated.headings == ("90% CI",)
    assert page_table({"x": list(range(1000))}, "long") is None
    assert page_table({}, "none") is None


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [(0.5, 3, "0.500"), (-1.25, 2, "−1.25"), (0.0004, 3, "0.0004"), (math.nan, 2, "–"), (-math.inf, 1, "−∞"),
     (None, 3, "–"), (7, 3, "7"), (True, 2, "yes"), ("word", 2, "word")],
)  # fmt: skip
def test_numbers_are_readable(value: Any, decimals: int, expected: str) -> None:
    assert plain(value, decimals) == expected


def test_full_numbers_are_exact_and_p_values_never_zero() -> None:
    assert float(full(0.1 + 0.2)) == 0.1 + 0.2
    assert (full(math.nan), full(-math.inf), full(None)) == ("NaN", "-Inf", "")
    assert (p_value(1e-300), p_value(0.0414), p_value(math.nan)) == ("<0.001", "0.041", "–")
    assert (decimals_for([0.5]), decimals_for([12.0]), decimals_for([1234.5]), decimals_for([])) == (3, 2, 0, 0)


@pytest.mark.parametrize("text", ["../../etc/passwd", "con", "", "a" * 500, SCRIPT, "ö\x00ß", "-rf"])
def test_file_names_hold_nothing_of_a_path(text: str) -> None:
    name = slug("table", text)
    assert re.fullmatch(r"table[a-z0-9-]*", name)
    assert len(name) <= 60


def test_figures_carry_texts_as_they_are_and_are_reproducible() -> None:
    texts = [SCRIPT, "$x_1$ and $", "a\x07b", "-->", '"quoted"', r"\frac{1}{2}"]

    def paint(ax: Any) -> None:
        for i, text in enumerate(texts):
            ax.plot([1, 10], [i, i + 1], label=text)
        ax.set(xscale="log", title=SCRIPT)
        ax.legend()

    first = draw(paint)
    assert draw(paint) == first
    root = ElementTree.fromstring(first)
    found = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert [text.replace("\x07", "\ufffd") for text in texts] == [t for t in found if t in texts or "\ufffd" in str(t)][
        -len(texts) :
    ]
    assert not [text for text in found if text and "mathdefault" in text]
    assert b"<script" not in first
    assert b"dc:date" not in first


def test_inlined_figures_do_not_share_ids() -> None:
    svg = draw(lambda ax: ax.plot([0, 1], [0, 1]))
    first, second = inline_svg(svg, "one", 'x"><script>'), inline_svg(svg, "two", "y")
    ids = [set(re.findall(r' id="([^"]+)"', text)) for text in (first, second)]
    assert ids[0]
    assert not ids[0] & ids[1]
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', first))
    assert used
    assert used <= ids[0]
    assert "<script" not in first


def test_same_run_gives_the_same_bytes(finished: Run, folder: Path, tmp_path: Path) -> None:
    for name, path in write_report(finished, tmp_path).items():
        assert path.read_bytes() == (folder / name).read_bytes(), name


def test_a_second_report_leaves_nothing_of_the_first_but_what_is_not_ours(
    finished: Run, small: Run, tmp_path: Path
) -> None:
    more = tuple(o for o in finished.outcomes if o.statistic.name in ("auc", "roc_curve"))
    first = write_report(dataclasses.replace(finished, outcomes=more), tmp_path)
    assert {"tables/roc-curve.csv", "figures/roc-curve-all-markers-1.svg"} <= set(first)
    (tmp_path / "tables" / "mine.csv").write_text("a\n", encoding="utf-8")
    paths = write_report(small, tmp_path)
    assert files_below(tmp_path) == set(paths) | {"tables/mine.csv"}


def test_a_forged_list_of_files_removes_nothing_elsewhere(small: Run, tmp_path: Path) -> None:
    target = tmp_path / "report"
    target.mkdir()
    precious = tmp_path / "precious.txt"
    precious.write_text("x", encoding="utf-8")
    forged = {"kind": "footer", "files": ["../precious.txt", "tables/../../precious.txt", str(precious), 7]}
    (target / "report.jsonl").write_text(json.dumps(forged), encoding="utf-8")
    write_report(small, target)
    assert precious.exists()


def test_a_folder_that_cannot_be_written_is_a_clear_error(small: Run, tmp_path: Path) -> None:
    (tmp_path / "tables").write_text("in the way", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be written"):
        write_report(small, tmp_path)
    assert not list(tmp_path.glob(".*.tmp"))


def test_reproducer_holds_code_of_ours_only(folder: Path) -> None:
    script = (folder / "reproduce.R").read_text(encoding="utf-8")
    for text in (*NAMES, OUTCOME, EVENT, COHORT, MESSAGE, "system(", "pwned"):
        assert text not in script
    assert (r_root() / "roc.R").read_text(encoding="utf-8").rstrip() in script
    assert "<<" not in script.replace("<<-", "")
    # a version that is none is left out
    assert 'rms = "6.5.0"' in script
    assert "pROC =" not in script.split("versions_then <- ")[1].split("\n")[0]


needs_r = pytest.mark.skipif(shutil.which("Rscript") is None, reason="Rscript is not installed")


def reproduce(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["Rscript", "--vanilla", str(folder / "reproduce.R"), *words],
        capture_output=True, text=True, check=False, cwd=folder.parent, timeout=300,
    )  # fmt: skip


def numbers_of(printed: str) -> Iterator[tuple[tuple[str, str, str], float]]:
    for line in printed.splitlines():
        parts = line.split("\t")
        if len(parts) == 6 and not line.startswith("#"):
            statistic, case, quantity, _, decimal, hexadecimal = parts
            value = math.nan if decimal in ("NA", "NaN") else float.fromhex(hexadecimal.lower())
            assert math.isnan(value) or float(decimal) == value
            yield (statistic, case, quantity), value


@pytest.mark.live
@needs_r
def test_reproducer_prints_the_numbers_of_the_session(tmp_path: Path) -> None:
    from crosscheck_r.references import open_references

    cohort = cohort_of(40)
    references = open_references("live")
    try:
        # those that R loads quickly
        live = run_all(cohort, references, ("pROC", "stats", "glmnet"))
    finally:
        references.close()
    target = tmp_path / "with blank and 'quote'"
    write_reproducer(live, target)
    done = reproduce(target, "--all")
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.rglob("pwned"))
    assert not Path("pwned").exists()
    printed: dict[tuple[str, str, str], list[float]] = {}
    for key, value in numbers_of(done.stdout):
        printed.setdefault(key, []).append(value)
    compared = 0
    for outcome in live.outcomes:
        for quantity in outcome.statistic.quantities if outcome.r_value else ():
            expected = (outcome.r_value or {}).get(quantity)
            if outcome.case.label == QUOTES or not isinstance(expected, np.ndarray):
                continue
            label = outcome.case.label.replace("\\", "\\\\").replace("\x07", "\\a")
            found = printed.get((outcome.statistic.name, label, quantity))
            if found is None:
                continue
            np.testing.assert_array_equal(np.array(found), np.asarray(expected, dtype=float).reshape(-1, order="F"))
            compared += 1
    assert compared > 50
    last = re.search(r"# (\d+) of (\d+) quantities have every bit", done.stdout)
    assert last is not None
    assert last[1] == last[2]
    assert int(last[2]) >= compared / 2


@pytest.mark.live
@needs_r
def test_reproducer_refuses_other_data(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy"
    shutil.copytree(folder, target)
    data = next((target / "reproduce_data").iterdir())
    content = bytearray(data.read_bytes())
    content[len(content) // 2] ^= 1
    data.write_bytes(bytes(content))
    changed = reproduce(target)
    assert changed.returncode != 0
    assert "not the one this script was written for" in changed.stderr
    data.unlink()
    missing = reproduce(target)
    assert missing.returncode != 0
    assert "not there" in missing.stderr


def test_outcome_of_the_run_is_what_the_report_reads() -> None:
    assert [field.name for field in dataclasses.fields(Outcome)] == [
        "statistic", "case", "compat", "result", "error", "r_value",
    ]  # fmt: skip
