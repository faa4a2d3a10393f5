# Hand and Till's area with pROC. A column of a matrix speaks for its own class, which pROC calls controls.

multiclass_auc <- function(y_true, y_score, direction) {
  towards <- c(higher = "<", lower = ">", auto = "auto")
  if (is.matrix(y_score)) {
    colnames(y_score) <- sort(unique(y_true))
    found <- pROC::multiclass.roc(y_true, y_score, direction = if (direction == "higher") ">" else "<", quiet = TRUE)
    pairwise <- vapply(found$rocs, function(pair) {
      (as.numeric(pROC::auc(pair[[1]])) + as.numeric(pROC::auc(pair[[2]]))) / 2
    }, 0)
  } else {
    found <- pROC::multiclass.roc(y_true, y_score, direction = towards[[direction]], quiet = TRUE)
    pairwise <- vapply(found$rocs, function(pair) as.numeric(pROC::auc(pair)), 0)
  }
  list(auc = as.numeric(found$auc), pairwise = as.numeric(pairwise))
}
