"""The table of rules: what is looked for in a text, each row under its letter of 45 CFR 164.514(b)(2)(i).

A pattern replaces its group `x` where it has one, else all that it finds. Rules of names are in `names.py`, of dates in
`dates.py`. What two rules find in one place goes under the longer finding's kind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.record.deidentify.kinds import Kind
from desktop.record.deidentify.replacing import placeholder
from desktop.record.deidentify.vocabulary import STATE_CODES, STATES

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: the identifier's letter and kind, what it is called, and how it is written."""

    letter: str
    kind: Kind
    name: str
    pattern: str
    case: bool = False
    """Whether capitals count."""


_JOIN = r"(?:\s*(?:number|num|no|nr|n\.?º|id|code)\b\.?)?\s*(?:[:#=-]+|is\b|are\b|was\b|of\b)*\s*[:#]?\s*"
"""What stands between a label and its value."""


def _value(digits: int) -> str:
    """Return the pattern of an identifier: capitals and digits in groups, with at least so many digits."""
    return (
        rf"(?P<x>(?=(?:[^\d\n]{{0,6}}\d){{{digits}}})(?-i:(?:[A-Z]{{1,6}}[-./ #]?)?[A-Z]*\d[A-Z0-9]*"
        r"(?:[-./][A-Z0-9]+|[ ]\d{2,}\b)*))"
    )


_STREETS = (
    r"street|st|avenue|ave|av|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|place|pl|way|terrace|ter|circle|cir|"
    r"highway|hwy|parkway|pkwy|square|sq|trail|trl|crescent|close|grove|alley|plaza|loop|row|run|path|"
    r"turnpike|pike|mews"
)
_CAPITALISED = r"[A-Z][\w'’.-]*"
_UNIT = r"(?:,?\s+(?:apt|apartment|suite|ste|unit|floor|fl|room|rm|#|bldg|building)\b\.?\s*#?\s*\w{1,6})?"
_NANP = r"(?:\+?1[-. ]?)?(?:\(\d{3}\)[-. ]?|\d{3}[-. /])\d{3}[-. ]\d{4}(?:\s*(?:x|ext\.?|extension)\s*\d{1,6})?"
_ABROAD = r"(?:\+|\b00)\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,6}"
_DIGITS = r"\+?\(?\d[\d() .-]{4,18}\d"
_DIGIT_WORDS = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)"
_TOP = (
    r"(?:com|org|net|edu|gov|mil|int|info|biz|health|io|me|us|uk|co|ca|de|fr|es|it|nl|eu|au|nz|in|cn|jp|br|mx|ch|at|be|"
    r"se|no|dk|fi|pl|pt|ie|hu|cz|ru|si|app|dev)"
)
_STATE = rf"(?:(?:{STATES})\b|(?:{STATE_CODES})\b)"

