# R's own sums, quantiles, sequences and normal distribution, beside which validation.r_numerics is tested. Base R only.

normal <- function(z, p) list(lower = pnorm(z), upper = pnorm(z, lower.tail = FALSE), quantile = qnorm(p))

summaries <- function(x) list(sum = sum(x), mean = mean(x), var = var(x))

quantiles <- function(x, p) {
  list(type1 = quantile(x, p, type = 1, names = FALSE), type7 = quantile(x, p, names = FALSE))
}

sequence <- function(from, to, by) list(values = seq(from, to, by))

tails <- function(level) list(lower = (1 - level) / 2, upper = 1 - (1 - level) / 2)
