"""The card of a trained audio projector: data, recipe, and the scores as measured, the weakest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from multimodal.fusion import AUDIO_TOKENS_PER_S
from multimodal.prompt import PROMPT_VERSION
from multimodal.training.lesson_sentences import frozen_sentence, lesson_sentences
from multimodal.training.sound_scores import Given
from multimodal.training.spoken_sentences import Part
from multimodal.training.voices import VOICES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from multimodal.training.fusion_run import FusionRun
    from multimodal.training.sound_scores import RepeatScore, SoundScore
    from multimodal.training.statistics import Estimate

DATA = (
    ("MTS-Dialog and ACI-Bench, training parts", "CC BY 4.0", "sentences of consultations, read by synthetic voices"),
    ("Sentences made from clinical words", "Apache-2.0", "read by synthetic voices"),
    ("LJ Speech, LibriVox, cards, JFK", "public domain, BSD-2, MIT", "real recordings, trained on"),
    ("Asterisk prompts", "CC BY-SA 3.0", "real recordings of one speaker, scored alone"),
)


def write_sound_card(
    file: Path, decoder: str, run: FusionRun, scores: Sequence[SoundScore], repeated: Sequence[RepeatScore]
) -> None:
    """Write the card as Markdown; every figure in it comes from `run`, `scores` and `repeated`."""
    lines = [
        *_head(decoder, run),
        *_score_lines(scores),
        *_beside_words(scores),
        *_repeated(repeated),
        *_limits(),
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _head(decoder: str, run: FusionRun) -> list[str]:
    return [
        f"# Audio projector for {decoder}",
        "",
        f"Maps the encoder states of `{run.config.speech}`, {AUDIO_TOKENS_PER_S:g} tokens a second, to embeddings of "
        f"the decoder, and leaves out the tokens that say nothing new. {frozen_sentence(run.config)} "
        f"Written by `bedside train`; prompt version {PROMPT_VERSION}. Licence: Apache-2.0.",
        "",
        "Research and education only. It does not diagnose.",
        "",
        "## Training",
        "",
        *lesson_sentences(run.config),
        "",
        f"{run.config.clips} clips were heard in training, each with its own voice, speed, pitch and noise. Test "
        f"voices: {_voices(Part.TEST)}. Training voices: {_voices(Part.TRAIN)}. No test sentence was trained on in any "
        "voice.",
        "",
        "| data | licence | what |",
        "|---|---|---|",
        *(f"| {name} | {licence} | {what} |" for name, licence, what in DATA),
    ]


def _voices(part: Part) -> str:
    return ", ".join(dict.fromkeys(f"{voice.program} {voice.name}" for voice in VOICES if voice.part is part))


def _score_lines(scores: Sequence[SoundScore]) -> list[str]:
    lines = [
        "",
        "## Scores on held-back voices and sentences, the transcript withheld",
        "",
        'Each with its 95 % bootstrap interval. "Another clip" asks the same question with another clip of the task. '
        "p: paired sign-flip test that the true clip makes the right answer more probable than another one. "
        '"Transcript" is what the words themselves reach with this decoder.',
        "",
        "| task | n | majority | metric | "
        + " | ".join(g for g in Given if g is not Given.BOTH)
        + " | p (true above another) |",
        "|---|---|---|---|" + "---|" * len(Given),
    ]
    for score in sorted(scores, key=_weakness):
        shown = " | ".join(_interval(score.estimates[given]) for given in Given if given is not Given.BOTH)
        lines.append(
            f"| {score.title} | {score.n} | {score.majority:.3f} | {score.metric} | {shown} | {_p(score.p_value)} |"
        )
    return lines


def _beside_words(scores: Sequence[SoundScore]) -> list[str]:
    return [
        "",
        "## Beside the transcript",
        "",
        "Nats by which the right answer is more probable with transcript and clip than with the transcript alone; "
        "below 0 the sound takes something away.",
        "",
        "| task | n | gain |",
        "|---|---|---|",
        *(
            f"| {score.title} | {score.n} | {_interval(score.gain_beside_words)} |"
            for score in sorted(scores, key=lambda score: score.gain_beside_words.value)
        ),
    ]


def _repeated(scores: Sequence[RepeatScore]) -> list[str]:
    shown = (Given.TRUE, Given.SHUFFLED, Given.SILENCE)
    return [
        "",
        "## Repeating what is said",
        "",
        'Mean log-probability of the true words after "Repeat what is said.", in nats a token; more is better.',
        "",
        "| clips | n | " + " | ".join(shown) + " | p (true above another) |",
        "|---|---|---|---|---|---|",
        *(
            f"| {score.title} | {score.n} | "
            + " | ".join(_interval(score.estimates[given]) for given in shown)
            + f" | {_p(score.p_value)} |"
            for score in scores
        ),
    ]


def _weakness(score: SoundScore) -> float:
    """Sort by how much the true clip gains over another one: bad news first."""
    return score.estimates[Given.TRUE].value - score.estimates[Given.SHUFFLED].value


def _interval(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def _p(value: float) -> str:
    return f"{value:.4f}" if value >= 0.001 else "< 0.001"


def _limits() -> list[str]:
    return [
        "",
        "## Limits",
        "",
        "- Nearly all that it heard in training was said by synthesizers, in English: it knows little of real voices.",
        "- It hears the words that it was trained on. A medicine that was in no training sentence is not heard.",
        "- Whisper's transcript knows far more words: Bedside shows the sound only beside words that are uncertain.",
    ]
