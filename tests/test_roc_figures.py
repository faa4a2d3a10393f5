"""ROC figures from results: what the legend says, what is marked, several curves, the comparison of two."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from crosscheck_r.cohorts import load_cohort
from validation import (
    InputError,
    auc,
    auc_bootstrap,
    optimal_cutoff,
    precision_recall,
    roc_curve,
    roc_figure,
    roc_test,
)
from validation.displays.roc_figures import RocComparisonDisplay

COHORT = load_cohort("osteoporosis")
DATA: list[Any] = [(COHORT.outcome, marker.values) for marker in COHORT.markers]
WORDS: list[dict[str, Any]] = [{"direction": marker.direction} for marker in COHORT.markers]


def legend(ax: Any) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_an_area_draws_its_curve_with_its_own_interval() -> None:
    for result in (auc(*DATA[0], **WORDS[0]), auc_bootstrap(*DATA[0], **WORDS[0], seed=1, bootstraps=50)):
        display = result.plot()
        curve = roc_curve(*DATA[0], **WORDS[0])
        assert np.array_equal(display.line_.get_ydata(), curve.sensitivity)
        assert legend(display.ax_) == [f"AUC {result.auc:.3f} (95% CI {result.lower:.3f} to {result.upper:.3f})"]


def test_a_cutoff_is_marked_where_it_lies() -> None:
    result = optimal_cutoff(*DATA[0], **WORDS[0])
    display = result.plot()
    (marked,) = [line for line in display.ax_.lines if line.get_marker() == "o"]
    assert marked.get_xdata() == pytest.approx(1.0 - result.specificity)
    assert marked.get_ydata() == pytest.approx(result.sensitivity)
    (words,) = [text.get_text() for text in display.ax_.texts]
    assert words.startswith(f"\u2264 {result.threshold[0]:.4g}\n")
    assert f"AUC {auc(*DATA[0], **WORDS[0]).auc:.3f}" in legend(display.ax_)[0]


def test_results_are_drawn_on_given_axes() -> None:
    from matplotlib.figure import Figure

    one, two = Figure().subplots(1, 2)
    assert auc(*DATA[0]).plot(one).ax_ is one
    assert roc_figure([auc(*DATA[0]), auc(*DATA[1])], ax=two).ax_ is two


def test_several_curves_have_a_legend_in_their_order() -> None:
    found = roc_figure(
        {
            "plain": roc_curve(*DATA[0], **WORDS[0]),
            "area": auc(*DATA[1], **WORDS[1]),
            "$x^2$": optimal_cutoff(*DATA[2], **WORDS[2]),
        }
    )
    words = legend(found.ax_)
    assert words[0] == "plain"
    assert words[1].startswith("area: AUC 0.")
    assert words[2].startswith("$x^2$: AUC 0.") and "specificity" in words[2]
    colours = [display.line_.get_color() for display in found.displays_]
    assert len(set(colours)) == 3
    assert [len(line.get_xdata()) for line in found.ax_.lines if line.get_gid()] == [2]


def test_one_result_alone_is_its_own_picture() -> None:
    found = roc_figure([optimal_cutoff(*DATA[0], **WORDS[0])])
    assert len(found.displays_) == 1
    assert found.ax_.texts


def test_the_comparison_says_difference_and_p_value() -> None:
    result = roc_test(
        COHORT.outcome, DATA[0][1], DATA[3][1], direction_1=WORDS[0]["direction"], direction_2=WORDS[3]["direction"]
    )
    display = RocComparisonDisplay(result, ("Mg", "age")).plot()
    assert legend(display.ax_) == [f"Mg: AUC {result.auc_1:.3f}", f"age: AUC {result.auc_2:.3f}"]
    limits = f"95% CI {result.lower:.3f} to {result.upper:.3f}"
    title = f"difference {result.difference:.3f} ({limits}), P = {result.p_value:.3f}"
    assert display.ax_.get_title(loc="left") == title
    assert legend(result.plot().ax_)[0].startswith("first: ")


@pytest.mark.parametrize(
    "results",
    [[], {}, [precision_recall(*DATA[0])], [roc_test(COHORT.outcome, DATA[0][1], DATA[3][1])], ["auc"]],
    ids=["nothing", "no names", "another curve", "two curves", "a word"],
)
def test_what_is_no_single_curve_is_refused(results: Any) -> None:
    with pytest.raises(InputError, match="results"):
        roc_figure(results)


def test_what_is_kept_for_the_picture_is_neither_shown_nor_compared() -> None:
    result = auc(*DATA[0], **WORDS[0])
    assert "_drawn" not in repr(result)
    assert "_drawn" not in result.to_frame().columns
    assert result == auc(*DATA[0], **WORDS[0])
