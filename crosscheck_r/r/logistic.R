# Logistic regression by stats::glm. Columns go by position; the labels of the predictors are not needed here.

glm_fit <- function(y_true, x, weights = NULL, offset = NULL) {
  x <- as.matrix(x)
  # values, not names: glm would look names up in the data first
  arguments <- list(model_formula(ncol(x)), family = binomial(), data = model_frame(y_true, x))
  do.call(glm, c(arguments, list(weights = weights, offset = offset)), quote = TRUE)
}

# Coefficient table with NA rows for coefficients that glm left out.
wald_table <- function(fit) {
  found <- coef(summary(fit))
  table <- matrix(NA_real_, length(coef(fit)), 4, dimnames = list(names(coef(fit)), colnames(found)))
  table[rownames(found), ] <- found
  table
}

logistic_regression <- function(y_true, x, names, level, weights = NULL, offset = NULL) {
  fit <- glm_fit(y_true, x, weights, offset)
  table <- wald_table(fit)
  coefficients <- unname(coef(fit))
  limits <- exp(unname(confint.default(fit, level = level)))
  list(coefficients = coefficients, standard_error = unname(table[, 2]), z = unname(table[, 3]),
       p_value = unname(table[, 4]), odds_ratio = exp(coefficients[-1]), lower = limits[-1, 1], upper = limits[-1, 2],
       log_likelihood = as.numeric(logLik(fit)), deviance = fit$deviance, null_deviance = fit$null.deviance,
       aic = fit$aic, n_iterations = fit$iter, converged = fit$converged, covariance = unname(vcov(fit)),
       fitted = unname(fitted(fit)))
}

univariable_odds_ratios <- function(y_true, x, names, level) {
  x <- as.matrix(x)
  rows <- lapply(seq_len(ncol(x)), function(j) {
    fit <- glm_fit(y_true, x[, j, drop = FALSE])
    c(wald_table(fit)[2, ], exp(coef(fit)[2]), exp(confint.default(fit, level = level)[2, ]))
  })
  table <- unname(do.call(rbind, rows))
  list(coefficients = table[, 1], standard_error = table[, 2], z = table[, 3], p_value = table[, 4],
       odds_ratio = table[, 5], lower = table[, 6], upper = table[, 7])
}

logistic_model_indexes <- function(y_true, x, names) {
  data <- model_frame(y_true, x)
  # rms looks up its own functions by name while it evaluates the model
  suppressPackageStartupMessages(library(rms))
  fit <- eval(bquote(rms::lrm(.(model_formula(ncol(data) - 1)), data = data)))
  if (fit$fail) stop("lrm did not converge")
  stats <- fit$stats
  list(coefficients = unname(coef(fit)), standard_error = unname(sqrt(diag(vcov(fit)))), deviance = fit$deviance[2],
       null_deviance = fit$deviance[1], likelihood_ratio = stats[["Model L.R."]], degrees_of_freedom = stats[["d.f."]],
       p_value = stats[["P"]], r_squared = stats[["R2"]], brier_score = stats[["Brier"]], g_index = stats[["g"]],
       g_odds_ratio = stats[["gr"]], g_risk = stats[["gp"]], c_index = stats[["C"]], somers_dxy = stats[["Dxy"]],
       gamma = stats[["Gamma"]], tau_a = stats[["Tau-a"]])
}
