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
  Sys.setenv(CROSSCHECK_LEFTOVER = "yes", TZ = "Asia/Tokyo")
  sink(tempfile())
  file(tempfile(), "w")
  plot(1)
  list(done = TRUE)
}

state <- function() {
  list(digits = getOption("digits"), option = !is.null(getOption("crosscheck_leftover")),
       seed = exists(".Random.seed", globalenv()), global = exists("leftover", globalenv()),
       attached = "leftover" %in% search(), variable = nzchar(Sys.getenv("CROSSCHECK_LEFTOVER")),
       device = length(grDevices::dev.list()) > 0, folder = basename(getwd()), zone = Sys.getenv("TZ"),
       connections = nrow(showConnections()), kind = RNGkind())
}

needs_missing_package <- function() loadNamespace("notAPackageOfAnybody")

# Values must not get into what R says about a failed call.
refuses <- function(values) stop("on purpose")

odd_texts <- function() {
  latin <- "caf\xe9"
  Encoding(latin) <- "latin1"
  list(latin = latin, broken = "a\xff", missing = NA_character_, empty = "")
}

no_list <- function() 1

returns_code <- function() list(f = function(x) x)

# A child process that outlives the worker and holds all its pipes open.
holds_the_pipes <- function(seconds) {
  system(paste("sleep", as.integer(seconds)), wait = FALSE)
  tools::pskill(Sys.getpid(), 9L)
  Sys.sleep(60)
}

leaves <- function() quit("no", 0L)

loops <- function() repeat NULL

recurses <- function(n) recurses(n + 1)

sleeps <- function(seconds) {
  Sys.sleep(seconds)
  list(seconds = seconds)
}
