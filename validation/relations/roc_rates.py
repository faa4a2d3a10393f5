"""What must hold for binomial limits of sensitivity and specificity whatever R says."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = [
    "exact_limits_meet_their_definition",
    "rates_of_exchanged_classes",
    "rates_ordered",
    "wilson_limits_meet_their_definition",
]

Arguments = Mapping[str, Any]
_RATES = ("sensitivity", "specificity")


def rates_of_exchanged_classes(compute: Any, arguments: Arguments, seed: int) -> None:
    """Exchanged classes, negated scores and thresholds just beyond exchange the rates with their limits."""
    found = compute(**arguments)
    higher = arguments.get("direction", "higher") == "higher"
    # what is not positive at t is positive in the other direction just beyond it
    beyond = np.nextafter(np.asarray(arguments["at"], dtype=np.float64), -np.inf if higher else np.inf)
    turned = {"y_true": 1 - np.asarray(arguments["y_true"]), "at": beyond, "direction": "lower" if higher else "higher"}
    other = compute(**{**arguments, **turned})
    for method in ("exact", "wilson"):
        for side in ("lower", "upper"):
            for rate, its in (_RATES, _RATES[::-1]):
                value, wanted = getattr(found, f"{rate}_{method}_{side}"), getattr(other, f"{its}_{method}_{side}")
                expect(f"{rate} {method} {side}", value, wanted, eps=0, reason="the same counts")


def exact_limits_meet_their_definition(compute: Any, arguments: Arguments, seed: int) -> None:
    """At each Clopper-Pearson limit the observed count or a more extreme one has the probability of the tail."""
    found = compute(**arguments)
    tail = (1 - arguments.get("level", 0.95)) / 2
    for rate, n in zip(_RATES, (found.n_cases, found.n_controls), strict=True):
        counts = np.rint(getattr(found, rate) * n).astype(int).tolist()
        limits = [getattr(found, f"{rate}_exact_{side}").tolist() for side in ("lower", "upper")]
        for k, low, high in zip(counts, *limits, strict=True):
            if k > 0:
                reached = math.fsum(_term(n, j, low) for j in range(k, n + 1))
                expect(f"{rate}: lower", reached, tail, eps=64 * n, scale=tail, reason="powers of a rounded limit")
            if k < n:
                reached = math.fsum(_term(n, j, high) for j in range(k + 1))
                reason = "powers of the rest of 1, of which a rounded limit leaves fewer digits"
                expect(f"{rate}: upper", reached, tail, eps=64 * n / (1 - high), scale=tail, reason=reason)


def _term(n: int, j: int, p: float) -> float:
    log = math.lgamma(n + 1) - math.lgamma(j + 1) - math.lgamma(n - j + 1)
    return math.exp(log + j * math.log(p) + (n - j) * math.log1p(-p))


def wilson_limits_meet_their_definition(compute: Any, arguments: Arguments, seed: int) -> None:
    """Both Wilson limits are as many standard errors, taken at the limit, from the share."""
    found = compute(**arguments)
    z = []
    for rate, n in zip(_RATES, (found.n_cases, found.n_controls), strict=True):
        share = getattr(found, rate)
        for side in ("lower", "upper"):
            limit = getattr(found, f"{rate}_wilson_{side}")
            inside = (limit > 0) & (limit < 1)
            error = np.sqrt(limit[inside] * (1 - limit[inside]) / n)
            z += (np.abs(share[inside] - limit[inside]) / error).tolist()
    if z:
        expect("standard errors", z, np.full(len(z), z[0]), eps=4096, reason="a difference of like numbers")


def rates_ordered(compute: Any, arguments: Arguments, seed: int) -> None:
    """Limits enclose the rate, and a higher level encloses a lower one."""
    wide, narrow = (compute(**{**arguments, "level": level}) for level in (0.95, 0.5))
    for rate in _RATES:
        for method in ("exact", "wilson"):
            lower, upper = (getattr(wide, f"{rate}_{method}_{side}") for side in ("lower", "upper"))
            inner = [getattr(narrow, f"{rate}_{method}_{side}") for side in ("lower", "upper")]
            chain = np.vstack([0 * lower, lower, inner[0], getattr(wide, rate), inner[1], upper, 0 * lower + 1])
            ordered = np.all(np.diff(chain, axis=0) >= -(2.0**-50))
            expect(f"{rate}: {method} limits in order", float(ordered), 1.0, eps=0, reason="they widen with the level")
