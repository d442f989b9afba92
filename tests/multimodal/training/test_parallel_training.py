"""One and two processes take the same steps, whether they hold all weights (DDP) or a part of them (FSDP2)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch.distributed import Backend
from torch.distributed.distributed_c10d import BackendConfig

from lm.low_rank import LoraPositions
from lm.training.parallel import Sharing, backends_for
from multimodal.training.fusion_run import Encoders, train_adapters
from tests.fakes.consultations import WatchedVision, roomy_decoder
from tests.fakes.open_pictures import write_open_pictures, write_open_questions
from tests.fakes.parallel_training import shared_run

REPOSITORY = Path(__file__).resolve().parents[3]
STOPPED_AFTER = 3


def _losses(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line)["figures"] for line in (folder / "loss.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("positions", list(LoraPositions))
def test_two_processes_train_as_one_does(tmp_path: Path, positions: LoraPositions) -> None:
    write_open_pictures(tmp_path / "data")
    write_open_questions(tmp_path / "data")
    decoder = roomy_decoder(tmp_path / "tiny")
    assert train_adapters(shared_run(tmp_path, "one", positions), decoder, Encoders(WatchedVision()), lambda _: None)
    for sharing in Sharing:
        answers = iter([False] * STOPPED_AFTER + [True])
        run = shared_run(tmp_path, f"{sharing}-resumed", positions)
        train_adapters(run, decoder, Encoders(WatchedVision()), lambda _: None, cancelled=answers.__next__)
    _run_two(tmp_path, positions)
    expected = _losses(tmp_path / "one")
    assert len(expected) == 2 + 3
    for name in (f"{sharing}{suffix}" for sharing in Sharing for suffix in ("", "-resumed")):
        for mine, theirs in zip(_losses(tmp_path / name), expected, strict=True):
            assert mine == pytest.approx(theirs, rel=1e-4, abs=1e-6), name
        for file in ("image-projector", "decoder-lora"):
            alone = load_file(tmp_path / "one" / "adapters" / f"{file}.safetensors")
            together = load_file(tmp_path / name / "adapters" / f"{file}.safetensors")
            assert alone.keys() == together.keys()
            for key, tensor in alone.items():
                assert (together[key].float() - tensor.float()).abs().max() < 0.02, (name, key)


def test_on_gpus_the_numbers_on_the_cpu_are_added_up_too() -> None:
    config = BackendConfig(Backend(backends_for(torch.device("cuda"))))
    assert config.get_device_backend_map() == {"cpu": "gloo", "cuda": "nccl"}


def _run_two(folder: Path, positions: LoraPositions) -> None:
    """Run two processes. gloo connects them by sockets of the loopback device, which only children may open."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environment |= {
        "PYTHONPATH": str(REPOSITORY),
        "WORLD_SIZE": "2",
        "GLOO_SOCKET_IFNAME": "lo",
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", "tests.fakes.parallel_training", str(folder), positions]
    children = [
        subprocess.Popen(command, env=environment | {"RANK": str(rank)}, cwd=folder, stderr=subprocess.PIPE, text=True)
        for rank in range(2)
    ]
    try:
        told = [child.communicate(timeout=500)[1] for child in children]
        assert [child.returncode for child in children] == [0, 0], "\n".join(told)
    finally:
        for child in children:
            child.kill()
            child.wait()
    shutil.rmtree(folder / "data")
