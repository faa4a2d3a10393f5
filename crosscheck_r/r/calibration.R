# Calibration of predicted risks with rms and stats.

calibration_statistics <- function(y_true, y_proba) {
  v <- rms::val.prob(y_proba, y_true, pl = FALSE)
  logit <- qlogis(y_proba)
  finite <- is.finite(logit)
  y <- y_true[finite]
  logit <- logit[finite]
  joint <- summary(glm(y ~ logit, family = binomial))$coefficients
  large <- summary(glm(y ~ 1, family = binomial, offset = logit))$coefficients
  list(calibration_intercept = unname(v["Intercept"]), calibration_slope = unname(v["Slope"]),
       calibration_in_the_large = large[1, 1], intercept_standard_error = joint[1, 2], slope_standard_error = joint[2, 2],
       in_the_large_standard_error = large[1, 2])
}

calibration_curve <- function(y_true, y_proba) {
  curve <- lowess(y_proba, y_true, iter = 0)
  list(predicted = curve$x, observed = curve$y)
}

brier_score <- function(y_true, y_proba) {
  list(brier_score = unname(rms::val.prob(y_proba, y_true, pl = FALSE)["Brier"]))
}

# The smoother itself with all its choices; a negative delta stands for R's default.
smoother <- function(x, y, span, iterations, delta) {
  if (delta < 0) delta <- 0.01 * diff(range(x))
  curve <- lowess(x, y, f = span, iter = iterations, delta = delta)
  list(x = curve$x, y = curve$y)
}
