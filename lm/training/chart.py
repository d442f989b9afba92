"""The loss curve as a picture, drawn from the loss log."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw, ImageFont

from lm.training.files import replace_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_WIDTH, _HEIGHT = 960, 540
_LEFT, _TOP, _RIGHT, _BOTTOM = 72, 48, 932, 486
_INK, _GRID, _PAPER = "#1f2933", "#d9dee5", "#ffffff"
# Blue and orange stay apart for colour-blind readers; the validation curve also has dots.
_TRAINING, _VALIDATION = "#9db7d5", "#c2570c"
_TICKS = 5
_DOT = 3

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps steps and losses to pixels."""

    steps: tuple[float, float]
    losses: tuple[float, float]

    def place(self, point: Point) -> Point:
        """Return the pixel of `(step, loss)`."""
        across = (point[0] - self.steps[0]) / (self.steps[1] - self.steps[0])
        up = (point[1] - self.losses[0]) / (self.losses[1] - self.losses[0])
        return _LEFT + across * (_RIGHT - _LEFT), _BOTTOM - up * (_BOTTOM - _TOP)


def draw_loss_curve(records: Sequence[dict[str, Any]], file: Path) -> None:
    """Write a PNG with the training and the validation loss, in nats per token, over the steps."""
    training = [(float(one["step"]), float(one["loss"])) for one in records if "loss" in one]
    validation = [(float(one["step"]), float(one["validation_loss"])) for one in records if "validation_loss" in one]
    image = _panel("loss, nats per token", training, validation)
    _draw_legend(ImageDraw.Draw(image))
    replace_file(file, lambda partial: image.save(partial, format="PNG"))


def draw_lesson_curves(lessons: Mapping[str, Sequence[Point]], file: Path) -> None:
    """Write a PNG with the loss of each lesson, by its title, over its own steps."""
    panels = [_panel(title, points, []) for title, points in lessons.items()]
    image = Image.new("RGB", (_WIDTH, _HEIGHT * max(1, len(panels))), _PAPER)
    for number, panel in enumerate(panels):
        image.paste(panel, (0, number * _HEIGHT))
    replace_file(file, lambda partial: image.save(partial, format="PNG"))


def _panel(title: str, training: Sequence[Point], validation: Sequence[Point]) -> Image.Image:
    image = Image.new("RGB", (_WIDTH, _HEIGHT), _PAPER)
    draw = ImageDraw.Draw(image)
    scale = _scale([*training, *validation])
    _draw_axes(draw, scale, title)
    _draw_curve(draw, [scale.place(point) for point in training], _TRAINING, dots=False)
    _draw_curve(draw, [scale.place(point) for point in validation], _VALIDATION, dots=True)
    return image


def _scale(points: Sequence[Point]) -> Scale:
    steps = [step for step, _ in points] or [0.0]
    losses = [loss for _, loss in points] or [0.0]
    spacing = _spacing(max(losses) - min(losses))
    low = math.floor(min(losses) / spacing) * spacing
    return Scale(
        steps=(0.0, max(1.0, *steps)),
        losses=(low, max(low + spacing, math.ceil(max(losses) / spacing) * spacing)),
    )


def _spacing(extent: float) -> float:
    """Return a round distance (1, 2 or 5 times a power of ten) that parts `extent` into about five."""
    rough = max(extent, 1e-3) / _TICKS
    power: float = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)


def _draw_axes(draw: ImageDraw.ImageDraw, scale: Scale, title: str) -> None:
    font = ImageFont.load_default(14)
    low, high = scale.losses
    spacing = _spacing(high - low)
    for index in range(round((high - low) / spacing) + 1):
        loss = low + index * spacing
        _, y = scale.place((0.0, loss))
        draw.line([(_LEFT, y), (_RIGHT, y)], fill=_GRID)
        draw.text((_LEFT - 8, y), f"{loss:.4g}", fill=_INK, font=font, anchor="rm")
    last = scale.steps[1]
    spacing = max(1.0, _spacing(last))
    for index in range(int(last / spacing) + 1):
        x, _ = scale.place((index * spacing, low))
        draw.text((x, _BOTTOM + 8), f"{index * spacing:g}", fill=_INK, font=font, anchor="mt")
    draw.line([(_LEFT, _BOTTOM), (_RIGHT, _BOTTOM)], fill=_INK)
    draw.text(((_LEFT + _RIGHT) / 2, _HEIGHT - 8), "step", fill=_INK, font=font, anchor="mb")
    draw.text((_LEFT, 8), title, fill=_INK, font=font, anchor="lt")


def _draw_curve(draw: ImageDraw.ImageDraw, pixels: Sequence[Point], colour: str, *, dots: bool) -> None:
    if len(pixels) > 1:
        draw.line(list(pixels), fill=colour, width=2, joint="curve")
    for x, y in pixels if dots else ():
        draw.ellipse((x - _DOT, y - _DOT, x + _DOT, y + _DOT), fill=colour)


def _draw_legend(draw: ImageDraw.ImageDraw) -> None:
    font = ImageFont.load_default(14)
    draw.text((_RIGHT, 8), "validation", fill=_VALIDATION, font=font, anchor="rt")
    draw.text((_RIGHT - 96, 8), "training", fill="#4d7099", font=font, anchor="rt")
