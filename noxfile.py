"""Sessions: ``nox`` alone runs ``tests``; ``nox -s demo`` runs the main job; ``nox --list`` shows the rest."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["tests"]
nox.options.error_on_missing_interpreters = True

PROJECT = nox.project.load_toml("pyproject.toml")
#: what R needs for every package but rmda, which only CRAN has
R_PACKAGES = ("r-base-core", "make", "r-cran-proc", "r-cran-rms", "r-cran-glmnet", "r-cran-brglm2")
#: what rpy2 needs to compile itself against R; without all of it pip fails instead of falling back
RPY2_BUILD = (
    "gcc",
    "libc6-dev",
    "python3-dev",
    "libpcre2-dev",
    "liblzma-dev",
    "libbz2-dev",
    "zlib1g-dev",
    "libicu-dev",
    "libblas-dev",
    "libtirpc-dev",
)
#: live comparisons that a complete run has at least; rmda's, which need a package that Debian has not, do not count
LEAST_LIVE = 200
CHECK_R = 'for (p in c("pROC", "rms", "glmnet")) loadNamespace(p)'


def group(name: str) -> list[str]:
    """Requirements of a dependency group."""
    return nox.project.dependency_groups(PROJECT, name)


def r_is_complete() -> bool:
    """R and the three packages that Debian has load."""
    if shutil.which("Rscript") is None:
        return False
    return subprocess.run(["Rscript", "--vanilla", "-e", CHECK_R], capture_output=True, check=False).returncode == 0


def privileged() -> list[str] | None:
    """Prefix of a command that may install packages here; None where nobody allowed it."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    if os.environ.get("CI") == "true" and shutil.which("sudo"):
        return ["sudo", "-n", "--preserve-env=DEBIAN_FRONTEND"]
    return None


def provision_r(session: nox.Session) -> bool:
    """Make sure that R is there, or say in one line what to install; True where live comparisons can run."""
    if r_is_complete():
        return True
    prefix = privileged()
    packages = [*R_PACKAGES, *RPY2_BUILD]
    if prefix is None:
        session.warn(f"NO R HERE: recorded results only. To compare live: sudo apt-get install {' '.join(packages)}")
        return False
    environment = {"DEBIAN_FRONTEND": "noninteractive"}
    update, install = [*prefix, "apt-get", "update", "-qq"], [*prefix, "apt-get", "install", "-y", "-qq"]
    session.run(*update, external=True, env=environment)
    session.run(*install, "--no-install-recommends", *packages, external=True, env=environment)
    return r_is_complete()


def install_rpy2(session: nox.Session) -> None:
    """rpy2 with the pins that this R needs; where it cannot be built, Rscript serves."""
    text = subprocess.run(["R", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"R version (\d+)\.(\d+)", text)
    extra = "r46" if found and (int(found[1]), int(found[2])) >= (4, 6) else "r"
    try:
        session.install(*PROJECT["project"]["optional-dependencies"][extra])
    except nox.command.CommandFailed:
        session.warn("rpy2 could not be built here; R is reached through Rscript instead")


def offline_note(session: nox.Session, live: bool) -> None:
    """Say loudly what the comparison rests on."""
    if live:
        session.log("R found: live comparisons run, recorded results are verified")
    else:
        session.warn("R NOT FOUND: every comparison of this session rests on recorded results of R")


def floor(session: nox.Session, live: bool) -> list[str]:
    """A run of everything with R fails where live comparisons have silently vanished."""
    return [f"--r-min-live={LEAST_LIVE}"] if live and not session.posargs else []


@nox.session
def demo(session: nox.Session) -> None:
    """The whole analysis of a prediction-model paper on the shipped cohort, with a report."""
    session.install(".")
    session.run("crosscheck", "demo", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Style, types and all tests; provisions R where it may."""
    live = provision_r(session)
    session.install("-e", ".[fast,files]", *group("tests"))
    if live:
        install_rpy2(session)
    offline_note(session, live)
    check_style(session)
    check_types(session)
    session.run("pytest", "-q", "-n", "2", "--dist", "loadfile", *floor(session, live), *session.posargs)


@nox.session
def live(session: nox.Session) -> None:
    """Only the comparisons that need R; fails where R is missing."""
    if not provision_r(session):
        session.error("R is missing")
    session.install("-e", ".[fast,files]", *group("tests"))
    install_rpy2(session)
    session.run("pytest", "-q", "-m", "live", "--all-cohorts", *floor(session, True), *session.posargs)


@nox.session
def record(session: nox.Session) -> None:
    """Run R on the shipped cohorts, store its results, show what drifted: nox -s record -- 'roc/*'."""
    session.install("-e", ".")
    install_rpy2(session)
    session.run("crosscheck", "record", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Ratios against R and other packages, side by side in one run."""
    session.install("-e", ".[fast]", *group("bench"))
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session
def papers(session: nox.Session) -> None:
    """False alarms and power of the audit on simulated papers; the tables of docs/audit.md."""
    session.install("-e", ".")
    session.run("python", "-m", "validation.audit.simulated_papers", *session.posargs)


@nox.session
def power(session: nox.Session) -> None:
    """Every control, and every right implementation, before the judge on all shipped cohorts."""
    session.install("-e", ".[fast,files]", *group("tests"))
    session.run("pytest", "-q", "-n", "auto", "--all-cohorts", "tests/test_registry.py", *session.posargs)


@nox.session
def references(session: nox.Session) -> None:
    """Every number of recorded rmda runs in a folder beside the project: nox -s references -- FOLDER."""
    folder = Path(session.posargs[0] if session.posargs else "../shared/references/rmda")
    if not folder.is_dir():
        session.skip(f"no recorded runs in {folder}")
    session.install("-e", ".")
    session.run("python", "tests/rmda_references.py", str(folder))


@nox.session
def lint(session: nox.Session) -> None:
    """Style alone."""
    session.install(*group("lint"))
    check_style(session)


@nox.session
def typing(session: nox.Session) -> None:
    """Types alone."""
    session.install("-e", ".[files]", *group("tests"))
    check_types(session)


@nox.session
def build(session: nox.Session) -> None:
    """Wheel and sdist, opened and checked for R files, templates, cohorts and recorded results."""
    session.install("-e", ".", *group("tests"))
    session.run("pytest", "-q", "tests/test_packaging.py", *session.posargs)


def check_style(session: nox.Session) -> None:
    """ruff, linter and formatter."""
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


def check_types(session: nox.Session) -> None:
    """mypy --strict on what is installed."""
    session.run("mypy", "validation", "crosscheck_r")
