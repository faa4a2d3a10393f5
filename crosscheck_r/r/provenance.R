# What computed the results: R, its libraries, its packages. Base R only.

reference_packages <- c("pROC", "rms", "Hmisc", "glmnet", "rmda", "caret", "brglm2", "MASS", "boot", "rpart", "survival", "stats")

# Versions of the installed reference packages; NA where one is missing.
packages <- function() {
  found <- lapply(reference_packages, function(name) {
    path <- suppressWarnings(tryCatch(find.package(name), error = function(condition) character(0)))
    if (length(path)) as.character(utils::packageVersion(name)) else NA_character_
  })
  names(found) <- reference_packages
  found
}

built <- function(name) {
  path <- suppressWarnings(tryCatch(find.package(name), error = function(condition) character(0)))
  if (!length(path)) return(NA_character_)
  description <- suppressWarnings(utils::packageDescription(name, fields = "Built"))
  if (is.na(description)) NA_character_ else description
}

provenance <- function() {
  info <- utils::sessionInfo()
  chosen <- c("contrasts", "na.action", "digits", "OutDec")
  list(
    r_version = R.version.string,
    r = paste(R.version$major, R.version$minor, sep = "."),
    platform = R.version$platform,
    running = if (is.null(info$running)) "" else info$running,
    blas = if (is.null(info$BLAS)) "" else info$BLAS,
    lapack = if (is.null(info$LAPACK)) "" else info$LAPACK,
    lapack_version = La_version(),
    packages = packages(),
    built = structure(lapply(reference_packages, built), names = reference_packages),
    rng_kind = RNGkind(),
    options = lapply(options()[chosen], function(value) as.character(value)),
    locale = Sys.getlocale(),
    threads = Sys.getenv(c("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"))
  )
}
