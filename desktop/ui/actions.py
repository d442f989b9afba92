"""What can be done by keyboard: one table, from which menus, shortcuts, the sheet of shortcuts and tests are made.

A field or a line that has the keyboard takes its own keys; these are named where it stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence

from desktop.translatable import QT_TRANSLATE_NOOP
from desktop.ui.translation import translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PySide6.QtWidgets import QWidget

CONTEXT = "Actions"


class Group(StrEnum):
    """Where an action stands on the sheet of shortcuts; GROUP_TITLES has the words."""

    ENCOUNTER = "encounter"
    ANSWER = "answer"
    WRITING = "writing"
    PICTURE = "picture"
    TEACHING = "teaching"
    WINDOW = "window"


class Menu(StrEnum):
    """The menus of a menu bar; MENU_TITLES has the words, MENUS what is in them."""

    FILE = "file"
    EDIT = "edit"
    WRITE = "write"
    VIEW = "view"
    HELP = "help"


class Reach(StrEnum):
    """Where the keys of an action work."""

    WINDOW = "window"
    """Everywhere: the window owns the shortcut and hands it to the screen that is shown."""
    VIEWER = "viewer"
    """Only while the picture has the keyboard: bare letters must stay letters while someone types."""
    TEACHING = "teaching"
    """Only on the page to learn on; a field that is typed into keeps its letters."""


@dataclass(frozen=True, slots=True)
class Action:
    """One row: `text` and `help` are translated where they are shown; `shortcuts` are in Qt's portable form."""

    id: str
    text: str
    shortcuts: tuple[str, ...]
    group: Group
    help: str = ""
    reach: Reach = Reach.WINDOW


GROUP_TITLES = {
    Group.ENCOUNTER: QT_TRANSLATE_NOOP("Actions", "Encounter"),
    Group.ANSWER: QT_TRANSLATE_NOOP("Actions", "Answer"),
    Group.WRITING: QT_TRANSLATE_NOOP("Actions", "Writing"),
    Group.PICTURE: QT_TRANSLATE_NOOP("Actions", "Picture (while it has the keyboard)"),
    Group.TEACHING: QT_TRANSLATE_NOOP("Actions", "Learning"),
    Group.WINDOW: QT_TRANSLATE_NOOP("Actions", "Window"),
}

