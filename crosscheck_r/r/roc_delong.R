# Unpaired comparison and covariance of areas with pROC. Levels and direction are always stated.

delong_curve <- function(y_true, y_score, direction) {
  pROC::roc(response = y_true, predictor = y_score, levels = c(0, 1),
            direction = if (direction == "higher") "<" else ">", quiet = TRUE)
}

roc_test_unpaired <- function(y_true_1, y_score_1, y_true_2, y_score_2, direction_1, direction_2,
                              alternative = "two-sided") {
  first <- delong_curve(y_true_1, y_score_1, direction_1)
  second <- delong_curve(y_true_2, y_score_2, direction_2)
  test <- suppressWarnings(pROC::roc.test(first, second, method = "delong", paired = FALSE,
                                          alternative = sub("-", ".", alternative)))
  list(auc_1 = as.numeric(test$estimate[1]), auc_2 = as.numeric(test$estimate[2]),
       statistic = as.numeric(test$statistic), df = as.numeric(test$parameter), p_value = as.numeric(test$p.value))
}

auc_covariance <- function(y_true, y_score_1, y_score_2, direction_1, direction_2) {
  first <- delong_curve(y_true, y_score_1, direction_1)
  second <- delong_curve(y_true, y_score_2, direction_2)
  list(auc_1 = as.numeric(pROC::auc(first)), auc_2 = as.numeric(pROC::auc(second)),
       variance_1 = as.numeric(pROC::var(first, method = "delong")),
       variance_2 = as.numeric(pROC::var(second, method = "delong")),
       covariance = as.numeric(suppressWarnings(pROC::cov(first, second, method = "delong"))))
}

# Paired test on whatever values are missing, one-sided too.
paired_test <- function(y_true, y_score_1, y_score_2, direction_1, direction_2, alternative, level) {
  first <- delong_curve(y_true, y_score_1, direction_1)
  second <- delong_curve(y_true, y_score_2, direction_2)
  test <- suppressWarnings(pROC::roc.test(first, second, method = "delong", paired = TRUE, conf.level = level,
                                          alternative = sub("-", ".", alternative)))
  list(auc_1 = as.numeric(test$estimate[1]), auc_2 = as.numeric(test$estimate[2]),
       statistic = as.numeric(test$statistic), p_value = as.numeric(test$p.value), lower = test$conf.int[1],
       upper = test$conf.int[2])
}
