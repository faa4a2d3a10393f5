"""One cohort through every statistic of the registry, Python beside R.

Nothing that was computed is lost when a later step fails: each row is handed on as soon as it exists, a failed call
of R becomes "not compared", a statistic that does not exist for the data becomes its diagnosis.
"""

from __future__ import annotations

import operator
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crosscheck_r.agreement import FAILING, Labels, Row, compare, not_compared
from crosscheck_r.implementations import Implementation, implementations_of
from crosscheck_r.references import Missing, Reference, References
from validation.cohort import Cohort
from validation.errors import CrosscheckError, NotEstimable, ValidationWarning
from validation.statistic import Case, Quantity, Settings, Statistic, registry

__all__ = ["Counts", "Outcome", "Run", "count", "run", "verdict_line"]


@dataclass(frozen=True)
class Outcome:
    """What one statistic gave for one case in one mode: a result, or the error that took its place."""

    statistic: Statistic
    case: Case
    compat: str | None
    result: Any | None
    error: CrosscheckError | None
    r_value: Mapping[str, Any] | None


@dataclass(frozen=True)
class Run:
    """Everything that a run found."""

    cohort: Cohort
    settings: Settings
    rows: tuple[Row, ...]
    outcomes: tuple[Outcome, ...]
    header: Mapping[str, Any]
    mode: str
    conditions: tuple[Mapping[str, str], ...] = ()

    @property
    def diagnoses(self) -> tuple[NotEstimable, ...]:
        """Estimates that do not exist for these data, each once; where only R's way fails, the data have no defect."""
        own = (o.error for o in self.outcomes if o.compat is None)
        found = {error.message: error for error in own if isinstance(error, NotEstimable)}
        return tuple(found.values())

    @property
    def exit_code(self) -> int:
        """0 all agree; 1 a difference on our side; 2 the data have a defect; 3 nothing could be compared with R."""
        counts = count(self.rows)
        if counts.failing:
            return 1
        if self.diagnoses:
            return 2
        return 3 if counts.compared == 0 else 0


@dataclass(frozen=True)
class Counts:
    """Number of compared quantities of our own implementation by verdict."""

    by_verdict: Mapping[str, int]
    least_digits: float | None
    live: int
    recorded: int

    @property
    def compared(self) -> int:
        """All that were compared with R."""
        return sum(n for verdict, n in self.by_verdict.items() if verdict != "not compared")

    @property
    def failing(self) -> int:
        """Unexplained or on Python's side."""
        return sum(self.by_verdict.get(verdict, 0) for verdict in FAILING)


def count(rows: Sequence[Row]) -> Counts:
    """Verdicts of our own implementation; other packages in the table are judged but never fail a run."""
    own = [row for row in rows if row.implementation == "python"]
    by_verdict: dict[str, int] = {}
    for row in own:
        by_verdict[row.verdict] = by_verdict.get(row.verdict, 0) + 1
    agreeing = [row.digits for row in own if row.verdict in ("identical", "agree") and row.digits is not None]
    compared = [row for row in own if row.verdict != "not compared"]
    return Counts(
        by_verdict,
        min(agreeing, default=None),
        sum(row.reference_source == "live" for row in compared),
        sum(row.reference_source == "recorded" for row in compared),
    )


def verdict_line(rows: Sequence[Row]) -> str:
    """The run in one line, for people."""
    counts = count(rows)
    if counts.compared == 0:
        return f"Nothing could be compared with R ({counts.by_verdict.get('not compared', 0)} quantities not compared)"
    parts = []
    if counts.failing:
        parts.append(f"{counts.failing} of {counts.compared} comparisons do not agree")
    else:
        parts.append(f"all {counts.compared} comparisons agree or are explained")
    if counts.least_digits is not None:
        parts.append(f"least digits where they agree {counts.least_digits:.1f}")
    notable = ("R-limited", "definition differs", "Python-limited", "unexplained", "not compared")
    parts.extend(f"{counts.by_verdict[v]} {v}" for v in notable if counts.by_verdict.get(v))
    parts.append(f"{counts.live} live, {counts.recorded} recorded")
    return "; ".join(parts)


@dataclass
class _Collector:
    """Rows and outcomes as they come, handed on at once."""

    on_row: Callable[[Row], None]
    rows: list[Row] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    conditions: list[Mapping[str, str]] = field(default_factory=list)

    def add(self, rows: Iterator[Row]) -> None:
        for row in rows:
            self.rows.append(row)
            self.on_row(row)


def _ignore(*_: Any) -> None:
    return None


def run(
    cohort: Cohort,
    settings: Settings,
    references: References,
    *,
    header: Mapping[str, Any] | None = None,
    on_row: Callable[[Row], None] = _ignore,
    on_step: Callable[[str, str], None] = _ignore,
    peers: bool = True,
) -> Run:
    """Compute every statistic that applies to the cohort and compare it with R.

    Parameters
    ----------
    cohort : Cohort
    settings : Settings
    references : References
        Live session, recorded results or both.
    header : mapping, optional
        Versions and choices, kept with the run.
    on_row : callable, optional
        Called with each row as soon as it exists.
    on_step : callable, optional
        Called with title and case before each computation.
    peers : bool
        Judge scikit-learn and statsmodels in the same table.
    """
    collected = _Collector(on_row)
    for statistic in registry().values():
        for case in _cases(statistic, cohort, settings, collected):
            on_step(statistic.title, case.label)
            _run_case(statistic, case, cohort.name, references, collected, peers)
    return Run(
        cohort,
        settings,
        tuple(collected.rows),
        tuple(collected.outcomes),
        dict(header or {}),
        references.mode,
        tuple(collected.conditions),
    )


