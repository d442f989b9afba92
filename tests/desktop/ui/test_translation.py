from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QTranslator
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLabel, QWidget

import desktop
from desktop.settings import Settings
from desktop.ui import theme, translation
from desktop.ui.first_start.dialog import FirstStart
from desktop.ui.settings_page import SettingsPage
from desktop.ui.shortcuts_sheet import ShortcutsSheet
from desktop.ui.translation import Retranslating, language_of, use_language
from desktop.ui.vault.change_passphrase import ChangePassphrase
from desktop.ui.vault.session import VaultSession
from desktop.ui.vault.unlock import UnlockPage
from desktop.ui.window import MainWindow
from tests.desktop.ui.accessibility import clipped_texts
from tests.fakes.screens import fake_screens, fake_services
from tests.golden.refresh_translations import LANGUAGES, compile_to, unfinished, update

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

SOURCES = sorted(Path(desktop.__file__).parent.rglob("*.py"))
PLACEHOLDER = re.compile(r"\{\w*\}|%n")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_stale_or_unfinished(tmp_path: Path, language: str) -> None:
    committed = translation.FOLDER / f"bedside_{language}.ts"
    fresh = tmp_path / committed.name
    shutil.copy(committed, fresh)
    update(fresh, language)

    assert fresh.read_text(encoding="utf-8") == committed.read_text(encoding="utf-8"), "stale: run `make i18n`"
    assert unfinished(committed) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_translation_is_that_of_the_sources(tmp_path: Path, language: str) -> None:
    committed = translation.FOLDER / f"bedside_{language}.ts"
    compile_to(committed, tmp_path / "fresh.qm")

    assert (tmp_path / "fresh.qm").read_bytes() == committed.with_suffix(".qm").read_bytes(), "stale: run `make i18n`"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_placeholder_survives_translation(language: str) -> None:
    text = (translation.FOLDER / f"bedside_{language}.ts").read_text(encoding="utf-8")
    pairs = re.findall(r"<source>(.*?)</source>\s*<translation>(.*?)</translation>", text, re.DOTALL)
    wrong = [pair for pair in pairs if sorted(PLACEHOLDER.findall(pair[0])) != sorted(PLACEHOLDER.findall(pair[1]))]

    assert len(pairs) > 100
    assert wrong == []


def test_only_literals_are_marked_for_translation() -> None:
    """`tr(f"...")`, `tr("..." + x)` and `tr("...".format(x))` can never be found among the translations."""
    wrong = [
        f"{file.name}:{call.lineno}"
        for file in SOURCES
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and _marks(call) and not _is_literal(call)
    ]

    assert wrong == []


def _marks(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in ("tr", "QT_TRANSLATE_NOOP")


def _is_literal(call: ast.Call) -> bool:
    texts = call.args[:1] if isinstance(call.func, ast.Attribute) else call.args[:2]
    return bool(texts) and all(isinstance(text, ast.Constant) and isinstance(text.value, str) for text in texts)


class _Words(Retranslating, QLabel):
    def __init__(self) -> None:
        super().__init__()
        self.retranslate()

    def retranslate(self) -> None:
        self.setText(QCoreApplication.translate("Rail", "Settings"))


def test_words_change_while_they_are_shown(qtbot: QtBot, qapp: QApplication) -> None:
    label = _Words()
    qtbot.addWidget(label)
    use_language(qapp, "zh_CN")
    qtbot.waitUntil(lambda: label.text() == "设置")
    use_language(qapp, "en")
    qtbot.waitUntil(lambda: label.text() == "Settings")


def test_qt_s_own_words_are_translated_too(qtbot: QtBot, qapp: QApplication) -> None:
    use_language(qapp, "zh_CN")
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(box)
    text = box.button(QDialogButtonBox.StandardButton.Cancel).text()
    use_language(qapp, "en")

    assert text == "取消"


def test_a_wish_for_a_language_is_followed() -> None:
    assert language_of("zh_CN") == "zh_CN"
    assert language_of("system") in ("en", "zh_CN")


class _Pseudo(QTranslator):
    """Every sentence a good third longer, as German or Finnish would make it; no word of it is a real one."""

    def translate(self, context: str, source: str, _comment: str = "", _number: int = -1) -> str:  # type: ignore[override]
        if context.startswith("Q"):
            return source  # names of keys and the like
        more = 2 + 2 * len(source) // 5
        # In words of six letters: a longer one than any language has could not be wrapped.
        return f"[{source}{' '.join('~' * min(6, more - start) for start in range(0, more, 6))}]"

    def isEmpty(self) -> bool:  # noqa: N802 - Qt's name
        return False


@pytest.fixture
def pseudo_locale(qapp: QApplication) -> Iterator[None]:
    translator = _Pseudo()
    qapp.installTranslator(translator)
    yield
    qapp.removeTranslator(translator)


def _windows(services_of: Callable[[], object]) -> list[QWidget]:
    services = services_of()
    session = VaultSession(services.settings.file.parent / "vault")  # type: ignore[attr-defined]
    return [
        MainWindow(services, fake_screens()),  # type: ignore[arg-type]
        SettingsPage(services),  # type: ignore[arg-type]
        ShortcutsSheet(),
        FirstStart(services, session),  # type: ignore[arg-type]
        UnlockPage(session),
        ChangePassphrase(session),
    ]


@pytest.mark.usefixtures("pseudo_locale")
@pytest.mark.parametrize("scale", [100, 200])
def test_longer_words_fit_everywhere(qtbot: QtBot, qapp: QApplication, tmp_path: Path, scale: int) -> None:
    theme.apply(qapp, "light", scale)
    clipped = []
    for window in _windows(lambda: fake_services(Settings(tmp_path / "settings.json"))):
        qtbot.addWidget(window)
        window.resize(1200, 900)
        QApplication.sendEvent(window, QEvent(QEvent.Type.LanguageChange))
        clipped += clipped_texts(window)

    assert clipped == []
