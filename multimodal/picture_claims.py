"""Which sentences of an answer are said of a picture? Those, and no others, are held against other pictures.

Beside a picture a doctor also asks about what was said: "which tablets does she take?". An answer to that owes
nothing to the picture and must neither cite it nor be withheld for its sake. It is decided by the words of the
question, without a model and the same way every time; in doubt a sentence is said of the picture, so that it is
checked: a finding that nothing bears out must not pass as talk.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from lm.grounding.answer import Sentence, Verdict
from lm.grounding.gate import split_sentences
from lm.sequence import SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lm.grounding.answer import Citation

_STATED = (".", "!", "。", "！")


def _words(english: Iterable[str], chinese: Iterable[str]) -> re.Pattern[str]:
    """Match any of the English beginnings of words, or any of the Chinese words wherever it stands."""
    return re.compile(rf"\b(?:{'|'.join(english)})|{'|'.join(chinese)}", re.IGNORECASE)


_ASKS_WHETHER = re.compile(
    r"\s*(?:and |but |so )?(?:is|are|was|were|do|does|did|has|have|had|can|could|should|any)\b|.*[吗没]", re.IGNORECASE
)
_PICTURES = _words(
    r"images?\b|imag(?:ed|ing)|pictur|photo|films?\b|scan|x[ -]?ray|radiogra|ct\b|mri?\b|ultraso|sonogra|slice|frame\b|"
    r"smear|biops|visib|visual|shown?\b|seen?\b|lesion|mass(?:es)?\b|nodul|opaci|fractur|effusion|tumou?r|malignan|"
    r"benign|consolidat|infiltrat|pneumothora|lobes?\b|contrast|hyper(?:dens|inten|atten)|hypo(?:dens|inten|atten)".split(
        "|"
    ),
    "图 片 影像 照 扫描 超声 显示 看到 病灶 结节 肿块 骨折 积液 肿瘤 良性 恶性 阴影".split(),
)
_TALK = _words(
    r"sa(?:y|ys|id|ying)\b|t(?:ell|ells|old)\b|mention|report(?:s|ed)?\b|complain|record|conversation|dictat|transcri|"
    r"spoke|word|medicine|medication|drugs?\b|tablet|pills?\b|doses?\b|dosage|prescri|takes?\b|taking|took|allerg|"
    r"histor|smok|alcohol|drinks?\b|family|mother|father|occupation|job\b|work(?:s|ed|ing)?\b|sleep|appetite|"
    r"blood pressure|temperature|pulse|weigh|hypertens|diabet|explain|advi[cs]e|recommend|ask(?:s|ed)?\b|letter|"
    r"summar|plans?\b|planned|treat|follow-?up|appointment|side effects?|how often|how long\b|how many times|"
    r"when did|since when|what does .* mean".split("|"),
    "说了 说过 说到 告诉 提到 主诉 录音 谈话 对话 药 剂量 服用 吃 过敏 病史 吸烟 饮酒 家族 血压 体温 脉搏 体重 糖尿病 "
    "解释 建议 问 总结 计划 治疗 复诊 多久 几次".split(),
)


def is_about_picture(question: str, looked_up: bool = False) -> bool:
    """Tell whether a question that is asked beside a picture is about it.

    It is, unless it names what is told rather than seen, such as a medicine, and nothing that is seen. Where passages
    bear on it (`looked_up`), it is about the picture only if it names what is seen or asks whether: "is there
    pneumonia?" asks about this patient, whatever is written about pneumonia.
    """
    if _PICTURES.search(question):
        return True
    is_answered_elsewhere = looked_up and not _ASKS_WHETHER.match(question)
    return not (is_answered_elsewhere or _TALK.search(question))


def tied_to_pictures(
    sentences: Sequence[Sentence], question: str, pictures: Sequence[Citation], looked_up: bool = False
) -> tuple[Sentence, ...]:
    """Let unverified sentences that are said of pictures cite them; what a picture shows is judged by looking.

    What only repeats the question is unverified too: asking whether bears nothing out. What the doctor stated in the
    question, in a sentence with a full stop, does.
    """
    asked = [" ".join(part.split()) for part in split_sentences(question) if not part.endswith(_STATED)]
    unechoed = (_without_echo(sentence, asked) for sentence in sentences)
    is_asked_of_picture = is_about_picture(question, looked_up)
    return tuple(
        replace(sentence, citations=tuple(pictures))
        if sentence.verdict is Verdict.UNVERIFIED and (is_asked_of_picture or _PICTURES.search(sentence.text))
        else sentence
        for sentence in unechoed
    )


def cites_picture(sentence: Sentence) -> bool:
    """Tell whether a sentence rests on a picture."""
    return any(citation.kind is SourceKind.IMAGE for citation in sentence.citations)


def _without_echo(sentence: Sentence, asked: Sequence[str]) -> Sentence:
    quotes = [citation.quote for citation in sentence.citations if citation.kind is SourceKind.QUESTION]
    is_of_question = bool(quotes) and len(quotes) == len(sentence.citations)
    if is_of_question and all(any(quote in part for part in asked) for quote in quotes):
        return replace(sentence, verdict=Verdict.UNVERIFIED, citations=())
    return sentence
