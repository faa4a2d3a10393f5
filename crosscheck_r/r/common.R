# Helpers shared by the functions of this folder. Base R only.

# Seed R's generator with every kind stated, so that no session option can change the stream.
seed_generator <- function(seed) {
  set.seed(seed, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
}

# The generator's 626 integers (kinds, position, state) after a seeded computation.
generator_state <- function() {
  get(".Random.seed", envir = globalenv(), inherits = FALSE)
}

# Data frame y, x1 ... xp from an outcome and a matrix; columns are named by position, never by the user's labels.
model_frame <- function(y_true, x) {
  x <- as.matrix(x)
  colnames(x) <- paste0("x", seq_len(ncol(x)))
  data.frame(y = y_true, x)
}

# Formula y ~ x1 + ... + xp built from symbols.
model_formula <- function(p) {
  terms <- lapply(paste0("x", seq_len(p)), as.name)
  right <- Reduce(function(a, b) call("+", a, b), terms)
  as.formula(call("~", as.name("y"), right), env = globalenv())
}
