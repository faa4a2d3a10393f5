"""What is common to all statistics: declared completely, documented, agreeing with R, relations kept."""

from __future__ import annotations

import functools
import inspect
import re
from collections import Counter

import pytest

from crosscheck_r.agreement import FAILING, Labels, Row
from crosscheck_r.cli.record import Claim, claims
from crosscheck_r.cohorts import load_cohort, shipped_cohorts
from crosscheck_r.controls import Control, controls
from crosscheck_r.paths import r_root
from crosscheck_r.power import judge, relations_broken
from crosscheck_r.references import Recorded, Reference
from crosscheck_r.run import compare_outcome, compute
from validation.errors import CrosscheckError
from validation.statistic import Settings, Statistic, registry

STATISTICS = list(registry().values())
CONTROLS = list(controls())
#: cohorts on which relations and controls are tried; small, so that all of them stay quick
TRIED = tuple(name for name in shipped_cohorts() if name != "osteoporosis")
#: those on which the judge is shown the right implementations in every run
JUDGED = ("tiny", "ties", "external")
by_name = pytest.mark.parametrize("statistic", STATISTICS, ids=lambda s: s.name)


@by_name
def test_every_statistic_has_an_r_function_or_a_written_reason(statistic: Statistic) -> None:
    if statistic.r is None:
        assert len(statistic.no_r) > 20
        return
    file, function = statistic.r.split("::")
    source = (r_root() / file).read_text(encoding="utf-8")
    assert re.search(rf"^{re.escape(function)} <- function\(", source, re.MULTILINE)
    assert function == statistic.name


@by_name
def test_every_statistic_declares_quantities_relations_and_controls(statistic: Statistic) -> None:
    assert statistic.quantities
    for _, quantities in statistic.modes():
        for quantity in quantities.values():
            assert quantity.tier != "definition" or len(quantity.reason) > 20
    assert len(statistic.relations) >= 2
    assert Counter(control.statistic for control in CONTROLS)[statistic.name] >= 2


@by_name
def test_every_public_function_is_documented(statistic: Statistic) -> None:
    text = inspect.getdoc(statistic.compute) or ""
    for section in ("Parameters\n", "Returns\n", "Raises\n", "Notes\n", "References\n", "Examples\n"):
        assert section in text, f"{statistic.name}: section {section.strip()} is missing"
    assert "doi" in text.lower()
    assert re.search(r"``?\w+::\w+", text), f"{statistic.name}: the equal R call is missing"


def test_names_of_controls_are_unique() -> None:
    assert max(Counter(control.name for control in CONTROLS).values()) == 1


@functools.cache
def all_claims() -> dict[tuple[str, str], list[Claim]]:
    found: dict[tuple[str, str], list[Claim]] = {}
    for claim in claims():
        found.setdefault((claim.cohort, claim.statistic.name), []).append(claim)
    return found


def _recorded_rows(cohort: str, statistic: str) -> list[Row]:
    rows: list[Row] = []
    for claim in all_claims().get((cohort, statistic), []):
        reference = Recorded().get(claim.statistic, claim.cohort, claim.case)
        assert isinstance(reference, Reference), f"{claim.name}: {reference.reason}"
        certified = {}
        if claim.statistic.certified is not None:
            try:
                certified = claim.statistic.certified(**claim.case.arguments)
            except CrosscheckError:
                certified = {}
        for mode, quantities in claim.statistic.modes():
            outcome = compute(claim.statistic, claim.case, mode, reference)
            labels = Labels(claim.cohort, claim.case.label, statistic, mode, "python", "recorded", reference.stack)
            rows += compare_outcome(labels, quantities, outcome, reference, certified if mode is None else {})
    return rows


@pytest.mark.parametrize("cohort", shipped_cohorts())
@by_name
def test_agreement_with_recorded_results(statistic: Statistic, cohort: str) -> None:
    if statistic.r is None:
        return
    for row in _recorded_rows(cohort, statistic.name):
        assert row.verdict not in FAILING, (
            f"{row.case} {row.compat or 'default'} {row.quantity}{row.worst_index}: {row.value!r} where R has "
            f"{row.reference!r} (certified {row.certified!r}): {row.verdict}, {row.reason}"
        )
        # only a refusal or diagnosis of ours may stand in for a number, and never on the model paper's cohort
        assert row.verdict != "not compared" or (cohort != "osteoporosis" and row.reason), row


@pytest.mark.parametrize("cohort", TRIED)
@by_name
def test_relations_hold(statistic: Statistic, cohort: str) -> None:
    data = load_cohort(cohort)
    for case in list(statistic.applicable_cases(data, Settings(bootstraps=20)))[:2]:
        for mode, _ in statistic.modes():
            assert list(relations_broken(statistic, case, mode)) == []


@pytest.mark.parametrize("control", CONTROLS, ids=lambda c: c.name)
def test_every_control_is_caught(control: Control) -> None:
    judgement = judge(control, map(load_cohort, (*TRIED, "osteoporosis")), first=True)
    assert judgement.caught, f"{control.name} ({control.wrong}) passes all checks"


MODES = [(statistic, mode) for statistic in STATISTICS for mode, _ in statistic.modes()]


@pytest.mark.parametrize(("statistic", "mode"), MODES, ids=lambda value: getattr(value, "name", value or "default"))
def test_the_right_implementation_is_not_caught(
    statistic: Statistic, mode: str | None, pytestconfig: pytest.Config
) -> None:
    """The same judge: what catches a control must not catch what has no mistake.

    Agreement and relations are tested above on all cohorts; ``--all-cohorts`` repeats them here in the judge's way.
    """
    right = Control(f"{statistic.name}_right", statistic.name, "nothing", statistic.compute, mode)
    names = (*TRIED, "osteoporosis") if pytestconfig.getoption("--all-cohorts") else JUDGED
    judgement = judge(right, map(load_cohort, names))
    assert judgement.layers == ()
