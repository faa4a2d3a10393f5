"""Nomogram of a logistic model, and what a printed one stands for (R: rms::nomogram)."""

from validation.nomogram.declarations import NOMOGRAM
from validation.nomogram.nomogram import NomogramResult, nomogram
from validation.nomogram.pretty import pretty
from validation.nomogram.reading import CoefficientsOfPointsResult, coefficients_of_points

__all__ = [
    "NOMOGRAM",
    "CoefficientsOfPointsResult",
    "NomogramResult",
    "coefficients_of_points",
    "nomogram",
    "pretty",
]
