"""The few shapes a poster needs, as SVG; text is measured and broken here, for SVG itself breaks no lines.

Written with ``xml.etree``: the drawing libraries there are add dependencies, but no line breaking for Chinese. Lengths are
the picture's own units; a Chinese character is as wide as its size.
"""

import unicodedata
from collections.abc import Sequence
from xml.etree import ElementTree as ET

NAMESPACE = "http://www.w3.org/2000/svg"
FONTS = "'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC','WenQuanYi Micro Hei','SimHei',sans-serif"
_NOT_FIRST = "，。、；：！？）》」』】〕”’·…,.;:!?)]}%"
_NOT_LAST = "（《「『【〔“‘([{"


def width_of(text: str, size: float) -> float:
    """About how wide ``text`` is; narrow letters are taken for 0.56 of their size, which is rather too much."""
    return sum(size if unicodedata.east_asian_width(char) in "WFA" else 0.56 * size for char in text)


def broken(text: str, size: float, width: float) -> list[str]:
    """``text`` in lines no wider than ``width``. Chinese breaks between any two characters, words of letters at blanks. No line
    begins with a closing mark or ends with an opening one."""
    lines, line = [], ""
    for token in _tokens(text, size, width):
        if line and width_of(line + token, size) > width and not (len(token) == 1 and token in _NOT_FIRST):
            kept = len(line.rstrip(_NOT_LAST)) or len(line)
            lines.append(line[:kept].rstrip())
            line = line[kept:]
        line += token if line else token.lstrip()
    return [*lines, line] if line.strip() else lines


def _tokens(text: str, size: float, width: float) -> list[str]:
    """Chinese characters and blanks one by one, words of letters whole unless a word alone is wider than a line."""
    tokens: list[str] = []
    for char in text:
        last = tokens[-1] if tokens else " "
        if _in_word(char) and _in_word(last[-1]) and width_of(last + char, size) <= width:
            tokens[-1] += char
        else:
            tokens.append(char)
    return tokens


def _in_word(char: str) -> bool:
    return char != " " and unicodedata.east_asian_width(char) not in "WFA"


class Canvas:
    """Shapes are drawn in the order they are added; :meth:`svg` gives the file once the height is known."""

    def __init__(self, width: float, title: str, description: str) -> None:
        self.width = width
        self._root = ET.Element("svg", {"xmlns": NAMESPACE, "lang": "zh-CN", "role": "img", "font-family": FONTS})
        ET.SubElement(self._root, "title").text = title
        ET.SubElement(self._root, "desc").text = description
        self._paper = ET.SubElement(self._root, "rect", {"width": "100%", "height": "100%", "fill": "#ffffff"})

    def box(self, x: float, y: float, width: float, height: float, fill: str, *, stroke: str = "none", radius: float = 0,
            dashed: bool = False) -> None:  # fmt: skip
        """A rectangle with round corners."""
        shape = {"x": _n(x), "y": _n(y), "width": _n(width), "height": _n(height), "rx": _n(radius), "fill": fill}
        ET.SubElement(self._root, "rect", {**shape, **_stroke(stroke, 2, dashed)})

    def circle(self, x: float, y: float, radius: float, fill: str) -> None:
        """A disc about ``x, y``."""
        ET.SubElement(self._root, "circle", {"cx": _n(x), "cy": _n(y), "r": _n(radius), "fill": fill})

    def line(self, points: Sequence[tuple[float, float]], stroke: str, *, thick: float = 3, dashed: bool = False) -> None:
        """A line through the points."""
        path = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        ET.SubElement(self._root, "polyline", {"points": path, "fill": "none", **_stroke(stroke, thick, dashed)})

    def arrow(self, x: float, top: float, bottom: float, color: str) -> None:
        """Straight down, its head ending at ``bottom``."""
        self.line([(x, top), (x, bottom - 10)], color)
        head = f"{_n(x - 8)},{_n(bottom - 13)} {_n(x + 8)},{_n(bottom - 13)} {_n(x)},{_n(bottom)}"
        ET.SubElement(self._root, "polygon", {"points": head, "fill": color})

    def text(self, x: float, y: float, text: str, size: float, fill: str, *, bold: bool = False, anchor: str = "start") -> None:
        """One line, its baseline at ``y``."""
        style = {"x": _n(x), "y": _n(y), "font-size": _n(size), "fill": fill, "text-anchor": anchor}
        ET.SubElement(self._root, "text", {**style, **({"font-weight": "700"} if bold else {})}).text = text

    def paragraph(self, x: float, y: float, text: str, size: float, fill: str, width: float, *, bold: bool = False,
                  anchor: str = "start") -> float:  # fmt: skip
        """Broken into lines from the top ``y`` on; gives where the next thing may begin."""
        leading = round(size * 1.45)
        for line in broken(text, size, width):
            self.text(x, y + size, line, size, fill, bold=bold, anchor=anchor)
            y += leading
        return y

    def svg(self, height: float) -> bytes:
        """The whole file, as wide as a sheet of A3."""
        shown = 297 * height / self.width
        size = {"viewBox": f"0 0 {_n(self.width)} {_n(height)}", "width": "297mm", "height": f"{_n(shown)}mm"}
        for key, value in size.items():
            self._root.set(key, value)
        ET.indent(self._root)
        content: bytes = ET.tostring(self._root, "utf-8", xml_declaration=True)
        return content + b"\n"


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _stroke(color: str, thick: float, dashed: bool) -> dict[str, str]:
    if color == "none":
        return {}
    dash = {"stroke-dasharray": "7 5"} if dashed else {}
    return {"stroke": color, "stroke-width": _n(thick), "stroke-linejoin": "round", **dash}
