# Functions that test the bridge itself. Base R only.

echo <- function(value) list(value = value)

noise <- function(n) {
  cat("cat writes to R's output\n")
  print(seq_len(n))
  system("echo a child process writes to the worker's output")
  message("a message")
  list(n = n)
}

many_warnings <- function(n) {
  for (i in seq_len(n)) warning("warning ", i)
  list(n = n)
}

fails <- function(text) stop(structure(class = c("special_error", "error", "condition"),
                                       list(message = text, call = sys.call(-1))))

leaves_state <- function() {
  options(digits = 3, crosscheck_leftover = TRUE)
  set.seed(1)
  assign("leftover", 1, envir = globalenv())
  attach(list(attached_leftover = 1), name = "leftover")
  setwd(tempdir())
  list(done = TRUE)
}

state <- function() {
  list(digits = getOption("digits"), option = !is.null(getOption("crosscheck_leftover")),
       seed = exists(".Random.seed", globalenv()), global = exists("leftover", globalenv()),
       attached = "leftover" %in% search(), kind = RNGkind())
}

leaves <- function() quit("no", 0L)

loops <- function() repeat NULL

recurses <- function(n) recurses(n + 1)

sleeps <- function(seconds) {
  Sys.sleep(seconds)
  list(seconds = seconds)
}

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

normal <- function(z, p) list(lower = pnorm(z), upper = pnorm(z, lower.tail = FALSE), quantile = qnorm(p))

summaries <- function(x) {
  list(summaries = c(sum(x), mean(x), var(x), quantile(x, c(0.025, 0.5, 0.9), names = FALSE),
                     quantile(x, c(0.025, 0.5), type = 1, names = FALSE)))
}
