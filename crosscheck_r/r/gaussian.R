# LASSO and elastic net of a continuous outcome: glmnet's path and its cross-validation.

gaussian_arguments <- function(y_true, x, alpha, threshold, weights, lambdas, penalty_factor) {
  given <- list(x = x, y = as.numeric(y_true), family = "gaussian", alpha = alpha, thresh = threshold,
                weights = weights, lambda = lambdas, penalty.factor = penalty_factor)
  given[!vapply(given, is.null, logical(1))]
}

gaussian_lasso_path <- function(y_true, x, alpha = 1, threshold = 1e-7, weights = NULL, lambdas = NULL,
                                penalty_factor = NULL, offset = NULL, standardize = TRUE, intercept = TRUE) {
  given <- gaussian_arguments(y_true, x, alpha, threshold, weights, lambdas, penalty_factor)
  given$offset <- offset
  fit <- do.call(glmnet::glmnet, c(given, list(standardize = standardize, intercept = intercept)))
  list(lambdas = fit$lambda, intercepts = unname(fit$a0), coefficients = unname(as.matrix(fit$beta)), df = fit$df,
       r_squared = fit$dev.ratio, null_deviance = fit$nulldev, n_passes = fit$npasses)
}

gaussian_lasso_cv <- function(y_true, x, seed, folds = 10L, measure = "mse", alpha = 1, threshold = 1e-7,
                              weights = NULL, lambdas = NULL, penalty_factor = NULL) {
  given <- gaussian_arguments(y_true, x, alpha, threshold, weights, lambdas, penalty_factor)
  seed_generator(seed)
  cv <- do.call(glmnet::cv.glmnet, c(given, list(nfolds = folds, type.measure = measure, keep = TRUE)))
  list(lambdas = cv$lambda, mean = unname(cv$cvm), standard_error = unname(cv$cvsd), nonzero = unname(cv$nzero),
       lambda_min = cv$lambda.min, lambda_1se = cv$lambda.1se, index_min = match(cv$lambda.min, cv$lambda) - 1L,
       index_1se = match(cv$lambda.1se, cv$lambda) - 1L, fold_id = cv$foldid, random_state = generator_state())
}
