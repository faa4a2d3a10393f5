"""The contents page: every public name is there, is what it says, and costs nothing until it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

import validation


@pytest.mark.parametrize("name", validation.__all__)
def test_every_name_is_the_function_or_class(name: str) -> None:
    value = getattr(validation, name)
    assert callable(value)
    assert value.__name__ == name


def test_a_module_never_takes_the_place_of_its_function() -> None:
    script = (
        "import validation.decision_curve, validation.lowess, validation.roc;"
        "from validation import decision_curve, lowess; print(callable(decision_curve), callable(lowess))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]


def test_statistics_import_no_heavy_package() -> None:
    script = (
        "import sys; from validation.statistic import registry; registry();"
        "heavy = ('pandas', 'sklearn', 'statsmodels', 'matplotlib', 'mpmath', 'numba', 'scipy.stats', 'crosscheck_r');"
        "print([m for m in heavy if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_unknown_names_are_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'aucc'"):
        _ = validation.aucc
