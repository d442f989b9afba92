"""An encounter: what was dictated, attached, asked and answered at one bedside, in the order in which it happened.

Plain frozen values without Qt or torch, so that the window, the worker's protocol and every store share them.
Times of day are UTC in ISO 8601; times within a recording are seconds from its start.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from desktop.record.signature import DoubleCheck, NoteEdit, Signature  # noqa: TC001 - the codec resolves them


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word with its punctuation; `confidence` is 0 to 1."""

    text: str
    start_s: float
    end_s: float
    confidence: float


class WrittenMark(StrEnum):
    """What a written word is; only a WORD has text."""

    WORD = "word"
    LINE = "line"
    """A new line begins."""
    PARAGRAPH = "paragraph"
    STRUCK = "struck"
    """Its spoken words were taken back."""
    STRIKE_BEFORE = "strike-before"
    """The utterance before this one was taken back."""


@dataclass(frozen=True, slots=True)
class WrittenWord:
    """A word in clinical written form; it stands for the spoken words `first` to before `stop` of its utterance."""

    text: str
    first: int
    stop: int
    mark: WrittenMark = WrittenMark.WORD


class Speaker(StrEnum):
    """Who says something; two voices are told apart."""

    DOCTOR = "doctor"
    PATIENT = "patient"
    UNKNOWN = "unknown"
    """Nobody was named: only one voice is heard, or it is unclear."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One stretch of speech between two pauses; `text` and `words` are what was said, whatever is written for it."""

    start_s: float
    end_s: float
    text: str
    words: tuple[Word, ...] = ()
    language: str = ""
    """ISO 639-1 code."""
    written: tuple[WrittenWord, ...] = ()
    """Empty where it is written as it was said."""
    translation: str = ""
    """What the recogniser makes of it in English; empty where it was not asked to."""
    speaker: Speaker = Speaker.UNKNOWN
    """By the voice, unless a person said it."""
    speaker_corrected: bool = False
    """A person said who it is, and that holds."""


class Verdict(StrEnum):
    """What the gate found about a sentence of an answer."""

    SUPPORTED = "supported"
    UNVERIFIED = "unverified"
    WITHHELD = "withheld"
    """It was said of a picture on which it does not depend; its words are not kept."""
    OWN = "own"
    """The doctor's own words; the citations are those of what stood there before, and claim nothing."""


class Dependence(StrEnum):
    """How much what was said depends on the picture that it cites."""

    STRONG = "strong"
    WEAK = "weak"
    NONE = "none"


class CitedKind(StrEnum):
    """What kind of source a citation points into."""

    TRANSCRIPT = "transcript"
    QUESTION = "question"
    PASSAGE = "passage"
    IMAGE = "image"


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in a source: `quote` is verbatim; the times are None where the source is not a recording."""

    kind: CitedKind
    label: str
    quote: str = ""
    start_s: float | None = None
    end_s: float | None = None
    dependence: Dependence | None = None
    """Of pictures that were checked; None for everything else."""
    heading: str = ""
    """Of a passage, the heading under which it stands; `label` is then the document's title."""
    page: int | None = None
    """Of a passage, the page from 1; None where the document has no pages."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer, verbatim unless it is withheld, with the sources that bear it out."""

    text: str
    verdict: Verdict
    citations: tuple[Citation, ...] = ()


class RecordingSource(StrEnum):
    """How a recording came in."""

    MICROPHONE = "microphone"
    FILE = "file"


class AnswerStatus(StrEnum):
    """How an answer ended."""

    COMPLETE = "complete"
    CUT_SHORT = "cut short"
    """It reached the longest length that was asked for."""
    CANCELLED = "cancelled"
    FAILED = "failed"
    """The worker stopped before it was finished; the question can be asked again."""


@dataclass(frozen=True, slots=True)
class Dictation:
    """A recording with its words; `file` names it inside the encounter's folder."""

    id: str
    at: str
    label: str
    """"Recording 1", counted within the encounter: citations name it."""
    file: str
    source: RecordingSource
    utterances: tuple[Utterance, ...] = ()
    finished: bool = False
    """Every word of the file was recognised; otherwise recognising it can be taken up again."""
    duration_s: float = 0.0
    erased_at: str = ""
    """When its sound was erased under the doctor's rule; its words stay. Empty while it is there."""


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a picture that the doctor marked, in shares of its stored width and height from 0 to 1."""

    left: float
    top: float
    right: float
    bottom: float
    frame: int = 0
    """The frame of the file, or which of several files, counted from 0."""

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        return self.left, self.top, self.right, self.bottom

    @property
    def is_within(self) -> bool:
        """Whether it holds something of the picture and nothing beside it."""
        return 0 <= self.left < self.right <= 1 and 0 <= self.top < self.bottom <= 1 and self.frame >= 0


@dataclass(frozen=True, slots=True)
class MarkedRegion:
    """A region with the label of the picture that it is a part of."""

    label: str
    region: Region


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture, a film or a series; `files` names its parts inside the encounter's folder, in order."""

    id: str
    at: str
    label: str
    """"Image 1", counted within the encounter: citations name it."""
    files: tuple[str, ...]
    frame: int | None = None
    """The frame that questions are about, counted from 0; None is the middle one."""
    description: str = ""
    """What was opened, without identifiers; empty until the file was read."""
    regions: tuple[Region, ...] = ()
    """What was marked on it, at most one region for each frame."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the doctor asked."""

    id: str
    at: str
    text: str
    about: str = ""
    """A marked region of a picture in words, empty for none."""
    marked: MarkedRegion | None = None
    """That region, so that the question can be answered again."""


