"""A consultation's events as lines of plain text, for a terminal."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, TextIO

from lm.grounding.answer import Dependence, Verdict
from multimodal.consultation import Answered, AnswerText, Heard, LookedUp, Notice, Saw
from multimodal.explain import Explanation, Method
from multimodal.picture import clock, frame_text
from multimodal.prompt import place_of
from multimodal.used import UsedKind

if TYPE_CHECKING:
    from lm.grounding.answer import Citation, Sentence
    from multimodal.consultation import Event, StageTimes
    from multimodal.dependence import PictureDependence
    from multimodal.used import Used

DISCLAIMER = "For research and education. Not a diagnosis: check every sentence against its source."
UNSURE_BELOW = 0.5
"""Words that Whisper gives a lower probability are shown with a question mark behind them."""

_MARKS = {Verdict.SUPPORTED: "+", Verdict.UNVERIFIED: "?", Verdict.WITHHELD: "-"}
_DEPENDS = {
    Dependence.STRONG: "depends strongly on",
    Dependence.WEAK: "depends weakly on",
    Dependence.NONE: "does not depend on",
}


_METHODS = {
    Method.GRADIENT: "what the answer hangs on",
    Method.ATTENTION: "what “{}” draws on",
    Method.OCCLUSION: "the pictures covered block by block",
}
BEGINNING = 90
"""Characters of a passage that are shown when it is found."""
WORDS_SHOWN = 6
"""Of those that were said, the ones that weigh most."""


def printable(text: str) -> str:
    """Return `text` without control and direction characters: model output must not steer a terminal."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cs"})


class ConsultationText:
    """Writes each event as it happens; `stream` is flushed after each so that nothing waits in a buffer."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._answering = False

    def show(self, event: Event) -> None:
        """Write one event."""
        if isinstance(event, AnswerText):
            self._write(event.text if self._answering else f"\nAnswer\n  {event.text.lstrip()}")
            self._answering = True
            return
        if isinstance(event, Answered):
            self._answering = False
            self._write("\n\n")
        for line in event_lines(event):
            self.line(line)

    def line(self, text: str) -> None:
        """Write one line."""
        self._write(f"{text}\n")

    def _write(self, text: str) -> None:
        self._stream.write(printable(text))
        self._stream.flush()


def event_lines(event: Event) -> list[str]:
    """Return the lines of an event, the answer's own text apart, which is streamed."""
    if isinstance(event, Heard):
        utterance = event.utterance
        speaker = f"{event.speaker.capitalize()}: " if event.speaker else ""
        return [f"Heard  {clock(utterance.start_s)}-{clock(utterance.end_s)}  {speaker}{_words(event)}"]
    if isinstance(event, Saw):
        fused = f"{event.fused_tokens} tokens to the decoder" if event.fused_tokens else "not shown to the decoder"
        return [f"Saw    {event.label}: {event.picture.description} ({fused})"]
    if isinstance(event, LookedUp):
        return [f"Found  {place_of(passage)}: {_beginning(passage.text)}" for passage in event.passages]
    if isinstance(event, Notice):
        return [f"Note   {event.text}"]
    if isinstance(event, Answered):
        return _answered_lines(event)
    return explanation_lines(event) if isinstance(event, Explanation) else []


def _beginning(text: str) -> str:
    """Return the first words of a passage."""
    return f"{text[:BEGINNING].rsplit(' ', 1)[0]} …" if len(text) > BEGINNING else text


def _words(event: Heard) -> str:
    return " ".join(
        word.text.strip() + (" (?)" if word.confidence < UNSURE_BELOW else "") for word in event.utterance.words
    )


