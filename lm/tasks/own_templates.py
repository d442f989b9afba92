"""The doctor's own templates: files in a folder of theirs, made from the headings of example notes."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from lm.tasks.templates import SHIPPED, InvalidTemplate, as_toml, load_template, template_from_note

if TYPE_CHECKING:
    from lm.tasks.templates import Template

MOST = 100
_NAME = re.compile(r"[\w-]{1,40}")


class OwnTemplates:
    """The templates of one folder; those that cannot be read are left out of the list and stay where they are."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def templates(self) -> tuple[Template, ...]:
        """Return them by name."""
        found = []
        for file in sorted(self.folder.glob("*.toml"))[:MOST] if self.folder.is_dir() else ():
            with suppress(InvalidTemplate):
                found.append(load_template(str(file)))
        return tuple(found)

    def add(self, name: str, note: str) -> Template:
        """Make a template from an example note. Raises InvalidTemplate; nothing is written over."""
        name = re.sub(r"\s+", "-", name.strip())
        if not _NAME.fullmatch(name):
            raise InvalidTemplate(f"{name!r} is no name of a template: up to 40 letters, digits and hyphens.")
        file = self.folder / f"{name}.toml"
        if file.exists() or (SHIPPED / file.name).exists():
            raise InvalidTemplate(f"There is a template {name!r} already. Choose another name; nothing was changed.")
        template = template_from_note(note, name)
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(file, as_toml(template))
        except OSError as error:
            raise InvalidTemplate(f"The template cannot be written ({error.strerror}). Nothing was changed.") from error
        return template

    def remove(self, name: str) -> Template:
        """Remove one and return it. Raises InvalidTemplate where there is none of that name."""
        found = next((template for template in self.templates() if template.name == name), None)
        if found is None:
            raise InvalidTemplate(f"There is no template {name!r} of your own. Nothing was removed.")
        (self.folder / f"{name}.toml").unlink()
        return found


def _write(file: Path, text: str) -> None:
    """Write a file whole or not at all."""
    handle, beside = tempfile.mkstemp(dir=file.parent, suffix=".new")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as open_file:
            open_file.write(text)
        Path(beside).replace(file)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
