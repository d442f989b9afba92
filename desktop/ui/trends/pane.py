"""Trends beside the page: what the doctor says of whose encounters these are, kept in the record, and what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from desktop.record.errors import NotTheSamePatient
from desktop.record.patients import alone, choices, others_of, together
from desktop.ui.encounter.wording import sentence_of
from desktop.ui.trends.chooser import PatientChooser
from desktop.ui.trends.mining import ValueMining
from desktop.ui.trends.panel import TrendsPanel

if TYPE_CHECKING:
    from desktop.record.encounter import Encounter, EncounterSummary
    from desktop.record.trends import Trends
    from desktop.ui.encounter.book import EncounterBook
    from desktop.ui.services import Services


class PatientTrends(QStackedWidget):
    """The panel, and in its place the choice of an encounter. Nothing is put together but by `put_with`."""

    opened = Signal(object)
    """The Point whose sentence is wanted."""
    encounter_wanted = Signal(str)
    close_wanted = Signal()
    told = Signal(str)
    """A sentence that says why something was not done."""

    def __init__(self, services: Services, book: EncounterBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("patient-trends")
        self._book = book
        self._encounter_id = ""
        self.mining = ValueMining(services, book, self)
        self.panel, self.chooser = TrendsPanel(self), PatientChooser(self)
        self.addWidget(self.panel)
        self.addWidget(self.chooser)
        self.panel.opened.connect(self.opened)
        self.panel.fellow_wanted.connect(self.encounter_wanted)
        self.panel.choice_wanted.connect(self._begin_choice)
        self.panel.taken_out.connect(self._take_out)
        self.panel.stop_wanted.connect(self.mining.stop)
        self.panel.again_wanted.connect(self._show)
        self.panel.close_wanted.connect(self.close_wanted)
        self.chooser.chosen.connect(self.put_with)
        self.chooser.search_changed.connect(self._offer)
        self.chooser.left.connect(self.end_choice)
        book.listing_changed.connect(self._follow)
        self.mining.progressed.connect(self.panel.show_progress)
        self.mining.stopped.connect(self.panel.show_stopped)
        self.mining.found.connect(self._show_found)

    def show_encounter(self, encounter: Encounter) -> None:
        """Show what goes with an encounter."""
        self._encounter_id = encounter.id
        self._show()
        self.panel.take_keyboard()

    def let_go(self) -> None:
        """Be seen no more: nothing is read in vain, and nothing is chosen for another encounter."""
        self.setCurrentWidget(self.panel)
        self._encounter_id = ""
        self.mining.stop()

    def leave(self) -> None:
        """End: the record is locked, or the window closes."""
        self.mining.leave()

    def put_with(self, other_id: str) -> None:
        """Keep that the encounter that is shown is of the same patient as another one: the doctor said so."""
        one, other = self._book.read(self._encounter_id), self._book.read(other_id)
        if one is None or other is None:
            return
        try:
            self._book.keep_now(together(one, other, self._book.summaries()))
        except NotTheSamePatient as error:
            self.told.emit(sentence_of(error))
        self.end_choice()

    def _take_out(self, encounter_id: str) -> None:
        encounter = self._book.read(encounter_id or self._encounter_id)
        if encounter is not None and self._book.keep_now([alone(encounter)]):
            self.panel.take_keyboard()

    # --- choosing ----------------------------------------------------------------------------------------------

    def _begin_choice(self) -> None:
        self.setCurrentWidget(self.chooser)
        self.chooser.begin(self._choices(""))

    def end_choice(self) -> bool:
        """Go back to the panel, with nothing chosen; returns whether an encounter was being chosen."""
        was_choosing = self.currentWidget() is self.chooser
        self.setCurrentWidget(self.panel)
        if was_choosing:
            self.panel.take_keyboard()
        return was_choosing

    def _offer(self, search: str) -> None:
        self.chooser.show_rows(self._choices(search))

    def _choices(self, search: str) -> tuple[EncounterSummary, ...]:
        encounter = self._book.read(self._encounter_id)
        return choices(self._book.summaries(search), encounter.id, encounter.patient) if encounter else ()

    # --- showing -----------------------------------------------------------------------------------------------

    def _follow(self) -> None:
        """Show other values once other encounters are of this patient, whoever put, took or deleted them."""
        if self._encounter_id and [one.id for one in self._fellows()] != [one.id for one in self.panel.fellows]:
            self._show()

    def _fellows(self) -> tuple[EncounterSummary, ...]:
        encounter = self._book.encounter(self._encounter_id)
        return others_of(self._book.summaries(), encounter.id, encounter.patient) if encounter else ()

    def _show(self) -> None:
        encounter = self._book.encounter(self._encounter_id)
        if encounter is None:
            return
        fellows = self._fellows()
        self.panel.show_fellows(fellows)
        if fellows:
            self.mining.mine([*(one.id for one in fellows if not one.problem), encounter.id])
        else:
            self.mining.stop()

    def _show_found(self, trends: Trends) -> None:
        self.panel.show_trends(trends, self.mining.has_other_languages)
