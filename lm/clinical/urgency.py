"""How soon somebody should be seen, and by whom: rules over facts, each with its reason and the facts that met it.

This supports a doctor's judgement and never replaces it. It names no disease and it knows only what was said: where no
rule is met, nothing is said about the patient being safe.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from lm.clinical.facts import Assertion, Course, Fact, FactKind
from lm.clinical.numbers import quantities_in
from lm.clinical.urgency_rules import RED_FLAGS, SPECIALTIES, Limit, RedFlag

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DISCLAIMER = (
    "These are reminders for a doctor, made by rules from what was said. They are no diagnosis, and "
    "where none is shown "
    "the patient may still be in danger."
)


class Urgency(StrEnum):
    """How soon."""

    IMMEDIATE = "immediate"
    """Now: call for help."""
    SAME_DAY = "same day"
    ROUTINE = "routine"
    """No rule was met."""


@dataclass(frozen=True, slots=True)
class RedFlagMet:
    """A rule that was met."""

    urgency: Urgency
    title: str
    reason: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A specialty that the facts point to."""

    specialty: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Triage:
    """What the rules say; `disclaimer` is shown with it."""

    urgency: Urgency
    warnings: tuple[RedFlagMet, ...]
    suggestions: tuple[Suggestion, ...]
    disclaimer: str = DISCLAIMER


def triage(facts: Sequence[Fact]) -> Triage:
    """Return the warnings, the most urgent first, and the specialties, the one with most facts first."""
    there = [fact for fact in facts if _is_now(fact)]
    warnings = sorted(
        (warning for rule in RED_FLAGS if (warning := _met(rule, there)) is not None),
        key=lambda warning: list(Urgency).index(warning.urgency),
    )
    urgency = warnings[0].urgency if warnings else Urgency.ROUTINE
    return Triage(urgency, tuple(warnings), _suggestions(facts))


def _is_now(fact: Fact) -> bool:
    return fact.assertion is Assertion.PRESENT and fact.course is Course.CURRENT


def _met(rule: RedFlag, there: Sequence[Fact]) -> RedFlagMet | None:
    """Return a warning where every part of a rule is met by some fact, or enough of its limits are."""
    met: list[Fact] = []
    for names in rule.all_of:
        of_part = [fact for fact in there if fact.name in names]
        if not of_part:
            return None
        met.append(of_part[0])
    beyond = [fact for limit in rule.limits for fact in _beyond(limit, there)[:1]]
    if len(beyond) < rule.limits_needed:
        return None
    return RedFlagMet(Urgency(rule.urgency), rule.title, rule.reason, tuple(dict.fromkeys((*met, *beyond))))


def _beyond(limit: Limit, there: Iterable[Fact]) -> list[Fact]:
    return [fact for fact in there if fact.name == limit.name and _is_beyond(limit, fact)]


def _is_beyond(limit: Limit, fact: Fact) -> bool:
    quantities = quantities_in(fact.value)
    if not quantities:
        return False
    value = quantities[0].value
    if limit.name == "temperature" and "°F" in fact.value:
        value = (value - 32) * 5 / 9
    return value >= limit.at_least if limit.at_least is not None else value <= (limit.at_most or 0)


def _suggestions(facts: Sequence[Fact]) -> tuple[Suggestion, ...]:
    asserted = [
        f for f in facts if f.kind is FactKind.PROBLEM and f.assertion in (Assertion.PRESENT, Assertion.POSSIBLE)
    ]
    asserted = [fact for fact in asserted if fact.confidence > 0.5]
    found = []
    for specialty, words in SPECIALTIES.items():
        pattern = re.compile(rf"\b(?:{words})", re.IGNORECASE)
        by_name = {fact.name: fact for fact in reversed(asserted) if pattern.search(fact.name)}
        if by_name:
            found.append(Suggestion(specialty, tuple(sorted(by_name.values(), key=lambda fact: fact.start))))
    return tuple(sorted(found, key=lambda one: -len(one.facts)))
