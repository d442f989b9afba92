"""Several processes that train the same weights, as torchrun or `accelerate launch` start them.

DDP: every process holds everything, and gradients are added up (Li et al. 2020, arXiv:2006.15704). FSDP2: the weights
are sharded over the processes and gathered block by block when they are needed (`torch.distributed.fsdp`,
arXiv:2304.11277), for decoders that no single device holds. Both average gradients; a lesson's parts are shares of one
sum, so each loss is multiplied with the number of processes.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import torch
import torch.distributed as dist
from torch.distributed.fsdp import FSDPModule, fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor
from torch.nn.parallel import DistributedDataParallel

from lm.errors import TrainingError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from torch import nn


_LONGEST_WAIT = timedelta(days=1)
"""The first process encodes the pictures and clips for all of them."""


class Sharing(StrEnum):
    """How several processes share the work."""

    DDP = "ddp"
    FSDP2 = "fsdp2"


@dataclass(frozen=True, slots=True)
class Processes:
    """Which of how many processes this one is."""

    rank: int = 0
    world: int = 1
    sharing: Sharing | None = None
    """None where there is one process that needs no group."""

    @property
    def first(self) -> bool:
        """Whether this is the process that writes files and reports."""
        return self.rank == 0

    def share(self, samples: int) -> range:
        """Return the places of this process's samples in a batch. Raises TrainingError where they cannot be shared."""
        if samples % self.world:
            raise TrainingError(
                f"A batch of {samples} cannot be shared equally by {self.world} processes: change batch in the "
                "configuration or the number of processes. Nothing was started."
            )
        return range(self.rank, samples, self.world)

    def wait(self) -> None:
        """Go on when all processes have come here."""
        if self.sharing is not None:
            dist.barrier()

    def added_up(self, tensor: torch.Tensor) -> torch.Tensor:
        """Return the sum of `tensor` over all processes."""
        if self.sharing is not None:
            dist.all_reduce(tensor)
        return tensor


@contextmanager
def joined_processes(sharing: Sharing, device: torch.device, init_method: str = "env://") -> Iterator[Processes]:
    """Join the processes that RANK and WORLD_SIZE tell of; one process alone needs no group unless it shards.

    Each takes the GPU that LOCAL_RANK numbers, where `device` names none.
    Raises TrainingError where several were asked for and nothing started them.
    """
    rank, world = (int(os.environ.get(name, default)) for name, default in (("RANK", "0"), ("WORLD_SIZE", "1")))
    if world == 1 and sharing is Sharing.DDP:
        yield Processes()
        return
    if init_method == "env://" and "MASTER_ADDR" not in os.environ:
        raise TrainingError("Sharing the work needs torchrun or accelerate launch to start it. Nothing was started.")
    if device.type == "cuda":
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")) if device.index is None else device.index)
    backends = backends_for(device)
    dist.init_process_group(backends, init_method=init_method, rank=rank, world_size=world, timeout=_LONGEST_WAIT)
    try:
        yield Processes(rank, world, sharing)
    finally:
        dist.destroy_process_group()


def backends_for(device: torch.device) -> str:
    """Return what connects processes: on GPUs, gloo too, since losses and the wish to stop are added up on the CPU."""
    return "cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo"


def wrapped(model: nn.Module, blocks: Sequence[nn.Module], processes: Processes) -> nn.Module:
    """Return `model` as it is called in training; `blocks` are what FSDP2 gathers at a time. Sharding happens once."""
    if processes.sharing is None:
        return model
    if processes.sharing is Sharing.DDP:
        return DistributedDataParallel(model)
    if not isinstance(model, FSDPModule):
        for block in blocks:
            fully_shard(block)
        fully_shard(model)
    return model


def adding_gradients(model: nn.Module, *, last: bool) -> AbstractContextManager[None]:
    """Return the context of a backward pass: only the `last` of a step exchanges gradients."""
    if isinstance(model, FSDPModule):
        model.set_requires_gradient_sync(last)
    if isinstance(model, DistributedDataParallel) and not last:
        return model.no_sync()
    return nullcontext()


def whole(tensor: torch.Tensor) -> torch.Tensor:
    """Return all of a tensor on the CPU, gathered where it is sharded; every process must ask for it."""
    full = tensor.full_tensor() if isinstance(tensor, DTensor) else tensor
    return full.detach().cpu().contiguous()


def like(tensor: torch.Tensor, parameter: torch.Tensor) -> torch.Tensor:
    """Return a whole tensor on the device of `parameter`, sharded as it is."""
    placed = tensor.to(parameter.device)
    if isinstance(parameter, DTensor):
        return distribute_tensor(placed, parameter.device_mesh, parameter.placements)
    return placed
