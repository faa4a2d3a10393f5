"""Measures and limits from counts, put together to curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from validation.checks import Floats
from validation.decision_curve.counting import Grid, Resampled, count_reference
from validation.decision_curve.measures import MEASURES, Crossings, correctly_rounded, in_doubles, order_statistics
from validation.decision_curve.request import Request
from validation.decision_curve.results import StrategyCurve
from validation.r_numerics import NA_REAL

__all__ = ["Tables"]

# doubles of a thresholds x resamples array whose measures are formed at a time
_BLOCK = 1 << 17
_REFERENCES = ("all", "none")


class Tables:
    """Measures and limits from counts."""

    def __init__(self, request: Request, grid: Grid, level: float | None) -> None:
        self.request, self.grid, self.level = request, grid, level

    def curve(self, name: str, counts: Crossings, resampled: Crossings | None, on_threshold: int = 0) -> StrategyCurve:
        """Curve of one strategy in the order of the given thresholds."""
        columns = dict(self._points(counts))
        if resampled is not None:
            columns |= self._limits(resampled)
        return StrategyCurve(
            name, **{key: values[self.grid.place] for key, values in columns.items()}, n_on_threshold=on_threshold
        )

    def references(self, drawn: Resampled | None) -> dict[str, StrategyCurve]:
        """Curves of treating all and none."""
        cases = np.array(np.count_nonzero(self.request.outcome))
        controls = self.request.outcome.size - cases
        return {
            name: self.curve(
                name,
                count_reference(name, self.grid, cases, controls),
                count_reference(name, self.grid, drawn.cases, drawn.controls) if drawn else None,
            )
            for name in _REFERENCES
        }

    def common(self, curves: Sequence[StrategyCurve], references: Mapping[str, StrategyCurve]) -> dict[str, Any]:
        """What every decision curve holds, by the names of its fields."""
        request = self.request
        return {
            "thresholds": request.thresholds,
            "model": curves[0],
            "all": references["all"],
            "none": references["none"],
            "models": {curve.name: curve for curve in curves},
            "policy": request.policy,
            "tie_rule": request.tie_rule,
            "study_design": request.study_design,
            "population_prevalence": request.prevalence,
            "n": request.outcome.size,
            "n_events": int(np.count_nonzero(request.outcome)),
            "n_on_threshold": curves[0].n_on_threshold,
            "compat": request.compat,
        }

    def _points(self, counts: Crossings) -> Mapping[str, Floats]:
        request, ascending = self.request, self.grid.ascending
        if request.as_rmda:
            return dict(in_doubles(counts, ascending, request.policy, request.prevalence))
        return correctly_rounded(counts, ascending, request.policy, request.prevalence)

    def _limits(self, counts: Crossings) -> Mapping[str, Floats]:
        request, ascending = self.request, self.grid.ascending
        assert self.level is not None
        missing = float(NA_REAL) if request.as_rmda else np.nan
        out = {f"{name}_{side}": np.empty(ascending.size) for name in MEASURES for side in ("lower", "upper")}
        size = max(1, _BLOCK // counts.cases.size)
        for start in range(0, ascending.size, size):
            rows = slice(start, start + size)
            measures = in_doubles(counts.at(rows), ascending[rows, None], request.policy, request.prevalence)
            for name, values in measures:
                low, high = order_statistics(values, self.level, missing)
                out[f"{name}_lower"][rows], out[f"{name}_upper"][rows] = low, high
        return out
