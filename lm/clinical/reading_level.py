"""How hard a text is to read: the Flesch-Kincaid grade (Kincaid, Fishburne, Rogers, Chissom 1975).

The grade is 0.39 words per sentence + 11.8 syllables per word - 15.59: the year of school in the United States in which
the text is understood. It counts lengths and knows nothing of meaning, and of one short sentence it says little.

Syllables are counted by rule: groups of vowels, without a silent e or ed, with what usually splits a group ("ia",
"eo"), and a table of common exceptions. The library textstat (MIT) counts by a dictionary, which it downloads at run
time, and by pyphen (LGPL).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lm.grounding.gate import split_sentences

TARGET_GRADE = 6.0
"""What the American Medical Association advises for patients (Weiss, Health literacy, 2007)."""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+(?:[.,/:]\d+)*")
_VOWELS = re.compile(r"[aeiouy]+")
_SPLIT = re.compile(
    r"(?<=[aeiouy])ing\b|(?<!n)i(?=a(?!l\b|n\b)|u[ms])|(?<=[^tscgxln])i(?=o(?!us\b))|(?<=[^tscgx])i(?=al\b|an\b|ous\b)"
    r"|ni(?=al\b|an\b|a\b)|e(?=o(?!u)|um\b|act)|[nrh]e(?=a\b)|u(?=a|ou)(?<![gq]u)|(?<=[^aeiouy])y(?=[aeo])|ue(?=n[ct]|l\b)"
    r"|ea(?=t(?:ion|ive|e\b|ic))|oe(?=[mt])|(?<![tc])i(?=e(?:t|n[ct]))"
)
_SILENT_E = re.compile(r"(?<=[a-z])(?<![^aeiouy]l)e(?:s(?<![szxcg]es)(?<!ches)(?<!shes))?$")
_SILENT_ED = re.compile(r"(?<![td])(?<![bcdfgkptz]l)ed$")
_SILENT_INNER_E = re.compile(r"(?<=[aeiouy][^aeiouy])e(?=(?:ly|less|ful|ment|ness)(?:s|ly)?$)")
_IRREGULAR = {
    "anemia": 4, "area": 3, "areas": 3, "asthma": 2, "being": 2, "bruises": 2, "business": 2, "cause": 1,
    "causes": 2, "colleague": 2, "create": 2, "diabetes": 4, "diarrhea": 4, "diet": 2, "does": 1, "evening": 2,
    "every": 2, "everyone": 3, "everything": 3, "eye": 1, "eyes": 1, "fatigue": 2, "fluid": 2, "fluids": 2,
    "genuine": 3, "heard": 1, "idea": 3, "influenza": 4, "insulin": 3, "medicine": 3, "medicines": 3, "nausea": 3,
    "one": 1, "people": 2, "pneumonia": 3, "quiet": 2, "science": 2, "several": 3, "society": 4, "someone": 2,
    "something": 2, "sometimes": 2, "somewhere": 2, "theater": 3, "tongue": 1, "vein": 1, "veins": 1, "virus": 2,
    "water": 2, "whole": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReadingLevel:
    """What a grade is made of."""

    sentences: int
    words: int
    syllables: int

    @property
    def grade(self) -> float:
        """The Flesch-Kincaid grade, not below 0; 0 also where there are no words."""
        if not self.words:
            return 0.0
        return max(0.0, 0.39 * self.words / self.sentences + 11.8 * self.syllables / self.words - 15.59)

    @property
    def is_plain(self) -> bool:
        """Whether the grade is within the target."""
        return self.grade <= TARGET_GRADE


def reading_level(text: str) -> ReadingLevel:
    """Measure an English text. A number counts as one word of one syllable, as in Kincaid's report."""
    sentences = [words for sentence in split_sentences(text) if (words := _WORD.findall(sentence))]
    return ReadingLevel(
        len(sentences),
        sum(len(words) for words in sentences),
        sum(syllables(word) for words in sentences for word in words),
    )


def syllables(word: str) -> int:
    """Count the syllables of an English word by rule; at least 1."""
    low = word.lower().replace("’", "'")
    if low in _IRREGULAR:
        return _IRREGULAR[low]
    if low[:1].isdigit():
        return 1
    low = low.split("'")[0]
    low = _SILENT_E.sub("", _SILENT_INNER_E.sub("", _SILENT_ED.sub("d", low)))
    return max(1, len(_VOWELS.findall(low)) + len(_SPLIT.findall(low)))
