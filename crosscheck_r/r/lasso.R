# LASSO and elastic net for a binary outcome: glmnet's path and its cross-validation.

# Arguments of glmnet::glmnet that both functions share; what is not given keeps glmnet's default.
lasso_arguments <- function(y_true, x, alpha, penalty_factor, weights, offset, lambdas, n_lambda, lambda_min_ratio,
                            standardize, intercept, threshold) {
  given <- list(
    x = x, y = y_true, family = "binomial", alpha = alpha, nlambda = n_lambda, standardize = standardize,
    intercept = intercept, thresh = threshold, penalty.factor = penalty_factor, weights = weights, offset = offset,
    lambda = lambdas, lambda.min.ratio = lambda_min_ratio
  )
  given[!vapply(given, is.null, logical(1))]
}

# Standard deviations (divisor n, weighted) by which glmnet divides the columns.
lasso_scales <- function(x, weights, standardize) {
  if (!standardize) {
    return(rep(1, ncol(x)))
  }
  w <- if (is.null(weights)) rep(1 / nrow(x), nrow(x)) else weights / sum(weights)
  centred <- sweep(x, 2, colSums(w * x))
  scales <- sqrt(colSums(w * centred^2))
  scales[scales == 0] <- 1
  scales
}

lasso_path <- function(y_true, x, alpha = 1, penalty_factor = NULL, weights = NULL, offset = NULL, lambdas = NULL,
                       n_lambda = 100L, lambda_min_ratio = NULL, standardize = TRUE, intercept = TRUE,
                       threshold = 1e-7) {
  fit <- do.call(glmnet::glmnet, lasso_arguments(
    y_true, x, alpha, penalty_factor, weights, offset, lambdas, n_lambda, lambda_min_ratio, standardize, intercept,
    threshold
  ))
  coefficients <- unname(as.matrix(fit$beta))
  list(
    lambdas = fit$lambda,
    intercepts = unname(fit$a0),
    coefficients = coefficients,
    standardized_coefficients = coefficients * lasso_scales(x, weights, standardize),
    df = fit$df,
    dev_ratio = fit$dev.ratio,
    null_deviance = fit$nulldev,
    n_passes = fit$npasses
  )
}

lasso_cv <- function(y_true, x, seed, folds = 10L, fold_id = NULL, measure = "deviance", alpha = 1,
                     penalty_factor = NULL, weights = NULL, offset = NULL, lambdas = NULL, n_lambda = 100L,
                     lambda_min_ratio = NULL, standardize = TRUE, intercept = TRUE, threshold = 1e-7) {
  given <- lasso_arguments(
    y_true, x, alpha, penalty_factor, weights, offset, lambdas, n_lambda, lambda_min_ratio, standardize, intercept,
    threshold
  )
  given <- c(given, list(nfolds = folds, type.measure = measure, keep = TRUE))
  given$foldid <- fold_id
  seed_generator(seed)
  cv <- do.call(glmnet::cv.glmnet, given)
  state <- generator_state()
  # places are counted from 0
  index_min <- match(cv$lambda.min, cv$lambda)
  index_1se <- match(cv$lambda.1se, cv$lambda)
  path <- cv$glmnet.fit
  list(
    lambdas = cv$lambda,
    mean = unname(cv$cvm),
    standard_error = unname(cv$cvsd),
    upper = unname(cv$cvup),
    lower = unname(cv$cvlo),
    nonzero = unname(cv$nzero),
    lambda_min = cv$lambda.min,
    lambda_1se = cv$lambda.1se,
    index_min = index_min - 1L,
    index_1se = index_1se - 1L,
    fold_id = cv$foldid,
    random_state = state,
    coefficients_min = unname(path$beta[, index_min]),
    coefficients_1se = unname(path$beta[, index_1se])
  )
}
