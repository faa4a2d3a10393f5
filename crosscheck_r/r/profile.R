# Profile likelihood limits (MASS before R 4.4, stats from then on) and likelihood ratio tests.

profile_likelihood_intervals <- function(y_true, x, names, level, weights = NULL, offset = NULL) {
  x <- as.matrix(x)
  arguments <- list(model_formula(ncol(x)), family = binomial(), data = model_frame(y_true, x))
  fit <- do.call(glm, c(arguments, list(weights = weights, offset = offset)), quote = TRUE)
  terms <- names(coef(fit))[-1]
  if (getRversion() < "4.4") loadNamespace("MASS")
  limits <- suppressMessages(confint(fit, parm = terms, level = level))
  limits <- matrix(unname(limits), ncol = 2)
  tests <- drop1(fit, test = "LRT")[-1, ]
  list(coefficients = unname(coef(fit)[-1]), odds_ratio = exp(unname(coef(fit)[-1])),
       coefficient_lower = limits[, 1], coefficient_upper = limits[, 2], lower = exp(limits[, 1]),
       upper = exp(limits[, 2]), likelihood_ratio = tests[["LRT"]], p_value = tests[["Pr(>Chi)"]])
}
