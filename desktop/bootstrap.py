"""Sets up a fresh machine: environment, pinned dependencies, system libraries. Run by the system's own Python.

    python3 desktop/bootstrap.py          # what `make run` and `make test` do first

Only the standard library, since nothing is installed yet. A stamp in the environment says what was installed, so that
the second start does nothing and needs no network. The models are fetched afterwards by `bedside models fetch`.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

REPOSITORY = Path(__file__).resolve().parent.parent
ENVIRONMENT = REPOSITORY / ".venv"
STAMP_INPUTS = ("pyproject.toml", "constraints.txt")
NEEDED_PYTHON = (3, 11)


class SetupError(Exception):
    """Setting up cannot go on; the message says what to do."""


@dataclass(frozen=True, slots=True)
class SystemLibrary:
    """A shared library that our dependencies load, and the Debian package that brings it."""

    soname: str
    package: str
    needed_by: str


# What the files of torch and Qt ask for by name (readelf -d) and Debian keeps in packages of their own.
SYSTEM_LIBRARIES = (
    SystemLibrary("libgomp.so.1", "libgomp1", "torch"),
    SystemLibrary("libstdc++.so.6", "libstdc++6", "torch"),
    SystemLibrary("libEGL.so.1", "libegl1", "Qt"),
    SystemLibrary("libGL.so.1", "libgl1", "Qt"),
    SystemLibrary("libX11.so.6", "libx11-6", "Qt"),
    SystemLibrary("libfontconfig.so.1", "libfontconfig1", "Qt"),
    SystemLibrary("libfreetype.so.6", "libfreetype6", "Qt"),
    SystemLibrary("libglib-2.0.so.0", "libglib2.0-0", "Qt"),
    SystemLibrary("libxkbcommon.so.0", "libxkbcommon0", "Qt"),
    SystemLibrary("libdbus-1.so.3", "libdbus-1-3", "Qt"),
    SystemLibrary("libbrotlidec.so.1", "libbrotli1", "Qt"),
    SystemLibrary("libzstd.so.1", "libzstd1", "Qt"),
    SystemLibrary("libgssapi_krb5.so.2", "libgssapi-krb5-2", "Qt's local sockets"),
    SystemLibrary("libpulse.so.0", "libpulse0", "the microphone"),
    SystemLibrary("libXext.so.6", "libxext6", "the microphone"),
    SystemLibrary("libXrandr.so.2", "libxrandr2", "the microphone"),
)
DISPLAY_LIBRARIES = (
    SystemLibrary("libX11-xcb.so.1", "libx11-xcb1", "a window"),
    SystemLibrary("libxcb-cursor.so.0", "libxcb-cursor0", "a window"),
    SystemLibrary("libxcb-glx.so.0", "libxcb-glx0", "a window"),
    SystemLibrary("libxcb-icccm.so.4", "libxcb-icccm4", "a window"),
    SystemLibrary("libxcb-image.so.0", "libxcb-image0", "a window"),
    SystemLibrary("libxcb-keysyms.so.1", "libxcb-keysyms1", "a window"),
    SystemLibrary("libxcb-randr.so.0", "libxcb-randr0", "a window"),
    SystemLibrary("libxcb-render-util.so.0", "libxcb-render-util0", "a window"),
    SystemLibrary("libxcb-render.so.0", "libxcb-render0", "a window"),
    SystemLibrary("libxcb-shape.so.0", "libxcb-shape0", "a window"),
    SystemLibrary("libxcb-shm.so.0", "libxcb-shm0", "a window"),
    SystemLibrary("libxcb-sync.so.1", "libxcb-sync1", "a window"),
    SystemLibrary("libxcb-util.so.1", "libxcb-util1", "a window"),
    SystemLibrary("libxcb-xfixes.so.0", "libxcb-xfixes0", "a window"),
    SystemLibrary("libxcb-xkb.so.1", "libxcb-xkb1", "a window"),
    SystemLibrary("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "a window"),
)
WAYLAND_LIBRARIES = (
    SystemLibrary("libwayland-client.so.0", "libwayland-client0", "a window"),
    SystemLibrary("libwayland-cursor.so.0", "libwayland-cursor0", "a window"),
    SystemLibrary("libwayland-egl.so.1", "libwayland-egl1", "a window"),
)
CHINESE_FONT = SystemLibrary("", "fonts-noto-cjk", "Chinese text")


def main() -> int:
    """Set up what is missing; returns the exit code."""
    try:
        check_python()
        install_system_packages(missing_libraries(), "system libraries")
        install_system_packages(missing_for_a_window(), "what a window needs")
        offer_chinese_font()
        if is_current(ENVIRONMENT):
            return 0
        make_environment()
        install_dependencies()
    except SetupError as error:
        say(str(error))
        return 3
    (ENVIRONMENT / "bedside-setup").write_text(fingerprint(), encoding="utf-8")
    return 0


def say(text: str) -> None:
    """Tell the person at the terminal one thing."""
    sys.stderr.write(f"setup: {text}\n")


def check_python() -> None:
    """Raise SetupError on a Python that is too old."""
    if sys.version_info < NEEDED_PYTHON:
        raise SetupError(
            f"Bedside needs Python {NEEDED_PYTHON[0]}.{NEEDED_PYTHON[1]} or newer, this is {sys.version.split()[0]}. "
            "Name a newer one: make PYTHON=python3.11 run"
        )


def fingerprint(root: Path = REPOSITORY) -> str:
    """Return the sha256 of everything that decides what has to be installed."""
    digest = hashlib.sha256(f"{sys.version_info[:2]} {root}".encode())
    for name in STAMP_INPUTS:
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


def is_current(environment: Path, root: Path = REPOSITORY) -> bool:
    """Return whether `environment` holds what `root` asks for."""
    stamp = environment / "bedside-setup"
    return (
        python_of(environment).exists()
        and stamp.is_file()
        and stamp.read_text(encoding="utf-8").strip() == fingerprint(root)
    )


def python_of(environment: Path) -> Path:
    """Return the environment's interpreter."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def missing_libraries(
    load: Callable[[str], object] = ctypes.CDLL, libraries: Sequence[SystemLibrary] = SYSTEM_LIBRARIES
) -> list[SystemLibrary]:
    """Return the shared libraries that this machine lacks; only Linux leaves them to the system."""
    return [library for library in libraries if sys.platform == "linux" and not _loads(library.soname, load)]


