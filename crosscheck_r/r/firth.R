# Firth's penalised logistic regression by brglm2, converged.

firth_regression <- function(y_true, x, names, level) {
  x <- as.matrix(x)
  fit <- glm(model_formula(ncol(x)), family = binomial(), data = model_frame(y_true, x), method = brglm2::brglmFit,
             type = "MPL_Jeffreys", epsilon = 1e-13, maxit = 10000)
  table <- coef(summary(fit))
  half <- qnorm(1 - (1 - level) / 2) * table[-1, 2]
  list(coefficients = unname(coef(fit)), standard_error = unname(table[, 2]), z = unname(table[, 3]),
       p_value = unname(table[, 4]), odds_ratio = exp(unname(coef(fit)[-1])),
       lower = exp(unname(coef(fit)[-1] - half)), upper = exp(unname(coef(fit)[-1] + half)))
}
