# Seeded intervals of coordinates of a ROC curve with pROC. Levels and direction are always stated.

resampled_curve <- function(y_true, y_score, direction, percent) {
  pROC::roc(response = y_true, predictor = y_score, levels = c(0, 1),
            direction = if (direction == "higher") "<" else ">", percent = percent, quiet = TRUE)
}

sensitivity_band <- function(y_true, y_score, direction, specificities = NULL, stratified = TRUE, percent = FALSE, seed,
                             bootstraps, level) {
  r <- resampled_curve(y_true, y_score, direction, percent)
  if (is.null(specificities)) specificities <- seq(0, 1, 0.1) * if (percent) 100 else 1
  estimate <- pROC::coords(r, specificities, input = "specificity", ret = "sensitivity", transpose = FALSE)
  seed_generator(seed)
  limits <- pROC::ci.se(r, specificities = specificities, conf.level = level, boot.n = bootstraps,
                        boot.stratified = stratified, progress = "none")
  list(specificity = specificities, sensitivity = estimate$sensitivity, lower = as.numeric(limits[, 1]),
       median = as.numeric(limits[, 2]), upper = as.numeric(limits[, 3]), random_state = generator_state())
}

specificity_band <- function(y_true, y_score, direction, sensitivities = NULL, stratified = TRUE, percent = FALSE, seed,
                             bootstraps, level) {
  r <- resampled_curve(y_true, y_score, direction, percent)
  if (is.null(sensitivities)) sensitivities <- seq(0, 1, 0.1) * if (percent) 100 else 1
  estimate <- pROC::coords(r, sensitivities, input = "sensitivity", ret = "specificity", transpose = FALSE)
  seed_generator(seed)
  limits <- pROC::ci.sp(r, sensitivities = sensitivities, conf.level = level, boot.n = bootstraps,
                        boot.stratified = stratified, progress = "none")
  list(sensitivity = sensitivities, specificity = estimate$specificity, lower = as.numeric(limits[, 1]),
       median = as.numeric(limits[, 2]), upper = as.numeric(limits[, 3]), random_state = generator_state())
}

threshold_intervals <- function(y_true, y_score, direction, at = "local_maxima", method = "youden",
                                weights = c(1, 0.5), stratified = TRUE, percent = FALSE, seed, bootstraps, level) {
  r <- resampled_curve(y_true, y_score, direction, percent)
  if (identical(at, "local_maxima")) at <- "local maximas"
  best_method <- if (method == "youden") "youden" else "closest.topleft"
  points <- pROC::coords(r, at, input = "threshold", ret = c("threshold", "specificity", "sensitivity"),
                         best.method = best_method, best.weights = weights, transpose = FALSE)
  seed_generator(seed)
  limits <- pROC::ci.thresholds(r, thresholds = at, conf.level = level, boot.n = bootstraps,
                                boot.stratified = stratified, progress = "none", best.method = best_method,
                                best.weights = weights)
  found <- list(threshold = as.numeric(attr(limits, "thresholds")), specificity = points$specificity,
                sensitivity = points$sensitivity)
  for (rate in c("specificity", "sensitivity")) for (j in 1:3) {
    found[[paste0(rate, "_", c("lower", "median", "upper")[j])]] <- as.numeric(limits[[rate]][, j])
  }
  c(found, list(random_state = generator_state()))
}

interval_columns <- c(
  threshold = "threshold", specificity = "specificity", sensitivity = "sensitivity", accuracy = "accuracy",
  true_negatives = "tn", true_positives = "tp", false_negatives = "fn", false_positives = "fp",
  negative_predictive_value = "npv", positive_predictive_value = "ppv", false_discovery_rate = "fdr",
  false_positive_rate = "fpr", true_positive_rate = "tpr", true_negative_rate = "tnr", false_negative_rate = "fnr",
  one_minus_specificity = "1-specificity", one_minus_sensitivity = "1-sensitivity", one_minus_accuracy = "1-accuracy",
  one_minus_negative_predictive_value = "1-npv", one_minus_positive_predictive_value = "1-ppv",
  precision = "precision", recall = "recall", youden = "youden", closest_topleft = "closest.topleft"
)

coordinate_intervals <- function(y_true, y_score, direction, at, given = "threshold", method = "youden",
                                 weights = c(1, 0.5), policy = "stop", columns, stratified = TRUE, percent = FALSE,
                                 seed, bootstraps, level) {
  r <- resampled_curve(y_true, y_score, direction, percent)
  seed_generator(seed)
  limits <- pROC::ci.coords(r, x = at, input = given, ret = unname(interval_columns[columns]),
                            best.method = if (method == "youden") "youden" else "closest.topleft",
                            best.weights = weights, best.policy = policy, conf.level = level, boot.n = bootstraps,
                            boot.stratified = stratified, progress = "none")
  column <- function(j) {
    values <- vapply(columns, function(name) as.numeric(limits[[interval_columns[[name]]]][, j]),
                     numeric(length(at)))
    matrix(values, nrow = length(at), ncol = length(columns))
  }
  list(lower = column(1), median = column(2), upper = column(3), random_state = generator_state())
}
