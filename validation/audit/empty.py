"""An empty claim file with comments, to start from."""

from __future__ import annotations

from validation.audit.claims import TABLES, Row, TermRow

__all__ = ["empty_claim_file"]

_HEAD = """# Claim file of "crosscheck audit": the numbers of a paper, quoted exactly as printed.
# "?" = looked for and not reported; leave out what you did not look for. A row of a table is one line; cells are
# separated by |, and the comment in its first line names the columns, so their order is free.

[paper]
id = "author2026"
# title = ""
# doi = ""
read = "abstract"           # abstract, full text or supplement
design = "development"      # development, validation, cross-sectional, case-control
# outcome = ""              # definition of the outcome
# dates = "2021-01-01/2025-06-30"
# setting = "hospital"
# missing = "?"             # how missing values were treated
# sample_size_reason = "?"

[tables]
"""
_MODEL = """
[[model]]
id = "model"
kind = "logistic"
data = "all"
# estimator = "ml"          # ml, firth, ridge, lasso
# ci_method = "?"           # wald, profile, bootstrap
# uses_cutoff = ["marker"]
# predictors = []
# candidates = "?"          # number of candidate parameters
# selection = "lasso"
# validation = "?"
# calibration = { kind = "apparent", slope = "?", intercept = "?", text = "" }
# net_benefit = { thresholds = "?", text = "" }
"""


def _columns(row: type[Row]) -> str:
    fields = row.model_fields
    return " | ".join(field.alias or name for name, field in fields.items() if name != "line")


def empty_claim_file() -> str:
    """Text of an empty claim file that names every table and column.

    Examples
    --------
    >>> from validation.audit import parse_claims
    >>> parse_claims(empty_claim_file()).paper.id
    'author2026'
    """
    tables = "\n".join(f'{name} = """\n# {_columns(row)}\n"""' for name, row in TABLES.items())
    return f'{_HEAD}{tables}\n{_MODEL}terms = """\n# {_columns(TermRow)}\n"""\n'
