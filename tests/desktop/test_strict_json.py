"""The strict reader of dataclasses behind the encounters, the worker's lines and the picture reader's."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.strict_json import DoesNotFit, Limits, StrictJson


class Side(StrEnum):
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Place:
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Note:
    text: str
    side: Side = Side.LEFT


@dataclass(frozen=True, slots=True)
class Picture:
    frame: int | None
    corners: tuple[Place, Place]
    sharp: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    entries: tuple[Note | Picture, ...] = ()


JSON = StrictJson(tags={"note": Note, "picture": Picture})
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
PLACES = st.builds(Place, *[st.floats(allow_nan=False, allow_infinity=False)] * 2)
NOTES = st.builds(Note, TEXT, st.sampled_from(Side))
PICTURES = st.builds(Picture, st.none() | st.integers(), st.tuples(PLACES, PLACES), st.booleans())
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(NOTES | PICTURES, max_size=4).map(tuple))
def test_what_was_written_comes_back(entries: tuple[Note | Picture, ...]) -> None:
    page = Page(entries)
    assert JSON.read(Page, json.loads(json.dumps(JSON.plain(page)))) == page


@given(VALUES)
def test_any_value_is_refused_or_means_the_same(value: Any) -> None:
    try:
        page = JSON.read(Page, value)
    except DoesNotFit:
        return
    assert JSON.plain(page) == ({"entries": []} | value)


@given(st.sampled_from(["frame", "corners", "sharp"]), VALUES)
def test_a_field_of_another_type_is_refused_or_means_the_same(name: str, value: Any) -> None:
    plain = {"frame": 1, "corners": [{"x": 0.0, "y": 0.0}, {"x": 1.0, "y": 1.0}], "sharp": True, name: value}
    try:
        picture = JSON.read(Picture, plain)
    except DoesNotFit:
        return
    assert {"kind": "picture", **plain} == JSON.plain(picture)


@pytest.mark.parametrize(
    ("kind", "value", "why"),
    [
        (Note, None, "Note is missing"),
        (Note, {}, "other fields"),
        (Note, {"text": "a", "more": 1}, "other fields"),
        (Note, {"text": 1}, "a str is missing"),
        (Note, {"text": "\ud83d"}, "half a character"),
        (Note, {"text": "a", "side": "above"}, "a Side is not known"),
        (Note, {"text": "a", "side": ["left"]}, "a Side is not known"),
        (Place, {"x": True, "y": 0}, "a number is missing"),
        (Place, {"x": math.nan, "y": 0}, "not finite"),
        (Place, {"x": math.inf, "y": 0}, "not finite"),
        (Place, {"x": 10**400, "y": 0}, "not finite"),
        (Picture, {"frame": True, "corners": []}, "an int is missing"),
        (Picture, {"frame": 1, "corners": []}, "a list of 2"),
        (Picture, {"frame": 1, "corners": {}}, "a list is missing"),
        (Page, {"entries": [{"kind": "poem"}]}, "no known kind"),
        (Page, {"entries": [{"kind": ["note"]}]}, "no known kind"),
        (Page, {"entries": ["note"]}, "no known kind"),
    ],
)
def test_what_does_not_fit_is_named(kind: type[Any], value: Any, why: str) -> None:
    with pytest.raises(DoesNotFit, match=why):
        JSON.read(kind, value)


@pytest.mark.parametrize(
    ("limits", "kind", "good", "bad"),
    [
        (Limits(largest_int=9), Picture, 9, 10),
        (Limits(largest_int=9), Picture, -9, -10),
        (Limits(most_characters=3), Note, "abc", "abcd"),
        (Limits(printable=True), Note, "abc", "a\nb"),
        (Limits(largest_float=2.0), Place, -2.0, -2.1),
        (Limits(largest_float=2**53), Place, 2**53, 2**53 + 1),
    ],
)
def test_limits_hold_at_their_very_edge(limits: Limits, kind: type[Any], good: Any, bad: Any) -> None:
    strict = StrictJson(limits)
    corner = {"x": 0.0, "y": 0.0}
    field, rest = {
        Picture: ("frame", {"corners": [corner, corner]}),
        Note: ("text", {}),
        Place: ("x", {"y": 0.0}),
    }[kind]
    assert getattr(strict.read(kind, {field: good, **rest}), field) == good
    with pytest.raises(DoesNotFit):
        strict.read(kind, {field: bad, **rest})


def test_a_default_stands_in_unless_every_field_must_be_there() -> None:
    assert JSON.read(Note, {"text": "a"}) == Note("a")
    with pytest.raises(DoesNotFit, match="other fields"):
        StrictJson(Limits(every_field=True)).read(Note, {"text": "a"})
