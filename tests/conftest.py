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


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--r-min-live",
        type=int,
        default=0,
        metavar="N",
        help="fail unless at least N live comparisons with R passed, so that none can vanish silently",
    )
    parser.addoption(
        "--all-cohorts",
        action="store_true",
        help="also run what takes long: public data, and the judge on every cohort",
    )


class _LiveFloor:
    """Counts the live comparisons that passed; fewer than the floor fail the run."""

    def __init__(self, floor: int) -> None:
        self.floor = floor
        self.passed = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.passed += report.when == "call" and report.passed and "live" in report.keywords

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.passed < self.floor and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.floor:
            word = f"{self.passed} live comparisons with R passed, at least {self.floor} are due"
            terminalreporter.write_sep("=" if self.passed >= self.floor else "!", word)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "live: needs R with pROC, rms and glmnet")
    config.addinivalue_line("markers", "thorough: takes long, runs in the sessions live and power only")
    # the processes of xdist only run tests; the one that started them counts
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_LiveFloor(config.getoption("--r-min-live")), "live-floor")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--all-cohorts"):
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("thorough")])
        items[:] = [item for item in items if not item.get_closest_marker("thorough")]
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
