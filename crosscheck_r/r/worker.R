# The R end of the bridge: reads a call, runs a function of this folder on data, returns its value. Base R only.
#
# Nothing that arrives is ever parsed as code: the name of a function is looked up in the files of this folder, values are
# typed buffers. R's own output is captured, so that it cannot disturb a message.

worker <- new.env()

worker$factor <- function(codes, levels) structure(codes, levels = as.character(levels), class = "factor")

# ---- reading --------------------------------------------------------------------------------------------------------
worker$take <- function(at, n) {
  bytes <- at$bytes[seq.int(at$position, length.out = n)]
  at$position <- at$position + n
  bytes
}

worker$take_integers <- function(at, n) {
  if (n == 0) integer(0) else readBin(worker$take(at, 4 * n), "integer", n, 4, endian = "little")
}

worker$take_texts <- function(at, n) {
  texts <- character(n)
  for (i in seq_len(n)) {
    size <- worker$take_integers(at, 1)
    if (size < 0) {
      texts[i] <- NA_character_
    } else {
      text <- if (size == 0) "" else rawToChar(worker$take(at, size))
      Encoding(text) <- "UTF-8"
      texts[i] <- text
    }
  }
  texts
}

worker$read_value <- function(at) {
  header <- worker$take(at, 4)
  type <- as.integer(header[1])
  n <- worker$take_integers(at, 1)
  dims <- worker$take_integers(at, as.integer(header[3]))
  if (type == 0) return(NULL)
  if (type == 5) {
    value <- vector("list", n)
    for (i in seq_len(n)) {
      entry <- worker$read_value(at)
      if (!is.null(entry)) value[[i]] <- entry
    }
    if (header[2] == 1) names(value) <- worker$read_value(at)
    return(value)
  }
  if (type == 4) return(worker$take_texts(at, n))
  if (type == 6) {
    codes <- worker$take_integers(at, n)
    levels <- worker$read_value(at)
    return(worker$factor(codes, levels))
  }
  value <- switch(type,
    as.logical(worker$take_integers(at, n)),
    worker$take_integers(at, n),
    if (n == 0) double(0) else readBin(worker$take(at, 8 * n), "double", n, 8, endian = "little")
  )
  if (length(dims)) dim(value) <- dims
  value
}

# ---- writing --------------------------------------------------------------------------------------------------------
worker$integers <- function(x) writeBin(as.integer(x), raw(), 4, endian = "little")

worker$node <- function(type, n, named = FALSE, dims = NULL) {
  c(as.raw(c(type, named, length(dims), 0)), worker$integers(n), worker$integers(dims))
}

worker$texts <- function(x) {
  x <- enc2utf8(as.character(x))
  parts <- lapply(x, function(text) {
    if (is.na(text)) return(worker$integers(-1L))
    bytes <- charToRaw(text)
    c(worker$integers(length(bytes)), bytes)
  })
  c(worker$node(4, length(x)), unlist(parts))
}

worker$write_value <- function(x) {
  if (is.null(x)) return(worker$node(0, 0))
  if (is.factor(x)) {
    return(c(worker$node(6, length(x)), worker$integers(unclass(x)), worker$texts(levels(x))))
  }
  dims <- if (length(dim(x)) > 1) dim(x)
  if (is.list(x)) {
    named <- !is.null(names(x))
    return(c(worker$node(5, length(x), named), unlist(lapply(unname(x), worker$write_value)),
             if (named) worker$texts(names(x))))
  }
  switch(typeof(x),
    logical = c(worker$node(1, length(x), dims = dims), worker$integers(x)),
    integer = c(worker$node(2, length(x), dims = dims), worker$integers(x)),
    double = c(worker$node(3, length(x), dims = dims), writeBin(as.double(x), raw(), 8, endian = "little")),
    character = worker$texts(x),
    stop("a value of type ", typeof(x), " cannot be returned")
  )
}

# ---- one call -------------------------------------------------------------------------------------------------------
worker$described <- function(kind, condition) {
  call <- conditionCall(condition)
  list(kind = kind, class = class(condition)[1], message = conditionMessage(condition),
       call = if (is.null(call)) "" else paste(deparse(call, nlines = 1L), collapse = " "))
}

