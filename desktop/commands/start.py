"""`bedside start`: the window where there is a display, else the sample consultation in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.commands import sample, window

if TYPE_CHECKING:
    import argparse

EXAMPLES = """\
example:
  bedside start

The options are for the sample. The window has its own settings.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take what the sample consultation takes."""
    sample.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Open what can be shown here; returns the exit code."""
    from desktop.display import has_display

    return window.run(args) if has_display() else sample.run(args)
