"""``python -m benchmarks [NAME...] [--json]``: run the comparisons, one line each."""

from __future__ import annotations

import argparse
import importlib
import os
from collections.abc import Iterator

# one thread on every side, before any numerical library is loaded
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = "1"

from benchmarks.frame import Race, races  # noqa: E402 - the thread limits must come first

FAMILIES = ("roc", "logistic", "lasso", "calibration", "decision_curve")


def _all(session: object) -> Iterator[Race]:
    for family in FAMILIES:
        yield from importlib.import_module(f"benchmarks.{family}").contests(session)


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="beginning of a name, for example roc or logistic.fit")
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    options = parser.parse_args()
    from crosscheck_r.session import RSession

    with RSession(backend="rscript", timeout=1800.0) as session:
        for line in races(_all(session), options.names):
            if options.json:
                print(line.to_json(), flush=True)
            else:
                mark = "" if line.ratio >= line.goal else "   below its goal"
                same = "equal" if line.equal else "NOT EQUAL"
                print(
                    f"{line.name:32} n={line.n:<9} ours {line.ours_seconds:9.5f} s ({line.kernel})  "
                    f"{line.theirs} {line.theirs_seconds:9.5f} s  ratio {line.ratio:7.1f} (goal {line.goal:g})  "
                    f"{same}{mark}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
