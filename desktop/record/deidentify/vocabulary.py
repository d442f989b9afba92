"""Which words are harmless and which are names: five word lists, and the little grammar that is needed to look them up.

A word that is in no list is taken for a name: what is not known to be harmless goes.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from pathlib import Path

ASSETS = Path(__file__).resolve().parent.parent.parent.parent / "assets" / "deidentify"
_ENDINGS = tuple("'s s es ed d ing ly al ally er ers or y ity ness ment".split())
_LEAST_STEM = 4
_PREFIXES = tuple(
    "anti auto bi co de dis hyper hypo in inter intra micro mid mis multi neo non over pan para peri poly post pre re "
    "semi sub super supra trans tri un under uni".split()
)


class Reading(Enum):
    """What a capitalised word can be."""

    HARMLESS = auto()
    EITHER = auto()
    """A word of the language that is also a name: Will, Grace, Young."""
    NAME = auto()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The word lists, in small letters without accents."""

    words: frozenset[str]
    kept: frozenset[str]
    """What may always stay: states, countries and their people, days of the week, terms with a capital."""
    given: frozenset[str]
    surnames: frozenset[str]
    cities: frozenset[str]
    """Names of cities, several words long where they are."""

    def reading(self, word: str) -> Reading:
        """Say what a word can be; its accents and its case count for nothing."""
        plain = folded(word).lower()
        whole, bare = plain.replace("’", "'"), re.sub(r"['’]s$", "", plain)
        if whole in self.kept or bare in self.kept:
            return Reading.EITHER if bare in self.given else Reading.HARMLESS
        is_name = bare in self.given or bare in self.surnames
        if whole in self.words or bare in self.words:
            return Reading.EITHER if is_name else Reading.HARMLESS
        if is_name:
            return Reading.NAME
        return Reading.HARMLESS if self._is_formed(whole) else Reading.NAME

    def is_given(self, word: str) -> bool:
        """Return whether it is a given name, whatever else it is."""
        return re.sub(r"['’]s$", "", folded(word).lower()) in self.given

    def is_listed(self, word: str) -> bool:
        """Return whether it is in one of the lists of names."""
        bare = re.sub(r"['’]s$", "", folded(word).lower())
        return bare in self.given or bare in self.surnames

    def is_word(self, word: str) -> bool:
        """Return whether it is an ordinary word of the language, or of medicine."""
        plain = folded(word).lower()
        return plain in self.words or plain in self.kept or self._is_formed(plain)

    def _is_formed(self, word: str) -> bool:
        """Return whether a word is built from known ones: joined by a hyphen, inflected, or with a prefix."""
        if "-" in word:
            return all(len(part) < 2 or part in self.words or self._is_formed(part) for part in word.split("-"))
        if any(word.startswith(prefix) and self._is_stem(word[len(prefix) :]) for prefix in _PREFIXES):
            return True
        return any(word.endswith(ending) and self._is_inflected(word, ending) for ending in _ENDINGS)

    def _is_inflected(self, word: str, ending: str) -> bool:
        stem = word[: -len(ending)]
        shortened = stem[:-1] if len(stem) > 1 and stem[-1] == stem[-2] else stem
        return self._is_stem(stem) or self._is_stem(f"{stem}e") or self._is_stem(shortened)

    def _is_stem(self, stem: str) -> bool:
        return len(stem) >= _LEAST_STEM and stem in self.words


def folded(text: str) -> str:
    """Return a text of the same length without accents, so that places in it stay what they are."""
    if text.isascii():
        return text
    return "".join(unicodedata.normalize("NFD", character)[0] for character in text)


@cache
def vocabulary() -> Vocabulary:
    """Read the lists once."""
    words = _listed("words") | _listed("terms")
    return Vocabulary(words, _KEPT, _listed("given_names"), _listed("surnames"), _listed("cities"))


def _listed(name: str) -> frozenset[str]:
    text = (ASSETS / f"{name}.txt").read_text(encoding="utf-8")
    return frozenset(folded(line).lower() for line in text.splitlines() if line)


