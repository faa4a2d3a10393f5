# Nomogram of rms. Columns go by position; the labels of the predictors are not needed here.

nomogram <- function(y_true, x, names) {
  data <- model_frame(y_true, x)
  # rms looks up its own functions, and the ranges of the predictors, by name while it evaluates the model
  suppressPackageStartupMessages(library(rms))
  assign("crosscheck_ranges", rms::datadist(data), envir = globalenv())
  options(datadist = "crosscheck_ranges")
  on.exit({
    options(datadist = NULL)
    rm("crosscheck_ranges", envir = globalenv())
  })
  fit <- eval(bquote(rms::lrm(.(model_formula(ncol(data) - 1)), data = data)))
  if (fit$fail) stop("lrm did not converge")
  found <- rms::nomogram(fit, fun = plogis, funlabel = "risk")
  axes <- unclass(found)[seq_len(ncol(data) - 1)]
  part <- function(i) unlist(lapply(axes, function(axis) as.numeric(axis[[i]])), use.names = FALSE)
  info <- attr(found, "info")
  list(axis_variable = rep(seq_along(axes), lengths(lapply(axes, `[[`, 1))) - 1L, axis_value = part(1),
       axis_log_odds = part(2), axis_points = part(3), total_points = found$total.points$x,
       linear_predictor = found$lp$x.real, linear_predictor_points = found$lp$x,
       risk = found$risk$x.real, risk_points = found$risk$x, points_per_log_odds = info$sc,
       base_log_odds = unname(info$Intercept))
}
