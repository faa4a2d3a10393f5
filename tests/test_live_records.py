"""The shipped results of R are what R says: each is computed again and compared; none is left over."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crosscheck_r import recorded
from crosscheck_r.cli.record import Claim, claims
from crosscheck_r.cohorts import shipped_cohorts
from crosscheck_r.errors import MissingRecord
from crosscheck_r.paths import fixture_root
from crosscheck_r.session import RSession
from validation.statistic import registry

#: digits that stay where another processor's libm rounds a logarithm differently and a fit carries that on
DIGITS_ELSEWHERE = 9.0
WITH_R = [statistic for statistic in registry().values() if statistic.r is not None]


@cache
def all_claims() -> tuple[Claim, ...]:
    return tuple(claims())


def record_files() -> list[Path]:
    root = fixture_root() / "r"
    return [path for path in root.rglob("*.json") if path.parent != root]


def test_no_record_is_left_over() -> None:
    assert recorded.orphans(claim.name for claim in all_claims()) == []


def test_names_of_records_are_unique() -> None:
    names = [claim.name for claim in all_claims()]
    assert len(set(names)) == len(names)


def test_every_record_belongs_to_a_described_stack_and_every_array_to_a_record() -> None:
    stacks = recorded.stacks()
    for path in record_files():
        assert path.stem in stacks, path
    arrays = list((fixture_root() / "r").rglob("*.npy"))
    for path in arrays:
        owners = [record for record in path.parent.glob("*.json") if path.name.startswith(f"{record.stem}.")]
        assert any(f'"{path.name}"' in owner.read_text(encoding="utf-8") for owner in owners), path


def test_all_records_together_stay_small() -> None:
    size = sum(path.stat().st_size for path in (fixture_root() / "r").rglob("*") if path.is_file())
    assert size < 15_000_000


def same_machine(provenance: Mapping[str, Any], stack: Mapping[str, Any], package: str) -> bool:
    """R, the package and all that rounds below them are those of the recording."""
    alike = all(provenance.get(key) == stack.get(key) for key in ("r_version", "blas", "lapack", "libm", "processor"))
    return alike and provenance["packages"].get(package) == stack["packages"].get(package)


def same_versions(provenance: Mapping[str, Any], stack: Mapping[str, Any], package: str) -> bool:
    return bool(
        provenance["r_version"] == stack["r_version"]
        and provenance["packages"].get(package) == stack["packages"].get(package)
    )


def without_noise(moved: list[tuple[str, float]], old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Quantities that moved by more than rounding, measured against the largest entry of each."""
    far = []
    for name, kept in moved:
        before, after = old.get(name), new.get(name)
        if kept >= DIGITS_ELSEWHERE:
            continue
        if isinstance(before, np.ndarray) and before.dtype.kind == "f" and np.shape(after) == before.shape:
            scale = float(np.nanmax(np.abs(before), initial=0.0))
            if np.allclose(after, before, rtol=0.0, atol=scale * 10.0**-DIGITS_ELSEWHERE, equal_nan=True):
                continue
        far.append(f"{name}: {kept:.1f} digits kept")
    return far


@pytest.mark.live
@pytest.mark.parametrize("cohort", shipped_cohorts())
@pytest.mark.parametrize("statistic", WITH_R, ids=lambda s: s.name)
def test_r_says_again_what_was_recorded(statistic: Any, cohort: str, r: RSession) -> None:
    wanted = [claim for claim in all_claims() if claim.cohort == cohort and claim.statistic.name == statistic.name]
    if not wanted:
        return
    provenance = r.provenance()
    if r.packages().get(statistic.package, "base") is None:
        pytest.skip(f"the R package {statistic.package} is not installed: its records were NOT verified")
    for claim in wanted:
        try:
            record = recorded.read(claim.name, statistic.r, claim.case.arguments, recorded.stack_label(provenance))
        except MissingRecord as error:
            pytest.fail(error.message)
        stack = recorded.stacks()[record.stack]
        if not same_versions(provenance, stack, statistic.package):
            pytest.skip(f"recorded with {stack['r_version']}, {statistic.package} {stack['packages']}")
        answer = r.call(statistic.r, claim.case.arguments).value
        moved = list(recorded.drift(record.value, answer))
        if same_machine(provenance, stack, statistic.package):
            assert moved == [], claim.name
        assert without_noise(moved, record.value, answer) == [], claim.name
