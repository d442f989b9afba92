"""What the documents name is there: links, targets, commands, keys, tests, rooms, a reason for each dependency."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from desktop.cli import COMMANDS
from desktop.ui.actions import ACTIONS

REPOSITORY = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted(file.name for file in REPOSITORY.glob("*.md"))
TESTS = {
    "SECURITY.md": (Path(),),
    "THREAT_MODEL.md": (Path("tests/desktop/record"), Path("tests/desktop"), Path()),
}
"""Below which folders the paths of tests are meant."""


def text_of(document: str) -> str:
    return (REPOSITORY / document).read_text(encoding="utf-8")


def rows(document: str) -> list[list[str]]:
    return [line.split(" | ") for line in text_of(document).splitlines() if line.startswith("| ")]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document: str) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", text_of(document))
    assert not [link for link in links if "://" not in link and not (REPOSITORY / link).exists()]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_target_can_be_made(document: str) -> None:
    (known,) = re.findall(r"^\.PHONY: (.+)$", text_of("Makefile"), re.MULTILINE)
    assert set(re.findall(r"`make\s([a-z-]+)`", text_of(document))) <= set(known.split())


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_can_be_typed(document: str) -> None:
    typed = re.findall(r"(?:`|\n\.venv/bin/)bedside ([a-z]+)", text_of(document))
    assert set(typed) <= {command.name for command in COMMANDS}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_key_does_something(document: str) -> None:
    known = {keys for action in ACTIONS for keys in action.shortcuts}
    assert set(re.findall(r"`((?:Ctrl|Alt|Shift)\+[^`]+|F\d+)`", text_of(document))) <= known


@pytest.mark.parametrize("document", TESTS)
def test_every_test_that_holds_a_promise_is_there(document: str) -> None:
    absent = []
    for row in rows(document):
        folders = set(TESTS[document])
        for named in re.findall(r"`([\w/]*\btest_\w+\.py|tests/[\w/]+)`", row[-1]):
            if any((REPOSITORY / folder / named).exists() for folder in folders):
                folders.add(Path(named).parent)
            else:
                absent.append(named)
    assert not absent


def shown_modules(package: str) -> set[Path]:
    """Return the modules in the rows of a package; a name is meant in the folder that its row begins with."""
    part = text_of("ARCHITECTURE.md").split(f"\n## {package}\n", 1)[1].split("\n## ", 1)[0]
    shown = set()
    for row in part.splitlines():
        heads = re.findall(r"`([\w/]+/|[\w/]+\.py)`", row.split(" | ")[0]) if row.startswith("| `") else []
        folders = {Path(package, head if head.endswith("/") else Path(head).parent) for head in heads}
        for name in re.findall(r"`([\w/]+\.py)`", row) if heads else []:
            shown.add(
                next((at / name for at in (*folders, Path(package)) if (REPOSITORY / at / name).exists()), Path(name))
            )
    return shown


@pytest.mark.parametrize("package", ["lm", "multimodal", "desktop"])
def test_every_room_that_is_shown_is_there(package: str) -> None:
    assert not [module for module in shown_modules(package) if not (REPOSITORY / module).is_file()]


@pytest.mark.parametrize("package", ["lm", "multimodal"])
def test_every_module_has_its_room(package: str) -> None:
    modules = {file.relative_to(REPOSITORY) for file in (REPOSITORY / package).rglob("*.py")}
    without = {module for module in modules - shown_modules(package) if module.name not in {"__init__.py", "errors.py"}}
    assert not without


def test_every_dependency_has_its_reason_and_no_other_has_one() -> None:
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    wanted = [
        *project["dependencies"],
        *(name for group in project["optional-dependencies"].values() for name in group),
    ]
    needed = {re.split(r"[<>=!]", wish)[0].casefold() for wish in wanted}
    told = {name.strip("() ") for row in rows("CONTRIBUTING.md") for name in _dependencies(row[0])}
    assert told - {"package"} == needed


def _dependencies(cell: str) -> list[str]:
    return re.split(r", | \(and ", re.sub(r"\*\w+\*", "", cell.removeprefix("| ")).casefold())
