# R's side of a crosscheck report, computed anew: Rscript reproduce.R [--all]
#
# Needs R and the packages that are compared, nothing else. The data are read from the binary file named below, which
# holds the rows of the patients: pass it on only to those who may see them. Names of columns and of cases are data, too.
#
# One line per number, separated by tabs: statistic, case, quantity, position, decimal, hexadecimal (exact).
# Of long vectors the first hundred numbers are printed; --all prints every one.

data_file <- <<DATA>>
data_md5 <- <<MD5>>
# versions in the run that wrote this script
versions_then <- c(<<VERSIONS>>)

# ---- where this script is, and whether its data are those it was written for ------------------------------------------
arguments <- commandArgs(FALSE)
script <- sub("^--file=", "", grep("^--file=", arguments, value = TRUE))
folder <- if (length(script)) dirname(gsub("~+~", " ", script[1], fixed = TRUE)) else "."
path <- file.path(folder, data_file)
if (!file.exists(path)) stop("the data file is not there: ", path)
if (!identical(unname(tools::md5sum(path)), data_md5)) stop("the data file is not the one this script was written for")

# ---- the functions that computed R's side, file by file ---------------------------------------------------------------
functions <- list()
<<FUNCTIONS>>
# ---- the data: a tree of typed values, little-endian -----------------------------------------------------------------
connection <- file(path, "rb")
integers <- function(n) readBin(connection, "integer", n, 4L, endian = "little")
text <- function() {
  size <- integers(1L)
  if (size < 0L) return(NA_character_)
  value <- if (size == 0L) "" else rawToChar(readBin(connection, "raw", size))
  Encoding(value) <- "UTF-8"
  value
}
read_value <- function() {
  header <- as.integer(readBin(connection, "raw", 4L)) # type, whether names follow, number of dimensions, padding
  n <- integers(1L)
  dimensions <- integers(header[3L])
  value <- switch(header[1L] + 1L,
    return(NULL),
    as.logical(integers(n)),
    integers(n),
    readBin(connection, "double", n, 8L, endian = "little"),
    vapply(seq_len(n), function(i) text(), ""),
    lapply(seq_len(n), function(i) read_value()),
    { codes <- integers(n); structure(codes, levels = read_value(), class = "factor") }
  )
  if (length(dimensions)) dim(value) <- dimensions
  if (header[2L] == 1L) names(value) <- read_value()
  value
}
data <- read_value()
close(connection)

# ---- versions ---------------------------------------------------------------------------------------------------------
installed <- function(package) {
  if (package == "R") return(paste(R.version$major, R.version$minor, sep = "."))
  if (nzchar(system.file(package = package))) as.character(utils::packageVersion(package)) else NA_character_
}
for (package in names(versions_then)) {
  now <- installed(package)
  cat("#", package, if (is.na(now)) "is not installed" else now, "\n")
  if (!is.na(now) && now != versions_then[[package]]) {
    cat("#   WARNING: the report was computed with", versions_then[[package]], "- digits may differ\n")
  }
}
cat("# cohort:", encodeString(enc2utf8(data$cohort)), "\n")

# ---- the calls --------------------------------------------------------------------------------------------------------
# surroundings as in the report; a BLAS with threads adds in another order: start with OPENBLAS_NUM_THREADS=1
Sys.setenv(TZ = "UTC", OMP_NUM_THREADS = "1")
invisible(Sys.setlocale("LC_COLLATE", "C"))
options(warn = 1, keep.source = FALSE)
options_then <- options()
# each call starts from the same options and without a state of the generator, as in the report
fresh <- function() {
  options(options_then)
  RNGkind("Mersenne-Twister", "Inversion", "Rejection")
  suppressWarnings(rm(".Random.seed", envir = globalenv()))
}
most <- if ("--all" %in% commandArgs(TRUE)) Inf else 100L
print_numbers <- function(call, quantity, value) {
  shown <- as.double(value)[seq_len(min(length(value), most))]
  label <- paste(call$statistic, encodeString(call$case), quantity, sep = "\t")
  if (length(shown)) cat(sprintf("%s\t%d\t%.17g\t%a\n", label, seq_along(shown), shown, shown), sep = "")
  if (length(value) > length(shown)) cat(sprintf("# %d more numbers of %s\n", length(value) - length(shown), quantity))
}
same_bits <- function(a, b) {
  length(a) == length(b) && identical(writeBin(as.double(a), raw()), writeBin(as.double(b), raw()))
}
compared <- 0L
same <- 0L
for (call in data$calls) {
  if (!nzchar(system.file(package = call$package))) {
    cat("#", call$statistic, encodeString(call$case), "was not run: package", call$package, "is not installed\n")
    next
  }
  given <- data$values[call$places]
  names(given) <- call$names
  fresh()
  value <- tryCatch(
    suppressMessages(suppressWarnings(do.call(functions[[call$file]][[call[["function"]]]], given, quote = TRUE))),
    error = function(condition) {
      cat("#", call$statistic, encodeString(call$case), "failed:", encodeString(conditionMessage(condition)), "\n")
      NULL
    }
  )
  for (quantity in call$quantities) {
    found <- value[[quantity]]
    if (is.character(found)) {
      cat(sprintf("%s\t%s\t%s\t%d\t%s\n", call$statistic, encodeString(call$case), quantity, seq_along(found),
                  encodeString(found)), sep = "")
    } else if (is.numeric(found) || is.logical(found)) {
      print_numbers(call, quantity, found)
    }
    expected <- call$expected[[quantity]]
    if (!is.null(expected) && !is.null(found)) {
      compared <- compared + 1L
      if (same_bits(found, expected)) {
        same <- same + 1L
      } else {
        cat("# WARNING: this differs from R's side in the report:", call$statistic, encodeString(call$case), quantity, "\n")
      }
    }
  }
}
cat(sprintf("# %d of %d quantities have every bit of R's side in the report\n", same, compared))
