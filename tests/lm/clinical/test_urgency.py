from __future__ import annotations

import pytest

from lm.clinical.facts import Assertion, Course, Fact, FactKind
from lm.clinical.urgency import DISCLAIMER, Urgency, triage
from lm.clinical.urgency_rules import RED_FLAGS


def problem(name: str, assertion: Assertion = Assertion.PRESENT, course: Course = Course.CURRENT) -> Fact:
    return Fact(FactKind.PROBLEM, name, 0, len(name), name, assertion, course)


def vital(name: str, value: str) -> Fact:
    return Fact(FactKind.VITAL, value, 0, len(value), name, value=value)


@pytest.mark.parametrize("rule", RED_FLAGS, ids=lambda rule: rule.title)
def test_every_rule_is_met_by_what_it_names_and_says_why(rule) -> None:
    facts = [problem(sorted(names)[0]) for names in rule.all_of]
    for limit in rule.limits[: rule.limits_needed]:
        value = limit.at_least if limit.at_least is not None else limit.at_most
        facts.append(vital(limit.name, f"{value:g}{' °C' if limit.name == 'temperature' else ''}"))
    met = {warning.title: warning for warning in triage(facts).warnings}
    assert rule.title in met
    assert met[rule.title].facts
    assert met[rule.title].reason.endswith(".")


@pytest.mark.parametrize(
    "fact",
    [
        problem("Thunderclap headache", Assertion.ABSENT),
        problem("Thunderclap headache", Assertion.FAMILY),
        problem("Thunderclap headache", Assertion.HYPOTHETICAL),
        problem("Thunderclap headache", course=Course.PAST),
    ],
    ids=lambda fact: f"{fact.assertion} {fact.course}",
)
def test_what_is_not_there_now_raises_nothing(fact: Fact) -> None:
    result = triage([fact])
    assert result.urgency is Urgency.ROUTINE
    assert result.warnings == ()
    assert result.disclaimer == DISCLAIMER


def test_the_most_urgent_comes_first() -> None:
    result = triage([problem("Chest pain"), problem("Dyspnea")])
    assert result.urgency is Urgency.IMMEDIATE
    assert [warning.urgency for warning in result.warnings] == [Urgency.IMMEDIATE, Urgency.SAME_DAY]


def test_limits_hold_at_their_value() -> None:
    assert triage([vital("oxygen saturation", "92%")]).urgency is Urgency.ROUTINE
    assert triage([vital("oxygen saturation", "91%")]).urgency is Urgency.IMMEDIATE
    assert triage([vital("temperature", "102.4 °F")]).urgency is Urgency.SAME_DAY
    assert triage([vital("temperature", "101.4 °F")]).urgency is Urgency.ROUTINE
    assert triage([vital("respiratory rate", "24 /min")]).urgency is Urgency.ROUTINE
    assert (
        triage([vital("respiratory rate", "24 /min"), vital("blood pressure", "98/60 mmHg")]).urgency
        is Urgency.IMMEDIATE
    )


def test_a_specialty_names_the_facts_that_led_to_it() -> None:
    asthma, knee = problem("Asthma"), problem("Knee pain")
    suggested = {
        one.specialty: one.facts for one in triage([asthma, knee, problem("Gout", Assertion.ABSENT)]).suggestions
    }
    assert suggested == {"pulmonology": (asthma,), "orthopaedics": (knee,)}
