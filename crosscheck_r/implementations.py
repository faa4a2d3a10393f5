"""Other Python packages in the same table: what a user would reach for, judged by the same tiers.

An implementation computes the quantities of a statistic that it covers. Where it falls short of R or of the certified
value, ``causes`` says why in words. scikit-learn and statsmodels are imported only when one of them is called.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from crosscheck_r.agreement import Row

__all__ = ["IMPLEMENTATIONS", "Implementation", "implementations_of"]

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Implementation:
    """One function of another package.

    Parameters
    ----------
    name : str
        Package and function.
    statistic : str
        Statistic of the registry whose quantities it computes.
    compute : callable
        Takes the arguments of a case, returns quantity -> value; nothing where it does not apply.
    causes : mapping
        Quantity -> why it differs; ``"*"`` for all.
    """

    name: str
    statistic: str
    compute: Callable[..., Values]
    causes: Mapping[str, str] = field(default_factory=dict)

    def explained(self, row: Row) -> Row:
        """Row with the cause in words where it is not in agreement."""
        if row.verdict in ("identical", "agree"):
            return row
        cause = self.causes.get(row.quantity, self.causes.get("*", ""))
        return dataclasses.replace(
            row, reason=f"{cause} ({row.reason})" if cause and row.reason else cause or row.reason
        )


def _sklearn_auc(y_true: Any, y_score: Any, direction: str = "higher", **_: Any) -> Values:
    from sklearn.metrics import roc_auc_score

    return {"auc": float(roc_auc_score(y_true, np.asarray(y_score) if direction == "higher" else -np.asarray(y_score)))}


#: filled by family at the foot of this module
IMPLEMENTATIONS: tuple[Implementation, ...] = (
    Implementation(
        "scikit-learn roc_auc_score",
        "auc",
        _sklearn_auc,
        {"auc": "trapezoid over the curve in cumulated doubles, not rounded once"},
    ),
)


def implementations_of(statistic: str) -> tuple[Implementation, ...]:
    """Implementations that compute quantities of the statistic."""
    return tuple(entry for entry in IMPLEMENTATIONS if entry.statistic == statistic)
