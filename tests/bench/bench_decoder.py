"""Decoding speed beside llama.cpp (the xllamacpp wheel) on the same GGUF weights, same prompts, same run.

    python -m tests.bench.bench_decoder

llama.cpp computes on the 4-bit weights themselves; ours on the same groups, or on bf16 or fp32 copies,
whichever is served on this machine.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from typing import TYPE_CHECKING

# As in the worker and on the command line: threads that wait sleep instead of spinning.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch

from lm.engine import LocalEngine
from lm.hardware import choose_device, choose_dtype, usable_cores
from lm.packing import in_groups, load_for_answers
from lm.sampling import GenerationOptions
from multimodal.catalog import installed_path, load_catalog
from multimodal.prompt import PromptBuilder, PromptInputs
from tests.bench.report import Figure, write_figures

if TYPE_CHECKING:
    from pathlib import Path

    from lm.sequence import FusionSequence
    from lm.weights import LoadedDecoder

DECODER = "smollm2-135m-instruct"
NEW_TOKENS = 128
REPEATS = 3
NOTE = (
    "Patient is a 67 year old man with atrial fibrillation. He takes warfarin 3 mg once daily at six in the evening, "
    "lisinopril 10 mg once daily in the morning, and metformin 500 mg twice daily with meals. His last INR was 2.4 on "
    "the third of March. He denies bleeding, black stools or falls. Blood pressure today 128 over 76, pulse 72."
)
PLAIN = PromptInputs("Explain in detail what high blood pressure does to the body, step by step.")
COPYING = PromptInputs("Repeat the transcript word for word.", transcript=NOTE)


class LlamaCpp:
    """llama.cpp in a process of its own, idle while ours decodes."""

    def __init__(self, gguf: Path, threads: int) -> None:
        command = [sys.executable, "-m", "tests.bench.llama_cpp", str(gguf), str(threads), str(NEW_TOKENS)]
        environment = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
        self._process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def tokens_per_s(self, ids: list[int]) -> float:
        """Return decoding speed on a prompt given as token ids."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("llama.cpp has no line to it")
        self._process.stdin.write(json.dumps(ids) + "\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def close(self) -> None:
        """End it."""
        self._process.communicate(timeout=60)


def main() -> None:
    """Measure and print."""
    device = choose_device()
    decoder = load_for_answers(installed_path(DECODER), device, choose_dtype(device))
    peer = LlamaCpp(_gguf(), usable_cores())
    prompts = PromptBuilder(decoder.tokens)
    plain, copying = prompts.build(PLAIN), prompts.build(COPYING)
    ours, theirs = _alternate(decoder, peer, plain, lookup=False)
    ours_copying, theirs_copying = _alternate(decoder, peer, copying, lookup=True)
    peer.close()
    write_figures(
        f"Decoding, {DECODER}, {device}, {decoder.model.dtype}{', published groups' * in_groups(decoder.model)}, "
        f"{usable_cores()} cores, {NEW_TOKENS} tokens, "
        f"median of {REPEATS} alternating runs",
        [
            Figure("greedy", ours, "tok/s", theirs, "llama.cpp Q4_1", ">= 0.35", ours / theirs >= 0.35),
            Figure(
                "copying, prompt lookup",
                ours_copying,
                "tok/s",
                theirs_copying,
                "llama.cpp Q4_1",
                ">= 1.3",
                ours_copying / theirs_copying >= 1.3,
            ),
        ],
        _bandwidth_note(decoder, ours, device),
    )


def _alternate(decoder: LoadedDecoder, peer: LlamaCpp, prompt: FusionSequence, lookup: bool) -> tuple[float, float]:
    """Return medians of runs taken in turn, so that a busy machine slows both alike."""
    ids = [token for token in prompt.token_ids() if token is not None]
    pairs = [(_tokens_per_s(decoder, prompt, lookup), peer.tokens_per_s(ids)) for _ in range(REPEATS + 1)][1:]
    return statistics.median(ours for ours, _ in pairs), statistics.median(theirs for _, theirs in pairs)


def _tokens_per_s(decoder: LoadedDecoder, prompt: FusionSequence, lookup: bool) -> float:
    engine = LocalEngine(decoder)
    for _ in engine.generate(prompt, GenerationOptions(max_new_tokens=NEW_TOKENS, prompt_lookup=lookup)):
        pass
    return (engine.timings.generated_tokens - 1) / engine.timings.decode_s


def _bandwidth_note(decoder: LoadedDecoder, tokens_per_s: float, device: torch.device) -> list[str]:
    """On a GPU, say what share of the memory bandwidth limit the greedy figure is; each token reads all weights."""
    if device.type != "cuda":
        return []
    weight_bytes = sum(p.numel() * p.element_size() for p in decoder.model.parameters())
    limit = _copy_bytes_per_s(device) / weight_bytes
    return [f"{tokens_per_s / limit:.1%} of the bandwidth limit of {limit:.0f} tok/s, {torch.cuda.get_device_name()}"]


def _copy_bytes_per_s(device: torch.device) -> float:
    source = torch.empty(1 << 28, dtype=torch.float32, device=device)
    target = torch.empty_like(source)
    start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    target.copy_(source)
    start.record()
    target.copy_(source)
    end.record()
    torch.cuda.synchronize()
    return 2 * source.numel() * 4 / (start.elapsed_time(end) / 1000)


def _gguf() -> Path:
    entry = load_catalog().entry(DECODER)
    return entry.source_folder / entry.files[0].name


if __name__ == "__main__":
    main()
