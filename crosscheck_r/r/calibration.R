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

calibration_curve <- function(y_true, y_proba, groups, level) {
  curve <- lowess(y_proba, y_true, iter = 0)
  c(list(predicted = curve$x, observed = curve$y), risk_groups(y_true, y_proba, groups, level))
}

# Groups of equal size by rank, tied risks kept together, with Wilson's interval of the proportion of events.
risk_groups <- function(y_true, y_proba, groups, level) {
  ranked <- order(y_proba)
  risk <- y_proba[ranked]
  n <- length(risk)
  groups <- min(groups, n)
  edges <- (2 * seq(0, groups - 1) * n + groups) %/% (2 * groups)
  group <- findInterval(seq_len(n), unique(match(risk[edges + 1], risk)))
  size <- as.integer(table(group))
  events <- as.vector(tapply(y_true[ranked], group, sum))
  wilson <- function(x, k) suppressWarnings(prop.test(x, k, conf.level = level, correct = FALSE))$conf.int
  limits <- mapply(wilson, events, size)
  list(group_n = size, group_predicted = as.vector(tapply(risk, group, mean)), group_observed = events / size,
       group_lower = limits[1, ], group_upper = limits[2, ])
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