STATES = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|"
    "Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|"
    "Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|"
    "Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|"
    "West Virginia|Wisconsin|Wyoming|Puerto Rico|Guam|District of Columbia"
)
STATE_CODES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|"
    "PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC"
)
_KEPT = (
    frozenset(STATES.lower().replace("|", " ").split())
    | frozenset(
        "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun january "
        "february march april may june july august september october november december christmas easter thanksgiving "
        "halloween afghanistan albania algeria america american argentina australia australian austria "
        "bangladesh belgium "
        "bolivia brazil brazilian bulgaria cambodia cameroon canada canadian caribbean caucasian chile china chinese "
        "colombia congo croatia cuba cuban denmark dominican ecuador egypt egyptian england english eritrea estonia "
        "ethiopia ethiopian europe european filipino finland finnish france french german germany ghana greece greek "
        "guatemala haiti haitian hispanic honduras hungary iceland india indian indonesia iran iranian iraq "
        "iraqi ireland "
        "irish israel israeli italian italy jamaica jamaican japan japanese jewish jordan kazakhstan kenya "
        "kenyan korea "
        "korean laos latino latina latin latvia lebanon liberia libya lithuania malaysia mexican mexico "
        "mongolia morocco "
        "muslim myanmar nepal netherlands nicaragua nigeria nigerian norway norwegian pakistan pakistani "
        "panama paraguay "
        "peru philippines poland polish portugal portuguese romania russia russian rwanda samoan senegal "
        "serbia singapore "
        "slovakia slovenia somali somalia spain spanish sudan sweden swedish switzerland syria syrian taiwan tanzania "
        "thailand turkey turkish uganda ukraine ukrainian uruguay usa uzbekistan venezuela vietnam vietnamese yemen "
        "zambia "
        "zimbabwe africa african asia asian español española españa catholic protestant christian hindu buddhist "
        "jehovah "
        "medicare medicaid united states national university college hospital center centre clinic department bachelor "
        "coast east west north south human resources squad hall harbor".split()
    )
    | frozenset(
        # Clinical words that notes write with a capital, abbreviations, and eponyms that stand alone in them.
        "constitutional integumentary marital covid afebrile gravida para normoactive onychomycosis furthermore mom "
        "mum dad "
        "grandma grandpa mommy daddy gyn obgyn ent htn hgb hct cath preop postop stds uris adls mris cts tias uti utis "
        "apgar apgars triage detox inspection hematology salesperson unobtainable unbeknownst parkinson parkinsons "
        "alzheimer alzheimers crohn crohns cushing achilles breslow gleason lachman babinski romberg lhermitte uhthoff "
        "mcmurray addison hoffman foley doppler gatorade pedialyte augmentin synvisc cyberknife neuro resp abd ext "
        "musc "
        "psych heent perrla normocephalic atraumatic nontender nondistended anicteric eomi wbc rbc bun alt ast hba inr "
        "chol ldl hdl tsh iga igg igm ecg ekg echo ros hpi pmh psh fh sh cc pcp er ed icu or gi gu cv rue lue rle lle "
        "reports denies endorses abdominal rheumatologic genitourinary gastrointestinal respiratory cardiovascular "
        "neurological musculoskeletal psychiatric endocrine lymphatic immunologic allergic dermatologic ophthalmologic "
        "nombre apellidos apellido localidad provincia nass nhc cipa especialidad nefrologia endocrinologia "
        "ginecologia tel "
        "dra sra pais domicilio fecha edad sexo medico ingreso servicio hospital clinica urologia correo niega refiere "
        "actual principal medicina interna intensiva intensivos digestivo "
        "farmacia aparato email fax presenta acude paciente varon mujer dermatologia andrologia microscopicamente "
        "presentamos "
        "mr mrs ms dr miss prof tobacco etoh rx hx dx tx sx fx pt pts yo".split()
    )
)
