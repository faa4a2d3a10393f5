"""Measured power: is each wrong-on-purpose implementation caught, and by which layer of the checks?

Layers: ``agreement`` with R's recorded results, ``certified`` values, ``relations`` that need no reference at all.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crosscheck_r.agreement import FAILING, Labels
from crosscheck_r.controls import Control
from crosscheck_r.references import Recorded, Reference
from crosscheck_r.run import compare_outcome, compute
from validation.cohort import Cohort
from validation.errors import CrosscheckError
from validation.relations import RelationViolated
from validation.statistic import Case, Quantity, Settings, Statistic, registry

__all__ = ["Judgement", "judge", "relations_broken"]


@dataclass(frozen=True)
class Judgement:
    """What the checks say of one control."""

    control: str
    statistic: str
    layers: tuple[str, ...]

    @property
    def caught(self) -> bool:
        """At least one layer rejects it."""
        return bool(self.layers)


def judge(
    control: Control, cohorts: Iterable[Cohort], settings: Settings | None = None, *, first: bool = False
) -> Judgement:
    """Run a control through all layers on the given cohorts; stops a layer at its first rejection.

    With `first`, stops at the first rejection by any layer: that it is caught, not by what.
    """
    original = registry()[control.statistic]
    wrong = dataclasses.replace(original, compute=control.compute)
    quantities = original.quantities if control.compat is None else original.compat[control.compat]
    layers: set[str] = set()
    for cohort in cohorts:
        for case in original.applicable_cases(cohort, settings or Settings()):
            if first and layers:
                break
            if "agreement" not in layers and _disagrees(wrong, case, control.compat, quantities, cohort.name):
                layers.add("agreement")
            if control.compat is None and "certified" not in layers and _uncertified(wrong, case, quantities):
                layers.add("certified")
            if "relations" not in layers and next(relations_broken(wrong, case, control.compat), None) is not None:
                layers.add("relations")
    return Judgement(control.name, control.statistic, tuple(sorted(layers)))


def _disagrees(wrong: Statistic, case: Case, mode: str | None, quantities: Mapping[str, Quantity], cohort: str) -> bool:
    # the record is that of the statistic, wherever the wrong implementation lives
    reference = Recorded().get(registry()[wrong.name], cohort, case)
    if not isinstance(reference, Reference):
        return False
    labels = Labels(cohort, case.label, wrong.name, mode)
    # without the certified value R's own shortfall would look like a catch
    certified = _certified_values(wrong, case) if mode is None else {}
    rows = compare_outcome(labels, quantities, compute(wrong, case, mode), reference, certified)
    return any(row.verdict in FAILING for row in rows)


def _certified_values(statistic: Statistic, case: Case) -> Mapping[str, Any]:
    if statistic.certified is None:
        return {}
    try:
        return statistic.certified(**case.arguments)
    except CrosscheckError:
        return {}


def _uncertified(wrong: Statistic, case: Case, quantities: Mapping[str, Quantity]) -> bool:
    certified = _certified_values(wrong, case)
    if not certified:
        return False
    outcome = compute(wrong, case, None)
    labels = Labels("", case.label, wrong.name)
    known: Mapping[str, Any] = {name: value for name, value in certified.items() if name in quantities}
    reference = Reference(known, "certified", "")
    rows = compare_outcome(labels, {name: quantities[name] for name in known}, outcome, reference, known)
    return any(row.verdict in FAILING for row in rows)


def relations_broken(statistic: Statistic, case: Case, mode: str | None, seed: int = 1) -> Iterator[str]:
    """Names of the relations that do not hold for the statistic's ``compute`` on this case."""
    extra = {} if mode is None else {"compat": mode}

    def run(**arguments: Any) -> Any:
        return statistic.compute(**arguments, **extra)

    for relation in statistic.relations:
        try:
            relation(run, case.arguments, seed)
        except RelationViolated:
            yield relation.__name__
        except CrosscheckError:
            # changed data may be refused; a refusal is neither a proof nor a violation
            continue
