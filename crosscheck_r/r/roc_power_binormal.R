# Sample size of the comparison of two binormal ROC curves with pROC.

binormal_sample_size <- function(a_1, b_1, a_2, b_2, correlation_cases, correlation_controls, power,
                                 significance_level, alternative, controls_per_case) {
  area <- function(a, b) pnorm(a / sqrt(1 + b^2))
  curves <- list(A1 = a_1, B1 = b_1, A2 = a_2, B2 = b_2, ra = correlation_cases, rn = correlation_controls,
                 delta = area(a_1, b_1) - area(a_2, b_2))
  plan <- pROC::power.roc.test(curves, power = power, sig.level = significance_level, kappa = controls_per_case,
                               alternative = if (alternative == "two-sided") "two.sided" else "one.sided")
  list(n_cases = as.numeric(plan$ncases), n_controls = as.numeric(plan$ncontrols))
}
