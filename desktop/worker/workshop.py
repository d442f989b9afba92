"""The worker's jobs on the models: each command becomes an iterator of protocol events (the side that has torch)."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from desktop.confined.reading import ConfinedFileReader
from desktop.worker.checking import checked
from desktop.worker.converting import Converter, explained, heard_utterances
from desktop.worker.drafting import drafted
from desktop.worker.embedding import embedded
from desktop.worker.listening import Dictation, transcribed
from desktop.worker.mining import mined
from desktop.worker.mining_messages import MineValues
from desktop.worker.protocol import (
    Ask,
    Check,
    Dictate,
    Embed,
    Explain,
    ExplainedSoFar,
    Failed,
    FailureKind,
    Forget,
    Loading,
    Measure,
    Measured,
    Notice,
    Prepare,
    Ready,
    Teach,
    TellSpeakers,
    Transcribe,
    Write,
)
from desktop.worker.schedule import OutOfMemory
from desktop.worker.teaching import taught
from desktop.worker.voices import VoiceMemory, Voices, told_again
from lm import errors as lm_errors
from lm.hardware import describe
from lm.prefix import is_out_of_memory
from lm.sampling import GenerationOptions
from multimodal.consultation import Consultation, Saw
from multimodal.encodings import Encodings, View
from multimodal.errors import CatalogError, MultimodalError
from multimodal.explain import Explanation
from multimodal.knowledge import Knowledge, installed_encoder
from multimodal.models import Models
from multimodal.picture import Region
from multimodal.prompt import PromptInputs, Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from desktop.worker.known import EncounterContext
    from desktop.worker.protocol import Event
    from desktop.worker.schedule import Step, Work
    from lm.grounding.knowledge import Encoder
    from multimodal.consultation import Event as ConsultationEvent

_ENCOUNTERS_KEPT = 4
_MEASURED_TOKENS = 48
_MEASURED_QUESTION = "Write a short paragraph about how to measure blood pressure."


class Workshop:
    """Holds the models and does one job after another with them."""

    def __init__(self) -> None:
        self._models: Models | None = None
        self._wish = Prepare("")
        self._encodings: OrderedDict[str, Encodings] = OrderedDict()
        self._encoder: Encoder | None = None
        self._voice_memory = VoiceMemory()
        self._files = ConfinedFileReader()

    def steps(self, work: Work) -> Iterator[Step]:
        """Return the steps of a job; lack of memory is raised as OutOfMemory, which no job survives."""
        try:
            yield from self._steps(work)
        except (RuntimeError, MemoryError) as error:
            if is_out_of_memory(error):
                raise OutOfMemory from error
            raise

    def _steps(self, work: Work) -> Iterator[Step]:
        command = work.command
        if isinstance(command, Transcribe | Dictate):
            yield from self._listen(command, work)
        elif isinstance(command, Check):
            yield from checked(command, work.cancelled, lambda: self._loaded().speech(), self._files)
        elif isinstance(command, TellSpeakers):
            yield from told_again(command, work, self._loaded().voices(), self._voice_memory, self._files)
        elif isinstance(command, Prepare):
            yield from self._prepare(command)
        elif isinstance(command, Ask):
            yield from self._answer(command, work)
        elif isinstance(command, Explain):
            yield from self._explain_answer(command, work)
        elif isinstance(command, Write | Teach | Embed | MineValues):
            yield from self._without_decoder(command)
        elif isinstance(command, Measure):
            yield from self._measure(command, work)
        elif isinstance(command, Forget):
            self._forget(command.encounter_id)

    def _listen(self, command: Transcribe | Dictate, work: Work) -> Iterator[Step]:
        voices = yield from self._voices(command)
        if isinstance(command, Transcribe):
            yield from transcribed(command, work, self._loaded().speech(), self._files, voices)
        else:
            yield from Dictation(command, work, self._loaded().speech(), voices).steps()

    def _voices(self, command: Transcribe | Dictate) -> Generator[Event, None, Voices | None]:
        """Return what tells who speaks; None where it is not wanted, or cannot be had: the words still come."""
        if not command.speakers:
            return None
        try:
            encoder = self._loaded().voices()
        except (CatalogError, lm_errors.DamagedCheckpoint) as error:
            yield Notice(command.job, f"Who speaks is not told. {error}")
            return None
        return Voices(command.job, command.file, encoder, self._voice_memory, command.form)

    def _without_decoder(self, command: Write | Teach | Embed | MineValues) -> Iterator[Event]:
        if isinstance(command, Write):
            return drafted(command)
        if isinstance(command, MineValues):
            return mined(command)
        return taught(command) if isinstance(command, Teach) else embedded(command, self._text_encoder())

    def explain(self, error: Exception) -> Failed:
        """Return why a job failed, for the doctor; the job's name is left empty."""
        if isinstance(error, lm_errors.OutOfMemory):
            return Failed("", FailureKind.MEMORY, str(error))
        if isinstance(error, CatalogError | lm_errors.UnsupportedCheckpoint | lm_errors.DamagedCheckpoint):
            return Failed("", FailureKind.MISSING, str(error))
        if isinstance(error, MultimodalError | lm_errors.InvalidInput):
            return Failed("", FailureKind.INPUT, str(error))
        if isinstance(error, lm_errors.LanguageModelError):
            return Failed("", FailureKind.FAULT, str(error))
        sentence = f"Something went wrong in the models ({type(error).__name__}). Nothing you did is lost; try again."
        return Failed("", FailureKind.FAULT, sentence)

    # --- models ------------------------------------------------------------------------------------------------

    def _prepare(self, command: Prepare) -> Iterator[Event]:
        """Load everything; what is missing is told and the rest is loaded all the same."""
        if self._models is None or command.device != self._wish.device:
            old, self._models = self._models, Models(command.decoder, command.device)
            if old is not None:
                old.let_go()  # the old weights go before the new ones come
        elif command.decoder != self._models.decoder_wish:
            self._models.change_decoder(command.decoder)
        self._wish = command
        models = self._models
        parts: list[tuple[str, float, Callable[[], object]]] = [
            ("decoder", 0.3, models.engine),
            ("speech", 0.7, models.speech),
        ]
        failure = None
        for what, share, load in parts:
            yield Loading(what, share)
            try:
                load()
            except (lm_errors.LanguageModelError, MultimodalError) as error:
                failure = failure or error
        if failure is None and models.image_projector() is not None:
            yield Loading("vision", 0.9)
            models.vision()
            models.warm_up_references()
        if failure is not None:
            yield self.explain(failure)
        yield from self._told_ready(models)

    def _told_ready(self, models: Models) -> Iterator[Event]:
        if not models.has_decoder:
            return
        yield Ready(
            decoder=models.decoder_wish,
            device=str(models.device),
            dtype=str(models.engine().decoder.model.dtype).removeprefix("torch."),
            sees=models.image_projector() is not None,
            hears=models.audio_projector() is not None,
        )

    def _loaded(self) -> Models:
        if self._models is None:
            self._models = Models(self._wish.decoder, self._wish.device)
        return self._models

    def _with_decoder(self, wish: str) -> Iterator[Event]:
        models = self._loaded()
        if models.decoder_wish == wish and models.has_decoder:
            return
        yield Loading("decoder", 0.0)
        models.change_decoder(wish)
        models.engine()
        yield from self._told_ready(models)

    # --- jobs --------------------------------------------------------------------------------------------------

    def _answer(self, ask: Ask, work: Work) -> Iterator[Event]:
        yield from self._with_decoder(ask.decoder)
        convert = Converter(ask.job)
        with ExitStack() as files:
            knowledge = yield from self._knowledge(ask, files)
            case = self._case(ask.context, work, knowledge)
            yield from convert.all_of(_told(case, ask.context, work.cancelled))
            if not work.cancelled():
                options = GenerationOptions(max_new_tokens=ask.max_tokens)
                yield from convert.all_of(case.ask(ask.question, options))

    def _explain_answer(self, command: Explain, work: Work) -> Iterator[Event]:
        yield from self._with_decoder(command.decoder)
        yield ExplainedSoFar(command.job, 0.0)
        with ExitStack() as files:
            knowledge = yield from self._knowledge(command, files)
            case = self._case(command.context, work, knowledge)
            told = _told(case, command.context, work.cancelled)
            shown = {event.label: event.picture for event in told if isinstance(event, Saw)}
            if work.cancelled():
                return
            for event in case.explain(command.question, command.answer):
                if isinstance(event, Explanation):
                    yield explained(command, event, shown)
                else:
                    yield ExplainedSoFar(command.job, event.share)

    def _case(self, context: EncounterContext, work: Work, knowledge: Knowledge | None) -> Consultation:
        encodings = self._encodings_of(context.encounter_id)
        return Consultation(self._loaded(), self._files, work.cancelled, encodings, knowledge)

    def _knowledge(self, command: Ask | Explain, files: ExitStack) -> Generator[Event, None, Knowledge | None]:
        """Open what there is to look things up in; None where it is not wanted, there is nothing, or it is damaged."""
        if not command.library:
            return None
        try:
            knowledge = files.enter_context(Knowledge.open(self._text_encoder))
            return None if knowledge.is_empty else knowledge
        except lm_errors.KnowledgeError as error:
            yield Notice(command.job, str(error))
            return None

    def _text_encoder(self) -> Encoder | None:
        """Load the text encoder once for all questions."""
        if self._encoder is None:
            self._encoder = installed_encoder()
        return self._encoder

    def _measure(self, command: Measure, work: Work) -> Iterator[Event]:
        models = self._loaded()
        machine = describe(str(models.device))
        memory = psutil.virtual_memory()
        decoder, tokens_per_s = "", 0.0
        try:
            tokens_per_s = _decoding_speed(models, work.cancelled)
            decoder = models.decoder_name
        except CatalogError:
            pass  # the machine can be described without a decoder
        if work.cancelled():
            return
        yield Measured(
            job=command.job,
            cpu=machine.cpu,
            cores=machine.cores,
            memory_bytes=machine.memory_bytes,
            free_memory_bytes=int(memory.available),
            gpu=machine.gpu or "",
            gpu_memory_bytes=machine.gpu_memory_bytes or 0,
            device=machine.device,
            dtype=machine.dtype,
            decoder=decoder,
            tokens_per_s=tokens_per_s,
            resident_bytes=int(psutil.Process().memory_info().rss),
        )

    def _forget(self, encounter_id: str) -> None:
        self._encodings.pop(encounter_id, None)
        self._voice_memory.forget()
        if self._models is not None:
            self._models.forget()

    def _encodings_of(self, encounter_id: str) -> Encodings:
        encodings = self._encodings.setdefault(encounter_id, Encodings(self._files))
        self._encodings.move_to_end(encounter_id)
        while len(self._encodings) > _ENCOUNTERS_KEPT:
            self._encodings.popitem(last=False)
        return encodings


def _told(case: Consultation, context: EncounterContext, cancelled: Callable[[], bool]) -> Iterator[ConsultationEvent]:
    """Tell a consultation all that is known, yielding what it says to it; it is told less when cancelled."""
    for picture in context.pictures:
        if cancelled():
            return
        region = None if picture.region is None else Region(*picture.region)
        view = View(Path(picture.file), picture.frame, region)
        yield from case.look_at(view, picture.label)
    for recording in context.recordings:
        file = Path(recording.file) if recording.file else None
        yield from case.recall(recording.label, file, heard_utterances(recording.utterances))
    case.go_on_from(Turn(turn.question, turn.answer) for turn in context.turns)


def _decoding_speed(models: Models, cancelled: Callable[[], bool]) -> float:
    """Return tokens a second on a fixed question, without drafts from the prompt."""
    engine = models.engine()
    prompt = models.prompts().build(PromptInputs(_MEASURED_QUESTION))
    options = GenerationOptions(max_new_tokens=_MEASURED_TOKENS, prompt_lookup=False)
    for _ in engine.generate(prompt, options, cancelled):
        pass
    timings = engine.timings
    return (timings.generated_tokens - 1) / timings.decode_s if timings.decode_s else 0.0
