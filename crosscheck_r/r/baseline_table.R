# Baseline tables: description and tests of stats; the standardised differences are written out.

one_variable <- function(a, b, level) {
  limits <- function(values) unname(quantile(values, c(0.25, 0.5, 0.75)))
  pooled <- t.test(a, b, var.equal = TRUE, conf.level = level)
  separate <- t.test(a, b, conf.level = level)
  rank_p <- function(...) suppressWarnings(wilcox.test(a, b, ...)$p.value)
  exact <- !anyDuplicated(c(a, b)) && max(length(a), length(b)) < 50
  u <- unname(suppressWarnings(wilcox.test(a, b)$statistic))
  c(mean_events = mean(a), standard_deviation_events = sd(a), mean_others = mean(b), standard_deviation_others = sd(b),
    lower_quartile_events = limits(a)[1], median_events = limits(a)[2], upper_quartile_events = limits(a)[3],
    lower_quartile_others = limits(b)[1], median_others = limits(b)[2], upper_quartile_others = limits(b)[3],
    mean_difference = mean(a) - mean(b),
    standardized_mean_difference = (mean(a) - mean(b)) / sqrt((var(a) + var(b)) / 2),
    student_t = unname(pooled$statistic), student_p_value = pooled$p.value,
    student_lower = pooled$conf.int[1], student_upper = pooled$conf.int[2],
    welch_t = unname(separate$statistic), welch_degrees_of_freedom = unname(separate$parameter),
    welch_p_value = separate$p.value, welch_lower = separate$conf.int[1], welch_upper = separate$conf.int[2],
    mann_whitney_u = u, mann_whitney_corrected_p_value = rank_p(exact = FALSE, correct = TRUE),
    mann_whitney_uncorrected_p_value = rank_p(exact = FALSE, correct = FALSE),
    mann_whitney_exact_p_value = if (exact) rank_p(exact = TRUE) else NaN)
}

baseline_continuous <- function(y_true, x, names, level) {
  x <- as.matrix(x)
  columns <- lapply(seq_len(ncol(x)), function(j) one_variable(x[y_true == 1, j], x[y_true == 0, j], level))
  table <- do.call(rbind, columns)
  c(lapply(setNames(nm = colnames(table)), function(name) unname(table[, name])),
    list(n_events = sum(y_true == 1), n_others = sum(y_true == 0)))
}

standardized_difference <- function(counts) {
  shares <- prop.table(counts, 2)[-1, , drop = FALSE]
  spread <- function(p) diag(p, length(p)) - outer(p, p)
  difference <- shares[, 1] - shares[, 2]
  distance <- sqrt(sum(difference * solve((spread(shares[, 1]) + spread(shares[, 2])) / 2, difference)))
  if (length(difference) == 1) sign(difference) * distance else distance
}

one_factor <- function(events, x) {
  counts <- unclass(table(x, factor(events, c(1, 0))))
  two <- nrow(counts) == 2
  plain <- suppressWarnings(chisq.test(counts, correct = FALSE))
  corrected <- suppressWarnings(chisq.test(counts, correct = TRUE))
  c(chi_square = unname(plain$statistic), degrees_of_freedom = unname(plain$parameter),
    chi_square_p_value = plain$p.value,
    yates_chi_square = if (two) unname(corrected$statistic) else NaN,
    yates_p_value = if (two) corrected$p.value else NaN,
    fisher_p_value = fisher.test(counts, workspace = 2e6, conf.int = FALSE)$p.value,
    least_expected_count = min(plain$expected), standardized_mean_difference = standardized_difference(counts))
}

baseline_categorical <- function(y_true, x, names) {
  x <- as.matrix(x)
  table <- do.call(rbind, lapply(seq_len(ncol(x)), function(j) one_factor(y_true, x[, j])))
  counts <- function(group) unlist(lapply(seq_len(ncol(x)), function(j) {
    as.integer(table(factor(x[y_true == group, j], sort(unique(x[, j])))))
  }))
  c(lapply(setNames(nm = colnames(table)), function(name) unname(table[, name])),
    list(count_events = counts(1), count_others = counts(0)))
}
