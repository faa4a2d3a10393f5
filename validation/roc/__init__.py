"""ROC curve, area under it with DeLong's or a bootstrap interval, cut-off, comparison of two areas (R: pROC)."""

from validation.roc.bands import SENSITIVITY_BAND, SPECIFICITY_BAND, RocBandResult, sensitivity_band, specificity_band
from validation.roc.bca import AUC_BCA, AUCBCaResult, auc_bca
from validation.roc.binormal import BINORMAL_ROC, BinormalRocResult, binormal_roc
from validation.roc.bootstrap import AUC_BOOTSTRAP, AUCBootstrapResult, auc_bootstrap
from validation.roc.clustered import CLUSTERED_AUC, ClusteredAUCResult, clustered_auc
from validation.roc.clustered_comparison import CLUSTERED_ROC_TEST, ClusteredRocTestResult, clustered_roc_test
from validation.roc.comparison import ROC_TEST, RocTestResult, roc_test
from validation.roc.comparison_at import ROC_TEST_AT, roc_test_at
from validation.roc.comparison_bootstrap import ROC_TEST_BOOTSTRAP, roc_test_bootstrap
from validation.roc.coordinate_intervals import COORDINATE_INTERVALS, CoordinateIntervalsResult, coordinate_intervals
from validation.roc.coordinates import ROC_COORDINATES, RocCoordinatesResult, roc_coordinates
from validation.roc.curve import ROC_CURVE, RocCurveResult, roc_curve
from validation.roc.cutoff import OPTIMAL_CUTOFF, OptimalCutoffResult, optimal_cutoff
from validation.roc.delong import AUC, AUCResult, auc
from validation.roc.multiclass import MULTICLASS_AUC, MulticlassAUCResult, multiclass_auc
from validation.roc.multiclass_bootstrap import (
    MULTICLASS_AUC_BOOTSTRAP,
    MulticlassBootstrapResult,
    multiclass_auc_bootstrap,
)
from validation.roc.one_area import AUC_INTERVAL, AUC_TEST, AUCIntervalResult, AUCTestResult, auc_interval, auc_test
from validation.roc.optimism import CUTOFF_OPTIMISM, CutoffOptimismResult, cutoff_optimism
from validation.roc.paired_covariance import AUC_COVARIANCE, AUCCovarianceResult, auc_covariance
from validation.roc.partial import PARTIAL_AUC, PartialAUCResult, partial_auc
from validation.roc.partial_bootstrap import PARTIAL_AUC_BOOTSTRAP, PartialAUCBootstrapResult, partial_auc_bootstrap
from validation.roc.power import ROC_POWER, ROC_SAMPLE_SIZE, RocPowerResult, roc_power, roc_sample_size
from validation.roc.power_binormal import BINORMAL_SAMPLE_SIZE, BinormalPlanResult, binormal_sample_size
from validation.roc.power_two_curves import (
    ROC_TEST_POWER,
    ROC_TEST_SAMPLE_SIZE,
    RocTestPowerResult,
    roc_test_power,
    roc_test_sample_size,
)
from validation.roc.precision_recall import PRECISION_RECALL, PrecisionRecallResult, precision_recall
from validation.roc.precision_recall_bootstrap import (
    PRECISION_RECALL_BOOTSTRAP,
    PrecisionRecallBootstrapResult,
    precision_recall_bootstrap,
)
from validation.roc.rates_at_threshold import RATES_AT_THRESHOLD, RatesAtThresholdResult, rates_at_threshold
from validation.roc.several import COMPARE_AUCS, AUCComparisonResult, compare_aucs
from validation.roc.threshold_intervals import THRESHOLD_INTERVALS, ThresholdIntervalsResult, threshold_intervals
from validation.roc.two_curves import BootstrapTestResult
from validation.roc.unpaired import ROC_TEST_UNPAIRED, UnpairedRocTestResult, roc_test_unpaired
from validation.roc.venkatraman import VENKATRAMAN_TEST, VenkatramanResult, venkatraman_test
from validation.roc.weighted import WEIGHTED_AUC, WeightedAUCResult, weighted_auc

__all__ = [
    "AUC",
    "AUC_BCA",
    "AUC_BOOTSTRAP",
    "AUC_COVARIANCE",
    "AUC_INTERVAL",
    "AUC_TEST",
    "BINORMAL_ROC",
    "BINORMAL_SAMPLE_SIZE",
    "CLUSTERED_AUC",
    "CLUSTERED_ROC_TEST",
    "COMPARE_AUCS",
    "COORDINATE_INTERVALS",
    "CUTOFF_OPTIMISM",
    "MULTICLASS_AUC",
    "MULTICLASS_AUC_BOOTSTRAP",
    "OPTIMAL_CUTOFF",
    "PARTIAL_AUC",
    "PARTIAL_AUC_BOOTSTRAP",
    "PRECISION_RECALL",
    "PRECISION_RECALL_BOOTSTRAP",
    "RATES_AT_THRESHOLD",
    "ROC_COORDINATES",
    "ROC_CURVE",
    "ROC_POWER",
    "ROC_SAMPLE_SIZE",
    "ROC_TEST",
    "ROC_TEST_AT",
    "ROC_TEST_BOOTSTRAP",
    "ROC_TEST_POWER",
    "ROC_TEST_SAMPLE_SIZE",
    "ROC_TEST_UNPAIRED",
    "SENSITIVITY_BAND",
    "SPECIFICITY_BAND",
    "THRESHOLD_INTERVALS",
    "VENKATRAMAN_TEST",
    "WEIGHTED_AUC",
    "AUCBCaResult",
    "AUCBootstrapResult",
    "AUCComparisonResult",
    "AUCCovarianceResult",
    "AUCIntervalResult",
    "AUCResult",
    "AUCTestResult",
    "BinormalPlanResult",
    "BinormalRocResult",
    "BootstrapTestResult",
    "ClusteredAUCResult",
    "ClusteredRocTestResult",
    "CoordinateIntervalsResult",
    "CutoffOptimismResult",
    "MulticlassAUCResult",
    "MulticlassBootstrapResult",
    "OptimalCutoffResult",
    "PartialAUCBootstrapResult",
    "PartialAUCResult",
    "PrecisionRecallBootstrapResult",
    "PrecisionRecallResult",
    "RatesAtThresholdResult",
    "RocBandResult",
    "RocCoordinatesResult",
    "RocCurveResult",
    "RocPowerResult",
    "RocTestPowerResult",
    "RocTestResult",
    "ThresholdIntervalsResult",
    "UnpairedRocTestResult",
    "VenkatramanResult",
    "WeightedAUCResult",
    "auc",
    "auc_bca",
    "auc_bootstrap",
    "auc_covariance",
    "auc_interval",
    "auc_test",
    "binormal_roc",
    "binormal_sample_size",
    "clustered_auc",
    "clustered_roc_test",
    "compare_aucs",
    "coordinate_intervals",
    "cutoff_optimism",
    "multiclass_auc",
    "multiclass_auc_bootstrap",
    "optimal_cutoff",
    "partial_auc",
    "partial_auc_bootstrap",
    "precision_recall",
    "precision_recall_bootstrap",
    "rates_at_threshold",
    "roc_coordinates",
    "roc_curve",
    "roc_power",
    "roc_sample_size",
    "roc_test",
    "roc_test_at",
    "roc_test_bootstrap",
    "roc_test_power",
    "roc_test_sample_size",
    "roc_test_unpaired",
    "sensitivity_band",
    "specificity_band",
    "threshold_intervals",
    "venkatraman_test",
    "weighted_auc",
]
