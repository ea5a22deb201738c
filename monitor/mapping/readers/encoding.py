"""Bytes into text: a byte order mark goes before the mapping, and a wrong encoding is named with the likely right one."""

import codecs
import io
from functools import lru_cache

from monitor.mapping.mapping import BadMapping
from monitor.mapping.readers.part import Part

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_NEED_A_MARK = {
    "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
    "utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
}
"""Encodings whose byte order is told by a mark; Python's decoders fail without it."""
_CANDIDATES = ("utf-8", "gb18030", "big5", "utf-16-le", "utf-16-be")
_KEEP = "supervise-keep"


def _keep(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no characters pass as lone surrogates and cost their row. Surrogateescape cannot do that for UTF-16."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error(_KEEP, _keep)


def text_of(part: Part, encoding: str, newline: str | None) -> io.TextIOWrapper:
    """The part as text. :class:`BadMapping` where it plainly is UTF-8 and the mapping says another encoding."""
    used = _used(part.head, encoding)
    if used == encoding and codecs.lookup(encoding).name not in ("utf-8", "ascii") and _is_chinese_utf8(part.head):
        raise part.refuse(f'is UTF-8, not {encoding}: encoding = "utf-8" in [source]')
    if (
        part.head
        and codecs.lookup(used).name in _NEED_A_MARK
        and not part.head.startswith(_NEED_A_MARK[codecs.lookup(used).name])
    ):
        likely = guess(part.head)
        if not likely.startswith(used):
            better = f', and looks like {likely}: encoding = "{likely}" in [source]' if likely else ""
            raise part.refuse(f"has no byte order mark, which {used} begins with{better}")
        used = likely
    return io.TextIOWrapper(part.stream, used, errors=_KEEP, newline=newline)


def raw_bytes(text: str, encoding: str) -> bytes:
    """The bytes that ``text`` was read from, as nearly as can be told."""
    kept = "".join(chr(ord(mark) & 0xFF | 0xDC00) if 0xDC00 <= ord(mark) <= 0xDCFF else mark for mark in text)
    try:
        return kept.encode(encoding, "surrogateescape")
    except UnicodeError:
        return text.encode("utf-8", "surrogatepass")


def hint(head: bytes, encoding: str) -> str:
    """What to write into the mapping instead of ``encoding``; empty where nothing better is known."""
    likely = guess(head)
    if not likely or likely == codecs.lookup(encoding).name:
        return ""
    return f'the file looks like {likely}: encoding = "{likely}" in [source]'


def hint_by_names(head: bytes, encoding: str, names: frozenset[str]) -> str:
    """The same for a file whose heading cannot be read, by the encoding in which all ``names`` are found."""
    if all(name in head.decode(encoding, "replace") for name in names):
        return ""
    for candidate in _CANDIDATES:
        if candidate != codecs.lookup(encoding).name and all(name in head.decode(candidate, "replace") for name in names):
            return f'they are there in {candidate}: encoding = "{candidate}" in [source]'
    return ""


@lru_cache(maxsize=16)
def guess(head: bytes) -> str:
    """The likely encoding by the first bytes; empty where they are ASCII or nothing known."""
    for mark, name in _MARKS.items():
        if head.startswith(mark):
            return name.removesuffix("-sig")
    if head.count(0) * 4 > len(head):
        return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
    if head.isascii():
        return ""
    if _decoded(head, "utf-8") is not None:
        return "utf-8"
    shares = {name: _common(head, name) for name in ("gb18030", "big5")}
    best = max(shares, key=shares.__getitem__)
    return best if shares[best] else ""


def _used(head: bytes, encoding: str) -> str:
    marked = next((name for mark, name in _MARKS.items() if head.startswith(mark)), "")
    return marked or encoding


def _is_chinese_utf8(head: bytes) -> bool:
    """Whether the bytes are UTF-8 with at least two Chinese characters: by chance GBK almost never is."""
    text = _decoded(head, "utf-8")
    return text is not None and sum("\u4e00" <= mark <= "\u9fff" for mark in text) >= 2


def _decoded(head: bytes, encoding: str) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return None


def _common(head: bytes, encoding: str) -> float:
    """The share of everyday characters among all that are not ASCII."""
    text = head.decode(encoding, "replace")
    foreign = [mark for mark in text if not mark.isascii()]
    table, first, last = ("gb2312", 0xB0, 0xD7) if encoding == "gb18030" else ("big5", 0xA4, 0xC6)
    everyday = sum(first <= (mark.encode(table, "ignore") or b"\0")[0] <= last for mark in foreign)
    return everyday / len(foreign) if foreign else 0.0


def unread(part: Part, encoding: str, names: frozenset[str], defects: list[str]) -> BadMapping:
    """The error of a table without its columns, with the encoding that would show them."""
    better = hint_by_names(part.head, encoding, names) or hint(part.head, encoding)
    return part.refuse(*defects, *([better] if better else []))
