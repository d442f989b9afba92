"""Vital signs, laboratory values, age and sex in a sentence, in digits or spoken."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from lm.clinical.concentrations import is_concentration, with_whole_unit
from lm.clinical.facts import Fact, FactKind
from lm.clinical.measures import JUDGEMENTS, MEASURES, VITALS, Measure
from lm.clinical.numbers import Quantity, are_joined, quantities_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FAR = 60
"""How many characters may stand between a name and its value."""
_BETWEEN = re.compile(
    r"^[\s:=,.-]*(?:(?:today|is|was|of|are|were|at|about|around|it|it's|currently|came|back|in|here|the|office|to|a|an|up|down|from|"
    r"reading|readings|read|level|levels|count|rate|looks|like|been|has|have|running|showed|shows|shown|last|time|"
    r"still|now|uh|um|just|only|approximately|roughly|over|this|morning|on|room|air|my|your|his|her|see|"
    r"i|that|there|actually|really|usually|normally|so|well|high|low|elevated|normal|value|fraction|little|bit|reduced|slightly|mildly|tiny|too|very|quite|pretty|also|on|side|dropped|rose|fell|increased|decreased|improved|went|running|she|he|we|did|do)\b[\s:=,.-]*)*$",
    re.IGNORECASE,
)
_PATTERNS = tuple((measure, re.compile(rf"\b(?:{measure.said})(?!\w)", re.IGNORECASE)) for measure in MEASURES)
_JUDGED = re.compile(rf"\b(?:{JUDGEMENTS})\b", re.IGNORECASE)
_PAIR = VITALS[0]
_SCORE = re.compile(r"\s*(?:out of\s*(?:ten|10)|/\s*10)\b(?![/.]\d)", re.IGNORECASE)
_AGE = re.compile(r"\s*(?:-|\s)?\s*(?:years?|yrs?|y/?o|months?|weeks?)?[- ]?(?:old|of age|y/?o)\b", re.IGNORECASE)
_ONCE = re.compile(
    r"\b(?:(?:since|when|until|till|before|after|while|as) (?:i|you|he|she|they|we)(?: (?:was|were|turned))?|"
    r"at(?: the)? age(?: of)?)(?: (?:about|around|like|only|just))?\s+$",
    re.IGNORECASE,
)
"""Before an age that somebody once had: "anaemic since I was 13 years old"."""
_AGED = re.compile(r"\b(?:aged?|turned|turning)(?: of| is)?\s+$", re.IGNORECASE)
_SEX = {
    "male": r"males?|man|gentleman|boy|sir|mr",
    "female": r"females?|woman|lady|girl|ma['’]?am|mrs|ms|miss",
}
_SEXES = tuple((sex, re.compile(rf"\b(?:{words})\b", re.IGNORECASE)) for sex, words in _SEX.items())
_FORMS_OF_ADDRESS = re.compile(r"sir|ma['’]?am|mr|mrs|ms|miss", re.IGNORECASE)
_ADULT_WORDS = re.compile(r"male|female", re.IGNORECASE)


def measured_in(sentence: str) -> tuple[Fact, ...]:
    """Return the vital signs and laboratory values of a sentence with their places in it; a name alone counts too."""
    quantities = tuple(with_whole_unit(sentence, quantity) for quantity in quantities_in(sentence))
    found: list[Fact] = []
    used: set[int] = set()
    for measure, name in _names(sentence):
        place = _value_after(sentence, measure, name, quantities)
        if place is None:
            found += _without_number(sentence, measure, name)
            continue
        used.update(place)
        chosen = [quantities[at] for at in place]
        value = _written_value(measure, chosen)
        found.append(_fact(sentence, measure, name.start(), chosen[-1].end, value))
    found += _pairs_alone(sentence, quantities, used)
    return tuple(found + _scores(sentence, quantities, used))


def _names(sentence: str) -> Iterator[tuple[Measure, re.Match[str]]]:
    """Yield what is named, the longest name at a place alone."""
    places = [(measure, found) for measure, pattern in _PATTERNS for found in pattern.finditer(sentence)]
    for measure, found in places:
        if not any(
            o is not found and o.start() <= found.start() and found.end() <= o.end() and len(o[0]) > len(found[0])
            for _, o in places
        ):
            yield measure, found


def _value_after(
    sentence: str, measure: Measure, name: re.Match[str], quantities: Sequence[Quantity]
) -> tuple[int, ...] | None:
    for at, quantity in enumerate(quantities):
        between = sentence[name.end() : quantity.start] if quantity.start >= name.end() else None
        if between is None or len(between) > _FAR or not _BETWEEN.match(between):
            continue
        follows = at + 1 < len(quantities) and are_joined(sentence, quantity, quantities[at + 1])
        if measure.is_pair and not follows:
            continue
        if _is_believed(measure, quantity) and _fits(measure, quantity):
            return (at, at + 1) if measure.is_pair else (at,)
    return None


def _is_believed(measure: Measure, quantity: Quantity) -> bool:
    """Return whether the value can be meant; the bounds are in the measure's own unit, and say nothing of another."""
    unit = _unit(measure, quantity)
    if measure.kind is FactKind.LAB and is_concentration(unit) and unit != measure.unit:
        return measure.high > 0
    return measure.low <= quantity.value <= measure.high


