"""A ranked differential from what was found, with what speaks for each candidate, against it, and what is missing.

Every sentence is put together by rule from terms of HPO and cites the words that said a finding and the annotation that
ties it to the disease. No decoder writes any of it. It supports a clinician's own reasoning and diagnoses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lm.clinical.conditions import SOURCE
from lm.clinical.phenotype import Frequency
from lm.clinical.questions import next_questions
from lm.clinical.ranking import RED_FLAG_LOG_ODDS
from lm.grounding.answer import Citation, Sentence, Verdict
from lm.grounding.words import name_key
from lm.sequence import SourceKind
from lm.tasks.writing import Section, Writing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lm.clinical.conditions import CommonConditions
    from lm.clinical.findings import Alarm, Picture
    from lm.clinical.questions import Question
    from lm.clinical.ranking import Candidate, Ranker

TITLE = "Differential"
LABEL = "Support for a clinician's own reasoning, not a diagnosis."
RED_FLAGS, NOT_ASKED = "Red flags", "Not asked yet"
MOST, MOST_ALLOWED = 3, 10
QUESTIONS = 3
MISSING_SHOWN = 4
FEWEST_FINDINGS = 3
FAR_BEHIND = 5.0
"""In nats: what lies further behind the first candidate is not shown, unless it is a red flag."""
TELLING = 1.0
"""In nats: what a shared ancestor must tell before it speaks for a candidate."""
_CONSIDERED = 40
_RIVALS = 8
"""How many candidates the questions are meant to tell apart."""
_RIVAL_BEHIND = 7.0
_CHEMISTRY = "HP:0001939"
"""Abnormality of metabolism/homeostasis."""
_TYPICAL = 0.295
"""HPO's lower bound of "frequent"."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How a finding is asked for, by its place."""

    ask: frozenset[int] = field(default_factory=frozenset)
    examine: frozenset[int] = field(default_factory=frozenset)
    measure: frozenset[int] = field(default_factory=frozenset)
    test: frozenset[int] = field(default_factory=frozenset)

    @classmethod
    def of(cls, common: CommonConditions) -> Ways:
        """Return the ways that the table of common conditions names; what HPO counts as chemistry is tested for."""
        ontology, methods = common.ontology, common.methods
        chemistry = ontology.place(_CHEMISTRY)
        others = frozenset().union(*methods.values())
        known = {term for condition in common.conditions for term, _ in condition.findings}
        tested = {place for place in range(len(ontology)) if ontology.implies(place, chemistry) and place not in known}
        return cls(
            frozenset(known - others), methods["examine"], methods["measure"], methods["test"] | frozenset(tested)
        )

    def verb(self, term: int) -> str:
        """Return how to find out."""
        words = (
            (self.test, "Test for"),
            (self.measure, "Measure"),
            (self.examine, "Examine for"),
            (self.ask, "Ask about"),
        )
        return next((verb for terms, verb in words if term in terms), "Look for")

    @property
    def effort(self) -> dict[int, float]:
        """What is left of a finding's gain for what it takes to find out."""
        return dict.fromkeys(self.test, 0.6) | dict.fromkeys(self.examine | self.measure, 0.9)


