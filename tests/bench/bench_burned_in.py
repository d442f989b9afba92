"""How many words burned into pictures are found, and how much of untouched pictures is taken for words.

`make bench-deid` prints it. Identifiers of our own are drawn into open pictures (BEDSIDE_DATA names them), one line
each, in several fonts, sizes and contrasts; one counts as found where at least nine tenths of its rectangle lie in
marks. The same pictures untouched tell what is marked needlessly; ultrasound and radiology slides carry real words, so
for those it is no error rate. Intervals are Wilson's, 95 %. That large letters are no words was learned from an earlier
draw of these pictures; the draw was changed since.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from desktop.burned_in.finder import WordFinder
from tests.bench.bench_deid import wilson

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from desktop.burned_in.marks import Mark

PICTURES = 15
"""Of each source."""
COVERED = 0.9
LEAST_SIDE_PX = 200
_FONTS = ("DejaVuSans.ttf", "DejaVuSansMono.ttf", "DejaVuSerif-Bold.ttf", "")
"""The last is the one that Pillow ships; others are left out where the system has none of them."""
_SIZES = (10, 14, 20, 32)
_COLOURS = {"white": (255, 255, 255), "grey": (150, 150, 150), "yellow": (250, 230, 60), "black on white": (0, 0, 0)}
_LINES = ("OKAFOR, Ngozi", "MRN 4482913", "DOB 03/14/1961", "St. Mary Hospital", "Dr. A. Weber 07/22/2019")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line of words in a picture."""

    size: int
    colour: str
    box: tuple[int, int, int, int]


def main() -> int:
    """Measure and print, what is found least first."""
    folder = Path(os.environ.get("BEDSIDE_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
    if not (folder / "images.jsonl").is_file():
        sys.stdout.write(f"The open data is not at {folder}: set BEDSIDE_DATA.\n")
        return 0
    chance, finder = random.Random(20261129), WordFinder()
    found: dict[str, list[bool]] = defaultdict(list)
    began = time.perf_counter()
    untouched = []
    for source, files in _pictures(folder).items():
        seen = [_measured(finder, file, chance, found) for file in chance.sample(files, min(PICTURES, len(files)))]
        untouched.append((source, seen))
    looks = 2 * sum(len(seen) for _, seen in untouched)
    sys.stdout.write(f"Words burned into pictures, {(time.perf_counter() - began) / looks:.1f} s a picture\n  recall\n")
    sys.stdout.write("".join(f"{line}\n" for line in sorted(_recall_lines(found))))
    sys.stdout.write("  untouched pictures\n" + "".join(f"{line}\n" for line in _untouched_lines(untouched)))
    return 0


def _pictures(folder: Path) -> dict[str, list[Path]]:
    """Return the pictures of the dev split by source; of sources without one, those that end the list."""
    rows = [json.loads(line) for line in (folder / "images.jsonl").read_text(encoding="utf-8").splitlines()]
    files: dict[str, list[Path]] = defaultdict(list)
    for row in rows:
        if row["split"] != "train" or row["source"] != "vqa-rad":
            files[row["source"]].append(folder / row["path"])
    return {source: sorted({file for file in some if file.is_file()})[-200:] for source, some in files.items()}


def _measured(finder: WordFinder, file: Path, chance: random.Random, found: dict[str, list[bool]]) -> tuple[int, float]:
    """Look for one line that was drawn; return how many marks the untouched picture gets, and the share they cover."""
    with Image.open(file) as opened:
        picture = opened.convert("RGB")
    if min(picture.size) < LEAST_SIDE_PX:
        picture = picture.resize((2 * picture.width, 2 * picture.height))
    before = _covered(finder.find(np.asarray(picture)), picture.size)
    drawn = _draw(picture, chance)
    after = _covered(finder.find(np.asarray(picture)), picture.size)[1]
    left, top, right, bottom = drawn.box
    is_found = bool(after[top:bottom, left:right].mean() >= COVERED)
    for group in ("all", f"{drawn.size} px", drawn.colour):
        found[group].append(is_found)
    return before[0], float(before[1].mean())


def _covered(marks: Sequence[Mark], size: tuple[int, int]) -> tuple[int, NDArray[np.bool_]]:
    mask = np.zeros((size[1], size[0]), bool)
    for mark in marks:
        mask[mark.top : mark.bottom, mark.left : mark.right] = True
    return len(marks), mask


def _draw(picture: Image.Image, chance: random.Random) -> Drawn:
    """Draw one line somewhere into a picture, in place."""
    size, colour = chance.choice(_SIZES), chance.choice(list(_COLOURS))
    font, words = _font(chance, size), chance.choice(_LINES)
    pen = ImageDraw.Draw(picture)
    left, top, right, bottom = pen.textbbox((0, 0), words, font=font)
    x = chance.randrange(max(1, picture.width - int(right)))
    y = chance.randrange(max(1, picture.height - int(bottom)))
    box = (int(x + left), int(y + top), int(min(x + right, picture.width)), int(min(y + bottom, picture.height)))
    if colour == "black on white":
        pen.rectangle((box[0] - 3, box[1] - 3, box[2] + 3, box[3] + 3), fill=(255, 255, 255))
    pen.text((x, y), words, fill=_COLOURS[colour], font=font)
    return Drawn(size, colour, box)


def _font(chance: random.Random, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    name = chance.choice(_FONTS)
    try:
        return ImageFont.truetype(name, size) if name else ImageFont.load_default(size)
    except OSError:
        return ImageFont.load_default(size)


def _recall_lines(found: dict[str, list[bool]]) -> Iterable[str]:
    for group, outcomes in found.items():
        low, high = wilson(sum(outcomes), len(outcomes))
        share = sum(outcomes) / len(outcomes)
        yield f"    {share:.3f} [{low:.3f}, {high:.3f}] {sum(outcomes):4} of {len(outcomes):<4} {group}"


def _untouched_lines(untouched: list[tuple[str, list[tuple[int, float]]]]) -> Iterable[str]:
    for source, seen in untouched:
        marks, share = sum(count for count, _ in seen) / len(seen), sum(part for _, part in seen) / len(seen)
        most = max(part for _, part in seen)
        yield f"    {source}: {marks:.1f} marks a picture, {share:.1%} of it (at most {most:.1%}), n = {len(seen)}"


if __name__ == "__main__":
    sys.exit(main())
