# Distances of risks from a smooth calibration curve, with stats::loess, stats::lowess and rms::rcs.

calibration_errors <- function(y_true, y_proba, smoother, span, knots, level) {
  order <- order(y_proba)
  p <- y_proba[order]
  y <- y_true[order]
  z <- qnorm(1 - (1 - level) / 2)
  curve <- switch(smoother,
    loess = curve_loess(p, y, span, z),
    lowess = list(observed = lowess(p, y, iter = 0)$y, lower = rep(NA_real_, length(p)), upper = rep(NA_real_, length(p))),
    spline = curve_spline(p, y, knots, z)
  )
  error <- abs(p - curve$observed)
  list(integrated_calibration_index = mean(error), median_error = median(error),
       quantile_90_error = unname(quantile(error, 0.9)), largest_error = max(error),
       estimated_calibration_index = 100 * mean(error^2), predicted = p, observed = curve$observed,
       lower = curve$lower, upper = curve$upper)
}

curve_loess <- function(p, y, span, z) {
  fit <- loess(y ~ p, span = span, control = loess.control(surface = "direct"))
  observed <- unname(predict(fit, data.frame(p = p)))
  share <- pmin(pmax(observed, 0), 1)
  reach <- z * sqrt(vapply(p, function(at) sum(local_weights(p, at, span)^2 * share * (1 - share)), 0))
  list(observed = observed, lower = pmin(pmax(observed - reach, 0), 1), upper = pmin(pmax(observed + reach, 0), 1))
}

# Weight of each outcome in the local parabola at one point.
local_weights <- function(p, at, span) {
  distance <- abs(p - at)
  reach <- sort(distance)[floor(length(p) * span + 1e-5)] * max(1, span)
  weight <- ifelse(distance < reach, (1 - (distance / reach)^3)^3, 0)
  decomposition <- qr(sqrt(weight) * cbind(1, (p - at) / reach, ((p - at) / reach)^2))
  # first row of the inverse of R: the value of the parabola at the point itself
  first <- backsolve(qr.R(decomposition), diag(3))[1, ]
  as.vector(qr.Q(decomposition) %*% first) * sqrt(weight)
}

curve_spline <- function(p, y, knots, z) {
  suppressPackageStartupMessages(library(rms))
  logit <- qlogis(p)
  columns <- unclass(rcs(logit, knots))
  attributes(columns) <- list(dim = dim(columns))
  fit <- glm(y ~ columns, family = binomial)
  found <- predict(fit, se.fit = TRUE)
  limit <- function(side) unname(plogis(found$fit + side * z * found$se.fit))
  list(observed = unname(fitted(fit)), lower = limit(-1), upper = limit(1))
}
