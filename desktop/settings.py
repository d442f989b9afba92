"""The settings: one table, from which the file, the page and the tests are made (no Qt, no torch).

The file is JSON in the user's data folder and is replaced as a whole. A damaged file is kept beside the new one, and
`Settings.trouble` then says so.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from desktop.files import data_folder, write_atomically
from desktop.translatable import QT_TRANSLATE_NOOP

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

Value = str | int | float | bool
FILE_NAME = "settings.json"
NEVER = "never"
"""The value of a CHOICE of times that switches it off."""
CONTEXT = "Settings"


class SettingsError(Exception):
    """The settings cannot do what was asked."""


class UnknownSetting(SettingsError):
    """No setting has that name."""


class InvalidValue(SettingsError):
    """The value is not one that the setting can have."""


class Kind(StrEnum):
    """What a setting holds, and with it how the page shows it."""

    CHOICE = "choice"
    NUMBER = "number"
    SWITCH = "switch"
    TEXT = "text"


class Group(StrEnum):
    """Where the settings page shows a setting."""

    LOOKS = "looks"
    ANSWERS = "answers"
    PRIVACY = "privacy"
    BACKUP = "backup"
    HIDDEN = "hidden"
    """Kept, but not on the page: the window's own memory, or shown where it belongs (the microphone beside the
    speak button, the decoder on the models page)."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a CHOICE with the words for it; `translated` is false for names of languages."""

    value: str
    label: str
    translated: bool = True


