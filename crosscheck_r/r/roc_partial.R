# Area under a part of the ROC curve with pROC. Levels and direction are always stated.

partial_curve <- function(y_true, y_score, direction) {
  pROC::roc(response = y_true, predictor = y_score, levels = c(0, 1),
            direction = if (direction == "higher") "<" else ">", quiet = TRUE)
}

partial_auc <- function(y_true, y_score, direction, partial_range, focus) {
  r <- partial_curve(y_true, y_score, direction)
  area <- function(corrected) {
    as.numeric(pROC::auc(r, partial.auc = rev(partial_range), partial.auc.focus = focus, partial.auc.correct = corrected,
                         allow.invalid.partial.auc.correct = FALSE))
  }
  list(auc = area(FALSE), corrected = area(TRUE))
}

partial_auc_bootstrap <- function(y_true, y_score, direction, partial_range, focus, corrected, seed, bootstraps, level) {
  r <- pROC::roc(response = y_true, predictor = y_score, levels = c(0, 1),
                 direction = if (direction == "higher") "<" else ">", quiet = TRUE, partial.auc = rev(partial_range),
                 partial.auc.focus = focus, partial.auc.correct = corrected,
                 allow.invalid.partial.auc.correct = TRUE)
  area <- as.numeric(r$auc)
  seed_generator(seed)
  limits <- as.numeric(pROC::ci.auc(r, conf.level = level, method = "bootstrap", boot.n = bootstraps,
                                    boot.stratified = TRUE, progress = "none"))
  list(auc = area, median = limits[2], lower = limits[1], upper = limits[3], random_state = generator_state())
}
