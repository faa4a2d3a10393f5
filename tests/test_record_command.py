"""What ``crosscheck record`` stores, keeps and refuses."""

from __future__ import annotations

import importlib
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crosscheck_r import recorded
from crosscheck_r.paths import fixture_root
from crosscheck_r.session import RSession

# the command of the same name hides the module as an attribute of its package
command: Any = importlib.import_module("crosscheck_r.cli.record")
pytestmark = pytest.mark.live

ONLY = "roc/tiny--auc--*"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(fixture_root() / "r" / "roc", tmp_path / "r" / "roc")
    shutil.copy(fixture_root() / "r" / "stacks.json", tmp_path / "r" / "stacks.json")
    monkeypatch.setattr(recorded, "fixture_root", lambda: tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def files(store: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in (store / "r").rglob("*.json")}


def record(accept: str | None = None, only: str = ONLY) -> int:
    return command.record(only, None, accept, "rscript")


def test_what_r_says_again_is_not_written_again(store: Path) -> None:
    assert record() == 0
    before = files(store)
    assert record() == 0
    assert files(store) == before


def test_a_change_of_r_is_refused_without_a_reason(
    store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record()
    original = RSession.call

    def other(self: RSession, function: str, *arguments: object, **options: object) -> object:
        result = original(self, function, *arguments, **options)  # type: ignore[arg-type]
        if function == "roc.R::auc":
            result.value["auc"] = np.nextafter(result.value["auc"], 2.0)
        return result

    monkeypatch.setattr(RSession, "call", other)
    before = files(store)
    assert record() == 1
    assert "refused" in capsys.readouterr().out
    assert files(store) == before
    assert record(accept="pROC rounds otherwise") == 0
    assert any(b"pROC rounds otherwise" in content for content in files(store).values())


def test_a_missing_package_keeps_the_record_and_says_so(
    store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(RSession, "packages", lambda self: {"pROC": None})
    before = files(store)
    assert record() == 0
    assert "not installed" in capsys.readouterr().out
    assert files(store) == before


def test_a_failed_call_keeps_the_record(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from crosscheck_r.errors import RCallFailed

    def fails(self: RSession, function: str, *_: object, **__: object) -> None:
        raise RCallFailed(function, "no")

    with RSession("rscript") as session:
        packages, provenance = session.packages(), session.provenance()
    monkeypatch.setattr(RSession, "packages", lambda self: packages)
    monkeypatch.setattr(RSession, "provenance", lambda self: provenance)
    monkeypatch.setattr(command, "_record_one", lambda *_: fails(None, "roc.R::auc"))  # type: ignore[arg-type, func-returns-value]
    before = files(store)
    assert record() == 1
    assert files(store) == before


def test_a_record_that_no_case_claims_is_pointed_out(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(next((store / "r" / "roc").glob("tiny--auc--*")), store / "r" / "roc" / "tiny--auc--gone")
    assert record() == 1
    assert "orphan" in capsys.readouterr().out
