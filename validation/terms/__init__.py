"""From predictors to model columns: splines, polynomials, categories, products (R: rms::rcs, pol, catg)."""

from validation.terms.design import Column, Predictor, TermDesign, term_design
from validation.terms.formula import ModelFormula, parse_formula
from validation.terms.splines import spline_basis, spline_knots

__all__ = [
    "Column",
    "ModelFormula",
    "Predictor",
    "TermDesign",
    "parse_formula",
    "spline_basis",
    "spline_knots",
    "term_design",
]
