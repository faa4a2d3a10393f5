"""The command line as a user meets it: exit codes, clear messages, nothing executed, nothing lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from validation.statistic import registry

GOOD = (
    "y,age,mg\n"
    + "\n".join(f"{int(i % 3 == 0)},{50 + (7 * i) % 31},{0.7 + ((11 * i) % 23) / 100}" for i in range(60))
    + "\n"
)


def crosscheck(*words: str, cwd: Path, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "crosscheck_r", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env=os.environ | {"COLUMNS": "200"} | (environment or {}),
        timeout=300,
    )


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def changed(row: int, column: int, value: str) -> str:
    lines = [line.split(",") for line in GOOD.splitlines()]
    lines[row][column] = value
    return "\n".join(",".join(line) for line in lines) + "\n"


BAD: dict[str, tuple[Callable[[Path], None], list[str], str]] = {
    "missing file": (lambda p: None, [], "data.csv"),
    "folder": (lambda p: p.mkdir(), [], "data.csv"),
    "empty file": (lambda p: write(p, ""), [], "empty"),
    "header only": (lambda p: write(p, "y,age,mg\n"), [], "no rows"),
    "one class": (lambda p: write(p, GOOD.replace("\n1,", "\n0,")), [], "y"),
    "three classes": (lambda p: write(p, changed(1, 0, "2")), [], "event"),
    "missing value": (lambda p: write(p, changed(3, 1, "")), [], "age"),
    "nan": (lambda p: write(p, changed(3, 1, "NaN")), [], "age"),
    "infinite": (lambda p: write(p, changed(3, 1, "inf")), [], "age"),
    "text in a number column": (lambda p: write(p, changed(3, 2, "n/d?")), [], "mg"),
    "constant column": (
        lambda p: write(p, "\n".join(line + (",k" if i == 0 else ",1") for i, line in enumerate(GOOD.splitlines()))),
        [],
        "k",
    ),
    "duplicate column names": (lambda p: write(p, GOOD.replace("y,age,mg", "y,age,age")), [], "age"),
    "wrong encoding": (lambda p: p.write_bytes(GOOD.replace("age", "größe").encode("latin-1")), [], "encoding"),
    "binary": (lambda p: p.write_bytes(bytes(range(256)) * 4), [], "data.csv"),
    "ragged": (lambda p: write(p, GOOD + "1,2,3,4,5\n"), [], "data.csv"),
    "unknown outcome": (lambda p: write(p, GOOD), ["--outcome", "z"], "z"),
    "unknown event": (lambda p: write(p, GOOD), ["--event", "7"], "7"),
    "unknown predictor": (lambda p: write(p, GOOD), ["--predictors", "agee"], "age"),
    "unknown marker": (lambda p: write(p, GOOD), ["--marker", "nn:higher"], "nn"),
    "unknown direction": (lambda p: write(p, GOOD), ["--marker", "mg:sideways"], "sideways"),
    "risk outside 0 to 1": (lambda p: write(p, GOOD), ["--risk", "age"], "age"),
    "no bootstraps": (lambda p: write(p, GOOD), ["--bootstraps", "0"], "--bootstraps"),
    "unknown mode": (lambda p: write(p, GOOD), ["--mode", "dead"], "--mode"),
    "unknown missing rule": (lambda p: write(p, GOOD), ["--missing", "impute"], "--missing"),
    "report folder is a file": (
        lambda p: (write(p, GOOD), write(p.parent / "taken", ""))[0],
        ["--out", "taken"],
        "--out",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_ends_in_one_clear_message(name: str, tmp_path: Path) -> None:
    make, words, expected = BAD[name]
    make(tmp_path / "data.csv")
    outcome = [] if "--outcome" in words else ["--outcome", "y"]
    done = crosscheck("run", "data.csv", *outcome, "--mode", "replay", *words, cwd=tmp_path)
    said = done.stdout + done.stderr
    assert done.returncode == 2, said
    assert "Traceback" not in said
    assert said.count("crosscheck:") == 1
    assert expected in said


def test_unknown_option_is_a_usage_error(tmp_path: Path) -> None:
    done = crosscheck("run", "data.csv", "--outcom", "y", cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_help_is_quick_and_names_the_commands(tmp_path: Path) -> None:
    done = crosscheck("--help", cwd=tmp_path)
    assert done.returncode == 0
    assert {"run", "demo", "doctor", "record"} <= set(done.stdout.replace("│", " ").split())


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    script = (
        "import sys; from crosscheck_r.cli import app;"
        "heavy = ('numpy', 'scipy', 'pandas', 'sklearn', 'statsmodels', 'matplotlib', 'rpy2', 'numba');"
        "print([m for m in heavy if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.strip() == "[]"


def test_own_data_without_r_is_computed_and_said_not_to_be_compared(tmp_path: Path) -> None:
    write(tmp_path / "data.csv", GOOD)
    done = crosscheck("run", "data.csv", "--outcome", "y", "--bootstraps", "10", "--mode", "replay", cwd=tmp_path)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "Nothing could be compared with R" in done.stdout
    assert (tmp_path / "crosscheck-report" / "report.html").exists()


def test_r_demanded_and_not_there_is_exit_code_3(tmp_path: Path) -> None:
    write(tmp_path / "data.csv", GOOD)
    done = crosscheck(
        "run", "data.csv", "--outcome", "y", "--mode", "live", cwd=tmp_path, environment={"PATH": str(tmp_path)}
    )
    assert done.returncode == 3, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_demo_agrees_with_the_recorded_results(tmp_path: Path) -> None:
    done = crosscheck("demo", "--mode", "replay", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    folder = tmp_path / "crosscheck-report"
    lines = [json.loads(line) for line in (folder / "report.jsonl").read_text(encoding="utf-8").splitlines()]
    assert (lines[0]["kind"], lines[-1]["kind"]) == ("header", "footer")
    rows = [line for line in lines if line["kind"] == "row"]
    own = [row for row in rows if row["implementation"] == "python"]
    without_r = {statistic.name: statistic.no_r for statistic in registry().values() if statistic.r is None}
    assert {row["verdict"] for row in own if row["statistic"] not in without_r} <= {
        "identical",
        "agree",
        "R-limited",
        "definition differs",
    }
    # what R does not have is never counted as agreement, and the reason is the declared one
    for row in own:
        if row["statistic"] in without_r:
            assert (row["verdict"], row["reason"]) == ("not compared", without_r[row["statistic"]])
    assert {"report.html", "report.jsonl", "reproduce.R", "tables", "figures"} <= {p.name for p in folder.iterdir()}


@pytest.mark.live
def test_verify_holds_r_against_its_records(tmp_path: Path) -> None:
    done = crosscheck("demo", "tiny", "--mode", "verify", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [
        json.loads(line)
        for line in (tmp_path / "crosscheck-report" / "report.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert "live" in {row["reference_source"] for row in lines if row["kind"] == "row"}


EVIL = ('x);system("touch pwned")', "<script>alert(1)</script>", "a'b\"c`d$e\\f")


@pytest.mark.live
def test_names_are_data_everywhere(tmp_path: Path) -> None:
    generator = np.random.default_rng(1)
    frame = pd.DataFrame(generator.normal(size=(80, 3)).round(2), columns=list(EVIL))
    frame['y"; q("no")'] = (frame[EVIL[0]] + generator.normal(size=80) > 0).astype(int)
    frame.to_csv(tmp_path / "data.csv", index=False)
    done = crosscheck(
        "run", "data.csv", "--outcome", 'y"; q("no")', "--marker", f"{EVIL[0]}:higher", "--bootstraps", "20",
        "--mode", "live", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    script = subprocess.run(
        ["Rscript", "reproduce.R"], capture_output=True, text=True, check=False, cwd=tmp_path / "crosscheck-report"
    )
    assert script.returncode == 0, script.stderr
    assert not list(tmp_path.rglob("pwned"))
    page = (tmp_path / "crosscheck-report" / "report.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    for figure in (tmp_path / "crosscheck-report" / "figures").glob("*.svg"):
        assert "<script>alert" not in figure.read_text(encoding="utf-8")


@pytest.mark.live
def test_a_killed_worker_costs_one_call_and_not_the_run(tmp_path: Path) -> None:
    write(tmp_path / "data.csv", GOOD)
    command = [sys.executable, "-m", "crosscheck_r", "run", "data.csv", "--outcome", "y", "--mode", "live"]
    started = subprocess.Popen(
        [*command, "--backend", "rscript"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    killed = threading.Event()

    def kill() -> None:
        # wait for the first row on disk, then shoot every R process below the run
        partial = tmp_path / "crosscheck-report" / "report.jsonl.part"
        while not (partial.exists() and partial.read_text(encoding="utf-8").count("\n") > 3):
            time.sleep(0.02)
        for pid in descendants(started.pid):
            if "R" in Path(f"/proc/{pid}/comm").read_text(encoding="utf-8"):
                os.kill(pid, signal.SIGKILL)
                killed.set()

    shooter = threading.Thread(target=kill, daemon=True)
    shooter.start()
    said, complaint = started.communicate(timeout=300)
    assert killed.is_set()
    assert started.returncode in (0, 2), said + complaint
    assert "Traceback" not in complaint
    lines = [
        json.loads(line)
        for line in (tmp_path / "crosscheck-report" / "report.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    verdicts = {row["verdict"] for row in lines if row.get("implementation") == "python"}
    assert lines[-1]["kind"] == "footer"
    assert "identical" in verdicts


def descendants(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            if parent == pid:
                found += [int(entry.name), *descendants(int(entry.name))]
    return found
