# What this R is: asked by the session, not by a statistic. Base R only; no package is loaded to learn its version.

# Packages that results depend on.
known_packages <- function() c("pROC", "rms", "Hmisc", "glmnet", "rmda", "caret", "MASS", "boot", "rpart", "survival")

packages <- function() {
  names <- known_packages()
  versions <- vapply(names, function(name) package_field(name, "Version"), "")
  as.list(versions)
}

package_field <- function(name, field) {
  # system.file is empty where the package is not installed; packageDescription alone would warn
  if (!nzchar(system.file(package = name))) return(NA_character_)
  as.character(utils::packageDescription(name, fields = field))
}

provenance <- function() {
  installed <- Filter(function(name) nzchar(system.file(package = name)), known_packages())
  list(
    r = R.version.string, platform = R.version$platform, running = utils::sessionInfo()$running,
    blas = unname(extSoftVersion()["BLAS"]), lapack = La_library(), lapack_version = La_version(),
    packages = sapply(installed, package_field, "Version", simplify = FALSE),
    built = sapply(installed, package_field, "Built", simplify = FALSE),
    generator = RNGkind(),
    options = lapply(options()[c("contrasts", "na.action", "digits", "OutDec", "stringsAsFactors")], as.character),
    locale = Sys.getlocale(), time_zone = Sys.timezone(),
    threads = Sys.getenv("OMP_NUM_THREADS"), blas_core = Sys.getenv("OPENBLAS_CORETYPE")
  )
}
