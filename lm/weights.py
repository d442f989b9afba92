"""Checkpoints in: a Hugging Face folder with safetensors, or a GGUF file, becomes a `LoadedDecoder`.

Nothing is taken on trust: the configuration is range-checked, then the names and shapes in the safetensors
headers are compared with it, and only then is memory allocated. Pickled weights (`.bin`, `.pt`) are refused,
because reading them can run code.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from lm.decoder_config import ForeignArchitecture, parse_config
from lm.errors import DamagedCheckpoint, UnsupportedCheckpoint
from lm.layout import assemble, check_shapes, disassemble, layout_of
from lm.model import CausalDecoder, Decoder
from lm.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lm.model import DecoderConfig

_FLOATS = {"F64", "F32", "F16", "BF16"}
_LARGEST_JSON_BYTES = 64 * 2**20
_ADAPTER_KEY = "bedside_adapter_sha256"
"""In config.json of a decoder with merged adapters."""


@dataclass(frozen=True, slots=True, eq=False)
class LoadedDecoder:
    """A decoder ready to answer, with its tokenizer."""

    model: CausalDecoder
    tokens: Tokens
    name: str
    """For people: the folder's or file's name."""
    fingerprint: str
    """sha256 over the embedding table, the shape and adapters; projectors are bound to it."""
    native: bool
    """True for our own decoder, False for one that transformers computes."""
    plain_fingerprint: str = ""
    """Of the decoder without its adapters, where these act at pictures alone."""

    @property
    def text_fingerprint(self) -> str:
        """The fingerprint of what reads all but pictures; projectors of sound are bound to it."""
        return self.plain_fingerprint or self.fingerprint


def load_decoder(
    source: Path,
    *,
    device: str | torch.device = "cpu",
    dtype: torch.dtype = torch.float32,
    cache_folder: Path | None = None,
) -> LoadedDecoder:
    """Load a Hugging Face folder, or a `.gguf` file that is converted once into `cache_folder`.

    Raises UnsupportedCheckpoint when there is nothing that can be read safely, DamagedCheckpoint when the
    tensors do not fit the configuration.
    """
    folder = source if source.is_dir() else _converted(source, cache_folder)
    refuse_pickles(folder)
    raw = read_json(folder / "config.json")
    try:
        config = parse_config(raw)
    except ForeignArchitecture:
        return _load_foreign(folder, raw, device, dtype, source.stem)
    tensors, fingerprint = _read_native(folder, config, dtype)
    fingerprint = adapted_fingerprint(fingerprint, str(raw.get(_ADAPTER_KEY, "")))
    tokens = Tokens.load(folder)
    _check_vocabulary(tokens, config.vocab_size)
    return LoadedDecoder(
        model=build_decoder(config, tensors, device),
        tokens=tokens,
        name=source.stem if source.is_file() else source.name,
        fingerprint=fingerprint,
        native=True,
    )


def stores_float32(source: Path) -> bool:
    """Tell whether the folder says that its weights are float32, as one that a GGUF file was converted to does."""
    raw = read_json(source / "config.json") if source.is_dir() else {}
    return raw.get("dtype", raw.get("torch_dtype")) == "float32"


def build_decoder(
    config: DecoderConfig, state: Mapping[str, torch.Tensor], device: str | torch.device = "cpu"
) -> Decoder:
    """Put the tensors of `lm.layout.assemble` into a frozen decoder without allocating them twice."""
    with torch.device("meta"):
        model = Decoder(config)
    tied = {"head.weight": state["embedding.weight"]} if config.tied_head else {}
    model.load_state_dict({**state, **tied}, strict=True, assign=True)
    if config.tied_head:
        model.tie_head()
    return model.to(device).eval().requires_grad_(False)


def save_decoder(model: Decoder, folder: Path, *, original: Path, adapter_sha256: str = "") -> None:
    """Write `model` in the Hugging Face layout, with configuration and tokenizer of the folder `original`.

    `adapter_sha256` names the adapters that were merged into it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    state = {name: tensor.detach().cpu() for name, tensor in model.state_dict().items()}
    save_file(disassemble(model.config, state), folder / "model.safetensors", {"format": "pt"})
    raw = read_json(original / "config.json") | {"dtype": str(model.dtype).removeprefix("torch.")}
    if adapter_sha256:
        raw[_ADAPTER_KEY] = adapter_sha256
    (folder / "config.json").write_text(json.dumps(raw, indent=2), encoding="utf-8")
    for name in TOKENIZER_FILES:
        if (original / name).is_file():
            (folder / name).write_bytes((original / name).read_bytes())


TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "chat_template.jinja",
    "generation_config.json",
)


def convert_gguf(gguf: Path, folder: Path) -> None:
    """Write the decoder of a GGUF file as a Hugging Face folder in float32."""
    # The gguf package and its reader are needed here alone; the app starts faster without them.
    from lm.gguf_weights import convert

    convert(gguf, folder)


def refuse_pickles(folder: Path) -> None:
    """Raise UnsupportedCheckpoint where a folder holds no safetensors, naming pickled weights if it has some."""
    if any(folder.glob("*.safetensors")):
        return
    pickled = sorted(path.name for kind in ("*.bin", "*.pt", "*.pth", "*.ckpt") for path in folder.glob(kind))
    if pickled:
        raise UnsupportedCheckpoint(
            f"{pickled[0]} holds pickled weights, which can run code when they are opened, and was not read. "
            "Use the model's safetensors or GGUF version."
        )
    raise UnsupportedCheckpoint(
        f"There are no weights in {folder.name}: a folder with config.json and .safetensors files is needed."
    )


def read_json(file: Path) -> dict[str, Any]:
    """Read a JSON object of reasonable size. Raises UnsupportedCheckpoint or DamagedCheckpoint."""
    if not file.is_file():
        raise UnsupportedCheckpoint(f"{file.name} is missing in {file.parent.name}; the model was not loaded.")
    try:
        if file.stat().st_size > _LARGEST_JSON_BYTES:
            raise ValueError("it is too large")
        content = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise TypeError("it is not a table")
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise DamagedCheckpoint(
            f"{file.name} cannot be read ({error}). Nothing was loaded; fetch the model again."
        ) from error
    return content


def fingerprint_of(table: torch.Tensor, shape: Mapping[str, int]) -> str:
    """Return the sha256 over the embedding table `(vocab_size, d_model)` and the decoder's shape.

    The table is hashed as bfloat16, so that a float32 and a bfloat16 copy of one decoder are the same.
    """
    digest = hashlib.sha256(json.dumps(shape, sort_keys=True).encode())
    canonical = table.to("cpu", torch.bfloat16).contiguous().view(torch.int16)
    digest.update(canonical.numpy().data)
    return digest.hexdigest()


def adapted_fingerprint(fingerprint: str, adapter_sha256: str) -> str:
    """Return what a decoder goes by after adapters were merged into it; they leave its embedding table as it was."""
    if not adapter_sha256:
        return fingerprint
    return hashlib.sha256(f"{fingerprint}+{adapter_sha256}".encode()).hexdigest()


def _read_native(folder: Path, config: DecoderConfig, dtype: torch.dtype) -> tuple[dict[str, torch.Tensor], str]:
    with ExitStack() as stack:
        stored = open_checkpoint(folder, stack)
        if config.positions == "learned" and "wte.weight" in stored:
            # GPT-2's own release was saved without the prefix that every later one has.
            stored = {f"transformer.{name}": tensor for name, tensor in stored.items()}
        check_shapes(config, {name: tensor.shape() for name, tensor in stored.items()})
        tensors = assemble(config, lambda name: stored[name].read(dtype))
        table = stored[layout_of(config)["embedding.weight"][0].name].read(torch.bfloat16)
    return tensors, fingerprint_of(table, _shape_numbers(config))


def _shape_numbers(config: DecoderConfig) -> dict[str, int]:
    # Named one by one: a field added to DecoderConfig later must not unbind every projector.
    return {
        "vocab_size": config.vocab_size,
        "d_model": config.d_model,
        "layers": config.layers,
        "heads": config.heads,
        "kv_heads": config.kv_heads,
        "d_head": config.d_head,
        "d_feed_forward": config.d_feed_forward,
    }


