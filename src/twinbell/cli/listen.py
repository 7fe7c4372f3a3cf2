"""`twinbell listen`."""

from twinbell.cli.command import Subparsers


def register(subparsers: Subparsers) -> None:
    """Declare the commands of this noun."""
