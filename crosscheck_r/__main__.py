"""``python -m crosscheck_r`` is the command ``crosscheck``."""

from crosscheck_r.cli import main

if __name__ == "__main__":
    main()
