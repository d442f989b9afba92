"""The error tree of `lm`: every message says what happened, what is safe and what to do next."""


class LanguageModelError(Exception):
    """Anything that the decoder's rooms report to their caller."""


class InvalidInput(LanguageModelError):
    """What was handed in cannot be used as it is."""


class ContextOverflow(InvalidInput):
    """The sequence and the room asked for the answer do not fit the decoder's context."""


class UnsupportedCheckpoint(LanguageModelError):
    """The folder or file holds no decoder that can be read safely."""


class DamagedCheckpoint(LanguageModelError):
    """The checkpoint's tensors do not match its own configuration."""


class DamagedAdapter(LanguageModelError):
    """A file of low-rank adapters is damaged, or was trained for another decoder."""


class OutOfMemory(LanguageModelError):
    """The machine ran out of memory and no smaller step was left."""


class TrainingError(LanguageModelError):
    """A training run cannot start or go on."""


class KnowledgeError(LanguageModelError):
    """What is looked things up in cannot be used."""


class DamagedKnowledge(KnowledgeError):
    """The file of a knowledge base is no such file, is damaged, or is of another version."""


class KnowledgeUnwritable(KnowledgeError):
    """A knowledge base cannot be changed: the disk is full or refuses, or another process holds it."""


class UnknownTerm(InvalidInput):
    """No term of the ontology goes by this code or name."""


class NothingToWriteFrom(InvalidInput):
    """A draft was asked for from an encounter in which nothing was said or typed."""
