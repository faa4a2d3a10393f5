"""Where R's side of a comparison comes from: a live session, the recorded results, or whichever is there.

`References.get` returns a `Reference` or a `Missing` with the reason; it never raises for one failed call, so that a
crash of R costs one comparison and not the run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from crosscheck_r import recorded
from crosscheck_r.errors import MissingRecord, RPackageMissing, RUnavailable, StaleRecord
from crosscheck_r.session import RSession
from validation.errors import CrosscheckError
from validation.statistic import Case, Statistic

__all__ = ["Auto", "Live", "Missing", "Recorded", "Reference", "References", "Verify", "open_references"]


@dataclass(frozen=True)
class Reference:
    """R's result for one case."""

    value: Mapping[str, Any]
    source: str
    stack: str
    conditions: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True)
class Missing:
    """Why there is nothing to compare with."""

    reason: str


class References(Protocol):
    """What `crosscheck_r.run` needs of a source of R's results."""

    mode: str

    def get(self, statistic: Statistic, cohort: str, case: Case) -> Reference | Missing:
        """R's result for the case, or the reason why there is none."""
        ...

    def provenance(self) -> Mapping[str, Any]:
        """What computed the results."""
        ...

    def close(self) -> None:
        """End what was started."""
        ...


class Live:
    """Results computed by R while the run goes on."""

    mode = "live"

    def __init__(self, session: RSession) -> None:
        self.session = session
        self._packages = session.packages()
        self._provenance = dict(session.provenance())
        self.stack = recorded.stack_label(self._provenance)

    def get(self, statistic: Statistic, cohort: str, case: Case) -> Reference | Missing:
        """Call R; a failed call becomes a reason."""
        if statistic.r is None:
            return Missing(statistic.no_r)
        if self._packages.get(statistic.package, "base") is None:
            return Missing(
                f'the R package {statistic.package} is not installed: install.packages("{statistic.package}")'
            )
        try:
            result = self.session.call(statistic.r, dict(case.arguments))
        except CrosscheckError as error:
            return Missing(f"R did not answer: {error.message}")
        conditions = tuple(
            {"kind": c.kind, "class": c.condition_class, "message": c.message} for c in result.conditions
        )
        return Reference(result.value, "live", self.stack, conditions)

    def provenance(self) -> Mapping[str, Any]:
        """Versions of R, its packages and libraries."""
        return self._provenance

    def close(self) -> None:
        """End the worker."""
        self.session.close()


class Recorded:
    """Results of earlier runs of the real packages, shipped with this package."""

    mode = "replay"

    def get(self, statistic: Statistic, cohort: str, case: Case) -> Reference | Missing:
        """Read the record; a stale record is an error, a missing one a reason."""
        if statistic.r is None:
            return Missing(statistic.no_r)
        name = recorded.record_id(family_of(statistic), cohort, statistic.name, case.label)
        try:
            record = recorded.read(name, statistic.r, dict(case.arguments))
        except StaleRecord:
            raise
        except MissingRecord as error:
            return Missing(error.message)
        return Reference(record.value, "recorded", record.stack, tuple(record.conditions))

    def provenance(self) -> Mapping[str, Any]:
        """Provenance of the stacks that were recorded."""
        return recorded.stacks()

    def close(self) -> None:
        """Nothing was started."""


class Auto:
    """Live where R has the package, recorded otherwise; each reference says which."""

    mode = "auto"

    def __init__(self, live: Live | None, stored: Recorded) -> None:
        self.live = live
        self.stored = stored

    def get(self, statistic: Statistic, cohort: str, case: Case) -> Reference | Missing:
        """First the live session, then the records; the first reason is the one that is shown."""
        reason: Missing | None = None
        if self.live is not None:
            found = self.live.get(statistic, cohort, case)
            if isinstance(found, Reference):
                return found
            reason = found
        try:
            stored = self.stored.get(statistic, cohort, case)
        except StaleRecord as error:
            return Missing(error.message)
        if isinstance(stored, Reference) or reason is None:
            return stored
        return reason

    def provenance(self) -> Mapping[str, Any]:
        """Provenance of the live session where there is one."""
        return self.live.provenance() if self.live is not None else self.stored.provenance()

    def close(self) -> None:
        """End the worker."""
        if self.live is not None:
            self.live.close()


class Verify:
    """Live, with the recorded result held against it: ``drifts`` names what no longer is what was recorded."""

    mode = "verify"

    def __init__(self, live: Live) -> None:
        self.live = live
        self.stored = Recorded()
        self.drifts: list[tuple[str, str, float]] = []

    def get(self, statistic: Statistic, cohort: str, case: Case) -> Reference | Missing:
        """The live result; a difference from the record is remembered, a stale record is an error."""
        found, stored = self.live.get(statistic, cohort, case), self.stored.get(statistic, cohort, case)
        if isinstance(found, Missing):
            return stored if isinstance(stored, Reference) else found
        if isinstance(stored, Reference):
            name = f"{cohort}, {statistic.name}, {case.label}"
            changed = recorded.drift(stored.value, found.value)
            self.drifts.extend((name, quantity, kept) for quantity, kept in changed)
        return found

    def provenance(self) -> Mapping[str, Any]:
        """Provenance of the live session."""
        return self.live.provenance()

    def close(self) -> None:
        """End the worker."""
        self.live.close()


def family_of(statistic: Statistic) -> str:
    """Family of a statistic: the part of `validation` that its function lives in."""
    package, *parts = statistic.compute.__module__.split(".")
    return parts[0] if package == "validation" and parts else (statistic.r or statistic.name).split(".R::")[0]


def open_references(mode: str, backend: str = "auto", timeout: float = 300.0) -> References:
    """Source of R's results for ``auto``, ``live``, ``replay`` or ``verify``.

    Raises
    ------
    RUnavailable
        R is demanded (``live``, ``verify``) and not there.
    """
    if mode == "replay":
        return Recorded()
    try:
        live = Live(RSession(backend=backend, timeout=timeout))
    except (RUnavailable, RPackageMissing):
        if mode != "auto":
            raise
        return Auto(None, Recorded())
    if mode == "verify":
        return Verify(live)
    return live if mode == "live" else Auto(live, Recorded())
