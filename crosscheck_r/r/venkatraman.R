# Venkatraman's permutation test of two ROC curves with pROC. Levels and direction are always stated.

exchanged_curve <- function(y_true, y_score, direction) {
  pROC::roc(response = y_true, predictor = y_score, levels = c(0, 1),
            direction = if (direction == "higher") "<" else ">", quiet = TRUE)
}

venkatraman_test <- function(y_true, y_score_1, y_score_2, y_true_2 = y_true, direction_1, direction_2, paired, seed,
                             permutations) {
  first <- exchanged_curve(y_true, y_score_1, direction_1)
  second <- exchanged_curve(y_true_2, y_score_2, direction_2)
  seed_generator(seed)
  test <- pROC::roc.test(first, second, method = "venkatraman", paired = paired, boot.n = permutations,
                         progress = "none")
  list(statistic = as.numeric(test$statistic), p_value = as.numeric(test$p.value),
       exceeding = round(as.numeric(test$p.value) * permutations), random_state = generator_state())
}
