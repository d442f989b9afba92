"""The languages of the window, switched while it is open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QLibraryInfo, QLocale, QTranslator

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget as _Widget
else:
    _Widget = object

FOLDER = Path(__file__).resolve().parent.parent.parent / "assets" / "i18n"
SOURCE_LANGUAGE = "en"
_installed: list[QTranslator] = []


class Retranslating(_Widget):
    """Base of every widget that shows words: `class Page(Retranslating, QWidget)`.

    All words are set in `retranslate()`, which the widget calls at the end of its own `__init__` and which is called
    again whenever the language changes.
    """

    def retranslate(self) -> None:
        """Set every word that this widget shows itself."""
        raise NotImplementedError

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take the new language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


def language_of(wish: str) -> str:
    """Return the language to show: the wish itself, or the system's where the wish is "system"."""
    if wish != "system":
        return wish
    return "zh_CN" if QLocale.system().language() == QLocale.Language.Chinese else SOURCE_LANGUAGE


def use_language(application: QCoreApplication, wish: str) -> None:
    """Show the window in a language from now on: `system`, `en` or `zh_CN`."""
    language = language_of(wish)
    for translator in _installed:
        application.removeTranslator(translator)
    _installed.clear()
    QLocale.setDefault(QLocale(language))
    if language == SOURCE_LANGUAGE:
        return
    qt_folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    # Ours last, so that it is asked first.
    for name, folder in ((f"qtbase_{language}", qt_folder), (f"bedside_{language}", str(FOLDER))):
        translator = QTranslator(application)
        if translator.load(name, folder):
            application.installTranslator(translator)
            _installed.append(translator)


def translated(context: str, text: str) -> str:
    """Return a sentence of a table, marked there with `QT_TRANSLATE_NOOP(context, text)`; empty stays empty."""
    return QCoreApplication.translate(context, text) if text else ""
