"""Compare with recorded runs of rmda 1.6: ``python tests/rmda_references.py FOLDER``.

Every number of every supported run must be the same double. Exit code 1 where one differs.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np

from validation.decision_curve import cost_benefit_axis, cost_benefit_ratio, decision_curve

Case = dict[str, Any]
#: measure of rmda's table -> attribute of our curves
MEASURES = {
    "FPR": "false_positive_rate",
    "FNR": "false_negative_rate",
    "TPR": "true_positive_rate",
    "TNR": "true_negative_rate",
    "NB": "net_benefit",
    "sNB": "standardized_net_benefit",
    "rho": "prevalence",
    "prob.high.risk": "proportion_high_risk",
    "prob.low.risk": "proportion_low_risk",
    "DP": "detection_probability",
    "nonDP": "non_detection_probability",
}


class Tally:
    """Equal and different numbers of one run."""

    def __init__(self) -> None:
        self.equal = self.within_ulp = 0
        self.different: list[str] = []

    def number(self, what: str, ours: Any, theirs: Any, ulps: int = 0) -> None:
        """Count one number; `theirs` as the file tells it."""
        expected = _number(theirs)
        if ours == expected or (math.isnan(ours) and math.isnan(expected)):
            self.equal += 1
        elif abs(ours - expected) <= ulps * math.ulp(expected):
            self.within_ulp += 1
        else:
            self.different.append(f"{what}: {ours!r} where rmda has {expected!r}")

    def text(self, what: str, ours: str, theirs: str) -> None:
        """Count one text."""
        if ours == theirs:
            self.equal += 1
        else:
            self.different.append(f"{what}: {ours!r} where rmda has {theirs!r}")


def _number(value: Any) -> float:
    if value is None:
        return math.nan
    return float({"NaN": math.nan, "Inf": math.inf, "-Inf": -math.inf}.get(value, value))


def _columns(case: Case) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    columns = {}
    for name, values in case["inputs"].items():
        kind = case["input_types"][name]
        if kind.startswith("factor"):
            columns[name] = np.array(values, dtype=object)
        else:
            columns[name] = np.array([math.nan if v is None else float(v) for v in values])
    return columns, case["input_types"]


def _arguments(case: Case) -> Case:
    """Arguments of our function from rmda's call."""
    args = case["args"]
    columns, types = _columns(case)
    outcome, right = (part.strip() for part in args["formula"].split("~"))
    design, used = _design(right, columns, types)
    complete = ~np.isnan(columns[outcome])
    for name in used:
        values = columns[name]
        complete &= np.array([v is not None for v in values]) if values.dtype == object else ~np.isnan(values)
    out: Case = {
        "y_true": columns[outcome][complete].astype(int),
        "thresholds": np.array([_number(t) for t in args["thresholds"]]),
        "policy": args["policy"],
        "study_design": args["study_design"],
        "prevalence": args["population_prevalence"],
        "compat": "rmda-1.6",
    }
    if args["fitted_risk"]:
        out["y_proba"] = columns[right][complete]
    else:
        out |= {"x": design[complete], "link": args["link"]}
    if case["seed"] is not None:
        out["seed"] = case["seed"]
    if case["rng_kind"][2] == "Rounding":
        out["sample_kind"] = "Rounding"
    return out


def _design(right: str, columns: dict[str, np.ndarray], types: dict[str, str]) -> tuple[np.ndarray, set[str]]:
    """Model matrix without intercept for the formulas of the recorded runs (treatment contrasts)."""
    if right == "age * grp + I(bmi^2)":
        levels = types["grp"].removeprefix("factor(").removesuffix(")").split("|")
        dummies = [(columns["grp"] == level).astype(float) for level in levels[1:]]
        age = columns["age"]
        parts = [age, *dummies, columns["bmi"] ** 2, *(age * dummy for dummy in dummies)]
        return np.column_stack(parts), {"age", "grp", "bmi"}
    names = [term.strip() for term in right.split("+")]
    return np.column_stack([columns[name] for name in names]), set(names)


