"""`bedside window`: open the window."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

EXAMPLES = """\
example:
  bedside window
"""
MISSING = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There is nothing to choose: the window has its own settings."""


def run(_args: argparse.Namespace) -> int:
    """Open the window; returns once it is closed."""
    from desktop.display import has_display

    if not has_display():
        sys.stderr.write(
            "bedside: there is no display to open a window on. Nothing was changed. On this machine the command line "
            "works: bedside --help\n"
        )
        return MISSING
    from desktop.app import main

    return main()
