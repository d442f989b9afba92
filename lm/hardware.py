"""Where the decoder runs and with which numbers, decided by what this machine is and by a short measurement."""

from __future__ import annotations

import functools
import os
import platform
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import torch
from torch import nn

from lm.errors import InvalidInput
from lm.packing import PackedLinear, has_kernels

_BUDGET_S = 0.05
"""For each of the four measurements; with their set-up they stay under 0.3 s."""
_LAYERS, _WIDTH = 8, 1_280
"""Matrices of a small decoder's size, together too many for a processor's cache."""
_PROMPT_TOKENS = 32


@dataclass(frozen=True, slots=True)
class DtypeMeasurement:
    """Best times on the CPU, milliseconds, for one token and for a prompt through a stack of matrices."""

    decode_bf16_ms: float
    decode_fp32_ms: float
    prefill_bf16_ms: float
    prefill_fp32_ms: float

    @property
    def bf16_speedup(self) -> float:
        """Geometric mean of both gains; above 1 bfloat16 is faster."""
        decode = self.decode_fp32_ms / self.decode_bf16_ms
        prefill = self.prefill_fp32_ms / self.prefill_bf16_ms
        return float((decode * prefill) ** 0.5)


@dataclass(frozen=True, slots=True)
class Machine:
    """What the decoder runs on."""

    cpu: str
    cores: int
    """That this process may use."""
    memory_bytes: int
    gpu: str | None
    gpu_memory_bytes: int | None
    device: str
    dtype: str
    measurement: DtypeMeasurement | None
    """None where nothing had to be measured."""


def choose_device(wish: str = "auto") -> torch.device:
    """Return the device for `wish`: "auto", "cpu", "cuda" or "cuda:1".

    Raises InvalidInput for a device that this machine does not have.
    """
    if wish == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(wish)
    except RuntimeError as error:
        raise InvalidInput(f"{wish!r} is no device; choose auto, cpu or cuda.") from error
    if device.type == "cpu":
        return device
    if device.type != "cuda":
        raise InvalidInput(f"Devices of the kind {device.type} are not supported; choose auto, cpu or cuda.")
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if (device.index or 0) >= count:
        raise InvalidInput(f"{wish} was asked for, but this machine offers {count} CUDA devices; choose auto or cpu.")
    return device


def choose_dtype(device: torch.device) -> torch.dtype:
    """Return bfloat16 where `device` is faster with it, else float32.

    On a GPU that is known; on the CPU it is measured once for each process.
    """
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float32
    return torch.bfloat16 if measure_cpu().bf16_speedup > 1 else torch.float32


def describe(wish: str = "auto") -> Machine:
    """Describe this machine and what was chosen on it."""
    device = choose_device(wish)
    gpu = torch.cuda.get_device_properties(device) if device.type == "cuda" else None
    return Machine(
        cpu=_cpu_name(),
        cores=usable_cores(),
        memory_bytes=int(psutil.virtual_memory().total),
        gpu=None if gpu is None else str(gpu.name),
        gpu_memory_bytes=None if gpu is None else int(gpu.total_memory),
        device=str(device),
        dtype=str(choose_dtype(device)).removeprefix("torch."),
        measurement=measure_cpu() if device.type == "cpu" else None,
    )


def usable_cores() -> int:
    """Return how many cores this process may use, which a container may have limited."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@functools.cache
def measure_cpu() -> DtypeMeasurement:
    """Time bfloat16 against float32 on the CPU, with the kernels that the engine uses.

    One thread measures: several wait for one another, and a busy machine would decide by chance.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.inference_mode():
            stacks = {dtype: _stack(dtype) for dtype in (torch.bfloat16, torch.float32)}
            decode = {dtype: _best_ms(stack, 1, dtype) for dtype, stack in stacks.items()}
            prefill = {dtype: _best_ms(stack, _PROMPT_TOKENS, dtype) for dtype, stack in stacks.items()}
    finally:
        torch.set_num_threads(threads)
    return DtypeMeasurement(
        decode_bf16_ms=decode[torch.bfloat16],
        decode_fp32_ms=decode[torch.float32],
        prefill_bf16_ms=prefill[torch.bfloat16],
        prefill_fp32_ms=prefill[torch.float32],
    )


def _stack(dtype: torch.dtype) -> nn.Sequential:
    layers = [nn.Linear(_WIDTH, _WIDTH, bias=False, device="meta").to_empty(device="cpu") for _ in range(_LAYERS)]
    for layer in layers:
        nn.init.zeros_(layer.weight)  # the kernels take as long for zeros, and random numbers take longer to draw
    stack = nn.Sequential(*layers).to(dtype)
    if dtype == torch.bfloat16 and has_kernels():
        return nn.Sequential(*map(PackedLinear, layers))
    return stack


def _best_ms(stack: nn.Sequential, tokens: int, dtype: torch.dtype) -> float:
    """Return the shortest of as many runs as fit the budget: other programs only ever add time."""
    inputs = torch.zeros(tokens, _WIDTH, dtype=dtype)
    stack(inputs)  # the first run also chooses a kernel
    best_s = float("inf")
    end_s = time.perf_counter() + _BUDGET_S
    while True:
        started_s = time.perf_counter()
        stack(inputs)
        now_s = time.perf_counter()
        best_s = min(best_s, now_s - started_s)
        if now_s >= end_s:
            return best_s * 1e3


def _cpu_name() -> str:
    """Return the processor's name; `platform` gives only its architecture on Linux."""
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