def differential(ranker: Ranker, picture: Picture, most: int = MOST, alarms: Sequence[Alarm] = ()) -> Writing:
    """Return the differential of a patient with at most `most` candidates, red flags first.

    Without a finding that is there, no candidate is named: what is common is no reason.
    """
    wording = _Wording(ranker, picture, Ways.of(ranker.common) if ranker.common else Ways())
    flagged = [wording.alarm(alarm) for alarm in alarms]
    if not picture.seen.present:
        sections = (Section(RED_FLAGS, tuple(flagged)),) if flagged else ()
        return Writing(TITLE, sections, (LABEL, "No finding to go by was given.", *_said_both_ways(ranker, picture)))
    ranked = _distinct(ranker, wording.supported(ranker.rank(picture.seen, _CONSIDERED)))
    near = [candidate for candidate in ranked if candidate.log_odds >= ranked[0].log_odds - FAR_BEHIND]
    shown = near[: max(1, min(most, MOST_ALLOWED))]
    flagged += [wording.red_flag(c, seen) for c, seen in _flagged(ranker, picture, ranked, shown)]
    rivals = [c for c in ranked[:_RIVALS] if c.log_odds >= ranked[0].log_odds - _RIVAL_BEHIND]
    rivals = rivals if len(rivals) >= MOST else ranked[:MOST]
    questions = next_questions(ranker, picture.seen, rivals, QUESTIONS, wording.ways.effort)
    return Writing(
        TITLE,
        (
            Section(RED_FLAGS, tuple(flagged)),
            *(wording.candidate(number, candidate) for number, candidate in enumerate(shown, start=1)),
            Section(NOT_ASKED, tuple(wording.question(question) for question in questions)),
        ),
        (LABEL, *_notices(ranker, picture, shown)),
    )


