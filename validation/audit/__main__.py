"""``python -m validation.audit CLAIMS.toml`` prints the audit."""

from __future__ import annotations

import sys

from validation.audit import audit
from validation.errors import CrosscheckError


def main() -> int:
    """Print the audit of the claim file that is named; 2 where it cannot be read."""
    if len(sys.argv) != 2:
        print("usage: python -m validation.audit CLAIMS.toml", file=sys.stderr)
        return 2
    try:
        print(audit(sys.argv[1]).summary())
    except CrosscheckError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
