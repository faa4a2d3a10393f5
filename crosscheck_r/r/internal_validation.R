# Calibration of a logistic model corrected for optimism, with rms.

calibrate <- function(y_true, x, seed, bootstraps, method = "boot") {
  data <- model_frame(y_true, x)
  # rms looks up its own functions by name while it evaluates the model
  suppressPackageStartupMessages(library(rms))
  fit <- eval(bquote(rms::lrm(.(model_formula(ncol(x))), data = data, x = TRUE, y = TRUE)))
  seed_generator(seed)
  printed <- capture.output(curve <- rms::calibrate(fit, method = method, B = bootstraps))
  cat(printed, sep = "\n")
  state <- generator_state()
  errors <- plot_errors(curve)
  list(predicted = curve[, "predy"], apparent = curve[, "calibrated.orig"], corrected = curve[, "calibrated.corrected"],
       optimism = curve[, "optimism"], n_resamples = curve[, "n"], n_failed = failed_samples(printed),
       mean_absolute_error = errors$absolute, mean_squared_error = errors$squared,
       quantile_90_absolute_error = errors$quantile, random_state = state)
}

# The three numbers that plot.calibrate prints, unrounded: predicted risk against the corrected curve.
plot_errors <- function(curve) {
  predicted <- attr(curve, "predicted")
  error <- predicted - approx(curve[, "predy"], curve[, "calibrated.corrected"], xout = predicted, ties = mean)$y
  error <- error[!is.na(error)]
  list(absolute = mean(abs(error)), squared = mean(error^2), quantile = unname(quantile(abs(error), 0.9)))
}

# rms only prints how many resamples could not be fitted.
failed_samples <- function(printed) {
  said <- grep("^Divergence or singularity in", printed, value = TRUE)
  if (length(said)) as.integer(gsub("[^0-9]", "", said[1])) else 0L
}
