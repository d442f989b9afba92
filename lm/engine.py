"""The engine: a fused prompt in, a stream of tokens with log-probabilities out.

`Engine` is what the rest of Bedside sees; `LocalEngine` computes on this machine. Greedy decoding drafts
from the prompt (`lm.sampling.PromptLookup`) and checks a whole draft in one forward: what is chosen stays
what the decoder chooses, several tokens at a time where it quotes.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from lm.errors import ContextOverflow, InvalidInput
from lm.packing import packed_for_inference
from lm.prefix import PrefixReader
from lm.sampling import GenerationOptions, PromptLookup, Sampler, StopFilter
from lm.scoring import AnswerScorer
from lm.sequence import SourceKind, TokenSpan

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from lm.sequence import FusionSequence
    from lm.tokens import StreamDecoder
    from lm.weights import LoadedDecoder

NO_TOKEN = -1
"""The id of a closing item that brings only the finish and text that was held back."""

_QUOTABLE = frozenset({SourceKind.TRANSCRIPT, SourceKind.QUESTION, SourceKind.ANSWER, SourceKind.PASSAGE})


class FinishReason(StrEnum):
    """Why an answer ended."""

    END = "end"
    """The decoder ended it."""
    STOP_STRING = "stop_string"
    LENGTH = "length"
    CANCELLED = "cancelled"
    REPETITION = "repetition"
    """Whoever read the answer ended it, because it only repeated itself; no engine gives this by itself."""


@dataclass(frozen=True, slots=True)
class GeneratedToken:
    """One token of an answer; the texts of all tokens joined are the answer."""

    id: int
    text: str
    """What became certain with this token; empty inside a character or a possible stop text."""
    logprob: float
    """Natural logarithm of the decoder's own probability, before temperature and top_p."""
    finish: FinishReason | None = None
    """Set on the last token only. The token that ends an answer (END) has no text of its own."""


@dataclass(frozen=True, slots=True)
class Timings:
    """What the last answer took."""

    prompt_tokens: int = 0
    reused_tokens: int = 0
    prefill_s: float = 0.0
    first_token_s: float = 0.0
    """From the call to the first token."""
    generated_tokens: int = 0
    decode_s: float = 0.0
    """Computing the tokens after the first; the time that the consumer takes is not counted."""
    forwards: int = 0
    """Runs of the decoder after prefill: fewer than tokens where drafts were right."""


def never() -> bool:
    """Return False: the default of `cancelled`."""
    return False


class Engine(Protocol):
    """Answers fused prompts, on this machine or on a server."""

    @property
    def timings(self) -> Timings:
        """What the last answer took."""

    def generate(
        self, sequence: FusionSequence, options: GenerationOptions, cancelled: Callable[[], bool] = never
    ) -> Iterator[GeneratedToken]:
        """Stream the answer to `sequence`; the last token carries the finish.

        Raises ContextOverflow at once, with the numbers, when prompt and answer do not fit. A new call ends
        an answer that is still being read.
        """

    def next_token_logprobs(self, sequence: FusionSequence, candidates: Sequence[int]) -> list[float]:
        """Return the log-probability of each candidate as the next token after `sequence`."""

    def answer_logprobs(
        self, prompts: Sequence[FusionSequence], answer: Sequence[int], cancelled: Callable[[], bool] = never
    ) -> list[list[float]] | None:
        """Return the log-probability of each token of `answer` after each of `prompts`, which are equally long.

        What is kept of the encounter stays. None when cancelled; raises OutOfMemory.
        """


@dataclass(slots=True)
class _Answer:
    """The state of one answer while it is generated."""

    options: GenerationOptions
    lookup: PromptLookup | None
    text: StreamDecoder
    sampler: Sampler
    stop: StopFilter
    started_s: float = field(default_factory=time.perf_counter)

    def rest(self) -> str:
        """Return the text that was held back, at the end of the answer."""
        return self.stop.push(self.text.flush()) + self.stop.flush()


