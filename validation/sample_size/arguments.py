"""Checks of the arguments that the criteria share."""

from __future__ import annotations

import math

from validation.errors import InputError

__all__ = ["check_r_squared", "check_share", "largest_r_squared"]


def check_share(value: float, name: str) -> float:
    """A proportion strictly between 0 and 1."""
    value = float(value)
    if not 0.0 < value < 1.0:
        raise InputError(name, f"is {value:g}, outside 0 to 1", hint="Pass a proportion strictly between 0 and 1.")
    return value


def check_r_squared(value: float, prevalence: float | None = None) -> float:
    """A Cox-Snell R2, at most its maximum where the prevalence is known."""
    value = check_share(value, "r_squared")
    if prevalence is not None and value > largest_r_squared(prevalence) * (1 + 1e-12):
        most = largest_r_squared(prevalence)
        raise InputError("r_squared", f"is {value:g}, above its maximum {most:.4f}", hint="Pass the Cox-Snell R2.")
    return value


def largest_r_squared(prevalence: float) -> float:
    """Largest Cox-Snell R2 that an outcome of this prevalence allows.

    Parameters
    ----------
    prevalence : float
        Proportion of events, strictly between 0 and 1.

    Returns
    -------
    float

    Raises
    ------
    InputError
        The prevalence is outside 0 to 1.

    Notes
    -----
    ``1 - exp(-D0/n)`` with the null deviance ``D0 = -2 n (f ln f + (1-f) ln(1-f))``.

    References
    ----------
    Nagelkerke NJD (1991). Biometrika 78:691-692. doi:10.1093/biomet/78.3.691

    Examples
    --------
    >>> round(largest_r_squared(288 / 496), 4)
    0.7434
    """
    f = check_share(prevalence, "prevalence")
    return -math.expm1(2.0 * (f * math.log(f) + (1 - f) * math.log1p(-f)))
