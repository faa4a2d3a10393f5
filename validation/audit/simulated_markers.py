"""What a simulated paper prints of its first marker and of parts of its patients: cut-offs, odds ratios, splits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, ndtr

from validation.audit.simulated_analysis import Analysis, Outcome
from validation.checks import Floats

__all__ = ["crude_model", "marker_cutoffs", "paired_areas", "printed_p", "printed_parts", "yes_no_areas"]

Generator = np.random.Generator
Row = dict[str, str]
Bools = npt.NDArray[np.bool_]
_Z = 1.959963984540054
#: patients of a part whose events are not printed
_SMALL_PART = 250


def printed_p(value: float, digits: int) -> str:
    """P-value as papers print it."""
    smallest = 10.0**-digits
    return f"<{smallest:.{digits}f}" if value < smallest else f"{value:.{digits}f}"


def _counts(y: Outcome, positive: Bools) -> tuple[int, int, int, int]:
    """True positives, false negatives, false positives, true negatives."""
    a, c = int((positive & (y == 1)).sum()), int((positive & (y == 0)).sum())
    return a, int((y == 1).sum()) - a, c, int((y == 0).sum()) - c


def _youden_cut(found: Analysis) -> float | None:
    """Largest value that the Youden-best rule "above the cut" leaves out; None where no cut beats calling nobody."""
    values = found.variables[0].values
    levels = np.unique(values)[:-1]
    gains = [(values[found.y == 1] > cut).mean() - (values[found.y == 0] > cut).mean() for cut in levels.tolist()]
    return float(levels[int(np.argmax(gains))]) if max(gains, default=0.0) > 0 else None


def _cut_words(found: Analysis, cut: float) -> str:
    return f">{cut:.{found.variables[0].decimals}f}"


def marker_cutoffs(found: Analysis, rng: Generator, d: int) -> list[Row]:
    """The Youden optimum of the first marker, with intervals of its proportions by one of four methods."""
    method, cut = int(rng.integers(4)), _youden_cut(found)
    if cut is None:
        return []
    a, fn, fp, tn = _counts(found.y, found.variables[0].values > cut)
    row = {"of": found.variables[0].name, "data": "all", "cut": _cut_words(found, cut), "rule": "youden"}
    if a and tn and fp and fn:
        row["dor"] = f"{a * tn / (fn * fp):.{d}f}"
    for name, k, n in (("sens", a, a + fn), ("spec", tn, tn + fp), ("ppv", a, a + fp), ("npv", tn, tn + fn)):
        if n:
            low, high = _proportion(k, n, method)
            row |= {name: f"{k / n:.{d}f}", f"{name}_ci": f"{low:.{d}f} to {high:.{d}f}"}
    return [row]


def _proportion(k: int, n: int, method: int) -> tuple[float, float]:
    """Clopper-Pearson, Wald, Wilson or Agresti-Coull."""
    p = k / n
    if method == 0:
        low = float(betaincinv(k, n - k + 1, 0.025)) if k else 0.0
        return low, float(betaincinv(k + 1, n - k, 0.975)) if k < n else 1.0
    if method == 1:
        reach = _Z * math.sqrt(p * (1 - p) / n)
        return max(p - reach, 0.0), min(p + reach, 1.0)
    centre = (k + _Z**2 / 2) / (n + _Z**2)
    if method == 2:
        reach = _Z * math.sqrt(n) / (n + _Z**2) * math.sqrt(p * (1 - p) + _Z**2 / (4 * n))
    else:
        reach = _Z * math.sqrt(centre * (1 - centre) / (n + _Z**2))
    return max(centre - reach, 0.0), min(centre + reach, 1.0)


def _placements(y: Outcome, score: Floats) -> tuple[Floats, Floats]:
    cases, controls = score[y == 1], score[y == 0]
    wins = (cases[:, None] > controls[None, :]) + 0.5 * (cases[:, None] == controls[None, :])
    return wins.mean(axis=1), wins.mean(axis=0)


def paired_areas(found: Analysis) -> list[Row]:
    """DeLong's test of the model's area against that of the first marker."""
    first = found.variables[0]
    if float(found.areas[first.name][0]) < 0.5:
        return []
    cases, controls = zip(*(_placements(found.y, s) for s in (found.risks, first.values)), strict=True)
    gap = cases[0] - cases[1], controls[0] - controls[1]
    variance = sum(float(g.var(ddof=1)) / g.size for g in gap)
    if variance <= 0:
        return []
    z = float(gap[0].mean()) / math.sqrt(variance)
    return [{"first": "model", "second": first.name, "data": "all", "difference": f"{gap[0].mean():.3f}",
             "p": printed_p(2 * float(ndtr(-abs(z))), 3)}]  # fmt: skip


def yes_no_areas(found: Analysis, d: int) -> list[Row]:
    """Area of the first marker's dichotomy, which some papers print beside that of the marker."""
    cut = _youden_cut(found)
    if cut is None:
        return []
    positive = found.variables[0].values > cut
    cases, controls = _placements(found.y, positive.astype(float))
    return _delong(f"{found.variables[0].name}{_cut_words(found, cut)}", "all", cases, controls, d)


