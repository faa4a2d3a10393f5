# Binormal ROC curve with pROC. Levels and direction are always stated.

binormal_roc <- function(y_true, y_score, direction) {
  r <- pROC::roc(response = y_true, predictor = y_score, levels = c(0, 1),
                 direction = if (direction == "higher") "<" else ">", quiet = TRUE)
  fitted <- pROC::smooth(r, method = "binormal", n = 512)
  line <- as.numeric(coef(fitted$model))
  list(intercept = line[1], slope = line[2], auc = as.numeric(fitted$auc),
       sensitivity = as.numeric(fitted$sensitivities), specificity = as.numeric(fitted$specificities))
}
