# Seeded tests of two ROC curves with pROC. Levels and direction are always stated.

tested_curve <- function(y_true, y_score, direction, ...) {
  pROC::roc(response = y_true, predictor = y_score, levels = c(0, 1),
            direction = if (direction == "higher") "<" else ">", quiet = TRUE, ...)
}

# Rows of one resample of each group of patients, drawn as roc.test draws them.
resampled_rows <- function(groups, stratified) {
  lapply(groups, function(y) {
    if (!stratified) return(sample(seq_along(y), replace = TRUE))
    controls <- which(y == 0)
    cases <- which(y == 1)
    c(controls[sample(seq_along(controls), replace = TRUE)], cases[sample(seq_along(cases), replace = TRUE)])
  })
}

# roc.test keeps its replicates to itself: the same seed gives them again, one curve after the other.
difference_limits <- function(y_1, x_1, y_2, x_2, paired, stratified, bootstraps, level, seed, value_1, value_2) {
  seed_generator(seed)
  differences <- vapply(seq_len(bootstraps), function(i) {
    rows <- resampled_rows(if (paired) list(y_1) else list(y_1, y_2), stratified)
    first <- rows[[1]]
    second <- rows[[length(rows)]]
    if (length(unique(y_1[first])) < 2 || length(unique(y_2[second])) < 2) return(NA_real_)
    value_1(y_1[first], x_1[first]) - value_2(y_2[second], x_2[second])
  }, 0)
  kept <- differences[!is.na(differences)]
  tail <- (1 - level) / 2
  list(limits = quantile(kept, c(tail, 1 - tail), names = FALSE), dropped = sum(is.na(differences)))
}

# Area of a resample, whole or in part; corrected also where pROC corrects no curve of data, below the chance line.
resampled_area <- function(direction, partial_range, focus, corrected) {
  function(y, x) {
    if (is.null(partial_range)) return(as.numeric(pROC::auc(tested_curve(y, x, direction))))
    area <- as.numeric(pROC::auc(tested_curve(y, x, direction), partial.auc = partial_range, partial.auc.focus = focus))
    if (!corrected) return(area)
    smallest <- sum(1 - range(partial_range)) * diff(range(partial_range)) / 2
    (1 + (area - smallest) / (diff(range(partial_range)) - smallest)) / 2
  }
}

roc_test_bootstrap <- function(y_true, y_score_1, y_score_2, y_true_2 = y_true, direction_1, direction_2, paired,
                               stratified, partial_range = NULL, focus = "specificity", corrected = FALSE,
                               alternative = "two-sided", seed, bootstraps, level) {
  found <- difference_limits(y_true, y_score_1, y_true_2, y_score_2, paired, stratified, bootstraps, level, seed,
                             resampled_area(direction_1, partial_range, focus, corrected),
                             resampled_area(direction_2, partial_range, focus, corrected))
  curve <- function(y, x, direction) {
    if (is.null(partial_range)) return(tested_curve(y, x, direction))
    tested_curve(y, x, direction, partial.auc = partial_range, partial.auc.focus = focus,
                 partial.auc.correct = corrected)
  }
  first <- curve(y_true, y_score_1, direction_1)
  second <- curve(y_true_2, y_score_2, direction_2)
  seed_generator(seed)
  test <- pROC::roc.test(first, second, method = "bootstrap", paired = paired, boot.n = bootstraps,
                         boot.stratified = stratified, alternative = sub("-", ".", alternative), progress = "none")
  list(estimate_1 = as.numeric(test$estimate[1]), estimate_2 = as.numeric(test$estimate[2]),
       statistic = as.numeric(test$statistic), p_value = as.numeric(test$p.value),
       difference_lower = found$limits[1], difference_upper = found$limits[2], dropped = found$dropped,
       random_state = generator_state())
}

roc_test_at <- function(y_true, y_score_1, y_score_2, y_true_2 = y_true, at, value, direction_1, direction_2, paired,
                        stratified, alternative = "two-sided", seed, bootstraps, level) {
  other <- if (at == "specificity") "sensitivity" else "specificity"
  rate <- function(direction) function(y, x) {
    as.numeric(pROC::coords(tested_curve(y, x, direction), x = value, input = at, ret = other, transpose = FALSE)[[1]])
  }
  found <- difference_limits(y_true, y_score_1, y_true_2, y_score_2, paired, stratified, bootstraps, level, seed,
                             rate(direction_1), rate(direction_2))
  first <- tested_curve(y_true, y_score_1, direction_1)
  second <- tested_curve(y_true_2, y_score_2, direction_2)
  point <- if (at == "specificity") list(specificity = value) else list(sensitivity = value)
  test <- function(...) {
    pROC::roc.test(first, second, method = at, paired = paired, boot.n = bootstraps, boot.stratified = stratified,
                   alternative = sub("-", ".", alternative), progress = "none", ...)
  }
  seed_generator(seed)
  tested <- do.call(test, point)
  list(estimate_1 = rate(direction_1)(y_true, y_score_1), estimate_2 = rate(direction_2)(y_true_2, y_score_2),
       statistic = as.numeric(tested$statistic), p_value = as.numeric(tested$p.value),
       difference_lower = found$limits[1], difference_upper = found$limits[2], dropped = found$dropped,
       random_state = generator_state())
}
