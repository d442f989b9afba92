"""What was said in a recording: voice activity, Whisper, word times and the guards against invented words."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import torch
from whisper.tokenizer import LANGUAGES

from lm.errors import InvalidInput
from lm.hardware import choose_dtype
from multimodal.errors import Cancelled
from multimodal.sound import SAMPLE_RATE_HZ
from multimodal.speech_guards import Guards, Verdict, loop_start
from multimodal.transcript import Transcript, Utterance, Word
from multimodal.vad import SileroVad, SpeechSpan, VadOptions, VadStream
from multimodal.whisper_biasing import NameTree, Strength
from multimodal.whisper_decoding import BatchDecoder
from multimodal.whisper_encoding import WINDOW_SAMPLES, SpeechEncoder
from multimodal.whisper_layers import half_the_threads, load_checkpoint, load_tokenizer
from multimodal.whisper_search import DecodingRules
from multimodal.word_timing import time_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from whisper.tokenizer import Tokenizer

    from multimodal.sound import Recording
    from multimodal.whisper_decoding import Hypothesis
    from multimodal.whisper_encoding import EncodedSpeech
    from multimodal.whisper_layers import WhisperCheckpoint
    from multimodal.word_timing import TimedWord

_MAX_TOKENS = 224
_TOKENS_PER_SECOND, _SPARE_TOKENS = 25, 20
"""Room for scripts that need several tokens a character; a decoder that goes on longer has lost its place."""
_GROUP_SIZES = (1, 2, 4, 8)
"""Utterances decoded together: few at first, so that the first words come early, then as many as pay."""
LANGUAGE_EVIDENCE_S = 6.0
"""So much speech is enough to tell its language."""
_WITHOUT_SPACES = frozenset({"zh", "ja", "th", "lo", "my", "yue"})
_RETRY_TEMPERATURES = (0.0, 0.2, 0.4, 0.6, 0.8)


def _never() -> bool:
    return False


def _raise_if(cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise Cancelled("Listening was stopped.")


@dataclass(frozen=True, slots=True)
class DecodingChoices:
    """How a settled utterance is decoded; drafts of one that is still spoken are greedy and without names."""

    beams: int = 1
    names: frozenset[str] = frozenset()
    """Words in small letters that are made likelier (`multimodal.whisper_biasing`)."""
    strength: Strength = field(default_factory=Strength)


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """One stretch of speech with its sound."""

    span: SpeechSpan
    samples: NDArray[np.float32]
    encoded: EncodedSpeech


class SpeechRecognizer:
    """Whisper behind a voice activity detector; yields utterances as it hears them."""

    def __init__(
        self,
        checkpoint: WhisperCheckpoint,
        vad: SileroVad,
        dtype: torch.dtype,
        vad_options: VadOptions | None = None,
        decoding: DecodingChoices | None = None,
    ) -> None:
        self._device = checkpoint.model.device
        self._checkpoint = checkpoint
        self._vad, self._vad_options = vad, vad_options or VadOptions()
        self._decoding = decoding or DecodingChoices()
        self._guards = Guards()
        self._names = self._tree()
        self._encoder = SpeechEncoder(checkpoint.model, dtype)
        self._decoder = BatchDecoder(checkpoint.model, checkpoint.alignment_heads, dtype)

    @classmethod
    def load(
        cls,
        whisper_folder: Path,
        vad_folder: Path,
        device: torch.device | str = "cpu",
        dtype: torch.dtype | None = None,
        decoding: DecodingChoices | None = None,
    ) -> SpeechRecognizer:
        """Read both models; `dtype` None takes the faster of bfloat16 and float32 on this machine.

        Raises UnsupportedCheckpoint or DamagedCheckpoint when a folder does not hold its model.
        """
        device = torch.device(device)
        checkpoint = load_checkpoint(whisper_folder, device)
        return cls(checkpoint, SileroVad.load(vad_folder), dtype or choose_dtype(device), decoding=decoding)

    def transcribe(
        self, recording: Recording, *, language: str | None = None, cancelled: Callable[[], bool] = _never
    ) -> Iterator[Utterance]:
        """Yield each utterance as soon as it is recognised, in the order of the recording.

        `language` is an ISO 639-1 code; None detects it once, from the first six seconds of speech. After
        `cancelled` returns True nothing more is yielded. Raises InvalidInput for a language Whisper does not know.
        """
        language = None if language is None else self.known_language(language)
        try:
            spans = self._vad.speech_spans(recording.samples, self._vad_options, cancelled)
            for group in group_spans(spans, 0.0 if language else LANGUAGE_EVIDENCE_S):
                pieces = [
                    self._encode_piece(recording.samples[span.start : span.end], span, cancelled) for span in group
                ]
                language = language or self._detect_language(pieces)
                yield from self._recognise(pieces, language, cancelled)
        except Cancelled:
            return

    def hear(
        self,
        samples: NDArray[np.float32],
        span: SpeechSpan,
        language: str | None,
        cancelled: Callable[[], bool] = _never,
        *,
        translate: bool = False,
    ) -> Utterance | None:
        """Recognise one stretch of speech, `samples` `(n,)` of at most 30 s; `span` says where it lies.

        With `translate` what is not English also gets Whisper's English. None where nobody speaks. Raises Cancelled
        once `cancelled` returns True.
        """
        piece = self._encode_piece(samples, span, cancelled)
        language = language or self._detect_language([piece])
        utterances = self._recognise([piece], language, cancelled)
        if not utterances:
            return None
        (utterance,) = utterances
        if translate and utterance.language != "en":
            return replace(utterance, translation=self._translation(piece, utterance.language, cancelled))
        return utterance

    def read_again(
        self,
        samples: NDArray[np.float32],
        span: SpeechSpan,
        language: str | None,
        cancelled: Callable[[], bool] = _never,
    ) -> Utterance | None:
        """Recognise a stretch of at most 30 s a second time, as differently from the first as one model allows.

        The whole window that Whisper was trained on instead of the shortened one, the likeliest token at every step
        instead of beams, and no name is favoured. None where the guards hear no speech. Raises Cancelled.
        """
        piece = _Piece(span, samples, self._encoder.encode(samples, whole_window=True, cancelled=cancelled))
        tokenizer = self._tokenizer(language or self._detect_language([piece]))
        rules = replace(self._rules(tokenizer, span.duration_s), beams=1, names=None)
        with half_the_threads(self._device):
            hypothesis = self._decoder.decode([piece.encoded], rules, cancelled)[0]
        _raise_if(cancelled)
        if self._judge(piece, hypothesis, tokenizer) is Verdict.SILENCE:
            return None
        return _utterance(piece, _without_loop(hypothesis), tokenizer, len(rules.prompt))

    def _translation(self, piece: _Piece, language: str, cancelled: Callable[[], bool]) -> str:
        """Return Whisper's English of a stretch; empty where the guards would not let it pass."""
        tokenizer = load_tokenizer(self._checkpoint.model, language, "translate")
        rules = replace(self._rules(tokenizer, piece.span.duration_s), names=None)
        with half_the_threads(self._device):
            hypothesis = self._decoder.decode([piece.encoded], rules, cancelled)[0]
        _raise_if(cancelled)
        good = self._judge(piece, hypothesis, tokenizer) is Verdict.GOOD
        return tokenizer.decode(list(hypothesis.tokens)).strip() if good else ""

    def draft(
        self,
        samples: NDArray[np.float32],
        span: SpeechSpan,
        language: str | None,
        said: Sequence[Word],
        cancelled: Callable[[], bool] = _never,
    ) -> Utterance | None:
        """Recognise a stretch that still goes on; see `hear`.

        It is decoded once and never mended, and only behind the words `said`, which are taken as heard.
        """
        piece = self._encode_piece(samples, span, cancelled)
        tokenizer = self._tokenizer(language or self._detect_language([piece]))
        rules = self._rules(tokenizer, span.duration_s)
        known = _tokens_of(said, tokenizer)
        tokens = tuple(token for token, _ in known)
        # Where words are given, the end may come at once, which is forbidden at the start of an utterance.
        rules = replace(rules, beams=1, names=None)
        behind = replace(rules, prompt=(*rules.prompt, *tokens), suppressed_at_start=()) if known else rules
        with half_the_threads(self._device):
            hypothesis = self._decoder.decode([piece.encoded], behind, cancelled)[0]
        _raise_if(cancelled)
        hypothesis = replace(
            hypothesis,
            tokens=(*tokens, *hypothesis.tokens),
            token_probabilities=(*(sure for _, sure in known), *hypothesis.token_probabilities),
        )
        if self._judge(piece, hypothesis, tokenizer) is Verdict.SILENCE:
            return None
        return _utterance(piece, _without_loop(hypothesis), tokenizer, len(rules.prompt))

    def voice_activity(self) -> VadStream:
        """Return a voice activity detector for sound that is still being recorded."""
        return VadStream(self._vad)

    def transcribe_all(self, recording: Recording, *, language: str | None = None) -> Transcript:
        """Return the whole transcript at once."""
        utterances = tuple(self.transcribe(recording, language=language))
        heard = utterances[0].language if utterances else language
        return Transcript(utterances, heard, recording.duration_s)

    def encode(self, samples: NDArray[np.float32], cancelled: Callable[[], bool] = _never) -> torch.Tensor:
        """Return encoder states `(frames, d_model)` float32, 50 frames a second of the samples' own length.

        Raises Cancelled between two layers once `cancelled` returns True.
        """
        windows = [samples[start : start + WINDOW_SAMPLES] for start in range(0, len(samples), WINDOW_SAMPLES)]
        encoded = [self._encoder.encode(window, cancelled=cancelled) for window in windows]
        states = [window.states[: window.frames] for window in encoded]
        width = self._checkpoint.model.dims.n_audio_state
        return torch.cat(states).float() if states else torch.empty(0, width, device=self._device)

    def known_language(self, language: str) -> str:
        """Return the code of `language` without its region; raises InvalidInput for one Whisper does not know."""
        code = language.lower().split("-")[0]
        if code not in LANGUAGES or (code != "en" and not self._checkpoint.model.is_multilingual):
            raise InvalidInput(f"This recogniser does not know the language {language!r}; give an ISO code such as en.")
        return code

    def _encode_piece(self, samples: NDArray[np.float32], span: SpeechSpan, cancelled: Callable[[], bool]) -> _Piece:
        return _Piece(span, samples, self._encoder.encode(samples, cancelled=cancelled))

    def _detect_language(self, pieces: Sequence[_Piece]) -> str:
        """Return the most probable language, each piece weighing as much as it is long."""
        if not self._checkpoint.model.is_multilingual:
            return "en"
        tokenizer = self._tokenizer("en")
        logits = self._decoder.first_logits([piece.encoded for piece in pieces], tokenizer.sot)
        probabilities = logits[:, list(tokenizer.all_language_tokens)].softmax(-1)
        weights = torch.tensor([piece.span.duration_s for piece in pieces], device=self._device)
        best = int((weights @ probabilities).argmax())
        return str(tokenizer.all_language_codes[best])

    def _tree(self) -> NameTree | None:
        choices, vocabulary = self._decoding, self._checkpoint.model.dims.n_vocab
        # The text tokens are the same for every language.
        return (
            NameTree.build(choices.names, self._tokenizer("en"), vocabulary, choices.strength)
            if choices.names
            else None
        )

    def _tokenizer(self, language: str) -> Tokenizer:
        return load_tokenizer(self._checkpoint.model, language)

    def _recognise(self, pieces: Sequence[_Piece], language: str, cancelled: Callable[[], bool]) -> list[Utterance]:
        tokenizer = self._tokenizer(language)
        rules = self._rules(tokenizer, max(piece.span.duration_s for piece in pieces))
        with half_the_threads(self._device):
            hypotheses = self._decoder.decode([piece.encoded for piece in pieces], rules, cancelled)
        utterances = []
        for piece, first in zip(pieces, hypotheses, strict=True):
            _raise_if(cancelled)
            hypothesis = self._settle(piece, first, tokenizer, rules, cancelled)
            if hypothesis is not None:
                utterances.append(_utterance(piece, hypothesis, tokenizer, len(rules.prompt)))
        return utterances

    def _rules(self, tokenizer: Tokenizer, duration_s: float) -> DecodingRules:
        special = range(tokenizer.eot + 1, self._checkpoint.model.dims.n_vocab)
        return DecodingRules(
            prompt=tuple(tokenizer.sot_sequence_including_notimestamps),
            suppressed=tuple({*self._checkpoint.suppressed_ids, *special}),
            suppressed_at_start=self._checkpoint.suppressed_ids_at_start,
            end=tokenizer.eot,
            beams=self._decoding.beams,
            names=self._names,
            no_speech=tokenizer.no_speech,
            max_tokens=min(_MAX_TOKENS, _SPARE_TOKENS + math.ceil(_TOKENS_PER_SECOND * duration_s)),
        )

    def _settle(
        self,
        piece: _Piece,
        first: Hypothesis,
        tokenizer: Tokenizer,
        rules: DecodingRules,
        cancelled: Callable[[], bool],
    ) -> Hypothesis | None:
        """Return a hypothesis that passes the guards, else the likeliest without its loop; None for no speech."""
        attempts = [first]
        verdict = self._judge(piece, first, tokenizer)
        if verdict is Verdict.RETRY:
            whole = self._encoder.encode(piece.samples, whole_window=True, cancelled=cancelled)
            for temperature in _RETRY_TEMPERATURES:
                with half_the_threads(self._device):
                    again = self._decoder.decode([whole], replace(rules, beams=1, temperature=temperature), cancelled)[
                        0
                    ]
                _raise_if(cancelled)
                attempts.append(again)
                verdict = self._judge(piece, again, tokenizer)
                if verdict is not Verdict.RETRY:
                    break
        if verdict is Verdict.SILENCE:
            return None
        if verdict is Verdict.GOOD:
            return attempts[-1]
        return _without_loop(max(attempts, key=lambda attempt: (attempt.finished, attempt.mean_logprob)))

    def _judge(self, piece: _Piece, hypothesis: Hypothesis, tokenizer: Tokenizer) -> Verdict:
        return self._guards.judge(
            tokenizer.decode(list(hypothesis.tokens)),
            mean_logprob=hypothesis.mean_logprob,
            no_speech_probability=hypothesis.no_speech_probability,
            finished=hypothesis.finished,
            duration_s=piece.span.duration_s,
        )


