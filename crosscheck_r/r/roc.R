# ROC curve, area, cut-off and paired comparison with pROC. Levels and direction are always stated.

proc_direction <- function(direction) if (direction == "higher") "<" else ">"

proc_curve <- function(y_true, y_score, direction) {
  pROC::roc(response = y_true, predictor = y_score, levels = c(0, 1), direction = proc_direction(direction), quiet = TRUE)
}

roc_curve <- function(y_true, y_score, direction) {
  r <- proc_curve(y_true, y_score, direction)
  list(thresholds = r$thresholds, sensitivity = r$sensitivities, specificity = r$specificities)
}

auc <- function(y_true, y_score, direction, level) {
  r <- proc_curve(y_true, y_score, direction)
  limits <- as.numeric(pROC::ci.auc(r, conf.level = level, method = "delong"))
  variance <- as.numeric(pROC::var(r, method = "delong"))
  list(auc = as.numeric(pROC::auc(r)), variance = variance, standard_error = sqrt(variance),
       lower = limits[1], upper = limits[3])
}

optimal_cutoff <- function(y_true, y_score, direction, method = "youden", weights = c(1, 0.5)) {
  best_method <- switch(method, youden = "youden", closest_topleft = "closest.topleft")
  r <- proc_curve(y_true, y_score, direction)
  columns <- c("threshold", "sensitivity", "specificity", "youden", "ppv", "npv", "accuracy", "tp", "fp", "tn", "fn")
  best <- pROC::coords(r, "best", best.method = best_method, best.weights = weights, ret = columns, transpose = FALSE)
  list(threshold = best$threshold, sensitivity = best$sensitivity, specificity = best$specificity, youden = best$youden,
       positive_predictive_value = best$ppv, negative_predictive_value = best$npv, accuracy = best$accuracy,
       true_positives = best$tp, false_positives = best$fp, true_negatives = best$tn, false_negatives = best$fn)
}

roc_test <- function(y_true, y_score_1, y_score_2, direction_1, direction_2, level) {
  first <- proc_curve(y_true, y_score_1, direction_1)
  second <- proc_curve(y_true, y_score_2, direction_2)
  test <- pROC::roc.test(first, second, method = "delong", paired = TRUE, conf.level = level)
  list(auc_1 = as.numeric(pROC::auc(first)), auc_2 = as.numeric(pROC::auc(second)),
       covariance = as.numeric(pROC::cov(first, second, method = "delong")), statistic = as.numeric(test$statistic),
       p_value = as.numeric(test$p.value), lower = test$conf.int[1], upper = test$conf.int[2])
}

auc_bootstrap <- function(y_true, y_score, direction, seed, bootstraps, level) {
  r <- proc_curve(y_true, y_score, direction)
  area <- as.numeric(pROC::auc(r))
  seed_generator(seed)
  limits <- as.numeric(pROC::ci.auc(r, conf.level = level, method = "bootstrap", boot.n = bootstraps,
                                    boot.stratified = TRUE, progress = "none"))
  list(auc = area, median = limits[2], lower = limits[1], upper = limits[3], random_state = generator_state())
}
