"""Which models the worker holds ready: those that the settings name, from the moment on at which they are changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.worker.protocol import Prepare

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.settings import Settings, Value
    from desktop.worker.host import WorkerHost

_KEYS = frozenset({"decoder", "device"})


def wish_of(settings: Settings) -> Prepare:
    """Return what the settings ask for."""
    return Prepare(settings.text("decoder"), settings.text("device"))


def follow_settings(worker: WorkerHost, settings: Settings) -> Callable[[], None]:
    """Have the models loaded anew after each change of the decoder or the device; returns the function that ends it."""

    def take(key: str, _value: Value) -> None:
        if key in _KEYS:
            worker.send(wish_of(settings))

    return settings.subscribe(take)
