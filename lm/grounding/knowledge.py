"""A knowledge base: passages in one SQLite file, found by their words (FTS5, BM25) and by their meaning (vectors).

The two rankings are joined by reciprocal rank fusion (Cormack, Clarke, Büttcher 2009), which needs no scale that both
would share. Documents are added and removed in one transaction each. Vectors follow in batches, so that adding can be
interrupted at any place and goes on there; a passage that has none yet is found by its words.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import numpy as np

from lm.errors import DamagedKnowledge, KnowledgeUnwritable
from lm.grounding.passages import Passage
from lm.grounding.words import match_expression, spaced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import TypeAlias

    import numpy.typing as npt

    Vectors: TypeAlias = npt.NDArray[np.float32]

SCHEMA = 1
RRF_K = 60
"""The constant of reciprocal rank fusion, as published."""
CANDIDATES = 50
"""How many of each ranking are fused."""
BATCH = 32
_WAIT_S = 10.0
_WEIGHTS = "4.0, 3.0, 1.0"
"""BM25's weights of title, heading and text."""
_TABLES = f"""
PRAGMA user_version = {SCHEMA};
CREATE TABLE documents (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  digest TEXT NOT NULL
);
CREATE TABLE passages (
  id INTEGER PRIMARY KEY,
  document INTEGER NOT NULL REFERENCES documents (id),
  heading TEXT NOT NULL,
  page INTEGER,
  text TEXT NOT NULL
);
CREATE INDEX passages_of_document ON passages (document);
CREATE VIRTUAL TABLE words USING fts5 (title, heading, text, tokenize = 'porter unicode61 remove_diacritics 2');
CREATE TABLE vectors (passage INTEGER PRIMARY KEY, vector BLOB NOT NULL);
CREATE TABLE encoder (fingerprint TEXT NOT NULL);
"""


class Encoder(Protocol):
    """Turns texts into vectors of unit length `(texts, d)`, float32; `fingerprint` names the weights."""

    @property
    def fingerprint(self) -> str:
        """Which encoder made a vector; vectors of different ones are never compared."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one vector for each text."""


