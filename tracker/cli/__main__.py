"""`python -m tracker.cli` is the program where it is not installed."""

import sys

from tracker.cli import main

if __name__ == "__main__":
    sys.exit(main())