ACTIONS = (
    Action("new-encounter", QT_TRANSLATE_NOOP("Actions", "New encounter"), ("Ctrl+N",), Group.ENCOUNTER),
    Action("search", QT_TRANSLATE_NOOP("Actions", "Search the encounters"), ("Ctrl+F",), Group.ENCOUNTER),
    Action("speak", QT_TRANSLATE_NOOP("Actions", "Speak, or stop speaking"), ("F2", "Ctrl+D"), Group.ENCOUNTER),
    Action("attach", QT_TRANSLATE_NOOP("Actions", "Attach pictures or recordings"), ("Ctrl+O",), Group.ENCOUNTER),
    Action(
        "attach-folder",
        QT_TRANSLATE_NOOP("Actions", "Attach a folder of pictures"),
        ("Ctrl+Shift+O",),
        Group.ENCOUNTER,
        QT_TRANSLATE_NOOP("Actions", "Such as a DICOM disc: each series becomes one picture to scroll through."),
    ),
    Action(
        "import",
        QT_TRANSLATE_NOOP("Actions", "Import a FHIR file"),
        ("Ctrl+Shift+I",),
        Group.ENCOUNTER,
        QT_TRANSLATE_NOOP("Actions", "A Patient or a bundle of R4 or R5, with a preview of every line."),
    ),
    Action(
        "paste",
        QT_TRANSLATE_NOOP("Actions", "Paste a picture or text"),
        ("Ctrl+V",),
        Group.ENCOUNTER,
        QT_TRANSLATE_NOOP("Actions", "A screenshot in the clipboard becomes an attachment."),
    ),
    Action(
        "export",
        QT_TRANSLATE_NOOP("Actions", "Export the encounter"),
        ("Ctrl+E",),
        Group.ENCOUNTER,
        QT_TRANSLATE_NOOP("Actions", "As text, PDF, Word or FHIR, or on paper, with a preview of every word."),
    ),
    Action(
        "trends",
        QT_TRANSLATE_NOOP("Actions", "Trends, and who is the same patient"),
        ("Ctrl+T",),
        Group.ENCOUNTER,
        QT_TRANSLATE_NOOP("Actions", "Values over the encounters that you put together."),
    ),
    Action("ask", QT_TRANSLATE_NOOP("Actions", "Ask"), ("Ctrl+Return", "Ctrl+Enter"), Group.ANSWER),
    Action("cancel", QT_TRANSLATE_NOOP("Actions", "Stop the answer"), ("Esc",), Group.ANSWER),
    Action("redo", QT_TRANSLATE_NOOP("Actions", "Answer again"), ("Ctrl+R",), Group.ANSWER),
    Action("copy-answer", QT_TRANSLATE_NOOP("Actions", "Copy the answer"), ("Ctrl+Shift+C",), Group.ANSWER),
    Action("next-sentence", QT_TRANSLATE_NOOP("Actions", "Next sentence and its sources"), ("Alt+Down",), Group.ANSWER),
    Action("previous-sentence", QT_TRANSLATE_NOOP("Actions", "Previous sentence"), ("Alt+Up",), Group.ANSWER),
    Action(
        "show-patient",
        QT_TRANSLATE_NOOP("Actions", "Show the answer to the patient"),
        ("Ctrl+P",),
        Group.ANSWER,
        QT_TRANSLATE_NOOP("Actions", "In large type and nothing else."),
    ),
    Action(
        "write-note",
        QT_TRANSLATE_NOOP("Actions", "Write a note"),
        ("Ctrl+Shift+N",),
        Group.WRITING,
        QT_TRANSLATE_NOOP("Actions", "From what was said and typed, each sentence with its source. It is a draft."),
    ),
    Action(
        "write-findings",
        QT_TRANSLATE_NOOP("Actions", "List the findings"),
        ("Ctrl+Shift+F",),
        Group.WRITING,
        QT_TRANSLATE_NOOP("Actions", "Problems, drugs, allergies and measurements that were named."),
    ),
    Action(
        "write-differential",
        QT_TRANSLATE_NOOP("Actions", "Support a diagnosis"),
        ("Ctrl+Shift+D",),
        Group.WRITING,
        QT_TRANSLATE_NOOP("Actions", "What speaks for and against, and what was not asked yet. It is no diagnosis."),
    ),
    Action(
        "write-card",
        QT_TRANSLATE_NOOP("Actions", "Write a card for the patient"),
        ("Ctrl+Shift+P",),
        Group.WRITING,
        QT_TRANSLATE_NOOP("Actions", "The chosen answer or note in plain words."),
    ),
    Action(
        "sign-note",
        QT_TRANSLATE_NOOP("Actions", "Edit and sign a note"),
        ("Ctrl+Shift+S",),
        Group.WRITING,
        QT_TRANSLATE_NOOP("Actions", "Sentence by sentence, then a double check. Nothing is signed by itself."),
    ),
    Action("viewer-invert", QT_TRANSLATE_NOOP("Actions", "Invert"), ("I",), Group.PICTURE, "", Reach.VIEWER),
    Action("viewer-zoom-in", QT_TRANSLATE_NOOP("Actions", "Larger"), ("+", "="), Group.PICTURE, "", Reach.VIEWER),
    Action("viewer-zoom-out", QT_TRANSLATE_NOOP("Actions", "Smaller"), ("-",), Group.PICTURE, "", Reach.VIEWER),
    Action("viewer-fit", QT_TRANSLATE_NOOP("Actions", "Whole picture"), ("0",), Group.PICTURE, "", Reach.VIEWER),
    Action(
        "viewer-actual-size", QT_TRANSLATE_NOOP("Actions", "Pixel by pixel"), ("Z",), Group.PICTURE, "", Reach.VIEWER
    ),
    Action(
        "viewer-next-frame",
        QT_TRANSLATE_NOOP("Actions", "Next frame"),
        ("Down", "Right"),
        Group.PICTURE,
        QT_TRANSLATE_NOOP("Actions", "Or the wheel."),
        Reach.VIEWER,
    ),
    Action(
        "viewer-previous-frame",
        QT_TRANSLATE_NOOP("Actions", "Previous frame"),
        ("Up", "Left"),
        Group.PICTURE,
        "",
        Reach.VIEWER,
    ),
    Action(
        "viewer-frames-forward",
        QT_TRANSLATE_NOOP("Actions", "Ten frames forward"),
        ("PgDown",),
        Group.PICTURE,
        "",
        Reach.VIEWER,
    ),
    Action(
        "viewer-frames-back",
        QT_TRANSLATE_NOOP("Actions", "Ten frames back"),
        ("PgUp",),
        Group.PICTURE,
        "",
        Reach.VIEWER,
    ),
    Action(
        "viewer-first-frame", QT_TRANSLATE_NOOP("Actions", "First frame"), ("Home",), Group.PICTURE, "", Reach.VIEWER
    ),
    Action("viewer-last-frame", QT_TRANSLATE_NOOP("Actions", "Last frame"), ("End",), Group.PICTURE, "", Reach.VIEWER),
    Action("viewer-cine", QT_TRANSLATE_NOOP("Actions", "Play the frames"), ("Space",), Group.PICTURE, "", Reach.VIEWER),
    Action(
        "viewer-length",
        QT_TRANSLATE_NOOP("Actions", "Measure a length"),
        ("L",),
        Group.PICTURE,
        QT_TRANSLATE_NOOP("Actions", "With the arrow keys and Enter, or by dragging."),
        Reach.VIEWER,
    ),
    Action(
        "viewer-region",
        QT_TRANSLATE_NOOP("Actions", "Mark a region"),
        ("R",),
        Group.PICTURE,
        QT_TRANSLATE_NOOP("Actions", "With the arrow keys and Enter, or by dragging."),
        Reach.VIEWER,
    ),
    Action(
        "viewer-ask-region",
        QT_TRANSLATE_NOOP("Actions", "Ask about the marked region"),
        ("A",),
        Group.PICTURE,
        QT_TRANSLATE_NOOP("Actions", "Also about one that was marked on an earlier day."),
        Reach.VIEWER,
    ),
    Action(
        "viewer-window",
        QT_TRANSLATE_NOOP("Actions", "Window and level by dragging"),
        ("W",),
        Group.PICTURE,
        QT_TRANSLATE_NOOP("Actions", "The right button does it at any time."),
        Reach.VIEWER,
    ),
    Action(
        "viewer-clear",
        QT_TRANSLATE_NOOP("Actions", "Remove marks"),
        ("Del", "Backspace"),
        Group.PICTURE,
        "",
        Reach.VIEWER,
    ),
    Action(
        "viewer-export",
        QT_TRANSLATE_NOOP("Actions", "Save as DICOM…"),
        ("E",),
        Group.PICTURE,
        QT_TRANSLATE_NOOP("Actions", "The picture with its marks, and what was measured."),
        Reach.VIEWER,
    ),
    Action("viewer-turn", QT_TRANSLATE_NOOP("Actions", "Turn clockwise"), ("T",), Group.PICTURE, "", Reach.VIEWER),
    Action(
        "viewer-mirror", QT_TRANSLATE_NOOP("Actions", "Mirror left to right"), ("M",), Group.PICTURE, "", Reach.VIEWER
    ),
    Action(
        "viewer-side-by-side",
        QT_TRANSLATE_NOOP("Actions", "Two pictures side by side"),
        ("S",),
        Group.PICTURE,
        "",
        Reach.VIEWER,
    ),
    Action(
        "viewer-link", QT_TRANSLATE_NOOP("Actions", "Link the two pictures"), ("K",), Group.PICTURE, "", Reach.VIEWER
    ),
    Action(
        "viewer-wider", QT_TRANSLATE_NOOP("Actions", "Wider window"), ("Shift+Right",), Group.PICTURE, "", Reach.VIEWER
    ),
    Action(
        "viewer-narrower",
        QT_TRANSLATE_NOOP("Actions", "Narrower window"),
        ("Shift+Left",),
        Group.PICTURE,
        "",
        Reach.VIEWER,
    ),
    Action("viewer-brighter", QT_TRANSLATE_NOOP("Actions", "Brighter"), ("Shift+Up",), Group.PICTURE, "", Reach.VIEWER),
    Action("viewer-darker", QT_TRANSLATE_NOOP("Actions", "Darker"), ("Shift+Down",), Group.PICTURE, "", Reach.VIEWER),
    Action(
        "viewer-move-left", QT_TRANSLATE_NOOP("Actions", "Move left"), ("Ctrl+Left",), Group.PICTURE, "", Reach.VIEWER
    ),
    Action(
        "viewer-move-right",
        QT_TRANSLATE_NOOP("Actions", "Move right"),
        ("Ctrl+Right",),
        Group.PICTURE,
        "",
        Reach.VIEWER,
    ),
    Action("viewer-move-up", QT_TRANSLATE_NOOP("Actions", "Move up"), ("Ctrl+Up",), Group.PICTURE, "", Reach.VIEWER),
    Action(
        "viewer-move-down", QT_TRANSLATE_NOOP("Actions", "Move down"), ("Ctrl+Down",), Group.PICTURE, "", Reach.VIEWER
    ),
    Action("viewer-presets", QT_TRANSLATE_NOOP("Actions", "Choose a window"), ("P",), Group.PICTURE, "", Reach.VIEWER),
    Action("viewer-preset-1", QT_TRANSLATE_NOOP("Actions", "As stored"), ("1",), Group.PICTURE, "", Reach.VIEWER),
    Action("viewer-preset-2", QT_TRANSLATE_NOOP("Actions", "Lung window"), ("2",), Group.PICTURE, "", Reach.VIEWER),
    Action(
        "viewer-preset-3", QT_TRANSLATE_NOOP("Actions", "Soft tissue window"), ("3",), Group.PICTURE, "", Reach.VIEWER
    ),
    Action("viewer-preset-4", QT_TRANSLATE_NOOP("Actions", "Bone window"), ("4",), Group.PICTURE, "", Reach.VIEWER),
    Action("viewer-preset-5", QT_TRANSLATE_NOOP("Actions", "Brain window"), ("5",), Group.PICTURE, "", Reach.VIEWER),
    Action("viewer-preset-6", QT_TRANSLATE_NOOP("Actions", "Abdomen window"), ("6",), Group.PICTURE, "", Reach.VIEWER),
    Action("viewer-preset-7", QT_TRANSLATE_NOOP("Actions", "Full range"), ("7",), Group.PICTURE, "", Reach.VIEWER),
    Action(
        "teach-go-on",
        QT_TRANSLATE_NOOP("Actions", "Begin, show the answer, go on"),
        ("Return", "Enter"),
        Group.TEACHING,
        QT_TRANSLATE_NOOP("Actions", "The blue button of the page."),
        Reach.TEACHING,
    ),
    Action("teach-hint", QT_TRANSLATE_NOOP("Actions", "A hint"), ("H",), Group.TEACHING, "", Reach.TEACHING),
    Action(
        "teach-option-1",
        QT_TRANSLATE_NOOP("Actions", "The first answer"),
        ("Alt+1",),
        Group.TEACHING,
        QT_TRANSLATE_NOOP("Actions", "Or the number alone, where nothing is typed."),
        Reach.TEACHING,
    ),
    Action(
        "teach-option-2",
        QT_TRANSLATE_NOOP("Actions", "The second answer"),
        ("Alt+2",),
        Group.TEACHING,
        "",
        Reach.TEACHING,
    ),
    Action(
        "teach-option-3",
        QT_TRANSLATE_NOOP("Actions", "The third answer"),
        ("Alt+3",),
        Group.TEACHING,
        "",
        Reach.TEACHING,
    ),
    Action(
        "teach-option-4",
        QT_TRANSLATE_NOOP("Actions", "The fourth answer"),
        ("Alt+4",),
        Group.TEACHING,
        "",
        Reach.TEACHING,
    ),
    Action("page-encounters", QT_TRANSLATE_NOOP("Actions", "Encounters"), ("Ctrl+1",), Group.WINDOW),
    Action("page-machine", QT_TRANSLATE_NOOP("Actions", "Models and machine"), ("Ctrl+2",), Group.WINDOW),
    Action("page-settings", QT_TRANSLATE_NOOP("Actions", "Settings"), ("Ctrl+3", "Ctrl+,"), Group.WINDOW),
    Action("page-teaching", QT_TRANSLATE_NOOP("Actions", "Learn"), ("Ctrl+4",), Group.WINDOW),
    Action("help", QT_TRANSLATE_NOOP("Actions", "Shortcuts and help"), ("F1", "Ctrl+?"), Group.WINDOW),
    Action("text-larger", QT_TRANSLATE_NOOP("Actions", "Larger text"), ("Ctrl++", "Ctrl+="), Group.WINDOW),
    Action("text-smaller", QT_TRANSLATE_NOOP("Actions", "Smaller text"), ("Ctrl+-",), Group.WINDOW),
    Action("full-screen", QT_TRANSLATE_NOOP("Actions", "Full screen"), ("F11",), Group.WINDOW),
    Action(
        "lock",
        QT_TRANSLATE_NOOP("Actions", "Lock"),
        ("Ctrl+L",),
        Group.WINDOW,
        QT_TRANSLATE_NOOP("Actions", "A recording that runs goes on."),
    ),
    Action("quit", QT_TRANSLATE_NOOP("Actions", "Close Bedside"), ("Ctrl+Q",), Group.WINDOW),
)
SEPARATOR = ""
WRITINGS = tuple(action.id for action in ACTIONS if action.id.startswith("write-"))
"""What can be written from an encounter."""
MENUS = {
    Menu.FILE: (
        "new-encounter",
        SEPARATOR,
        "attach",
        "attach-folder",
        "speak",
        SEPARATOR,
        "import",
        "export",
        SEPARATOR,
        "page-settings",
        "lock",
        "quit",
    ),
    Menu.EDIT: ("paste", "copy-answer", SEPARATOR, "ask", "redo", "cancel", SEPARATOR, "search"),
    Menu.WRITE: (*WRITINGS, SEPARATOR, "sign-note"),
    Menu.VIEW: (
        "page-encounters",
        "page-machine",
        "page-teaching",
        SEPARATOR,
        "next-sentence",
        "previous-sentence",
        "show-patient",
        "trends",
        SEPARATOR,
        "text-larger",
        "text-smaller",
        "full-screen",
    ),
    Menu.HELP: ("help",),
}
"""Every action that works everywhere, in one menu each."""
MENU_TITLES = {
    Menu.FILE: QT_TRANSLATE_NOOP("Actions", "File"),
    Menu.EDIT: QT_TRANSLATE_NOOP("Actions", "Edit"),
    Menu.WRITE: QT_TRANSLATE_NOOP("Actions", "Write"),
    Menu.VIEW: QT_TRANSLATE_NOOP("Actions", "View"),
    Menu.HELP: QT_TRANSLATE_NOOP("Actions", "Help"),
}
TABLE = {action.id: action for action in ACTIONS}
_CONTEXTS = {
    Reach.WINDOW: Qt.ShortcutContext.WindowShortcut,
    Reach.VIEWER: Qt.ShortcutContext.WidgetWithChildrenShortcut,
    Reach.TEACHING: Qt.ShortcutContext.WidgetWithChildrenShortcut,
}


