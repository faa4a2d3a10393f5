# The R side of the bridge: answers calls of the functions in this folder. Base R only.
#
# Sourced into an environment of its own by both backends. The rscript backend calls serve(); the rpy2 backend
# (crosscheck_r/worker.py) calls prepare() and call_function() and does reading, writing and forking itself.
#
# Every call runs in a fork of this process: it sees the packages that are loaded here, and whatever it does to options,
# generator, search path, compiled package state or its own life ends with it. Packages are loaded here, before the
# fork, the first time that a function of a file which names them is called.
#
# The layout of the bytes is described in crosscheck_r/protocol.py. They travel on connections of their own; R's
# console (print, cat, messages of child processes) is elsewhere and cannot disturb them.

state <- new.env(parent = emptyenv())
state$folder <- NULL
state$files <- list()

attribute_names <- c("names", "dim", "dimnames", "levels")

# ---- reading ---------------------------------------------------------------------------------------------------

read_node <- function(connection) {
  header <- readBin(connection, "double", 3L, endian = "little")
  flags <- as.integer(header[[2L]])
  n <- header[[3L]]
  value <- switch(header[[1L]] + 1,
    NULL,
    as.logical(readBin(connection, "integer", n, endian = "little")),
    readBin(connection, "integer", n, endian = "little"),
    readBin(connection, "double", n, endian = "little"),
    read_texts(connection, n),
    read_list(connection, n)
  )
  read_attributes(connection, value, flags)
}

read_texts <- function(connection, n) {
  sizes <- readBin(connection, "integer", n, endian = "little")
  texts <- rep(NA_character_, n)
  known <- sizes >= 0L
  if (any(known)) texts[known] <- readChar(connection, sizes[known], useBytes = TRUE)
  Encoding(texts) <- "UTF-8"
  texts
}

read_list <- function(connection, n) {
  values <- vector("list", n)
  for (i in seq_len(n)) {
    value <- read_node(connection)
    if (!is.null(value)) values[[i]] <- value
  }
  values
}

read_attributes <- function(connection, value, flags) {
  if (bitwAnd(flags, 1L)) names(value) <- read_node(connection)
  if (bitwAnd(flags, 2L)) dim(value) <- read_node(connection)
  if (bitwAnd(flags, 4L)) dimnames(value) <- read_node(connection)
  if (bitwAnd(flags, 8L)) value <- as_factor(value, read_node(connection), bitwAnd(flags, 16L) != 0L)
  value
}

as_factor <- function(codes, levels, ordered) {
  structure(codes, levels = levels, class = c(if (ordered) "ordered", "factor"))
}

# ---- writing ---------------------------------------------------------------------------------------------------

# The same value with nothing but what the protocol has: names, dim, dimnames, factor levels; text as valid UTF-8.
normalise <- function(value) {
  if (is.null(value)) return(NULL)
  kept <- list(names = if (is.null(dim(value))) names(value), dim = dim(value), dimnames = unname(dimnames(value)))
  if (is.data.frame(value)) kept <- list(names = names(value))
  levels <- if (is.factor(value)) clean_texts(levels(value))
  ordered <- is.ordered(value)
  kind <- typeof(value)
  if (!kind %in% c("logical", "integer", "double", "character", "list")) {
    stop("a value of type ", kind, " has no counterpart outside R")
  }
  value <- unclass(value)
  attributes(value) <- NULL
  if (kind == "character") value <- clean_texts(value)
  if (kind == "list") value <- lapply(value, normalise)
  if (!is.null(kept$names)) names(value) <- clean_texts(kept$names)
  if (!is.null(kept$dim)) dim(value) <- kept$dim
  if (!is.null(kept$dimnames)) dimnames(value) <- kept$dimnames
  if (is.null(levels)) value else as_factor(value, levels, ordered)
}

clean_texts <- function(texts) {
  texts <- enc2utf8(texts)
  bad <- !is.na(texts) & !validUTF8(texts)
  texts[bad] <- iconv(texts[bad], "UTF-8", "UTF-8", sub = "byte")
  texts
}

# Bytes of a normalised value.
encode <- function(value) unlist(encode_node(value), use.names = FALSE)

