# Limits of sensitivity and specificity at thresholds without resampling, with the binomial tests of base R.

rate_limits <- function(counts, totals, level, method) {
  one <- function(k, n) {
    test <- if (method == "exact") stats::binom.test(k, n, conf.level = level) else
      suppressWarnings(stats::prop.test(k, n, conf.level = level, correct = FALSE))
    as.numeric(test$conf.int)
  }
  mapply(one, counts, totals)
}

rates_at_threshold <- function(y_true, y_score, direction, at, level) {
  positive <- function(t) if (direction == "higher") y_score >= t else y_score <= t
  tp <- vapply(at, function(t) sum(positive(t) & y_true == 1), 0)
  tn <- vapply(at, function(t) sum(!positive(t) & y_true == 0), 0)
  m <- sum(y_true == 1)
  n <- sum(y_true == 0)
  found <- list(sensitivity = tp / m, specificity = tn / n)
  for (rate in c("sensitivity", "specificity")) for (method in c("exact", "wilson")) {
    k <- if (rate == "sensitivity") tp else tn
    limits <- rate_limits(k, rep(if (rate == "sensitivity") m else n, length(k)), level, method)
    found[[paste(rate, method, "lower", sep = "_")]] <- limits[1, ]
    found[[paste(rate, method, "upper", sep = "_")]] <- limits[2, ]
  }
  found
}
