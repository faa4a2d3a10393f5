"""Decision curve analysis: net benefit of a model, of treating all and of treating none (R: rmda)."""

from validation.decision_curve.bands import NET_BENEFIT_BANDS, NetBenefitBands, net_benefit_bands
from validation.decision_curve.cost_benefit import CostBenefitAxis, cost_benefit_axis, cost_benefit_ratio
from validation.decision_curve.cross_validation import CrossValidatedDecisionCurve, cross_validated_decision_curve
from validation.decision_curve.curve import decision_curve
from validation.decision_curve.declaration import (
    CROSS_VALIDATED_DECISION_CURVE,
    DECISION_CURVE,
    DECISION_CURVE_OF_RISKS,
)
from validation.decision_curve.difference import (
    NET_BENEFIT_DIFFERENCE,
    NetBenefitDifference,
    net_benefit_difference,
)
from validation.decision_curve.information import VALUE_OF_INFORMATION, ValueOfInformation, value_of_information
from validation.decision_curve.optimism import (
    OPTIMISM_CORRECTED_DECISION_CURVE,
    OptimismCorrectedDecisionCurve,
    optimism_corrected_decision_curve,
)
from validation.decision_curve.performance import THRESHOLD_TABLE, ThresholdTable, threshold_table
from validation.decision_curve.results import ClinicalImpact, DecisionCurve, StrategyCurve
from validation.decision_curve.survival import SurvivalDecisionCurve, survival_decision_curve
from validation.decision_curve.survival_declaration import SURVIVAL_DECISION_CURVE

__all__ = [
    "CROSS_VALIDATED_DECISION_CURVE",
    "DECISION_CURVE",
    "DECISION_CURVE_OF_RISKS",
    "NET_BENEFIT_BANDS",
    "NET_BENEFIT_DIFFERENCE",
    "OPTIMISM_CORRECTED_DECISION_CURVE",
    "SURVIVAL_DECISION_CURVE",
    "THRESHOLD_TABLE",
    "VALUE_OF_INFORMATION",
    "ClinicalImpact",
    "CostBenefitAxis",
    "CrossValidatedDecisionCurve",
    "DecisionCurve",
    "NetBenefitBands",
    "NetBenefitDifference",
    "OptimismCorrectedDecisionCurve",
    "StrategyCurve",
    "SurvivalDecisionCurve",
    "ThresholdTable",
    "ValueOfInformation",
    "cost_benefit_axis",
    "cost_benefit_ratio",
    "cross_validated_decision_curve",
    "decision_curve",
    "net_benefit_bands",
    "net_benefit_difference",
    "optimism_corrected_decision_curve",
    "survival_decision_curve",
    "threshold_table",
    "value_of_information",
]
