"""The card of a trained projector: data, licences, recipe, and the scores as measured, the weakest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lm.grounding.answer import Dependence
from multimodal.fusion import IMAGE_TOKENS
from multimodal.prompt import PROMPT_VERSION
from multimodal.training.lesson_sentences import frozen_sentence, lesson_sentences
from multimodal.training.projector_scores import Shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from multimodal.training.dependence_calibration import Calibration
    from multimodal.training.fusion_run import FusionRun
    from multimodal.training.projector_scores import Score
    from multimodal.training.statistics import Estimate

DATA = (
    ("VQA-RAD", "CC0 1.0 (upstream)", "radiology questions; image-disjoint train / dev"),
    ("Kermany chest films", "CC BY 4.0 (upstream)", "children's films; a tenth of the patients held back"),
    ("BUSI", "CC0 (Kaggle page) / CC BY (article)", "breast ultrasound; a fifth of the pictures held back"),
    ("BCCD", "MIT", "blood smears with cell counts; its own test split"),
)


def write_card(file: Path, decoder: str, run: FusionRun, scores: Sequence[Score], calibration: Calibration) -> None:
    """Write the card as Markdown; every figure in it comes from `scores` and `calibration`."""
    lines = [*_head(decoder, run), *_score_lines(scores), *_calibration_lines(calibration), *_limits()]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _head(decoder: str, run: FusionRun) -> list[str]:
    return [
        f"# Image projector for {decoder}",
        "",
        f"Maps the patch tokens of `{run.config.vision}` to {IMAGE_TOKENS} embeddings of the decoder. "
        f"{frozen_sentence(run.config)} Written by `bedside train`; prompt version {PROMPT_VERSION}. "
        "Licence: Apache-2.0.",
        "",
        "Research and education only. It does not diagnose.",
        "",
        "## Training",
        "",
        *lesson_sentences(run.config),
        "",
        "| data | licence | what, and what was held back |",
        "|---|---|---|",
        *(f"| {name} | {licence} | {what} |" for name, licence, what in DATA),
    ]


def _score_lines(scores: Sequence[Score]) -> list[str]:
    lines = [
        "",
        "## Scores on held-back pictures",
        "",
        'Each with its 95 % bootstrap interval. "Another picture" asks the same question with a shuffled picture, '
        '"blank" with the mean picture, "no picture" with the text alone. p: paired sign-flip test that the true '
        "picture gives the right answer more probability than another one.",
        "",
        "| task | n | majority | metric | " + " | ".join(Shown) + " | p (true above another) |",
        "|---|---|---|---|" + "---|" * (len(Shown) + 1),
    ]
    for score in sorted(scores, key=_weakness):
        for metric, estimates in score.metrics.items():
            shown = " | ".join(_interval(estimates[name]) for name in Shown)
            lines.append(
                f"| {score.title} | {score.n} | {score.majority:.3f} | {metric} | {shown} | {_p(score.p_value)} |"
            )
    return lines


def _calibration_lines(calibration: Calibration) -> list[str]:
    thresholds = calibration.thresholds
    return [
        "",
        "## Does an answer depend on its picture?",
        "",
        "Each answer is scored again with the mean picture and with another one (`image-reference.safetensors`). It "
        f"depends weakly where either takes {thresholds.weak:.3f} nats a token away or more, strongly where both take "
        f"{thresholds.strong:.3f}; what neither takes away is withheld. On held-back pictures:",
        "",
        "| answers to | n | " + " | ".join(Dependence) + " |",
        "|---|---|" + "---|" * len(Dependence),
        *(
            f"| {topic.topic} | {topic.n} | "
            + " | ".join(str(topic.levels.get(level, 0)) for level in Dependence)
            + " |"
            for topic in calibration.topics
        ),
    ]


def _weakness(score: Score) -> float:
    """Sort by how much the true picture gains over another one: bad news first."""
    estimates = next(iter(score.metrics.values()))
    return estimates[Shown.TRUE].value - estimates[Shown.SHUFFLED].value


def _interval(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} ({estimate.low:.3f}-{estimate.high:.3f})"


def _p(value: float) -> str:
    return f"{value:.4f}" if value >= 0.001 else "< 0.001"


def _limits() -> list[str]:
    return [
        "",
        "## Limits",
        "",
        "- It knows the four sets above and little else: other pictures get fluent answers that mean nothing.",
        "- Kermany's films are of children and were reduced to 224 pixels by others; adults' films were not tested.",
        "- BUSI pictures carry burned-in text and callipers, which a projector can learn instead of the lesion.",
        "- Open questions of VQA-RAD are taught but not scored here.",
    ]