def _distinct(ranker: Ranker, candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the candidates, each disease once: OMIM and Orphanet both have Marfan syndrome."""
    found: dict[str, Candidate] = {}
    for candidate in candidates:
        found.setdefault(name_key(_name(ranker, candidate)), candidate)
    return list(found.values())


def _flagged(
    ranker: Ranker, picture: Picture, ranked: Sequence[Candidate], shown: Sequence[Candidate]
) -> list[tuple[Candidate, tuple[int, ...]]]:
    """Return the dangerous conditions with the alarm findings that they have, then those among what is shown."""
    least = (ranked[0].log_odds if ranked else 0.0) - RED_FLAG_LOG_ODDS
    found = []
    for candidate in ranked:
        condition = ranker.condition(candidate)
        alarms = condition.alarms if condition and condition.is_red_flag else ()
        seen = tuple(t for t in picture.seen.present if any(ranker.ontology.implies(t, alarm) for alarm in alarms))
        if ranker.is_red_flag(candidate) and ((seen and candidate.log_odds >= least) or candidate in shown):
            found.append((candidate, seen))
    found.sort(key=lambda item: not item[1])
    return found[:MOST]


def _name(ranker: Ranker, candidate: Candidate) -> str:
    return ranker.groups[candidate.group].profiles.names[candidate.disease]


def _said_both_ways(ranker: Ranker, picture: Picture) -> tuple[str, ...]:
    names = ", ".join(_lower(ranker.ontology.names[term]) for term in picture.contradictory)
    return (f"Said both ways, so it counts for nothing until it is asked again: {names}.",) if names else ()


def _notices(ranker: Ranker, picture: Picture, shown: Sequence[Candidate]) -> tuple[str, ...]:
    notices = list(_said_both_ways(ranker, picture))
    if len(picture.seen.present) < FEWEST_FINDINGS:
        notices.append("With so few findings the order says little more than which condition is common.")
    if not shown:
        notices.append("Nothing that Bedside knows goes with these findings.")
    notices.append(
        f"Rare diseases are those of the {ranker.ontology.title} and its annotations; common conditions come from a "
        "list of Bedside's own, written by judgement and not measured. What is in neither is not considered."
    )
    return tuple(notices)


@dataclass(frozen=True)
class _Wording:
    """Turns terms and candidates into sentences with their sources."""

    ranker: Ranker
    picture: Picture
    ways: Ways

    # --- what goes with what ------------------------------------------------------------------------------------------

    def supporting(self, candidate: Candidate) -> tuple[int, ...]:
        """Return the findings that speak for a candidate, most telling first."""
        told = [(self._telling(candidate, term), term) for term in self._present]
        return tuple(term for telling, term in sorted(told, key=lambda item: -item[0]) if telling > 0)

    def supported(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Return the candidates that enough speaks for.

        Something beside what many have anyway, and for a rare disease two findings, where the patient has as many.
        """
        possible = (candidate for candidate in candidates if not self._is_of_other_sex(candidate))
        for_each = [(candidate, self.supporting(candidate)) for candidate in possible]
        telling = [(c, [t for t in terms if not self.ranker.is_background(t)]) for c, terms in for_each]
        needed = min(2, len(self._present))
        enough = [c for c, terms in telling if len(terms) >= (1 if self.ranker.condition(c) else needed)]
        return enough or [candidate for candidate, terms in for_each if terms]

    def _is_of_other_sex(self, candidate: Candidate) -> bool:
        condition, sex = self.ranker.condition(candidate), self.picture.sex
        return condition is not None and None not in {condition.sex, sex} and condition.sex is not sex

    @property
    def _present(self) -> tuple[int, ...]:
        return self.ranker.ontology.most_specific(self.picture.seen.present)

    def _telling(self, candidate: Candidate, term: int) -> float:
        group = self.ranker.groups[candidate.group]
        if candidate.disease in self.ranker.context_of(group, term):
            return TELLING
        ratio = float(self.ranker.present_ratios(group, term)[candidate.disease])
        exact = group.profiles.share(candidate.disease, term) > 0
        return ratio if exact or ratio >= TELLING else 0.0

    def _against(self, candidate: Candidate) -> list[tuple[int, str]]:
        profiles = self.ranker.groups[candidate.group].profiles
        absent = self.ranker.ontology.broadest(self.picture.seen.absent)
        typical = [(term, profiles.share(candidate.disease, term)) for term in absent]
        denied = [
            (term, f"no {self._term(term)} ({Frequency.nearest(share)} in it)")
            for term, share in sorted(typical, key=lambda item: -item[1])
            if share >= _TYPICAL
        ]
        for_it = set(self.supporting(candidate))
        unexplained = [t for t in self._present if t not in for_it and not self.ranker.is_background(t)]
        return denied + [(term, f"it does not explain {self._term(term)}") for term in unexplained]

    def _missing(self, candidate: Candidate) -> list[int]:
        own = self.ranker.own_term(candidate)
        profile = self.ranker.groups[candidate.group].profiles.of(candidate.disease)
        gaps = [
            found for found in profile if found.share >= _TYPICAL and found.term != own and not self._known(found.term)
        ]
        gaps.sort(key=lambda found: -found.share / max(self.ranker.background(found.term), 0.02) ** 0.5)
        return [found.term for found in gaps[:MISSING_SHOWN]]

    def _known(self, term: int) -> bool:
        return self.ranker.is_known(self.picture.seen, term)

    # --- sentences ----------------------------------------------------------------------------------------------------

    def alarm(self, alarm: Alarm) -> Sentence:
        """Return the sentence of a vital sign that is urgent by itself."""
        return Sentence(f"Urgent by itself (NEWS2, 3 points): {alarm.text}.", Verdict.SUPPORTED, (alarm.citation,))

    def red_flag(self, candidate: Candidate, seen: Sequence[int]) -> Sentence:
        """Return why a dangerous condition must be thought of."""
        name = self._heading(candidate)
        if not seen:
            text = f"{name} is among the candidates and must not be missed."
            return Sentence(text, Verdict.SUPPORTED, (self._source(candidate, None),))
        names = ", ".join(self._term(term) for term in seen)
        return Sentence(f"Do not miss {name}: {names}.", Verdict.SUPPORTED, self._citations(candidate, seen))

    def candidate(self, number: int, candidate: Candidate) -> Section:
        """Return the section of one candidate."""
        for_it = self.supporting(candidate)
        sentences = [self._sentence("For", candidate, [(term, self._said_for(candidate, term)) for term in for_it])]
        if against := self._against(candidate):
            sentences.append(self._sentence("Against", candidate, against))
        if missing := [(term, self._said_for(candidate, term)) for term in self._missing(candidate)]:
            sentences.append(self._sentence("Missing", candidate, missing))
        sentences += self._outside_age(candidate)
        if condition := self.ranker.condition(candidate):
            text = " ".join(f"{said.rstrip('.?')}." for said in (condition.ask, condition.examine) if said)
            if text:
                source = self._source(candidate, None)
                sentences.append(Sentence(f"Ask and examine: {text}", Verdict.SUPPORTED, (source,)))
        return Section(f"{number}. {self._heading(candidate)}", tuple(sentences))

    def question(self, question: Question) -> Sentence:
        """Return what to ask, with its reason."""
        asked = f"{self.ways.verb(question.term)} {self._term(question.term)}"
        frequency = self._frequency(question.speaks_for, question.term)
        reason = f"{frequency} in {_name(self.ranker, question.speaks_for)}"
        source = [self._source(question.speaks_for, question.term)]
        if question.speaks_against:
            reason += f", much less so in {_name(self.ranker, question.speaks_against)}"
            source.append(self._source(question.speaks_against, question.term))
        return Sentence(f"{asked}: {reason}.", Verdict.SUPPORTED, tuple(source))

    def _outside_age(self, candidate: Candidate) -> list[Sentence]:
        condition, age = self.ranker.condition(candidate), self.picture.age_years
        if condition is None or age is None or condition.age[0] <= age <= condition.age[1]:
            return []
        text = f"Against: it is uncommon at {age:g} years."
        return [Sentence(text, Verdict.SUPPORTED, (self._source(candidate, None),))]

    def _sentence(self, head: str, candidate: Candidate, parts: Sequence[tuple[int, str]]) -> Sentence:
        text = f"{head}: {'; '.join(part for _, part in parts)}."
        return Sentence(text, Verdict.SUPPORTED, self._citations(candidate, [term for term, _ in parts]))

    def _said_for(self, candidate: Candidate, term: int) -> str:
        group = self.ranker.groups[candidate.group]
        if candidate.disease in self.ranker.context_of(group, term):
            return f"{self._term(term)} (makes it likelier)"
        if group.profiles.share(candidate.disease, term) > 0:
            return f"{self._term(term)} ({self._frequency(candidate, term)})"
        return f"{self._term(term)} (close to what is seen in it)"

    def _frequency(self, candidate: Candidate, term: int) -> Frequency:
        return Frequency.nearest(self.ranker.groups[candidate.group].profiles.share(candidate.disease, term))

    def _citations(self, candidate: Candidate, terms: Iterable[int]) -> tuple[Citation, ...]:
        found: list[Citation] = []
        for term in terms:
            found += [said.citation for said in self.picture.of(term)]
            found.append(self._source(candidate, term))
        return tuple(dict.fromkeys(found))

    def _source(self, candidate: Candidate, term: int | None) -> Citation:
        """Return the citation of what ties a term to a disease, or of the disease itself."""
        group = self.ranker.groups[candidate.group]
        code, name = group.profiles.codes[candidate.disease], group.profiles.names[candidate.disease]
        label = SOURCE if group.conditions else f"Annotations of the {self.ranker.ontology.title}"
        if term is None:
            return Citation(SourceKind.PASSAGE, label, f"{code} {name}", heading=code)
        rows = [a for a in group.profiles.of(candidate.disease) if self.ranker.ontology.implies(a.term, term)]
        if not rows:
            return Citation(SourceKind.PASSAGE, label, self.ranker.ontology.label(term), heading=code)
        row = max(rows, key=lambda found: (found.term == term, found.share))
        said = f"{self.ranker.ontology.label(row.term)}, {Frequency.nearest(row.share)}"
        reported = "" if group.conditions or not row.source else f" ({row.source})"
        return Citation(SourceKind.PASSAGE, label, f"{said}{reported}", heading=code)

    def _heading(self, candidate: Candidate) -> str:
        profiles = self.ranker.groups[candidate.group].profiles
        code = profiles.codes[candidate.disease]
        kind = f"ICD-10-CM {code}" if self.ranker.groups[candidate.group].conditions else f"rare, {code}"
        return f"{profiles.names[candidate.disease]} ({kind})"

    def _term(self, term: int) -> str:
        return _lower(self.ranker.ontology.names[term])


def _lower(name: str) -> str:
    """Return a name as it stands within a sentence: "ST segment elevation" keeps its capitals."""
    return name if len(name) > 1 and name[1].isupper() else name[:1].lower() + name[1:]
