"""Compare with recorded runs of rmda 1.6: ``python tests/rmda_references.py FOLDER``.

Every number of every supported run must be the same double. Exit code 1 where one differs.
"""

from __future__ import annotations

import json
import math
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np

from validation.decision_curve import (
    cost_benefit_axis,
    cost_benefit_ratio,
    cross_validated_decision_curve,
    decision_curve,
)
from validation.errors import InputError
from validation.r_numerics import NA_REAL, r_seq

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
        if ours == expected or (math.isnan(ours) and math.isnan(expected) and _is_na(ours) == (theirs is None)):
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


def _is_na(value: Any) -> bool:
    """R's NA is the NaN whose low word is 1954."""
    return int(np.float64(value).view(np.uint64)) & 0xFFFFFFFF == 1954


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
                values = np.full(size, NA_REAL) if values is None else values
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


def _compare_cross_validation(case: Case) -> Tally:
    result = cross_validated_decision_curve(**_arguments(case), folds=case["args"]["folds"])
    tally = Tally()
    # rows of a case-control study are counted several times by rmda, which may cost a rounding
    repeated = case["args"]["study_design"] == "case-control"
    ulps = dict.fromkeys(("prob.high.risk", "prob.low.risk"), 1) if repeated else {}
    _compare_table(tally, result, case["outputs"]["derived_data"], ulps)
    for number, rows in enumerate(case["auxiliary"]["folds"].values(), start=1):
        ours = np.flatnonzero(result.fold == number) + 1
        tally.text(f"fold {number}", str(ours.tolist()), str(sorted(rows)))
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
    low, high = re.search(r"xlim = c\(([^,]+), ([^)]+)\)", call).groups()  # type: ignore[union-attr]
    out: Case = {"limits": (float(low), float(high))}
    count = re.search(r"n\.cost\.benefits = (\d+)", call)
    if count:
        out["count"] = int(count.group(1))
    ratios = re.search(r"cost\.benefits = c\(([^)]*)\)", call)
    if ratios:
        out["ratios"] = re.findall(r'"([^"]+)"', ratios.group(1))
    return out


_SHORT = {"sNB": "standardized_net_benefit", **{k: v for k, v in MEASURES.items() if k != "sNB"}}


def _from_call(case: Case) -> Any:
    """Result of a run that is told by its R call alone."""
    call = case["call"]
    start, stop, by = (float(v) for v in re.search(r"seq\(([\d.]+), ([\d.]+), by = ([\d.]+)\)", call).groups())  # type: ignore[union-attr]
    bootstraps = re.search(r"bootstraps = (\d+)", call)
    outcome, right = re.search(r"decision_curve\((\w+) ~ ([^,]+),", call).groups()  # type: ignore[union-attr]
    columns = {name: np.array(values, dtype=float) for name, values in case["inputs"].items()}
    return decision_curve(
        columns[outcome].astype(int),
        x=np.column_stack([columns[term.strip()] for term in right.split("+")]),
        thresholds=r_seq(start, stop, by),
        policy="opt-out" if "opt-out" in call else "opt-in",
        level=0.95 if bootstraps else None,
        bootstraps=int(bootstraps.group(1)) if bootstraps else 1,
        seed=case["seed"],
        names=f"{outcome} ~ {right}",
        compat="rmda-1.6",
    )


def _compare_summaries(case: Case) -> Tally:
    tally, result = Tally(), _from_call(case)
    _compare_table(tally, result, case["outputs"]["derived_data"], {})
    for entry in case["summaries"].values():
        measure = re.search(r'measure = "(\w+)"', entry["call"])
        digits = re.search(r"nround = (\d+)", entry["call"])
        text = result.summary(_SHORT[measure.group(1) if measure else "sNB"], int(digits.group(1)) if digits else 3)
        ours, theirs = text.split("\n"), entry["printed_lines"]
        tally.number(f"{entry['call']}: lines", float(len(ours)), len(theirs))
        for line, recorded in zip(ours, theirs, strict=False):
            tally.text(entry["call"], line, recorded)
    return tally


def _lines(curve: Any, measure: str, intervals: bool = True) -> list[Any]:
    limits = curve.limits(measure) if intervals else None
    return [*(limits or ()), getattr(curve, measure)]


