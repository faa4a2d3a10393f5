# Goodness of fit of risks: Hosmer and Lemeshow's test with base R, the unweighted sum of squares with rms.

hosmer_lemeshow_test <- function(y_true, y_proba, groups, grouping, fitted) {
  number <- if (grouping == "quantiles") quantile_groups(y_proba, groups) else rank_groups(y_proba, groups)
  n <- as.vector(table(number))
  events <- as.vector(tapply(y_true, number, sum))
  expected <- as.vector(tapply(y_proba, number, sum))
  chi_square <- sum((events - expected)^2 / expected) + sum(((n - events) - (n - expected))^2 / (n - expected))
  freedom <- if (fitted) length(n) - 2L else length(n)
  list(chi_square = chi_square, degrees_of_freedom = freedom,
       p_value = pchisq(chi_square, freedom, lower.tail = FALSE), group_n = n, group_events = events,
       group_expected = expected, group_mean_risk = expected / n)
}

quantile_groups <- function(risk, groups) {
  # as seq(0, 1, 1 / groups), whose end may fall short of 1
  positions <- pmin(seq(0, groups) * (1 / groups), 1)
  positions[groups + 1] <- 1
  ends <- unique(quantile(risk, positions))
  droplevels(cut(risk, ends, include.lowest = TRUE))
}

# Equal numbers of patients by rank; a tied patient belongs to the group in which the tie begins or is cut.
rank_groups <- function(risk, groups) {
  n <- length(risk)
  groups <- min(groups, n)
  edges <- (2 * seq(0, groups - 1) * n + groups) %/% (2 * groups)
  findInterval(risk, unique(sort(risk)[edges + 1]))
}

unweighted_squares_test <- function(y_true, x) {
  data <- model_frame(y_true, x)
  # rms looks up its own functions by name while it evaluates the model
  suppressPackageStartupMessages(library(rms))
  fit <- eval(bquote(rms::lrm(.(model_formula(ncol(data) - 1)), data = data, x = TRUE, y = TRUE)))
  found <- unname(residuals(fit, "gof"))
  list(sum_of_squares = found[1], expected = found[2], standard_deviation = found[3], z = found[4], p_value = found[5])
}
