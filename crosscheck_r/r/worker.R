# The R end of the bridge: reads a call, runs a function of this folder on data, returns its value. Base R only.
#
# Nothing that arrives is ever parsed as code: the name of a function is looked up in the files of this folder, values
# are typed buffers. R's own output is captured, so that it cannot disturb a message.

worker <- new.env()

worker$factor <- function(codes, levels) structure(codes, levels = as.character(levels), class = "factor")

# ---- reading --------------------------------------------------------------------------------------------------------
# A connection blocks until all that was asked for is there; nothing at all means that the other side has left.
worker$take <- function(from, what, n, size) {
  if (n == 0) return(vector(what, 0))
  values <- readBin(from, what, n, size, endian = "little")
  if (length(values) < n) quit("no", 0L, FALSE)
  values
}

worker$take_integers <- function(from, n) worker$take(from, "integer", n, 4)

worker$take_texts <- function(from, n) {
  texts <- character(n)
  for (i in seq_len(n)) {
    size <- worker$take_integers(from, 1)
    texts[i] <- if (size < 0) NA_character_ else if (size == 0) "" else readChar(from, size, useBytes = TRUE)
  }
  Encoding(texts) <- "UTF-8"
  texts
}

worker$read_value <- function(from) {
  header <- as.integer(worker$take(from, "raw", 4, 1))
  type <- header[1]
  n <- worker$take_integers(from, 1)
  dims <- worker$take_integers(from, header[3])
  if (type == 0) return(NULL)
  if (type == 5) {
    value <- vector("list", n)
    for (i in seq_len(n)) {
      entry <- worker$read_value(from)
      if (!is.null(entry)) value[[i]] <- entry
    }
    if (header[2] == 1) names(value) <- worker$read_value(from)
    return(value)
  }
  if (type == 4) return(worker$take_texts(from, n))
  if (type == 6) {
    codes <- worker$take_integers(from, n)
    return(worker$factor(codes, worker$read_value(from)))
  }
  value <- switch(type,
    as.logical(worker$take_integers(from, n)),
    worker$take_integers(from, n),
    worker$take(from, "double", n, 8)
  )
  if (length(dims)) dim(value) <- dims
  value
}

# ---- writing --------------------------------------------------------------------------------------------------------
worker$integers <- function(x) writeBin(as.integer(x), raw(), 4, endian = "little")

worker$node <- function(type, n, named = FALSE, dims = NULL) {
  c(as.raw(c(type, named, length(dims), 0)), worker$integers(n), worker$integers(dims))
}

# Text as valid UTF-8, whatever R holds; a byte that is none is written as <xx>.
worker$clean <- function(x) {
  x <- enc2utf8(as.character(x))
  bad <- !is.na(x) & !validUTF8(x)
  if (any(bad)) {
    Encoding(x[bad]) <- "bytes"
    x[bad] <- iconv(x[bad], "UTF-8", "UTF-8", sub = "byte")
  }
  x
}

# The same value with all its texts cleaned.
worker$valid <- function(x) {
  if (is.factor(x)) {
    levels(x) <- worker$clean(levels(x))
  } else if (is.list(x)) {
    x <- lapply(unclass(x), worker$valid)
    if (!is.null(names(x))) names(x) <- worker$clean(names(x))
  } else if (is.character(x)) {
    x[] <- worker$clean(x)
  }
  x
}

worker$texts <- function(x) {
  bytes <- lapply(x, function(text) if (is.na(text)) raw(0) else charToRaw(text))
  sizes <- lengths(bytes)
  sizes[is.na(x)] <- -1L
  list(worker$node(4, length(x)), Map(function(size, text) list(worker$integers(size), text), sizes, bytes))
}

# Buffers of a value as nested lists, joined once at the end.
worker$buffers <- function(x) {
  if (is.null(x)) return(worker$node(0, 0))
  if (is.factor(x)) {
    return(list(worker$node(6, length(x)), worker$integers(unclass(x)), worker$texts(levels(x))))
  }
  dims <- if (length(dim(x)) > 1) dim(x)
  if (is.list(x)) {
    named <- !is.null(names(x))
    return(list(worker$node(5, length(x), named), lapply(unname(unclass(x)), worker$buffers),
                if (named) worker$texts(names(x))))
  }
  switch(typeof(x),
    logical = list(worker$node(1, length(x), dims = dims), worker$integers(x)),
    integer = list(worker$node(2, length(x), dims = dims), worker$integers(x)),
    double = list(worker$node(3, length(x), dims = dims), writeBin(as.double(x), raw(), 8, endian = "little")),
    character = worker$texts(x),
    stop("a value of type ", typeof(x), " cannot be returned")
  )
}

