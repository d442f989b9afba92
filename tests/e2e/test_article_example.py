"""The source article's example, on a decoder that `bedside train lm` trained on this machine.

Load a checkpoint in GPT-2's format and its tokenizer, let it continue a Chinese sentence, print the text: once
with transformers, once with our own decoder and engine, word for word the same.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoTokenizer, GPT2LMHeadModel
from transformers.utils import logging

from lm.engine import LocalEngine
from lm.sampling import GenerationOptions
from lm.sequence import FusionSequence, TokenSpan
from lm.weights import load_decoder

# Its bars would leave a thread running after the first test that loads a model.
logging.disable_progress_bar()

REPOSITORY = Path(__file__).resolve().parents[2]
CHINESE = REPOSITORY / "tests" / "golden" / "public_domain_text.zh.txt"
SENTENCE = "子曰：“君子"  # noqa: RUF001 - Chinese punctuation
NEW_TOKENS = 40
TYPED = (
    "--vocabulary 400 --layers 2 --heads 4 --width 96 --context 64 --batch 16 --steps 180 --learning-rate 0.003 "
    "--mask-probability 0.25 --validate-every 30 --device cpu --json"
)


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Train through the command line, as its user does, and return what it told."""
    out = tmp_path_factory.mktemp("article") / "decoder"
    command = [sys.executable, "-m", "desktop.cli", "train", "lm", "--text", str(CHINESE), "--out", str(out)]
    sample = ["--sample-prompt", SENTENCE, "--sample-tokens", str(NEW_TOKENS)]
    environment = os.environ | {"OMP_WAIT_POLICY": "PASSIVE"}
    trained = subprocess.run(
        [*command, *TYPED.split(), *sample], check=True, capture_output=True, text=True, cwd=REPOSITORY, env=environment
    )
    return [json.loads(line) for line in trained.stdout.splitlines()]


@pytest.fixture(scope="module")
def folder(events: list[dict[str, Any]]) -> Path:
    return Path(events[-1]["folder"])


def test_the_validation_loss_falls(events: list[dict[str, Any]]) -> None:
    losses = [event["validation_loss"] for event in events if event["event"] == "validated"]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < losses[0] - 1.5


def test_a_chinese_sentence_is_continued_alike_by_transformers_and_by_ours(
    events: list[dict[str, Any]], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model = GPT2LMHeadModel.from_pretrained(folder, local_files_only=True)
    inputs = tokenizer(SENTENCE, return_tensors="pt")
    with torch.inference_mode():
        generated = model.generate(
            **inputs, max_new_tokens=NEW_TOKENS, do_sample=False, pad_token_id=tokenizer.eos_token_id
        )
    sys.stdout.write(tokenizer.decode(generated[0], skip_special_tokens=True))
    printed = capsys.readouterr().out

    ours = load_decoder(folder)
    sentence = FusionSequence((TokenSpan(tuple(ours.tokens.encode_untrusted(SENTENCE))),))
    answer = LocalEngine(ours).generate(sentence, GenerationOptions(max_new_tokens=NEW_TOKENS))
    continuation = "".join(token.text for token in answer)

    assert printed == SENTENCE + continuation
    assert len(continuation) >= 5
    (sampled,) = (event["text"] for event in events if event["event"] == "sampled")
    assert sampled == continuation


def test_what_was_learned_is_classical_chinese(folder: Path) -> None:
    decoder = load_decoder(folder)

    def loss(text: str) -> float:
        ids = torch.tensor([decoder.tokens.encode_untrusted(text)])
        with torch.inference_mode():
            logits = decoder.model.forward(decoder.model.embed_tokens(ids))[0, :-1]
        return float(torch.nn.functional.cross_entropy(logits, ids[0, 1:]))

    # Of a later book, which was not in the training text; the second line is the first one backwards.
    learned = "子曰：“其身正，不令而行；其身不正，虽令不从。”"  # noqa: RUF001 - Chinese punctuation
    assert loss(learned) < loss(learned[::-1]) - 0.5