class LocalEngine:
    """The engine on this machine; one answer at a time."""

    def __init__(self, decoder: LoadedDecoder, on_notice: Callable[[str], None] | None = None) -> None:
        """Answer with `decoder`; `on_notice` is told, in a sentence, when memory made it step down."""
        self.decoder = decoder
        self.notices: list[str] = []
        """The sentences that `on_notice` was told."""
        self.timings = Timings()
        self._on_notice = on_notice
        self._reader = PrefixReader(packed_for_inference(decoder.model), self._notice)
        self._scorer = AnswerScorer(self._reader)
        self._running: Generator[GeneratedToken] | None = None

    def generate(
        self, sequence: FusionSequence, options: GenerationOptions, cancelled: Callable[[], bool] = never
    ) -> Iterator[GeneratedToken]:
        """Stream the answer to `sequence`; see `Engine.generate`."""
        self._require_fit(sequence, options.max_new_tokens)
        self._end_running()
        self._running = self._stream(sequence, self._start(sequence, options), cancelled)
        return self._running

    def next_token_logprobs(self, sequence: FusionSequence, candidates: Sequence[int]) -> list[float]:
        """Return the natural log-probability of each candidate as the token after `sequence`."""
        outside = [token for token in candidates if not 0 <= token < self.decoder.model.vocab_size]
        if outside:
            raise InvalidInput(f"the candidates {outside} are no tokens of this decoder")
        self._require_fit(sequence, 0)
        self._end_running()
        logits, _ = self._reader.read(sequence, 0, never)
        if logits is None:
            raise InvalidInput("the prompt is empty")
        scores: list[float] = logits.log_softmax(0)[list(candidates)].tolist()
        return scores

    def answer_logprobs(
        self, prompts: Sequence[FusionSequence], answer: Sequence[int], cancelled: Callable[[], bool] = never
    ) -> list[list[float]] | None:
        """Return the log-probability of each token of `answer` after each of `prompts`; see `Engine`."""
        for prompt in prompts:
            self._require_fit(prompt, len(answer))
        self._end_running()
        return self._scorer.score(prompts, answer, cancelled)

    def forget(self) -> None:
        """Drop the kept keys and values, as when an encounter is closed."""
        self._end_running()
        self._reader.forget()
        self._scorer.forget()

    def _require_fit(self, sequence: FusionSequence, room: int) -> None:
        limit = self.decoder.model.context_tokens
        if not len(sequence):
            raise InvalidInput("the prompt is empty")
        if len(sequence) + room > limit:
            raise ContextOverflow(
                f"The question with everything attached is {len(sequence)} tokens long and the answer may take "
                f"{room}, but {self.decoder.name} reads {limit} in all. Nothing was cut off; shorten the "
                "transcript or remove an attachment."
            )

    def _end_running(self) -> None:
        if self._running is not None:
            self._running.close()
            self._running = None

    def _start(self, sequence: FusionSequence, options: GenerationOptions) -> _Answer:
        lookup = None
        if options.prompt_lookup and options.temperature == 0:
            lookup = PromptLookup(_quotable_ids(sequence))
        return _Answer(
            options=options,
            lookup=lookup,
            text=self.decoder.tokens.stream_decoder(),
            sampler=Sampler(options),
            stop=StopFilter(options.stop),
        )

    def _stream(
        self, sequence: FusionSequence, answer: _Answer, cancelled: Callable[[], bool]
    ) -> Generator[GeneratedToken]:
        started_s = time.perf_counter()
        logits, reused = self._reader.read(sequence, answer.options.max_new_tokens, cancelled)
        took_s = time.perf_counter() - started_s
        self.timings = Timings(prompt_tokens=len(sequence), reused_tokens=reused, prefill_s=took_s)
        if logits is None:
            yield GeneratedToken(NO_TOKEN, "", 0.0, FinishReason.CANCELLED)
            return
        chosen = [answer.sampler.choose(logits)]
        self.timings = replace(self.timings, first_token_s=time.perf_counter() - answer.started_s)
        while True:
            for token, logprob in chosen:
                if cancelled():
                    yield GeneratedToken(NO_TOKEN, answer.rest(), 0.0, FinishReason.CANCELLED)
                    return
                item = self._item(answer, token, logprob)
                yield item
                if item.finish:
                    return
            chosen = self._next(answer, chosen)

    def _item(self, answer: _Answer, token: int, logprob: float) -> GeneratedToken:
        self.timings = replace(self.timings, generated_tokens=self.timings.generated_tokens + 1)
        if token in self.decoder.tokens.eos_ids:
            return GeneratedToken(token, answer.rest(), logprob, FinishReason.END)
        text = answer.stop.push(answer.text.push(token))
        if answer.stop.stopped:
            return GeneratedToken(token, text, logprob, FinishReason.STOP_STRING)
        if self.timings.generated_tokens == answer.options.max_new_tokens:
            return GeneratedToken(token, text + answer.rest(), logprob, FinishReason.LENGTH)
        return GeneratedToken(token, text, logprob)

    def _next(self, answer: _Answer, previous: list[tuple[int, float]]) -> list[tuple[int, float]]:
        """Return the tokens that one more forward settles, with their log-probabilities."""
        started_s = time.perf_counter()
        draft = self._draft(answer, [token for token, _ in previous])
        before = self._reader.length
        logits = self._reader.feed([previous[-1][0], *draft])
        chosen: list[tuple[int, float]] = []
        for row, guess in zip(logits, [*draft, NO_TOKEN], strict=True):
            chosen.append(answer.sampler.choose(row))
            if chosen[-1][0] != guess:
                break
        # Kept are the token before and the accepted part of the draft; the newest token is not read yet.
        self._reader.truncate(before + len(chosen))
        if answer.lookup:
            answer.lookup.learn(len(draft), len(chosen) - 1)
        took_s = time.perf_counter() - started_s
        self.timings = replace(
            self.timings, decode_s=self.timings.decode_s + took_s, forwards=self.timings.forwards + 1
        )
        return chosen

    def _draft(self, answer: _Answer, previous: list[int]) -> list[int]:
        if answer.lookup is None:
            return []
        answer.lookup.extend(previous)
        return answer.lookup.propose(answer.options.max_new_tokens - self.timings.generated_tokens - 1)

    def _notice(self, sentence: str) -> None:
        self._scorer.forget()  # the decoder's numbers or device may have changed with the step
        self.notices.append(sentence)
        if self._on_notice is not None:
            self._on_notice(sentence)


def _quotable_ids(sequence: FusionSequence) -> list[int | None]:
    """Return what an answer may quote, span by span, with None where a draft must not run on."""
    ids: list[int | None] = []
    for span in sequence.spans:
        if isinstance(span, TokenSpan) and span.source.kind in _QUOTABLE:
            ids.extend(span.ids)
            ids.append(None)
    return ids
