"""Urgency and specialty below the findings: cited, few, and nothing where no rule is met."""

from __future__ import annotations

from lm.clinical.facts import Assertion, Fact, FactKind
from lm.clinical.spoken_text import SpokenText
from lm.clinical.urgency import DISCLAIMER
from lm.grounding.answer import Evidence
from lm.sequence import SourceKind
from lm.tasks.findings import FoundFact, findings
from lm.tasks.support import HEADING, MOST_SPECIALTIES, MOST_WARNINGS, with_support

SAID = "I have chest pain. I am sweating. I have shortness of breath. No rash."
SOURCE = SpokenText.of(Evidence.from_text(SourceKind.QUESTION, "", SAID))


def problem(name: str, **more: object) -> FoundFact:
    at = SAID.index(name)
    return FoundFact(Fact(FactKind.PROBLEM, name, at, at + len(name), name, **more), SOURCE)  # type: ignore[arg-type]


def test_each_line_cites_the_words_that_met_it() -> None:
    found = [problem("chest pain"), problem("shortness of breath")]
    written = with_support(findings(found), found)
    support = written.sections[-1]
    assert (support.heading, support.is_check) == (HEADING, True)
    assert "I have chest pain." in {cited.quote for line in support.sentences for cited in line.citations}
    assert all(line.citations for line in support.sentences)
    assert 0 < len(support.sentences) <= MOST_WARNINGS + MOST_SPECIALTIES
    assert written.notices[-1] == DISCLAIMER


def test_where_no_rule_is_met_nothing_is_said() -> None:
    found = [problem("rash", assertion=Assertion.ABSENT)]
    assert with_support(findings(found), found) == findings(found)