def _delong(name: str, data: str, cases: Floats, controls: Floats, d: int) -> list[Row]:
    """Area with DeLong's interval; nothing where the interval would be cut at 1."""
    value = float(cases.mean())
    reach = _Z * math.sqrt(cases.var(ddof=1) / cases.size + controls.var(ddof=1) / controls.size)
    if value + reach >= 1:
        return []
    return [{"of": name, "data": data, "auc": f"{value:.{d}f}",
             "ci": f"{value - reach:.{d}f} to {value + reach:.{d}f}"}]  # fmt: skip


def crude_model(found: Analysis, d: int) -> dict[str, Any]:
    """Unadjusted odds ratios of the two-level variables and of the first marker's dichotomy, with Woolf's limits."""
    splits = {v.name: v.values == 1 for v in found.variables if v.kind == "binary"}
    cut = _youden_cut(found)
    if cut is not None:
        splits[f"{found.variables[0].name}{_cut_words(found, cut)}"] = found.variables[0].values > cut
    terms = []
    for name, positive in splits.items():
        cells = _counts(found.y, positive)
        if min(cells) == 0:
            continue
        a, b, c, e = cells
        ratio, reach = math.log(a * e / (b * c)), _Z * math.sqrt(sum(1 / cell for cell in cells))
        low, high = math.exp(ratio - reach), math.exp(ratio + reach)
        if 0.05 < low < high < 500:
            terms.append({"name": name, "or": f"{math.exp(ratio):.{d}f}", "ci": f"{low:.{d}f}-{high:.{d}f}",
                          "p": printed_p(math.erfc(abs(ratio) / (reach / _Z) / math.sqrt(2)), 3)})  # fmt: skip
    return {"id": "crude", "kind": "logistic", "ratio": "OR", "data": "all", "adjusted": False, "ci_method": "wald",
            "terms": terms}  # fmt: skip


def _part(found: Analysis, name: str, chosen: Bools, share: str) -> Row:
    n, events = int(chosen.sum()), int(found.y[chosen].sum())
    return {"name": name, "parent": "all", "share": share, "n": str(n), "events": str(events),
            "nonevents": str(n - events)}  # fmt: skip


def printed_parts(found: Analysis, rng: Generator, d: int) -> tuple[list[Row], list[Row], list[Row]]:
    """A random 7:3 split, two strata, and a part whose events are not printed but whose area and two cut-offs are."""
    n = found.y.size
    trained = np.zeros(n, dtype=bool)
    trained[rng.permutation(n)[: round(0.7 * n)]] = True
    women = rng.uniform(size=n) < rng.uniform(0.3, 0.7)
    rows = [_part(found, "trained", trained, "7:3"), _part(found, "women", women, "part"),
            _part(found, "men", ~women, "part")]  # fmt: skip
    few = np.zeros(n, dtype=bool)
    few[rng.permutation(n)[: min(n // 2, _SMALL_PART)]] = True
    rows.append({"name": "few", "parent": "all", "share": "some", "n": str(int(few.sum()))})
    y, risks = found.y[few], found.risks[few]
    if min(y.sum(), (1 - y).sum()) < 2:
        return rows, [], []
    cutoffs, area = [], _delong("model", "few", *_placements(y, risks), d)
    for share in (0.3, 0.6):
        a, fn, fp, tn = _counts(y, risks > np.quantile(risks, share))
        values = {"sens": (a, a + fn), "spec": (tn, tn + fp), "ppv": (a, a + fp), "npv": (tn, tn + fn)}
        cutoffs.append({"of": "model", "data": "few", "cut": f"quantile {share}", "rule": "fixed"}
                       | {name: f"{k / m:.{d}f}" for name, (k, m) in values.items() if m})  # fmt: skip
    return rows, cutoffs, area
