"""The reader of burned-in words: `python -m desktop.burned_in.reader FILE`, a child for one file of unknown origin.

Its task comes on its standard input. It confines itself, does one thing, writes what came of it and ends.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.burned_in.marks import MOST_FRAMES_LOOKED_AT, MOST_MARKS, TASKS, WORDS, Ask, Done, Looked, Refused, Task
from desktop.confined.confinement import confine
from desktop.confined.limits import Allowance

if TYPE_CHECKING:
    from typing import BinaryIO

    import numpy as np
    from numpy.typing import NDArray

    from desktop.burned_in.marks import Mark
    from multimodal.picture import Picture

ALLOWANCE = Allowance(memory_bytes=6 << 30, file_bytes=0, cpu_s=300)
"""The models' runtime maps more than it uses."""


def main() -> None:
    """Run as the child process."""
    file = Path(sys.argv[1])
    with confine(ALLOWANCE, readable=[file]) as output:
        task = TASKS.read(Task, json.load(sys.stdin.buffer))
        _answer(file, task, output)


def _answer(file: Path, task: Task, output: BinaryIO) -> None:
    from multimodal.errors import MultimodalError

    try:
        if task.ask is Ask.FIND:
            _find(file, task.frame, output)
        else:
            WORDS.write_note(output, Done(_copy(file, task, output)))
    except MultimodalError as error:
        WORDS.write_note(output, Refused(_one_line(str(error))))
    except MemoryError:
        WORDS.write_note(output, Refused(_one_line(f"{file.name} needs more memory than is allowed.")))
    except NotImplementedError:
        WORDS.write_note(
            output,
            Refused(_one_line(f"{file.name} keeps its pixels in a way that cannot be blacked out. Export it again.")),
        )


def _find(file: Path, frame: int | None, output: BinaryIO) -> None:
    from desktop.burned_in.finder import WordFinder, without_repeats
    from multimodal.image import load_image

    first = load_image(file, frame)
    finder = WordFinder()
    looked_at = _frames_to_look_at(first, frame)
    found: list[Mark] = []
    for number in looked_at:
        picture = first if number == first.frame else load_image(file, number)
        for pixels in _looks(file, picture):
            found += finder.find(pixels)
    for mark in without_repeats(found)[:MOST_MARKS]:
        WORDS.write_note(output, mark)
    WORDS.write_note(output, Looked(first.width_px, first.height_px, first.frames, len(looked_at)))


def _frames_to_look_at(picture: Picture, wish: int | None) -> list[int]:
    """Return the still or the page that is meant; of a DICOM clip some from all of its length."""
    if picture.kind == "photo" or wish is not None:
        return [picture.frame]
    count = min(picture.frames, MOST_FRAMES_LOOKED_AT)
    return sorted({picture.frame, *(part * picture.frames // count for part in range(count))})[:MOST_FRAMES_LOOKED_AT]


def _looks(file: Path, picture: Picture) -> list[NDArray[np.uint8]]:
    """Return the picture as it is shown, and a grey DICOM one over its whole range: a window can hide words."""
    import numpy as np

    looks = [np.asarray(picture.pixels)]
    if picture.window is not None:
        from pydicom.pixels import pixel_array

        from multimodal.dicom import quiet, read_dataset

        with quiet("pydicom"):
            stored = np.asarray(pixel_array(read_dataset(file), index=picture.frame), np.float64)
        span = max(float(stored.max() - stored.min()), 1.0)
        grey = ((stored - stored.min()) * (255 / span)).round().astype(np.uint8)
        looks.append(np.repeat(grey[..., None], 3, axis=-1))
    return looks


def _copy(file: Path, task: Task, output: BinaryIO) -> str:
    """Write the copy; return its ending."""
    from multimodal.dicom import is_dicom
    from multimodal.image import load_image, require_ordinary_file

    require_ordinary_file(file)
    if is_dicom(file):
        WORDS.write_bytes(output, _dicom_copy(file, task, output))
        return "dcm"
    from desktop.burned_in.blackening import as_png

    WORDS.write_bytes(output, as_png(load_image(file, task.frame).pixels, task.marks))
    return "png"


def _dicom_copy(file: Path, task: Task, output: BinaryIO) -> bytes:
    import io

    from desktop.burned_in.marks import Changed
    from desktop.record.deidentify.dates import DateRule
    from desktop.record.deidentify.dicom import DicomOptions, deidentify_dataset
    from desktop.record.deidentify.errors import DAMAGED_DICOM
    from desktop.record.deidentify.words_in_pixels import PixelWords
    from multimodal.dicom import quiet, read_dataset
    from multimodal.errors import InvalidFile, UnreadableFile

    with quiet("pydicom"):
        try:
            dataset = read_dataset(file)
            if task.marks or task.words is not PixelWords.NOT_LOOKED_FOR:
                from desktop.burned_in.blackening import black_out_dicom

                black_out_dicom(dataset, task.marks)
            rule = DateRule.YEAR if task.shift_days is None else DateRule.SHIFT
            options = DicomOptions(bytes.fromhex(task.key_hex), rule, task.shift_days or 0, task.words)
            changes = deidentify_dataset(dataset, options)
            whole = io.BytesIO()
            dataset.save_as(whole, enforce_file_format=True)
        except (InvalidFile, MemoryError, NotImplementedError):
            raise
        except Exception as error:
            # pydicom reports damage through nearly every kind of exception.
            raise UnreadableFile(DAMAGED_DICOM.format(file.name)) from error
    for change in changes:
        texts = (change.path, change.name, change.action, change.original, change.replacement)
        WORDS.write_note(output, Changed(*map(_one_line, texts)))
    return whole.getvalue()


def _one_line(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)[:1000]


if __name__ == "__main__":
    main()
