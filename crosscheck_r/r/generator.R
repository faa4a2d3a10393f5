# R's own random numbers, beside which validation.r_random is tested. Base R only.

draws <- function(seed, n) {
  seed_generator(seed)
  uniform <- runif(n)
  list(uniform = uniform, normal = rnorm(n), index = sample.int(n, replace = TRUE), random_state = generator_state())
}

samples <- function(seed, n, size, kind) {
  suppressWarnings(set.seed(seed, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = kind))
  replaced <- sample.int(n, size, replace = TRUE)
  permuted <- if (n <= 300) sample.int(n) else integer(0)
  list(replaced = as.double(replaced), permuted = permuted, random_state = generator_state())
}

few_of_many <- function(seed, n, size) {
  seed_generator(seed)
  list(drawn = as.double(sample.int(n, size)), random_state = generator_state())
}

# What R draws when it goes on from a state that was handed over.
from_state <- function(state, n) {
  assign(".Random.seed", state, envir = globalenv())
  list(uniform = runif(n), index = sample.int(n), random_state = generator_state())
}
