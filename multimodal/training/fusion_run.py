"""The whole run behind `bedside train fusion`: features, lessons, adapters, in one folder that can be resumed.

The run folder keeps what the frozen encoders made of pictures and clips (computed once), checkpoints, the loss log and
its picture; the adapter folder gets what is shipped. Every kind of run is a configuration of this one:
`bedside train projector` and `bedside train voice` too.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from torch import nn

from lm.errors import TrainingError
from lm.lora import LORA_FILE, add_lora, decoder_blocks, decoder_module, remove_lora, save_lora
from lm.training.chart import draw_lesson_curves
from lm.training.checkpoint import CHECKPOINTS
from lm.training.files import set_aside
from lm.training.lessons import Course, CourseOptions, Group, LessonStep, Taught
from lm.training.losslog import LossLog
from lm.training.parallel import Processes, Sharing, whole
from lm.weights import adapted_fingerprint
from multimodal.fusion import AdapterBinding, AudioProjector, ImageProjector, save_projector
from multimodal.reference_pictures import PROJECTOR_FILE
from multimodal.training.beginning import take_over
from multimodal.training.clips import ClipCounts, read_clips
from multimodal.training.course import FusionStores, lesson_plans
from multimodal.training.features import FeatureProgress, compute_features
from multimodal.training.lesson_options import LabelPromptsOptions
from multimodal.training.new_projectors import new_projector
from multimodal.training.picture_questions import training_pictures
from multimodal.training.pictures import Split, read_pictures
from multimodal.training.sound_features import SoundProgress, compute_sound_features
from multimodal.training.spoken_sentences import Part

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lm.lora import Lora
    from lm.weights import LoadedDecoder
    from multimodal.training.clips import Clip
    from multimodal.training.features import FeatureStore
    from multimodal.training.fusion_config import FusionConfig
    from multimodal.training.sound_features import SoundEncoder
    from multimodal.vision import ImageEncoder

AUDIO_PROJECTOR_FILE = "audio-projector.safetensors"
LOSS_FILE, CURVE_FILE = "loss.jsonl", "loss.png"
_OF_ONE_RUN = (CHECKPOINTS, LOSS_FILE, CURVE_FILE)
"""What is set aside in the run folder when another run begins there; what the encoders made stays."""
_MANIFESTS = ("images.jsonl", "audio.jsonl", "notes.jsonl", "qa.jsonl")

FusionProgress = FeatureProgress | SoundProgress | LessonStep | str
"""What a run reports: pictures and clips encoded, steps, or the name of the score that is being computed."""


@dataclass(frozen=True, slots=True)
class FusionRun:
    """What is trained, and where a run reads and writes."""

    data: Path
    """Folder of the open data, with its manifests."""
    run_folder: Path
    adapter_folder: Path
    config: FusionConfig
    clip_counts: ClipCounts = field(default_factory=ClipCounts)
    questions: int = 60
    """Scored of each task on clips at most."""
    resume: bool = False
    after: Path | None = None
    """Folder of a run in which the first lessons were given: they are not given again."""

    @property
    def log(self) -> LossLog:
        """The losses of the run in the run folder."""
        return LossLog(self.run_folder / LOSS_FILE, ("step", "lesson", "of_lesson", "figures", "loss"))


@dataclass(frozen=True, slots=True, eq=False)
class Encoders:
    """The frozen encoders that a run needs; None for what it does not teach."""

    vision: ImageEncoder | None = None
    speech: SoundEncoder | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Adapters:
    """What learns: the projectors by kind, and the decoder's own adapters."""

    projectors: nn.ModuleDict
    lora: Lora | None

    def kept(self) -> nn.ModuleDict:
        """Return all of it as one module: what checkpoints keep."""
        modules: dict[str, nn.Module] = {"projectors": self.projectors}
        return nn.ModuleDict(modules | ({"lora": self.lora} if self.lora is not None else {}))


def never() -> bool:
    """Return False: the default of `cancelled`."""
    return False


def train_adapters(
    run: FusionRun,
    decoder: LoadedDecoder,
    encoders: Encoders,
    on_progress: Callable[[FusionProgress], None],
    *,
    cancelled: Callable[[], bool] = never,
    processes: Processes | None = None,
) -> bool:
    """Train and save the adapters; return False when it was stopped, and can be resumed.

    `decoder` is the plain one, and is so again afterwards. Raises TrainingError when the run cannot start or go on.
    """
    group = Group(processes or Processes(), decoder_blocks(decoder.model))
    stores = _stores(run, encoders, group.processes, on_progress)
    adapters = _adapters(run.config, decoder, stores)
    try:
        finished = _teach(run, decoder, adapters, (stores, group), (on_progress, cancelled))
        if finished:
            _save(run, decoder, adapters, group.processes)
    finally:
        remove_lora(decoder.model)
    return finished


def _teach(
    run: FusionRun,
    decoder: LoadedDecoder,
    adapters: Adapters,
    given: tuple[FusionStores, Group],
    told: tuple[Callable[[FusionProgress], None], Callable[[], bool]],
) -> bool:
    (stores, group), (on_progress, cancelled), config = given, told, run.config
    plans = lesson_plans(config, decoder, adapters.projectors, adapters.lora, stores)
    taught = Taught(adapters.projectors, decoder_module(decoder.model))
    options = CourseOptions(
        run.run_folder, config.described(), _data_sha256(run.data), config.seed, config.checkpoint_every
    )
    course = Course(plans, taught, adapters.kept(), options, group)
    log = run.log
    if run.resume:
        course.resume()
    elif run.after is not None:
        course.begin_after(take_over(run.after, options, plans, adapters.projectors))
    if group.processes.first:
        if run.resume:
            log.forget_after(course.step)
        else:
            set_aside(run.run_folder, _OF_ONE_RUN)

    def record(step: LessonStep) -> None:
        if group.processes.first:
            log.add(asdict(step) | {"loss": step.loss})
            on_progress(step)

    finished = course.teach(record, cancelled)
    if group.processes.first:
        _draw(log, run.run_folder / CURVE_FILE)
    return finished


