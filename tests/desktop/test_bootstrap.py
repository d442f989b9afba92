from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from desktop import bootstrap
from desktop.bootstrap import (
    DISPLAY_LIBRARIES,
    SYSTEM_LIBRARIES,
    WAYLAND_LIBRARIES,
    missing_for_a_window,
    missing_libraries,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems bring their own libraries")
NOWHERE: dict[str, str] = {}


def _lacks(*sonames: str) -> object:
    def load(soname: str) -> None:
        if soname in sonames:
            raise OSError(soname)

    return load


def test_what_is_missing_is_named_with_its_package() -> None:
    missing = missing_libraries(_lacks("libEGL.so.1", "libpulse.so.0"))  # type: ignore[arg-type]

    assert [library.package for library in missing] == ["libegl1", "libpulse0"]


def test_a_machine_without_a_display_needs_nothing_of_a_window() -> None:
    assert missing_for_a_window(_lacks(*(one.soname for one in DISPLAY_LIBRARIES)), NOWHERE) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("variable", "package"), [("DISPLAY", "libxcb-cursor0"), ("WAYLAND_DISPLAY", "libwayland-cursor0")]
)
def test_each_kind_of_display_asks_for_its_own_libraries(variable: str, package: str) -> None:
    missing = missing_for_a_window(_lacks("libxcb-cursor.so.0", "libwayland-cursor.so.0"), {variable: ":0"})  # type: ignore[arg-type]

    assert [library.package for library in missing] == [package]


@pytest.mark.parametrize(
    ("environment", "has_font", "asked"),
    [({"DISPLAY": ":0"}, False, ["fonts-noto-cjk"]), ({"DISPLAY": ":0"}, True, []), ({}, False, [])],
)
def test_a_chinese_font_is_offered_only_where_it_can_be_seen_and_is_lacking(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], has_font: bool, asked: list[str]
) -> None:
    installed: list[str] = []
    monkeypatch.setattr(bootstrap, "has_chinese_font", lambda: has_font)
    monkeypatch.setattr(
        bootstrap,
        "install_system_packages",
        lambda libraries, _what: installed.extend(one.package for one in libraries),
    )
    bootstrap.offer_chinese_font(environment)

    assert installed == asked


def test_setting_up_goes_on_without_a_chinese_font(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_libraries: object, _what: str) -> None:
        raise bootstrap.SetupError("Type this: sudo apt-get install -y fonts-noto-cjk")

    monkeypatch.setattr(bootstrap, "has_chinese_font", lambda: False)
    monkeypatch.setattr(bootstrap, "install_system_packages", refuse)
    bootstrap.offer_chinese_font({"DISPLAY": ":0"})

    assert "fonts-noto-cjk" in capsys.readouterr().err


def test_the_tables_name_everything_that_qt_s_files_ask_for() -> None:
    """Against the files themselves: the sonames that the loader looks for outside Qt's own folder."""
    known = {library.soname for library in (*SYSTEM_LIBRARIES, *DISPLAY_LIBRARIES, *WAYLAND_LIBRARIES)}
    # Of every Debian, or dependencies of the packages in the table.
    basic = {"libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "libresolv.so.2", "libgcc_s.so.1", "libz.so.1"}
    basic |= {"libbrotlicommon.so.1", "libgthread-2.0.so.0", "libxcb.so.1", "ld-linux-x86-64.so.2", "librt.so.1"}
    asked = {name for file in _qt_files() for name in _needed(file) if not (file.parent / name).exists()}
    own = {path.name for path in (_pyside() / "Qt" / "lib").iterdir()}

    assert {
        name for name in asked - known - basic - own if not name.startswith(("libpyside6", "libshiboken6"))
    } == set()


def _pyside() -> Path:
    import PySide6

    return Path(PySide6.__file__).parent


def _qt_files() -> list[Path]:
    names = ("Core", "Gui", "Widgets", "Svg", "Network", "DBus", "Multimedia", "XcbQpa", "WaylandClient")
    plugins = ("platforms/libqxcb", "platforms/libqoffscreen", "platforms/libqwayland", "imageformats/libqsvg")
    more = ("multimedia/libffmpegmediaplugin", "xcbglintegrations/libqxcb-glx-integration")
    folder = _pyside() / "Qt"
    files = [folder / "lib" / f"libQt6{name}.so.6" for name in names]
    return [*files, *(folder / "plugins" / f"{name}.so" for name in (*plugins, *more))]


def _needed(file: Path) -> list[str]:
    """Read the sonames that a shared library asks for, by the loader's own listing of unresolved names."""
    command = ["/lib64/ld-linux-x86-64.so.2", "--list", str(file)]
    listing = subprocess.run(command, check=False, capture_output=True, text=True)
    direct = file.read_bytes()
    names = (line.split()[0] for line in listing.stdout.splitlines() if "=>" in line or "not found" in line)
    # Listed are all, also those of the system's own libraries; only names in this file's own bytes are its wishes.
    return [name for name in names if name.encode() + b"\0" in direct]
