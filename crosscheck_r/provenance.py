"""What computed a result: R with its packages and libraries, Python, the machine, the state of the checkout."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crosscheck_r.paths import checkout_root

if TYPE_CHECKING:
    from crosscheck_r.session import RSession

__all__ = ["gather", "python_side"]

_DISTRIBUTIONS = ("crosscheck-r", "numpy", "scipy", "rpy2-rinterface")


def gather(session: RSession) -> dict[str, Any]:
    """Provenance of a live session as plain text, numbers and mappings (ready for JSON)."""
    found = session.call("bridge.R::provenance", {}).value
    return {name: plain(value) for name, value in found.items()} | {"backend": session.backend} | python_side()


def python_side() -> dict[str, Any]:
    """Versions, processor, C library and commit of the process that asks."""
    return {
        "python": platform.python_version(),
        "distributions": {name: _version(name) for name in _DISTRIBUTIONS},
        "machine": platform.machine(),
        "processor": _processor(),
        "libm": _c_library(),
        "commit": _commit(),
    }


def plain(value: Any) -> Any:
    """Decoded value of R as JSON types; one-element vectors become scalars."""
    if isinstance(value, Mapping):
        return {name: plain(entry) for name, entry in value.items()}
    if value is None:
        return None
    entries = [entry.item() if hasattr(entry, "item") else entry for entry in value]
    texts = [None if not entry and not isinstance(entry, (str, int, float)) else entry for entry in entries]
    return texts[0] if len(texts) == 1 else texts


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _c_library() -> str:
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (ValueError, OSError):
        return " ".join(platform.libc_ver())


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor()
    fields = {name.strip(): text.strip() for name, _, text in (line.partition(":") for line in lines)}
    wanted = [flag for flag in ("avx2", "fma", "avx512f") if flag in fields.get("flags", "").split()]
    return " ".join([fields.get("model name", platform.processor()), *wanted])


def _commit() -> str | None:
    """Commit of the checkout with ``+dirty`` where files differ from it; None for an installed wheel."""
    root = checkout_root()
    if root is None or not (root / ".git").exists():
        return None
    try:
        commit = _git(root, "rev-parse", "HEAD")
        return f"{commit}+dirty" if _git(root, "status", "--porcelain", "--untracked-files=no") else commit
    except (OSError, subprocess.SubprocessError):
        return None


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout.strip()
