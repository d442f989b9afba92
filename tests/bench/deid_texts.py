"""Texts whose identifiers are known: what the open data marks, and open clinical notes with identifiers put in.

The built set takes notes that no rule was written on (splits `valid` and `test1`), sentences of its own and names of
another set, from a fixed seed; where an identifier stands is known because it was put there.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Gold:
    """An identifier that is there; a `neutral` one may be replaced or not, Safe Harbor does not ask."""

    start: int
    end: int
    kind: str
    neutral: bool = False


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A text and what is marked in it."""

    text: str
    gold: tuple[Gold, ...]


PRESIDIO = {
    "PERSON": "name",
    "STREET_ADDRESS": "address",
    "ZIP_CODE": "ZIP code",
    "GPE": "place",
    "CREDIT_CARD": "account",
    "IBAN_CODE": "account",
    "PHONE_NUMBER": "phone",
    "EMAIL_ADDRESS": "e-mail",
    "DOMAIN_NAME": "URL",
    "IP_ADDRESS": "IP",
    "US_SSN": "SSN",
    "US_DRIVER_LICENSE": "licence",
    "DATE_TIME": "date",
    "AGE": "age over 89",
    "ORGANIZATION": "organisation",
}
"""What of the set's kinds Safe Harbor asks for; a title or a nationality may stay."""
MEDDOCAN = {
    "NOMBRE_SUJETO_ASISTENCIA": "name",
    "NOMBRE_PERSONAL_SANITARIO": "name",
    "CALLE": "address",
    "TERRITORIO": "place",
    "FECHAS": "date",
    "CORREO_ELECTRONICO": "e-mail",
    "NUMERO_TELEFONO": "phone",
    "NUMERO_FAX": "fax",
    "ID_SUJETO_ASISTENCIA": "record number",
    "ID_ASEGURAMIENTO": "plan number",
    "ID_TITULACION_PERSONAL_SANITARIO": "licence",
    "ID_CONTACTO_ASISTENCIAL": "other id",
    "ID_EMPLEO_PERSONAL_SANITARIO": "other id",
    "HOSPITAL": "organisation",
    "INSTITUCION": "organisation",
    "CENTRO_SALUD": "organisation",
}
STRUCTURED = frozenset(
    "date,phone,fax,e-mail,SSN,record number,plan number,account,licence,vehicle,device,URL,IP,ZIP code,other id,"
    "age over 89".split(",")
)
_MAY_STAY = re.compile(
    r"(?i)(?:mon|tues|wednes|thurs|fri|satur|sun)days?|(?:1[89]|20)\d\d|today|tomorrow|yesterday|tonight|morning|"
    r"(?:this|next|last)? ?(?:week|weekend|month|year|night|evening)s?|[\d:. ]+(?:am|pm)?|(?:19|20)?\d0s"
)


def read_marked(file: Path, source: str, split: str, kinds: dict[str, str]) -> tuple[MarkedText, ...]:
    """Read the rows of one set."""
    rows = (json.loads(line) for line in file.read_text(encoding="utf-8").rstrip("\n").split("\n"))
    return tuple(_marked(row, kinds) for row in rows if (row["source"], row["split"]) == (source, split))


def _marked(row: dict[str, Any], kinds: dict[str, str]) -> MarkedText:
    gold = [
        Gold(start, end, kinds.get(label, label.lower()), label not in kinds or _is_neutral(kinds[label], covered))
        for start, end, label, covered in row["spans"]
    ]
    return MarkedText(row["text"], tuple(gold))


def _is_neutral(kind: str, covered: str) -> bool:
    if kind == "date":
        return _MAY_STAY.fullmatch(covered.strip()) is not None
    if kind == "age over 89":
        return not (covered.isdigit() and int(covered) > 89)
    if kind == "place":
        return covered.strip() in _STATES_AND_COUNTRIES
    return False


def read_notes(file: Path) -> list[str]:
    """Read the notes that no rule was written on."""
    rows = (json.loads(line) for line in file.read_text(encoding="utf-8").rstrip("\n").split("\n"))
    return [row["note"] for row in rows if row["split"] in {"valid", "test1"}]


def read_names(texts: tuple[MarkedText, ...]) -> list[tuple[str, str]]:
    """Return given names and surnames that a set marks."""
    whole = {text.text[gold.start : gold.end] for text in texts for gold in text.gold if gold.kind == "name"}
    pairs = [name.split() for name in sorted(whole)]
    return [(pair[0], pair[-1]) for pair in pairs if len(pair) >= 2 and min(len(pair[0]), len(pair[-1])) > 2]


