# Relaxed LASSO of glmnet: path and cross-validation.

relaxed_lasso <- function(y_true, x, alpha = 1, threshold = 1e-7) {
  # refits repeat the call: values, not names
  given <- list(x = x, y = y_true, family = "binomial", alpha = alpha, thresh = threshold, relax = TRUE)
  fit <- do.call(glmnet::glmnet, given)
  relaxed <- fit$relaxed
  list(lambdas = fit$lambda, intercepts = unname(relaxed$a0), coefficients = unname(as.matrix(relaxed$beta)),
       dev_ratio = relaxed$dev.ratio)
}

relaxed_lasso_cv <- function(y_true, x, seed, folds = 10L, measure = "deviance", alpha = 1, threshold = 1e-7) {
  seed_generator(seed)
  given <- list(x = x, y = y_true, family = "binomial", nfolds = folds, type.measure = measure, alpha = alpha,
                thresh = threshold, relax = TRUE, keep = TRUE)
  cv <- do.call(glmnet::cv.glmnet, given)
  state <- generator_state()
  found <- cv$relaxed
  table <- function(part) unname(t(sapply(found$statlist, `[[`, part)))
  index <- unname(found$index) - 1L
  list(lambdas = cv$lambda, gammas = found$gamma, mean = table("cvm"), standard_error = table("cvsd"),
       lambda_min = found$lambda.min, gamma_min = found$gamma.min, lambda_1se = found$lambda.1se,
       gamma_1se = found$gamma.1se, index_min = index[1, ], index_1se = index[2, ], fold_id = cv$foldid,
       random_state = state)
}

selection_stability <- function(y_true, x, seed, repeats = 20L, halves = 100L, folds = 10L, measure = "deviance",
                                alpha = 1, threshold = 1e-7) {
  selected <- function(coefficients) as.integer(as.matrix(coefficients)[-1, 1] != 0)
  runs <- lapply(seed + seq_len(repeats) - 1L, function(one) {
    seed_generator(one)
    glmnet::cv.glmnet(x, y_true, family = "binomial", nfolds = folds, type.measure = measure, alpha = alpha,
                      thresh = threshold)
  })
  times <- function(s) Reduce(`+`, lapply(runs, function(run) selected(coef(run, s = s))))
  first <- runs[[1]]
  seed_generator(seed)
  fitted <- 0L
  counts <- matrix(0L, 2, ncol(x))
  n <- length(y_true)
  for (half in seq_len(halves)) {
    rows <- sample.int(n, n %/% 2L)
    if (min(sum(y_true[rows] == 1), sum(y_true[rows] == 0)) < 2) next
    path <- suppressWarnings(glmnet::glmnet(x[rows, ], y_true[rows], family = "binomial", alpha = alpha,
                                            lambda = first$lambda, thresh = threshold))
    fitted <- fitted + 1L
    for (row in 1:2) {
      counts[row, ] <- counts[row, ] + as.integer(path$beta[, min(first$index[row], length(path$lambda))] != 0)
    }
  }
  list(lambda_min = sapply(runs, `[[`, "lambda.min"), lambda_1se = sapply(runs, `[[`, "lambda.1se"),
       times_min = times("lambda.min"), times_1se = times("lambda.1se"), halves = fitted,
       half_times_min = counts[1, ], half_times_1se = counts[2, ], random_state = generator_state())
}