def _compare_table(tally: Tally, result: Any, table: Case, ulps: dict[str, int]) -> None:
    size = result.thresholds.size
    for block, curve in enumerate((result.model, result.all, result.none)):
        for theirs, ours in MEASURES.items():
            for suffix in ("", "_lower", "_upper"):
                values = getattr(curve, ours + suffix)
                values = np.full(size, math.nan) if values is None else values
                recorded = table[theirs + suffix][block * size : (block + 1) * size]
                for t, value, reference in zip(result.thresholds, values, recorded, strict=True):
                    tally.number(f"{curve.name} {theirs}{suffix} at {t!r}", value, reference, ulps.get(theirs, 0))
        ratios = table["cost.benefit.ratio"][block * size : (block + 1) * size]
        for t, ratio in zip(result.thresholds.tolist(), ratios, strict=True):
            tally.text(f"ratio at {t!r}", cost_benefit_ratio(t), ratio)


def _compare_curve(case: Case) -> Tally:
    args = case["args"]
    level = args["confidence_intervals"]
    level = None if isinstance(level, str) or level is None else level
    options: Case = {"level": level} | ({"bootstraps": args["bootstraps"]} if level is not None else {})
    result = decision_curve(**_arguments(case), **options)
    tally = Tally()
    _compare_table(tally, result, case["outputs"]["derived_data"], {})
    return tally


def _compare_axis(case: Case) -> Tally:
    tally = Tally()
    for name, entry in case["cases"].items():
        axis = cost_benefit_axis(**_axis_arguments(entry["call"]))
        expected = entry["outputs"]
        if isinstance(expected, str):
            tally.number(f"{name}: number of ticks", float(len(axis.labels)), 0.0)
            continue
        for i, (label, ratio, threshold) in enumerate(
            zip(expected["name"], expected["value"], expected["threshold"], strict=True)
        ):
            tally.text(f"{name} label {i}", axis.labels[i], label)
            tally.number(f"{name} ratio {i}", axis.ratios[i], ratio)
            tally.number(f"{name} threshold {i}", axis.thresholds[i], threshold)
        tally.number(f"{name}: number of ticks", float(len(axis.labels)), len(expected["name"]))
    return tally


def _axis_arguments(call: str) -> Case:
    import re

    low, high = re.search(r"xlim = c\(([^,]+), ([^)]+)\)", call).groups()  # type: ignore[union-attr]
    out: Case = {"limits": (float(low), float(high))}
    count = re.search(r"n\.cost\.benefits = (\d+)", call)
    if count:
        out["count"] = int(count.group(1))
    ratios = re.search(r"cost\.benefits = c\(([^)]*)\)", call)
    if ratios:
        out["ratios"] = re.findall(r'"([^"]+)"', ratios.group(1))
    return out


def _comparison(case: Case) -> Any:
    if case["case"].startswith("22"):
        return _compare_axis
    if case.get("args") and case["args"]["function"] == "decision_curve":
        return _compare_curve
    return None


def compare_with_reference_runs(folder: Path) -> int:
    """Print one line per run; return the number of runs that differ."""
    failed = numbers = runs = 0
    for path in sorted(folder.glob("*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        compare = _comparison(case)
        if compare is None:
            print(f"{path.stem}: not supported")
            continue
        tally = compare(case)
        runs += 1
        numbers += tally.equal
        within = f", {tally.within_ulp} within 1 ulp" if tally.within_ulp else ""
        print(f"{path.stem}: {tally.equal} equal{within}, {len(tally.different)} different")
        for line in tally.different[:5]:
            print(f"    {line}")
        failed += bool(tally.different)
    print(f"{runs} runs, {numbers} numbers equal, {failed} runs differ")
    return failed


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit("usage: python tests/rmda_references.py FOLDER")
    sys.exit(1 if compare_with_reference_runs(Path(sys.argv[1])) else 0)