@dataclass(frozen=True, slots=True)
class Range:
    """The values of a NUMBER, both ends included."""

    least: int
    most: int
    step: int
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table; `label` and `help` are translated where they are shown."""

    key: str
    kind: Kind
    default: Value
    label: str = ""
    help: str = ""
    group: Group = Group.HIDDEN
    choices: tuple[Choice, ...] = ()
    range: Range | None = None

    def accepts(self, value: object) -> bool:
        """Return whether `value` is one that this setting can have."""
        if self.kind is Kind.SWITCH:
            return isinstance(value, bool)
        if self.kind is Kind.NUMBER and self.range:
            is_number = isinstance(value, int) and not isinstance(value, bool)
            return is_number and self.range.least <= int(str(value)) <= self.range.most
        if self.kind is Kind.CHOICE:
            return any(choice.value == value for choice in self.choices)
        return isinstance(value, str)


NOTE_TEMPLATES = (
    Choice("soap", QT_TRANSLATE_NOOP("Settings", "SOAP note")),
    Choice("visit", QT_TRANSLATE_NOOP("Settings", "Visit note")),
    Choice("history-and-physical", QT_TRANSLATE_NOOP("Settings", "History and physical")),
    Choice("progress", QT_TRANSLATE_NOOP("Settings", "Progress note")),
    Choice("procedure", QT_TRANSLATE_NOOP("Settings", "Procedure note")),
    Choice("referral", QT_TRANSLATE_NOOP("Settings", "Referral letter")),
    Choice("discharge", QT_TRANSLATE_NOOP("Settings", "Discharge summary")),
    Choice("patient-handout", QT_TRANSLATE_NOOP("Settings", "Handout for the patient")),
)
"""The templates in assets/templates, in the order in which they are offered."""
SPOKEN_LANGUAGES = (
    ("en", "English"),
    ("zh", "中文"),
    ("es", "Español"),
    ("fr", "Français"),
    ("de", "Deutsch"),
    ("pt", "Português"),
    ("ar", "العربية"),
    ("hi", "हिन्दी"),
    ("ja", "日本語"),
    ("ko", "한국어"),
    ("ru", "Русский"),
    ("tr", "Türkçe"),
    ("vi", "Tiếng Việt"),
)

SETTINGS = (
    Setting(
        "language",
        Kind.CHOICE,
        "system",
        QT_TRANSLATE_NOOP("Settings", "Language"),
        QT_TRANSLATE_NOOP("Settings", "The language of the window. What is spoken and answered may be in another one."),
        Group.LOOKS,
        (
            Choice("system", QT_TRANSLATE_NOOP("Settings", "As the system")),
            Choice("en", "English", translated=False),
            Choice("zh_CN", "简体中文", translated=False),
        ),
    ),
    Setting(
        "theme",
        Kind.CHOICE,
        "system",
        QT_TRANSLATE_NOOP("Settings", "Colours"),
        QT_TRANSLATE_NOOP("Settings", "As the system also follows its wish for high contrast."),
        Group.LOOKS,
        (
            Choice("system", QT_TRANSLATE_NOOP("Settings", "As the system")),
            Choice("light", QT_TRANSLATE_NOOP("Settings", "Light")),
            Choice("dark", QT_TRANSLATE_NOOP("Settings", "Dark")),
            Choice("high-contrast", QT_TRANSLATE_NOOP("Settings", "High contrast")),
        ),
    ),
    Setting(
        "font_scale",
        Kind.NUMBER,
        100,
        QT_TRANSLATE_NOOP("Settings", "Text size"),
        QT_TRANSLATE_NOOP("Settings", "All texts of the window, from 80 to 200 per cent."),
        Group.LOOKS,
        range=Range(80, 200, 10, "%"),
    ),
    Setting(
        "speech_language",
        Kind.CHOICE,
        "",
        QT_TRANSLATE_NOOP("Settings", "Spoken language"),
        QT_TRANSLATE_NOOP("Settings", "Naming it is surer than detecting it, above all for short dictations."),
        Group.ANSWERS,
        (
            Choice("", QT_TRANSLATE_NOOP("Settings", "Detected")),
            *(Choice(code, name, translated=False) for code, name in SPOKEN_LANGUAGES),
        ),
    ),
    Setting(
        "note_template",
        Kind.CHOICE,
        "soap",
        QT_TRANSLATE_NOOP("Settings", "Notes are written as"),
        QT_TRANSLATE_NOOP("Settings", "Another form can be chosen on each note."),
        Group.ANSWERS,
        NOTE_TEMPLATES,
    ),
    Setting(
        "mixed_languages",
        Kind.SWITCH,
        False,
        QT_TRANSLATE_NOOP("Settings", "Several languages in one dictation"),
        QT_TRANSLATE_NOOP(
            "Settings",
            "The language of each sentence is detected, and what is not English is shown with an English translation "
            "by the recogniser. It can be wrong: it replaces no interpreter.",
        ),
        Group.ANSWERS,
    ),
    Setting(
        "tell_speakers",
        Kind.SWITCH,
        True,
        QT_TRANSLATE_NOOP("Settings", "Doctor and patient are told apart"),
        QT_TRANSLATE_NOOP(
            "Settings",
            "By their voices, where two are heard. It is often wrong in short answers and where people speak at once: "
            "press the name beside the words to change it. No voice is kept, and where you dictate alone nobody is "
            "named.",
        ),
        Group.ANSWERS,
    ),
    Setting(
        "written_form",
        Kind.CHOICE,
        "numbers",
        QT_TRANSLATE_NOOP("Settings", "How speech is written"),
        QT_TRANSLATE_NOOP(
            "Settings",
            "\u201cOne sixty over ninety\u201d becomes 160/90 mmHg. Commands such as \u201cnew line\u201d and "
            "\u201cscratch that\u201d are for dictating alone. What was said is always kept. English only.",
        ),
        Group.ANSWERS,
        (
            Choice("verbatim", QT_TRANSLATE_NOOP("Settings", "Word for word")),
            Choice("numbers", QT_TRANSLATE_NOOP("Settings", "With numbers and units as in a chart")),
            Choice("dictation", QT_TRANSLATE_NOOP("Settings", "Also obeying spoken punctuation and commands")),
        ),
    ),
    Setting(
        "device",
        Kind.CHOICE,
        "auto",
        QT_TRANSLATE_NOOP("Settings", "Where the models run"),
        QT_TRANSLATE_NOOP("Settings", "The models are loaded anew when this is changed."),
        Group.ANSWERS,
        (
            Choice("auto", QT_TRANSLATE_NOOP("Settings", "On the graphics processor if there is one")),
            Choice("cpu", QT_TRANSLATE_NOOP("Settings", "On the processor")),
            Choice("cuda", QT_TRANSLATE_NOOP("Settings", "On the graphics processor")),
        ),
    ),
    Setting(
        "max_answer_tokens",
        Kind.NUMBER,
        256,
        QT_TRANSLATE_NOOP("Settings", "Longest answer"),
        QT_TRANSLATE_NOOP("Settings", "In tokens; a token is about three quarters of a word."),
        Group.ANSWERS,
        range=Range(32, 1024, 32),
    ),
    Setting(
        "use_library",
        Kind.SWITCH,
        True,
        QT_TRANSLATE_NOOP("Settings", "Look questions up in my library"),
        QT_TRANSLATE_NOOP("Settings", "Answers can then cite your documents, page by page."),
        Group.ANSWERS,
    ),
    Setting(
        "lock_after",
        Kind.CHOICE,
        "5",
        QT_TRANSLATE_NOOP("Settings", "Lock when nobody uses it"),
        QT_TRANSLATE_NOOP("Settings", "A recording that runs goes on. Ctrl+L locks at once."),
        Group.PRIVACY,
        (
            Choice("1", QT_TRANSLATE_NOOP("Settings", "After a minute")),
            Choice("5", QT_TRANSLATE_NOOP("Settings", "After 5 minutes")),
            Choice("15", QT_TRANSLATE_NOOP("Settings", "After 15 minutes")),
            Choice("60", QT_TRANSLATE_NOOP("Settings", "After an hour")),
            Choice(NEVER, QT_TRANSLATE_NOOP("Settings", "Never")),
        ),
    ),
    Setting(
        "clear_clipboard_after",
        Kind.CHOICE,
        "60",
        QT_TRANSLATE_NOOP("Settings", "Empty the clipboard"),
        QT_TRANSLATE_NOOP("Settings", "Only where it still holds what was copied in Bedside."),
        Group.PRIVACY,
        (
            Choice("20", QT_TRANSLATE_NOOP("Settings", "After 20 seconds")),
            Choice("60", QT_TRANSLATE_NOOP("Settings", "After a minute")),
            Choice("300", QT_TRANSLATE_NOOP("Settings", "After 5 minutes")),
            Choice(NEVER, QT_TRANSLATE_NOOP("Settings", "Never")),
        ),
    ),
    Setting(
        "keep_recordings",
        Kind.CHOICE,
        "always",
        QT_TRANSLATE_NOOP("Settings", "Recordings of signed notes"),
        QT_TRANSLATE_NOOP(
            "Settings",
            "Nothing is erased before its note is signed. What is erased then is the sound, for good: it cannot be "
            "played or heard a second time any more. Its words and the signed note stay, and the trail tells of it. "
            "Backups made before still hold it.",
        ),
        Group.PRIVACY,
        (
            Choice("always", QT_TRANSLATE_NOOP("Settings", "Kept always")),
            Choice("7", QT_TRANSLATE_NOOP("Settings", "Erased 7 days after signing")),
            Choice("30", QT_TRANSLATE_NOOP("Settings", "Erased 30 days after signing")),
            Choice("90", QT_TRANSLATE_NOOP("Settings", "Erased 90 days after signing")),
            Choice("365", QT_TRANSLATE_NOOP("Settings", "Erased a year after signing")),
        ),
    ),
    Setting(
        "back_up",
        Kind.SWITCH,
        True,
        QT_TRANSLATE_NOOP("Settings", "Back up by itself"),
        QT_TRANSLATE_NOOP(
            "Settings",
            "Encrypted as the record is, while it is open and something was changed. Of 7 days, 4 weeks and 12 months "
            "one each is kept.",
        ),
        Group.BACKUP,
    ),
    Setting("doctor_name", Kind.TEXT, ""),
    Setting("own_note_template", Kind.TEXT, ""),
    Setting("backup_folder", Kind.TEXT, ""),
    Setting("last_backup", Kind.TEXT, ""),
    Setting("recovery_key_noted", Kind.SWITCH, False),
    Setting("decoder", Kind.TEXT, "smollm2-135m-instruct"),
    Setting("microphone", Kind.TEXT, ""),
    Setting("notice_accepted", Kind.SWITCH, False),
    Setting("first_start_done", Kind.SWITCH, False),
    Setting("window_geometry", Kind.TEXT, ""),
    Setting("window_state", Kind.TEXT, ""),
    Setting("splitter_sizes", Kind.TEXT, ""),
)
TABLE: Mapping[str, Setting] = {setting.key: setting for setting in SETTINGS}

DAMAGED = QT_TRANSLATE_NOOP(
    "Settings",
    "The settings could not be read, so Bedside starts with its own. Your encounters are untouched; the old file is "
    "kept as settings.damaged.json.",
)
NOT_KEPT = QT_TRANSLATE_NOOP(
    "Settings",
    "The settings cannot be written, so changes last until the window closes. Is the disk full or read-only?",
)


class Settings:
    """The values of all settings; a change is written at once and told to every subscriber."""

    def __init__(self, file: Path | None = None) -> None:
        self.file = file or data_folder() / FILE_NAME
        self.trouble = ""
        """A sentence of CONTEXT to translate and show, empty where all is well."""
        self._subscribers: list[Callable[[str, Value], None]] = []
        self._values = self._read()

    def value(self, key: str) -> Value:
        """Return the value of a setting; raises UnknownSetting."""
        return self._values.get(key, setting_of(key).default)

    def text(self, key: str) -> str:
        """Return the value of a CHOICE or TEXT."""
        return str(self.value(key))

    def number(self, key: str) -> int:
        """Return the value of a NUMBER."""
        return int(self.value(key))

    def is_on(self, key: str) -> bool:
        """Return the value of a SWITCH."""
        return bool(self.value(key))

    def set(self, key: str, value: Value) -> None:
        """Change a setting, write the file and tell the subscribers; raises UnknownSetting or InvalidValue."""
        if not setting_of(key).accepts(value):
            raise InvalidValue(f"{value!r} is no value of the setting {key!r}.")
        if value == self.value(key):
            return
        self._values[key] = value
        self._write()
        for subscriber in tuple(self._subscribers):
            subscriber(key, value)

    def subscribe(self, subscriber: Callable[[str, Value], None]) -> Callable[[], None]:
        """Call `subscriber(key, value)` after each change; returns the function that ends it."""
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber)

    def _read(self) -> dict[str, Value]:
        try:
            document = json.loads(self.file.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            return self._start_anew()
        if not isinstance(document, dict):
            return self._start_anew()
        # A value of another version of Bedside falls back alone, not the whole file.
        return {key: value for key, value in document.items() if key in TABLE and TABLE[key].accepts(value)}

    def _start_anew(self) -> dict[str, Value]:
        self.trouble = DAMAGED
        try:
            self.file.replace(self.file.with_name("settings.damaged.json"))
        except OSError:
            self.trouble = NOT_KEPT
        return {}

    def _write(self) -> None:
        try:
            write_atomically(self.file, json.dumps(self._values, indent=1, ensure_ascii=False).encode())
        except OSError:
            self.trouble = NOT_KEPT


def setting_of(key: str) -> Setting:
    """Return the row of `key`; raises UnknownSetting."""
    try:
        return TABLE[key]
    except KeyError:
        raise UnknownSetting(f"There is no setting {key!r}.") from None
