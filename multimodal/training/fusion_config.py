"""One file that says how adapters are trained: TOML, checked before anything is loaded.

decoder = "smollm2-135m-instruct"
vision = "dinov2-small"                 speech = "whisper-base"; leave out what is not to be taught

[lora]                                  only where the decoder learns too
positions = "pictures"                  at picture tokens alone; "everywhere" where it is left out

[[lesson]]                              in their order
teaches = "picture words"
steps = 120
"""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from lm.errors import TrainingError
from lm.lora import LoraOptions
from lm.low_rank import LoraPositions
from multimodal.training.lesson_options import (
    ConversationOptions,
    LabelPromptsOptions,
    LessonOptions,
    PictureWordsOptions,
    SoundWordsOptions,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Lesson = TypeVar("Lesson", bound=LessonOptions)

LESSONS: dict[str, type[LessonOptions]] = {
    "picture words": PictureWordsOptions,
    "sound words": SoundWordsOptions,
    "label prompts": LabelPromptsOptions,
    "conversations": ConversationOptions,
}
"""What a lesson may teach, as its table in the file says."""
_ABOVE_ZERO = frozenset(
    {"batch", "distillation_batch", "temperature", "rank", "image_hidden", "audio_hidden", "checkpoint_every"}
)
"""Numbers that others are divided by, or sizes."""


@dataclass(frozen=True, slots=True)
class FusionConfig:
    """One training run. Raises TrainingError for lessons that do not fit what is there to teach."""

    lessons: tuple[LessonOptions, ...]
    decoder: str
    vision: str = ""
    """The picture encoder; none where empty."""
    speech: str = ""
    image_hidden: int = 1152
    audio_hidden: int = 512
    clips: int = 2400
    """Heard in training: the first of the training clips, in their order of chance."""
    checkpoint_every: int = 50
    seed: int = 0
    lora: LoraOptions | None = None

    def __post_init__(self) -> None:
        for lesson in self.lessons:
            self._check(lesson)
        if not self.lessons:
            raise TrainingError("There is no [[lesson]] in the configuration, so there is nothing to train.")

    def _check(self, lesson: LessonOptions) -> None:
        talk = lesson if isinstance(lesson, ConversationOptions) else None
        sees = talk.pictures > 0 if talk else isinstance(lesson, PictureWordsOptions | LabelPromptsOptions)
        hears = talk.sounds > 0 if talk else isinstance(lesson, SoundWordsOptions)
        adapts = talk is not None and talk.decoder_pace > 0
        needs = (("vision", sees, self.vision), ("speech", hears, self.speech), ("[lora]", adapts, self.lora))
        for name, needed, there in needs:
            if needed and not there:
                raise TrainingError(f"A lesson needs {name}, and the configuration has none. Nothing was started.")

    def described(self) -> dict[str, Any]:
        """Return the configuration as JSON values: what a resumed run must have been started with."""
        names = {kind: name for name, kind in LESSONS.items()}
        lessons = [{"teaches": names[type(lesson)]} | asdict(lesson) for lesson in self.lessons]
        described = asdict(replace(self, checkpoint_every=0))
        described.pop("checkpoint_every")
        return described | {"lessons": lessons}

    def find(self, kind: type[Lesson]) -> Lesson | None:
        """Return the first lesson of a kind, None where there is none."""
        return next((lesson for lesson in self.lessons if isinstance(lesson, kind)), None)


def read_fusion_config(file: Path) -> FusionConfig:
    """Read a configuration. Raises TrainingError naming what is wrong with it."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingError(f"{file} cannot be read as TOML ({error}). Nothing was started.") from error
    lessons = table.pop("lesson", [])
    lora = table.pop("lora", None)
    if not isinstance(lessons, list) or "decoder" not in table:
        raise TrainingError(f"{file.name} must name a decoder and the lessons, each as [[lesson]].")
    if not isinstance(lora, dict | None):
        raise TrainingError(f"[lora] must be a table in {file.name}, with rank, alpha and dropout.")
    values = _values(FusionConfig, table, file.name)
    return FusionConfig(
        lessons=tuple(_lesson(lesson, file.name) for lesson in lessons),
        lora=None if lora is None else LoraOptions(**_values(LoraOptions, lora, "[lora]")),
        **values,
    )


def _lesson(table: Mapping[str, Any], file: str) -> LessonOptions:
    kind = LESSONS.get(str(table.get("teaches")))
    if kind is None:
        raise TrainingError(f"A lesson in {file} must say what it teaches: one of {', '.join(LESSONS)}.")
    given = {key: value for key, value in table.items() if key != "teaches"}
    return kind(**_values(kind, given, f"[[lesson]] {table['teaches']}"))


def _values(options: type[Any], table: Mapping[str, Any], place: str) -> dict[str, Any]:
    """Return the values of a table by field name, numbers checked against the field's type."""
    hints = get_type_hints(options)
    kinds = {int, float, str, LoraPositions}
    known = {one.name.replace("_", "-"): one.name for one in fields(options) if hints[one.name] in kinds}
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            raise TrainingError(f"{place} has no {key!r}; it has {', '.join(known)}.")
        expected = hints[known[key]]
        if expected is LoraPositions:
            values[known[key]] = _positions(value, place)
            continue
        number = float(value) if expected is float and type(value) is int else value
        above = known[key] in _ABOVE_ZERO
        if type(number) is not expected or (expected is not str and (number < 0 or (above and number == 0))):
            least = "above 0" if above else "of 0 or more"
            raise TrainingError(f"{place}: {key} cannot be {value!r}, expected a {expected.__name__} {least}.")
        values[known[key]] = number
    return values


def _positions(value: object, place: str) -> LoraPositions:
    try:
        return LoraPositions(value)  # type: ignore[arg-type] # anything that TOML can hold is tried
    except ValueError as error:
        raise TrainingError(f"{place}: positions are one of {', '.join(LoraPositions)}, not {value!r}.") from error
