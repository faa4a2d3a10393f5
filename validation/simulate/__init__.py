"""Synthetic cohorts from a stated design and a seed. No real person is in them."""

from validation.simulate.design import Design, Outcome, PublishedRisk, Variable
from validation.simulate.generator import simulate_cohort
from validation.simulate.shipped import SHIPPED, write_shipped

__all__ = ["SHIPPED", "Design", "Outcome", "PublishedRisk", "Variable", "simulate_cohort", "write_shipped"]
