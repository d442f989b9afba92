"""Values, units and charts in words, in the language that is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale

from desktop.record.encounter import Sentence, Verdict
from desktop.record.values import SetAside
from desktop.translatable import QT_TRANSLATE_NOOP
from desktop.ui.translation import translated

if TYPE_CHECKING:
    from datetime import datetime

    from desktop.record.trends import Point, Series

CONTEXT = "Trends"
NAMES = {
    "blood pressure": QT_TRANSLATE_NOOP("Trends", "Blood pressure"),
    "heart rate": QT_TRANSLATE_NOOP("Trends", "Heart rate"),
    "respiratory rate": QT_TRANSLATE_NOOP("Trends", "Respiratory rate"),
    "temperature": QT_TRANSLATE_NOOP("Trends", "Temperature"),
    "oxygen saturation": QT_TRANSLATE_NOOP("Trends", "Oxygen saturation"),
    "body mass index": QT_TRANSLATE_NOOP("Trends", "Body mass index"),
    "weight": QT_TRANSLATE_NOOP("Trends", "Weight"),
    "height": QT_TRANSLATE_NOOP("Trends", "Height"),
    "pain score": QT_TRANSLATE_NOOP("Trends", "Pain score"),
    "hemoglobin A1c": QT_TRANSLATE_NOOP("Trends", "Hemoglobin A1c"),
    "hemoglobin": QT_TRANSLATE_NOOP("Trends", "Hemoglobin"),
    "hematocrit": QT_TRANSLATE_NOOP("Trends", "Hematocrit"),
    "white cell count": QT_TRANSLATE_NOOP("Trends", "White cell count"),
    "platelets": QT_TRANSLATE_NOOP("Trends", "Platelets"),
    "glucose": QT_TRANSLATE_NOOP("Trends", "Glucose"),
    "sodium": QT_TRANSLATE_NOOP("Trends", "Sodium"),
    "potassium": QT_TRANSLATE_NOOP("Trends", "Potassium"),
    "creatinine": QT_TRANSLATE_NOOP("Trends", "Creatinine"),
    "urea nitrogen": QT_TRANSLATE_NOOP("Trends", "Urea nitrogen"),
    "GFR": QT_TRANSLATE_NOOP("Trends", "GFR"),
    "total cholesterol": QT_TRANSLATE_NOOP("Trends", "Total cholesterol"),
    "LDL": QT_TRANSLATE_NOOP("Trends", "LDL"),
    "HDL": QT_TRANSLATE_NOOP("Trends", "HDL"),
    "triglycerides": QT_TRANSLATE_NOOP("Trends", "Triglycerides"),
    "TSH": QT_TRANSLATE_NOOP("Trends", "TSH"),
    "troponin": QT_TRANSLATE_NOOP("Trends", "Troponin"),
    "BNP": QT_TRANSLATE_NOOP("Trends", "BNP"),
    "D-dimer": QT_TRANSLATE_NOOP("Trends", "D-dimer"),
    "INR": QT_TRANSLATE_NOOP("Trends", "INR"),
    "ESR": QT_TRANSLATE_NOOP("Trends", "ESR"),
    "CRP": QT_TRANSLATE_NOOP("Trends", "CRP"),
    "PSA": QT_TRANSLATE_NOOP("Trends", "PSA"),
    "ejection fraction": QT_TRANSLATE_NOOP("Trends", "Ejection fraction"),
    "calcium": QT_TRANSLATE_NOOP("Trends", "Calcium"),
    "lactate": QT_TRANSLATE_NOOP("Trends", "Lactate"),
    "albumin": QT_TRANSLATE_NOOP("Trends", "Albumin"),
    "bilirubin": QT_TRANSLATE_NOOP("Trends", "Bilirubin"),
    "AST": QT_TRANSLATE_NOOP("Trends", "AST"),
    "ALT": QT_TRANSLATE_NOOP("Trends", "ALT"),
    "vitamin D level": QT_TRANSLATE_NOOP("Trends", "Vitamin D"),
    "rheumatoid factor": QT_TRANSLATE_NOOP("Trends", "Rheumatoid factor"),
    "uric acid": QT_TRANSLATE_NOOP("Trends", "Uric acid"),
}
"""Every name of `lm.clinical.measures` that can have a number."""
_REASONS = {
    SetAside.PERSON: QT_TRANSLATE_NOOP("Trends", "somebody else's"),
    SetAside.TIME: QT_TRANSLATE_NOOP("Trends", "perhaps of another day"),
    SetAside.DOUBT: QT_TRANSLATE_NOOP("Trends", "perhaps a goal, a range or a question"),
}


def name_words(name: str) -> str:
    """Return what a value is called."""
    return translated(CONTEXT, NAMES.get(name, name))


def number_words(numbers: tuple[float, ...]) -> str:
    """Return one number, or the two of a blood pressure: "142/88"."""
    return "/".join(f"{number:.10g}" for number in numbers)


def with_unit(numbers: tuple[float, ...], unit: str) -> str:
    """Return a value with its unit: "82 kg", "98%", "7/10"."""
    blank = "" if not unit or unit == "%" or unit.startswith("/") else " "
    return f"{number_words(numbers)}{blank}{unit}"


def title_words(series: Series) -> str:
    """Return the name of a chart with its unit; that nobody said a unit is said."""
    unit = series.unit or QCoreApplication.translate("Trends", "no unit said")
    return QCoreApplication.translate("Trends", "{0}, {1}").format(name_words(series.name), unit)


def day_words(moment: datetime) -> str:
    """Return the day of a value, in this place's time."""
    shown = QDateTime.fromSecsSinceEpoch(round(moment.timestamp()))
    return QLocale().toString(shown, QCoreApplication.translate("Trends", "d MMM yyyy"))