class UsedKind(StrEnum):
    """What of a source the decoder was given."""

    WORDS = "words"
    """The recognised words of a recording."""
    SOUND = "sound"
    """A recording as audio tokens."""
    PICTURE = "picture"
    """A picture as image tokens."""
    HEADER = "header"
    """Of a picture that the decoder cannot see, what its file header says."""
    PASSAGE = "passage"
    """Passages of a document of the library."""
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Used:
    """One thing that a decoder was given for an answer; `label` names the source, empty for the question."""

    kind: UsedKind
    label: str = ""
    words: int = 0
    """How many, for WORDS."""
    frame: int = 0
    """Of a picture with several frames, the one that was given, from 1."""
    frames: int = 1
    time_s: float | None = None
    """Of a film, when the frame is shown."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model answered to the question `question_id`."""

    id: str
    at: str
    question_id: str
    text: str
    sentences: tuple[Sentence, ...] = ()
    decoder: str = ""
    used: tuple[Used, ...] = ()
    """What the decoder was given."""
    status: AnswerStatus = AnswerStatus.COMPLETE
    reason: str = ""
    """The sentence that says why it failed."""
    notices: tuple[str, ...] = ()
    first_token_s: float = 0.0
    answering_s: float = 0.0
    prompt: str = ""
    """The version and the hash of the prompt's own texts, as the worker names them; empty for answers from before."""


class WritingForm(StrEnum):
    """What was written from an encounter."""

    NOTE = "note"
    FINDINGS = "findings"
    """What was said of the patient, as a table."""
    DIFFERENTIAL = "differential"
    CARD = "card"
    """For the patient, in plain words."""
    ADDENDUM = "addendum"
    """What the doctor adds to a signed note; no model writes it."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a piece of writing."""

    heading: str
    sentences: tuple[Sentence, ...] = ()
    is_check: bool = False
    """What to check before the rest is used: no part of the text itself."""


@dataclass(frozen=True, slots=True)
class Writing:
    """A draft that was written from everything in the encounter before it, or, with a `signature`, a signed note."""

    id: str
    at: str
    form: WritingForm
    template: str = ""
    """Of a note, the id of its template."""
    about: str = ""
    """Of a card, the id of the answer or the draft that it puts in plain words; of an addendum, of the signed note."""
    title: str = ""
    sections: tuple[Section, ...] = ()
    """As it stands now (`note_editing.parts_of` says who wrote what)."""
    status: AnswerStatus = AnswerStatus.COMPLETE
    reason: str = ""
    """The sentence that says why it failed."""
    notices: tuple[str, ...] = ()
    drafted: tuple[Section, ...] = ()
    """What was drafted before the first edit; empty while there is none."""
    edits: tuple[NoteEdit, ...] = ()
    """Every edit of the doctor, the first one first; none is ever taken out."""
    check: DoubleCheck | None = None
    """Of a note, the double check before signing; None where the note was edited since, or never checked."""
    signature: Signature | None = None
    prompt: str = ""
    """The name and the hash of the template that it was written by, as the worker names them; empty for none."""

    @property
    def is_signed(self) -> bool:
        """Whether it is a signed note, and so never changed any more."""
        return self.signature is not None

    @property
    def is_note(self) -> bool:
        """Whether it can be edited and signed."""
        return self.form in {WritingForm.NOTE, WritingForm.ADDENDUM}


class ConsentState(StrEnum):
    """What holds about recording sound at one bedside."""

    AGREED = "agreed"
    """The patient, or who may speak for the patient, was asked and agreed."""
    DICTATION_ALONE = "dictation alone"
    """The doctor dictates alone: no patient is heard, so nobody was asked."""
    NOT_POSSIBLE = "not possible"
    """The patient could not be asked; the reason is given."""
    IMPORTED = "imported"
    """A recording that was made elsewhere was added: whoever made it knows who was asked."""
    WITHDRAWN = "withdrawn"
    """What was agreed to is taken back: nothing more is recorded."""


class ConsentManner(StrEnum):
    """How the patient answered."""

    SPOKEN = "spoken"
    WRITTEN = "written"
    NONE = "none"
    """Nobody was asked."""


@dataclass(frozen=True, slots=True)
class Consent:
    """Whether sound may be recorded from here on; the last one of an encounter holds."""

    id: str
    at: str
    """When it was answered."""
    state: ConsentState
    manner: ConsentManner = ConsentManner.NONE
    asked_by: str = ""
    """Whose account of this machine it was asked from; by which key the record was open stands in the audit trail."""
    reason: str = ""
    """Why the patient could not be asked, or why it was withdrawn; empty where there is nothing to say."""


Entry = Dictation | Attachment | Question | Answer | Writing | Consent


@dataclass(frozen=True, slots=True)
class Encounter:
    """Everything of one bedside, oldest first."""

    id: str
    title: str
    created: str
    changed: str
    entries: tuple[Entry, ...] = field(default=())
    sample: bool = False
    """The sample encounter of the first start: synthetic, no patient is in it."""
    patient: str = ""
    """A random id that the encounters of one patient share once the doctor said that they are; empty until then.

    It names nobody, and it leaves the record in no export.
    """


@dataclass(frozen=True, slots=True)
class EncounterSummary:
    """What the list of encounters shows."""

    id: str
    title: str
    created: str
    changed: str
    excerpt: str = ""
    sample: bool = False
    problem: str = ""
    """The sentence that says why it cannot be opened; empty for none."""
    patient: str = ""
    """That of the encounter."""
