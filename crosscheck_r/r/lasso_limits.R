# LASSO path of a binary outcome under limits: of coefficients, of the number of predictors, of sweeps.

lasso_path_limits <- function(y_true, x, alpha = 1, penalty_factor = NULL, weights = NULL, offset = NULL,
                              lambdas = NULL, n_lambda = 100L, lambda_min_ratio = NULL, standardize = TRUE,
                              intercept = TRUE, lower_limits = NULL, upper_limits = NULL, dfmax = NULL, pmax = NULL,
                              max_passes = NULL, exclude = NULL, threshold = 1e-7) {
  given <- list(
    x = x, y = y_true, family = "binomial", alpha = alpha, nlambda = n_lambda, standardize = standardize,
    intercept = intercept, thresh = threshold, penalty.factor = penalty_factor, weights = weights, offset = offset,
    lambda = lambdas, lambda.min.ratio = lambda_min_ratio, lower.limits = lower_limits, upper.limits = upper_limits,
    dfmax = dfmax, pmax = pmax, maxit = max_passes
  )
  # places are counted from 0
  if (!is.null(exclude)) {
    given$exclude <- as.integer(exclude) + 1L
  }
  fit <- do.call(glmnet::glmnet, given[!vapply(given, is.null, logical(1))])
  list(
    lambdas = fit$lambda,
    intercepts = unname(fit$a0),
    coefficients = unname(as.matrix(fit$beta)),
    df = fit$df,
    dev_ratio = fit$dev.ratio,
    null_deviance = fit$nulldev,
    n_passes = fit$npasses,
    code = fit$jerr
  )
}
