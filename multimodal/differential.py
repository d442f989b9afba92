"""A differential from what an encounter holds: recordings, typed text, and what answers said of its pictures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lm.clinical.conditions import load_conditions
from lm.clinical.extract import extract
from lm.clinical.findings import Alarm, Finding, age_of, alarms_of, findings_of, picture_of, quote_of, sex_of
from lm.clinical.phenotype import PHENOTYPES_FILE, Phenotypes
from lm.clinical.ranking import Ranker
from lm.grounding.answer import Citation, Verdict
from lm.sequence import SourceKind
from lm.tasks.differential import MOST, differential
from multimodal.catalog import installed_path
from multimodal.clinical_lexicon import HPO, ClinicalLexicon

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lm.clinical.conditions import CommonConditions, Sex
    from lm.clinical.facts import Fact
    from lm.clinical.spoken_text import SpokenText
    from lm.grounding.answer import Sentence
    from lm.tasks.writing import Writing

MODEL = "hpo-annotations"
FROM_PICTURES = "What answers said of pictures counts as found here: look at the pictures yourself."


@dataclass(frozen=True, slots=True)
class Heard:
    """A text with the facts that were found in it; `cite` gives the place of a fact."""

    text: str
    facts: tuple[Fact, ...]
    cite: Callable[[Fact], Citation]

    def findings(self, common: CommonConditions) -> tuple[Finding, ...]:
        """Return the signs, symptoms and values that are there or denied."""
        return findings_of(common, self.facts, self.text, self.cite)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the patient besides what was heard; age and sex given here count more than those heard."""

    findings: tuple[Finding, ...] = ()
    age_years: float | None = None
    sex: Sex | None = None


NOTHING_KNOWN = Known()


def installed_ranker() -> Ranker:
    """Return a ranker of common conditions and HPO's diseases. Raises ModelNotFetched or DamagedKnowledge."""
    phenotypes = Phenotypes.load(installed_path(MODEL) / PHENOTYPES_FILE)
    return Ranker.of_everything(phenotypes, load_conditions(phenotypes.ontology))


def differential_from(
    ranker: Ranker, heard: Sequence[Heard], known: Known = NOTHING_KNOWN, most: int = MOST
) -> Writing:
    """Return the differential of an encounter, with at most `most` candidates.

    Raises ValueError where the ranker has no common conditions: without these, places and values are not understood.
    """
    if ranker.common is None:
        raise ValueError("a ranker without common conditions reads no encounter")
    facts = [fact for one in heard for fact in one.facts]
    age = known.age_years if known.age_years is not None else age_of(facts)
    found = [*known.findings, *(finding for one in heard for finding in one.findings(ranker.common))]
    picture = picture_of(ranker.ontology, found, age, known.sex or sex_of(facts))
    alarms: list[Alarm] = [alarm for one in heard for alarm in alarms_of(one.facts, age, one.cite)]
    writing = differential(ranker, picture, most, alarms)
    if any(finding.citation.kind is SourceKind.IMAGE for finding in found):
        return replace(writing, notices=(*writing.notices, FROM_PICTURES))
    return writing


def differential_of(texts: Iterable[SpokenText], seen: Iterable[Sentence] = ()) -> Writing:
    """Return the differential of what was said and typed, and of what answers said of pictures.

    Raises ModelNotFetched for HPO's names or annotations, DamagedKnowledge.
    """
    ranker = installed_ranker()
    with _lexicon() as lexicon:
        said = [Heard(one.text, extract(one.text, lexicon), _place_in(one)) for one in texts]
        shown = [
            Heard(one.text, extract(one.text, lexicon), _picture_of(one))
            for one in seen
            if one.citations and one.verdict is not Verdict.WITHHELD
        ]
    return differential_from(ranker, [*said, *shown])


def heard_in(text: str, label: str) -> Heard:
    """Find the facts of a written text. Raises ModelNotFetched for HPO's names, by which signs are found."""
    with _lexicon() as lexicon:
        facts = extract(text, lexicon)
    return Heard(text, facts, lambda fact: Citation(SourceKind.TRANSCRIPT, label, quote_of(text, fact)))


def _lexicon() -> ClinicalLexicon:
    installed_path(HPO)
    return ClinicalLexicon.open()


def _place_in(spoken: SpokenText) -> Callable[[Fact], Citation]:
    return lambda fact: spoken.cite_sentence(fact.start, fact.end)


def _picture_of(sentence: Sentence) -> Callable[[Fact], Citation]:
    return lambda _fact: sentence.citations[0]
