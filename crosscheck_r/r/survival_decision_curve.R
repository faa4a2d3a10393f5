# Net benefit for an event by a horizon, formed from survival::survfit among the patients at high risk.

# Probability of event 1 by the horizon; the last estimate is kept where observation ends before.
incidence_by <- function(time, event, horizon) {
  if (!length(time)) return(0)
  if (any(event > 1)) {
    kinds <- factor(pmin(event, 2), levels = 0:2, labels = c("censored", "wanted", "other"))
    fit <- survival::survfit(survival::Surv(time, kinds) ~ 1)
    at <- summary(fit, times = horizon, extend = TRUE)
    return(as.numeric(at$pstate[1, match("wanted", fit$states)]))
  }
  fit <- survival::survfit(survival::Surv(time, event == 1) ~ 1)
  1 - as.numeric(summary(fit, times = horizon, extend = TRUE)$surv)
}

# All measures at every threshold in the given patients.
survival_measures <- function(time, event, risk, horizon, thresholds, strict, harm) {
  n <- length(time)
  overall <- incidence_by(time, event, horizon)
  rows <- lapply(thresholds, function(t) {
    high <- if (strict) risk > t else risk >= t
    share <- sum(high) / n
    found <- incidence_by(time[high], event[high], horizon)
    benefit <- share * found - t / (1 - t) * share * (1 - found) - harm
    everybody <- overall - t / (1 - t) * (1 - overall)
    avoided <- if (t > 0) 100 * (benefit - everybody) / (t / (1 - t)) else NaN
    standardized <- if (overall > 0) benefit / overall else NaN
    c(net_benefit = benefit, standardized_net_benefit = standardized, interventions_avoided = avoided,
      treat_all = everybody, proportion_high_risk = share, event_probability = if (any(high)) found else NaN,
      detection_probability = share * found, n_high = sum(high))
  })
  list(table = do.call(rbind, rows), probability = overall)
}

# Limits are order statistics of resamples of patients.
survival_decision_curve <- function(time, event, y_proba, horizon, thresholds, seed, level = NULL, bootstraps = 500,
                                    tie_rule = "at-or-above", test_harm = 0) {
  strict <- tie_rule == "strict"
  whole <- survival_measures(time, event, y_proba, horizon, thresholds, strict, test_harm)
  out <- c(as.list(as.data.frame(whole$table)), list(probability = whole$probability))
  seed_generator(seed)
  if (!is.null(level)) {
    limited <- c("net_benefit", "standardized_net_benefit", "interventions_avoided", "treat_all")
    drawn <- lapply(seq_len(bootstraps), function(b) {
      rows <- sample.int(length(time), replace = TRUE)
      survival_measures(time[rows], event[rows], y_proba[rows], horizon, thresholds, strict, test_harm)$table[, limited]
    })
    alpha <- 1 - level
    sides <- c(lower = alpha / 2, upper = 1 - alpha / 2)
    for (name in limited) {
      values <- vapply(drawn, function(table) table[, name], numeric(length(thresholds)))
      for (side in names(sides)) {
        out[[paste0(name, "_", side)]] <- apply(values, 1, function(line) {
          line <- sort(line[!is.nan(line)])
          if (!length(line)) NaN else line[max(1, ceiling(length(line) * sides[[side]]))]
        })
      }
    }
  }
  c(out, list(random_state = generator_state()))
}
