"""What a training run is told: one table of options for the command line, the TOML file and the checkpoint.

Importing this module loads no torch, so that the command line can describe itself at once.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

from lm.errors import TrainingError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ARCHITECTURES = ("gpt2", "llama")
DEVICES = ("auto", "cpu", "cuda")

_SHAPE = ("architecture", "layers", "heads", "width", "vocabulary")
"""These describe a new decoder; one that is trained further has them already."""
FREE_ON_RESUME = frozenset({"device", "checkpoint_every", "sample_prompt", "sample_tokens", "sample_temperature"})
"""What a resumed run may change without its losses becoming those of another run."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How one option is typed, checked and explained."""

    help: str
    convert: Callable[[Any], Any]
    metavar: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    key: str = ""
    """Its name on the command line and in TOML, where that is a Python keyword or differs otherwise."""
    several: bool = False


def _as_whole(value: Any) -> int:
    if isinstance(value, str):
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("not a whole number")
    return value


def _as_number(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError("not a number")
    return float(value)


def _as_text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _as_path(value: Any) -> Path:
    return Path(value).expanduser()


def _files(explanation: str) -> Setting:
    return Setting(explanation, _as_path, "FILE", several=True)


def _folder(explanation: str, key: str = "") -> Setting:
    return Setting(explanation, _as_path, "FOLDER", key=key)


def _words(explanation: str) -> Setting:
    return Setting(explanation, _as_text, "TEXT")


def _one_of(choices: tuple[str, ...], explanation: str) -> Setting:
    return Setting(explanation, _as_text, choices=choices)


def _whole(low: int, high: int, explanation: str) -> Setting:
    return Setting(explanation, _as_whole, "N", low, high)


def _number(low: float, high: float, explanation: str) -> Setting:
    return Setting(explanation, _as_number, "X", low, high)


_MANY = 100_000_000


@dataclass(frozen=True, slots=True)
class LmTrainingOptions:
    """One run of `bedside train lm`.

    None stands for "as fits": the shape of the decoder in `start_from`, or the defaults named in the help.
    Raises TrainingError for numbers out of range and for options that contradict each other.
    """

    text: Annotated[tuple[Path, ...], _files("text to learn from, in UTF-8; each file is one document")]
    out: Annotated[Path, _folder("folder for the trained decoder, its checkpoints and its loss log")]
    start_from: Annotated[
        Path | None, _folder("go on from the weights in this Hugging Face folder, not from scratch", key="from")
    ] = None
    document_separator: Annotated[
        str, _words("text that parts the documents within a file, such as <|endoftext|> (default: none)")
    ] = ""
    architecture: Annotated[str | None, _one_of(ARCHITECTURES, "kind of a new decoder (default: gpt2)")] = None
    layers: Annotated[int | None, _whole(1, 1_024, "layers of a new decoder (default: 4)")] = None
    heads: Annotated[int | None, _whole(1, 1_024, "attention heads of a new decoder (default: 4)")] = None
    width: Annotated[int | None, _whole(2, 65_536, "features of a new decoder, d_model (default: 256)")] = None
    vocabulary: Annotated[int | None, _whole(258, 2_000_000, "most subwords of a new tokenizer (default: 4096)")] = None
    context: Annotated[
        int | None,
        _whole(2, 1_048_576, "tokens in a training block (default: 256, or the decoder's context up to 1024)"),
    ] = None
    mask_probability: Annotated[
        float, _number(0.0, 0.9, "share of input subwords replaced by a mask token; targets stay (default: {default})")
    ] = 0.0
    steps: Annotated[int, _whole(1, _MANY, "optimizer steps (default: {default})")] = 1_000
    batch: Annotated[int, _whole(1, 65_536, "blocks in a step (default: {default})")] = 16
    learning_rate: Annotated[
        float | None, _number(1e-8, 10.0, "highest learning rate (default: 0.001 from scratch, 0.0001 from weights)")
    ] = None
    warmup: Annotated[
        float, _number(0.0, 1.0, "share of the steps in which the learning rate rises (default: {default})")
    ] = 0.03
    final_share: Annotated[
        float, _number(0.0, 1.0, "learning rate at the end as a share of the highest (default: {default})")
    ] = 0.1
    weight_decay: Annotated[float, _number(0.0, 10.0, "AdamW's decay of the matrices (default: {default})")] = 0.1
    clip: Annotated[float, _number(1e-3, 1e6, "largest gradient norm (default: {default})")] = 1.0
    validation_fraction: Annotated[
        float, _number(0.001, 0.5, "share of each document, its end, that is only measured on (default: {default})")
    ] = 0.1
    validate_every: Annotated[int, _whole(1, _MANY, "steps between validations (default: {default})")] = 50
    checkpoint_every: Annotated[int, _whole(1, _MANY, "steps between checkpoints (default: {default})")] = 200
    sample_prompt: Annotated[
        str | None, _words("let the trained decoder continue this text at the end (default: no sample)")
    ] = None
    sample_tokens: Annotated[int, _whole(1, 1_000_000, "longest sample, in tokens (default: {default})")] = 64
    sample_temperature: Annotated[
        float, _number(0.0, 100.0, "0 samples the likeliest token each time (default: {default})")
    ] = 0.0
    seed: Annotated[
        int, _whole(0, 2**31 - 1, "of the new weights, the order of the blocks and the mask (default: {default})")
    ] = 0
    device: Annotated[str, _one_of(DEVICES, "where to train (default: the GPU if there is one)")] = "auto"

    def __post_init__(self) -> None:
        for name, setting in _SETTINGS.items():
            _check(flag_of(name), setting, getattr(self, name))
        if not self.text:
            raise TrainingError("There is nothing to learn from: name one or more UTF-8 files with --text.")
        self._check_shape()

    def _check_shape(self) -> None:
        if self.start_from is not None:
            given = [flag_of(name) for name in _SHAPE if getattr(self, name) is not None]
            if given:
                raise TrainingError(
                    f"{', '.join(given)} describes a new decoder, but with --from the decoder and its tokenizer "
                    "are there already: leave one of the two away."
                )
            return
        shape = self.new_shape()
        even = 2 if shape.architecture == "llama" else 1
        if shape.width % (even * shape.heads):
            raise TrainingError(
                f"--width {shape.width} cannot be shared by --heads {shape.heads}: "
                f"choose a multiple of {even * shape.heads}."
            )

    def new_shape(self) -> NewShape:
        """Return the shape of a decoder from scratch, defaults filled in."""
        chosen = {name: getattr(self, name) for name in (*_SHAPE, "context")}
        return NewShape(**{name: value for name, value in chosen.items() if value is not None})

    @property
    def peak_learning_rate(self) -> float:
        """The learning rate after warm-up."""
        if self.learning_rate is not None:
            return self.learning_rate
        return 1e-3 if self.start_from is None else 1e-4

    def to_json(self) -> dict[str, Any]:
        """Return the options as JSON values, paths absolute, by their names on the command line."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        absolute = {name: _absolute(value) for name, value in values.items()}
        return {key_of(name): value for name, value in absolute.items() if value is not None}


@dataclass(frozen=True, slots=True)
class NewShape:
    """A decoder to be trained from scratch."""

    architecture: str = "gpt2"
    layers: int = 4
    heads: int = 4
    width: int = 256
    vocabulary: int = 4_096
    context: int = 256


def _absolute(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_absolute(one) for one in value]
    return str(value.absolute()) if isinstance(value, Path) else value


def settings() -> dict[str, Setting]:
    """Return every option by its name on the command line, in order, with its default in the help."""
    defaults = {one.name: one.default for one in fields(LmTrainingOptions)}
    return {
        key_of(name): replace(setting, help=setting.help.format(default=defaults[name]))
        for name, setting in _SETTINGS.items()
    }


def key_of(name: str) -> str:
    """Return the name of a field on the command line and in TOML."""
    return _SETTINGS[name].key or name.replace("_", "-")


def flag_of(name: str) -> str:
    """Return the command-line flag of a field."""
    return f"--{key_of(name)}"


def options_from(given: Mapping[str, Any]) -> LmTrainingOptions:
    """Build the options from values by command-line name. Raises TrainingError for what does not fit."""
    converted = _converted(given)
    if "out" not in converted:
        raise TrainingError("Name a folder for the trained decoder with --out.")
    return LmTrainingOptions(**({"text": ()} | converted))


def resumed_options(stored: Mapping[str, Any], given: Mapping[str, Any]) -> LmTrainingOptions:
    """Return the options of a run that goes on: `stored`, with what of `given` may change.

    Raises TrainingError when another option differs, because the losses would be those of another run.
    """
    before, now = _converted(stored), _converted(given)
    for name, value in now.items():
        if name not in FREE_ON_RESUME and _absolute(value) != _absolute(before.get(name)):
            raise TrainingError(
                f"The run was started with {_shown(name, before.get(name))}, not {_shown(name, value)}. "
                "Nothing was changed; resume without it, or train into another folder."
            )
    return LmTrainingOptions(**(before | {name: now[name] for name in FREE_ON_RESUME if name in now}))


def _shown(name: str, value: Any) -> str:
    if value is None:
        return f"no {flag_of(name)}"
    shown = " ".join(map(str, value)) if isinstance(value, tuple) else value
    return f"{flag_of(name)} {shown}"


def read_config(file: Path) -> dict[str, Any]:
    """Read options from a TOML file; paths in it are relative to its own folder."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingError(f"{file} cannot be read as TOML ({error}). Nothing was started.") from error
    names = _names()
    given = {key.replace("_", "-"): value for key, value in table.items()}
    return {key: _relative_to(file.parent, value, names.get(key)) for key, value in given.items()}


def _relative_to(folder: Path, value: Any, name: str | None) -> Any:
    if name is None or _SETTINGS[name].convert is not _as_path:
        return value
    several = value if isinstance(value, list) else [value]
    placed = [str(folder / Path(one).expanduser()) if isinstance(one, str) else one for one in several]
    return placed if isinstance(value, list) else placed[0]


def _names() -> dict[str, str]:
    return {key_of(name): name for name in _SETTINGS}


def _converted(given: Mapping[str, Any]) -> dict[str, Any]:
    names = _names()
    unknown = sorted(given.keys() - names.keys())
    if unknown:
        raise TrainingError(f"There is no option {unknown[0]!r}; the options are {', '.join(sorted(names))}.")
    return {names[key]: _convert(_SETTINGS[names[key]], key, value) for key, value in given.items()}


def _convert(setting: Setting, key: str, value: Any) -> Any:
    try:
        if not setting.several:
            return setting.convert(value)
        return tuple(setting.convert(one) for one in ([value] if isinstance(value, str | Path) else value))
    except (ValueError, TypeError) as error:
        raise TrainingError(f"--{key} cannot be {value!r} ({error}). Nothing was started.") from error


def _check(flag: str, setting: Setting, value: Any) -> None:
    if value is None:
        return
    if setting.choices and value not in setting.choices:
        raise TrainingError(f"{flag} is {value!r}, expected one of {', '.join(setting.choices)}.")
    # Written so that NaN, which compares false with everything, is refused too.
    if setting.low is not None and setting.high is not None and not setting.low <= value <= setting.high:
        raise TrainingError(f"{flag} is {value}, expected {setting.low:g} to {setting.high:g}.")


def _settings_by_field() -> dict[str, Setting]:
    hints = get_type_hints(LmTrainingOptions, include_extras=True)
    return {name: hint.__metadata__[0] for name, hint in hints.items()}


_SETTINGS = _settings_by_field()
