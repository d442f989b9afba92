"""What announces a name: titles, labels, relations, degrees; and what looks like a name and is none."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cue:
    """Something that announces a name behind it, and how much of a name the words behind it must look like."""

    name: str
    pattern: str
    anything: bool
    """Whether any capitalised word behind it is a name; else only one that can be a name."""
    case: bool = False


_RELATIVES = (
    "wife|husband|spouse|son|daughter|mother|father|mom|mum|dad|brother|sister|partner|fianc[eé]e?|boyfriend|"
    "girlfriend|"
    "friend|neighbou?r|caregiver|carer|aunt|uncle|nephew|niece|cousin|grandson|granddaughter|grandmother|grandfather|"
    "roommate|guardian|employer|boss|twin|stepfather|stepmother|interpreter|pastor"
)
_ROLES = (
    "attending(?: physician)?|physician|provider|pcp|primary care (?:physician|provider|doctor)|surgeon|"
    "referring(?: \\w+)?|"
    "doctor|nurse|clinician|author|consultant|resident|therapist|pharmacist|radiologist|pathologist|anesthesiologist|"
    "cardiologist|neurologist|oncologist|psychiatrist|psychologist|dermatologist|gynecologist|pediatrician|specialist"
)
CUES = (
    Cue(
        "a title",
        r"\b(?:Dr|Dra|Drs|Mr|Mrs|Ms|Mx|Prof|Sra?|D\.ª|Dña|Rev|Capt|Sgt|Lt|Col|Hon)\b\.?[ \t]+(?:(?:Dr|Mr|Mrs|"
        r"Ms|Prof)\b\.?[ \t]+)?",
        True,
        True,
    ),
    Cue(
        "a title, written out",
        r"\b(?:Doctor|Professor|Nurse|Miss|Sister|Mister|Madam|Reverend|Father|Judge|Captain|Sergeant|Officer|"
        r"Attorney|Dame|Lady|Sir|Lord|Aunt|Uncle|Don|Do[nñ]a)[ \t]+",
        False,
        True,
    ),
    Cue("a title in small letters", r"\b(?:dr|mr|mrs|ms|doctor)\b\.?[ \t]+", False),
    Cue(
        "a label of a name",
        r"\b(?:(?:patient|pt|full|first|last|middle|maiden|given|family|mother|father|spouse|legal|preferred|"
        r"physician|doctor)(?:'s)?[ ]?name|name|nombre|apellidos?|"
        r"surname|alias|a\.?k\.?a\.?|signed(?: by)?|signature|electronically signed by|dictated by|"
        r"transcribed by|reviewed by|"
        r"authored by|entered by|prepared by|witness(?:ed by)?|emergency contact|next of kin|contact person|"
        r"remitido por|médico|"
        r"doctor(?:a)?|referred by|cc)[ \t]*:[ \t]*",
        True,
    ),
    Cue(
        "a looser label",
        rf"\b(?:patient|pt|paciente|re|{_ROLES}|{_RELATIVES}|dear|to|from|by|attn|seen by|contact|hi|hello|thank "
        rf"you|thanks)[ \t]*[:,-][ \t]*",
        False,
    ),
    Cue(
        "a sentence that names",
        r"\b(?:names? (?:is|was|are)|named|name's|goes by|known as|nicknamed|call me|calls h(?:im|er)self|"
        r"introduced (?:him|her)self as|me llamo|se llama)[ \t]+",
        True,
    ),
    Cue(
        "an address to somebody",
        r"\b(?:dear|hi|hello|hey|thanks|thank you|signed|sincerely,?|regards,?|this is|i am|i'm|called|it's|attn)[ "
        r"\t]+",
        False,
    ),
    Cue(
        "a role",
        rf"\b(?:{_ROLES}|{_RELATIVES}|patient|by|with|per|see|saw|from|to|and|for|contact|spoke with|discussed "
        rf"with)(?:'s name is)?,?[ \t]+",
        False,
    ),
)
DEGREES = re.compile(
    r",?[ \t]+(?:M\.?D|D\.?O|R\.?N|N\.?P|P\.?A(?:-C)?|Ph\.?D|D\.?D\.?S|D\.?P\.?M|FNP(?:-\w+)?|LPN|LCSW|MSW|Pharm\.?D|"
    r"MBBS|FACP|FACS|FRCP|CRNA|CNM|APRN|DNP|PsyD|OD|DVM|Esq|CNA|EMT|LMFT|RD|DPT|OTR)\b\.?"
)
DOES = re.compile(
    r" (?:denies|denied|reports|reported|states|stated|endorses|endorsed|complains|presents|presented|returns|returned|"
    r"underwent|tolerated|feels|felt|lives|admits|describes|says|said|agrees|agreed|declines|declined|smokes|drinks|"
    r"is an? \d|was seen|was admitted|was discharged|was brought|continues to|comes in|came in)\b"
)
MEDICAL_NOUNS = frozenset(
    "disease syndrome sign signs test tests lymphoma catheter phenomenon esophagus palsy procedure maneuver manoeuvre "
    "score scale index criteria fracture tumor tumour sarcoma cell cells method stage position incision hernia drain "
    "contracture thyroiditis neuroma neuropathy ligament duct gland node nodes classification disorder tube reflex "
    "murmur nodule nodules cyst abscess pouch anastomosis operation repair technique stain bodies body ulcer angle "
    "line lines knot clamp retractor suture stent prosthesis filter splint brace bandage dystrophy anemia chorea "
    "encephalopathy dementia aphasia area canal tubules corpuscle triad grade staging esophagitis colitis "
    "thrombophlebitis melanoma carcinoma arthropathy pump inhaler insulin solution lactate protein virus "
    "bacillus".split()
)
NOT_AFTER_TITLE = frozenset(
    "i you he she we they it the this that these those what when where who why how is are was were do does did can "
    "could "
    "would should will please thank thanks okay yes no and or but so practitioner practitioners assistant manager "
    "station aide office visit note notes order orders name said says a an my your his her our their at in on for with "
    "to from of as if not any has have had".split()
)
