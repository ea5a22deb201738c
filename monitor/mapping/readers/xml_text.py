"""XML into rows, element by element: a table of any path, an event log (XES), or a workbook saved as XML."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple, TextIO, cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from monitor.mapping.readers.part import Part

_DECLARED = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([\w.-]+)")


def xml_encoding(head: bytes, otherwise: str) -> str:
    """The encoding of the declaration; GBK is read as its superset."""
    found = _DECLARED.search(head[:200])
    name = found[1].decode() if found is not None else otherwise
    return "gb18030" if name.lower() in ("gbk", "gb2312") else name


class Ended(NamedTuple):
    """An element that has been read to its end: the names from the root down to it, itself, and what it lies in."""

    path: tuple[str, ...]
    element: Element
    parent: Element | None

    def forget(self) -> None:
        """Free its memory once it has been made a row."""
        if self.parent is not None:
            self.parent.remove(self.element)


def elements(text: TextIO, part: Part) -> Iterator[Ended]:
    """Every element as it ends. Entities of the file's own are refused, what lies outside is never fetched."""
    if b"<!ENTITY" in part.head:
        raise part.refuse("declares entities of its own, which are not read")
    parser: XMLPullParser[Any] = XMLPullParser(("start", "end"))  # fed with text: expat knows few encodings by itself
    open_: list[Element] = []
    names: list[str] = []
    try:
        while block := text.read(1 << 16):
            parser.feed(block)
            for event, element in cast("Iterator[tuple[str, Element]]", parser.read_events()):
                if event == "start":
                    open_.append(element)
                    names.append(local(element.tag))
                    continue
                yield Ended(tuple(names), element, open_[-2] if len(open_) > 1 else None)
                open_.pop()
                names.pop()
        parser.close()
    except ParseError as error:
        raise part.refuse(f"is not whole XML: {error}: export it once more") from None


def xml_rows(text: TextIO, part: Part, path: str) -> Iterator[dict[str, object]]:
    """Every element at ``path`` (``rows/row``, with or without the root), by default every child of the root."""
    wanted = tuple(step for step in re.split(r"[/.]", path) if step)
    for ended in elements(text, part):
        if len(ended.path) == 2 if not wanted else wanted in (ended.path, ended.path[1:]):
            yield as_dict(ended.element)
            ended.forget()


def xes_rows(text: TextIO, part: Part) -> Iterator[dict[str, object]]:
    """Every event of the log; the attributes of its trace come with ``case:`` before their key."""
    for ended in elements(text, part):
        if ended.path[-1] == "event" and ended.parent is not None:
            yield _attributes(ended.parent, "case:") | _attributes(ended.element, "")
        if ended.path[-1] in ("event", "trace"):
            ended.forget()


def spreadsheet_tables(text: TextIO, part: Part) -> list[tuple[str, list[list[str]]]]:
    """Name and rows of every sheet of a workbook saved as XML (2003); rows that are left out are blank."""
    tables: list[tuple[str, list[list[str]]]] = []
    rows: list[list[str]] = []
    for ended in elements(text, part):
        if ended.path[-1] == "Row":
            index = next((int(value) for name, value in ended.element.attrib.items() if local(name) == "Index"), 0)
            rows += [[] for _ in range(min(index, 1_048_576) - 1 - len(rows))]
            rows.append(_cells(ended.element))
            ended.forget()
        elif ended.path[-1] == "Worksheet":
            name = next((value for name, value in ended.element.attrib.items() if local(name) == "Name"), "")
            tables.append((name, rows))
            rows = []
    return tables


def paths_with(text: TextIO, part: Part, columns: frozenset[str]) -> list[str]:
    """Where elements lie that have all ``columns`` inside them, for the person who writes the mapping."""
    found: dict[str, None] = {}
    for ended in elements(text, part):
        if columns <= set(as_dict(ended.element)):
            found["/".join(ended.path)] = None
    return list(found)


def local(tag: str) -> str:
    """The name without its namespace."""
    return tag.rpartition("}")[2]


def as_dict(element: Element) -> dict[str, object]:
    """Attributes and children by name; of a name that comes again a list."""
    found: dict[str, object] = {}
    for name, value in element.attrib.items():
        found[local(name)] = found[f"@{local(name)}"] = value
    seen: set[str] = set()
    for child in element:
        name = local(child.tag)
        value_of: object = as_dict(child) if len(child) or child.attrib else child.text or ""
        if isinstance(value_of, dict) and not len(child):
            value_of = _text_with_attributes(child, value_of)
        if name not in seen:
            found[name] = value_of
            seen.add(name)
        elif isinstance(found[name], list):
            found[name].append(value_of)  # type: ignore[attr-defined]  # the line above says that it is a list
        else:
            found[name] = [found[name], value_of]
    return found


def _text_with_attributes(child: Element, value: dict[str, object]) -> object:
    """A leaf is its text: ``xsi:nil`` and other attributes say nothing that a mapping asks for, unless there is no text."""
    if child.text and child.text.strip():
        return child.text
    return "" if any(name.endswith("nil") for name in value) else value or ""


def _attributes(element: Element, prefix: str) -> dict[str, object]:
    """Attributes of a trace or an event by key; nested ones are left out."""
    keyed = (child for child in element if "key" in child.attrib)
    return {prefix + child.attrib["key"]: child.attrib.get("value", "") for child in keyed}


def _cells(row: Element) -> list[str]:
    """The cells of a row; ``ss:Index`` and ``ss:MergeAcross`` leave empty ones between."""
    cells: list[str] = []
    for cell in row:
        if local(cell.tag) != "Cell":
            continue
        numbers = {local(name): min(int(value), 16_384) for name, value in cell.attrib.items() if value.isdigit()}
        cells += [""] * max(numbers.get("Index", 1) - 1 - len(cells), 0)
        data = next((child for child in cell if local(child.tag) == "Data"), None)
        cells.append("".join(data.itertext()) if data is not None else "")
        cells += [""] * numbers.get("MergeAcross", 0)
    return cells
