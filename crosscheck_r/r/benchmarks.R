# What the benchmarks time: the calls that a user of R makes, with packages loaded beforehand.

glm_wald <- function(y_true, x) {
  table <- coef(summary(glm(y ~ ., family = binomial, data = model_frame(y_true, x))))
  list(coefficients = unname(table[, 1]), standard_error = unname(table[, 2]), z = unname(table[, 3]))
}

glm_profile <- function(y_true, x) {
  fit <- glm(y ~ ., family = binomial, data = model_frame(y_true, x))
  limits <- suppressMessages(confint(fit))[-1, ]
  list(coefficient_lower = unname(limits[, 1]), coefficient_upper = unname(limits[, 2]),
       likelihood_ratio = drop1(fit, test = "LRT")[-1, "LRT"])
}

glm_wald_each <- function(y_true, x) {
  rows <- lapply(seq_len(ncol(x)), function(j) {
    coef(summary(glm(y ~ x1, family = binomial, data = model_frame(y_true, x[, j]))))[2, ]
  })
  table <- unname(do.call(rbind, rows))
  list(coefficients = table[, 1], standard_error = table[, 2], z = table[, 3])
}

glmnet_path <- function(y_true, x, threshold) {
  fit <- glmnet::glmnet(x, y_true, family = "binomial", thresh = threshold)
  list(
    lambdas = fit$lambda, intercepts = unname(fit$a0), coefficients = unname(as.matrix(fit$beta)),
    n_passes = fit$npasses
  )
}

glmnet_cv <- function(y_true, x, seed, threshold) {
  seed_generator(seed)
  cv <- glmnet::cv.glmnet(x, y_true, family = "binomial", thresh = threshold)
  list(lambda_min = cv$lambda.min, lambda_1se = cv$lambda.1se, mean = unname(cv$cvm))
}

# Fit and bootstrap-corrected calibration with rms attached beforehand; the processor time of the two calls alone.
calibrate_seconds <- function(y_true, x, seed, bootstraps) {
  data <- model_frame(y_true, x)
  suppressPackageStartupMessages(library(rms))
  call <- bquote(rms::lrm(.(model_formula(ncol(x))), data = data, x = TRUE, y = TRUE))
  seed_generator(seed)
  used <- system.time(capture.output(curve <- rms::calibrate(eval(call), B = bootstraps)), gcFirst = FALSE)
  list(corrected = curve[, "calibrated.corrected"], random_state = generator_state(),
       seconds = unname(used["user.self"] + used["sys.self"]))
}

# Fit and optimism-corrected indexes with rms attached beforehand; the processor time of the two calls alone.
validate_seconds <- function(y_true, x, seed, bootstraps) {
  data <- model_frame(y_true, x)
  suppressPackageStartupMessages(library(rms))
  call <- bquote(rms::lrm(.(model_formula(ncol(x))), data = data, x = TRUE, y = TRUE))
  seed_generator(seed)
  used <- system.time(capture.output(table <- rms::validate(eval(call), B = bootstraps)), gcFirst = FALSE)
  list(index_corrected = unname(table[, "index.corrected"]), random_state = generator_state(),
       seconds = unname(used["user.self"] + used["sys.self"]))
}
