"""What can go wrong with the record, as sentences for the doctor: what happened, what is safe, what to do."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING

from desktop.translatable import QT_TRANSLATE_NOOP

if TYPE_CHECKING:
    from collections.abc import Iterator


class RecordError(Exception):
    """Every fault of the record; its text is for the reader.

    `template` is a sentence of CONTEXT, translated where it is shown; `values` are put into it.
    """

    def __init__(self, template: str, *values: object) -> None:
        super().__init__(template.format(*values))
        self.template = template
        self.values = values


class EncounterMissing(RecordError):
    """There is no such encounter any more."""


class EncounterDamaged(RecordError):
    """The encounter's file cannot be read; it is left as it is."""


class EncounterNewer(RecordError):
    """A newer version of Bedside wrote the encounter; it is left as it is."""


class DiskFull(RecordError):
    """There is no room to write."""


class DiskRefused(RecordError):
    """The folder cannot be written: read-only, or of somebody else."""


class DiskFailed(RecordError):
    """The disk reported another fault."""


class SourceUnreadable(RecordError):
    """A file that was to be attached cannot be read; nothing was added."""


class RecordLocked(RecordError):
    """The vault is locked, or there is none yet."""


class StudyDamaged(RecordError):
    """What was learned so far cannot be read; the file is left as it is."""


class VaultMissing(RecordError):
    """There is no key file in the folder."""


class VaultExists(RecordError):
    """The folder for a new vault is not empty."""


class VaultInUse(RecordError):
    """Another process has the vault open."""


class VaultNewer(RecordError):
    """A newer version of Bedside wrote the vault; it is left as it is."""


class VaultUnreadable(RecordError):
    """The system does not let the vault be read."""


class HeaderDamaged(RecordError):
    """Neither the key file nor its copy is what Bedside wrote."""


class WrongPassphrase(RecordError):
    """No slot of the vault opens with it."""


class PassphraseTooShort(RecordError):
    """A new passphrase would be guessed too soon."""


class KeyringUnavailable(RecordError):
    """The system's store of secrets is not there, or does not answer."""


class KeyringGone(RecordError):
    """The system's store of secrets does not hold what opens this vault any more."""


class RecoveryKeyMistyped(RecordError):
    """What was typed is no recovery key: its checksum does not fit."""


class WrongRecoveryKey(RecordError):
    """It is a recovery key, but not this vault's."""


class LastSlot(RecordError):
    """It is the last passphrase or the last recovery key."""


class TooManySlots(RecordError):
    """The key file has no room for another key."""


class TooLittleMemory(RecordError):
    """A passphrase cannot be checked on this machine now."""


class DatabaseDamaged(RecordError):
    """The vault's database is not what was written; it is left as it is."""


class AuditBroken(RecordError):
    """The audit trail is not what was written; the record may only be read until that is accepted."""


class RecordReadOnly(RecordError):
    """Nothing may be written, because the audit trail is broken."""


class TargetExists(RecordError):
    """A file that was to be made is there already."""


class PassphraseNeeded(RecordError):
    """Nobody is there who could be asked for the passphrase."""


class BackupPlaceMissing(RecordError):
    """The folder for backups is not there: its disk is not connected."""


class BackupFailed(RecordError):
    """No backup could be made; earlier ones are kept."""


class BackupDamaged(RecordError):
    """A backup is not what was written."""


class BackupMissing(RecordError):
    """There is no backup of that name."""


class BackupStopped(RecordError):
    """The record was locked while a backup was made; nothing of it is kept."""


class FileDamaged(RecordError):
    """A sealed file is not what was written; it is left as it is."""


class FhirNotValid(RecordError):
    """A FHIR file that was to be written breaks a rule of FHIR: a fault of ours."""


class DicomNotValid(RecordError):
    """A DICOM file that was to be written lacks what DICOM asks for: a fault of ours."""


class NotTakenOver(RecordError):
    """An encounter could not be moved into the vault; it stays where it is."""


class SignedNoteStays(RecordError):
    """A signed note was to be changed or removed; it stays as it is."""


