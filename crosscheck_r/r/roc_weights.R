# Area of patients who count several times: pROC on the repeated rows. Levels and direction are always stated.

weighted_auc <- function(y_true, y_score, weights, direction, level) {
  rows <- rep(seq_along(y_true), times = weights)
  r <- pROC::roc(response = y_true[rows], predictor = y_score[rows], levels = c(0, 1),
                 direction = if (direction == "higher") "<" else ">", quiet = TRUE)
  limits <- as.numeric(pROC::ci.auc(r, conf.level = level, method = "delong"))
  variance <- as.numeric(pROC::var(r, method = "delong"))
  list(auc = as.numeric(pROC::auc(r)), variance = variance, standard_error = sqrt(variance),
       lower = limits[1], upper = limits[3])
}