def group_spans(spans: Sequence[SpeechSpan], first_s: float) -> Iterator[list[SpeechSpan]]:
    """Yield consecutive spans in growing groups, the first holding at least `first_s` of speech where there is."""
    group: list[SpeechSpan] = []
    sizes = list(_GROUP_SIZES)
    for span in spans:
        group.append(span)
        if len(group) >= sizes[0] and sum(member.duration_s for member in group) >= first_s:
            yield group
            group, first_s = [], 0.0
            sizes = sizes[1:] or sizes
    if group:
        yield group


def _tokens_of(words: Sequence[Word], tokenizer: Tokenizer) -> list[tuple[int, float]]:
    """Return each token of words that were decoded before, with its word's confidence.

    Empty for scripts without spaces, where the words alone do not tell how they were joined.
    """
    if tokenizer.language in _WITHOUT_SPACES:
        return []
    return [(token, word.confidence) for word in words for token in tokenizer.encode(f" {word.text}")]


def _without_loop(hypothesis: Hypothesis) -> Hypothesis:
    start = loop_start(hypothesis.tokens)
    if start is None:
        return hypothesis
    return replace(
        hypothesis,
        tokens=hypothesis.tokens[:start],
        token_probabilities=hypothesis.token_probabilities[:start],
        alignment_scores=hypothesis.alignment_scores[:, : start - len(hypothesis.tokens)],
    )


def _utterance(piece: _Piece, hypothesis: Hypothesis, tokenizer: Tokenizer, prompt_tokens: int) -> Utterance:
    offset_s = piece.span.start / SAMPLE_RATE_HZ
    texts, token_groups = tokenizer.split_to_word_tokens([*hypothesis.tokens, tokenizer.eot])
    pairs = [(text, len(tokens)) for text, tokens in zip(texts[:-1], token_groups[:-1], strict=True)]
    timed = time_words(hypothesis.alignment_scores, pairs, hypothesis.token_probabilities, prompt_tokens)
    return Utterance(
        start_s=round(offset_s, 2),
        end_s=round(piece.span.end / SAMPLE_RATE_HZ, 2),
        text=tokenizer.decode(list(hypothesis.tokens)).strip(),
        words=tuple(_word(word, offset_s) for word in timed if word.text.strip()),
        language=tokenizer.language or "en",
        confidence=math.exp(hypothesis.mean_logprob),
        no_speech_probability=hypothesis.no_speech_probability,
    )


def _word(word: TimedWord, offset_s: float) -> Word:
    return Word(word.text.strip(), round(offset_s + word.start_s, 2), round(offset_s + word.end_s, 2), word.probability)
