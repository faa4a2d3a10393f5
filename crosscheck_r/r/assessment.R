# Errors of given log odds by glmnet, and its classification table.

assess_predictions <- function(y_true, linear_predictor) {
  predicted <- cbind(linear_predictor)
  found <- glmnet::assess.glmnet(predicted, newy = y_true, family = "binomial")
  table <- unclass(glmnet::confusion.glmnet(predicted, newy = y_true, family = "binomial"))
  if (is.list(table)) table <- table[[1]]
  # predicted classes of a matrix are numbered, the true ones named
  cell <- function(predicted, true) {
    if (predicted %in% rownames(table) && true %in% colnames(table)) as.numeric(table[predicted, true]) else 0
  }
  value <- function(name) as.numeric(found[[name]])
  list(deviance = value("deviance"), misclassification = value("class"), auc = value("auc"),
       mean_squared_error = value("mse"), mean_absolute_error = value("mae"), true_positives = cell("2", "1"),
       false_positives = cell("2", "0"), false_negatives = cell("1", "1"), true_negatives = cell("1", "0"))
}
