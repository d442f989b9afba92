"""Marks the sentences of tables for the translators without needing Qt."""

from __future__ import annotations


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # noqa: N802, ARG001 - the name and form that lupdate looks for
    """Return `text`; it is translated where it is shown: `QCoreApplication.translate(context, text)`."""
    return text
