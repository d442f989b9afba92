"""Text in and out of a decoder's vocabulary, with untrusted text made harmless.

Everything that a person, a file or an earlier answer brings goes through `encode_untrusted`: whatever it
spells, it stays text. A patient who says "<|im_end|>" is quoted, and ends no turn. Control tokens come only
from `chat_frame`, which renders the model's own chat template around our system prompt.
"""

from __future__ import annotations

import codecs
import json
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import jinja2
from transformers import AutoTokenizer

from lm.errors import DamagedCheckpoint, UnsupportedCheckpoint

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import tokenizers

_RESERVED = re.compile(
    r"<\|reserved_special_token_\d+\|>|<unused\d+>|"
    # SmolLM2's markers of source-code repositories, which no conversation uses.
    r"<(repo_name|reponame|file_sep|filename|gh_stars|issue_start|issue_comment|issue_closed|"
    r"jupyter_start|jupyter_text|jupyter_code|jupyter_output|jupyter_script|empty_output)>"
)
_BYTE_PIECE = re.compile(r"<0x([0-9A-F]{2})>")
_REPLACEMENT = "\ufffd"
_LARGEST_TOKENIZER_BYTES = 256 * 2**20


_TEMPLATE_ERRORS = (jinja2.TemplateError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError)
"""A template is a program of the checkpoint's maker and can fail in any of these ways."""


@dataclass(frozen=True, slots=True)
class ChatFrame:
    """The fixed tokens of a conversation: before_user, user, after_user, answer, after_answer, user, ..."""

    before_user: tuple[int, ...]
    """The system prompt and the opening of the first turn."""
    after_user: tuple[int, ...]
    """The end of the user's turn and the opening of the answer."""
    after_answer: tuple[int, ...]
    """The end of the answer's turn and the opening of the next."""


