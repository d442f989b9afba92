"""Of how many people a FHIR file tells: two in one encounter would be worse than none.

References are compared by what stands last in them, since one file may write "Patient/1", an address or a urn:uuid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SUBJECTS = ("subject", "patient")


def are_several(entries: Iterable[tuple[str, dict[str, Any]]], who_of: dict[int, str]) -> bool:
    """Return whether resources are of different people.

    `entries` are resources with their fullUrl, `who_of` is what the Patients among them say, by their place. Patients
    who say the same are one person; those who say nothing are told apart by their id.
    """
    names: dict[str, str] = {}
    people: set[str] = set()
    referred: set[str] = set()
    for place, (address, resource) in enumerate(entries):
        if place in who_of:
            ids = [each for each in (_last(address), _text(resource.get("id"))) if each]
            person = who_of[place] or next(iter(ids), "")
            names |= dict.fromkeys(ids, person)
            people.add(person)
        else:
            referred |= set(_referred(resource))
    strangers = referred - names.keys()
    # A Patient without any id may be the one that is referred to.
    same = bool(people and strangers and not names)
    return len(people) + len(strangers) - same > 1


def _referred(resource: dict[str, Any]) -> Iterator[str]:
    for name in _SUBJECTS:
        value = resource.get(name)
        for each in value if isinstance(value, list) else [value]:
            reference = _text(each.get("reference")) if isinstance(each, dict) else ""
            if "Patient/" in reference or reference.startswith("urn:"):
                yield _last(reference)


def _last(reference: str) -> str:
    return reference.partition("/_history/")[0].replace(":", "/").rpartition("/")[2]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
