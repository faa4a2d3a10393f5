"""Checks of calibration: score equations, Hosmer-Lemeshow, observed over expected, optimism (CAL)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from scipy.special import chdtrc, ndtri

from validation.audit.claims import CalibrationRow, Claims, Model, OptimismRow
from validation.audit.findings import Finding, check, impossible, ok
from validation.audit.fit import printed_value
from validation.audit.roc import _sizes
from validation.audit.rounding import Printed

__all__: list[str] = []

Z = float(ndtri(0.975))
Range = tuple[float, float]
#: corrected measures that exceed the apparent one by more are unusual: measured once in 250 papers
CORRECTED_ABOVE = Fraction(5, 1000)


def _model(claims: Claims, name: str) -> Model | None:
    return next((model for model in claims.model if model.id == name), None)


def _own_data(claims: Claims, row: CalibrationRow) -> bool:
    """The row is on the patients the model was fitted to."""
    if row.fitted is not None:
        return row.fitted.strip().lower() in ("yes", "apparent", "own data", "development")
    model = _model(claims, row.model)
    return model is not None and model.calibration is not None and (model.calibration.kind or "") == "apparent"


def _apparent(claims: Claims) -> Iterator[tuple[str, str | None, str, Printed, Range]]:
    """Model, estimator, quantity, printed value, and what the score equations make it."""
    for row in claims.tables.calibration:
        if not _own_data(claims, row):
            continue
        model, sizes = _model(claims, row.model), _sizes(claims, row.data)
        estimator = None if model is None else model.estimator
        expected: dict[str, Range] = {"slope": (1.0, 1.0), "intercept": (0.0, 0.0), "oe": (1.0, 1.0)}
        if sizes is not None:
            phi = sizes[1] / (sizes[1] + sizes[2])
            expected["mean_risk"] = (phi, phi)
        for name, range_ in expected.items():
            value = printed_value(getattr(row, name))
            if value is not None:
                yield row.model, estimator, name, value, range_
    for model in claims.model:
        said = model.calibration
        if said is None or (said.kind or "").lower() != "apparent":
            continue
        for name, exact in (("slope", 1.0), ("intercept", 0.0)):
            value = printed_value(getattr(said, name))
            if value is not None:
                yield model.id, model.estimator, name, value, (exact, exact)


@check(
    "CAL1",
    "Calibration of a fit on its own data",
    formula="maximum likelihood: slope 1, intercept 0, mean risk = prevalence, O/E = 1",
    source="score equations; Van Calster et al. 2016, doi:10.1016/j.jclinepi.2015.12.005",
)
def cal1(claims: Claims) -> Iterator[Finding]:
    """What the score equations force says nothing about calibration; what contradicts them is no such fit."""
    for model, estimator, name, value, ends in _apparent(claims):
        known = (estimator or "").lower() in ("ml", "maximum likelihood")
        target = f"{model}: {name.replace('_', ' ')}"
        if value.box().meets(*ends):
            sentence = f"{value.text} on the model's own data holds by construction and is no evidence of calibration"
            yield Finding("CAL1", target, "raised" if known else "consistent", "concern" if known else "note", sentence)
        elif known:
            sentence = f"{value.text} where maximum likelihood on its own data gives {ends[0]:.4g}"
            yield Finding("CAL1", target, "inconsistent", "error", sentence, printed=value.box().ends, feasible=ends)
        else:
            sentence = (
                f"{value.text} is not {ends[0]:.4g}: no maximum likelihood fit on its own data (penalised? points?)"
            )
            yield Finding("CAL1", target, "info", "note", sentence)


@check(
    "CAL2",
    "P-value of the Hosmer-Lemeshow test",
    formula="upper tail of chi-square; g - 2 degrees of freedom on the fitted data, g on others",
    source="Hosmer & Lemeshow 1980, doi:10.1080/03610928008827941",
)
def cal2(claims: Claims) -> Iterator[Finding]:
    """Statistic and p-value belong together for some usual number of groups."""
    for row in claims.tables.calibration:
        statistic = printed_value(row.hl)
        if statistic is None or row.p is None or not row.p.reported:
            continue
        df = printed_value(row.df)
        tried = range(3, 16) if df is None else [int(df.value)]
        ranges = {k: _tail(k, statistic) for k in tried if k > 0}
        fits = [k for k, ends in ranges.items() if row.p.box().meets(*ends)]
        target = f"{row.model}: Hosmer-Lemeshow"
        steps = tuple(f"df {k}: p {low:.4f} to {high:.4f}" for k, (low, high) in ranges.items())
        if fits:
            other = bool(row.fitted) and not _own_data(claims, row) and fits == [8]
            words = "; on other data ten groups have 10 degrees of freedom" if other else ""
            yield Finding("CAL2", target, "consistent", "note" if other else "",
                          f"p {row.p.text} belongs to {statistic.text} on {_list(fits)} df{words}",
                          steps=steps, convention=f"df {_list(fits)}")  # fmt: skip
        else:
            where = f"{tried[0]}" if len(tried) == 1 else "3 to 15"
            sentence = f"p {row.p.text} does not belong to {statistic.text} on {where} df"
            yield Finding("CAL2", target, "inconsistent", "error", sentence, steps=steps)


def _tail(df: int, statistic: Printed) -> Range:
    low, high = statistic.box().ends
    return float(chdtrc(df, max(high, 0.0))), float(chdtrc(df, max(low, 0.0)))


def _list(values: list[int]) -> str:
    return " or ".join(map(str, values))


@check(
    "CAL4",
    "Observed over expected events",
    formula="O/E = phi / mean risk; ln O/E -+ z sqrt((1-phi)/n1)",
    source="Debray et al. 2017, doi:10.1136/bmj.i6460",
)
def cal4(claims: Claims) -> Iterator[Finding]:
    """The ratio from the mean risk, and its interval from the events."""
    for row in claims.tables.calibration:
        sizes, ratio = _sizes(claims, row.data), printed_value(row.oe)
        if sizes is None or ratio is None:
            continue
        n1, n0 = sizes[1:]
        phi, target = n1 / (n1 + n0), f"{row.model}: O/E"
        mean = printed_value(row.mean_risk)
        if mean is not None and mean.box().low > 0:
            low, high = phi / float(mean.box().high), phi / float(mean.box().low)
            yield _judged("CAL4", target, ratio, low, high, f"events and mean risk {mean.text}")
        if row.oe_ci is not None and row.oe_ci[0].kind == "value":
            reach = math.exp(Z * math.sqrt((1 - phi) / n1))
            a, b = ratio.box().ends
            yield from _interval(target, row.oe_ci, (a / reach, b / reach), (a * reach, b * reach))


def _interval(target: str, printed: tuple[Printed, Printed], low: Range, high: Range) -> Iterator[Finding]:
    fits = printed[0].box().meets(*low) and printed[1].box().meets(*high)
    shown = f"[{printed[0].text}, {printed[1].text}]"
    if fits:
        yield ok("CAL4", target, f"{shown} is the interval of a fixed expectation")
        return
    # other intervals exist (binomial, delta method on O/E itself), so this is never an error
    sentence = f"{shown} is not the interval on the log scale, {low[0]:.3f} to {high[1]:.3f}"
    yield Finding("CAL4", target, "info", "note", sentence)


def _judged(id: str, target: str, value: Printed, low: float, high: float, source: str) -> Finding:
    steps = (f"{source}: {low:.5g} to {high:.5g}",)
    if value.box().meets(low, high):
        return ok(id, target, f"{value.text} agrees with {source}", steps=steps)
    sentence = f"{value.text} where {source} give {low:.4g} to {high:.4g}"
    return Finding(id, target, "inconsistent", "error", sentence,
                   printed=value.box().ends, feasible=(low, high), steps=steps)  # fmt: skip


def _target(row: OptimismRow) -> str:
    return f"{row.model}: {row.measure}"


@check(
    "CAL5",
    "Optimism-corrected measure",
    formula="corrected = apparent - optimism, optimism = bootstrap - test",
    source="Harrell, Lee & Mark 1996, doi:10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4",
)
def cal5(claims: Claims) -> Iterator[Finding]:
    """The three numbers of Harrell's bootstrap."""
    for row in claims.tables.optimism:
        apparent, boot, test = printed_value(row.apparent), printed_value(row.boot), printed_value(row.test)
        optimism, corrected = printed_value(row.optimism), printed_value(row.corrected)
        if boot is not None and test is not None and optimism is not None:
            low, high = boot.box().low - test.box().high, boot.box().high - test.box().low
            yield _judged("CAL5", f"{_target(row)} optimism", optimism, float(low), float(high), "bootstrap less test")
        if apparent is None or corrected is None:
            continue
        if optimism is not None:
            low, high = apparent.box().low - optimism.box().high, apparent.box().high - optimism.box().low
            words = "apparent less optimism"
        elif boot is not None and test is not None:
            low = apparent.box().low - boot.box().high + test.box().low
            high = apparent.box().high - boot.box().low + test.box().high
            words = "apparent, bootstrap and test"
        else:
            continue
        yield _judged("CAL5", _target(row), corrected, float(low), float(high), words)