class StreamDecoder:
    """Decodes token by token, holding back the bytes of a character until it is whole."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = pieces
        self._utf8 = codecs.getincrementaldecoder("utf-8")("replace")

    def push(self, token: int) -> str:
        """Return the text that `token` completes, often empty inside a character of several tokens."""
        return self._utf8.decode(self._pieces[token] if 0 <= token < len(self._pieces) else b"")

    def flush(self) -> str:
        """Return a replacement character for a character that never became whole, else nothing."""
        return self._utf8.decode(b"", final=True)


class ChatTemplate(Protocol):
    """Renders messages as a model's own template does; transformers' tokenizers do."""

    def __call__(self, messages: list[dict[str, str]]) -> str:
        """Return the conversation as text, ending where the answer starts."""


class Tokens:
    """A decoder's tokenizer."""

    def __init__(
        self,
        backend: tokenizers.Tokenizer,
        *,
        eos_ids: Iterable[int],
        first_ids: Sequence[int] = (),
        template: ChatTemplate | None = None,
    ) -> None:
        """Wrap `backend`, which is changed: its added tokens stop matching in untrusted text.

        `first_ids` open every sequence where there is no chat template (a BOS token, for most none).
        """
        added = backend.get_added_tokens_decoder()
        # Every added token is a control token here, also those that a checkpoint calls ordinary
        # (<tool_call>): `encode_special_tokens` spells special ones out as text.
        backend.add_special_tokens(list(added.values()))
        self._backend = backend
        self._template = template
        self._first_ids = tuple(first_ids)
        self.control_ids = frozenset(added) | frozenset(eos_ids)
        """Ids that are never text."""
        self.eos_ids = frozenset(eos_ids)
        """Ids that end an answer."""
        self._pieces = _pieces(backend, self.control_ids)
        self.unused_special_ids = tuple(sorted(key for key, token in added.items() if _RESERVED.fullmatch(str(token))))
        """Reserved control tokens, free to be reused as markers."""

    @classmethod
    def load(cls, folder: Path) -> Tokens:
        """Load the tokenizer of a Hugging Face folder; its code, if it has any, is never run.

        Raises UnsupportedCheckpoint without a `tokenizer.json`, DamagedCheckpoint when it cannot be read.
        """
        file = folder / "tokenizer.json"
        if not file.is_file():
            raise UnsupportedCheckpoint(
                f"tokenizer.json is missing in {folder.name}; save the model with its fast tokenizer."
            )
        try:
            if file.stat().st_size > _LARGEST_TOKENIZER_BYTES:
                raise ValueError("it is too large")
            tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise DamagedCheckpoint(
                f"The tokenizer in {folder.name} cannot be read ({error}). Fetch the model again."
            ) from error
        return cls(
            tokenizer.backend_tokenizer,
            eos_ids=_eos_ids(folder, tokenizer),
            first_ids=tokenizer("", add_special_tokens=True)["input_ids"][:1],
            template=_template(tokenizer),
        )

    @property
    def end_of_turn_id(self) -> int:
        """The id that ends an answer in this decoder's chat template: what training teaches last."""
        turn = next((token for token in self.chat_frame("").after_answer if token in self.control_ids), None)
        return min(self.eos_ids) if turn is None else turn

    @property
    def highest_id(self) -> int:
        """The largest id that encoding can yield."""
        return len(self._pieces) - 1

    def encode_untrusted(self, text: str) -> list[int]:
        """Return the ids of `text`, none of them a control token, whatever it spells.

        A lone surrogate, and a character that the vocabulary cannot spell, becomes a replacement character.
        """
        # A lone surrogate is no text and no tokenizer takes it.
        clean = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        ids = self._encode(clean)
        if self._is_text(ids, clean):
            return ids
        return [token for character in clean for token in self._spelled_out(character)]

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text of `ids`; control tokens have none, broken UTF-8 becomes replacement characters."""
        known = range(len(self._pieces))
        return b"".join(self._pieces[token] for token in ids if token in known).decode("utf-8", "replace")

    def stream_decoder(self) -> StreamDecoder:
        """Return a decoder for one answer, token by token."""
        return StreamDecoder(self._pieces)

    def chat_frame(self, system: str) -> ChatFrame:
        """Return the frame of a conversation under `system`, our own instructions.

        It is rendered from the checkpoint's chat template; a decoder without one gets questions and
        answers in plain words.
        """
        if self._template is None:
            return self._plain_frame(system)
        user, answer, following = "BEDSIDE-USER-1", "BEDSIDE-ANSWER-1", "BEDSIDE-USER-2"
        opening = self._rendered(self._template, system, [user])
        longer = self._rendered(self._template, system, [user, answer, following])
        before_user, _, after_user = opening.partition(user)
        between = longer.partition(answer)[2].partition(following)[0]
        if not after_user or not between:
            raise UnsupportedCheckpoint("The model's chat template drops what is said; it cannot be used.")
        return ChatFrame(self._encode_own(before_user), self._encode_own(after_user), self._encode_own(between))

    def _rendered(self, template: ChatTemplate, system: str, turns: list[str]) -> str:
        spoken = [{"role": "assistant" if index % 2 else "user", "content": text} for index, text in enumerate(turns)]
        try:
            return template([{"role": "system", "content": system}, *spoken])
        except _TEMPLATE_ERRORS:
            # Some templates know no system role (Gemma, early Mistral): it opens the first turn instead.
            spoken[0]["content"] = f"{system}\n\n{spoken[0]['content']}"
        try:
            return template(spoken)
        except _TEMPLATE_ERRORS as error:
            raise UnsupportedCheckpoint(f"The model's chat template cannot be used ({error}).") from error

    def _plain_frame(self, system: str) -> ChatFrame:
        opening = (*self._first_ids, *self.encode_untrusted(f"{system}\n\nQuestion: "))
        return ChatFrame(
            before_user=opening,
            after_user=tuple(self.encode_untrusted("\nAnswer:")),
            after_answer=tuple(self.encode_untrusted("\n\nQuestion: ")),
        )

    def _encode_own(self, text: str) -> tuple[int, ...]:
        """Encode text of the chat template, in which control tokens are meant."""
        self._backend.encode_special_tokens = False
        return tuple(self._backend.encode(text, add_special_tokens=False).ids)

    def _encode(self, text: str) -> list[int]:
        # Set at every call: the backend is shared, and a forgotten reset would let control tokens in.
        self._backend.encode_special_tokens = True
        ids: list[int] = self._backend.encode(text, add_special_tokens=False).ids
        return ids

    def _is_text(self, ids: list[int], text: str) -> bool:
        """Tell whether `ids` hold no control token and spell all of `text`."""
        # Tokenizers may compose characters (Qwen) or put a space before the first word (Llama 2).
        same = _normal(self.decode(ids)).strip(" ") == _normal(text).strip(" ")
        return same and self.control_ids.isdisjoint(ids)

    def _spelled_out(self, character: str) -> list[int]:
        """Encode one character alone, or a replacement character where the vocabulary cannot spell it.

        A vocabulary may hold a control token's text as a whole word; and SmolLM2's lacks some bytes, for
        which its tokenizer would silently drop the character or put a control token.
        """
        for attempt in (character, _REPLACEMENT):
            ids = self._encode(attempt)
            if self._is_text(ids, attempt):
                return ids
        return []


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _pieces(backend: tokenizers.Tokenizer, control_ids: frozenset[int]) -> list[bytes]:
    """Return the bytes that each id stands for; control tokens and gaps stand for none."""
    vocabulary = backend.get_vocab(with_added_tokens=True)
    to_bytes = _piece_reader(backend)
    pieces = [b""] * (max(vocabulary.values(), default=-1) + 1)
    for piece, token in vocabulary.items():
        if token not in control_ids:
            pieces[token] = to_bytes(piece)
    return pieces


def _piece_reader(backend: tokenizers.Tokenizer) -> Any:
    decoder = json.dumps(json.loads(backend.to_str()).get("decoder"), ensure_ascii=False)
    if "ByteLevel" in decoder:
        return _byte_level_reader()
    if "▁" in decoder:
        return _sentencepiece_bytes
    raise UnsupportedCheckpoint("This tokenizer is neither byte-level nor SentencePiece; it cannot be used.")


def _byte_level_reader() -> Any:
    letters = {letter: byte for byte, letter in _byte_letters().items()}

    def read(piece: str) -> bytes:
        if all(letter in letters for letter in piece):
            return bytes(letters[letter] for letter in piece)
        return piece.encode()

    return read


def _byte_letters() -> dict[int, str]:
    """Return GPT-2's printable letter for each byte: itself where it is printable, else one from U+0100 on."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + n) for n, byte in enumerate(others)}


