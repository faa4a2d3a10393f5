# Sample size and power of ROC studies with pROC.

proc_alternative <- function(alternative) if (alternative == "two-sided") "two.sided" else "one.sided"

proc_roc <- function(y_true, y_score, direction) {
  pROC::roc(response = y_true, predictor = y_score, levels = c(0, 1),
            direction = if (direction == "higher") "<" else ">", quiet = TRUE)
}

roc_sample_size <- function(auc, power, significance_level, alternative, controls_per_case) {
  plan <- pROC::power.roc.test(auc = auc, power = power, sig.level = significance_level, kappa = controls_per_case,
                               alternative = proc_alternative(alternative))
  list(n_cases = as.numeric(plan$ncases), n_controls = as.numeric(plan$ncontrols))
}

roc_power <- function(n_cases, n_controls, auc = NULL, power = NULL, significance_level = NULL, alternative) {
  # the first argument decides the method, and a level that is not given would be 0.05
  plan <- pROC::power.roc.test(ncases = n_cases, ncontrols = n_controls, auc = auc, power = power,
                               sig.level = significance_level, alternative = proc_alternative(alternative))
  list(auc = as.numeric(plan$auc), power = as.numeric(plan$power), significance_level = as.numeric(plan$sig.level))
}

roc_test_sample_size <- function(y_true, y_score_1, y_score_2, direction_1, direction_2, power, significance_level,
                                 alternative) {
  plan <- pROC::power.roc.test(proc_roc(y_true, y_score_1, direction_1), proc_roc(y_true, y_score_2, direction_2),
                               power = power, sig.level = significance_level, method = "delong",
                               alternative = proc_alternative(alternative))
  list(n_cases = as.numeric(plan$ncases), n_controls = as.numeric(plan$ncontrols))
}

roc_test_power <- function(y_true, y_score_1, y_score_2, direction_1, direction_2, power = NULL,
                           significance_level = NULL, alternative) {
  plan <- pROC::power.roc.test(proc_roc(y_true, y_score_1, direction_1), proc_roc(y_true, y_score_2, direction_2),
                               power = power, sig.level = significance_level, method = "delong",
                               alternative = proc_alternative(alternative))
  list(power = as.numeric(plan$power), significance_level = as.numeric(plan$sig.level))
}
