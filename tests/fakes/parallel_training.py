"""One of several processes that train together: `python -m tests.fakes.parallel_training FOLDER POSITIONS`.

The folder holds the data, the decoder and, afterwards, what each way of sharing the work led to. The processes meet in
a file, and talk through the loopback device alone.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import torch

from lm.lora import LoraOptions
from lm.low_rank import LoraPositions
from lm.training.parallel import Sharing, joined_processes
from lm.weights import load_decoder
from multimodal.training.fusion_config import FusionConfig
from multimodal.training.fusion_run import Encoders, FusionRun, train_adapters
from multimodal.training.lesson_options import ConversationOptions, PictureWordsOptions
from tests.fakes.consultations import WatchedVision

LESSONS = (
    PictureWordsOptions(steps=2, batch=8),
    ConversationOptions(
        conversations=24,
        batch=8,
        pack_tokens=300,
        texts=0.5,
        withheld=0.2,
        decoder_pace=0.5,
        learning_rate=3e-3,
    ),
)


def shared_run(folder: Path, name: str, positions: LoraPositions) -> FusionRun:
    """Return a run of pictures and text; dropout is off, since its masks differ by process."""
    lora = LoraOptions(rank=4, alpha=8.0, dropout=0.0, positions=positions)
    config = FusionConfig(LESSONS, "tiny", vision="dinov2-small", image_hidden=12, lora=lora)
    return FusionRun(folder / "data", folder / name, folder / name / "adapters", config)


def main(folder: Path, positions: LoraPositions) -> None:
    """Train once in each way of sharing, then go on from the checkpoint that one process alone left."""
    torch.set_num_threads(1)
    for sharing in Sharing:
        for name in (str(sharing), f"{sharing}-resumed"):
            decoder = load_decoder(folder / "tiny")
            store = (folder / f"store-{name}").as_uri()
            with joined_processes(sharing, torch.device("cpu"), store) as processes:
                run = replace(shared_run(folder, name, positions), resume=name.endswith("resumed"))
                train_adapters(run, decoder, Encoders(WatchedVision()), lambda _: None, processes=processes)


if __name__ == "__main__":
    main(Path(sys.argv[1]), LoraPositions(sys.argv[2]))