encode_node <- function(value) {
  kept <- attributes(value)
  flags <- sum(2^(which(attribute_names %in% names(kept)) - 1), 16 * is.ordered(value))
  kinds <- c("NULL", "logical", "integer", "double", "character", "list")
  kind <- match(typeof(value), kinds) - 1
  list(
    writeBin(c(kind, flags, length(value)), raw(), endian = "little"),
    encode_payload(typeof(value), unclass(value)),
    lapply(kept[intersect(attribute_names, names(kept))], encode_node)
  )
}

encode_payload <- function(kind, value) {
  attributes(value) <- NULL
  switch(kind,
    "NULL" = NULL,
    logical = writeBin(as.integer(value), raw(), endian = "little"),
    character = encode_texts(value),
    list = lapply(value, encode_node),
    writeBin(value, raw(), endian = "little")
  )
}

encode_texts <- function(texts) {
  known <- !is.na(texts)
  sizes <- ifelse(known, nchar(texts, type = "bytes"), -1L)
  list(
    writeBin(as.integer(sizes), raw(), endian = "little"),
    charToRaw(paste(texts[known], collapse = ""))
  )
}

# ---- functions of this folder ----------------------------------------------------------------------------------

# Environment of a file, sourced once and again when the file changes; its parent is that of common.R.
file_environment <- function(name, parent) {
  path <- file.path(state$folder, name)
  changed <- file.mtime(path)
  if (is.na(changed)) stop("there is no R file ", name)
  known <- state$files[[name]]
  if (is.null(known) || known$changed != changed || !identical(parent.env(known$environment), parent)) {
    environment <- new.env(parent = parent)
    sys.source(path, envir = environment, keep.source = FALSE)
    compile_all(environment)
    known <- list(environment = environment, changed = changed)
    state$files[[name]] <- known
    load_packages(path)
  }
  known$environment
}

compile_all <- function(environment) {
  # a forked child has no just-in-time compiler, so that loops of ours would run interpreted
  for (name in ls(environment, all.names = TRUE)) {
    value <- get(name, envir = environment, inherits = FALSE)
    if (is.function(value)) assign(name, compiler::cmpfun(value), envir = environment)
  }
}

# Load what the file names by `package::` or library(package); what is not installed is reported by the call itself.
load_packages <- function(path) {
  lines <- sub("#.*", "", readLines(path, warn = FALSE))
  for (package in named_packages(lines)) {
    suppressWarnings(suppressMessages(try(requireNamespace(package, quietly = TRUE), silent = TRUE)))
  }
  if (exists(".Random.seed", envir = globalenv(), inherits = FALSE)) rm(".Random.seed", envir = globalenv())
}

named_packages <- function(lines) {
  name <- "[A-Za-z][A-Za-z0-9.]*"
  qualified <- sub(":::?$", "", matches(paste0(name, ":::?"), lines))
  opener <- "(library|require|requireNamespace|loadNamespace)\\([\"']?"
  attached <- sub(opener, "", matches(paste0(opener, name), lines))
  unique(c(qualified, attached))
}

matches <- function(pattern, lines) as.character(unlist(regmatches(lines, gregexpr(pattern, lines))))

# Function "file.R::name"; only names that the file itself defines count.
prepare <- function(name) {
  parts <- strsplit(name, "::", fixed = TRUE)[[1L]]
  if (length(parts) != 2L || basename(parts[[1L]]) != parts[[1L]]) stop("no function of this folder: ", name)
  common <- file_environment("common.R", globalenv())
  environment <- file_environment(parts[[1L]], common)
  if (!exists(parts[[2L]], envir = environment, mode = "function", inherits = FALSE)) {
    stop("the file ", parts[[1L]], " defines no function ", parts[[2L]])
  }
  list(name = parts[[2L]], environment = environment)
}

# ---- calling ---------------------------------------------------------------------------------------------------

