from __future__ import annotations

from desktop.mining_table import COLUMNS, as_csv, as_lines, row_of
from lm.clinical.facts import Assertion, Code, Dose, Fact, FactKind


def test_a_drug_shows_its_dose_and_a_family_history_that_it_was_denied() -> None:
    drug = Fact(FactKind.DRUG, "metformin\n5 mg", 0, 14, "Metformin", dose=Dose("5 mg", "by mouth", "daily"))
    assert row_of(drug, "0-14")["value"] == "5 mg by mouth daily"
    assert row_of(drug, "0-14")["said"] == "metformin 5 mg"
    code = Code("icd-10-cm", "I63.9", "Stroke", 0.95)
    stroke = Fact(FactKind.PROBLEM, "stroke", 0, 6, "Stroke", Assertion.FAMILY, codes=(code,), negated_by="no")
    assert row_of(stroke, "2.5 s")["assertion"] == "family (denied)"
    assert row_of(stroke, "2.5 s")["code"] == "I63.9 0.95"


def test_a_terminal_gets_no_control_character_and_no_endless_cell() -> None:
    row = dict.fromkeys(COLUMNS, "x") | {"said": "\x1b[31m" + "long " * 30}
    (_, line) = as_lines([row])
    assert "\x1b" not in line
    assert len(line) < 80
    assert "…" in line


def test_a_spreadsheet_gets_no_formula() -> None:
    row = dict.fromkeys(COLUMNS, "") | {"said": "=cmd()"}
    assert "'=cmd()" in as_csv([row], ["-a.txt"])
    assert "'-a.txt" in as_csv([row], ["-a.txt"])
