"""Language, colours and text size follow the settings and the system while the window is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.ui import theme, translation

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from desktop.settings import Settings, Value


class Looks(QObject):
    """Applies the settings once and again after each change; lives as long as the application."""

    def __init__(self, app: QApplication, settings: Settings) -> None:
        super().__init__(app)
        self._app = app
        self._settings = settings
        self._leave = settings.subscribe(self._follow)
        hints = app.styleHints()
        hints.colorSchemeChanged.connect(self.apply_theme)
        hints.accessibility().contrastPreferenceChanged.connect(self.apply_theme)
        self.apply_theme()
        translation.use_language(app, settings.text("language"))

    def apply_theme(self) -> None:
        """Show the colours and the text size that the settings and the system ask for."""
        theme.apply(self._app, self._settings.text("theme"), self._settings.number("font_scale"))

    def stop(self) -> None:
        """Follow no longer."""
        self._leave()

    def _follow(self, key: str, value: Value) -> None:
        if key in ("theme", "font_scale"):
            self.apply_theme()
        elif key == "language":
            translation.use_language(self._app, str(value))
