"""Intervals of proportions beside a cut-off: sensitivity, specificity and predictive values (CLS6)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

from scipy.special import betaincinv, ndtri

from validation.audit.claims import Claims, CutoffRow
from validation.audit.classification import _Row, _rows
from validation.audit.findings import Finding, check, ok
from validation.audit.rounding import Printed

__all__ = ["proportion_intervals"]

Z = float(ndtri(0.975))
Limits = dict[str, tuple[float, float]]
#: tables of a predictive value that are tried; more of them would print almost any interval
_MOST_TABLES = 2_000


@check(
    "CLS6",
    "Interval of a proportion",
    formula="Clopper-Pearson, Wilson, Wald, Agresti-Coull, logit; predictive values also by Mercaldo's logit",
    source="Brown, Cai & DasGupta 2001, doi:10.1214/ss/1009213286; Mercaldo et al. 2007, doi:10.1002/sim.2677",
)
def cls6(claims: Claims) -> Iterator[Finding]:
    """Some usual interval of the counts gives the printed limits; otherwise a note."""
    for row, facts in _rows(claims):
        for name, interval, candidates in _intervals(row, facts):
            if interval is None or not interval[0].reported or not interval[1].reported:
                continue
            tried, fits = False, set()
            for limits in candidates:
                tried = True
                fits |= {
                    method
                    for method, (low, high) in limits.items()
                    if interval[0].box().meets(low, low) and interval[1].box().meets(high, high)
                }
            target, words = f"{facts.target} {name}", sorted(fits)
            if words:
                yield ok("CLS6", target, f"the interval is {' or '.join(words)}", convention=", ".join(words))
            elif tried:
                yield Finding("CLS6", target, "info", "note", "the interval is none of the usual ones")


def _intervals(row: CutoffRow, facts: _Row) -> Iterator[tuple[str, tuple[Printed, Printed] | None, Iterator[Limits]]]:
    """Each proportion with its printed limits, and the limits that the possible counts give."""
    n1, n0, values = facts.n1, facts.n0, facts.values
    if not n1 or not n0:
        return
    for name, limits, n in (("sens", row.sens_ci, n1), ("spec", row.spec_ci, n0)):
        if name in values:
            yield name, limits, (proportion_intervals(k, n) for k in _counts(values[name], n))
    if not {"sens", "spec"} <= set(values):
        return
    tables = list(itertools.islice(itertools.product(_counts(values["sens"], n1), _counts(values["spec"], n0)),
                                   _MOST_TABLES))  # fmt: skip
    if "ppv" in values:
        yield "ppv", row.ppv_ci, (_predictive(tp, n0 - tn, n1, n0) for tp, tn in tables if tp + n0 - tn)
    if "npv" in values:
        yield "npv", row.npv_ci, (_predictive(tn, n1 - tp, n0, n1) for tp, tn in tables if tn + n1 - tp)


def _counts(printed: Printed, n: int) -> range:
    box = printed.box()
    return range(max(math.ceil(box.low * n), 0), min(math.floor(box.high * n), n) + 1)


def _predictive(right: int, wrong: int, n_right: int, n_wrong: int) -> Limits:
    """Intervals of a predictive value, with Mercaldo's logit, whose error is that of the two rates."""
    found = proportion_intervals(right, right + wrong)
    if 0 < right < n_right and 0 < wrong < n_wrong:
        share = right / (right + wrong)
        error = math.sqrt((1 - right / n_right) / right + (1 - wrong / n_wrong) / wrong)
        odds = math.log(share / (1 - share))
        found["Mercaldo logit"] = (1 / (1 + math.exp(Z * error - odds)), 1 / (1 + math.exp(-Z * error - odds)))
    return found


def proportion_intervals(k: int, n: int) -> Limits:
    """Five usual 95% intervals of k of n."""
    p = k / n
    centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    reach = Z / (1 + Z * Z / n) * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    adjusted = (k + Z * Z / 2) / (n + Z * Z)
    wald, coull = Z * math.sqrt(p * (1 - p) / n), Z * math.sqrt(adjusted * (1 - adjusted) / (n + Z * Z))
    found = {
        "Clopper-Pearson": (
            float(betaincinv(k, n - k + 1, 0.025)) if k else 0.0,
            float(betaincinv(k + 1, n - k, 0.975)) if k < n else 1.0,
        ),
        "Wilson": (centre - reach, centre + reach),
        "Wald": (max(p - wald, 0.0), min(p + wald, 1.0)),
        "Agresti-Coull": (max(adjusted - coull, 0.0), min(adjusted + coull, 1.0)),
    }
    if 0 < k < n:
        width = Z / math.sqrt(n * p * (1 - p))
        odds = math.log(p / (1 - p))
        found["logit"] = (1 / (1 + math.exp(width - odds)), 1 / (1 + math.exp(-width - odds)))
    return found
