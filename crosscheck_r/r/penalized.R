# Penalised fits of rms over a list of penalties. Predictors go by position.

penalty_trace <- function(y_true, x, names, penalties) {
  data <- model_frame(y_true, x)
  # rms looks up its own functions by name while it evaluates the model
  suppressPackageStartupMessages(library(rms))
  formula <- model_formula(ncol(data) - 1)
  fit <- eval(bquote(rms::lrm(.(formula), data = data, x = TRUE, y = TRUE)))
  if (fit$fail) stop("lrm did not converge")
  penalties <- sort(unique(c(0, penalties)))
  traced <- rms::pentrace(fit, penalties)$results.all
  fits <- lapply(penalties, function(penalty) {
    if (penalty == 0) fit else eval(bquote(rms::lrm(.(formula), data = data, penalty = .(penalty))))
  })
  list(penalties = penalties, coefficients = unname(t(sapply(fits, coef))),
       standard_error = unname(t(sapply(fits, function(f) sqrt(diag(vcov(f)))))),
       effective_degrees_of_freedom = traced$df, aic = traced$aic, bic = traced$bic, aic_corrected = traced$aic.c,
       likelihood_ratio = traced$aic + 2 * traced$df)
}

bootstrap_odds_ratios <- function(y_true, x, names, seed, bootstraps, level) {
  data <- model_frame(y_true, x)
  suppressPackageStartupMessages(library(rms))
  formula <- model_formula(ncol(data) - 1)
  fit <- eval(bquote(rms::lrm(.(formula), data = data, x = TRUE, y = TRUE)))
  if (fit$fail) stop("lrm did not converge")
  seed_generator(seed)
  found <- rms::bootcov(fit, B = bootstraps, coef.reps = TRUE)
  # the seed that bootcov stores is drawn when it is first looked at
  force(found$seed)
  state <- generator_state()
  replicates <- found$boot.Coef
  kept <- stats::complete.cases(replicates)
  limits <- apply(replicates[kept, -1, drop = FALSE], 2, quantile, c((1 - level) / 2, 1 - (1 - level) / 2))
  b <- unname(coef(fit))
  list(coefficients = b, standard_error = unname(sqrt(diag(found$var))), odds_ratio = exp(b[-1]),
       lower = exp(unname(limits[1, ])), upper = exp(unname(limits[2, ])), failed = bootstraps - sum(kept),
       random_state = state)
}
