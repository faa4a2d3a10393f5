# Sample size of a prediction model: the published formulas with R's own functions.

# Cox-Snell R2 of normal linear predictors, N(0, 1) in controls and N(m, 1) in cases.
signal_of_area <- function(auc, prevalence) {
  m <- sqrt(2) * qnorm(auc)
  intercept <- log(prevalence / (1 - prevalence)) - m^2 / 2
  mean_of <- function(f, centre) {
    parts <- seq(-14, 14, by = 2)
    sum(mapply(function(from, to) integrate(f, centre + from, centre + to, rel.tol = 1e-13, abs.tol = 0)$value,
               head(parts, -1), tail(parts, -1)))
  }
  cases <- mean_of(function(x) dnorm(x, m) * plogis(intercept + m * x, log.p = TRUE), m)
  controls <- mean_of(function(x) dnorm(x) * plogis(intercept + m * x, lower.tail = FALSE, log.p = TRUE), 0)
  null <- prevalence * log(prevalence) + (1 - prevalence) * log1p(-prevalence)
  -expm1(-2 * (prevalence * cases + (1 - prevalence) * controls - null))
}

smallest_sample_size <- function(prevalence, parameters, r_squared = NULL, auc = NULL) {
  r2 <- if (is.null(r_squared)) signal_of_area(auc, prevalence) else r_squared
  largest <- -expm1(2 * (prevalence * log(prevalence) + (1 - prevalence) * log1p(-prevalence)))
  # rounding noise of one part in 1e12 does not cost a patient
  patients <- function(value) ceiling(value * (1 - 1e-12))
  shrunk <- function(s) patients(parameters / ((s - 1) * log1p(-r2 / s)))
  f <- min(prevalence, 1 - prevalence)
  needed <- c(
    shrinkage = shrunk(0.9),
    optimism = shrunk(r2 / (r2 + 0.05 * largest)),
    prediction_error = patients(exp((-0.508 + 0.259 * log(f) + 0.504 * log(parameters) - log(0.05)) / 0.544)),
    overall_risk = patients((1.96 / 0.05)^2 * prevalence * (1 - prevalence))
  )
  n <- max(needed)
  c(as.list(needed), list(n = n, events = patients(n * prevalence), r_squared = r2, largest_r_squared = largest))
}

anticipated_r_squared <- function(auc, prevalence, draws, seed) {
  m <- sqrt(2) * qnorm(auc)
  first <- round(prevalence * draws)
  seed_generator(seed)
  x <- rnorm(draws)
  state <- generator_state()
  y <- as.numeric(seq_len(draws) > first)
  fit <- glm(y ~ x, family = binomial, data = list(y = y, x = x + m * y), control = glm.control(epsilon = 1e-14))
  list(r_squared = signal_of_area(auc, prevalence), simulated = -expm1((fit$deviance - fit$null.deviance) / draws),
       random_state = state)
}
