# Given risks on other patients, with rms::val.prob.

external_validation <- function(y_true, y_proba, level) {
  v <- rms::val.prob(y_proba, y_true, pl = FALSE)
  # one risk for all has a number without a name at the end
  value <- function(name) unname(v[which(names(v) == name)[1]])
  curve <- lowess(y_proba, y_true, iter = 0)
  events <- sum(y_true)
  ratio <- events / sum(y_proba)
  reach <- qnorm(1 - (1 - level) / 2) * sqrt((1 - mean(y_true)) / events)
  list(somers_dxy = value("Dxy"), c_index = value("C (ROC)"), r_squared = value("R2"), discrimination = value("D"),
       discrimination_chi_square = value("D:Chi-sq"), discrimination_p_value = as.numeric(value("D:p")),
       unreliability = value("U"), unreliability_chi_square = value("U:Chi-sq"), unreliability_p_value = value("U:p"),
       quality = value("Q"), brier_score = value("Brier"), calibration_intercept = value("Intercept"),
       calibration_slope = value("Slope"), largest_error = value("Emax"), quantile_90_error = value("E90"),
       mean_error = value("Eavg"), median_error = median(abs(curve$x - curve$y)), spiegelhalter_z = value("S:z"),
       spiegelhalter_p_value = value("S:p"), observed_expected_ratio = ratio,
       observed_expected_lower = ratio * exp(-reach), observed_expected_upper = ratio * exp(reach))
}