RULES = (
    Rule(
        "A",
        Kind.ORGANISATION,
        "a hospital, a practice, a firm",
        rf"(?P<x>(?:{_CAPITALISED}[ \t]+(?:(?:of|and|&|the|for)[ \t]+)?){{1,5}}(?:Hospital|Clinic|Medical "
        rf"Center|Medical Centre|"
        r"Health Center|Healthcare|Health System|Care Center|Nursing Home|Hospice|Infirmary|Pharmacy|"
        r"University|College|"
        r"High School|Elementary|Academy|Church|Inc|LLC|Ltd|Corp|Corporation|Company|Associates|Industries|Partners|"
        r"Bank|Group)\b)",
        case=True,
    ),
    Rule(
        "A",
        Kind.ORGANISATION,
        "a hospital in Spanish",
        r"\b(?:Hospital|Complejo Hospitalario|Cl[ií]nica|Centro de Salud|Fundaci[oó]n|Universidad)"
        r"(?:[ \t]+(?:de|del|la|las|los|el|y|i)\b)*(?:[ \t]+(?:General|Universitari[oa]?|Regional|"
        r"Cl[ií]nic[oa]?|Infanta|Virgen|San|Santa|Nuestra|"
        r"Provincial|Nacional|Central|Comarcal|Doctor|Dr\.|de|del)\b)(?:[ \t]+(?:de|del|la|las|los|el|y)\b|[ "
        r"\t]+[A-ZÁÉÍÓÚÑ][\w'’-]+|[ \t]+\d{1,2}\b)*",
        case=True,
    ),
    Rule(
        "B",
        Kind.ADDRESS,
        "a house number and a street",
        rf"\b\d{{1,6}}[A-Z]?(?:-\d+)?,?\s+(?:[NSEW]\.?[EW]?\.?\s+|(?:North|South|East|West)\s+)?"
        rf"(?:(?:[A-Z][\w'’.-]*|\d{{1,3}}(?:st|nd|rd|th))\s+){{1,4}}(?i:{_STREETS})\b\.?"
        rf"(?:\s+(?:[NSEW][EW]?|North|South|East|West)\b)?(?i:{_UNIT})",
        case=True,
    ),
    Rule(
        "B",
        Kind.ADDRESS,
        "a street by name",
        rf"\b(?:[A-Z][\w'’-]+\s+){{1,3}}(?:{_STREETS.title()})\b(?=\s*,|\s+\d)",
        case=True,
    ),
    Rule("B", Kind.ADDRESS, "a post office box", r"\b(?:P\.?\s?O\.?|post office)\s+box\s+(?:number |no\.? )?\d+\w*"),
    Rule("B", Kind.ADDRESS, "a flat, a suite", r"\b(?:apt|apartment|suite|ste|flat)\b\.?\s*#?\s*\d+\w{0,2}\b"),
    Rule(
        "B",
        Kind.ADDRESS,
        "a street abroad",
        r"\b(?:calle\b|c/|av(?:da|enida)?\b\.?|plaza|paseo\b|ctra\.?|carretera|camino|rue\b|via\b|rua\b|ul\.)"
        r"\s*(?:d[eoa]l?s?\s+|la\s+|las\s+|los\s+)*"
        r"[^\W\d_][\w'’.-]*(?:\s+[^\W\d_][\w'’.-]*){0,4},?\s*(?:n[ºo°.]*\s*)?(?:\d+[\w-]*|s/n)"
        r"(?:,?\s*\d+\s?º?\s?[A-Za-z]{0,5}\b)?",
    ),
    Rule(
        "B",
        Kind.ADDRESS,
        "what is marked as an address",
        r"\b(?:home |mailing |street )?(?:address|domicilio|dirección)\s*:\s*(?P<x>[^\n;]{4,90}?)"
        r"(?=\s*\.?\s*(?:\n|;|$|\w+(?:/ ?\w+)?:)|\.\s{1,2}[A-Z][a-z]+ [a-z])",
    ),
    Rule(
        "B",
        Kind.PLACE,
        "a city before a state",
        rf"\b(?P<x>[A-Z][\w’'.]*[a-z](?:[\s-]+(?:(?:by|the|of|de|du|la)[\s-]+)*[A-Z][\w'’.]+){{0,3}})\s*,\s*{_STATE}",
        case=True,
    ),
    Rule(
        "B",
        Kind.PLACE,
        "a county",
        r"\b(?P<x>[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+){0,2}\s+(?:County|Parish|Township|Borough))\b",
        case=True,
    ),
    Rule(
        "B",
        Kind.PLACE,
        "a province, a town by its label",
        r"\b(?:localidad(?:\s*/\s*provincia)?|provincia|municipio|town|city|hometown)\s*:\s*(?P<x>[^\n.,;]{2,40})",
    ),
    Rule(
        "B", Kind.PLACE, "coordinates", r"(?<![\d.])-?\d{1,3}\.\d{3,}\s*°?\s*[NS]?\s*,\s*-?\d{1,3}\.\d{3,}\s*°?\s*[EW]?"
    ),
    Rule("B", Kind.ZIP, "a ZIP code after a state", rf"\b{_STATE}\.?,?\s+(?P<x>\d{{5}}(?:-\d{{4}})?)\b", case=True),
    Rule(
        "B",
        Kind.ZIP,
        "a postal code by its label",
        r"\b(?:zip(?:\s*code)?|postal code|post ?code|c\.?p\.?)\s*(?:[:#]|is\b)?\s*(?P<x>\d{4,5}(?:-\d{4})?)\b",
    ),
    Rule(
        "B",
        Kind.ZIP,
        "a postal code before a city",
        r"(?:(?<=[,.-] )|(?<=s/n ))(?P<x>\d{5})(?=,? (?!Units|Unit|Mg|ML)[A-ZÁÉÍÓÚÑ][a-zà-ÿ]+)",
        case=True,
    ),
    Rule("B", Kind.ZIP, "a ZIP code of nine digits", r"(?<![\d.-])(?P<x>\d{5}-\d{4})(?![\d-])"),
    Rule(
        "B",
        Kind.ZIP,
        "a British or Canadian postcode",
        r"\b(?:[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|[A-Z]\d[A-Z] \d[A-Z]\d)\b",
        case=True,
    ),
    Rule("F", Kind.EMAIL, "an e-mail address", r"(?<![\w.+-])[\w.+'%-]+@[\w-]+(?:\.[\w-]+)+"),
    Rule("F", Kind.EMAIL, "an e-mail address that was spoken", rf"\b[\w.]+ at [\w]+ dot {_TOP}\b"),
    Rule("G", Kind.SSN, "a social security number", r"(?<![\d-])\d{3}([- ])\d{2}\1\d{4}(?![\d-])"),
    Rule(
        "G",
        Kind.SSN,
        "what is marked as one",
        rf"\b(?:ssn|social security|soc\.? sec)\b{_JOIN}(?P<x>[\dX*]{{3}}[- ]?[\dX*]{{2}}[- ]?\d{{4}}|\d{{4}}\b)",
    ),
    Rule(
        "H",
        Kind.RECORD_NUMBER,
        "a medical record number",
        rf"\b(?:mrn|mr\s?#|medical record|med\.? rec\.?|chart|record|patient id|hospital (?:no|number|id)|"
        rf"unit (?:no|number)|nhs|nhc|historia(?: clínica)?)\b{_JOIN}{_value(3)}",
    ),
    Rule(
        "I",
        Kind.PLAN_NUMBER,
        "a number of a health plan",
        rf"\b(?:member|subscriber|beneficiary|policy|plan|group|insurance|medicare|medicaid|hicn|mbi|nass|"
        rf"payer|coverage)\b(?:\s+(?:member|policy|plan|id|beneficiary|claim))*{_JOIN}{_value(3)}",
    ),
    Rule(
        "J",
        Kind.ACCOUNT,
        "an account",
        rf"\b(?:account|acct|acc|invoice|billing|bank|iban|routing|card)\b{_JOIN}{_value(3)}",
    ),
    Rule(
        "J",
        Kind.ACCOUNT,
        "a bank account (ISO 13616)",
        r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,4})?\b",
        case=True,
    ),
    Rule(
        "J",
        Kind.ACCOUNT,
        "a payment card",
        r"(?<![\d.-])(?:\d{4}[- ]){3}\d{1,7}(?![\d-])|(?<![\d.-])3\d{3}[- ]\d{6}[- ]\d{5}(?![\d-])",
    ),
    Rule(
        "K",
        Kind.LICENCE,
        "a licence or certificate",
        rf"\b(?:licen[cs]e|lic|certificate|cert|certification|dea|npi|driver['’]?s licen[cs]e|dl|passport|permit|"
        rf"registration|gmc|nmc|n\s?[ºo°]?\s?col(?:egiado)?|colegiado|dni|nie)\b\.?{_JOIN}{_value(2)}",
    ),
    Rule(
        "L",
        Kind.VEHICLE,
        "a vehicle identification number (ISO 3779)",
        r"\b(?=[A-HJ-NPR-Z0-9]*\d)(?=[A-HJ-NPR-Z0-9]*[A-Z])[A-HJ-NPR-Z0-9]{17}\b",
        case=True,
    ),
    Rule(
        "L",
        Kind.VEHICLE,
        "a licence plate",
        rf"\b(?:licen[cs]e plate|number plate|plate|vin|registration plate|matr[ií]cula)\b{_JOIN}{_value(1)}",
        case=False,
    ),
    Rule(
        "M",
        Kind.DEVICE,
        "a device's serial number",
        rf"\b(?:serial|s/n|sn|udi|lot|imei|model|device(?: id| identifier| serial)?|implant(?: id)?|pacemaker (?:id|"
        rf"serial))\b{_JOIN}{_value(2)}",
    ),
    Rule("M", Kind.DEVICE, "a network card", r"\b(?:[0-9A-F]{2}[:-]){5}[0-9A-F]{2}\b"),
    Rule(
        "N",
        Kind.URL,
        "a web address",
        rf"\b(?:https?|ftp)://[^\s<>\"')\]]+|\bwww\.[^\s<>\"')\]]+|"
        rf"(?<![\w@.-])(?:[A-Z0-9-]+\.)+{_TOP}\b(?:/[^\s<>\"')\]]*)?",
    ),
    Rule(
        "O",
        Kind.IP,
        "an IPv4 address",
        r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.]\d)",
    ),
    Rule(
        "O",
        Kind.IP,
        "an IPv6 address",
        r"(?<![\w:])(?:[0-9A-F]{1,4}:){7}[0-9A-F]{1,4}\b|(?<![\w:])(?:[0-9A-F]{1,4}:){1,6}(?::[0-9A-F]{1,4}){1,6}\b",
    ),
    Rule(
        "R",
        Kind.OTHER_ID,
        "a number by its label",
        rf"\b(?:id|identifier|accession|encounter|visit|case|specimen|order|requisition|study|claim|reference|ref|"
        rf"tracking|episodio|employee|badge|username|user ?name|login)\b{_JOIN}{_value(3)}",
    ),
    Rule("E", Kind.FAX, "a number marked as fax", rf"\bfax(?:es|ed)?\b{_JOIN}(?:at |to )?(?P<x>{_DIGITS})"),
    Rule("D", Kind.PHONE, "a North American number", rf"(?<![\d.-]){_NANP}(?![\d-])"),
    Rule(
        "D", Kind.PHONE, "a North American number in one piece", r"(?<![\d.-])(?:\+?1)?[2-9]\d{2}[2-9]\d{6}(?![\d.-])"
    ),
    Rule("D", Kind.PHONE, "a local number", r"(?<![\d.-])\d{3}-\d{4}(?![\d-])"),
    Rule("D", Kind.PHONE, "a number with its country", _ABROAD + r"(?!\d)"),
    Rule(
        "D",
        Kind.PHONE,
        "a number that begins with a zero",
        r"(?<![\d.,-])\(?0\d{1,4}\)?[ -/]\d{2,4}(?:[ -]?\d{2,4}){1,3}(?![\d-])",
    ),
    Rule(
        "D",
        Kind.PHONE,
        "a number marked as telephone",
        rf"\b(?:tel(?:[eé]fono|ephone)?|phone|cell(?:ular)?|mobile|m[oó]vil|pager|beeper|call(?:ed|ing)?|"
        rf"reach(?:ed)?|contact|text|dial|ring)\b\.?"
        rf"(?:\s+(?:me|us|him|her|them|back|home|work|phone|number|contact))*{_JOIN}(?:(?:at|on|"
        rf"to)\s+)?(?P<x>{_DIGITS})",
    ),
    Rule("D", Kind.PHONE, "digits that were spoken", rf"\b(?:{_DIGIT_WORDS}[ ,-]+){{6,}}{_DIGIT_WORDS}\b"),
    Rule("R", Kind.OTHER_ID, "a handle", r"(?<![\w@.])@[A-Za-z_]\w{2,30}\b"),
    Rule(
        "R",
        Kind.OTHER_ID,
        "a long number",
        r"(?<![\d.,/-])\d{7,}(?![\d,]|\.\d|\s?(?:mg|mcg|ml|units?|iu|cells|copies|/)\b)",
    ),
    Rule(
        "R",
        Kind.OTHER_ID,
        "a code of letters and digits",
        r"\b(?=[A-Z0-9-]*\d[A-Z0-9-]*\d[A-Z0-9-]*\d[A-Z0-9-]*\d)(?=[A-Z0-9-]*[A-Z])[A-Z0-9]+(?:-[A-Z0-9]+)*\b",
        case=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Found:
    """A place that a rule found: what it is, and what is to stand there."""

    start: int
    end: int
    kind: Kind
    replacement: str


_COMPILED = tuple((rule, re.compile(rule.pattern, 0 if rule.case else re.IGNORECASE)) for rule in RULES)
_FEW_PEOPLE = frozenset("036 059 063 102 203 556 692 790 821 823 830 831 878 879 884 890 893".split())
"""ZIP3 areas of at most 20,000 people by the Census of 2000, as the guidance of HHS of 2012 lists them."""


def find_identifiers(text: str) -> Iterator[Found]:
    """Yield what the rows of the table find."""
    for rule, pattern in _COMPILED:
        group = "x" if "x" in pattern.groupindex else 0
        for match in pattern.finditer(text):
            start, end = match.span(group)
            trimmed = text[start:end].strip()
            if trimmed:
                start += text[start:end].index(trimmed)
                yield Found(start, start + len(trimmed), rule.kind, _standing_for(rule.kind, trimmed))


def _standing_for(kind: Kind, found: str) -> str:
    if kind is Kind.ZIP and found[:5].isdigit() and len(found) >= 5:
        return placeholder(kind, "000" if found[:3] in _FEW_PEOPLE else found[:3])
    return placeholder(kind)