def _cases(statistic: Statistic, cohort: Cohort, settings: Settings, collected: _Collector) -> Iterator[Case]:
    try:
        yield from statistic.cases(cohort, settings)
    except CrosscheckError as error:
        case = Case("all", {})
        collected.outcomes.append(Outcome(statistic, case, None, None, error, None))
        labels = Labels(cohort.name, case.label, statistic.name)
        collected.add(not_compared(labels, n, q, error.message) for n, q in statistic.quantities.items())


def _run_case(
    statistic: Statistic, case: Case, cohort: str, references: References, collected: _Collector, peers: bool
) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ValidationWarning)
        _compare_case(statistic, case, cohort, references, collected, peers)
    said = dict.fromkeys(str(w.message) for w in caught if issubclass(w.category, ValidationWarning))
    where = {"statistic": statistic.name, "case": case.label}
    collected.conditions.extend({"kind": "warning", "class": "ValidationWarning", "message": m} | where for m in said)


def _compare_case(
    statistic: Statistic, case: Case, cohort: str, references: References, collected: _Collector, peers: bool
) -> None:
    reference = references.get(statistic, cohort, case)
    if isinstance(reference, Reference):
        collected.conditions.extend(
            dict(condition) | {"statistic": statistic.name, "case": case.label} for condition in reference.conditions
        )
    # without a result of R no row shows a certified value
    certified = _certified(statistic, case) if isinstance(reference, Reference) else {}
    for mode, quantities in statistic.modes():
        outcome = compute(statistic, case, mode, reference)
        collected.outcomes.append(outcome)
        labels = _labels(cohort, case, statistic, mode, reference)
        collected.add(compare_outcome(labels, quantities, outcome, reference, certified if mode is None else {}))
    if peers:
        for peer in implementations_of(statistic.name):
            labels = _labels(cohort, case, statistic, None, reference, peer.name)
            collected.add(_compare_peer(labels, peer, statistic, case, reference, certified))


def compute(
    statistic: Statistic, case: Case, mode: str | None, reference: Reference | Missing | None = None
) -> Outcome:
    """Result of one case in one mode; an error of ours is an outcome, not an end."""
    r_value = reference.value if isinstance(reference, Reference) else None
    extra = {} if mode is None else {"compat": mode}
    try:
        result = statistic.compute(**case.arguments, **extra)
    except CrosscheckError as error:
        return Outcome(statistic, case, mode, None, error, r_value)
    return Outcome(statistic, case, mode, result, None, r_value)


def _certified(statistic: Statistic, case: Case) -> Mapping[str, Any]:
    if statistic.certified is None:
        return {}
    try:
        return statistic.certified(**case.arguments)
    except CrosscheckError:
        # where the estimate does not exist there is nothing to certify; the computation itself says why
        return {}


def _labels(
    cohort: str,
    case: Case,
    statistic: Statistic,
    mode: str | None,
    reference: Reference | Missing,
    implementation: str = "python",
) -> Labels:
    known = isinstance(reference, Reference)
    return Labels(
        cohort,
        case.label,
        statistic.name,
        mode,
        implementation,
        reference.source if isinstance(reference, Reference) else "",
        reference.stack if known and isinstance(reference, Reference) else "",
    )


def compare_outcome(
    labels: Labels,
    quantities: Mapping[str, Quantity],
    outcome: Outcome,
    reference: Reference | Missing,
    certified: Mapping[str, Any],
) -> Iterator[Row]:
    """One row per quantity of one outcome."""
    for name, quantity in quantities.items():
        if outcome.error is not None:
            yield not_compared(labels, name, quantity, outcome.error.message)
        elif isinstance(reference, Missing):
            yield not_compared(labels, name, quantity, reference.reason)
        else:
            condition = value_of(outcome.result, quantity.condition) if quantity.condition else None
            yield compare(
                labels,
                name,
                quantity,
                value_of(outcome.result, name),
                reference.value.get(name),
                certified.get(name),
                condition,
            )


def _compare_peer(
    labels: Labels,
    peer: Implementation,
    statistic: Statistic,
    case: Case,
    reference: Reference | Missing,
    certified: Mapping[str, Any],
) -> Iterator[Row]:
    if isinstance(reference, Missing):
        return
    try:
        values = peer.compute(**case.arguments)
    except Exception as error:  # another package may raise what it likes; it never ends our run
        for name, quantity in statistic.quantities.items():
            yield not_compared(labels, name, quantity, f"raised {type(error).__name__}: {error}")
        return
    for name, value in values.items():
        row = compare(labels, name, statistic.quantities[name], value, reference.value.get(name), certified.get(name))
        yield peer.explained(row)


def value_of(result: Any, name: str) -> Any:
    """Quantity of a result by attribute path; None where the result has no such attribute."""
    try:
        return operator.attrgetter(name)(result)
    except AttributeError:
        return None
