"""Tiny random checkpoints, built by transformers itself, so that parity with it means something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    Gemma3ForCausalLM,
    Gemma3TextConfig,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)
from transformers.utils import logging

if TYPE_CHECKING:
    from pathlib import Path

# Its bars would leave a thread running after the first test that saves a model.
logging.disable_progress_bar()

SPECIALS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<repo_name>", "<reponame>", "<file_sep>", "<filename>")
ENDS = {"bos_token": "<|im_start|>", "eos_token": "<|im_end|>"}
VOCABULARY = 400
CONTEXT = 128
CORPUS = (
    "The patient takes warfarin 3 mg once daily and lisinopril 10 mg in the morning.",
    "He denies chest pain, cough or fever; blood pressure 128 over 76, pulse 72.",
    "Le patient prend ses médicaments à six heures. 患者服用华法林。",
)
CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] "
    "+ '<|im_end|>' + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)

_SMALL: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": CONTEXT,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 2,
}
_STRETCHED = {
    "rope_type": "llama3",
    "rope_theta": 10_000.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
}


def native_models() -> dict[str, Any]:
    """Return one random transformers model for each dialect that our decoder computes."""
    torch.manual_seed(7)
    gpt2 = {"vocab_size": VOCABULARY, "n_positions": CONTEXT, "n_embd": 32, "n_layer": 2, "n_head": 4}
    ends = {"bos_token_id": 1, "eos_token_id": 2}
    built = {
        "gpt2": GPT2LMHeadModel(GPT2Config(**gpt2, **ends)),
        "gpt2-exact-gelu-untied": GPT2LMHeadModel(
            GPT2Config(**gpt2, **ends, activation_function="gelu", n_inner=72, tie_word_embeddings=False)
        ),
        "llama": LlamaForCausalLM(LlamaConfig(**_SMALL)),
        "llama-tied-stretched": LlamaForCausalLM(
            LlamaConfig(**_SMALL, tie_word_embeddings=True, rope_parameters=_STRETCHED)
        ),
        "llama-biased": LlamaForCausalLM(LlamaConfig(**_SMALL, attention_bias=True, mlp_bias=True)),
        "mistral": MistralForCausalLM(MistralConfig(**_SMALL, sliding_window=None)),
        "qwen2": Qwen2ForCausalLM(Qwen2Config(**_SMALL, tie_word_embeddings=True)),
        "qwen3-wide-heads": Qwen3ForCausalLM(Qwen3Config(**_SMALL, head_dim=16)),
    }
    return {name: shuffled(model) for name, model in built.items()}


def tiny_llama(seed: int = 7) -> Any:
    torch.manual_seed(seed)
    return shuffled(LlamaForCausalLM(LlamaConfig(**_SMALL, tie_word_embeddings=True)))


def tiny_gemma3() -> Any:
    """Return a random Gemma 3 whose attention window is shorter than its context."""
    torch.manual_seed(7)
    config = Gemma3TextConfig(
        **_SMALL, head_dim=8, sliding_window=8, layer_types=["sliding_attention", "full_attention"]
    )
    return shuffled(Gemma3ForCausalLM(config))


def shuffled(model: Any) -> Any:
    """Fill every weight with noise: with norms of one and biases of zero a mixed-up name would not show."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            middle = 1.0 if "norm" in name or "ln_" in name else 0.0
            parameter.normal_(middle, 0.15)
    model.tie_weights()
    return model.eval()


def save_checkpoint(model: Any, folder: Path, **tokenizer: Any) -> Path:
    """Save `model` and a small tokenizer as a Hugging Face folder."""
    model.save_pretrained(folder)
    save_tokenizer(folder, **tokenizer)
    return folder


def save_tokenizer(folder: Path, *, chat_template: str | None = CHATML) -> None:
    fast = PreTrainedTokenizerFast(tokenizer_object=byte_level_bpe(), **ENDS)
    fast.chat_template = chat_template
    fast.save_pretrained(folder)


def byte_level_bpe() -> Tokenizer:
    """Train a byte-level BPE of `VOCABULARY` ids whose first are `SPECIALS`, as SmolLM2's are."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=list(SPECIALS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(CORPUS * 4, trainer)
    return tokenizer


@torch.no_grad()
def round_to_groups(model: torch.nn.Module) -> None:
    """Round the matrices of `model`, in place, to what 8-bit groups expand to."""
    for module in model.modules():
        if isinstance(module, torch.nn.Linear):
            groups = module.weight.reshape(-1, 32)
            scales = (groups.abs().amax(1, keepdim=True) / 127).half().float()
            module.weight.copy_(((groups / scales).round().clamp(-127, 127) * scales).reshape(module.weight.shape))