def missing_for_a_window(
    load: Callable[[str], object] = ctypes.CDLL, environment: Mapping[str, str] = os.environ
) -> list[SystemLibrary]:
    """Return what only a real window needs and this machine lacks; nothing where there is no display."""
    x11 = DISPLAY_LIBRARIES if environment.get("DISPLAY") else ()
    wayland = WAYLAND_LIBRARIES if environment.get("WAYLAND_DISPLAY") else ()
    return missing_libraries(load, (*x11, *wayland))


def offer_chinese_font(environment: Mapping[str, str] = os.environ) -> None:
    """Install a font for Chinese where a window can be shown and none is there; without one, only Chinese suffers."""
    has_screen = environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")
    if sys.platform != "linux" or not has_screen or has_chinese_font():
        return
    try:
        install_system_packages([CHINESE_FONT], "a font for Chinese")
    except SetupError as error:
        say(str(error))


def has_chinese_font() -> bool:
    """Return whether a font with Chinese characters is installed, as far as fontconfig can be asked."""
    if shutil.which("fc-list") is None:
        folders = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts")
        return any(path for folder in folders for path in folder.rglob("*CJK*"))
    found = subprocess.run(["fc-list", ":lang=zh", "file"], check=False, capture_output=True)  # noqa: S607 - from PATH, as apt-get is
    return bool(found.stdout.strip())


def _loads(soname: str, load: Callable[[str], object]) -> bool:
    try:
        load(soname)
    except OSError:
        return False
    return True


def install_system_packages(libraries: Sequence[SystemLibrary], what: str) -> None:
    """Install packages where that is allowed, else raise SetupError with the one line to type."""
    packages = sorted({library.package for library in libraries})
    if packages:
        _apt_install(packages, what)


def _apt_install(packages: Sequence[str], what: str) -> None:
    line = f"sudo apt-get install -y {' '.join(packages)}"
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise SetupError(f"This machine lacks {what}. Type this, then start again: {line}")
    say(f"installing {what}: {' '.join(packages)}")
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if not _succeeds(install):
        # A machine that was never updated knows no packages at all.
        _succeeds(["apt-get", "update"])
        if not _succeeds(install):
            raise SetupError(f"The {what} could not be installed. Type this, then start again: {line}")


def _succeeds(command: Sequence[str]) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, env=environment, check=False, stdout=subprocess.DEVNULL).returncode == 0


def make_environment() -> None:
    """Create the virtual environment; a half-made one is made again."""
    if python_of(ENVIRONMENT).exists() and _has_pip(ENVIRONMENT):
        return
    try:
        import ensurepip  # noqa: F401 - Debian ships venv and ensurepip apart from Python
    except ImportError:
        _apt_install([f"python3.{sys.version_info.minor}-venv"], "Python's venv")
    say("making the environment .venv")
    if not _succeeds([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)]):
        raise SetupError(f"The environment could not be made in {ENVIRONMENT}. Is the disk full or read-only?")


def _has_pip(environment: Path) -> bool:
    command = [str(python_of(environment)), "-m", "pip", "--version"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def install_dependencies() -> None:
    """Install Bedside and its pinned dependencies into the environment, with pip's own progress."""
    say("installing the dependencies: some gigabytes the first time")
    install = [str(python_of(ENVIRONMENT)), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    progress = ["--progress-bar", "on"] if sys.stderr.isatty() else []
    code = subprocess.run(
        [*install, *progress, "-c", "constraints.txt", "-e", ".[dev,bench]"], cwd=REPOSITORY, check=False
    ).returncode
    if code != 0:
        raise SetupError("pip could not install the dependencies (its reason stands above). Start again to go on.")


if __name__ == "__main__":
    sys.exit(main())
