"""The vital signs and laboratory values that are looked for, with their units and what values are believed."""

from __future__ import annotations

from dataclasses import dataclass

from lm.clinical.facts import FactKind


@dataclass(frozen=True, slots=True)
class Measure:
    """One measured thing; a value outside `low` to `high` was meant for something else."""

    kind: FactKind
    name: str
    said: str
    """The words for it, as a regular expression."""
    unit: str = ""
    low: float = 0.0
    high: float = 100_000.0
    is_pair: bool = False
    """Two numbers belong to it: "160/90"."""


VITALS = (
    Measure(FactKind.VITAL, "blood pressure", r"blood pressures?|bps?|systolic", "mmHg", 50, 300, is_pair=True),
    Measure(FactKind.VITAL, "heart rate", r"heart rate|pulse(?! ox)(?: rate)?|hr", "bpm", 20, 300),
    Measure(FactKind.VITAL, "respiratory rate", r"respiratory rate|respirations?|breathing rate|rr", "/min", 4, 80),
    Measure(FactKind.VITAL, "temperature", r"temperature|temps?|fever (?:of|was|is|at|up to)|t(?= ?\d\d)", "", 30, 110),
    Measure(
        FactKind.VITAL,
        "oxygen saturation",
        r"(?:oxygen |o2 )?(?:saturations?|sats?)|spo2|pulse ox(?:imetry)?|oxygen level|oxygenation|"
        r"oxygen(?= (?:is|was|at) )|o2(?= (?:is|was|at)? ?\d)",
        "%",
        40,
        100,
    ),
    Measure(FactKind.VITAL, "body mass index", r"body mass index|bmi", "kg/m²", 8, 90),
    Measure(FactKind.VITAL, "weight", r"weight(?! loss| gain)|weighs?|weighed|weighing", "", 2, 900),
    Measure(FactKind.VITAL, "height", r"height", "", 1, 260),
)
_LABS = (
    ("hemoglobin A1c", r"(?:hemoglobin |haemoglobin )?a ?1 ?c|hba1c|glycated hemoglobin", "%", 3, 20),
    ("hemoglobin", r"ha?emoglobin|hgb|hb", "g/dL", 2, 25),
    ("hematocrit", r"ha?ematocrit|hct", "%", 5, 75),
    (
        "white cell count",
        r"white (?:blood )?(?:cell )?counts?|wbcs?|white count|white blood cells?|leukocyte count",
        "",
        0,
        500_000,
    ),
    ("platelets", r"platelets?(?: count)?|plts?", "", 1, 2_000_000),
    ("glucose", r"(?:blood |fasting )*(?:glucose|sugars?)(?! pills?)", "mg/dL", 10, 1_500),
    ("sodium", r"(?<!low )sodium(?! diet)|na\+?(?= ?1[1-6]\d)", "mmol/L", 90, 190),
    ("potassium", r"potassium", "mmol/L", 1, 10),
    ("creatinine", r"creatinine|cr(?= ?\d)", "mg/dL", 0.1, 25),
    ("urea nitrogen", r"(?:blood )?urea nitrogen|bun", "mg/dL", 1, 250),
    ("GFR", r"e?gfr|glomerular filtration rate", "mL/min", 1, 200),
    ("total cholesterol", r"(?:total )?cholesterol", "mg/dL", 50, 900),
    ("LDL", r"ldl(?: cholesterol)?", "mg/dL", 5, 600),
    ("HDL", r"(?<!non[- ])hdl(?: cholesterol)?", "mg/dL", 5, 200),
    ("triglycerides", r"triglycerides?", "mg/dL", 10, 6_000),
    ("TSH", r"tsh|thyroid stimulating hormone", "mIU/L", 0, 200),
    ("troponin", r"troponins?", "", 0, 100_000),
    ("BNP", r"(?:nt[- ]?pro[- ]?)?bnp", "pg/mL", 0, 100_000),
    ("D-dimer", r"d[- ]?dimer", "", 0, 100_000),
    ("INR", r"inr", "", 0.5, 20),
    ("ESR", r"esr|sed(?:imentation)? rate", "mm/h", 0, 200),
    ("CRP", r"crp|c[- ]reactive protein", "mg/L", 0, 1_000),
    ("PSA", r"psa|prostate specific antigen", "ng/mL", 0, 10_000),
    (
        "ejection fraction",
        r"(?:left ventricular )?ejection fraction|lv?ef|ef(?= (?:of|is|was))|pumping function(?: of your heart)?",
        "%",
        5,
        90,
    ),
    ("calcium", r"calcium level|serum calcium", "mg/dL", 3, 20),
    ("lactate", r"lactate|lactic acid", "mmol/L", 0.1, 40),
    ("albumin", r"albumin", "g/dL", 0.5, 8),
    ("bilirubin", r"(?:total )?bilirubin", "mg/dL", 0, 60),
    ("AST", r"ast|aspartate aminotransferase", "U/L", 1, 20_000),
    ("ALT", r"alt|alanine aminotransferase", "U/L", 1, 20_000),
    ("vitamin D level", r"vitamin d level", "ng/mL", 1, 300),
    ("complete blood count", r"cbc|complete blood count", "", 0, 0),
    ("metabolic panel", r"(?:basic|complete|comprehensive) metabolic panel|bmp|cmp", "", 0, 0),
    ("lipid panel", r"lipid panel|lipid profile", "", 0, 0),
    ("liver function tests", r"liver function tests?|lfts?|liver enzymes", "", 0, 0),
    ("urinalysis", r"urinalysis|ua|urine test|urine sample|urine culture", "", 0, 0),
    ("blood culture", r"blood cultures?", "", 0, 0),
    ("strep test", r"(?:rapid )?strep test|strep swab|throat culture", "", 0, 0),
    ("pregnancy test", r"pregnancy test|hcg", "", 0, 0),
    ("rheumatoid factor", r"rheumatoid factor", "", 0, 100_000),
    ("Lyme titer", r"lyme titers?|lyme test", "", 0, 0),
    ("uric acid", r"uric acid", "mg/dL", 0.5, 30),
)
MEASURES = VITALS + tuple(Measure(FactKind.LAB, *row) for row in _LABS)
JUDGEMENTS = r"normal|high|low|elevated|negative|positive|stable|borderline|abnormal|unremarkable|within normal limits"
"""What is said of a value in the place of a number."""