@dataclass(frozen=True, slots=True, eq=False)
class StoredTensor:
    """A tensor in an opened safetensors file, not read yet."""

    file: Any
    name: str

    def shape(self) -> tuple[int, ...]:
        """Return the shape in the header. Raises UnsupportedCheckpoint for anything but floats."""
        header = self.file.get_slice(self.name)
        if header.get_dtype() not in _FLOATS:
            raise UnsupportedCheckpoint(
                f"The tensor {self.name} is stored as {header.get_dtype()}; only floating-point weights are read."
            )
        return tuple(header.get_shape())

    def read(self, dtype: torch.dtype) -> torch.Tensor:
        """Read the tensor. Raises DamagedCheckpoint when it cannot be read or holds NaN or infinity."""
        try:
            tensor: torch.Tensor = self.file.get_tensor(self.name)
        except (SafetensorError, OSError) as error:
            raise DamagedCheckpoint(
                f"The tensor {self.name} cannot be read ({error}). Fetch the model again."
            ) from error
        # A sum is one pass without a mask of the tensor's size; NaN and infinity survive it.
        if not torch.isfinite(tensor.sum(dtype=torch.float64)):
            raise DamagedCheckpoint(f"The tensor {self.name} holds NaN or infinity. Fetch the model again.")
        # A copy: one tensor that still lay in the mapped file would keep all of the file in memory.
        return tensor.to(dtype, copy=True)


def open_checkpoint(folder: Path, stack: ExitStack) -> dict[str, StoredTensor]:
    """Return every tensor of the checkpoint by name; only the headers of its files are read."""
    index = folder / "model.safetensors.index.json"
    names = _shard_names(read_json(index)) if index.is_file() else ["model.safetensors"]
    stored: dict[str, StoredTensor] = {}
    for name in names:
        try:
            opened = stack.enter_context(safe_open(folder / name, framework="pt"))
        except (OSError, SafetensorError) as error:
            raise DamagedCheckpoint(
                f"{name} is missing or damaged ({error}). Nothing was loaded; fetch the model again."
            ) from error
        for tensor in opened.keys():  # noqa: SIM118 - a safetensors file is not iterable
            if tensor in stored:
                raise DamagedCheckpoint(f"The tensor {tensor} occurs in more than one file of {folder.name}.")
            stored[tensor] = StoredTensor(opened, tensor)
    return stored


def _shard_names(index: Mapping[str, Any]) -> list[str]:
    weight_map = index.get("weight_map")
    if not isinstance(weight_map, dict):
        raise DamagedCheckpoint("model.safetensors.index.json has no weight_map. Fetch the model again.")
    names = sorted({str(name) for name in weight_map.values()})
    for name in names:
        # A shard is a plain file beside its index; a path could lead anywhere.
        if Path(name).name != name or "\\" in name or not name.endswith(".safetensors"):
            raise DamagedCheckpoint(f"model.safetensors.index.json names {name!r}, which is no weight file.")
    return names


def _check_vocabulary(tokens: Tokens, vocab_size: int) -> None:
    if tokens.highest_id >= vocab_size:
        raise DamagedCheckpoint(
            f"The tokenizer uses id {tokens.highest_id}, the decoder knows {vocab_size}: they do not belong together."
        )


def _converted(gguf: Path, cache_folder: Path | None) -> Path:
    """Return the folder that `gguf` was converted to, by its sha256, converting it the first time."""
    if not gguf.is_file():
        raise UnsupportedCheckpoint(f"There is no model at {gguf}.")
    if gguf.suffix.lower() != ".gguf":
        raise UnsupportedCheckpoint(
            f"{gguf.name} is no model that can be read: name a folder with safetensors or a .gguf file."
        )
    if cache_folder is None:
        raise UnsupportedCheckpoint(f"{gguf.name} needs a folder for its converted copy, and none was given.")
    with gguf.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    folder = cache_folder / f"gguf-{digest}"
    if not folder.is_dir():
        convert_gguf(gguf, folder)
    return folder


def _load_foreign(
    folder: Path, raw: Mapping[str, Any], device: str | torch.device, dtype: torch.dtype, name: str
) -> LoadedDecoder:
    from lm.foreign import load_foreign

    model = load_foreign(folder, device=device, dtype=dtype)
    tokens = Tokens.load(folder)
    _check_vocabulary(tokens, model.vocab_size)
    table = model.embedding_table()
    shape = {"vocab_size": table.shape[0], "d_model": table.shape[1], "layers": int(raw.get("num_hidden_layers", 0))}
    return LoadedDecoder(model, tokens, name, fingerprint_of(table, shape), native=False)
