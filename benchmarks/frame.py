"""How a race is run: contenders alternate round by round, medians are compared, packages are loaded beforehand.

Both sides are timed by the clock, R inside R (without transport), so that a busy machine slows both alike; run it on a
quiet one. Goals are ratios: theirs / ours.
"""

from __future__ import annotations

import gc
import json
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Line", "Race", "python_seconds", "race"]

Timed = Callable[[], tuple[float, Any]]


@dataclass(frozen=True)
class Race:
    """One comparison.

    Parameters
    ----------
    name : str
        Family and operation, for example ``roc.auc_delong``.
    n : int
        Number of rows.
    theirs : str
        Name of the contender.
    ours_run, theirs_run : callable
        Return seconds and the result.
    equal : callable
        ``equal(ours, theirs)`` says whether both computed the same numbers.
    goal : float
        Ratio that is aimed at.
    kernel : str
        Kernel that ours ran with.
    rounds : int
        Counted rounds after one that is not.
    """

    name: str
    n: int
    theirs: str
    ours_run: Timed
    theirs_run: Timed
    equal: Callable[[Any, Any], bool]
    goal: float
    kernel: str
    rounds: int = 5


@dataclass(frozen=True)
class Line:
    """One line of the benchmark's output."""

    name: str
    n: int
    ours_seconds: float
    theirs: str
    theirs_seconds: float
    ratio: float
    goal: float
    kernel: str
    equal: bool

    def to_json(self) -> str:
        """The line as JSON."""
        return json.dumps(asdict(self))


def python_seconds(function: Callable[..., Any], **arguments: Any) -> Timed:
    """Timer of a Python call by the clock."""

    def run() -> tuple[float, Any]:
        started = time.perf_counter()
        result = function(**arguments)
        return time.perf_counter() - started, result

    return run


def r_seconds(session: Any, function: str, arguments: Mapping[str, Any]) -> Timed:
    """Timer of a call of R, measured inside R."""

    def run() -> tuple[float, Any]:
        result = session.call(function, dict(arguments))
        return result.elapsed, result.value

    return run


def race(contest: Race) -> Line:
    """Run one comparison."""
    ours: list[float] = []
    theirs: list[float] = []
    values: tuple[Any, Any] = (None, None)
    for counted in [False] + [True] * contest.rounds:
        gc.collect()
        mine, my_value = contest.ours_run()
        their, their_value = contest.theirs_run()
        values = (my_value, their_value)
        if counted:
            ours.append(mine)
            theirs.append(their)
    fast, slow = statistics.median(ours), statistics.median(theirs)
    return Line(
        contest.name,
        contest.n,
        fast,
        contest.theirs,
        slow,
        slow / fast if fast > 0 else float("inf"),
        contest.goal,
        contest.kernel,
        contest.equal(*values),
    )


def races(contests: Iterator[Race], wanted: list[str]) -> Iterator[Line]:
    """Run the comparisons whose names begin with one of the wanted words; all where none is given."""
    for contest in contests:
        if not wanted or any(contest.name.startswith(word) for word in wanted):
            yield race(contest)
