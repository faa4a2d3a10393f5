"""``python -m validation.simulate --write FOLDER`` writes the cohorts that ship with the project."""

from __future__ import annotations

import argparse
from pathlib import Path

from validation.simulate.shipped import write_shipped

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write the synthetic cohorts that ship with the project.")
    parser.add_argument("--write", metavar="FOLDER", type=Path, required=True)
    write_shipped(parser.parse_args().write)
