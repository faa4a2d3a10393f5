# Backward elimination and robust covariance of rms. Predictors go by position.

fitted_model <- function(y_true, x) {
  data <- model_frame(y_true, x)
  # rms looks up its own functions by name while it evaluates the model
  suppressPackageStartupMessages(library(rms))
  fit <- eval(bquote(rms::lrm(.(model_formula(ncol(data) - 1)), data = data, x = TRUE, y = TRUE)))
  if (fit$fail) stop("lrm did not converge")
  fit
}

backward_elimination <- function(y_true, x, names, rule = "aic", significance = 0.05) {
  fit <- fitted_model(y_true, x)
  found <- rms::fastbw(fit, rule = rule, type = "residual", sls = significance)
  steps <- if (is.null(found$result)) matrix(0, 0, 7) else unname(found$result)
  column <- function(j) as.numeric(steps[, j])
  list(deleted = as.integer(found$factors.deleted) - 1L, kept = as.integer(found$factors.kept) - 1L,
       chi_square = column(1), p_value = column(3), residual_chi_square = column(4),
       residual_degrees_of_freedom = as.integer(column(5)), residual_p_value = column(6), aic = column(7),
       coefficients = as.numeric(found$coefficients), standard_error = sqrt(diag(as.matrix(found$var))))
}

robust_odds_ratios <- function(y_true, x, names, level, clusters = NULL) {
  fit <- fitted_model(y_true, x)
  robust <- if (is.null(clusters)) rms::robcov(fit) else rms::robcov(fit, clusters)
  b <- unname(coef(robust))
  se <- unname(sqrt(diag(vcov(robust))))
  half <- qnorm(1 - (1 - level) / 2) * se[-1]
  list(coefficients = b, standard_error = se, z = b / se, p_value = 2 * pnorm(-abs(b / se)), odds_ratio = exp(b[-1]),
       lower = exp(b[-1] - half), upper = exp(b[-1] + half))
}
