"""The decoder of sound and pictures: `python -m desktop.confined.decoder KIND FILE NUMBER`, a child for one file.

`sound` takes the most seconds there may be, `picture` the frame, -1 for the middle one; both write frames. `stretch`
takes the second that somebody wants to hear again and writes what follows as bare samples: 16 bit, mono, 16 kHz. It
confines itself before it imports what parses and opens the file, and ends.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.confined.confinement import confine
from desktop.confined.limits import Allowance

if TYPE_CHECKING:
    from typing import BinaryIO

ALLOWANCES = {
    "sound": Allowance(memory_bytes=2 << 30, file_bytes=0, cpu_s=300),
    "stretch": Allowance(memory_bytes=2 << 30, file_bytes=0, cpu_s=60),
    "picture": Allowance(memory_bytes=3 << 30, file_bytes=0, cpu_s=30),
}


def main() -> None:
    """Run as the child process."""
    kind, name, number = sys.argv[1:]
    file = Path(name)
    with confine(ALLOWANCES[kind], readable=[file]) as output:
        _decode(kind, file, number, output)


def _decode(kind: str, file: Path, number: str, output: BinaryIO) -> None:
    from desktop.confined.media_notes import MEDIA, Refused
    from multimodal.errors import FileTooLarge, MultimodalError

    if kind == "stretch":
        _write_stretch(file, float(number), output)
        return

    try:
        if kind == "sound":
            _write_sound(file, float(number), output)
        else:
            _write_picture(file, int(number), output)
    except MultimodalError as error:
        MEDIA.write_note(output, Refused.of(error))
    except MemoryError:
        MEDIA.write_note(output, Refused.of(FileTooLarge(f"{file.name} needs more memory than is allowed.")))


def _write_sound(file: Path, max_seconds: float, output: BinaryIO) -> None:
    from desktop.confined.media_notes import MEDIA, SoundEnded
    from multimodal.audio import decode_blocks

    decoding = decode_blocks(file, max_seconds=max_seconds)
    while True:
        try:
            MEDIA.write_bytes(output, next(decoding))
        except StopIteration as end:
            MEDIA.write_note(output, SoundEnded(end.value))
            return


def _write_stretch(file: Path, start_s: float, output: BinaryIO) -> None:
    import numpy as np

    from multimodal.audio import decode_blocks

    for block in decode_blocks(file, start_s=start_s):
        samples = np.nan_to_num(np.frombuffer(block, np.float32)).clip(-1, 1)
        output.write((samples * 32_767).astype("<i2").tobytes())
        output.flush()


def _write_picture(file: Path, frame: int, output: BinaryIO) -> None:
    from desktop.confined.media_notes import MEDIA, PictureFound
    from multimodal.image import load_image

    picture = load_image(file, None if frame < 0 else frame)
    MEDIA.write_note(output, PictureFound.of(picture))
    MEDIA.write_bytes(output, picture.pixels.tobytes())


if __name__ == "__main__":
    main()
