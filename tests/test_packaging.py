"""Wheel and sdist carry the R files, templates, cohorts and recorded results."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(target), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return target


def expected(folder: Path, pattern: str) -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob(pattern) if path.is_file()}


def test_wheel_carries_all_that_a_user_needs(built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    code = expected(Path("crosscheck_r"), "*.R") | expected(Path("crosscheck_r/report/templates"), "*")
    code |= expected(Path("validation/audit/templates"), "*")
    assert code
    assert code <= names
    data = {f"crosscheck_r/{name}" for name in expected(Path("fixtures"), "*")}
    assert len(data) > 50
    assert data <= names
    assert {"validation/py.typed", "crosscheck_r/py.typed"} <= names
    # these two names belong to others
    assert not {name.split("/")[0] for name in names} & {"tests", "fixtures"}


def test_sdist_can_be_tested(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        names = {name.split("/", 1)[1] for name in sdist.getnames() if "/" in name}
    needed = expected(Path("fixtures"), "*") | expected(Path("tests"), "*.py") | expected(Path("crosscheck_r"), "*.R")
    assert needed <= names
    assert {"noxfile.py", "pyproject.toml", "LICENSE", "README.md"} <= names


def test_the_installed_wheel_finds_its_data(built: Path, tmp_path: Path) -> None:
    target = tmp_path / "site"
    wheel = next(built.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    # -I keeps the checkout and an editable install off the path, then only the unpacked wheel is put on it
    script = (
        f"import sys; sys.path[:] = [{str(target)!r}] + [p for p in sys.path if 'crosscheck' not in p];"
        "sys.meta_path[:] = [f for f in sys.meta_path if 'editable' not in str(f).lower()];"
        "from crosscheck_r.paths import fixture_root, r_root; from crosscheck_r.cohorts import load_cohort;"
        "print(fixture_root()); print(load_cohort('osteoporosis').outcome.size)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", script], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    root, n = done.stdout.split()
    assert root.startswith(str(target))
    assert n == "496"