def moment_words(moment: datetime) -> str:
    """Return day and time of a value."""
    shown = QDateTime.fromSecsSinceEpoch(round(moment.timestamp()))
    return QLocale().toString(shown, QCoreApplication.translate("Trends", "d MMM yyyy HH:mm"))


def point_words(point: Point, unit: str) -> str:
    """Return one value in words, and as it was said where that was in another unit."""
    value = with_unit(point.numbers, unit)
    words = QCoreApplication.translate("Trends", "{0} on {1}").format(value, moment_words(point.moment))
    if point.numbers == point.value.numbers and unit == point.value.unit:
        return words
    return QCoreApplication.translate("Trends", "{0} (said: {1})").format(words, point.value.said)


def series_words(series: Series) -> str:
    """Return a whole chart in words, every value of it."""
    values = "; ".join(point_words(point, series.unit) for point in series.points)
    return QCoreApplication.translate("Trends", "{0}. {1} values: {2}").format(
        title_words(series), len(series.points), values
    )


def single_words(series: Series) -> str:
    """Return a value that stands alone."""
    (point,) = series.points
    words = QCoreApplication.translate("Trends", "{0}: {1}")
    return words.format(name_words(series.name), point_words(point, series.unit))


def aside_words(point: Point) -> str:
    """Return a value that is not drawn, with the reason."""
    value = point.value
    reason = translated(CONTEXT, _REASONS[value.set_aside]) if value.set_aside else ""
    words = QCoreApplication.translate("Trends", "{0} {1}, {2}: {3}")
    return words.format(name_words(value.name), value.said, day_words(point.moment), reason)


def sentence_of_point(point: Point) -> Sentence:
    """Return a value as a sentence with its source, for the evidence beside the page."""
    value = point.value
    said = QCoreApplication.translate("Trends", "{0}, {1}").format(name_words(value.name), value.said)
    return Sentence(aside_words(point) if value.set_aside else said, Verdict.SUPPORTED, (point.value.citation,))
