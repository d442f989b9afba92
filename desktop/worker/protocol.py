"""What the window and the model worker say to each other (no Qt, no torch).

Every message below is a frozen dataclass; the two tables at the end are the whole protocol, and `desktop.worker.codec`
derives from them how a message is written on a line. Sound and pictures never travel on the line: messages name files.

Each job (what has a `job` and is asked for) ends with exactly one of `Done`, `Stopped`, `Failed` or, for `Measure`,
`Measured`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import get_args

from desktop.record.encounter import (  # noqa: TC001 - the codec resolves them at run time
    Section,
    Sentence,
    Used,
    Utterance,
    Word,
    WritingForm,
)
from desktop.record.signature import CheckLine  # noqa: TC001 - ditto
from desktop.record.study_items import CaseNote, StudyItem  # noqa: TC001 - ditto
from desktop.worker.known import (  # noqa: TC001 - ditto
    EncounterContext,
    KnownRecording,
    NoteSentence,
    PictureWeights,
    WordWeight,
)
from desktop.worker.mining_messages import MineValues, ValuesMined

VERSION = 1
MAX_LINE_BYTES = 4 << 20
"""Of a line with its newline. The words of two hours with their times are about half of it."""


# --- window to worker --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Prepare:
    """Load the models now; `decoder` is a catalogue id or a path, `device` is auto, cpu or cuda."""

    decoder: str
    device: str = "auto"


class WrittenForm(StrEnum):
    """How much of what is said is put into clinical written form."""

    VERBATIM = "verbatim"
    NUMBERS = "numbers"
    """Numbers and units."""
    DICTATION = "dictation"
    """Spoken punctuation and commands too."""


@dataclass(frozen=True, slots=True)
class Transcribe:
    """Recognise a whole recording; already settled utterances up to `resume_s` are not repeated."""

    job: str
    file: str
    language: str | None = None
    resume_s: float = 0.0
    form: WrittenForm = WrittenForm.VERBATIM
    speakers: bool = False
    """Say who speaks, where two voices are heard."""


@dataclass(frozen=True, slots=True)
class Dictate:
    """Recognise a recording while it grows: WAV, 16 kHz, mono, 16 bit, its samples appended at the end."""

    job: str
    file: str
    language: str | None = None
    form: WrittenForm = WrittenForm.VERBATIM
    mixed: bool = False
    """Each utterance may be of another language; what is not English is translated."""
    speakers: bool = False
    """Say who speaks, where two voices are heard."""


@dataclass(frozen=True, slots=True)
class TellSpeakers:
    """Say anew who speaks in a recognised recording, from what a person corrected of it."""

    job: str
    recording: KnownRecording


@dataclass(frozen=True, slots=True)
class FinishDictation:
    """The recording of `job` is whole now: settle what is left, then `Done`."""

    job: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Answer a question; `decoder` other than the prepared one loads that one first."""

    job: str
    context: EncounterContext
    question: str
    decoder: str
    max_tokens: int = 256
    library: bool = False
    """Look the question up in the doctor's library and the terminologies."""


@dataclass(frozen=True, slots=True)
class Explain:
    """Say what `answer`, given to `question` in `context`, hangs on."""

    job: str
    context: EncounterContext
    question: str
    answer: str
    decoder: str
    library: bool = False
    """The answer was given with the library."""


@dataclass(frozen=True, slots=True)
class Write:
    """Write a note, a differential or another draft from all that is in `context`."""

    job: str
    context: EncounterContext
    form: WritingForm
    template: str = ""
    """Of a note, the id of a template or the path of one's own; empty is the first one."""
    about: tuple[Sentence, ...] = ()
    """Of a card for the patient, what it puts in plain words."""
    seen: tuple[Sentence, ...] = ()
    """What answers said of pictures, for a note."""


@dataclass(frozen=True, slots=True)
class Check:
    """Say what to check of a note before it is signed, and decode the seconds behind it a second time."""

    job: str
    sentences: tuple[NoteSentence, ...]
    recordings: tuple[KnownRecording, ...] = ()
    """Those that the sentences cite; one whose sound is not there any more has no file."""


@dataclass(frozen=True, slots=True)
class Teach:
    """Find questions to learn from: of `cases` where there are any, else of the terminologies and the library."""

    job: str
    count: int
    seed: int
    """The same one draws the same questions."""
    about: str = ""
    """Words that the questions are about; empty for anything."""
    due: tuple[str, ...] = ()
    """Items that are asked again now, the longest due first."""
    later: tuple[str, ...] = ()
    """Items that are not due yet."""
    cases: tuple[CaseNote, ...] = ()


@dataclass(frozen=True, slots=True)
class Embed:
    """Return what texts mean as vectors, for the search over the encounters."""

    job: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop `job` at once; it ends with `Stopped`."""

    job: str


@dataclass(frozen=True, slots=True)
class Forget:
    """Drop everything that is kept of an encounter."""

    encounter_id: str


@dataclass(frozen=True, slots=True)
class Measure:
    """Report the machine and measure the decoder's speed; ends with `Measured`."""

    job: str


@dataclass(frozen=True, slots=True)
class Ping:
    """Ask for a sign of life; answered by `Pong` from the reading thread even while a job runs."""

    number: int


@dataclass(frozen=True, slots=True)
class Shutdown:
    """Stop what is running and exit."""


Command = (
    Prepare
    | Transcribe
    | Dictate
    | TellSpeakers
    | FinishDictation
    | Ask
    | Explain
    | Write
    | Check
    | Teach
    | Embed
    | MineValues
    | Cancel
    | Forget
    | Measure
    | Ping
    | Shutdown
)


