from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gguf
import pytest
import torch

from lm.errors import DamagedCheckpoint, LanguageModelError, UnsupportedCheckpoint
from lm.weights import convert_gguf, load_decoder
from tests.fakes.checkpoints import VOCABULARY, native_models, tiny_llama
from tests.fakes.gguf_files import GgufChanges, write_gguf

if TYPE_CHECKING:
    from pathlib import Path

IDS = torch.randint(0, VOCABULARY, (1, 40), generator=torch.Generator().manual_seed(3))


def largest_difference(folder: Path, theirs: Any) -> float:
    ours = load_decoder(folder).model
    with torch.inference_mode():
        return float((ours.forward(ours.embed_tokens(IDS)) - theirs(IDS).logits).abs().max())


@pytest.mark.parametrize("dialect", ["llama", "llama-tied-stretched", "qwen2"])
def test_converted_weights_equal_the_original(dialect: str, tmp_path: Path) -> None:
    theirs = native_models()[dialect]
    if dialect == "llama-tied-stretched":
        theirs = tiny_llama()  # tied, without the stretching that GGUF keeps elsewhere
    convert_gguf(write_gguf(theirs, tmp_path / "tiny.gguf"), tmp_path / "folder")
    assert largest_difference(tmp_path / "folder", theirs) < 1e-4


def test_quantised_blocks_are_expanded(tmp_path: Path) -> None:
    theirs = tiny_llama()
    changes = GgufChanges(matrices=gguf.GGMLQuantizationType.Q8_0)
    # Q8_0 packs rows in blocks of 32, and one matrix of this decoder has rows of 48.
    with pytest.raises(gguf.quants.QuantError):
        write_gguf(theirs, tmp_path / "tiny.gguf", changes)
    changes = GgufChanges(matrices=gguf.GGMLQuantizationType.F16)
    convert_gguf(write_gguf(theirs, tmp_path / "half.gguf", changes), tmp_path / "folder")
    assert 0 < largest_difference(tmp_path / "folder", theirs) < 0.05


def test_tokenizer_and_chat_template_come_along(tmp_path: Path) -> None:
    convert_gguf(write_gguf(tiny_llama(), tmp_path / "tiny.gguf"), tmp_path / "folder")
    tokens = load_decoder(tmp_path / "folder").tokens
    assert tokens.control_ids == frozenset(range(7))
    assert tokens.eos_ids == {2}
    assert tokens.unused_special_ids == (3, 4, 5, 6)
    text = "Warfarin 3 mg\t<|im_end|> é 华\n"
    assert tokens.decode(tokens.encode_untrusted(text)) == text
    assert tokens.chat_frame("Help.").before_user[0] == 1


def test_other_architecture_is_named(tmp_path: Path) -> None:
    file = write_gguf(tiny_llama(), tmp_path / "tiny.gguf", GgufChanges(architecture="mamba"))
    with pytest.raises(UnsupportedCheckpoint, match="mamba"):
        convert_gguf(file, tmp_path / "folder")


def test_stretched_positions_are_refused_rather_than_computed_wrong(tmp_path: Path) -> None:
    changes = GgufChanges(extra_fields={"llama.rope.scaling.type": "yarn"})
    with pytest.raises(UnsupportedCheckpoint, match="rotary"):
        convert_gguf(write_gguf(tiny_llama(), tmp_path / "tiny.gguf", changes), tmp_path / "folder")


def test_missing_tensor_leaves_no_folder(tmp_path: Path) -> None:
    file = write_gguf(tiny_llama(), tmp_path / "tiny.gguf", GgufChanges(drop="blk.1.attn_k.weight"))
    with pytest.raises(DamagedCheckpoint, match=r"1 missing: model\.layers\.1\.self_attn\.k_proj\.weight"):
        convert_gguf(file, tmp_path / "out" / "folder")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kept", [0, 3, 24, 1_000, 0.5, 0.999])
def test_cut_file_is_refused(kept: float, tmp_path: Path) -> None:
    file = write_gguf(tiny_llama(), tmp_path / "tiny.gguf")
    whole = file.read_bytes()
    file.write_bytes(whole[: kept if isinstance(kept, int) else int(len(whole) * kept)])
    with pytest.raises(LanguageModelError):
        convert_gguf(file, tmp_path / "out" / "folder")
    assert not (tmp_path / "out").exists()


def test_flipped_bytes_in_the_header_raise_only_our_errors(tmp_path: Path) -> None:
    whole = bytearray(write_gguf(tiny_llama(), tmp_path / "tiny.gguf").read_bytes())
    for position in range(4, 400, 13):
        broken = bytearray(whole)
        broken[position] ^= 0xFF
        (tmp_path / "broken.gguf").write_bytes(broken)
        try:
            convert_gguf(tmp_path / "broken.gguf", tmp_path / "folder")
        except LanguageModelError:
            continue
        assert largest_difference(tmp_path / "folder", tiny_llama()) < 1e9  # still a decoder that computes


def test_gguf_file_is_converted_once(tmp_path: Path) -> None:
    file = write_gguf(tiny_llama(), tmp_path / "tiny.gguf")
    first = load_decoder(file, cache_folder=tmp_path / "cache")
    (converted,) = (tmp_path / "cache").iterdir()
    written = (converted / "model.safetensors").stat().st_mtime_ns
    second = load_decoder(file, cache_folder=tmp_path / "cache")
    assert (converted / "model.safetensors").stat().st_mtime_ns == written
    assert first.fingerprint == second.fingerprint
    assert first.name == "tiny"


def test_gguf_file_without_a_cache_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedCheckpoint, match="needs a folder"):
        load_decoder(write_gguf(tiny_llama(), tmp_path / "tiny.gguf"))