class NotReadyToSign(RecordError):
    """Something is to be done before a note can be signed."""


class NotTheSamePatient(RecordError):
    """Two encounters cannot be of the same patient; nothing was put together."""


class SoundErased(RecordError):
    """The sound of a recording was erased under the doctor's rule; its words are kept."""


CONTEXT = "Record"
FULL = QT_TRANSLATE_NOOP(
    "Record",
    "The disk is full, so this could not be saved. Nothing is lost while this window stays open: free some space, "
    "then save again.",
)
REFUSED = QT_TRANSLATE_NOOP(
    "Record",
    "The folder of encounters cannot be written. Nothing is lost while this window stays open: make the folder "
    "writable, then save again.",
)
FAILED = QT_TRANSLATE_NOOP(
    "Record",
    "The disk reports a fault ({0}). Nothing is lost while this window stays open: check the disk, then save again.",
)
MISSING = QT_TRANSLATE_NOOP("Record", "This encounter is not in the record any more. Choose another one from the list.")
NO_SUCH_FILE = QT_TRANSLATE_NOOP("Record", "There is no such file in the record. Nothing was changed.")
DAMAGED = QT_TRANSLATE_NOOP(
    "Record",
    "This encounter's file is damaged ({0}). It is kept as it is; restore it from a backup if you have one.",
)
NEWER = QT_TRANSLATE_NOOP(
    "Record",
    "This encounter was written by a newer version of Bedside. It is kept as it is; update Bedside to open it.",
)
WORDS_MISSING = QT_TRANSLATE_NOOP(
    "Record",
    "This encounter's words are missing from its folder. Its files are kept; restore it from a backup if you have one.",
)
UNREADABLE = QT_TRANSLATE_NOOP("Record", "This encounter cannot be read ({0}). It is kept as it is; check the disk.")
SOURCE_CLOSED = QT_TRANSLATE_NOOP(
    "Record", "{0} cannot be opened ({1}). Nothing was added; check the file and try again."
)
SOURCE_EMPTY = QT_TRANSLATE_NOOP("Record", "{0} is empty. Nothing was added; copy it again from where it came.")
UNKNOWN_KIND = QT_TRANSLATE_NOOP(
    "Record", "{0} is no picture, film or recording that Bedside can read. Nothing was added."
)
EMPTY_FOLDER = QT_TRANSLATE_NOOP("Record", "There is no picture in the folder {0}. Nothing was added.")
TOO_MANY = QT_TRANSLATE_NOOP("Record", "The folder {0} holds more than {1} files. Choose the folder of one series.")
TOO_MANY_CHOSEN = QT_TRANSLATE_NOOP(
    "Record", "More than {0} DICOM files were chosen together. Nothing was added; choose those of one series."
)
NOT_PASTED = QT_TRANSLATE_NOOP(
    "Record", "The picture from the clipboard could not be saved. Free some space on the disk, then paste again."
)
LOCKED = QT_TRANSLATE_NOOP("Record", "Bedside is locked. Nothing was changed: unlock it, then try again.")
VAULT_MISSING = QT_TRANSLATE_NOOP(
    "Record",
    "There is no vault in this folder, or its key file is gone. Nothing was changed: choose another folder, or restore "
    "the key file from a backup.",
)
VAULT_EXISTS = QT_TRANSLATE_NOOP(
    "Record", "There are files in the folder of the new vault already. Nothing was changed: choose an empty folder."
)
VAULT_IN_USE = QT_TRANSLATE_NOOP(
    "Record", "This vault is open in another Bedside. Nothing was changed: close it there, then try again."
)
VAULT_NEWER = QT_TRANSLATE_NOOP(
    "Record", "This vault was written by a newer version of Bedside. It is kept as it is: update Bedside to open it."
)
UNREADABLE_VAULT = QT_TRANSLATE_NOOP(
    "Record", "The vault cannot be read ({0}). It is kept as it is: check the disk and whose folder it is."
)
HEADER_DAMAGED = QT_TRANSLATE_NOOP(
    "Record",
    "The vault's key file is damaged. The encounters are kept as they are: restore the key file from a backup to open "
    "them.",
)
WRONG_PASSPHRASE = QT_TRANSLATE_NOOP(
    "Record",
    "The passphrase does not open this vault. Nothing was changed: try it again, or use the printed recovery key.",
)
KEYRING_MISSING = QT_TRANSLATE_NOOP(
    "Record",
    "This system has no store of secrets that Bedside uses (Keychain, Credential Locker, Secret Service). Nothing was "
    "changed: use the passphrase.",
)
KEYRING_REFUSED = QT_TRANSLATE_NOOP(
    "Record",
    "The system's store of secrets does not answer ({0}). Nothing was changed: use the passphrase, or sign in to the "
    "system anew and try again.",
)
KEYRING_GONE = QT_TRANSLATE_NOOP(
    "Record",
    "The system's store of secrets does not hold what opens this record any more. The record is safe: use the "
    "passphrase, then switch this on again in the settings.",
)
PASSPHRASE_SHORT = QT_TRANSLATE_NOOP(
    "Record", "A passphrase needs at least {0} characters. Nothing was changed: take several words."
)
RECOVERY_KEY_MISTYPED = QT_TRANSLATE_NOOP(
    "Record",
    "This is not how a recovery key reads, so something is mistyped. Nothing was changed: compare it with the printed "
    "one, group by group.",
)
WRONG_RECOVERY_KEY = QT_TRANSLATE_NOOP(
    "Record",
    "This recovery key does not open this vault. Nothing was changed: look for the one that was printed last for it.",
)
LAST_SLOT = QT_TRANSLATE_NOOP(
    "Record",
    "A vault keeps at least one passphrase and one recovery key. Nothing was changed: add another one before you "
    "remove this one.",
)
TOO_MANY_SLOTS = QT_TRANSLATE_NOOP(
    "Record", "A vault can be opened by at most {0} keys. Nothing was changed: remove one before you add another."
)
TOO_LITTLE_MEMORY = QT_TRANSLATE_NOOP(
    "Record",
    "There is too little memory to check the passphrase: {0} MB are needed. Nothing was changed: close other programs, "
    "then try again.",
)
DATABASE_DAMAGED = QT_TRANSLATE_NOOP(
    "Record", "The vault's database is damaged ({0}). It is kept as it is: restore it from a backup."
)
AUDIT_CHANGED = QT_TRANSLATE_NOOP(
    "Record",
    "Entry {0} of the audit trail is not what was written: somebody changed or exchanged entries. The record can be "
    "read, nothing is written: export the trail, restore a backup, or accept it as it is.",
)
AUDIT_MISSING = QT_TRANSLATE_NOOP(
    "Record",
    "Entry {0} of the audit trail is missing: somebody removed entries. The record can be read, nothing is written: "
    "export the trail, restore a backup, or accept it as it is.",
)
AUDIT_SHORT = QT_TRANSLATE_NOOP(
    "Record",
    "The last {0} entries of the audit trail are missing after entry {1}: somebody cut them off, or an older copy of "
    "the database was put back. The record can be read, nothing is written: restore the newest backup, or accept it as "
    "it is.",
)
AUDIT_OTHER = QT_TRANSLATE_NOOP(
    "Record",
    "Entry {0} of the audit trail is another one than was noted outside the database: another copy of the database was "
    "put in its place. The record can be read, nothing is written: restore the newest backup, or accept it as it is.",
)
AUDIT_ANCHOR = QT_TRANSLATE_NOOP(
    "Record",
    "The note of where the audit trail ends is missing or was changed, so entries could be missing unseen. The record "
    "can be read, nothing is written: restore a backup, or accept it as it is.",
)
AUDIT_OLDER = QT_TRANSLATE_NOOP(
    "Record",
    "This record is older than the one that was open here last: an older copy of the whole folder was put back. The "
    "record can be read, nothing is written: restore the newest backup, or accept it as it is.",
)
TARGET_EXISTS = QT_TRANSLATE_NOOP("Record", "{0} is there already. Nothing was written: choose another name.")
PASSPHRASE_NEEDED = QT_TRANSLATE_NOOP(
    "Record",
    "The passphrase cannot be asked for, since this is no terminal. Nothing was changed: hand it over with "
    "--passphrase-fd.",
)
BACKUP_PLACE_MISSING = QT_TRANSLATE_NOOP(
    "Record",
    "The folder for backups is not there ({0}). The record is safe and nothing was changed: connect its disk, or "
    "choose another folder in the settings.",
)
BACKUP_FAILED = QT_TRANSLATE_NOOP(
    "Record",
    "No backup could be made ({0}). The record is safe and earlier backups are kept: free space on the disk for "
    "backups or choose another one, then back up again.",
)
BACKUP_DAMAGED = QT_TRANSLATE_NOOP(
    "Record",
    "The backup {0} is damaged ({1}). The record itself is untouched: back up again, on another disk if this one "
    "fails.",
)
BACKUP_MISSING = QT_TRANSLATE_NOOP(
    "Record", "There is no backup {0} in this folder. Nothing was changed: choose one from the list of backups."
)
BACKUP_STOPPED = QT_TRANSLATE_NOOP(
    "Record", "The backup was stopped, because the record was locked. It is made the next time."
)
FILE_DAMAGED = QT_TRANSLATE_NOOP(
    "Record",
    "{0} is damaged ({1}). The words of the encounter are safe and the file is kept as it is: restore it from a backup "
    "if you have one.",
)
FHIR_NOT_VALID = QT_TRANSLATE_NOOP(
    "Record",
    "The file would not be valid FHIR {0} (at {1}), which is a fault of Bedside. Nothing was written: choose another "
    "form, and report this.",
)
DICOM_NOT_VALID = QT_TRANSLATE_NOOP(
    "Record",
    "The file would not be valid DICOM ({0}), which is a fault of Bedside. Nothing was written: please report this.",
)
NOT_TAKEN_OVER = QT_TRANSLATE_NOOP(
    "Record",
    "An encounter could not be moved into the vault ({0}). It stays where it is, whole and not encrypted: look at it "
    "there.",
)
UNEXPECTED = QT_TRANSLATE_NOOP(
    "Record",
    "Something went wrong inside Bedside. What was saved is safe: try again, and start Bedside anew if it happens "
    "again.",
)
STUDY_DAMAGED = QT_TRANSLATE_NOOP(
    "Record",
    "What you learned so far cannot be read ({0}: {1}). Nothing was changed: move that file away to begin anew.",
)

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {errno.EROFS, errno.EACCES, errno.EPERM}