# Each file is read once; its functions see common.R and, below it, base R.
worker$functions <- function(file) {
  found <- worker$files[[file]]
  if (is.null(found)) {
    known <- list.files(worker$root, pattern = "\\.R$")
    if (!file %in% known) stop("no file ", file, " among the functions of R")
    found <- new.env(parent = globalenv())
    sys.source(file.path(worker$root, "common.R"), found, keep.source = FALSE)
    if (file != "common.R") sys.source(file.path(worker$root, file), found, keep.source = FALSE)
    worker$files[[file]] <- found
  }
  found
}

worker$lookup <- function(name) {
  parts <- strsplit(name, "::", fixed = TRUE)[[1]]
  if (length(parts) != 2) stop("a function is named file.R::function")
  functions <- worker$functions(parts[1])
  if (!exists(parts[2], functions, mode = "function", inherits = FALSE)) stop("no function ", name)
  get(parts[2], functions, mode = "function", inherits = FALSE)
}

# Options, generator, working directory and search path are as at the start before each call.
worker$reset <- function() {
  options(worker$options)
  added <- setdiff(names(options()), names(worker$options))
  if (length(added)) options(structure(vector("list", length(added)), names = added))
  if (exists(".Random.seed", globalenv(), inherits = FALSE)) rm(".Random.seed", envir = globalenv())
  RNGkind("Mersenne-Twister", "Inversion", "Rejection")
  rm(".Random.seed", envir = globalenv())
  for (entry in setdiff(search(), worker$search)) detach(entry, character.only = TRUE)
  rm(list = setdiff(ls(globalenv(), all.names = TRUE), worker$globals), envir = globalenv())
  setwd(worker$home)
}

worker$dispatch <- function(name, arguments) {
  worker$reset()
  conditions <- list()
  keep <- function(kind) function(condition) {
    conditions[[length(conditions) + 1L]] <<- worker$described(kind, condition)
    invokeRestart(if (kind == "warning") "muffleWarning" else "muffleMessage")
  }
  failure <- NULL
  depth <- sink.number()
  spool <- textConnection(NULL, "w", local = TRUE)
  sink(spool)
  started <- proc.time()[["elapsed"]]
  clock <- Sys.time()
  value <- tryCatch(
    withCallingHandlers(do.call(worker$lookup(name), arguments, quote = TRUE),
                        warning = keep("warning"), message = keep("message")),
    error = function(condition) {
      failure <<- worker$described("error", condition)
      NULL
    }
  )
  elapsed <- as.numeric(Sys.time() - clock, units = "secs")
  while (sink.number() > depth) sink()
  printed <- textConnectionValue(spool)
  close(spool)
  list(value = value, error = failure, conditions = conditions, printed = printed, elapsed = elapsed)
}

worker$start <- function(root) {
  worker$root <- root
  worker$files <- list()
  worker$home <- getwd()
  options(warn = 1, keep.source = FALSE, width = 10000L, device = function(...) grDevices::pdf(file = NULL))
  worker$options <- options()
  worker$globals <- c("worker", ls(globalenv(), all.names = TRUE))
  worker$search <- search()
}

# ---- the loop of the Rscript backend --------------------------------------------------------------------------------
worker$read_exactly <- function(connection, n) {
  parts <- list()
  while (n > 0) {
    chunk <- readBin(connection, "raw", n)
    if (!length(chunk)) quit("no", 0L, FALSE)
    parts[[length(parts) + 1L]] <- chunk
    n <- n - length(chunk)
  }
  unlist(parts)
}

worker$serve <- function(input, output) {
  from <- file(input, "rb", raw = TRUE)
  to <- file(output, "wb", raw = TRUE)
  repeat {
    n <- readBin(worker$read_exactly(from, 8), "double", 1, 8, endian = "little")
    at <- new.env()
    at$bytes <- worker$read_exactly(from, n)
    at$position <- 1
    request <- worker$read_value(at)
    answer <- worker$dispatch(request$name, request$arguments)
    bytes <- tryCatch(worker$write_value(answer), error = function(condition) {
      worker$write_value(list(value = NULL, error = worker$described("error", condition), conditions = list(),
                              printed = character(0), elapsed = 0))
    })
    writeBin(writeBin(as.double(length(bytes)), raw(), 8, endian = "little"), to)
    writeBin(bytes, to)
    flush(to)
  }
}
