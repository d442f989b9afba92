"""Reading a text that a command is given, from a file or from standard input."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MAX_TEXT_BYTES = 4 << 20


def read_text(file: Path) -> str:
    """Return the text of a file, or of standard input where the name is "-". Raises InvalidInput."""
    from lm.errors import InvalidInput

    name = "Standard input" if str(file) == "-" else file.name
    try:
        if str(file) == "-":
            data = sys.stdin.buffer.read(MAX_TEXT_BYTES + 1)
        else:
            with file.open("rb") as opened:
                data = opened.read(MAX_TEXT_BYTES + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise InvalidInput(f"{name} cannot be read ({error.strerror}). Nothing was written: check its name.") from error
    except UnicodeDecodeError:
        raise InvalidInput(f"{name} is no text. Nothing was written: save it as plain text (UTF-8) first.") from None
    if len(data) > MAX_TEXT_BYTES:
        raise InvalidInput(f"{name} is larger than {MAX_TEXT_BYTES >> 20} MB. Nothing was written: cut it into parts.")
    if "\0" in text:
        raise InvalidInput(f"{name} is no text. Nothing was written: save it as plain text (UTF-8) first.")
    if not text.strip():
        raise InvalidInput(f"{name} holds no text. Nothing was written.")
    return text