# Outcome of a call as data: value or error, warnings and messages in order, what was printed, seconds.
call_function <- function(name, arguments) {
  conditions <- list()
  failure <- NULL
  note <- function(kind, condition) {
    conditions[[length(conditions) + 1L]] <<- describe(kind, condition)
  }
  printed <- file("", "w+", encoding = "UTF-8")
  depth <- sink.number()
  sink(printed)
  started <- proc.time()[[3L]]
  value <- tryCatch(
    withCallingHandlers(
      {
        target <- prepare(name)
        # nothing to quote: the protocol has no symbols and no calls
        normalise(do.call(target$name, arguments, envir = target$environment))
      },
      warning = function(w) {
        note("warning", w)
        tryInvokeRestart("muffleWarning")
      },
      message = function(m) {
        note("message", m)
        tryInvokeRestart("muffleMessage")
      }
    ),
    error = function(e) {
      failure <<- e
      NULL
    }
  )
  elapsed <- proc.time()[[3L]] - started
  while (sink.number() > depth) sink()
  lines <- readLines(printed, warn = FALSE)
  close(printed)
  error <- if (!is.null(failure)) describe("error", failure)
  notes <- normalise(list(error = error, conditions = conditions, printed = lines, elapsed = elapsed))
  c(list(value = value), notes)
}

describe <- function(kind, condition) {
  call <- conditionCall(condition)
  list(
    kind = kind,
    classes = class(condition),
    message = paste(conditionMessage(condition), collapse = "\n"),
    call = if (is.null(call)) "" else deparse(shorten(call), width.cutoff = 200L, nlines = 1L)[[1L]],
    package = if (inherits(condition, "packageNotFoundError")) condition$package else ""
  )
}

# A call without the data that do.call writes into it.
shorten <- function(call) {
  if (!is.call(call)) return(call)
  for (i in seq_along(call)) {
    if (identical(call[[i]], quote(expr = ))) next
    part <- call[[i]]
    if (is.call(part)) {
      call[[i]] <- shorten(part)
    } else if (is.function(part)) {
      call[[i]] <- as.name("FUN")
    } else if (!is.name(part) && !is.null(part) && (length(part) != 1L || is.object(part))) {
      call[[i]] <- as.name("...")
    }
  }
  call
}

# ---- rscript backend -------------------------------------------------------------------------------------------

# Answer calls until the other side closes `requests`. After each call `control` says whether the child ended well.
serve <- function(requests, answers, control) {
  say(control, 0L)
  repeat {
    size <- readBin(requests, "double", 1L, endian = "little")
    if (length(size) == 0L) break
    request <- read_node(requests)
    try(prepare(request$`function`), silent = TRUE)
    job <- parallel::mcparallel(answer(request, answers), mc.set.seed = FALSE)
    ended <- suppressWarnings(parallel::mccollect(job))
    well <- isTRUE(ended[[1L]])
    # q() and R's own crash handler remove the temporary folder that parent and child share
    if (!well) tempdir(check = TRUE)
    say(control, if (well) 1L else 2L)
  }
}

# What happened, the signal and the exit status; base R does not learn the last two of a child.
say <- function(control, word) {
  writeBin(c(word, 0L, -1L), control, endian = "little")
  flush(control)
}

# In the child. A child that says good-bye by q() sends an outcome that says so.
answer <- function(request, answers) {
  leaving <- new.env(parent = emptyenv())
  leaving$answered <- FALSE
  reg.finalizer(leaving, function(e) if (!e$answered) send(encode(list(quit = TRUE)), answers), onexit = TRUE)
  outcome <- encode(call_function(request$`function`, request$arguments))
  leaving$answered <- TRUE
  send(outcome, answers)
  TRUE
}

send <- function(bytes, answers) {
  writeBin(length(bytes) + 0, answers, endian = "little")
  writeBin(bytes, answers)
  flush(answers)
}

start <- function(folder) {
  state$folder <- folder
  options(device = function(...) grDevices::pdf(NULL), menu.graphics = FALSE, browser = "false", pager = "cat")
  compile_all(environment(start))
}

main <- function(folder, descriptors) {
  start(folder)
  path <- file.path("/dev/fd", descriptors)
  requests <- file(path[[1L]], "rb", raw = TRUE)
  answers <- file(path[[2L]], "wb", raw = TRUE)
  control <- file(path[[3L]], "wb", raw = TRUE)
  serve(requests, answers, control)
}
