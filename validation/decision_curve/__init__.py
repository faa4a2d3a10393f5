"""Decision curve analysis (R: rmda)."""

from validation.decision_curve.cost_benefit import CostBenefitAxis, cost_benefit_axis, cost_benefit_ratio
from validation.decision_curve.curve import decision_curve
from validation.decision_curve.results import DecisionCurve, StrategyCurve

__all__ = [
    "CostBenefitAxis",
    "DecisionCurve",
    "StrategyCurve",
    "cost_benefit_axis",
    "cost_benefit_ratio",
    "decision_curve",
]