def _unit(measure: Measure, quantity: Quantity) -> str:
    """Return the unit that was said; of ions with one charge a milliequivalent is a millimole."""
    return "mmol/L" if (quantity.unit, measure.unit) == ("mEq/L", "mmol/L") else quantity.unit


def _fits(measure: Measure, quantity: Quantity) -> bool:
    """A dose or a time is no value of anything that is measured in something else."""
    others = {"days", "weeks", "months", "years", "hours", "minutes", "tablets", "puffs", "mg", "mcg", "drops"}
    if measure.name in ("weight", "height"):
        return quantity.unit not in others
    return quantity.unit in ("", measure.unit, "°F", "°C", "%") or quantity.unit not in others | {
        "lb",
        "kg",
        "ft",
        "in",
    }


def _written_value(measure: Measure, chosen: Sequence[Quantity]) -> str:
    if measure.is_pair:
        return f"{chosen[0].value:g}/{chosen[1].value:g} {measure.unit}"
    (quantity,) = chosen
    unit = _unit(measure, quantity) or measure.unit
    if measure.name == "temperature":
        unit = quantity.unit if quantity.unit.startswith("°") else "°F" if quantity.value > 45 else "°C"
    return str(Quantity(quantity.value, unit, 0, 0))


def _without_number(sentence: str, measure: Measure, name: re.Match[str]) -> list[Fact]:
    judged = _JUDGED.search(sentence, name.end(), name.end() + _FAR)
    is_value = judged is not None and _BETWEEN.match(sentence[name.end() : judged.start()]) is not None
    if measure.kind is FactKind.VITAL and not is_value:
        return []
    if judged is not None and is_value:
        return [_fact(sentence, measure, name.start(), judged.end(), judged[0].lower())]
    return [_fact(sentence, measure, name.start(), name.end(), "")]


def _pairs_alone(sentence: str, quantities: Sequence[Quantity], used: set[int]) -> list[Fact]:
    """Read "one sixty over ninety" as a blood pressure also where nobody names it."""
    found = []
    for at, (first, second) in enumerate(pairwise(quantities)):
        is_plausible = 70 <= first.value <= 260 and 30 <= second.value <= 150 and second.value < first.value
        if at not in used and is_plausible and not first.unit and are_joined(sentence, first, second):
            used.update((at, at + 1))
            found.append(_fact(sentence, _PAIR, first.start, second.end, _written_value(_PAIR, (first, second)), 0.8))
    return found


def _scores(sentence: str, quantities: Sequence[Quantity], used: set[int]) -> list[Fact]:
    found = []
    for at, quantity in enumerate(quantities):
        out_of = _SCORE.match(sentence, quantity.end)
        is_in_date = sentence[max(0, quantity.start - 1) : quantity.start] == "/"
        if at not in used and out_of and not is_in_date and quantity.value <= 10 and not quantity.unit:
            text = sentence[quantity.start : out_of.end()]
            value = f"{quantity.value:g}/10"
            found.append(
                Fact(FactKind.VITAL, text, quantity.start, out_of.end(), "pain score", value=value, confidence=0.8)
            )
    return found


def demographics_in(sentence: str, *, asked_age: bool = False) -> tuple[Fact, ...]:
    """Return the age and the sex that a sentence gives somebody; `asked_age` where it answers "how old are you"."""
    found: list[Fact] = []
    for quantity in quantities_in(sentence):
        after = _AGE.match(sentence, quantity.end)
        is_aged = _AGED.search(sentence, 0, quantity.start) is not None
        if (
            quantity.value <= 120
            and not _ONCE.search(sentence, 0, quantity.start)
            and (after or is_aged or asked_age)
            and quantity.unit in ("", "years", "months", "weeks", "days")
        ):
            end = after.end() if after else quantity.end
            value = str(Quantity(quantity.value, quantity.unit or "years", 0, 0))
            text = sentence[quantity.start : end]
            found.append(Fact(FactKind.DEMOGRAPHIC, text, quantity.start, end, "age", value=value))
    return tuple(found + _sex_of(sentence, has_age=bool(found)))


def _sex_of(sentence: str, *, has_age: bool) -> list[Fact]:
    for sex, pattern in reversed(_SEXES):
        for place in pattern.finditer(sentence):
            is_plain = _ADULT_WORDS.fullmatch(place[0]) is not None
            if has_age or is_plain or _FORMS_OF_ADDRESS.fullmatch(place[0]):
                confidence = 1.0 if has_age else 0.8 if is_plain else 0.6
                fact = Fact(
                    FactKind.DEMOGRAPHIC, place[0], place.start(), place.end(), "sex", value=sex, confidence=confidence
                )
                return [fact]
    return []


def _fact(sentence: str, measure: Measure, start: int, end: int, value: str, confidence: float = 1.0) -> Fact:
    return Fact(measure.kind, sentence[start:end], start, end, measure.name, value=value, confidence=confidence)
