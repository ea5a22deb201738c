"""Which form stored bytes have. The first element of every array that a worker keeps is the number of its form.

A form is changed at most once a release. A program reads its own form and refuses another with words. The changelog and the
consumer group carry the number in their names. So a worker never meets another form unless somebody copies bytes about.
"""

import msgspec

from rules.errors import UnknownFormat

FORMAT = 2
"""The form of what is kept since records can be corrected and cases come back. The first had no number."""
_NO_FORM = 1000
_elements = msgspec.msgpack.Decoder(list[msgspec.Raw]).decode
_number = msgspec.msgpack.Decoder(int).decode


def check_format(encoded: bytes, wanted: int) -> None:
    """Raise :class:`~rules.errors.UnknownFormat` unless the array begins with the number ``wanted``."""
    found = format_of(encoded)
    if found != wanted:
        text = f"stored in form {found}, this program reads form {wanted}: let it read the events anew, by a group of its own"
        raise UnknownFormat(text)


def format_of(encoded: bytes) -> int:
    """The number of the form of these bytes; 1 where the array begins with something else."""
    try:
        number = _number(_elements(encoded)[0])
    except (msgspec.DecodeError, msgspec.ValidationError, IndexError):
        return 1
    return number if 1 < number < _NO_FORM else 1  # a clock of the first form begins with an instant
