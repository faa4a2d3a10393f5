"""Other packages in the same table: judged, explained in words, and never a reason for a run to fail."""

from __future__ import annotations

import dataclasses

import pytest

from crosscheck_r.agreement import Row
from crosscheck_r.cohorts import load_cohort
from crosscheck_r.implementations import IMPLEMENTATIONS
from crosscheck_r.references import Recorded
from crosscheck_r.run import Run, run
from validation.statistic import Settings, registry


@pytest.fixture(scope="module")
def finished() -> Run:
    return run(load_cohort("osteoporosis"), Settings(), Recorded())


def of(finished: Run, implementation: str) -> list[Row]:
    return [row for row in finished.rows if row.implementation == implementation]


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS, ids=lambda entry: entry.name)
def test_each_is_judged_and_explained(finished: Run, implementation: object) -> None:
    name = implementation.name  # type: ignore[attr-defined]
    if name == "dcurves dca":
        pytest.skip("judged on given risks below")
    rows = of(finished, name)
    assert rows
    assert {row.quantity for row in rows} <= set(registry()[rows[0].statistic].quantities)
    for row in rows:
        assert not row.fails
        if row.verdict not in ("identical", "agree"):
            assert len(row.reason) > 20, row


def test_what_is_known_of_them_shows(finished: Run) -> None:
    auc = of(finished, "scikit-learn roc_auc_score")
    assert all(row.digits is not None and row.digits > 15 for row in auc)
    lbfgs = of(finished, "scikit-learn LogisticRegression(C=inf)")[0]
    assert lbfgs.verdict == "Python-limited"
    newton = {row.quantity: row for row in of(finished, "statsmodels Logit")}
    assert newton["coefficients"].digits_value_certified > 11  # type: ignore[operator]


def test_a_package_that_raises_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(**_: object) -> dict[str, float]:
        raise RuntimeError("no")

    import crosscheck_r.implementations as module

    broken = dataclasses.replace(IMPLEMENTATIONS[0], compute=explode)
    monkeypatch.setattr(module, "IMPLEMENTATIONS", (broken,))
    finished = run(load_cohort("tiny"), Settings(), Recorded())
    rows = of(finished, broken.name)
    assert {row.verdict for row in rows} == {"not compared"}
    assert "RuntimeError" in rows[0].reason


def test_ties_are_named_where_dcurves_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("dcurves")
    import crosscheck_r.run as module

    statistic = registry()["decision_curve_of_risks"]
    monkeypatch.setattr(module, "registry", lambda: {statistic.name: statistic})
    rows = of(run(load_cohort("external"), Settings(), Recorded()), "dcurves dca")
    by_verdict = {row.verdict for row in rows}
    assert by_verdict <= {"identical", "agree", "definition differs", "Python-limited"}
    different = [row for row in rows if row.verdict == "definition differs"]
    assert different and all("tie rule" in row.reason for row in different)
    # without risks on thresholds it is right everywhere but at threshold 1
    exact = [row for row in rows if row.case == "risk" and row.quantity != "all.net_benefit"]
    assert exact and all(row.digits is not None and row.digits > 15 for row in exact)
    assert all("threshold 1" in row.reason for row in rows if row.quantity == "all.net_benefit")