class Method(StrEnum):
    """How passages are ranked."""

    WORDS = "words"
    MEANING = "meaning"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Document:
    """A document of a knowledge base; `key` names its origin, `digest` its content."""

    id: int
    key: str
    title: str
    digest: str
    passages: int
    embedded: int
    """Of its passages, how many have a vector."""


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that was found, with the places that it took, from 1; None where a ranking left it out."""

    passage: Passage
    document: int
    words_rank: int | None
    meaning_rank: int | None
    similarity: float | None
    """The cosine between the question and the passage, where both have a vector."""


class KnowledgeBase:
    """One file of passages. A connection belongs to the thread that opened it."""

    def __init__(self, path: Path) -> None:
        """Open the file, which is made where there is none. Raises DamagedKnowledge."""
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._errors():
            self._database = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)
            try:
                self._prepare()
            except BaseException:
                self._database.close()
                raise
        self._vectors: tuple[int, npt.NDArray[np.int64], Vectors] | None = None

    def __enter__(self) -> KnowledgeBase:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _prepare(self) -> None:
        (version,) = self._database.execute("PRAGMA user_version").fetchone()
        if version == SCHEMA:
            return
        if version or self._database.execute("SELECT 1 FROM sqlite_master").fetchone():
            raise DamagedKnowledge(
                f"{self._path} was made by another version of Bedside. Delete it and add your documents again; "
                "the documents themselves are untouched."
            )
        self._database.executescript(f"BEGIN EXCLUSIVE; {_TABLES} COMMIT;")

    # --- documents ---------------------------------------------------------------------------------------------------

    def add(self, key: str, title: str, digest: str, passages: Iterable[Passage]) -> int:
        """Add a document in the place of an earlier one of the same key; returns its id."""
        with self._change():
            self._remove("key = ?", key)
            row = self._database.execute(
                "INSERT INTO documents (key, title, digest) VALUES (?, ?, ?)", (key, title, digest)
            )
            document = row.lastrowid or 0
            for passage in passages:
                self._add_passage(document, passage)
        return document

    def _add_passage(self, document: int, passage: Passage) -> None:
        row = self._database.execute(
            "INSERT INTO passages (document, heading, page, text) VALUES (?, ?, ?, ?)",
            (document, passage.heading, passage.page, passage.text),
        )
        self._database.execute(
            "INSERT INTO words (rowid, title, heading, text) VALUES (?, ?, ?, ?)",
            (row.lastrowid, spaced(passage.title), spaced(passage.heading), spaced(passage.text)),
        )

    def remove(self, document: int) -> bool:
        """Remove a document with its passages; returns whether there was one."""
        with self._change():
            return self._remove("id = ?", document)

    def _remove(self, condition: str, value: str | int) -> bool:
        passages = f"SELECT id FROM passages WHERE document IN (SELECT id FROM documents WHERE {condition})"  # noqa: S608 - ours
        for table, column in (("vectors", "passage"), ("words", "rowid"), ("passages", "id")):
            self._database.execute(f"DELETE FROM {table} WHERE {column} IN ({passages})", (value,))  # noqa: S608 - ours
        return bool(self._database.execute(f"DELETE FROM documents WHERE {condition}", (value,)).rowcount)  # noqa: S608

    def documents(self) -> tuple[Document, ...]:
        """Return all documents in the order of their titles."""
        with self._errors():
            rows = self._database.execute(
                "SELECT d.id, d.key, d.title, d.digest, count(p.id), count(v.passage) FROM documents d "
                "LEFT JOIN passages p ON p.document = d.id LEFT JOIN vectors v ON v.passage = p.id "
                "GROUP BY d.id ORDER BY d.title COLLATE NOCASE, d.id"
            ).fetchall()
        return tuple(Document(*row) for row in rows)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to find."""
        with self._errors():
            return self._database.execute("SELECT 1 FROM passages LIMIT 1").fetchone() is None

    # --- vectors -----------------------------------------------------------------------------------------------------

    def embed(self, encoder: Encoder, on_progress: Callable[[int, int], None] = lambda _done, _total: None) -> None:
        """Give a vector to every passage that has none; `on_progress` is told how many are done, and of how many.

        To stop it, raise from `on_progress`: what is done is kept. Vectors of another encoder are made anew.
        """
        with self._change():
            if self._fingerprint() != encoder.fingerprint:
                self._database.execute("DELETE FROM vectors")
                self._database.execute("DELETE FROM encoder")
                self._database.execute("INSERT INTO encoder VALUES (?)", (encoder.fingerprint,))
        (total,) = self._database.execute(f"SELECT count(*) FROM ({_WITHOUT_VECTOR})").fetchone()  # noqa: S608 - ours
        done = 0
        while rows := self._database.execute(f"{_WITHOUT_VECTOR} LIMIT {BATCH}").fetchall():
            on_progress(done, total)
            self._keep_vectors([row[0] for row in rows], encoder.encode([embedded_text(*row[1:]) for row in rows]))
            done += len(rows)
        on_progress(done, total)

    def _keep_vectors(self, passages: Sequence[int], vectors: Vectors) -> None:
        pairs = [(p, v.astype(np.float16).tobytes()) for p, v in zip(passages, vectors, strict=True)]
        with self._change():
            self._database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", pairs)

    def _fingerprint(self) -> str:
        row = self._database.execute("SELECT fingerprint FROM encoder").fetchone()
        return str(row[0]) if row else ""

    def _matrix(self) -> tuple[npt.NDArray[np.int64], Vectors]:
        """Return the passages that have a vector, and the vectors; read again when another process changed them."""
        (version,) = self._database.execute("PRAGMA data_version").fetchone()
        if self._vectors is None or self._vectors[0] != version:
            rows = self._database.execute("SELECT passage, vector FROM vectors ORDER BY passage").fetchall()
            vectors = [np.frombuffer(vector, np.float16).astype(np.float32) for _, vector in rows]
            self._vectors = version, np.array([row[0] for row in rows], np.int64), np.array(vectors, np.float32)
        return self._vectors[1], self._vectors[2]

    # --- finding -----------------------------------------------------------------------------------------------------

    def search(
        self, question: str, limit: int, encoder: Encoder | None = None, method: Method = Method.BOTH
    ) -> tuple[Found, ...]:
        """Return the passages nearest to a question, best first; without an encoder they are ranked by words alone."""
        with self._errors():
            by_words = [] if method is Method.MEANING else self._by_words(question)
            by_meaning = {} if method is Method.WORDS or encoder is None else self._by_meaning(question, encoder)
            fused = fuse((by_words, list(by_meaning)))[:limit]
            return tuple(self._found(passage, by_words, by_meaning) for passage in fused)

    def _by_words(self, question: str) -> list[int]:
        expression = match_expression(question)
        if not expression:
            return []
        query = f"SELECT rowid FROM words WHERE words MATCH ? ORDER BY bm25(words, {_WEIGHTS}) LIMIT {CANDIDATES}"  # noqa: S608 - ours
        return [row[0] for row in self._database.execute(query, (expression,))]

    def _by_meaning(self, question: str, encoder: Encoder) -> dict[int, float]:
        """Return the nearest passages with their cosines, nearest first."""
        passages, vectors = self._matrix()
        if not len(passages) or self._fingerprint() != encoder.fingerprint:
            return {}
        similarities = vectors @ encoder.encode([question])[0]
        nearest = np.argsort(-similarities, kind="stable")[:CANDIDATES]
        return {int(passages[place]): float(similarities[place]) for place in nearest}

    def _found(self, passage: int, by_words: Sequence[int], by_meaning: dict[int, float]) -> Found:
        title, text, heading, page, document = self._database.execute(
            "SELECT d.title, p.text, p.heading, p.page, d.id FROM passages p JOIN documents d ON d.id = p.document "
            "WHERE p.id = ?",
            (passage,),
        ).fetchone()
        return Found(
            Passage(title, text, heading, page),
            document,
            by_words.index(passage) + 1 if passage in by_words else None,
            list(by_meaning).index(passage) + 1 if passage in by_meaning else None,
            by_meaning.get(passage),
        )

    # --- the file ----------------------------------------------------------------------------------------------------

    @contextmanager
    def _change(self) -> Iterator[None]:
        """One transaction: whole, or as if nothing had been done."""
        with self._errors():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._database.execute("COMMIT")
            except BaseException:
                self._database.rollback()
                raise
            finally:
                self._vectors = None

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise KnowledgeUnwritable(
                f"{self._path} cannot be used now ({error}). Nothing was changed: make sure that the disk has room and "
                "may be written, wait until another program has finished with it, and try again."
            ) from error
        except sqlite3.DatabaseError as error:
            raise DamagedKnowledge(
                f"{self._path} is damaged ({error}). Delete it and add your documents again; the documents themselves "
                "are untouched."
            ) from error


_WITHOUT_VECTOR = (
    "SELECT p.id, d.title, p.heading, p.text FROM passages p JOIN documents d ON d.id = p.document "
    "WHERE p.id NOT IN (SELECT passage FROM vectors) ORDER BY p.id"
)


def embedded_text(title: str, heading: str, text: str) -> str:
    """Return what a passage's vector is made of: a passage alone often does not name what it is about."""
    return ". ".join(part for part in (title, heading, text) if part)


def fuse(rankings: Iterable[Sequence[int]]) -> list[int]:
    """Join rankings by reciprocal rank fusion: each gives 1 / (60 + rank); ties go to the lower id."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, item in enumerate(ranking, start=1):
            scores[item] = scores.get(item, 0.0) + 1 / (RRF_K + rank)
    return sorted(scores, key=lambda item: (-scores[item], item))
