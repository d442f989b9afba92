"""The error tree of `multimodal`: every message says what happened, what is safe and what to do next."""


class MultimodalError(Exception):
    """Anything that the voice, picture and fusion rooms report to their caller."""


class Cancelled(MultimodalError):
    """The caller asked to stop; nothing is wrong."""


class InvalidFile(MultimodalError):
    """A file that was handed in cannot be used."""


class MissingFile(InvalidFile):
    """There is no such file, or it is a folder, or it is empty."""


class UnreadableFile(InvalidFile):
    """The file is damaged, or of a kind that is not supported."""


class FileTooLarge(InvalidFile):
    """Reading the file would pass a limit on size, so none of it was decoded."""


class NoSound(InvalidFile):
    """The file has no audio track, or the track holds no samples."""


class NoPictures(InvalidFile):
    """The film has no picture track, only sound."""


class NotAnImage(InvalidFile):
    """The DICOM object is valid but carries no pixels."""


class CatalogError(MultimodalError):
    """The model catalogue cannot do what was asked."""


class UnknownModel(CatalogError):
    """No entry of that name is in the catalogue."""


class NameTaken(CatalogError):
    """The name asked for belongs to another model."""


class ModelNotFetched(CatalogError):
    """The model is in the catalogue but not yet on this machine."""


class DownloadFailed(CatalogError):
    """The package with the model's file could not be downloaded."""


class HashMismatch(CatalogError):
    """A file's sha256 differs from the one in the catalogue; it is not used."""


class StorageRefused(CatalogError):
    """The data folder cannot be written: no permission, or a read-only disk."""


class StorageFull(CatalogError):
    """The disk cannot take the model; nothing half-written was left."""


class ConversionFailed(CatalogError):
    """The model's file is not what its converter expects."""


class AdapterError(MultimodalError):
    """A projector file does not fit the decoder or its own card."""
