"""Decision curve with censored follow-up: by hand, against fractions, and against survival::survfit where it is."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validation import survival_decision_curve
from validation.decision_curve import SURVIVAL_DECISION_CURVE
from validation.errors import InputError, NotEstimable
from validation.exact import survival_decision_curve as certified
from validation.r_numerics import r_seq

LIMITED = ("net_benefit", "standardized_net_benefit", "interventions_avoided", "treat_all")


def data(n: int = 60, seed: int = 1, kinds: int = 3, decimals: int = 1) -> dict[str, Any]:
    generator = np.random.default_rng(seed)
    latent = generator.normal(size=n)
    time = np.ceil(generator.exponential(4.0 * np.exp(-latent), size=n) * 10.0) / 10.0
    event = generator.integers(0, kinds, size=n)
    event[:2], time[:2] = (1, 0), (0.5, 9.0)
    return {"time": time, "event": event, "y_proba": np.round(1 / (1 + np.exp(-latent)), decimals), "horizon": 3.0}


def test_by_hand() -> None:
    # high risk at 0.5: patients 1, 2, 3 with times 1 (event), 2 (censored), 4 (event after the horizon): F = 1/3
    arguments: dict[str, Any] = {"time": [1, 2, 4, 2, 5], "event": [1, 0, 1, 1, 0], "horizon": 3}
    risk = [0.9, 0.7, 0.5, 0.2, 0.1]
    found = survival_decision_curve(**arguments, y_proba=risk, thresholds=[0.5, 0.0, 1.0], level=None, test_harm=0.125)
    assert found.event_probability[0] == pytest.approx(1 / 3, abs=1e-16)
    assert found.net_benefit[0] == pytest.approx(3 / 5 * (1 / 3 - 2 / 3) - 0.125, abs=1e-15)
    # everybody: at risk 5, one event; at 2 at risk 4, one event: F = 1 - 4/5 * 3/4
    assert found.probability == pytest.approx(2 / 5, abs=1e-15)
    assert found.treat_all[0] == pytest.approx(2 / 5 - 3 / 5, abs=1e-15)
    assert found.interventions_avoided[0] == pytest.approx(100 * (-0.2 - 0.125 + 0.2), abs=1e-12)
    assert np.isnan(found.interventions_avoided[1]) and np.isnan(found.net_benefit[2])
    assert found.n_high.tolist() == [3, 5, 0] and found.n_followed.tolist() == [1, 2, 0]
    assert (found.n_events, found.n_censored, found.n_competing, found.estimator) == (2, 1, 0, "Kaplan-Meier")
    # patient 2 dies of something else: incidence of the event stays 1/3, and at 2 the others' is lost to it
    other = survival_decision_curve(
        **{**arguments, "event": [1, 2, 1, 1, 0]}, y_proba=risk, thresholds=[0.5, 0.1], level=None
    )
    assert other.event_probability == pytest.approx([1 / 3, 2 / 5], abs=1e-15)
    assert other.estimator == "Aalen-Johansen"


@given(st.integers(0, 10**6), st.integers(5, 60), st.sampled_from(["at-or-above", "strict"]), st.integers(2, 4))
@settings(max_examples=25, deadline=None)
def test_certified_by_fractions(seed: int, n: int, tie_rule: str, kinds: int) -> None:
    arguments = {**data(n, seed, kinds), "thresholds": r_seq(0.0, 1.0, 0.1), "tie_rule": tie_rule, "test_harm": 0.01}
    arguments |= {"bootstraps": 7, "level": 0.6, "seed": 3}
    result, exact = survival_decision_curve(**arguments), certified.curve(**arguments)
    for name, value in exact.items():
        bound = 100.0 * 2.0**-52 * (10_000.0 if "avoided" in name else 100.0)
        np.testing.assert_allclose(getattr(result, name), value, rtol=0, atol=bound, err_msg=name)


def test_dcurves_conversion_gives_the_good_prognosis_the_high_risk() -> None:
    arguments = {**data(400, 5, kinds=2, decimals=9), "thresholds": [0.3, 0.5], "level": None}
    right = survival_decision_curve(**arguments)
    wrong = survival_decision_curve(**{**arguments, "y_proba": 1.0 - arguments["y_proba"]})
    assert (right.net_benefit > wrong.net_benefit + 0.05).all()


def test_competing_events_taken_for_censored_overstate() -> None:
    arguments = {**data(300, 2), "thresholds": [0.0, 0.4], "level": None}
    right = survival_decision_curve(**arguments)
    censored = {**arguments, "event": np.where(arguments["event"] > 1, 0, arguments["event"])}
    assert (survival_decision_curve(**censored).event_probability > right.event_probability + 0.02).all()


def test_refusals() -> None:
    good = {**data(), "bootstraps": 5}
    for wrong, argument in (
        ({"time": -good["time"]}, "time"), ({"event": good["event"] + 0.5}, "event"), ({"horizon": 0.0}, "horizon"),
        ({"event": good["event"][1:]}, "event"), ({"y_proba": good["y_proba"] + 1.0}, "y_proba"),
        ({"tie_rule": "above"}, "tie_rule"), ({"test_harm": 1.0}, "test_harm"), ({"level": 0.0}, "level"),
        ({"thresholds": [-0.1]}, "thresholds"), ({"horizon": "3"}, "horizon"), ({"horizon": True}, "horizon"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=argument):
            survival_decision_curve(**{**good, **wrong})
    with pytest.raises(NotEstimable, match="nobody has the event"):
        survival_decision_curve(**{**good, "horizon": 0.01})
    with pytest.raises(NotEstimable, match="observed until"):
        survival_decision_curve(**{**good, "horizon": 1e6, "event": np.r_[1, np.zeros(59)]})


def test_figure() -> None:
    result = survival_decision_curve(**data(), bootstraps=10)
    display = result.plot()
    assert "Aalen-Johansen" in display.ax_.get_title(loc="left")
    assert display.ax_.get_legend().get_texts()[0].get_text() == "Treat by risk"
    assert "net_benefit_lower" in result.to_frame()
    without = survival_decision_curve(**data(), level=None)
    assert without.net_benefit_lower is None and without.plot().ax_ is not None


@pytest.mark.live
@pytest.mark.parametrize(
    ("seed", "kinds", "tie_rule"), [(1, 2, "at-or-above"), (2, 3, "at-or-above"), (3, 4, "strict")]
)
def test_survfit_gives_the_same(r: Any, seed: int, kinds: int, tie_rule: str) -> None:
    arguments = {**data(90, seed, kinds), "thresholds": r_seq(0.0, 0.9, 0.1), "bootstraps": 6, "level": 0.8}
    arguments |= {"seed": seed, "tie_rule": tie_rule, "test_harm": 0.02}
    theirs = r.call("survival_decision_curve.R::survival_decision_curve", arguments).value
    ours = survival_decision_curve(**arguments)
    assert set(theirs) == set(SURVIVAL_DECISION_CURVE.quantities)
    for name, value in theirs.items():
        scale = 1e-12 if "avoided" in name else 1e-14
        np.testing.assert_allclose(operator.attrgetter(name)(ours), np.squeeze(value), rtol=0, atol=scale, err_msg=name)
