"""The error tree of the line between the window and the model worker."""


class ProtocolError(Exception):
    """A line or a message that the protocol does not allow. Its text never holds the line's own content."""


class LineTooLong(ProtocolError):
    """A line is longer than the protocol allows."""


class MalformedLine(ProtocolError):
    """A line is no JSON object of the protocol's shape."""


class WrongVersion(ProtocolError):
    """The other side speaks another version of the protocol."""


class UnknownMessage(ProtocolError):
    """The protocol has no message of that name in this direction."""


class WrongFields(ProtocolError):
    """A message has other fields, or values of other types, than the protocol says."""
