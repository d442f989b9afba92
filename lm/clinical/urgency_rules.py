"""The red flags and the specialties, as tables. A reason says why a rule is there and names guidance on its subject.

The rules are the project's own reminders, worded for rules over facts. They are no copy of the guidance that is named,
and were not reviewed against its text: read that before relying on one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW, TODAY = "immediate", "same day"


@dataclass(frozen=True, slots=True)
class Limit:
    """A vital sign at or beyond a value; temperatures in °C."""

    name: str
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, slots=True)
class RedFlag:
    """A rule: one fact of each group of names, and `limits_needed` of the limits."""

    urgency: str
    title: str
    reason: str
    all_of: tuple[frozenset[str], ...] = ()
    limits: tuple[Limit, ...] = ()
    limits_needed: int = 0


def _names(names: str) -> frozenset[str]:
    return frozenset(names.split("|"))


_BREATHLESS = _names("Dyspnea|Dyspnea on exertion|Orthopnea|Hypoxia")
_HOT = _names("Fever|Chills|Rigors")

RED_FLAGS: tuple[RedFlag, ...] = (
    RedFlag(
        NOW,
        "Thunderclap headache",
        "A sudden worst-ever headache can be a subarachnoid haemorrhage (NICE CG150).",
        (_names("Thunderclap headache"),),
    ),
    RedFlag(
        NOW,
        "Sudden neurological deficit",
        "Face, arm or speech signs can be a stroke, which is treated within hours (FAST; NICE NG128).",
        (
            _names(
                "Facial droop|Slurred speech|One-sided weakness|Trouble speaking|Hemiparesis|Unilateral facial palsy"
            ),
        ),
    ),
    RedFlag(
        NOW,
        "Chest pain with a companion sign",
        "Chest pain with breathlessness, sweating, vomiting, fainting or pain in arm or jaw can be an "
        "acute coronary syndrome "
        "(NICE CG95).",
        (
            _names("Chest pain"),
            _BREATHLESS
            | _names("Sweating|Nausea|Vomiting|Nausea and vomiting|Syncope|Arm pain|Jaw pain|Palpitations|Dizziness"),
        ),
    ),
    RedFlag(
        TODAY,
        "Chest pain",
        "Chest pain is assessed with an electrocardiogram before it is called harmless (NICE CG95).",
        (_names("Chest pain"),),
    ),
    RedFlag(
        NOW,
        "Low oxygen saturation",
        "Below 92 % breathing air, oxygen or help may be needed (National Early Warning Score 2: 91 % or "
        "less scores 3).",
        limits=(Limit("oxygen saturation", at_most=91.999),),
        limits_needed=1,
    ),
    RedFlag(
        NOW,
        "Vital signs of possible sepsis",
        "Two of fast breathing (22/min), systolic pressure of 100 mmHg or less, or a pulse above 130 "
        "(qSOFA, Sepsis-3 2016; NICE NG253).",
        limits=(
            Limit("respiratory rate", at_least=22),
            Limit("blood pressure", at_most=100),
            Limit("heart rate", at_least=131),
        ),
        limits_needed=2,
    ),
    RedFlag(
        NOW,
        "Fever with confusion",
        "Fever with a new disturbance of the mind can be sepsis or an infection of the brain (NICE NG253, NG240).",
        (_HOT, _names("Confusion|Altered mental status|Seizure|Loss of consciousness|Lethargy")),
    ),
    RedFlag(
        NOW,
        "Fever with a stiff neck",
        "Fever, headache and a stiff neck can be meningitis (NICE NG240).",
        (_HOT | _names("Headache"), _names("Neck stiffness")),
    ),
    RedFlag(
        NOW,
        "Very low blood pressure",
        "A systolic pressure of 90 mmHg or less can be shock (National Early Warning Score 2 scores 3).",
        limits=(Limit("blood pressure", at_most=90),),
        limits_needed=1,
    ),
    RedFlag(
        TODAY,
        "Very high blood pressure",
        "From 180 mmHg systolic, signs of organ damage are looked for the same day (NICE NG136).",
        limits=(Limit("blood pressure", at_least=180),),
        limits_needed=1,
    ),
    RedFlag(
        TODAY,
        "High fever",
        "A temperature of 39.1 °C or more scores in the National Early Warning Score 2.",
        limits=(Limit("temperature", at_least=39.1),),
        limits_needed=1,
    ),
    RedFlag(
        NOW,
        "Thoughts of suicide",
        "Thoughts of ending one's life are asked about and never left until later (NICE NG225).",
        (_names("Suicidal ideation"),),
    ),
    RedFlag(
        NOW,
        "Swelling or hives with trouble breathing",
        "Skin signs of an allergy with trouble breathing can be anaphylaxis (Resuscitation Council UK 2021).",
        (
            _names("Hives|Swollen lip|Facial edema|Anaphylactic shock"),
            _BREATHLESS | _names("Wheezing|Syncope|Difficulty swallowing"),
        ),
    ),
    RedFlag(
        NOW,
        "Back pain with loss of bladder, bowel or saddle feeling",
        "This can be a cauda equina syndrome, which is operated on within a day (NICE CKS, sciatica).",
        (
            _names("Back pain|Low back pain|Sciatica"),
            _names("Urinary retention|Urinary incontinence|Bowel incontinence|Fecal incontinence|Saddle anesthesia"),
        ),
    ),
    RedFlag(
        TODAY,
        "Fainting",
        "Loss of consciousness needs an electrocardiogram the same day (NICE CG109).",
        (_names("Syncope|Loss of consciousness"),),
    ),
    RedFlag(
        TODAY,
        "Blood where none should be",
        "Coughed or vomited blood and black stools can be a bleed that goes on (NICE CG141, NG12).",
        (_names("Hemoptysis|Hematemesis|Melena"),),
    ),
    RedFlag(
        TODAY,
        "Loss of vision",
        "New loss of vision is seen the same day (NICE CKS, sudden vision loss).",
        (_names("Vision loss|Peripheral visual field loss"),),
    ),
    RedFlag(
        TODAY,
        "One leg swollen, or a clot",
        "A swollen leg with breathlessness or chest pain can be a pulmonary embolism (NICE NG158).",
        (_names("Leg swelling|Deep venous thrombosis|Blood clot"), _BREATHLESS | _names("Chest pain|Hemoptysis")),
    ),
    RedFlag(
        TODAY,
        "Pain in the belly in pregnancy, or bleeding",
        "Pain or bleeding in early pregnancy can be an ectopic pregnancy (NICE NG126).",
        (_names("Pregnancy"), _names("Abdominal pain|Bleeding|Vaginal bleeding|Pelvic pain|Syncope")),
    ),
)
SPECIALTIES: Mapping[str, str] = {
    "cardiology": r"chest pain|palpitation|heart|coronary|atrial|myocard|angina|mitral|aortic (?:valve|"
    r"stenosis)|tachycardia|syncope|hypertension|"
    r"congestive|orthopnea|jugular",
    "pulmonology": r"dyspnea|wheez|asthma|chronic obstructive|emphysema|hemoptysis|pneumon|sleep apnea|"
    r"bronch|lung|pulmonary|crackles",
    "neurology": r"headache|migraine|seizure|epilep|stroke|transient ischemic|numbness|tingling|tremor|"
    r"multiple sclerosis|parkinson|"
    r"memory|slurred|facial droop|one-sided|trouble speaking|neuropath|thunderclap|double vision",
    "gastroenterology": r"abdominal pain|heartburn|gastro|reflux|diarrhea|constipation|blood in stool|"
    r"melena|difficulty swallowing|crohn|"
    r"colitis|hepatitis|cirrhosis|nausea|vomiting|bloating|irritable bowel|hematemesis",
    "orthopaedics": r"(?:knee|hip|shoulder|ankle|elbow|wrist|foot|hand|finger|back|neck|low back) pain|"
    r"fracture|sprain|rotator|osteoarthritis|"
    r"carpal|meniscus|ankle sprain",
    "rheumatology": r"rheumatoid|joint pain|gout|lupus|systemic lupus|fibromyalgia|stiffness|psoriatic|polymyalgia",
    "endocrinology": r"diabetes|type i|hypothyroid|hyperthyroid|osteoporosis|goiter|hyperglyc|hypoglyc|obesity",
    "nephrology and urology": r"hematuria|kidney|dysuria|urinary|prostat|benign prostatic|nephro|renal|nocturia",
    "dermatology": r"rash|itching|hives|eczema|psoriasis|acne|melanoma|skin|warts?|verruca|cellulitis|urticaria",
    "psychiatry": r"depression|anxiety|suicid|homicid|hallucin|bipolar|panic|insomnia|schizo",
    "ear, nose and throat": r"sore throat|ear |hearing|ringing|sinusitis|nasal|vertigo|hoarse|rhinorrhea|"
    r"tonsil|tinnitus",
    "ophthalmology": r"blurred|vision|eye |glaucoma|cataract|double vision|photophobia|ocular|visual",
    "oncology": r"cancer|carcinoma|lymphoma|leukemia|myeloma|neoplasm|melanoma|sarcoma",
    "gynaecology and obstetrics": r"pregnan|vaginal|pelvic pain|menorrh|ovarian|endometri|uterine|breast",
    "haematology": r"anemia|blood clot|deep venous|thrombo|iron deficiency|sickle|bleeding",
    "allergology": r"allergic rhinitis|hives|anaphyla|allergy",
    "infectious diseases": r"hiv|tuberculosis|sepsis|lyme|malaria",
}
"""By specialty, the beginnings of names of problems that are referred there."""
