"""Maximum likelihood fit for a search that needs thousands of them, each from the last one's coefficients."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from validation.checks import Floats

__all__ = ["newton"]

Outcome = npt.NDArray[np.int8]


def newton(y: Outcome, x: Floats, start: Floats | None) -> tuple[Floats, Floats] | None:
    """Coefficients and standard errors of the maximum likelihood fit; None where it does not settle."""
    spread = x.std(axis=0)
    if (spread == 0).any():
        return None
    centre = x.mean(axis=0)
    design = np.column_stack([np.ones(y.size), (x - centre) / spread])
    beta = np.zeros(design.shape[1])
    if start is not None:
        beta[1:] = start[1:] * spread
        beta[0] = start[0] + start[1:] @ centre
    for _ in range(30):
        p = 1.0 / (1.0 + np.exp(-np.clip(design @ beta, -500, 500)))
        information = (design * (p * (1 - p))[:, None]).T @ design
        try:
            step = np.linalg.solve(information, design.T @ (y - p))
        except np.linalg.LinAlgError:
            return None
        beta = beta + np.clip(step, -3, 3)
        if np.abs(step).max() < 1e-9:
            errors = np.sqrt(np.diag(np.linalg.inv(information)))
            slopes = beta[1:] / spread
            return np.concatenate([[beta[0] - slopes @ centre], slopes]), np.concatenate(
                [errors[:1], errors[1:] / spread]
            )
        if np.abs(beta).max() > 50:
            return None
    return None
