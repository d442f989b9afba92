from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.settings import (
    DAMAGED,
    NOT_KEPT,
    NOTE_TEMPLATES,
    SETTINGS,
    TABLE,
    Group,
    InvalidValue,
    Kind,
    Settings,
    UnknownSetting,
)

TEMPLATES = Path(__file__).resolve().parents[2] / "assets" / "templates"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.json"


def test_every_default_is_a_value_that_the_setting_accepts() -> None:
    assert [setting.key for setting in SETTINGS if not setting.accepts(setting.default)] == []


def test_every_setting_on_the_page_has_words() -> None:
    assert [s.key for s in SETTINGS if s.group is not Group.HIDDEN and not (s.label and s.help)] == []


def test_keys_are_unique() -> None:
    assert len(TABLE) == len(SETTINGS)


def test_a_change_outlives_the_window(file: Path) -> None:
    Settings(file).set("theme", "dark")

    assert Settings(file).value("theme") == "dark"


def test_subscribers_hear_a_change_once_and_not_after_they_left(file: Path) -> None:
    settings = Settings(file)
    heard: list[tuple[str, object]] = []
    leave = settings.subscribe(lambda key, value: heard.append((key, value)))
    settings.set("font_scale", 150)
    settings.set("font_scale", 150)
    leave()
    settings.set("font_scale", 90)

    assert heard == [("font_scale", 150)]


@pytest.mark.parametrize(
    ("key", "value"),
    [("font_scale", 79), ("font_scale", 201), ("font_scale", True), ("theme", "pink"), ("notice_accepted", 1)],
)
def test_a_value_outside_the_table_is_refused_and_nothing_changes(file: Path, key: str, value: object) -> None:
    settings = Settings(file)

    with pytest.raises(InvalidValue):
        settings.set(key, value)  # type: ignore[arg-type]
    assert settings.value(key) == TABLE[key].default


def test_an_unknown_setting_is_an_error(file: Path) -> None:
    with pytest.raises(UnknownSetting):
        Settings(file).value("colour")


@given(content=st.binary(max_size=60))
def test_any_content_of_the_file_gives_settings_that_work(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = tmp_path_factory.mktemp("settings") / "settings.json"
    file.write_bytes(content)
    settings = Settings(file)

    assert all(setting.accepts(settings.value(setting.key)) for setting in SETTINGS)


def test_a_damaged_file_is_kept_aside_and_said(file: Path) -> None:
    file.write_text('{"theme": "dar')
    settings = Settings(file)
    settings.set("theme", "light")

    assert settings.trouble == DAMAGED
    assert file.with_name("settings.damaged.json").read_text() == '{"theme": "dar'
    assert json.loads(file.read_text()) == {"theme": "light"}


def test_one_value_that_no_longer_exists_falls_back_alone(file: Path) -> None:
    file.write_text('{"theme": "sepia", "font_scale": 150, "gone": 1}')
    settings = Settings(file)

    assert (settings.value("theme"), settings.value("font_scale"), settings.trouble) == ("system", 150, "")


def test_a_disk_that_cannot_be_written_is_said_and_the_change_still_counts(tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("a file where the folder should be")
    settings = Settings(tmp_path / "blocked" / "settings.json")
    settings.set("theme", "dark")

    assert (settings.trouble, settings.value("theme")) == (NOT_KEPT, "dark")


def test_choices_and_ranges_belong_to_their_kinds() -> None:
    assert all(bool(s.choices) == (s.kind is Kind.CHOICE) for s in SETTINGS)
    assert all((s.range is not None) == (s.kind is Kind.NUMBER) for s in SETTINGS)


def test_every_template_of_a_note_can_be_chosen() -> None:
    assert {choice.value for choice in NOTE_TEMPLATES} == {path.stem for path in TEMPLATES.glob("*.toml")}