def words(text: str) -> str:
    """Return a sentence of the table in the language that is shown."""
    return translated(CONTEXT, text)


def keys(action: Action) -> str:
    """Return the first shortcut as the system writes it, such as ⌘N on a Mac; empty for none."""
    return native(action.shortcuts[0]) if action.shortcuts else ""


def native(shortcut: str) -> str:
    """Return one shortcut as the system writes it."""
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)


def bind(owner: QWidget, reach: Reach, run: Callable[[str], object]) -> dict[str, QAction]:
    """Add the actions of one reach to a widget; each calls `run(action id)`. Call `retranslate` for their words."""
    bound = {}
    for action in actions_of(reach):
        made = QAction(owner)
        made.setObjectName(action.id)
        made.setShortcuts([QKeySequence(shortcut) for shortcut in action.shortcuts])
        made.setShortcutContext(_CONTEXTS[reach])
        made.triggered.connect(lambda _checked=False, action_id=action.id: run(action_id))
        owner.addAction(made)
        bound[action.id] = made
    return bound


def retranslate(bound: dict[str, QAction]) -> None:
    """Set the words of actions made by `bind`."""
    for action_id, made in bound.items():
        made.setText(words(TABLE[action_id].text))


def actions_of(reach: Reach) -> Iterable[Action]:
    """Return the rows with one reach, in order."""
    return (action for action in ACTIONS if action.reach is reach)
