"""Dates in text: found as they are written, reduced to their year or moved by days, and ages over 89 aggregated.

Safe Harbor lets nothing of a date stay but its year, and not even that where it tells an age over 89
(45 CFR 164.514(b)(2)(i)(C)). Moved dates keep their intervals; they are not what Safe Harbor asks for.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from desktop.record.deidentify.kinds import Kind
from desktop.record.deidentify.replacing import placeholder

if TYPE_CHECKING:
    from collections.abc import Iterator

OLDEST_YEARS = 89
"""Ages up to this one may stay."""


class DateRule(StrEnum):
    """What becomes of a date."""

    YEAR = "year"
    SHIFT = "shift"


@dataclass(frozen=True, slots=True)
class Dating:
    """How dates are treated in one text."""

    rule: DateRule
    today: date
    """Ages are reckoned up to this day."""
    shift_days: int = 0
    day_first: bool = False
    """Whether 03/04/2019 is the third of April."""

    def kept(self, year: int | None, month: int | None, day: int | None) -> str:
        """Return what stands in the place of a date that was written with these parts."""
        if year is None or year < self.today.year - OLDEST_YEARS:
            return placeholder(Kind.DATE)
        moved = self._moved(year, month, day) if self.rule is DateRule.SHIFT else None
        return placeholder(Kind.DATE, moved or f"{year:04}")

    def _moved(self, year: int, month: int | None, day: int | None) -> str | None:
        try:
            moved = date(year, month or 0, day or 0) + timedelta(self.shift_days)
        except (ValueError, OverflowError):
            return None  # no whole date: only its year stays
        return moved.isoformat()


_MONTH_NAMES = (
    r"january|enero|jan|ene|february|febrero|feb|march|marzo|mar|april|abril|apr|abr|may|mayo|june|junio|jun|july|"
    r"julio|"
    r"jul|august|agosto|aug|ago|september|septiembre|setiembre|sept|sep|october|octubre|oct|november|noviembre|nov|"
    r"december|diciembre|dec|dic"
)
_MONTH_STARTS = ("jan ene", "feb", "mar", "apr abr", "may", "jun", "jul", "aug ago", "sep set", "oct", "nov", "dec dic")
_MONTH_NUMBERS = {start: number for number, starts in enumerate(_MONTH_STARTS, 1) for start in starts.split()}
_ORDINALS = (
    "thirty[ -]first|thirtieth|twenty[ -](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|twentieth|"
    "nineteenth|eighteenth|seventeenth|sixteenth|fifteenth|fourteenth|thirteenth|twelfth|eleventh|tenth|ninth|eighth|"
    "seventh|sixth|fifth|fourth|third|second|first"
)
_Y, _D, _M = r"(?:1[89]|20)\d\d", r"(?:3[01]|[12]\d|0?[1-9])", r"(?:1[0-2]|0?[1-9])"
_TIME = r"(?:T\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
_FORMS = (
    rf"(?<![\d/.-])(?P<y>{_Y})(?P<s>[-/.])(?P<m>{_M})(?P=s)(?P<d>{_D}){_TIME}(?!\d|[-/]\d)",
    rf"(?<![\d/.-])(?P<a>{_D})(?P<s>[-/.] ?)(?P<b>{_D})(?P=s)(?P<y>{_Y}|\d\d)(?!\d|[-/.]\d)",
    rf"(?<!\d)(?P<y>{_Y})(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?!\d)",
    # 14 March 2019, the 14th of March, 14-Mar-19, 14 de marzo de 2019
    rf"\b(?P<d>{_D})(?:st|nd|rd|th|º)?[ -]?(?:day )?(?:of |de )?(?P<n>{_MONTH_NAMES})\b\.?"
    rf"(?:,? ?(?:de |del )?-?(?P<y>{_Y})\b|-(?P<short>\d\d)\b)?",
    # March 14, 2019; Mar 14th
    rf"\b(?P<n>{_MONTH_NAMES})\b\.?[ -](?:the )?(?P<d>{_D})(?:st|nd|rd|th)?\b(?![:.]\d)(?:,?[ -]+(?P<y>{_Y})\b)?",
    # March fourteenth, the fourteenth of March
    rf"\b(?:the )?(?:{_ORDINALS}) (?:day )?of (?P<n>{_MONTH_NAMES})\b(?:,? (?P<y>{_Y})\b)?",
    rf"\b(?P<n>{_MONTH_NAMES}) (?:the )?(?:{_ORDINALS})\b(?:,? (?P<y>{_Y})\b)?",
    # March 2019, 03/2019
    rf"\b(?P<n>{_MONTH_NAMES})\b\.?,?(?: of| del?)?[ -](?P<y>{_Y})\b",
    rf"(?<![\d/.-])(?P<m>{_M})[/-](?P<y>{_Y})(?![\d/])",
    # on 3/14
    rf"(?:(?<=\bon )|(?<=\bsince )|(?<=\buntil )|(?<=\bdated )|(?<=\bfrom )|(?<=\bby "
    rf"))(?P<m>{_M})/(?P<d>{_D})(?![\d/%])",
    # Marked as a date, in whatever form.
    rf"(?:\bDOB|\bdate of birth|\bD\.O\.B\.)\s*[:#-]?\s*(?P<x>{_Y})\b",
)
_DATES = tuple(re.compile(form, re.IGNORECASE) for form in _FORMS)
_WEEKDAY = re.compile(r"\b(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs?)?|Fri|Sat(?:ur)?|Sun)(?:day)?\.?,? \Z", re.IGNORECASE)
_MONTHS_ALONE = re.compile(
    r"\b(?:January|February|April|June|July|August|September|October|November|December)\b"
    r"|(?:(?<=[a-z,(/-] )|(?<=[(/-]))(?:March|May)\b"
)
_HOLIDAYS = re.compile(
    r"\b(?:Christmas(?: Eve| Day)?|Thanksgiving|Easter(?: Sunday)?|Halloween|New Year['’]?s(?: Eve| Day)?|Labor Day|"
    r"Memorial Day|Independence Day|(?:the )?(?:Fourth|4th) of July|Valentine['’]?s Day|Mother['’]?s Day|"
    r"Father['’]?s Day|Veterans Day|Columbus Day|Presidents['’]? Day)\b"
)
_OLD_YEAR = re.compile(
    r"(?:(?<=\bborn in )|(?<=\bbirth year )|(?<=\bborn )|(?<=\bsince )|(?<=\bin ))(?P<y>1[89]\d\d)\b(?! ?(?:m[lg]|"
    r"kcal|cal))"
)
_NINETIES = r"nine(?:ty|tieth)(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?|(?:one|a) hundred(?: and \w+)?"
_OVER_89 = r"(?:9\d|1[0-2]\d)"
_AGES = re.compile(
    rf"\b(?P<x>{_OVER_89}|{_NINETIES})(?= ?-? ?(?:years?|yrs?)[ -]*(?:old|of age)\b| ?-?(?:y[/.]?o\b|y\.o\.|años\b))"
    rf"|\b(?:aged?|edad)(?: of|:)? (?P<z>{_OVER_89}|{_NINETIES})(?! ?(?:%|mg|days?|weeks?|months?|hours?))\b"
    rf"|\b(?P<w>{_OVER_89})(?= ?(?:F|M|female|male|woman|man|lady|gentleman)\b)",
    re.IGNORECASE,
)


def shift_for(key: bytes, record: str) -> int:
    """Return by how many days the dates of one record move, -1 to -365: always the same, known only with the key."""
    digest = hmac.digest(key, b"date shift " + record.encode(), hashlib.sha256)
    return -1 - int.from_bytes(digest[:8], "big") % 365


Found = tuple[int, int, str]
"""Start, end, and what stands there afterwards."""


def find_dates(text: str, dating: Dating) -> Iterator[Found]:
    """Yield every date, with what stands in its place."""
    for form in _DATES:
        for match in form.finditer(text):
            parts = match.groupdict()
            start, end = match.span("x") if parts.get("x") else match.span()
            before = _WEEKDAY.search(text, max(0, start - 12), start)  # beside a year it leaves 52 days
            yield before.start() if before else start, end, dating.kept(*_parts(parts, dating))


def find_months_and_holidays(text: str, _dating: Dating) -> Iterator[Found]:
    """Yield months and holidays that stand alone, and years that tell an age over 89."""
    for pattern in (_MONTHS_ALONE, _HOLIDAYS):
        for match in pattern.finditer(text):
            yield *match.span(), placeholder(Kind.DATE)
    for match in _OLD_YEAR.finditer(text):
        if int(match["y"]) < _dating.today.year - OLDEST_YEARS:
            yield *match.span("y"), placeholder(Kind.DATE)


def find_ages(text: str, _dating: Dating) -> Iterator[Found]:
    """Yield ages over 89."""
    for match in _AGES.finditer(text):
        group = next(name for name in "xzw" if match[name])
        yield *match.span(group), placeholder(Kind.AGE, "90+")


def day_comes_first(text: str, otherwise: bool = False) -> bool:
    """Return whether dates in numbers begin with the day, by those that can be read in one way only."""
    votes = [(int(match["a"]) > 12) - (int(match["b"]) > 12) for match in _DATES[1].finditer(text)]
    return sum(votes) > 0 if any(votes) else otherwise


def _parts(parts: dict[str, str | None], dating: Dating) -> tuple[int | None, int | None, int | None]:
    year = _year(parts.get("y") or parts.get("short") or parts.get("x"), dating.today)
    if (first := parts.get("a")) and (second := parts.get("b")):
        month, day = (int(second), int(first)) if dating.day_first else (int(first), int(second))
        return (year, day, month) if month > 12 >= day else (year, month, day)
    name, number = parts.get("n"), parts.get("m")
    named = _MONTH_NUMBERS[name[:3].lower()] if name else int(number) if number else None
    written = parts.get("d")
    return year, named, int(written) if written else None


def _year(written: str | None, today: date) -> int | None:
    if not written:
        return None
    year = int(written)
    if len(written) == 2:
        year += 2000 if year <= today.year % 100 else 1900
    return year
