"""A consultation's events as JSON objects, one a line, for scripts."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from multimodal.consultation import Answered, AnswerText, Heard, LookedUp, Notice, Saw
from multimodal.explain import Explaining, Explanation

if TYPE_CHECKING:
    from multimodal.consultation import Event

_NAMES = {
    Notice: "notice",
    Heard: "heard",
    Saw: "saw",
    LookedUp: "looked_up",
    AnswerText: "answer_text",
    Answered: "answered",
    Explaining: "explaining",
    Explanation: "explanation",
}


def event_json(event: Event) -> str:
    """Return the event as one line of JSON; the key `event` names it, all other keys are the event's own."""
    return json.dumps({"event": _NAMES[type(event)], **_fields(event)}, ensure_ascii=False)


def _fields(event: Event) -> dict[str, Any]:
    if not isinstance(event, Saw):
        return asdict(event)
    picture = event.picture
    return {
        "label": event.label,
        "fused_tokens": event.fused_tokens,
        "description": picture.description,
        "width_px": picture.width_px,
        "height_px": picture.height_px,
        "frame": picture.frame,
        "frames": picture.frames,
        "time_s": picture.time_s,
    }
