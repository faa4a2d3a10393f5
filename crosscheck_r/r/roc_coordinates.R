# Coordinates of a ROC curve with pROC. Levels and direction are always stated.

coordinate_names <- c(
  threshold = "threshold", specificity = "specificity", sensitivity = "sensitivity", accuracy = "accuracy",
  true_negatives = "tn", true_positives = "tp", false_negatives = "fn", false_positives = "fp",
  negative_predictive_value = "npv", positive_predictive_value = "ppv", false_discovery_rate = "fdr",
  false_positive_rate = "fpr", true_positive_rate = "tpr", true_negative_rate = "tnr", false_negative_rate = "fnr",
  one_minus_specificity = "1-specificity", one_minus_sensitivity = "1-sensitivity", one_minus_accuracy = "1-accuracy",
  one_minus_negative_predictive_value = "1-npv", one_minus_positive_predictive_value = "1-ppv",
  precision = "precision", recall = "recall", youden = "youden", closest_topleft = "closest.topleft"
)

coordinates_curve <- function(y_true, y_score, direction, percent, partial, focus) {
  side <- if (direction == "higher") "<" else ">"
  if (is.null(partial)) {
    return(pROC::roc(response = y_true, predictor = y_score, levels = c(0, 1), direction = side, percent = percent,
                     quiet = TRUE))
  }
  pROC::roc(response = y_true, predictor = y_score, levels = c(0, 1), direction = side, percent = percent,
            quiet = TRUE, partial.auc = partial, partial.auc.focus = focus)
}

# Likelihood ratios as pROC defines them from 1.19 on.
likelihood_ratios <- function(found, unit) {
  list(positive_likelihood_ratio = (found$sensitivity / unit) / (1 - found$specificity / unit),
       negative_likelihood_ratio = (1 - found$sensitivity / unit) / (found$specificity / unit))
}

roc_coordinates <- function(y_true, y_score, direction, at, given = "threshold", method = "youden",
                            weights = c(1, 0.5), percent = FALSE, partial = NULL, focus = "specificity",
                            columns = "all") {
  r <- coordinates_curve(y_true, y_score, direction, percent, partial, focus)
  if (identical(at, "local_maxima")) at <- "local maximas"
  wanted <- if (identical(columns, "all")) names(coordinate_names) else columns
  given <- if (given %in% names(coordinate_names)) coordinate_names[[given]] else given
  found <- pROC::coords(r, at, input = given, ret = unname(coordinate_names[wanted]), best.weights = weights,
                        best.method = if (method == "youden") "youden" else "closest.topleft", transpose = FALSE)
  if (is.null(found)) return(setNames(rep(list(numeric(0)), length(wanted)), wanted))
  found <- setNames(lapply(coordinate_names[wanted], function(column) as.numeric(found[[column]])), wanted)
  if (identical(columns, "all")) c(found, likelihood_ratios(found, if (percent) 100 else 1)) else found
}