@check(
    "CAL6",
    "Corrected measure not above the apparent one",
    formula="corrected <= apparent + 0.005",
    source="measured: once in 250 simulated papers",
)
def cal6(claims: Claims) -> Iterator[Finding]:
    """Optimism is positive but for chance; holds for measures of which more is better."""
    for row in claims.tables.optimism:
        apparent, corrected = printed_value(row.apparent), printed_value(row.corrected)
        falls = any(word in row.measure.lower() for word in ("brier", "emax", "error", "intercept", "ici"))
        if apparent is None or corrected is None or falls:
            continue
        if corrected.box().low > apparent.box().high + CORRECTED_ABOVE:
            sentence = f"corrected {corrected.text} is above apparent {apparent.text}"
            yield Finding("CAL6", _target(row), "inconsistent", "warning", sentence)
        else:
            yield ok("CAL6", _target(row), f"corrected {corrected.text}, apparent {apparent.text}")


@check(
    "CAL7",
    "Level of calibration that the numbers reach",
    formula="mean: O/E; weak: slope and intercept; moderate: curve; a test or a plot alone: none stated",
    source="Van Calster et al. 2016, doi:10.1016/j.jclinepi.2015.12.005; 2019, doi:10.1186/s12916-019-1466-7",
)
def cal7(claims: Claims) -> Iterator[Finding]:
    """How much of calibration was shown."""
    for row in claims.tables.calibration:
        if printed_value(row.slope) is not None and printed_value(row.intercept) is not None:
            yield Finding("CAL7", row.model, "info", "", "slope and intercept: weak calibration")
        elif printed_value(row.oe) is not None or printed_value(row.mean_risk) is not None:
            yield Finding("CAL7", row.model, "info", "", "mean risk or O/E: mean calibration")
        elif row.hl is not None:
            yield Finding("CAL7", row.model, "raised", "concern", "a Hosmer-Lemeshow test alone states no level")
    for model in claims.model:
        said = model.calibration
        if said is None or any(row.model == model.id for row in claims.tables.calibration):
            continue
        if printed_value(said.slope) is None or printed_value(said.intercept) is None:
            yield impossible("CAL7", model.id, "slope or intercept is not reported",
                             f"calibration slope and intercept of {model.id}")  # fmt: skip
