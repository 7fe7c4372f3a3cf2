"""`python -m twinbell.cli` is `twinbell`."""

import sys

from twinbell.cli import main

if __name__ == "__main__":
    sys.exit(main())
