"""The identifiers that the Safe Harbor method removes, under the letters of 45 CFR 164.514(b)(2)(i)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What kind of identifier was found; its value is what stands in the text instead of it."""

    NAME = "NAME"
    ORGANISATION = "ORGANISATION"
    ADDRESS = "ADDRESS"
    PLACE = "PLACE"
    ZIP = "ZIP"
    DATE = "DATE"
    AGE = "AGE"
    PHONE = "PHONE"
    FAX = "FAX"
    EMAIL = "EMAIL"
    SSN = "SSN"
    RECORD_NUMBER = "RECORD-NUMBER"
    PLAN_NUMBER = "PLAN-NUMBER"
    ACCOUNT = "ACCOUNT"
    LICENCE = "LICENCE"
    VEHICLE = "VEHICLE"
    DEVICE = "DEVICE"
    URL = "URL"
    IP = "IP"
    OTHER_ID = "ID"


@dataclass(frozen=True, slots=True)
class Identifier:
    """One letter of the regulation, and what becomes of it here."""

    letter: str
    title: str
    kinds: tuple[Kind, ...]
    """None where it is no matter of text."""


IDENTIFIERS = (
    Identifier("A", "names, also of relatives, employers and household members", (Kind.NAME, Kind.ORGANISATION)),
    Identifier("B", "geography smaller than a state", (Kind.ADDRESS, Kind.PLACE, Kind.ZIP)),
    Identifier("C", "elements of dates except the year; ages over 89", (Kind.DATE, Kind.AGE)),
    Identifier("D", "telephone numbers", (Kind.PHONE,)),
    Identifier("E", "fax numbers", (Kind.FAX,)),
    Identifier("F", "e-mail addresses", (Kind.EMAIL,)),
    Identifier("G", "social security numbers", (Kind.SSN,)),
    Identifier("H", "medical record numbers", (Kind.RECORD_NUMBER,)),
    Identifier("I", "health plan beneficiary numbers", (Kind.PLAN_NUMBER,)),
    Identifier("J", "account numbers", (Kind.ACCOUNT,)),
    Identifier("K", "certificate and licence numbers", (Kind.LICENCE,)),
    Identifier("L", "vehicle identifiers and licence plates", (Kind.VEHICLE,)),
    Identifier("M", "device identifiers and serial numbers", (Kind.DEVICE,)),
    Identifier("N", "web addresses", (Kind.URL,)),
    Identifier("O", "IP addresses", (Kind.IP,)),
    Identifier("P", "biometric identifiers, also voice prints", ()),
    Identifier("Q", "photographs of the full face and comparable pictures", ()),
    Identifier("R", "any other unique number, characteristic or code", (Kind.OTHER_ID,)),
)


def letter_of(kind: Kind) -> str:
    """Return the letter of the regulation that asks for the removal of a kind."""
    return next(identifier.letter for identifier in IDENTIFIERS if kind in identifier.kinds)
