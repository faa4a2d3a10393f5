# Effects over the interquartile range, Wald tests and variance inflation of rms. Predictors go by position.

term_of <- function(j, term) {
  x <- as.name(paste0("x", j))
  if (term == 0 || term == 1) x else if (term > 1) call("rcs", x, term) else call("pol", x, -term)
}

model_effects <- function(y_true, x, names, terms, interactions = numeric(0), level) {
  data <- model_frame(y_true, x)
  suppressPackageStartupMessages(library(rms))
  for (j in which(terms == 1)) data[[j + 1]] <- factor(data[[j + 1]])
  parts <- lapply(seq_along(terms), function(j) term_of(j, terms[j]))
  pairs <- matrix(as.integer(interactions), ncol = 2) + 1L
  # a * b, whose main effects are there already, so that only the product is added
  products <- lapply(seq_len(nrow(pairs)), function(i) call("*", parts[[pairs[i, 1]]], parts[[pairs[i, 2]]]))
  right <- Reduce(function(a, b) call("+", a, b), c(parts, products))
  model <- as.formula(call("~", as.name("y"), right), env = globalenv())
  assign("crosscheck_ranges", rms::datadist(data), envir = globalenv())
  options(datadist = "crosscheck_ranges")
  on.exit({
    options(datadist = NULL)
    rm("crosscheck_ranges", envir = globalenv())
  })
  fit <- eval(bquote(rms::lrm(.(model), data = data)))
  if (fit$fail) stop("lrm did not converge")
  tests <- unclass(anova(fit))
  effects <- unclass(summary(fit, conf.int = level))
  odds <- effects[, "Type"] == 2
  # numbers of levels become the levels themselves
  values <- lapply(which(terms == 1), function(j) sort(unique(as.matrix(x)[, j])))
  factors <- rep(values, lengths(values) - 1)
  rows <- which(!odds)[sum(terms != 1) + seq_along(factors)]
  for (i in seq_along(factors)) effects[rows[i], c("Low", "High")] <- factors[[i]][effects[rows[i], c("Low", "High")]]
  list(coefficients = unname(coef(fit)), coefficient_standard_error = unname(sqrt(diag(vcov(fit)))),
       anova_chi_square = unname(tests[, "Chi-Square"]), anova_degrees_of_freedom = unname(tests[, "d.f."]),
       anova_p_value = unname(tests[, "P"]), low = unname(effects[!odds, "Low"]), high = unname(effects[!odds, "High"]),
       effect = unname(effects[!odds, "Effect"]), standard_error = unname(effects[!odds, "S.E."]),
       odds_ratio = unname(effects[odds, "Effect"]), lower = unname(effects[odds, 6]), upper = unname(effects[odds, 7]),
       variance_inflation = unname(rms::vif(fit)))
}