def _adapters(config: FusionConfig, decoder: LoadedDecoder, stores: FusionStores) -> Adapters:
    projectors = nn.ModuleDict()
    if stores.features is not None:
        width = stores.features.d_encoder
        projectors["image"] = new_projector(ImageProjector, decoder, width, config.image_hidden, config.seed)
    if stores.sounds is not None:
        width = stores.sounds.d_encoder
        projectors["audio"] = new_projector(AudioProjector, decoder, width, config.audio_hidden, config.seed)
    lora = None if config.lora is None else add_lora(decoder.model, config.lora, config.seed)
    return Adapters(projectors, lora)


def _stores(
    run: FusionRun, encoders: Encoders, processes: Processes, on_progress: Callable[[FusionProgress], None]
) -> FusionStores:
    """Return the features and what is asked about them; the first process computes them for all."""
    check_data(run)
    run.run_folder.mkdir(parents=True, exist_ok=True)
    if processes.sharing is Sharing.FSDP2 and run.config.find(LabelPromptsOptions):
        raise TrainingError("Label prompts are found by one process or with ddp, not with fsdp2. Nothing was started.")
    clips = training_clips(run) if encoders.speech else []
    if not processes.first:
        processes.wait()
    features = picture_features(run, encoders.vision, on_progress) if encoders.vision else None
    sounds = None
    if encoders.speech:
        sounds = compute_sound_features(run.data, clips, encoders.speech, run.run_folder / "sounds", on_progress)
    if processes.first:
        processes.wait()
    labelled = training_pictures(run.data, run.config.seed) if features else []
    if (features and not labelled) or (sounds and not clips):
        what = "picture" if features and not labelled else "clip"
        raise TrainingError(f"{run.data} holds no {what} to train on. Nothing was learned; name another folder.")
    return FusionStores(run.data, features, labelled, sounds, clips)


def check_data(run: FusionRun) -> None:
    """Raise TrainingError when an open manifest that the run needs is not there."""
    needed = ["images.jsonl"] if run.config.vision else []
    needed += ["audio.jsonl", "notes.jsonl"] if run.config.speech else []
    needed += ["qa.jsonl"] if any(getattr(lesson, "texts", 0.0) for lesson in run.config.lessons) else []
    for name in needed:
        if not (run.data / name).is_file():
            raise TrainingError(
                f"There is no {name} in {run.data}. Name the folder of the open data with --data or BEDSIDE_DATA."
            )


def training_clips(run: FusionRun) -> list[Clip]:
    """Return the clips that are heard in training."""
    every = read_clips(run.data, run.clip_counts)
    return [clip for clip in every if clip.part is Part.TRAIN][: run.config.clips]


def picture_features(
    run: FusionRun, encoder: ImageEncoder, on_progress: Callable[[FusionProgress], None]
) -> FeatureStore:
    """Return the states of the pictures that are trained on and of all held-back ones."""
    check_data(run)
    run.run_folder.mkdir(parents=True, exist_ok=True)
    return compute_features(run.data, needed_pictures(run), encoder, run.run_folder / "features", on_progress)


def needed_pictures(run: FusionRun) -> list[str]:
    """Return the pictures that are trained on and all held-back ones, sorted."""
    trained = {picture.path for picture in training_pictures(run.data, run.config.seed)}
    held = {picture.path for picture in read_pictures(run.data) if picture.split is Split.DEV}
    return sorted(trained | held)


def _data_sha256(data: Path) -> str:
    digest = hashlib.sha256()
    for name in _MANIFESTS:
        if (data / name).is_file():
            with (data / name).open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _save(run: FusionRun, decoder: LoadedDecoder, adapters: Adapters, processes: Processes) -> None:
    """Write what is shipped; of several processes each holds a part, and the first one writes."""
    fingerprint = decoder.fingerprint
    if adapters.lora is not None:
        tensors = {name: whole(tensor) for name, tensor in adapters.lora.tensors().items()}
        if processes.first:
            digest = save_lora(adapters.lora, fingerprint, run.adapter_folder / LORA_FILE, tensors)
            fingerprint = adapted_fingerprint(fingerprint, digest)
    encoders = {"image": (run.config.vision, PROJECTOR_FILE), "audio": (run.config.speech, AUDIO_PROJECTOR_FILE)}
    for kind, (encoder, file) in encoders.items():
        if kind in adapters.projectors:
            projector = _plain(adapters.projectors[kind])
            if processes.first:
                save_projector(projector, AdapterBinding(decoder.name, fingerprint, encoder), run.adapter_folder / file)


def _plain(projector: nn.Module) -> ImageProjector | AudioProjector:
    """Return a copy with whole weights."""
    tensors = {name: whole(tensor) for name, tensor in projector.state_dict().items()}
    shape = projector.shape
    copied = ImageProjector(shape) if projector.kind == ImageProjector.kind else AudioProjector(shape)  # type: ignore[arg-type] # ours
    copied.load_state_dict(tensors)
    return copied


def _draw(log: LossLog, file: Path) -> None:
    lessons: dict[str, list[tuple[float, float]]] = {}
    for record in log.records():
        title = f"{record['lesson']}: {next(iter(record['figures']))}, nats"
        lessons.setdefault(title, []).append((float(record["of_lesson"]), float(record["loss"])))
    draw_lesson_curves(lessons, file)
