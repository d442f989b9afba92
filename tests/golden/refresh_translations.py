"""Takes new sentences of the sources into assets/i18n and compiles it: `make i18n`.

Prints what is still to be translated; fill it in with Qt Linguist (`pyside6-linguist`) or by hand, then run it again.
The translations are committed in both forms, so that an installed Bedside needs no tools.
"""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
FOLDER = REPOSITORY / "assets" / "i18n"
LANGUAGES = ("zh_CN",)
_TOOLS = Path(sys.executable).parent


def main() -> int:
    """Refresh every language; returns 1 while something is left to translate."""
    left = 0
    for language in LANGUAGES:
        file = FOLDER / f"bedside_{language}.ts"
        update(file, language)
        compile_to(file, file.with_suffix(".qm"))
        for context, source in unfinished(file):
            sys.stdout.write(f"{language} {context}: {source}\n")
            left += 1
    return int(left > 0)


def update(file: Path, language: str) -> None:
    """Take new sentences in and drop those that no source holds any more; places are left out, they change daily."""
    options = ("-silent", "-extensions", "py", "-no-obsolete", "-locations", "none")
    languages = ("-source-language", "en", "-target-language", language)
    _run("pyside6-lupdate", *options, *languages, "desktop", "-ts", str(file))


def compile_to(file: Path, compiled: Path) -> None:
    """Compile one language for the window."""
    _run("pyside6-lrelease", "-silent", str(file), "-qm", str(compiled))


def unfinished(file: Path) -> list[tuple[str, str]]:
    """Return context and sentence of everything that has no translation."""
    root = ET.parse(file).getroot()  # noqa: S314 - a file of this repository
    return [
        (context.findtext("name", ""), message.findtext("source", ""))
        for context in root.iter("context")
        for message in context.iter("message")
        if _is_unfinished(message)
    ]


def _is_unfinished(message: ET.Element) -> bool:
    translation = message.find("translation")
    return translation is None or translation.get("type") is not None or not "".join(translation.itertext()).strip()


def _run(tool: str, *arguments: str) -> None:
    subprocess.run([str(_TOOLS / tool), *arguments], cwd=REPOSITORY, check=True)


if __name__ == "__main__":
    sys.exit(main())
