# Functions that only the tests of the bridge call. Base R only.

echo <- function(...) list(...)

# Type, class and bits as R itself sees them.
describe <- function(x) {
  list(
    type = typeof(x), class = class(x), length = length(x), na = is.na(x), nan = is.nan(as.numeric(x)),
    names = names(x), dim = dim(x), levels = levels(x)
  )
}

hex <- function(x) list(text = sprintf("%a", x), na = is.na(x) & !is.nan(x))

nothing <- function() list()

not_a_list <- function() 1

a_function <- function() list(f = function(x) x)

many_warnings <- function(n) {
  for (i in seq_len(n)) warning("warning number ", i)
  list(n = n)
}

one_message <- function() {
  message("a message")
  warning(structure(class = c("specialWarning", "warning", "condition"), list(message = "special", call = NULL)))
  list(done = TRUE)
}

an_error <- function(x) stop("on purpose")

classed_error <- function() {
  stop(structure(class = c("specialError", "error", "condition"), list(message = "special", call = quote(f(x)))))
}

missing_package <- function() loadNamespace("notAPackageOfAnybody")

noise <- function(n) {
  cat(rep("noise on stdout\n", n))
  cat(rep("noise on stderr\n", n), file = stderr())
  print(summary(c(1, 2, 3)))
  system(paste("for i in $(seq 100); do echo shell noise; echo shell noise >&2; done"))
  list(done = TRUE)
}

quit_now <- function(status) q(status = status)

endless_loop <- function() while (TRUE) NULL

recursion <- function(x) 1 + recursion(x + 1)

kill_self <- function(signal) {
  tools::pskill(Sys.getpid(), signal)
  Sys.sleep(60)
  list(done = TRUE)
}

sleep <- function(seconds) {
  Sys.sleep(seconds)
  list(slept = seconds)
}

print_then_hang <- function() {
  cat("about to hang\n", file = stderr())
  while (TRUE) NULL
}

# Everything that a call could leave behind for the next one.
spoil <- function() {
  options(digits = 3, contrasts = c("contr.sum", "contr.poly"), OutDec = ",")
  set.seed(1)
  assign("leftover", 1, envir = globalenv())
  attach(list(attached_leftover = 1))
  Sys.setenv(LEFTOVER = "yes")
  setwd("/")
  sink(tempfile())
  file(tempfile(), "w")
  list(done = TRUE)
}

inspect <- function() {
  list(
    digits = getOption("digits"), contrasts = getOption("contrasts"), decimal = getOption("OutDec"),
    seeded = exists(".Random.seed", envir = globalenv(), inherits = FALSE),
    objects = ls(globalenv(), all.names = TRUE), search = search(), variable = Sys.getenv("LEFTOVER"),
    folder = getwd(), sinks = sink.number(), connections = nrow(showConnections())
  )
}

environment_of_worker <- function() {
  list(
    locale = Sys.getlocale("LC_COLLATE"), zone = Sys.timezone(), threads = Sys.getenv("OMP_NUM_THREADS"),
    names = names(Sys.getenv()), temporary = tempdir()
  )
}

seeded_draws <- function(seed, n) {
  seed_generator(seed)
  list(uniform = runif(n), normal = rnorm(n), order = sample.int(n), random_state = generator_state())
}

least_squares <- function(y, x) {
  fit <- summary(glm(model_formula(ncol(x)), data = model_frame(y, x), family = binomial()))
  list(coefficients = fit$coefficients, deviance = fit$deviance)
}
