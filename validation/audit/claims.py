"""Claim file: the numbers of a paper, typed as printed.

A claim file is TOML, or JSON with the same keys. Tables are text blocks whose header comment names the columns, so that
a row of a PDF can be typed in one go; ``"?"`` means looked for and not reported, an absent cell means not entered.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from validation.audit.rounding import Printed, parse_interval, parse_number

__all__ = ["TABLES", "Claims", "Model", "Paper", "Tables"]


#: more than any cohort has
_MOST_PATIENTS = 10**9


def _number(value: Any) -> Any:
    if value is None or isinstance(value, Printed):
        return value
    if not isinstance(value, str):
        raise ValueError(f'{value!r} has to be quoted, since "0.60" and 0.6 are not the same claim')
    return parse_number(value)


def _interval(value: Any) -> Any:
    if value is None or isinstance(value, tuple):
        return value
    if not isinstance(value, str):
        raise ValueError(f"{value!r} has to be quoted text, for example 0.551-0.652")
    return parse_interval(value)


def _count(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if not isinstance(value, int):
        printed = _number(str(value).replace(",", "").replace(" ", ""))
        if not printed.reported:
            return None
        if printed.kind != "value" or printed.value.denominator != 1 or printed.value < 0:
            raise ValueError(f'"{value}" is no count: a whole number without sign is needed')
        value = int(printed.value)
    if not 0 <= value <= _MOST_PATIENTS:
        raise ValueError(f"{value} is no count of patients")
    return value


_TEXT_SCHEMA = WithJsonSchema({"type": "string", "description": "as printed, or ? where not reported"})
Number = Annotated[Printed | None, BeforeValidator(_number), _TEXT_SCHEMA]
Interval = Annotated[tuple[Printed, Printed] | None, BeforeValidator(_interval), _TEXT_SCHEMA]
Count = Annotated[int | None, BeforeValidator(_count), WithJsonSchema({"type": ["integer", "string"]})]
Text = str | None


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Row(_Strict):
    """One row of a table; ``line`` is where it stands in the file."""

    line: int = Field(default=0, exclude=True)


class DataRow(Row):
    """A data set: all patients, a subgroup, a validation set."""

    name: str
    n: Count = None
    events: Count = None
    nonevents: Count = None
    parent: Text = None
    share: Text = None


class CountRow(Row):
    """Part of a whole: ``k`` of ``n`` with its percentage."""

    of: str
    data: Text = None
    group: Text = None
    k: Count = None
    n: Count = None
    pct: Number = None
    total: Text = None


class CrosstabRow(Row):
    """A level of a categorical variable in two groups, for its test."""

    var: str
    level: str
    events: Count = None
    nonevents: Count = None
    data: Text = None


class DescribeRow(Row):
    """Mean and SD, or median and quartiles, of a variable in a group."""

    var: str
    group: Text = None
    n: Count = None
    mean: Number = None
    sd: Number = None
    median: Number = None
    iqr: Interval = None
    min: Number = None
    max: Number = None
    unit: Number = None
    items: Count = None


class TestRow(Row):
    """A two-group test with its p-value."""

    var: str
    kind: Text = None
    statistic: Number = None
    df: Number = None
    p: Number = None
    data: Text = None


class AucRow(Row):
    """An area under the ROC curve."""

    of: str
    data: Text = None
    auc: Number = None
    ci: Interval = None
    se: Number = None
    p: Number = None
    method: Text = None


class AucDifferenceRow(Row):
    """Two areas compared on the same patients."""

    first: str
    second: str
    data: Text = None
    difference: Number = None
    p: Number = None


class CutoffRow(Row):
    """A cut-off with what it classifies."""

    of: str
    data: Text = None
    cut: Text = None
    rule: Text = None
    sens: Number = None
    spec: Number = None
    ppv: Number = None
    npv: Number = None
    acc: Number = None
    f1: Number = None
    lr_pos: Number = None
    lr_neg: Number = None
    youden: Number = None
    dor: Number = None
    sens_ci: Interval = None
    spec_ci: Interval = None
    ppv_ci: Interval = None
    npv_ci: Interval = None
    prevalence: Number = None


class FitRow(Row):
    """Fit of a model."""

    model: str
    data: Text = None
    chi2: Number = None
    df: Number = None
    p: Number = None
    minus2ll: Number = None
    cox_snell: Number = None
    nagelkerke: Number = None
    mcfadden: Number = None
    brier: Number = None
    scaled_brier: Number = None
    c: Number = None


class CalibrationRow(Row):
    """Calibration of a model on a data set."""

    model: str
    data: Text = None
    slope: Number = None
    intercept: Number = None
    hl: Number = None
    df: Number = None
    p: Number = None
    oe: Number = None
    oe_ci: Interval = None
    mean_risk: Number = None
    fitted: Text = None


class OptimismRow(Row):
    """Internal validation of one measure."""

    model: str
    measure: str
    apparent: Number = None
    boot: Number = None
    test: Number = None
    optimism: Number = None
    corrected: Number = None


class NetBenefitRow(Row):
    """Net benefit at a threshold."""

    model: str
    threshold: Number = None
    nb: Number = None
    nb_all: Number = None
    avoided: Number = None
    per: Count = None
    sens: Number = None
    spec: Number = None
    standardised: Text = None
    data: Text = None


class TermRow(Row):
    """A coefficient of a model."""

    name: str
    or_: Number = Field(default=None, alias="or")
    ci: Interval = None
    p: Number = None
    b: Number = None
    se: Number = None
    wald: Number = None
    sd: Number = None
    share: Number = None


#: tables of a claim file and the model of their rows
TABLES: dict[str, type[Row]] = {
    "data": DataRow,
    "count": CountRow,
    "crosstab": CrosstabRow,
    "describe": DescribeRow,
    "test": TestRow,
    "auc": AucRow,
    "auc_difference": AucDifferenceRow,
    "cutoff": CutoffRow,
    "fit": FitRow,
    "calibration": CalibrationRow,
    "optimism": OptimismRow,
    "net_benefit": NetBenefitRow,
}


class Paper(_Strict):
    """What is audited."""

    id: str
    title: Text = None
    doi: Text = None
    read: Literal["abstract", "full text", "supplement"] = "abstract"
    design: Text = None
    outcome: Text = None
    dates: Text = None
    setting: Text = None
    missing: Text = None
    sample_size_reason: Text = None
    imbalance: Text = None
    flow: Text = None
    data_sharing: Text = None
    code_sharing: Text = None
    prevalence_source: Text = None
    wording: Text = None
    all_p: Text = None
    predictor_in_outcome: Text = None
    univariable_screening: Text = None


class ModelCalibration(_Strict):
    """What is said of a model's calibration in words."""

    kind: Text = None
    slope: Number = None
    intercept: Number = None
    text: Text = None


