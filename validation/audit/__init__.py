"""Audit of a published prediction model from its printed numbers.

A claim file holds the numbers of a paper as printed (`read_claims`); `audit` asks of each whether any unrounded values,
under any named convention, print so. `explain` shows the arithmetic, `reconstruct` searches a cohort on which all of
them hold at once.
"""

from __future__ import annotations

from pathlib import Path

from validation.audit import (  # noqa: F401 - their import enters the checks into the catalogue
    areas_compared,
    calibration,
    classification,
    counts,
    descriptives,
    design,
    fit,
    group_tests,
    information,
    interval_symmetry,
    likelihood_ratios,
    net_benefit,
    odds_ratios,
    operating_points,
    proportions,
    quartiles,
    roc,
    same_patients,
    sample_size,
    tripod,
)
from validation.audit.claim_file import ClaimFileError, claims_hash, parse_claims, read_claims
from validation.audit.claims import Claims
from validation.audit.empty import empty_claim_file
from validation.audit.findings import CATALOGUE, Finding
from validation.audit.reconstruct import Reconstruction, reconstruct
from validation.audit.result import AuditResult, explain, run_checks
from validation.audit.schema import claim_schema

__all__ = [
    "CATALOGUE",
    "AuditResult",
    "ClaimFileError",
    "Claims",
    "Finding",
    "Reconstruction",
    "audit",
    "claim_schema",
    "empty_claim_file",
    "explain",
    "parse_claims",
    "read_claims",
    "reconstruct",
]


def audit(claims: Claims | str | Path) -> AuditResult:
    """Check every printed number of a claim file.

    Parameters
    ----------
    claims : Claims, str or Path
        What `read_claims` returns, or the path of a claim file.

    Returns
    -------
    AuditResult

    Raises
    ------
    ClaimFileError
        The file cannot be read; the message names line and column.

    Notes
    -----
    A printed number stands for the box of all values that round to it. A finding is inconsistent where no values in the
    boxes fit under any convention that was tried; the envelopes of profile-likelihood and bootstrap intervals are
    measured, see docs/audit.md.

    Examples
    --------
    >>> text = '''
    ... [paper]
    ... id = "example"
    ... [tables]
    ... data = \"\"\"
    ... # name | n   | events | nonevents
    ... all    | 496 | 288    | 208
    ... \"\"\"
    ... auc = \"\"\"
    ... # of | data | auc   | ci
    ... Mg   | all  | 0.602 | 0.551-0.652
    ... \"\"\"
    ... '''
    >>> result = audit(parse_claims(text))
    >>> len(result.inconsistent), result.of("ROC2")[0].verdict
    (0, 'consistent')
    """
    from importlib.metadata import PackageNotFoundError, version

    digest = ""
    if not isinstance(claims, Claims):
        path = Path(claims)
        claims = read_claims(path)
        digest = claims_hash(path.read_bytes())
    try:
        installed = version("crosscheck-r")
    except PackageNotFoundError:
        installed = "not installed"
    paper = claims.paper
    return AuditResult(tuple(run_checks(claims)), paper.id, paper.title or "", paper.read, digest, installed)
