"""The rules for text: every letter of Safe Harbor, and what must hold of any text at all."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.record.deidentify.dates import DateRule, shift_for
from desktop.record.deidentify.kinds import IDENTIFIERS, Kind, letter_of
from desktop.record.deidentify.replacing import PLACEHOLDER, NotThisText, Replacement, applied
from desktop.record.deidentify.rules import RULES
from desktop.record.deidentify.text import SHIFTED_DATES, TextOptions, deidentify

TODAY = date(2026, 1, 1)


def changed(text: str, **options: object) -> str:
    return deidentify(text, TextOptions(today=TODAY, **options)).text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # A
        ("Dr. Amelia Kowalczyk-Reyes will follow.", "Dr. [NAME] will follow."),
        ("Patient name: okay", "Patient name: okay"),
        ("PATIENT: HERNANDEZ, MARIA", "PATIENT: [NAME]"),
        ("His wife Grace drove. Grace left.", "His wife [NAME] drove. [NAME] left."),
        ("Her name is Wren.", "Her name is [NAME]."),
        ("Seen by Lena Okafor, RN.", "Seen by [NAME], RN."),
        ("Young denies pain.", "[NAME] denies pain."),
        ("Mr. Mbeki's cough", "Mr. [NAME]'s cough"),
        ("at Mercy General Hospital", "at [ORGANISATION]"),
        # B
        ("lives at 4521 North Oak Street, Apt 4B", "lives at [ADDRESS]"),
        ("P.O. Box 117", "[ADDRESS]"),
        ("Springfield, IL 62704", "[PLACE], IL [ZIP 627]"),
        ("Colchester, VT 05901-1234", "[PLACE], VT [ZIP 059]".replace("059", "000")),
        ("moved from Boise", "moved from [PLACE]"),
        # C
        ("on 03/14/2019", "on [DATE 2019]"),
        ("2019-03-14T10:00:00Z", "[DATE 2019]"),
        ("Monday, 14 March 2019", "[DATE 2019]"),
        ("the fourteenth of March", "[DATE]"),
        ("March 3rd", "[DATE]"),
        ("in 03/2019", "in [DATE 2019]"),
        ("born 02/03/1931", "born [DATE]"),
        ("a 93-year-old man", "a [AGE 90+]-year-old man"),
        ("an 89-year-old man", "an 89-year-old man"),
        ("ninety two years old", "[AGE 90+] years old"),
        # D to G
        ("call (217) 555-0142", "call [PHONE]"),
        ("+44 20 7946 0958", "[PHONE]"),
        ("fax: 217-555-0199", "fax: [FAX]"),
        ("five five five, one two three four", "[PHONE]"),
        ("a.smith@example.org", "[EMAIL]"),
        ("SSN 123-45-6789", "SSN [SSN]"),
        # H to O, R
        ("MRN: 00482913", "MRN: [RECORD-NUMBER]"),
        ("policy number BX-4432199", "policy number [PLAN-NUMBER]"),
        ("account 4400-12345", "account [ACCOUNT]"),
        ("card 4556 7375 8689 9855", "card [ACCOUNT]"),
        ("DEA number BK1234563", "DEA number [LICENCE]"),
        ("VIN 1HGCM82633A004352", "VIN [VEHICLE]"),
        ("serial number SN 88213-A", "serial number [DEVICE]"),
        ("see www.clinic.example/p/7", "see [URL]"),
        ("from 192.168.1.77", "from [IP]"),
        ("fe80::1ff:fe23:4567:890a", "[IP]"),
        ("specimen ID S22-19833", "specimen ID [ID]"),
    ],
)
def test_each_identifier(text: str, expected: str) -> None:
    assert changed(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Blood pressure 120/80, strength 5/5, pain 7/10, 2/6 murmur. Glucose 104, platelets 150,000.",
        "Parkinson's disease, Foley catheter, Hodgkin lymphoma. Takes Percocet 5 mg.",
        "REVIEW OF SYSTEMS\nConstitutional: Denies fever. Psych: normal.",
        "A 67-year-old woman from California, seen in 2019.",
        "He may return. Will reassess. The patient denies chest pain since Tuesday.",
        "Potassium 4.1, sodium 138, hemoglobin 13.2, 10 cm, 500 mg twice daily for 14 days.",
    ],
)
def test_what_names_nobody_stays(text: str) -> None:
    assert changed(text) == text


def test_names_of_the_record_go_in_any_case_and_without_accents() -> None:
    text = "spoke with jose muñoz; MUNOZ agreed. Will will come, it will do."
    assert changed(text, names=("José Muñoz", "Will Dace")) == (
        "spoke with [NAME]; [NAME] agreed. [NAME] will come, it will do."
    )


def test_every_letter_but_biometrics_and_photographs_has_a_rule() -> None:
    by_other_means = {"P", "Q"}  # no matter of text
    in_code = {"C"}  # dates.py
    assert {rule.letter for rule in RULES} | by_other_means | in_code == {row.letter for row in IDENTIFIERS}
    assert all(letter_of(rule.kind) == rule.letter for rule in RULES)


def test_every_kind_has_a_letter() -> None:
    assert all(letter_of(kind) for kind in Kind)


def test_shifted_dates_keep_their_intervals_and_say_what_they_are_not() -> None:
    result = deidentify("On 01/02/2019 and 2019-03-14.", TextOptions(dates=DateRule.SHIFT, shift_days=-40, today=TODAY))
    assert result.text == "On [DATE 2018-11-23] and [DATE 2019-02-02]."
    assert SHIFTED_DATES in result.residual_risk


def test_the_order_of_day_and_month_comes_from_the_other_dates() -> None:
    result = deidentify("03/04/2019, 25/04/2019", TextOptions(dates=DateRule.SHIFT, shift_days=1, today=TODAY))
    assert result.text == "[DATE 2019-04-04], [DATE 2019-04-26]"


def test_the_shift_of_a_record_is_its_own_and_needs_the_key() -> None:
    assert shift_for(b"k" * 32, "a") == shift_for(b"k" * 32, "a")
    assert len({shift_for(b"k" * 32, str(number)) for number in range(50)}) > 40
    assert shift_for(b"k" * 32, "a") != shift_for(b"l" * 32, "a")
    assert all(-365 <= shift_for(b"k" * 32, str(number)) <= -1 for number in range(500))


def test_a_change_can_be_refused() -> None:
    result = deidentify("Dr. Okafor saw her at 555-0142.", TextOptions(today=TODAY))
    phone = next(change for change in result.replacements if change.kind is Kind.PHONE)
    assert result.without([phone]) == "Dr. [NAME] saw her at 555-0142."
    assert result.without(result.replacements) == result.original


def test_changes_of_another_text_are_refused() -> None:
    change = Replacement(0, 3, Kind.NAME, "Ann", "[NAME]")
    with pytest.raises(NotThisText):
        applied("Bob", [change])
    with pytest.raises(NotThisText):
        applied("Ann Ann", [change, Replacement(2, 5, Kind.NAME, "n A", "[NAME]")])


PIECES = st.sampled_from(
    "Dr. |Mr. |Okafor|Smith|Grace|Young|will|he |, |. |\n|: |MRN|call |fax |555-0142|03/14/2019|2019-03-14|3/14|March |"
    "May |14 |93-year-old|123-45-6789|a@b.org|www.x.org|[NAME]|[DATE 2019]|[DATE 2018-01-02]|[ZIP 000]|[|]|NAME|John|"
    "JOHN|SMITH, |12 Oak Street|Boise|, ID 83701|serial |SN 88213|é|e\u0301|Ñoño|10.0.0.1|0|1234567|-|/|  |"
    "MD|wife ".split("|")
)
TEXTS = st.one_of(
    st.text(max_size=200), st.lists(PIECES, max_size=25).map("".join), st.lists(PIECES, max_size=25).map(" ".join)
)
OPTIONS = st.builds(
    TextOptions,
    names=st.lists(st.sampled_from(["Ana Smith", "Okafor", "Lee", "", "é", "May"]), max_size=2).map(tuple),
    dates=st.sampled_from(DateRule),
    shift_days=st.integers(-400, 400),
    day_first=st.sampled_from([None, True, False]),
    today=st.just(TODAY),
)


@given(TEXTS, OPTIONS)
def test_offsets_are_exact_and_nothing_else_changes(text: str, options: TextOptions) -> None:
    result = deidentify(text, options)
    at, rebuilt = 0, ""
    for change in result.replacements:
        assert at <= change.start < change.end <= len(text)
        assert text[change.start : change.end] == change.original
        assert PLACEHOLDER.fullmatch(change.replacement)
        rebuilt += text[at : change.start] + change.replacement
        at = change.end
    assert rebuilt + text[at:] == result.text
    assert result.without(result.replacements) == text


@given(TEXTS, OPTIONS)
def test_a_second_time_changes_nothing(text: str, options: TextOptions) -> None:
    once = deidentify(text, options)
    assert deidentify(once.text, options).replacements == ()


@given(
    st.dates(date(1950, 1, 1), date(2025, 12, 31)),
    st.integers(0, 2000),
    st.integers(-365, 365),
    st.sampled_from(["%Y-%m-%d", "%m/%d/%Y", "%B %d, %Y", "%d %b %Y", "%d-%b-%Y"]),
)
def test_a_shift_keeps_every_interval(first: date, days: int, shift: int, form: str) -> None:
    second = min(first + timedelta(days), date(2025, 12, 31))
    text = f"Seen {first.strftime(form)} and {second.strftime(form)}."
    options = TextOptions(dates=DateRule.SHIFT, shift_days=shift, day_first=False, today=TODAY)
    moved = [
        date.fromisoformat(found) for found in re.findall(r"\[DATE (\d{4}-\d\d-\d\d)\]", deidentify(text, options).text)
    ]
    assert moved[1] - moved[0] == second - first
    assert moved[0] - first == timedelta(shift)


@given(st.integers(0, 9999), st.integers(100, 999))
def test_no_digit_of_a_telephone_number_is_left(last: int, middle: int) -> None:
    number = f"617-{middle}-{last:04}"
    assert changed(f"Her number: {number}.") == "Her number: [PHONE]."