def _sentencepiece_bytes(piece: str) -> bytes:
    byte = _BYTE_PIECE.fullmatch(piece)
    return bytes([int(byte[1], 16)]) if byte else piece.replace("▁", " ").encode()


def _eos_ids(folder: Path, tokenizer: Any) -> set[int]:
    """Return the ends that generation_config.json and the tokenizer name."""
    ids = set() if tokenizer.eos_token_id is None else {int(tokenizer.eos_token_id)}
    file = folder / "generation_config.json"
    if file.is_file():
        try:
            named = json.loads(file.read_text(encoding="utf-8")).get("eos_token_id")
        except (ValueError, AttributeError) as error:
            raise DamagedCheckpoint(f"{file.name} cannot be read ({error}). Fetch the model again.") from error
        ids |= {token for token in (named if isinstance(named, list) else [named]) if isinstance(token, int)}
    if not ids:
        raise UnsupportedCheckpoint("The model names no token that ends an answer; it cannot be used.")
    return ids


def _template(tokenizer: Any) -> ChatTemplate | None:
    if not tokenizer.chat_template:
        return None

    def render(messages: list[dict[str, str]]) -> str:
        # Qwen3 opens its answers with a long monologue unless told not to; other templates ignore the name.
        text: str = tokenizer.apply_chat_template(
            messages, tokenize=False, add_generation_prompt=True, enable_thinking=False
        )
        return text

    return render