def built(notes: list[str], names: list[tuple[str, str]], seed: int = 20261) -> Iterator[MarkedText]:
    """Put identifiers into notes: one sentence for about every second sentence of the note, at least three."""
    chance = random.Random(seed)
    for note in notes:
        pieces = re.split(r"(?<=[.:\n])\s+", note)
        for _ in range(max(3, min(14, len(pieces) // 2))):
            pieces.insert(chance.randrange(len(pieces) + 1), _Slot(chance.choice(SENTENCES)))
        yield _filled(pieces, _Maker(chance, *chance.choice(names), *chance.choice(names)))


class _Slot(str):
    """A sentence whose braces are to be filled."""

    __slots__ = ()


def _filled(pieces: list[str], maker: _Maker) -> MarkedText:
    text, gold = "", []
    for piece in pieces:
        text += " " if text and not text.endswith("\n") else ""
        if not isinstance(piece, _Slot):
            text += piece
            continue
        for part in re.split(r"(\{\w+\})", piece):
            if part.startswith("{"):
                kind, value = maker.make(part[1:-1])
                gold.append(Gold(len(text), len(text) + len(value), kind))
                text += value
            else:
                text += part
    return MarkedText(text, tuple(gold))


SENTENCES = (
    "{full} was accompanied by her sister-in-law {given2}.",
    "Mr. {last} tolerated the procedure well.",
    "I called Ms. {last} with these results.",
    "{last} denies any fall since then.",
    "Care was handed over to Dr. {full2} overnight.",
    "Her husband, {given2} {last}, manages the pillbox.",
    "{full} reports good sleep.",
    "Thank you for referring {full} to our office.",
    "The plan was reviewed with {given} and all questions were answered.",
    "{last2}, {given2}, RN, removed the sutures.",
    "Patient: {upper}",
    "Interpreter services were provided by {full2}.",
    "{full2}, M.D., reviewed the tracing.",
    "Her daughter {given2} lives close by.",
    "We discussed hospice with {given}'s brother {given2}.",
    "Date of admission: {date}.",
    "He was last seen here on {date} for the same complaint.",
    "Surgery took place on {date} without complications.",
    "Colonoscopy {date}: two polyps.",
    "Symptoms started around {partial}.",
    "She is due again in {month}.",
    "Born {birth}, she lives independently.",
    "At age {age} she still drives.",
    "A {age} year old neighbour shops for him.",
    "Best reached on {phone} after work.",
    "Pharmacy telephone: {phone}.",
    "She left {phone} as her callback number.",
    "Results go to the office by fax: {phone_fax}.",
    "Portal invitation sent to {email}.",
    "Write to {email} with questions.",
    "SSN {ssn}.",
    "Her social is {ssn}.",
    "MRN {mrn}.",
    "Medical record number: {mrn}.",
    "Chart # {mrn} was pulled.",
    "Member ID {plan}, authorization pending.",
    "Insurance policy no. {plan}.",
    "Billed to account {account}.",
    "Copay charged to card {card}.",
    "Driver's license {licence} was copied.",
    "DEA number {dea}.",
    "VIN {vin} was given for the accident report.",
    "License plate {plate} is on the accident report.",
    "Insulin pump serial number {serial}.",
    "The pacemaker, S/N {serial}, was interrogated.",
    "Home readings are uploaded at {url}.",
    "The upload came from {ip}.",
    "She lives at {street}, {city}, {state} {zip}.",
    "Mail goes to {street}.",
    "He moved here from {city} last year.",
    "Home address: {street}, {city} {zip}.",
    "Specimen ID {specimen}.",
    "Accession number {specimen} is pending.",
    "Encounter #{encounter} is closed.",
)
_CITIES = (
    "Altoona,Bellingham,Chattanooga,Dubuque,Elmira,Fargo,Grand Rapids,Hattiesburg,Kalispell,Muncie,Pawtucket".split(",")
)
_CITIES += "Sheboygan,Tuscaloosa,Wausau,Yakima,Leominster,Okemos,Snoqualmie,Lake Geneva,Manchester-by-the-Sea".split(
    ","
)
_ROADS = (
    "Birchwood,Elm,Kościuszko,Maple Hollow,Old Mill,Prairie View,Quail Run,Sycamore,Thornbury,W 43rd,Martin Luther "
    "King Jr"
).split(",")
_ROAD_KINDS = "Street,St,Avenue,Ave.,Road,Rd,Blvd,Lane,Drive,Court,Way,Place".split(",")
_STATES = "PA,WA,Tennessee,IA,New York,ND,MI,MS,Montana,IN,RI,WI,AL".split(",")
_STATES_AND_COUNTRIES = frozenset(
    "USA,United States,US,America,Spain,España,France,Germany,Italy,Poland,Hungary,Denmark,Norway,Sweden,Finland,"
    "Australia,New Zealand,Canada,Brazil,Portugal,Netherlands,Belgium,Austria,Switzerland,Czech Republic,Slovenia,"
    "Estonia,Iceland,Greenland,Cyprus,Tunisia,United Kingdom,UK,England,Scotland,Ireland,Uruguay,South Africa,Kenya,"
    "California,Texas,Florida,Ohio,Michigan,Georgia,Washington,Virginia,New York,Pennsylvania,Illinois,Iran,Croatia,"
    "Vietnam,Philippines,Mexico,China,Japan,Russia,India".split(",")
)


class _Maker:
    """Makes identifiers for one note; the two people stay the same in it."""

    def __init__(self, chance: random.Random, given: str, last: str, given2: str, last2: str) -> None:
        self._chance = chance
        self._given, self._last, self._given2, self._last2 = given, last, given2, last2
        self._makers: dict[str, tuple[str, Callable[[], str]]] = {
            "full": ("name", lambda: f"{given} {last}"),
            "given": ("name", lambda: given),
            "last": ("name", lambda: last),
            "full2": ("name", lambda: f"{given2} {last2}"),
            "given2": ("name", lambda: given2),
            "last2": ("name", lambda: last2),
            "upper": ("name", f"{last}, {given}".upper),
            "date": ("date", lambda: self._date(date(2011, 1, 1), date(2024, 12, 31))),
            "birth": ("date", lambda: self._date(date(1938, 1, 1), date(2003, 12, 31))),
            "partial": ("date", lambda: self._day().strftime(chance.choice(("%B %d", "%b %-d", "%-d %B", "%-m/%Y")))),
            "month": ("date", lambda: self._day().strftime("%B")),
            "age": ("age over 89", lambda: str(chance.randrange(90, 104))),
            "phone": ("phone", self._phone),
            "phone_fax": ("fax", self._phone),
            "email": ("e-mail", self._email),
            "ssn": ("SSN", lambda: self._digits(chance.choice(("###-##-####", "### ## ####")))),
            "mrn": (
                "record number",
                lambda: self._digits(chance.choice(("#######", "########", "###-##-##", "M######"))),
            ),
            "plan": (
                "plan number",
                lambda: self._digits(chance.choice(("XX########", "#########", "XXX-####-##", "X#X#-XX#-XX##"))),
            ),
            "account": ("account", lambda: self._digits(chance.choice(("##########", "####-#####", "XX-######")))),
            "card": ("account", lambda: self._digits(chance.choice(("#### #### #### ####", "################")))),
            "licence": ("licence", lambda: self._digits(chance.choice(("X#######", "XX######X", "###-###-###")))),
            "dea": ("licence", lambda: self._digits("XX#######")),
            "vin": ("vehicle", lambda: self._digits("#XXXX##X#X#######")),
            "plate": ("vehicle", lambda: self._digits(chance.choice(("XXX-####", "#XXX###", "XXX ###")))),
            "serial": ("device", lambda: self._digits(chance.choice(("XX######X", "#######", "X##-####-##")))),
            "url": ("URL", self._url),
            "ip": ("IP", lambda: ".".join(str(chance.randrange(1, 255)) for _ in range(4))),
            "street": ("address", self._street),
            "city": ("place", lambda: chance.choice(_CITIES)),
            "state": ("state", lambda: chance.choice(_STATES)),
            "zip": ("ZIP code", lambda: self._digits(chance.choice(("#####", "#####", "#####-####")))),
            "specimen": ("other id", lambda: self._digits(chance.choice(("S##-#####", "##########", "XX-##-####")))),
            "encounter": ("other id", lambda: self._digits("########")),
        }

    def make(self, name: str) -> tuple[str, str]:
        """Return the kind and one identifier."""
        kind, maker = self._makers[name]
        return kind, maker()

    def _digits(self, form: str) -> str:
        swap = {"#": "0123456789", "X": "ABCDEFGHJKLMNPRSTUVWXYZ"}
        return "".join(self._chance.choice(swap.get(sign, sign)) for sign in form)

    def _day(self) -> date:
        return date(2015, 1, 1) + timedelta(self._chance.randrange(3000))

    def _date(self, first: date, last: date) -> str:
        day = first + timedelta(self._chance.randrange((last - first).days))
        forms = (
            "%m/%d/%Y",
            "%-m/%-d/%y",
            "%Y-%m-%d",
            "%B %-d, %Y",
            "%b %d, %Y",
            "%-d %B %Y",
            "%d-%b-%Y",
            "%m.%d.%Y",
            "%A, %B %-d, %Y",
        )
        return day.strftime(self._chance.choice(forms))

    def _phone(self) -> str:
        form = self._chance.choice(
            (
                "(###) ###-####",
                "###-###-####",
                "###.###.####",
                "+1 ### ### ####",
                "### ### ####",
                "###-###-#### ext. ##",
            )
        )
        return self._digits(form.replace("#", str(self._chance.randrange(2, 10)), 1))

    def _email(self) -> str:
        given, last = (re.sub(r"[^a-z]", "", name.lower()) or "x" for name in (self._given, self._last))
        return self._chance.choice(
            (
                f"{given}.{last}@mailbox.org",
                f"{given}{last}{self._chance.randrange(99)}@web.co.uk",
                f"{given[0]}_{last}@uni-klinik.edu",
            )
        )

    def _url(self) -> str:
        number = self._chance.randrange(1000, 9999)
        return self._chance.choice(
            (f"https://my.portal.example/u/{number}", f"www.sugarlog{number}.com", f"heartlog.io/p/{number}")
        )

    def _street(self) -> str:
        street = f"{self._chance.randrange(1, 9999)} {self._chance.choice(_ROADS)} {self._chance.choice(_ROAD_KINDS)}"
        return street + self._chance.choice(("", "", ", Apt 3", " Unit 12B", ", Suite 400"))
