"""Coefficients between the lambdas of a path, linear in lambda as glmnet's predict interpolates."""

from __future__ import annotations

import numpy as np

from validation.checks import Floats

__all__ = ["interpolate"]


def interpolate(lambdas: Floats, values: Floats, wanted: Floats) -> Floats:
    """Values (one column per lambda, decreasing) at the wanted lambdas; beyond the ends the end column holds.

    The weights are formed on the scale from 0 (largest lambda) to 1 (smallest); at a point of the path its own column
    comes back without rounding.
    """
    span = lambdas[0] - lambdas[-1]
    if not span > 0.0:
        return np.repeat(values[..., :1], wanted.size, axis=-1)
    nodes = (lambdas[0] - lambdas) / span
    position = np.clip((lambdas[0] - wanted) / span, nodes[0], nodes[-1])
    left = np.clip(np.searchsorted(nodes, position, side="right") - 1, 0, nodes.size - 2)
    gap = nodes[left + 1] - nodes[left]
    share = np.where(gap > 0.0, (nodes[left + 1] - position) / np.where(gap > 0.0, gap, 1.0), 0.0)
    found: Floats = values[..., left] * share + values[..., left + 1] * (1.0 - share)
    return found
