"""What all tests share: the marker ``live``, a session with R, and a loud word where R is missing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "crosscheck", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.load_profile("crosscheck")

HAS_R = shutil.which("Rscript") is not None
_NO_R = "R is not installed: this live comparison did NOT run"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "live: needs R with pROC, rms and glmnet")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if HAS_R:
        return
    for item in items:
        if item.get_closest_marker("live"):
            item.add_marker(pytest.mark.skip(reason=_NO_R))


def pytest_report_header() -> str:
    return (
        "R: live comparisons run" if HAS_R else "R: MISSING - recorded results only, every live comparison is skipped"
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if _NO_R in str(report.longrepr)]
    if skipped:
        terminalreporter.write_sep("!", f"{len(skipped)} live comparisons with R did NOT run: R is missing", red=True)


@pytest.fixture(scope="session")
def r() -> Iterator[object]:
    """Session with R for the whole test process."""
    from crosscheck_r.session import RSession

    with RSession(timeout=300.0) as session:
        yield session
