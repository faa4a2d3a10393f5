"""Real public data that ship with an installed package, exported at run time, through the whole command line, live."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from validation.statistic import registry

pytestmark = pytest.mark.live

WITHOUT_R = {statistic.name for statistic in registry().values() if statistic.r is None}

EXPORT = {
    "birthwt": 'd <- MASS::birthwt; d$race <- c("white", "black", "other")[d$race]; d$bwt <- NULL',
    "Pima.te": "d <- MASS::Pima.te",
}


def export(name: str, folder: Path) -> Path:
    path = folder / f"{name}.csv"
    code = f"{EXPORT[name]}; write.csv(d, commandArgs(TRUE)[1], row.names = FALSE)"
    subprocess.run(["Rscript", "--vanilla", "-e", code, str(path)], check=True, capture_output=True)
    return path


def breast_cancer(n_predictors: int, folder: Path) -> Path:
    from sklearn.datasets import load_breast_cancer

    bunch = load_breast_cancer(as_frame=True)
    frame = bunch.data.iloc[:, :n_predictors].copy()
    frame["malignant"] = 1 - bunch.target
    path = folder / f"breast_cancer_{n_predictors}.csv"
    frame.to_csv(path, index=False)
    return path


def run(folder: Path, data: Path, *words: str) -> tuple[subprocess.CompletedProcess[str], list[dict[str, Any]]]:
    command = [sys.executable, "-m", "crosscheck_r", "run", str(data), "--mode", "live", "--bootstraps", "50", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, timeout=400)
    log = folder / "crosscheck-report" / "report.jsonl"
    rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []
    return done, [row for row in rows if row["kind"] == "row"]


CASES = {
    "birthwt": (lambda f: export("birthwt", f), ["--outcome", "low", "--marker", "lwt:lower", "--marker", "age:lower"]),
    "Pima.te": (lambda f: export("Pima.te", f), ["--outcome", "type", "--event", "Yes", "--marker", "glu:higher"]),
    "breast cancer, ten": (
        lambda f: breast_cancer(10, f),
        ["--outcome", "malignant", "--marker", "mean radius:higher", "--marker", "mean texture:higher"],
    ),
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name == "birthwt" else pytest.mark.thorough) for name in CASES]
)
def test_everything_is_compared_and_agrees(name: str, tmp_path: Path) -> None:
    make, words = CASES[name]
    done, rows = run(tmp_path, make(tmp_path), *words)
    assert done.returncode == 0, done.stdout + done.stderr
    own = [row for row in rows if row["implementation"] == "python"]
    assert len(own) > 100
    for row in own:
        assert row["verdict"] not in ("unexplained", "Python-limited")
        if row["verdict"] == "not compared":
            # rmda and brglm2 are not on every machine, lrm of rms 6.5 gives up where columns are large;
            # statistics without a function in R say so
            said = ("rmda", "brglm2", "lrm did not converge", "lrm of rms 6.5 fails")
            assert row["statistic"] in WITHOUT_R or any(word in row["reason"] for word in said), row
        else:
            assert row["digits"] is not None
    compared = {row["statistic"] for row in own if row["verdict"] != "not compared"}
    assert {"auc", "logistic_regression", "lasso_cv", "calibrate"} <= compared
    converged = [row for row in own if row["statistic"] == "logistic_regression" and row["quantity"] == "coefficients"]
    assert all(row["digits_value_certified"] >= 12 for row in converged if row["compat"] is None)


@pytest.mark.thorough
def test_separable_data_are_diagnosed_and_the_rest_is_reported(tmp_path: Path) -> None:
    done, rows = run(tmp_path, breast_cancer(30, tmp_path), "--outcome", "malignant", "--marker", "mean radius:higher")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "does not exist" in done.stdout
    assert "Traceback" not in done.stderr
    assert any(row["statistic"] == "auc" and row["verdict"] == "identical" for row in rows)
    assert (tmp_path / "crosscheck-report" / "report.html").exists()
