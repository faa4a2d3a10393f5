# What the benchmarks of the ROC family time, in processor seconds of one call; packages are loaded beforehand.

# Result of the last of `repeats` calls with the mean of their seconds, since R's clock counts milliseconds only.
timed <- function(call, repeats) {
  used <- system.time(for (i in seq_len(repeats)) value <- call(), gcFirst = FALSE)
  list(value = value, seconds = unname(used["user.self"] + used["sys.self"]) / repeats)
}

rising_curve <- function(y_true, y_score) {
  pROC::roc(response = y_true, predictor = y_score, levels = c(0, 1), direction = "<", quiet = TRUE)
}

interval_of <- function(result) {
  limits <- as.numeric(result$value)
  list(seconds = result$seconds, auc = limits[2], lower = limits[1], upper = limits[3])
}

auc_seconds <- function(y_true, y_score, repeats) {
  interval_of(timed(function() pROC::ci.auc(rising_curve(y_true, y_score)), repeats))
}

interval_seconds <- function(y_true, y_score, repeats) {
  r <- rising_curve(y_true, y_score)
  interval_of(timed(function() pROC::ci.auc(r), repeats))
}

# Every pair of the columns, tested one by one; the curves exist beforehand.
pairs_seconds <- function(y_true, y_score, repeats) {
  curves <- lapply(seq_len(ncol(y_score)), function(j) rising_curve(y_true, y_score[, j]))
  result <- timed(function() {
    combn(length(curves), 2, function(pair) {
      test <- pROC::roc.test(curves[[pair[1]]], curves[[pair[2]]], method = "delong", paired = TRUE)
      as.numeric(test$statistic)
    })
  }, repeats)
  list(seconds = result$seconds, z = result$value)
}

bootstrap_seconds <- function(y_true, y_score, seed, bootstraps) {
  r <- rising_curve(y_true, y_score)
  seed_generator(seed)
  result <- timed(function() {
    pROC::ci.auc(r, method = "bootstrap", boot.n = bootstraps, boot.stratified = TRUE, progress = "none")
  }, 1)
  limits <- as.numeric(result$value)
  list(seconds = result$seconds, median = limits[2], lower = limits[1], upper = limits[3],
       random_state = generator_state())
}