# --- worker to window --------------------------------------------------------------------------------------------


class FailureKind(StrEnum):
    """Why a job failed, for the window's next step."""

    INPUT = "input"
    """The file or the question cannot be used; trying again will not help."""
    MISSING = "missing"
    """A model is missing; the models page mends it."""
    MEMORY = "memory"
    FAULT = "fault"
    """A fault of ours; the inputs are intact and the job can be tried again."""


@dataclass(frozen=True, slots=True)
class Started:
    """The process runs and speaks this protocol."""

    pid: int


@dataclass(frozen=True, slots=True)
class Loading:
    """Something is being loaded; `share` is the part of all that is to be loaded that is done, 0 to 1."""

    what: str
    """libraries, decoder, speech or vision: a key for the window's own words."""
    share: float


@dataclass(frozen=True, slots=True)
class Ready:
    """The models are loaded."""

    decoder: str
    device: str
    dtype: str
    sees: bool
    """The decoder has a picture projector."""
    hears: bool
    """The decoder has a voice projector."""


@dataclass(frozen=True, slots=True)
class PartialWords:
    """Words of an utterance that is still being spoken: they may change."""

    job: str
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class SettledUtterance:
    """An utterance that will not change any more; it replaces the partial words."""

    job: str
    utterance: Utterance


@dataclass(frozen=True, slots=True)
class SpeakersTold:
    """Who speaks: `utterances`, of the same words, take the place of all from `from_s` on; some have come apart."""

    job: str
    from_s: float
    utterances: tuple[Utterance, ...]


@dataclass(frozen=True, slots=True)
class RecognisedUpTo:
    """How far a recording is recognised, in seconds; `duration_s` is 0 while it still grows."""

    job: str
    position_s: float
    duration_s: float = 0.0


@dataclass(frozen=True, slots=True)
class PictureRead:
    """A picture of a question was opened and encoded; `fused_tokens` is 0 where the decoder cannot see it."""

    job: str
    label: str
    description: str
    fused_tokens: int


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the doctor should know about how the result of `job` comes about."""

    job: str
    text: str


@dataclass(frozen=True, slots=True)
class AnswerPiece:
    """The next piece of the answer's text."""

    job: str
    text: str


@dataclass(frozen=True, slots=True)
class AnswerWhole:
    """The answer is finished; `finish` is end, length, stop_string or cancelled, `text` what may be shown of it."""

    job: str
    text: str
    sentences: tuple[Sentence, ...]
    decoder: str
    used: tuple[Used, ...]
    finish: str
    first_token_s: float = 0.0
    answering_s: float = 0.0
    tokens: int = 0
    prompt: str = ""
    """The version and the hash of the prompt's own texts."""


@dataclass(frozen=True, slots=True)
class ExplainedSoFar:
    """How far an explanation is, 0 to 1."""

    job: str
    share: float


@dataclass(frozen=True, slots=True)
class AnswerExplained:
    """What an answer hangs on; the shares of pictures, sound, words that were said and the rest add up to 1."""

    job: str
    pictures: tuple[PictureWeights, ...]
    words: tuple[WordWeight, ...]
    image: float
    audio: float
    said: float
    rest: float


@dataclass(frozen=True, slots=True)
class WritingWhole:
    """A draft is finished."""

    job: str
    title: str
    sections: tuple[Section, ...]
    notices: tuple[str, ...] = ()
    prompt: str = ""
    """The name and the hash of the template that it is written by, empty for none."""


@dataclass(frozen=True, slots=True)
class Taught:
    """The questions that were found, in the order in which they are asked; none where there is nothing to ask."""

    job: str
    items: tuple[StudyItem, ...]


@dataclass(frozen=True, slots=True)
class CheckedSoFar:
    """How far a double check is, 0 to 1."""

    job: str
    share: float


@dataclass(frozen=True, slots=True)
class NoteChecked:
    """What is to be checked of a note before it is signed."""

    job: str
    lines: tuple[CheckLine, ...]
    heard_again_s: float = 0.0
    """How many seconds were decoded a second time."""
    missing: tuple[str, ...] = ()
    """The recordings whose sound could not be read again."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """One vector for each text, of unit length: little-endian float16 in base64. Empty where there is no encoder."""

    job: str
    encoder: str = ""
    """Which weights made them."""
    vectors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """What this machine is and does."""

    job: str
    cpu: str
    cores: int
    memory_bytes: int
    free_memory_bytes: int
    gpu: str
    gpu_memory_bytes: int
    device: str
    dtype: str
    decoder: str
    tokens_per_s: float
    resident_bytes: int


@dataclass(frozen=True, slots=True)
class Done:
    """`job` is finished."""

    job: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """`job` was cancelled; what it had produced stays valid."""

    job: str


@dataclass(frozen=True, slots=True)
class Failed:
    """`job` (empty for none) failed; `sentence` is for the doctor."""

    job: str
    kind: FailureKind
    sentence: str


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to `Ping`."""

    number: int


Event = (
    Started
    | Loading
    | Ready
    | PartialWords
    | SettledUtterance
    | SpeakersTold
    | RecognisedUpTo
    | PictureRead
    | Notice
    | AnswerPiece
    | AnswerWhole
    | ExplainedSoFar
    | AnswerExplained
    | WritingWhole
    | CheckedSoFar
    | NoteChecked
    | Taught
    | Embedded
    | ValuesMined
    | Measured
    | Done
    | Stopped
    | Failed
    | Pong
)

COMMANDS: dict[str, type[Command]] = {message.__name__: message for message in get_args(Command)}
EVENTS: dict[str, type[Event]] = {message.__name__: message for message in get_args(Event)}
