"""A knowledge base: passages in one SQLite file, found by their words (FTS5, BM25) and by their meaning (vectors).

The two rankings are joined by reciprocal rank fusion (Cormack, Clarke, Büttcher 2009), which needs no scale that both
would share. Documents are added and removed in one transaction each. Vectors follow in batches, so that adding can be
interrupted at any place and goes on there; a passage that has none yet is found by its words.
"""

from __future__ import annotations

import json
import random
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import numpy as np

from lm.errors import DamagedKnowledge, KnowledgeUnwritable
from lm.grounding.passages import Passage
from lm.grounding.words import match_expression, name_key, spaced, spans_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import TypeAlias

    import numpy.typing as npt

    Vectors: TypeAlias = npt.NDArray[np.float32]

SCHEMA = 1
RRF_K = 60
"""The constant of reciprocal rank fusion, as published."""
MEANING_WEIGHT = 2.0
"""Of the ranking by meaning against that by words; chosen on MedQuAD, on diseases that are not reported."""
CANDIDATES = 50
"""How many of each ranking are fused."""
BATCH = 32
_WAIT_S = 10.0
_WEIGHTS = "8.0, 4.0, 1.0"
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
CREATE TABLE names (name TEXT NOT NULL, passage INTEGER NOT NULL, PRIMARY KEY (name, passage)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Term:
    """A passage about one thing, with the names that this thing goes by."""

    passage: Passage
    names: tuple[str, ...]


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

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open the file, which is made where there is none; `read_only` is for one that nobody changes any more.

        Raises DamagedKnowledge, or KnowledgeUnwritable where it cannot be opened.
        """
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        place = f"{path.absolute().as_uri()}{'?mode=ro&immutable=1' if read_only else ''}"
        with self._errors():
            self._database = sqlite3.connect(place, timeout=_WAIT_S, isolation_level=None, uri=True)
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
        self._path.chmod(0o600)  # before anything is in it
        self._database.executescript(f"BEGIN EXCLUSIVE; {_TABLES} COMMIT;")

    # --- documents ---------------------------------------------------------------------------------------------------

    def add(self, key: str, title: str, digest: str, passages: Iterable[Passage]) -> int:
        """Add a document in the place of an earlier one of the same key; returns its id."""
        with self._change():
            self._remove("key = ?", key)
            document = self._add_document(key, title, digest)
            for passage in passages:
                self._add_passage(document, passage)
        return document

    def add_terms(self, key: str, title: str, digest: str, terms: Iterable[Term]) -> int:
        """Add a terminology as a document whose passages are also found by their names; returns its id."""
        with self._change():
            self._remove("key = ?", key)
            document = self._add_document(key, title, digest)
            for term in terms:
                passage = self._add_passage(document, term.passage)
                names = {name_key(name) for name in term.names} - {""}
                self._database.executemany("INSERT INTO names VALUES (?, ?)", [(name, passage) for name in names])
        return document

    def _add_document(self, key: str, title: str, digest: str) -> int:
        insert = "INSERT INTO documents (key, title, digest) VALUES (?, ?, ?)"
        return self._database.execute(insert, (key, title, digest)).lastrowid or 0

    def _add_passage(self, document: int, passage: Passage) -> int:
        row = self._database.execute(
            "INSERT INTO passages (document, heading, page, text) VALUES (?, ?, ?, ?)",
            (document, passage.heading, passage.page, passage.text),
        )
        self._database.execute(
            "INSERT INTO words (rowid, title, heading, text) VALUES (?, ?, ?, ?)",
            (row.lastrowid, spaced(passage.title), spaced(passage.heading), spaced(passage.text)),
        )
        return row.lastrowid or 0

    def remove(self, document: int) -> bool:
        """Remove a document with its passages; returns whether there was one."""
        with self._change():
            return self._remove("id = ?", document)

    def _remove(self, condition: str, value: str | int) -> bool:
        passages = f"SELECT id FROM passages WHERE document IN (SELECT id FROM documents WHERE {condition})"  # noqa: S608 - ours
        for table, column in (("vectors", "passage"), ("names", "passage"), ("words", "rowid"), ("passages", "id")):
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
        with self._errors():
            (total,) = self._database.execute(f"SELECT count(*) FROM ({_WITHOUT_VECTOR})").fetchone()  # noqa: S608 - ours
        done = 0
        while rows := self._without_vector():
            on_progress(done, total)
            self._keep_vectors([row[0] for row in rows], encoder.encode([embedded_text(*row[1:]) for row in rows]))
            done += len(rows)
        on_progress(done, total)

    def _without_vector(self) -> list[tuple[int, str, str, str]]:
        with self._errors():
            return self._database.execute(f"{_WITHOUT_VECTOR} LIMIT {BATCH}").fetchall()

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
            meaning = self._meaning(question, None if method is Method.WORDS else encoder)
            by_meaning = meaning.nearest()
            fused = fuse((by_words, by_meaning), (1.0, MEANING_WEIGHT))[:limit]
            return tuple(
                self._found(passage, _place(passage, by_words), _place(passage, by_meaning), meaning.of(passage))
                for passage in fused
            )

    def _by_words(self, question: str) -> list[int]:
        expression = match_expression(question)
        if not expression:
            return []
        query = f"SELECT rowid FROM words WHERE words MATCH ? ORDER BY bm25(words, {_WEIGHTS}) LIMIT {CANDIDATES}"  # noqa: S608 - ours
        return [row[0] for row in self._database.execute(query, (expression,))]

    def _meaning(self, question: str, encoder: Encoder | None) -> _Meaning:
        passages, vectors = self._matrix() if encoder else (np.empty(0, np.int64), np.empty((0, 0), np.float32))
        if encoder is None or not len(passages) or self._fingerprint() != encoder.fingerprint:
            return _Meaning(np.empty(0, np.int64), np.empty(0, np.float32))
        return _Meaning(passages, vectors @ encoder.encode([question])[0])

    def _found(self, passage: int, words_rank: int | None, meaning_rank: int | None, similarity: float | None) -> Found:
        title, text, heading, page, document = self._database.execute(
            "SELECT d.title, p.text, p.heading, p.page, d.id FROM passages p JOIN documents d ON d.id = p.document "
            "WHERE p.id = ?",
            (passage,),
        ).fetchone()
        return Found(Passage(title, text, heading, page), document, words_rank, meaning_rank, similarity)

    def named_in(self, text: str, limit: int) -> tuple[Passage, ...]:
        """Return the terms whose names stand in a text, longest name first; none lies within a longer one."""
        words = name_key(text).split()
        found: list[Passage] = []
        taken: set[int] = set()
        with self._errors():
            for start, end in spans_of(len(words)):
                if len(found) < limit and taken.isdisjoint(range(start, end)):
                    passage = self._named(" ".join(words[start:end]))
                    if passage is not None:
                        found.append(passage)
                        taken.update(range(start, end))
        return tuple(found)

    def headed(self, prefix: str, limit: int) -> tuple[Passage, ...]:
        """Return passages whose heading begins with `prefix`, in their order: the codes of one category."""
        with self._errors():
            rows = self._database.execute(
                "SELECT d.title, p.text, p.heading, p.page FROM passages p JOIN documents d ON d.id = p.document "
                "WHERE substr(p.heading, 1, ?) = ? ORDER BY p.id LIMIT ?",
                (len(prefix), prefix, limit),
            ).fetchall()
        return tuple(Passage(*row) for row in rows)

    def drawn(self, limit: int, seed: int) -> tuple[Passage, ...]:
        """Return passages drawn from all of them; the same seed draws the same."""
        with self._errors():
            ids = [row[0] for row in self._database.execute("SELECT id FROM passages ORDER BY id")]
            chosen = random.Random(seed).sample(ids, min(limit, len(ids)))  # noqa: S311 - repeatable, not secret
            return tuple(self._found(passage, None, None, None).passage for passage in chosen)

    def names(self) -> tuple[str, ...]:
        """Return every name by which a term is found, in small letters."""
        with self._errors():
            return tuple(row[0] for row in self._database.execute("SELECT DISTINCT name FROM names ORDER BY name"))

    def _named(self, name: str) -> Passage | None:
        row = self._database.execute(
            "SELECT d.title, p.text, p.heading, p.page FROM names n JOIN passages p ON p.id = n.passage "
            "JOIN documents d ON d.id = p.document WHERE n.name = ? ORDER BY p.id LIMIT 1",
            (name,),
        ).fetchone()
        return Passage(*row) if row else None

    def named(self, names: Collection[str]) -> Mapping[str, tuple[Passage, ...]]:
        """Return the terms of each of the names (see `name_key`) that is one, in the order in which they were added."""
        found: dict[str, list[Passage]] = {}
        with self._errors():
            rows = self._database.execute(
                "SELECT n.name, d.title, p.text, p.heading, p.page FROM json_each(?) asked JOIN names n "
                "ON n.name = asked.value "
                "JOIN passages p ON p.id = n.passage JOIN documents d ON d.id = p.document ORDER BY p.id",
                (json.dumps(list(names)),),
            )
            for name, *passage in rows:
                found.setdefault(name, []).append(Passage(*passage))
        return {name: tuple(passages) for name, passages in found.items()}

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


@dataclass(frozen=True, slots=True, eq=False)
class _Meaning:
    """The cosines `(passages,)` between a question and all passages that have a vector, in the order of their ids."""

    passages: npt.NDArray[np.int64]
    similarities: Vectors

    def nearest(self) -> list[int]:
        places = np.argsort(-self.similarities, kind="stable")[:CANDIDATES]
        return [int(passage) for passage in self.passages[places]]

    def of(self, passage: int) -> float | None:
        place = int(np.searchsorted(self.passages, passage))
        is_there = place < len(self.passages) and self.passages[place] == passage
        return float(self.similarities[place]) if is_there else None


def _place(passage: int, ranking: Sequence[int]) -> int | None:
    return ranking.index(passage) + 1 if passage in ranking else None


_WITHOUT_VECTOR = (
    "SELECT p.id, d.title, p.heading, p.text FROM passages p JOIN documents d ON d.id = p.document "
    "WHERE p.id NOT IN (SELECT passage FROM vectors) ORDER BY p.id"
)


def embedded_text(title: str, heading: str, text: str) -> str:
    """Return what a passage's vector is made of: a passage alone often does not name what it is about."""
    return ". ".join(part for part in (title, heading, text) if part)


def fuse(rankings: Sequence[Sequence[int]], weights: Sequence[float]) -> list[int]:
    """Join rankings by reciprocal rank fusion: each gives weight / (60 + rank); ties go to the lower id."""
    scores: dict[int, float] = {}
    for ranking, weight in zip(rankings, weights, strict=True):
        for rank, item in enumerate(ranking, start=1):
            scores[item] = scores.get(item, 0.0) + weight / (RRF_K + rank)
    return sorted(scores, key=lambda item: (-scores[item], item))
