"""Where does the program start?  ``everonce`` and ``python -m consumer`` are the same."""

import sys
from typing import NoReturn

from consumer.commands.cli import ended


def main() -> NoReturn:
    """Run the command line; the exit codes are those of ``consumer.commands.exits``."""
    sys.exit(ended(sys.argv[1:]))


if __name__ == "__main__":
    main()