def _answered_lines(event: Answered) -> list[str]:
    lines = ["Sources  (+ its words stand in the source, ? nothing that was given bears it out, - withheld)"]
    for sentence in event.sentences:
        lines += _sentence_lines(sentence)
    if event.dependence is not None:
        lines.append(f"Check  {dependence_line(event.dependence)}")
    lines.append(f"Used   {'; '.join(map(used_text, event.used))}; decoder {event.decoder}")
    lines.append(f"Times  {times_line(event.times)}; {event.engine.generated_tokens} tokens")
    return [*lines, DISCLAIMER]


def used_text(used: Used) -> str:
    """Return in words one thing that the decoder was given."""
    match used.kind:
        case UsedKind.WORDS:
            return f"{used.label} ({used.words} {'word' if used.words == 1 else 'words'})"
        case UsedKind.SOUND:
            return f"{used.label} (its sound)"
        case UsedKind.PICTURE:
            return ", ".join(filter(None, (used.label, frame_text(used.frame, used.frames, used.time_s))))
        case UsedKind.HEADER:
            return f"{used.label} (only what its file header says)"
        case UsedKind.PASSAGE:
            return f"{used.label} (library)"
        case UsedKind.QUESTION:
            return "your question"


def _sentence_lines(sentence: Sentence) -> list[str]:
    lines = [f"  {_MARKS[sentence.verdict]} {sentence.text}"]
    closest = "closest: " if sentence.verdict is Verdict.UNVERIFIED else ""
    return lines + [
        f"      {closest if citation.quote else ''}{citation_text(citation)}" for citation in sentence.citations
    ]


def citation_text(citation: Citation) -> str:
    """Return where a citation points, with its words."""
    page = "" if citation.page is None else f"page {citation.page}"
    place = ", ".join(filter(None, (citation.label, page, citation.heading)))
    if citation.start_s is not None:
        place += f" {clock(citation.start_s)}" + ("" if citation.end_s is None else f"-{clock(citation.end_s)}")
    if citation.dependence is not None:
        return f"{place}: the sentence {_DEPENDS[citation.dependence]} it; look at it yourself"
    return f'{place}: "{citation.quote}"' if citation.quote else f"{place}: look at it yourself"


def dependence_line(dependence: PictureDependence) -> str:
    """Return what holding the answer against other pictures found, and how far that can be relied on."""
    drops = f"by {dependence.mean_drop:.2f} nats a token with {'a grey' if dependence.grey else 'the mean'} picture"
    if dependence.other_drop is not None:
        drops += f", by {dependence.other_drop:.2f} with another one"
    line = f"the answer {_DEPENDS[dependence.level]} the picture: less probable {drops}"
    return line if dependence.calibrated else f"{line} (not calibrated for this decoder)"


def explanation_lines(explanation: Explanation) -> list[str]:
    """Return what made an answer probable, as far as it can be said without its picture."""
    title = f"Why    {_METHODS[explanation.method].format(explanation.about)}"
    if explanation.shares is None:
        most = max(max(row) for scores in explanation.pictures for row in scores.rows)
        return [f"{title}: the answer loses at most {most:.2f} nats"]
    shares = explanation.shares
    parts = (
        ("pictures", shares.image),
        ("sound", shares.audio),
        ("words that were said", shares.words),
        ("question and the rest of the prompt", shares.rest),
    )
    lines = [f"{title}: {', '.join(f'{name} {share:.0%}' for name, share in parts if share)}"]
    heaviest = sorted(explanation.words, key=lambda word: -abs(word.score))[:WORDS_SHOWN]
    if heaviest:
        lines.append(f"       most by {', '.join(f'{word.word.text} {abs(word.score):.2g}' for word in heaviest)}")
    return lines


def times_line(times: StageTimes) -> str:
    """Return the seconds of each stage."""
    stages = (
        ("loading", times.loading_s),
        ("listening", times.listening_s),
        ("looking", times.looking_s),
        ("looking up", times.looking_up_s),
        ("first token", times.first_token_s),
        ("answering", times.answering_s),
        ("checking", times.checking_s),
    )
    return ", ".join(f"{name} {seconds:.2f} s" for name, seconds in stages if seconds)
