# Optimism of a cut-off that is chosen and judged on the same data: pROC's best points of resamples, judged on the data.

best_points <- function(y_true, y_score, direction, method, weights) {
  r <- pROC::roc(response = y_true, predictor = y_score, levels = c(0, 1),
                 direction = if (direction == "higher") "<" else ">", quiet = TRUE)
  pROC::coords(r, "best", best.method = if (method == "youden") "youden" else "closest.topleft",
               best.weights = weights, ret = c("threshold", "sensitivity", "specificity"), transpose = FALSE)
}

cutoff_optimism <- function(y_true, y_score, direction, method = "youden", weights = c(1, 0.5), seed, bootstraps) {
  controls <- which(y_true == 0)
  cases <- which(y_true == 1)
  positive <- function(t, rows) if (direction == "higher") y_score[rows] >= t else y_score[rows] <= t
  judged <- function(thresholds) {
    c(mean(vapply(thresholds, function(t) sum(positive(t, cases)) / length(cases), 0)),
      mean(vapply(thresholds, function(t) sum(!positive(t, controls)) / length(controls), 0)))
  }
  seed_generator(seed)
  optimism <- vapply(seq_len(bootstraps), function(i) {
    drawn_controls <- controls[sample(seq_along(controls), replace = TRUE)]
    rows <- c(drawn_controls, cases[sample(seq_along(cases), replace = TRUE)])
    best <- best_points(y_true[rows], y_score[rows], direction, method, weights)
    c(mean(best$sensitivity), mean(best$specificity)) - judged(best$threshold)
  }, c(0, 0))
  state <- generator_state()
  best <- best_points(y_true, y_score, direction, method, weights)
  apparent <- c(mean(best$sensitivity), mean(best$specificity))
  mean_optimism <- c(mean(optimism[1, ]), mean(optimism[2, ]))
  ratio <- (1 - weights[2]) / (weights[1] * weights[2])
  corrected <- apparent - mean_optimism
  list(threshold = best$threshold, apparent_sensitivity = apparent[1], apparent_specificity = apparent[2],
       apparent_youden = apparent[1] - ratio * (1 - apparent[2]), optimism_sensitivity = mean_optimism[1],
       optimism_specificity = mean_optimism[2], optimism_youden = mean_optimism[1] + ratio * mean_optimism[2],
       corrected_sensitivity = corrected[1], corrected_specificity = corrected[2],
       corrected_youden = corrected[1] - ratio * (1 - corrected[2]), random_state = state)
}
