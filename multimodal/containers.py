"""Opening sound and film files with libav, so that a hostile one can open no other file and choose no odd reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

import av

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONTAINERS = (
    "aac,ac3,aiff,amr,amrnb,amrwb,asf,au,avi,caf,eac3,flac,flv,g722,loas,matroska,webm,mov,mp4,m4a,3gp,3g2,"
    "mp3,mpeg,mpegts,ogg,w64,wav,wv"
)
"""Demuxers that read one file. Playlists and scripts (hls, concat, dash, sdp ...) open other files or addresses
that a hostile file names, and the raw and text demuxers accept anything; none of them is here."""
_OPEN_OPTIONS = {"format_whitelist": _CONTAINERS, "protocol_whitelist": "none"}

# libav writes its own complaints to stderr; the errors of its callers say what a reader needs.
av.logging.set_level(av.logging.PANIC)
av.logging.set_libav_level(av.logging.PANIC)


def open_container(file: BinaryIO, options: Mapping[str, str] | None = None) -> Any:
    """Open by file object, so that libav never sees a name that it could take for an address.

    Raises av.FFmpegError or ValueError where it is none of the kinds that are known.
    """
    return av.open(file, mode="r", options=_OPEN_OPTIONS | dict(options or {}), io_open=_refuse_second_file)


def _refuse_second_file(url: str, _flags: int, _options: dict[str, str]) -> Any:
    raise PermissionError(f"a sound or film file may not open another file: {url!r}")
