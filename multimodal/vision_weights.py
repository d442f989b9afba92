"""Vision transformers from elsewhere into our folder: DINOv2 from an ONNX graph, and timm's own safetensors.

The folder holds `model.safetensors` under timm's tensor names and `config.json` with the architecture, the
picture size in pixels and the normalisation (RGB, values 0 to 1).
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from lm.weights import read_json
from multimodal.errors import ConversionFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from onnx import ModelProto
    from torch import Tensor

ARCHITECTURE = "vit_small_patch14_dinov2"
IMAGE_SIDE_PX = 224
PATCH_SIDE_PX = 14
PATCHES_A_SIDE = 16
"""What projectors read."""
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
_LAYER = "backbone/encoder/layer.{}"
_PARAMETERS = {
    "norm1.weight": "norm1.weight",
    "norm1.bias": "norm1.bias",
    "attention.output.dense.bias": "attn.proj.bias",
    "layer_scale1.lambda1": "ls1.gamma",
    "norm2.weight": "norm2.weight",
    "norm2.bias": "norm2.bias",
    "mlp.fc1.bias": "mlp.fc1.bias",
    "mlp.fc2.bias": "mlp.fc2.bias",
    "layer_scale2.lambda1": "ls2.gamma",
}
_MATRICES = {
    "attention/output/dense": "attn.proj.weight",
    "mlp/fc1": "mlp.fc1.weight",
    "mlp/fc2": "mlp.fc2.weight",
}


def convert(sources: Sequence[Path], folder: Path) -> None:
    """Take the DINOv2 ViT-S/14 backbone out of an ONNX graph of Hugging Face's implementation.

    Raises ConversionFailed when the graph lacks a tensor of that backbone.
    """
    (source,) = sources
    try:
        model = onnx.load(str(source), load_external_data=False)
        tensors = read_backbone(model)
    except (KeyError, ValueError, RuntimeError, onnx.onnx_cpp2py_export.checker.ValidationError) as error:
        raise ConversionFailed(f"{source.name} holds no DINOv2 that can be read ({error}).") from error
    config = {"architecture": ARCHITECTURE, "img_size": IMAGE_SIDE_PX, "mean": IMAGENET_MEAN, "std": IMAGENET_STD}
    _write_folder(folder, tensors, config)


def convert_timm(weights: Path, config_file: Path | None, architecture: str | None, folder: Path) -> None:
    """Lay out the safetensors of any timm vision transformer for `PATCHES_A_SIDE` x `PATCHES_A_SIDE` patches.

    `config_file` is timm's own config.json, if there is one; `architecture` wins over what it says. The
    classifier is left out, and the position table is resampled as timm does.
    Raises ConversionFailed when the tensors do not fit the architecture, or it is no vision transformer.
    """
    config = _timm_config(config_file, architecture)
    try:
        tensors = _for_our_grid(load_file(weights), config)
    except (OSError, SafetensorError, KeyError, ValueError, RuntimeError) as error:
        raise ConversionFailed(
            f"{weights.name} does not hold the weights of {config['architecture']} ({error}). Nothing was added."
        ) from error
    _write_folder(folder, tensors, config)


def _timm_config(config_file: Path | None, architecture: str | None) -> dict[str, Any]:
    import timm

    settings = read_json(config_file) if config_file else {}
    name = str(architecture or settings.get("architecture")).removeprefix("timm/").split(".")[0]
    if not timm.is_model(name):
        raise ConversionFailed(f"timm has no architecture {name[:60]!r}; name one with --architecture.")
    published = timm.get_pretrained_cfg(name)
    brought = settings.get("pretrained_cfg") or settings
    return {
        "architecture": name,
        "img_size": _patch_side_px(name) * PATCHES_A_SIDE,
        "mean": list(brought.get("mean") or (published.mean if published else IMAGENET_MEAN)),
        "std": list(brought.get("std") or (published.std if published else IMAGENET_STD)),
    }


def _patch_side_px(architecture: str) -> int:
    import timm
    from timm.models.vision_transformer import VisionTransformer

    with torch.device("meta"):
        model = timm.create_model(architecture, num_classes=0)
    if not isinstance(model, VisionTransformer):
        raise ConversionFailed(f"{architecture} is not a vision transformer, so it has no patches to show.")
    rows, columns = model.patch_embed.patch_size
    if rows != columns:
        raise ConversionFailed(f"{architecture} has patches of {rows} x {columns} pixels; square ones are needed.")
    return int(rows)


def _for_our_grid(tensors: Mapping[str, Tensor], config: Mapping[str, Any]) -> dict[str, Tensor]:
    import timm
    from timm.models.vision_transformer import checkpoint_filter_fn

    with torch.device("meta"):
        model = timm.create_model(config["architecture"], num_classes=0, img_size=config["img_size"])
    floats = {name: tensor.float() for name, tensor in tensors.items() if not name.startswith(("head.", "head_dist."))}
    resampled: dict[str, Tensor] = checkpoint_filter_fn(floats, model)
    return resampled


def read_backbone(model: ModelProto) -> dict[str, Tensor]:
    """Return timm's state dict, float32, its position table baked to `IMAGE_SIDE_PX`.

    The exporter gave the weights of linear layers no names, so each is found by the node that multiplies
    with it; the graph computes key, value, query in this order, timm fuses query, key, value.
    """
    named = {tensor.name: tensor for tensor in model.graph.initializer}
    nodes = {node.name: node for node in model.graph.node}

    def parameter(name: str) -> Tensor:
        return torch.from_numpy(numpy_helper.to_array(named[name]).astype(np.float32))

    def matrix(path: str) -> Tensor:
        operands = [name for name in nodes[f"/{path}/MatMul"].input if name in named]
        return parameter(operands[0]).T

    tensors = {
        "cls_token": parameter("backbone.embeddings.cls_token"),
        "pos_embed": _position_table(model, parameter),
        "patch_embed.proj.weight": parameter("backbone.embeddings.patch_embeddings.projection.weight"),
        "patch_embed.proj.bias": parameter("backbone.embeddings.patch_embeddings.projection.bias"),
        "norm.weight": parameter("backbone.layernorm.weight"),
        "norm.bias": parameter("backbone.layernorm.bias"),
    }
    layer = 0
    while f"/{_LAYER.format(layer)}/mlp/fc1/MatMul" in nodes:
        tensors |= _layer_tensors(layer, parameter, matrix)
        layer += 1
    return tensors


def _layer_tensors(
    layer: int, parameter: Callable[[str], Tensor], matrix: Callable[[str], Tensor]
) -> dict[str, Tensor]:
    path = _LAYER.format(layer)
    dotted = path.replace("/", ".")
    target = f"blocks.{layer}"
    fused = ("query", "key", "value")
    tensors = {f"{target}.{ours}": parameter(f"{dotted}.{theirs}") for theirs, ours in _PARAMETERS.items()}
    tensors |= {f"{target}.{ours}": matrix(f"{path}/{theirs}") for theirs, ours in _MATRICES.items()}
    tensors[f"{target}.attn.qkv.weight"] = torch.cat([matrix(f"{path}/attention/attention/{part}") for part in fused])
    tensors[f"{target}.attn.qkv.bias"] = torch.cat(
        [parameter(f"{dotted}.attention.attention.{part}.bias") for part in fused]
    )
    return tensors


def _position_table(model: ModelProto, parameter: Callable[[str], Tensor]) -> Tensor:
    """Return `(1, 1 + rows * columns, d_model)`: the class token's place and the resampled grid."""
    operands = {node.name: list(node.input) for node in model.graph.node}
    constant = {tensor.name for tensor in model.graph.initializer}
    places = "/backbone/embeddings/"
    (class_place,) = (name for name in operands[places + "Concat_6"] if name in constant)
    (grid_places,) = (name for name in operands[places + "Reshape_1"] if name in constant)
    return resample_positions(
        torch.cat([parameter(class_place), parameter(grid_places)], dim=1), IMAGE_SIDE_PX // PATCH_SIDE_PX
    )