@contextmanager
def disk_errors() -> Iterator[None]:
    """Turn what the system reports about the encounters' folder into the errors above."""
    try:
        yield
    except OSError as error:
        raise _sentence(error) from error


def _sentence(error: OSError) -> RecordError:
    if error.errno in _FULL:
        return DiskFull(FULL)
    if error.errno in _REFUSED:
        return DiskRefused(REFUSED)
    return DiskFailed(FAILED, error.strerror)


SIGNED_STAYS = QT_TRANSLATE_NOOP(
    "Record", "A signed note stays as it is. Nothing was changed: write an addendum to correct it."
)
NOT_WHOLE = QT_TRANSLATE_NOOP(
    "Record", "There is nothing to sign in this draft yet. Nothing was changed: finish writing it, then sign."
)
CHECK_FIRST = QT_TRANSLATE_NOOP(
    "Record", "The note is not signed: the double check still has open lines. Tick or change each of them, then sign."
)
NAME_NEEDED = QT_TRANSLATE_NOOP("Record", "The note is not signed: a signature needs your name. Type it, then sign.")
SOUND_ERASED = QT_TRANSLATE_NOOP(
    "Record",
    "The sound of this recording was erased after its note was signed, as you had set. Its words and the signed note "
    "are kept.",
)
OTHER_PATIENT = QT_TRANSLATE_NOOP(
    "Record",
    "You said earlier that these two encounters are of different patients. Nothing was changed: take one of them out "
    "first, then choose again.",
)
SAMPLE_PATIENT = QT_TRANSLATE_NOOP(
    "Record", "The sample encounter is of no patient. Nothing was changed: choose another encounter."
)
