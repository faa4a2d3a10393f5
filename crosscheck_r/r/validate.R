# Indexes of a logistic model corrected for optimism, with rms.

validate_model <- function(y_true, x, seed, method, bootstraps, level) {
  data <- model_frame(y_true, x)
  # rms looks up its own functions by name while it evaluates the model
  suppressPackageStartupMessages(library(rms))
  fit <- eval(bquote(rms::lrm(.(model_formula(ncol(data) - 1)), data = data, x = TRUE, y = TRUE)))
  seed_generator(seed)
  printed <- capture.output(table <- rms::validate(fit, method = method, B = bootstraps))
  cat(printed, sep = "\n")
  state <- generator_state()
  column <- function(name) unname(table[, name])
  limits <- shifted_limits(fit, y_true, seed, method, bootstraps, level, table["Dxy", "optimism"])
  list(index_original = column("index.orig"), training = column("training"), test = column("test"),
       optimism = column("optimism"), index_corrected = column("index.corrected"),
       n_resamples = as.integer(column("n")), n_failed = failed_models(printed),
       auc = unname(table["Dxy", "index.orig"] / 2 + 0.5), corrected_auc = unname(table["Dxy", "index.corrected"] / 2 + 0.5),
       auc_lower = limits[1], auc_upper = limits[2], random_state = state)
}

# Percentiles of the apparent areas of the models of the same resamples, moved down by the optimism.
shifted_limits <- function(fit, y, seed, method, bootstraps, level, optimism) {
  if (method != "boot") return(c(NA_real_, NA_real_))
  seed_generator(seed)
  n <- length(y)
  areas <- vapply(seq_len(bootstraps), function(i) {
    rows <- sample(n, replace = TRUE)
    if (length(unique(y[rows])) < 2) return(NA_real_)
    x <- fit$x[rows, , drop = FALSE]
    model <- rms::lrm.fit(x, y[rows], tol = 1e-12)
    if (model$fail) return(NA_real_)
    log_odds <- model$coefficients[1]
    for (j in seq_len(ncol(x))) log_odds <- log_odds + model$coefficients[j + 1] * x[, j]
    unname(Hmisc::somers2(log_odds, y[rows])["C"])
  }, 0)
  tail <- (1 - level) / 2
  unname(quantile(areas, c(tail, 1 - tail), na.rm = TRUE)) - unname(optimism) / 2
}

# rms only prints how many samples could not be fitted.
failed_models <- function(printed) {
  said <- grep("^Divergence or singularity in", printed, value = TRUE)
  if (length(said)) as.integer(gsub("[^0-9]", "", said[1])) else 0L
}