worker$write_value <- function(x) unlist(worker$buffers(x), use.names = FALSE)

# ---- one call -------------------------------------------------------------------------------------------------------
worker$described <- function(kind, condition) {
  call <- conditionCall(condition)
  message <- paste(conditionMessage(condition), collapse = "\n")
  call <- if (is.null(call)) "" else deparse(worker$shortened(call), 200L, nlines = 1L)[1]
  list(kind = kind, class = class(condition)[1], message = worker$clean(message), call = worker$clean(call),
       package = if (inherits(condition, "packageNotFoundError")) condition$package else "")
}

# A call without data: do.call writes the values themselves into it, and patients' values must not get into a message.
worker$shortened <- function(call) {
  if (!is.call(call)) return(call)
  for (i in seq_along(call)) {
    if (identical(call[[i]], quote(expr = ))) next
    part <- call[[i]]
    if (is.call(part)) {
      call[[i]] <- worker$shortened(part)
    } else if (is.function(part)) {
      call[[i]] <- as.name("FUN")
    } else if (length(part) > 1 || is.object(part)) {
      call[[i]] <- as.name("...")
    }
  }
  call
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
  list(name = parts[2], functions = functions)
}

# Options, environment variables, generator, working directory, search path, devices, sinks and connections are as at
# the start before each call. What a package keeps in its own namespace or in compiled code is not reset: a function that
# changes such a thing (glmnet.control) has to put it back itself.
worker$reset <- function() {
  options(worker$options)
  added <- setdiff(names(options()), names(worker$options))
  if (length(added)) options(structure(vector("list", length(added)), names = added))
  # the kinds first: naming them seeds the generator, and a call has to find it unseeded
  RNGkind("Mersenne-Twister", "Inversion", "Rejection")
  rm(list = setdiff(ls(globalenv(), all.names = TRUE), worker$globals), envir = globalenv())
  for (entry in setdiff(search(), worker$search)) detach(entry, character.only = TRUE)
  setwd(worker$home)
  worker$reset_environment()
  grDevices::graphics.off()
  while (sink.number() > 0) sink()
  for (number in setdiff(getAllConnections(), worker$connections)) close(getConnection(number))
}

worker$reset_environment <- function() {
  now <- Sys.getenv()
  added <- setdiff(names(now), names(worker$environment))
  if (length(added)) Sys.unsetenv(added)
  kept <- names(worker$environment)
  changed <- kept[is.na(now[kept]) | now[kept] != worker$environment]
  if (length(changed)) do.call(Sys.setenv, as.list(worker$environment[changed]))
}

worker$dispatch <- function(name, arguments) {
  worker$reset()
  conditions <- list()
  keep <- function(kind) function(condition) {
    conditions[[length(conditions) + 1L]] <<- worker$described(kind, condition)
    invokeRestart(if (kind == "warning") "muffleWarning" else "muffleMessage")
  }
  failure <- NULL
  spool <- textConnection(NULL, "w", local = TRUE)
  sink(spool)
  clock <- Sys.time()
  value <- tryCatch(
    withCallingHandlers({
      target <- worker$lookup(name)
      # by name, so that R's messages name the function; nothing needs quoting, for no symbol or call ever arrives
      worker$valid(do.call(target$name, arguments, envir = target$functions))
    }, warning = keep("warning"), message = keep("message")),
    error = function(condition) {
      failure <<- worker$described("error", condition)
      NULL
    }
  )
  elapsed <- as.numeric(Sys.time() - clock, units = "secs")
  while (sink.number() > 0) sink()
  printed <- worker$clean(textConnectionValue(spool))
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
  worker$environment <- Sys.getenv()
  worker$connections <- getAllConnections()
}

# ---- the loop of the Rscript backend --------------------------------------------------------------------------------
worker$serve <- function(input, output) {
  from <- file(input, "rb", raw = TRUE)
  to <- file(output, "wb", raw = TRUE)
  worker$connections <- getAllConnections()
  repeat {
    worker$take(from, "double", 1, 8)
    request <- worker$read_value(from)
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
