# Indexes of a logistic model corrected for optimism, with rms.

validate_model <- function(y_true, x, seed, method, bootstraps, level, backward_elimination = FALSE, groups = NULL,
                           clusters = NULL) {
  data <- model_frame(y_true, x)
  # rms looks up its own functions by name while it evaluates the model
  suppressPackageStartupMessages(library(rms))
  fit <- eval(bquote(rms::lrm(.(model_formula(ncol(data) - 1)), data = data, x = TRUE, y = TRUE)))
  choices <- Filter(Negate(is.null), list(group = groups, cluster = clusters))
  if (backward_elimination) choices$bw <- TRUE
  seed_generator(seed)
  call <- as.call(c(list(quote(rms::validate), quote(fit), method = method, B = bootstraps), choices))
  printed <- capture.output(table <- eval(call))
  cat(printed, sep = "\n")
  state <- generator_state()
  column <- function(name) unname(table[, name])
  plain <- method == "boot" && is.null(groups) && is.null(clusters)
  limits <- c(NA_real_, NA_real_)
  if (plain) limits <- shifted_limits(data, seed, bootstraps, level, backward_elimination, table["Dxy", "optimism"])
  list(index_original = column("index.orig"), training = column("training"), test = column("test"),
       optimism = column("optimism"), index_corrected = column("index.corrected"),
       n_resamples = as.integer(column("n")), n_failed = failed_models(printed),
       auc = unname(table["Dxy", "index.orig"] / 2 + 0.5), corrected_auc = unname(table["Dxy", "index.corrected"] / 2 + 0.5),
       auc_lower = limits[1], auc_upper = limits[2], random_state = state)
}

# Percentiles of the apparent areas of the models of the same resamples, moved down by the optimism.
shifted_limits <- function(data, seed, bootstraps, level, backward_elimination, optimism) {
  seed_generator(seed)
  n <- nrow(data)
  areas <- vapply(seq_len(bootstraps), function(i) apparent_area(data[sample(n, replace = TRUE), ], backward_elimination), 0)
  tail <- (1 - level) / 2
  unname(quantile(areas, c(tail, 1 - tail), na.rm = TRUE)) - unname(optimism) / 2
}

# Area of the model that is fitted to these rows, missing where there is none.
apparent_area <- function(data, backward_elimination) {
  y <- data$y
  if (length(unique(y)) < 2) return(NA_real_)
  x <- as.matrix(data[, -1, drop = FALSE])
  model <- rms::lrm.fit(x, y, tol = 1e-12)
  if (model$fail) return(NA_real_)
  if (backward_elimination) {
    full <- eval(bquote(rms::lrm(.(model_formula(ncol(x))), data = data, tol = 1e-12)))
    x <- x[, rms::fastbw(full, rule = "aic", type = "residual")$factors.kept, drop = FALSE]
    if (!ncol(x)) return(0.5)
    model <- rms::lrm.fit(x, y, tol = 1e-12)
    if (model$fail) return(NA_real_)
  }
  log_odds <- model$coefficients[1]
  for (j in seq_len(ncol(x))) log_odds <- log_odds + model$coefficients[j + 1] * x[, j]
  unname(Hmisc::somers2(log_odds, y)["C"])
}

# rms only prints how many samples could not be fitted.
failed_models <- function(printed) {
  said <- grep("^Divergence or singularity in", printed, value = TRUE)
  if (length(said)) as.integer(gsub("[^0-9]", "", said[1])) else 0L
}
