"""``crosscheck record``: run R on the shipped cohorts and store what it returned."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from crosscheck_r import recorded
from crosscheck_r.agreement import due_digits
from crosscheck_r.cohorts import load_cohort, shipped_cohorts
from crosscheck_r.references import family_of
from crosscheck_r.session import RSession
from validation.errors import CrosscheckError
from validation.statistic import Case, Settings, Statistic, registry

__all__ = ["Claim", "claims", "record"]


@dataclass(frozen=True)
class Claim:
    """One case of one statistic on one shipped cohort: what has to be recorded."""

    name: str
    statistic: Statistic
    cohort: str
    case: Case


def claims(settings: Settings | None = None) -> Iterator[Claim]:
    """All cases on all shipped cohorts for which R has a function."""
    for cohort_name in shipped_cohorts():
        cohort = load_cohort(cohort_name)
        for statistic in registry().values():
            if statistic.r is None:
                continue
            for case in statistic.applicable_cases(cohort, settings or Settings()):
                name = recorded.record_id(family_of(statistic), cohort_name, statistic.name, case.label)
                yield Claim(name, statistic, cohort_name, case)


def record(only: str, stack: str | None, accept: str | None, backend: str) -> int:
    """Store R's results for every claim that matches `only`.

    Returns the exit code: 1 where a call failed, a change needs a reason (`accept`), or a record belongs to no case.
    """
    console = Console()
    table = Table("record", "quantity", "digits kept", "state")
    failed = 0
    every = list(claims())
    wanted = [claim for claim in every if fnmatch.fnmatch(claim.name, only)]
    with RSession(backend=backend, timeout=600.0) as session:
        packages, provenance = session.packages(), session.provenance()
        label = stack or recorded.stack_label(provenance)
        for claim in wanted:
            if packages.get(claim.statistic.package, "base") is None:
                table.add_row(Text(claim.name), "", "", f"kept: R package {claim.statistic.package} is not installed")
                continue
            try:
                change = _record_one(claim, session, provenance, label, accept)
            except CrosscheckError as error:
                failed += 1
                table.add_row(Text(claim.name), "", "", Text(f"failed: {error.message}", style="red"))
                continue
            failed += change.state == "refused"
            _show(table, claim.name, change)
    leftover = fnmatch.filter(recorded.orphans(claim.name for claim in every), only)
    for name in leftover:
        table.add_row(Text(name), "", "", Text("orphan: no case claims it; delete its folder", style="red"))
    console.print(table)
    return 1 if failed or leftover else 0


def _record_one(
    claim: Claim, session: RSession, provenance: Mapping[str, Any], stack: str, accept: str | None
) -> recorded.Drift:
    statistic, arguments = claim.statistic, dict(claim.case.arguments)
    result = session.call(str(statistic.r), arguments)
    due = {name: due_digits(quantity) for name, quantity in statistic.quantities.items()}
    return recorded.write(claim.name, str(statistic.r), arguments, result, provenance, stack, due=due, accept=accept)


def _show(table: Table, name: str, change: recorded.Drift) -> None:
    state = "refused: give the reason with --accept" if change.state == "refused" else change.state
    for quantity, kept in change.quantities:
        table.add_row(Text(name), Text(quantity), f"{kept:.1f}", state)
    if not change.quantities and change.state != "unchanged":
        table.add_row(Text(name), "", "", state)