def resample_positions(table: Tensor, side: int) -> Tensor:
    """Resample a square position table `(1, 1 + n * n, d_model)` to `(1, 1 + side * side, d_model)`.

    Bicubic without antialiasing, as the network was trained with; timm's own resampling antialiases and
    moves the features by up to 0.39.
    """
    first, grid = table[:, :1], table[:, 1:]
    rows = math.isqrt(grid.shape[1])
    if rows * rows != grid.shape[1]:
        raise ValueError(f"a position table of {grid.shape[1]} places is not square")
    square = grid.reshape(1, rows, rows, -1).permute(0, 3, 1, 2)
    resampled = torch.nn.functional.interpolate(
        square, size=(side, side), mode="bicubic", align_corners=False, antialias=False
    )
    return torch.cat([first, resampled.permute(0, 2, 3, 1).reshape(1, side * side, -1)], dim=1)


def _write_folder(folder: Path, tensors: Mapping[str, Tensor], config: Mapping[str, Any]) -> None:
    require_fit(tensors, config)
    folder.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(config, indent=1), encoding="utf-8")


def require_fit(tensors: Mapping[str, Tensor], config: Mapping[str, Any]) -> None:
    """Require every tensor of timm's architecture, in its shape, and no other; raises ConversionFailed."""
    import timm  # takes seconds to import, so only where it is needed

    with torch.device("meta"):
        model = timm.create_model(config["architecture"], num_classes=0, img_size=config["img_size"])
    expected = {name: value.shape for name, value in model.state_dict().items()}
    found = {name: tensor.shape for name, tensor in tensors.items()}
    wrong = sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))
    if wrong:
        raise ConversionFailed(f"{len(wrong)} tensors do not fit {config['architecture']}, the first is {wrong[0]}.")
