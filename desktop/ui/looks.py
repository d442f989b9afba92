"""Language, colours and text size follow the settings and the system while the window is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from desktop.ui import theme, translation

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from desktop.settings import Settings, Value


STEPS_MS = 150
"""Steps of the text size that follow each other faster are shown as one: each restyles the whole window."""


class Looks(QObject):
    """Applies the settings once and again after each change; lives as long as the application."""

    def __init__(self, app: QApplication, settings: Settings) -> None:
        super().__init__(app)
        self._app = app
        self._settings = settings
        self._leave = settings.subscribe(self._follow)
        self._shown_scale = 0
        self._pause = QTimer(self, singleShot=True, interval=STEPS_MS)
        self._pause.timeout.connect(self._show_last_step)
        hints = app.styleHints()
        hints.colorSchemeChanged.connect(self.apply_theme)
        hints.accessibility().contrastPreferenceChanged.connect(self.apply_theme)
        self.apply_theme()
        translation.use_language(app, settings.text("language"))

    def apply_theme(self) -> None:
        """Show the colours and the text size that the settings and the system ask for."""
        self._shown_scale = self._settings.number("font_scale")
        theme.apply(self._app, self._settings.text("theme"), self._shown_scale)

    def stop(self) -> None:
        """Follow no longer."""
        self._pause.stop()
        self._leave()

    def _follow(self, key: str, value: Value) -> None:
        if key == "theme":
            self.apply_theme()
        elif key == "font_scale":
            self._step()
        elif key == "language":
            translation.use_language(self._app, str(value))

    def _step(self) -> None:
        """Show the first step at once, and what follows while it is drawn when the steps have ended."""
        if not self._pause.isActive():
            self.apply_theme()
        self._pause.start()

    def _show_last_step(self) -> None:
        if self._shown_scale != self._settings.number("font_scale"):
            self.apply_theme()
