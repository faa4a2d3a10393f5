# Decision curves with rmda. Thresholds are passed as they are given; the generator is seeded right before each call.

rmda_measures <- c(
  net_benefit = "NB", standardized_net_benefit = "sNB", true_positive_rate = "TPR", false_positive_rate = "FPR",
  true_negative_rate = "TNR", false_negative_rate = "FNR", prevalence = "rho", proportion_high_risk = "prob.high.risk",
  proportion_low_risk = "prob.low.risk", detection_probability = "DP", non_detection_probability = "nonDP")

# Rows of the model, of All and of None follow each other in rmda's table, each in the order of the thresholds.
rmda_curves <- function(table, size, bounds) {
  suffixes <- if (bounds) c("", "_lower", "_upper") else ""
  out <- list()
  for (i in 1:3) {
    rows <- (i - 1) * size + seq_len(size)
    for (measure in names(rmda_measures)) {
      for (suffix in suffixes) {
        name <- paste0(c("model", "all", "none")[i], ".", measure, suffix)
        out[[name]] <- as.numeric(table[[paste0(rmda_measures[[measure]], suffix)]][rows])
      }
    }
  }
  out
}

# Arguments that every call shares; a prevalence is passed on only where there is one.
rmda_arguments <- function(data, formula, thresholds, policy, study_design, prevalence) {
  args <- list(formula = formula, data = data, thresholds = thresholds, policy = policy, study.design = study_design)
  if (!is.null(prevalence)) args$population.prevalence <- prevalence
  args
}

# Model with an intercept and the columns of x, refitted in every resample. The names of the columns are not used.
decision_curve <- function(y_true, x, thresholds, seed, level = NULL, bootstraps = 500, policy = "opt-in",
                           study_design = "cohort", prevalence = NULL, link = "logit", names = NULL) {
  data <- model_frame(y_true, x)
  args <- rmda_arguments(data, model_formula(ncol(as.matrix(x))), thresholds, policy, study_design, prevalence)
  args$family <- binomial(link = link)
  args$confidence.intervals <- if (is.null(level)) NA else level
  args$bootstraps <- bootstraps
  seed_generator(seed)
  result <- do.call(rmda::decision_curve, args)
  c(rmda_curves(result$derived.data, length(thresholds), !is.null(level)), list(random_state = generator_state()))
}

# Given risks, used as they are.
decision_curve_of_risks <- function(y_true, y_proba, thresholds, seed, level = NULL, bootstraps = 500,
                                    policy = "opt-in", study_design = "cohort", prevalence = NULL) {
  data <- model_frame(y_true, y_proba)
  args <- rmda_arguments(data, model_formula(1), thresholds, policy, study_design, prevalence)
  args$fitted.risk <- TRUE
  args$confidence.intervals <- if (is.null(level)) NA else level
  args$bootstraps <- bootstraps
  seed_generator(seed)
  result <- do.call(rmda::decision_curve, args)
  c(rmda_curves(result$derived.data, length(thresholds), !is.null(level)),
    list(n_on_threshold = sum(y_proba %in% thresholds), random_state = generator_state()))
}

# Mean over folds of the measures in each fold, the model being fitted to the other folds.
cross_validated_decision_curve <- function(y_true, x, thresholds, folds, seed, policy = "opt-in",
                                           study_design = "cohort", prevalence = NULL, link = "logit", names = NULL) {
  data <- model_frame(y_true, x)
  args <- rmda_arguments(data, model_formula(ncol(as.matrix(x))), thresholds, policy, study_design, prevalence)
  args$family <- binomial(link = link)
  args$folds <- folds
  seed_generator(seed)
  result <- do.call(rmda::cv_decision_curve, args)
  c(rmda_curves(result$derived.data, length(thresholds), FALSE), list(random_state = generator_state()))
}

# Ticks of the cost:benefit axis below a plot of thresholds.
cost_benefit_axis <- function(limits, count) {
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  graphics::plot(0, 0, xlim = limits, xaxs = "i")
  ticks <- rmda::Add_CostBenefit_Axis(xlim = limits, n.cost.benefits = count, policy = "opt-in")
  list(labels = as.character(ticks$name), ratios = as.numeric(ticks$value), thresholds = as.numeric(ticks$threshold))
}