class ModelNetBenefit(_Strict):
    """What is said of a model's decision curve in words."""

    thresholds: Text = None
    text: Text = None
    lowest_risk: Number = None
    corrected: Text = None


class Model(_Strict):
    """A regression model."""

    id: str
    kind: Text = "logistic"
    data: Text = None
    estimator: Text = None
    ratio: Text = None
    ci_method: Text = None
    adjusted: bool = True
    uses_cutoff: tuple[str, ...] = ()
    dichotomised: tuple[str, ...] = ()
    predictors: tuple[str, ...] = ()
    candidates: Count = None
    selection: Text = None
    screening: Text = None
    equation: Text = None
    validation: Text = None
    performance: Text = None
    calibration: ModelCalibration | None = None
    net_benefit: ModelNetBenefit | None = None
    terms: tuple[TermRow, ...] = ()


class Tables(_Strict):
    """All tables of a paper."""

    data: tuple[DataRow, ...] = ()
    count: tuple[CountRow, ...] = ()
    crosstab: tuple[CrosstabRow, ...] = ()
    describe: tuple[DescribeRow, ...] = ()
    test: tuple[TestRow, ...] = ()
    auc: tuple[AucRow, ...] = ()
    auc_difference: tuple[AucDifferenceRow, ...] = ()
    cutoff: tuple[CutoffRow, ...] = ()
    fit: tuple[FitRow, ...] = ()
    calibration: tuple[CalibrationRow, ...] = ()
    optimism: tuple[OptimismRow, ...] = ()
    net_benefit: tuple[NetBenefitRow, ...] = ()


class Claims(_Strict):
    """A whole claim file."""

    paper: Paper
    tables: Tables = Tables()
    model: tuple[Model, ...] = ()

    def data_set(self, name: str | None) -> DataRow | None:
        """Data set by name; the only one, or the first, where no name is given."""
        rows = self.tables.data
        if name is None:
            return rows[0] if rows else None
        return next((row for row in rows if row.name == name), None)

    def subsets(self, name: str) -> Iterator[DataRow]:
        """Data sets that are parts of the named one."""
        return (row for row in self.tables.data if row.parent == name)
