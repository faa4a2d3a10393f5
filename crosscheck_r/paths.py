"""Where the package's data are: in the wheel, or in the checkout of an editable install."""

from __future__ import annotations

from pathlib import Path

__all__ = ["fixture_root", "r_root"]

_HERE = Path(__file__).resolve().parent


def fixture_root() -> Path:
    """Folder with cohorts and recorded results; the checkout's comes first, since it cannot be a stale copy."""
    checkout = _HERE.parent / "fixtures"
    return checkout if (_HERE.parent / "pyproject.toml").exists() and checkout.is_dir() else _HERE / "fixtures"


def r_root() -> Path:
    """Folder with the R functions."""
    return _HERE / "r"