def _drawn_lines(result: Any, call: str) -> list[Any]:
    """Lines of rmda's three plots in its order of drawing."""
    if call.startswith("plot_clinical_impact"):
        impact = result.clinical_impact(1000)
        return [line for part in (impact.flagged, impact.affected) for line in (part.lower, part.upper, part.number)]
    if call.startswith("plot_roc_components"):
        return _lines(result.model, "true_positive_rate") + _lines(result.model, "false_positive_rate")
    measure = "net_benefit" if "standardize = FALSE" in call else "standardized_net_benefit"
    intervals = "confidence.intervals = FALSE" not in call
    reference = _lines(result.all, measure, intervals)
    lines = [getattr(result.none, measure), reference[-1], *reference[:-1]]
    for _ in range(2 if "list(object, object)" in call else 1):
        lines += _lines(result.model, measure, intervals)
    return lines


def _compare_plots(case: Case) -> Tally:
    tally, result = Tally(), _from_call(case)
    _compare_table(tally, result, case["outputs"]["derived_data"], {})
    for entry in case["plots"].values():
        drawn = list(entry["drawn"].values())
        recorded = [part["y"] for part in drawn if part["what"] == "lines"]
        ours = _drawn_lines(result, entry["call"])
        tally.number(f"{entry['call']}: lines", float(len(ours)), len(recorded))
        for line, other in zip(ours, recorded, strict=False):
            for value, reference in zip(line, other, strict=True):
                tally.number(entry["call"], value, reference)
        for part in drawn:
            if part["what"] == "axis":
                axis = cost_benefit_axis((0.0, 0.4))
                tally.text(entry["call"], " ".join(axis.labels), " ".join(part["labels"]))
                for value, reference in zip(axis.thresholds, part["at"], strict=True):
                    tally.number(entry["call"], value, reference)
    return tally


#: refusals that have a counterpart here, by number of the call; the others are about R's formulas and data frames
_OTHERS: dict[str, Any] = {
    "case_05": lambda y, p, x: decision_curve(y, y_proba=x),
    "case_07": lambda y, p, x: decision_curve(y, x=p, thresholds=[0.1, 1.2]),
    "case_08": lambda y, p, x: decision_curve(y, x=p, thresholds=[0.1, math.nan]),
    "case_09": lambda y, p, x: decision_curve(y + 1, x=p),
    "case_12": lambda y, p, x: decision_curve(0 * y, x=p),
    "case_13": lambda y, p, x: decision_curve(y, x=p, level=95.0),
    "case_14": lambda y, p, x: decision_curve(y, x=p, bootstraps=0),
    "case_15": lambda y, p, x: decision_curve(y, x=p, prevalence=1.2, compat="rmda-1.6"),
    "case_18": lambda y, p, x: cross_validated_decision_curve(y, x=p, folds=5, compat="rmda-1.6"),
    "case_19": lambda y, p, x: cross_validated_decision_curve(y, x=p, folds=1, compat="rmda-1.6"),
}
#: what rmda takes or stops at by accident, and works here
_WORKING: dict[str, Any] = {
    "case_01": lambda y, p, x: decision_curve(y, y_proba=p, thresholds=[0.2], bootstraps=5),
    "case_02": lambda y, p, x: decision_curve(y, y_proba=p, thresholds=[0.2], level=None),
    "case_16": lambda y, p, x: decision_curve(y, x=p, study_design="case-control", compat="rmda-1.6"),
    "case_17": lambda y, p, x: decision_curve(y, y_proba=p, thresholds=[0.1, 0.2], level=None),
    "case_21": lambda y, p, x: decision_curve(
        np.arange(10) == 9, y_proba=p, thresholds=[0.1, 0.2], study_design="case-control", prevalence=0.1, bootstraps=3
    ),
}


def _compare_refusals(case: Case) -> Tally:
    tally = Tally()
    y, p, x = (np.array(case["inputs"][name], dtype=float) for name in ("y", "p", "x"))
    for group, expected in ((_OTHERS, "refused"), (_WORKING, "works")):
        for name, call in group.items():
            try:
                call(y, p, x)
                outcome = "works"
            except InputError:
                outcome = "refused"
            tally.text(f"{name} {case['cases'][name]['call']}", outcome, expected)
    return tally


def _comparison(case: Case) -> Any:
    number = case["case"][:2]
    special = {
        "22": _compare_axis,
        "23": _compare_summaries,
        "24": _compare_summaries,
        "25": _compare_plots,
        "26": _compare_refusals,
    }
    if number in special:
        return special[number]
    if case["args"]["function"] == "cv_decision_curve":
        return _compare_cross_validation
    return _compare_curve


def compare_with_reference_runs(folder: Path) -> int:
    """Print one line per run; return the number of runs that differ."""
    failed = numbers = runs = 0
    for path in sorted(folder.glob("*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        tally = _comparison(case)(case)
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
