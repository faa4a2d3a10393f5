"""A statistic is declared once; everything else loops over the registry.

`Statistic` ties together the Python function, the R function of the same name, the quantities with the agreement that
is due for each, the relations that must hold, the certified value and the picture. Live check, recorded check,
relation tests, controls, command line, report and documentation page are all derived from it.
"""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from validation.errors import CrosscheckError

if TYPE_CHECKING:
    from validation.cohort import Cohort

__all__ = [
    "Case",
    "Quantity",
    "Settings",
    "Statistic",
    "bits",
    "closed",
    "definition",
    "exact",
    "path",
    "register",
    "registry",
    "resample",
    "solution",
]

TierName = Literal["bits", "exact", "closed", "path", "solution", "definition"]
ScaleName = Literal["value", "unit", "vector"]

#: modules whose foot declares statistics, in the order of a paper's methods section
FAMILIES = (
    "validation.baseline_table",
    "validation.roc",
    "validation.logistic",
    "validation.lasso",
    "validation.nomogram",
    "validation.calibration",
    "validation.internal_validation",
    "validation.decision_curve",
    "validation.sample_size",
)


@dataclass(frozen=True)
class Quantity:
    """Agreement that is due for one number, vector or matrix of a result.

    Parameters
    ----------
    tier : str
        ``bits``: every bit equal. ``exact``: correctly rounded, R within 4 ulp. ``closed``: at least 14.5 digits.
        ``path``: the iteration that R stops early, at least 13 digits less log10 of the condition number beyond 100.
        ``solution``: judged against the certified value. ``definition``: R computes something else, and the reason
        says what.
    scale : str
        Natural scale of a difference: ``value`` (relative), ``unit`` (1, for probabilities), ``vector`` (largest
        absolute entry, for entries near zero).
    reason : str
        Why the tier is what it is; required for ``definition``.
    resampled : bool
        Drawn with R's own resamples from the same seed (the tier is that of the statistic inside).
    condition : str
        Attribute of the result that holds the condition number, for ``path`` and ``solution``.
    """

    tier: TierName
    scale: ScaleName = "value"
    reason: str = ""
    resampled: bool = False
    condition: str = ""


def bits(reason: str = "") -> Quantity:
    """Counts, thresholds, indices, folds, generator states: every bit equal."""
    return Quantity("bits", reason=reason)


def exact(scale: ScaleName = "unit", reason: str = "") -> Quantity:
    """Correctly rounded rational value; R within 4 ulp."""
    return Quantity("exact", scale, reason)


def closed(scale: ScaleName = "unit", reason: str = "") -> Quantity:
    """Closed formula with qnorm, exp or log: at least 14.5 digits."""
    return Quantity("closed", scale, reason)


def path(scale: ScaleName = "vector", reason: str = "", condition: str = "") -> Quantity:
    """Iteration stopped where R stops it."""
    return Quantity("path", scale, reason, condition=condition)


def solution(scale: ScaleName = "vector", reason: str = "", condition: str = "") -> Quantity:
    """Root or optimum; the certified value says who is short of digits."""
    return Quantity("solution", scale, reason, condition=condition)


def definition(reason: str, scale: ScaleName = "value") -> Quantity:
    """R defines the quantity otherwise; the reason says how."""
    return Quantity("definition", scale, reason)


def resample(inner: Quantity) -> Quantity:
    """Same tier as `inner`, on R's resamples of the same seed."""
    return Quantity(inner.tier, inner.scale, inner.reason, True, inner.condition)


@dataclass(frozen=True)
class Case:
    """One set of arguments on which Python and R are compared; both get the same bytes.

    ``arguments`` hold only what both sides need: arrays, numbers, words and ``seed``.
    """

    label: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Settings:
    """Choices of a run that are not data."""

    seed: int = 1
    bootstraps: int = 500
    folds: int = 10
    level: float = 0.95


Compute = Callable[..., Any]
Relation = Callable[[Compute, Mapping[str, Any], int], None]


@dataclass(frozen=True)
class Statistic:
    """Declaration of one statistic.

    Parameters
    ----------
    name : str
        Name of the Python function and of the R function.
    compute : callable
        Public Python function; takes the arguments of a case by keyword and returns a result whose attributes are
        the quantities.
    r : str or None
        ``"file.R::function"`` below ``crosscheck_r/r``; None only together with ``no_r``.
    package : str
        R package that is the reference (``pROC``, ``rms``, ``glmnet``, ``rmda`` or ``stats``).
    title : str
        Heading in report and documentation.
    cases : callable
        ``cases(cohort, settings)`` yields `Case`; nothing where the statistic does not apply to the cohort.
    quantities : mapping
        Attribute path of the result -> `Quantity`, in the default (statistically correct) mode.
    relations : tuple of callables
        ``relation(compute, arguments, seed)`` raises `RelationViolated` where it does not hold.
    compat : mapping
        Name of a compatibility mode -> quantities due there; ``compute`` is called with ``compat=name``.
    certified : callable or None
        ``certified(**arguments)`` -> mapping of quantity -> certified value rounded to double.
    display : str
        Dotted name of the picture, resolved lazily.
    no_r : str
        Written reason why there is no R function.
    """

    name: str
    compute: Compute
    r: str | None
    package: str
    title: str
    cases: Callable[[Cohort, Settings], Iterator[Case]]
    quantities: Mapping[str, Quantity]
    relations: tuple[Relation, ...]
    compat: Mapping[str, Mapping[str, Quantity]] = field(default_factory=dict)
    certified: Callable[..., Mapping[str, Any]] | None = None
    display: str = ""
    no_r: str = ""

    def applicable_cases(self, cohort: Cohort, settings: Settings) -> Iterator[Case]:
        """The cases, and nothing where an estimate that they are built on does not exist for the cohort."""
        with contextlib.suppress(CrosscheckError):
            yield from self.cases(cohort, settings)

    def modes(self) -> Iterator[tuple[str | None, Mapping[str, Quantity]]]:
        """Default mode first, then each compatibility mode, with the quantities due in it."""
        yield None, self.quantities
        yield from self.compat.items()


_REGISTRY: dict[str, Statistic] = {}


def register(statistic: Statistic) -> Statistic:
    """Enter a declaration into the registry; a name can be declared once."""
    known = _REGISTRY.get(statistic.name)
    if known is not None and known.compute is not statistic.compute:
        raise ValueError(f"statistic {statistic.name!r} is declared twice")
    _REGISTRY[statistic.name] = statistic
    return statistic


def registry() -> Mapping[str, Statistic]:
    """All declared statistics by name, in the order of a paper's methods section."""
    for family in FAMILIES:
        importlib.import_module(family)
    # one family may import another before its turn
    return dict(sorted(_REGISTRY.items(), key=lambda entry: _place(entry[1])))


def _place(statistic: Statistic) -> int:
    """Place of a statistic's family; behind all others where it belongs to none."""
    module = statistic.compute.__module__
    return next((i for i, family in enumerate(FAMILIES) if f"{module}.".startswith(f"{family}.")), len(FAMILIES))
