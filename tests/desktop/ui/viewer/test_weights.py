from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

from desktop.ui import theme
from desktop.ui.viewer.geometry import Placement
from desktop.ui.viewer.orientation import UNTURNED, Orientation
from desktop.ui.viewer.weights import STRONGEST, draw_weights, weights_image
from desktop.worker.known import PictureWeights

WHOLE = (0.0, 0.0, 1.0, 1.0)


def one(row: int, column: int) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(1.0 if (y, x) == (row, column) else 0.0 for x in range(8)) for y in range(8))


def drawn(weights: PictureWeights, place: Placement) -> QImage:
    canvas = QImage(round(place.view_width), round(place.view_height), QImage.Format.Format_RGB32)
    canvas.fill(Qt.GlobalColor.black)
    painter = QPainter(canvas)
    draw_weights(painter, place, weights)
    painter.end()
    return canvas


def red(image: QImage, point: tuple[float, float]) -> int:
    return image.pixelColor(int(point[0]), int(point[1])).red()


@pytest.mark.parametrize("orientation", [UNTURNED, Orientation(turns=1), Orientation(turns=2, flipped=True)])
@pytest.mark.parametrize("magnification", [1.0, 1.7])
def test_a_weight_lies_on_its_place_however_the_picture_is_turned(
    orientation: Orientation, magnification: float
) -> None:
    place = Placement(320, 160, 400, 400, orientation=orientation, magnification=magnification)
    # The encoder's square around a picture twice as wide as high: half of it is padding above and below.
    image = drawn(PictureWeights("Image 1", one(3, 5), (0.0, -0.5, 1.0, 1.5), WHOLE), place)
    here = place.to_view((320 * 5.5 / 8, (3.5 / 8 * 2 - 0.5) * 160))
    assert red(image, here) > 0.8 * STRONGEST * theme.tokens().viewer_weight.red()
    assert red(image, place.to_view((320 * 2.5 / 8, 20))) == 0


def test_nothing_is_laid_outside_the_part_that_was_asked_about() -> None:
    place = Placement(200, 200, 200, 200)
    full = tuple(tuple(1.0 for _ in range(8)) for _ in range(8))
    image = drawn(PictureWeights("Image 1", full, (0.0, 0.0, 1.0, 1.0), (0.5, 0.25, 0.75, 0.5)), place)
    assert red(image, (120, 70)) > 100
    for outside in ((90, 70), (160, 70), (120, 40), (120, 110)):
        assert red(image, outside) == 0


def test_weights_beyond_their_range_do_no_harm() -> None:
    image = weights_image(PictureWeights("Image 1", ((-1.0, 9.0),), WHOLE, WHOLE))
    assert image.pixelColor(0, 0).alpha() == 0
    assert image.pixelColor(1, 0).alphaF() == pytest.approx(STRONGEST, abs=0.01)
