"""The flow of an item from top to bottom: its stages, with who handles them and their limits. Branches are those of a parallel
item; a forwarded one shows its higher body. What stops the clock stands beside them."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from monitor import words
from monitor.books import CatalogBranch, CatalogItem, Forwarding
from monitor.catalog.svg import Canvas, broken
from monitor.lint import INSIDE
from rules.events import STAGES

_BRACKET, _SIDE, _GAP = 74.0, 268.0, 34.0
"""Width of the bracket on the left and the notes on the right, and height of an arrow."""


class Colors:
    """The poster's colours: dark enough to be read from three metres, and to be told apart when printed in grey."""

    band, on_band, chip = "#123e70", "#cfe0f3", "#2f6db5"
    strong, pale, rule = "#1d5fa8", "#eef3f9", "#c9d4e2"
    ink, soft, stop = "#1a2430", "#566678", "#b3261e"
    box, line = "#ffffff", "#1d5fa8"
    pause, pause_ink, higher = "#fff6e3", "#8a5a00", "#6a3fa0"


class _Row(NamedTuple):
    """One box of the column. ``begins``: the promise counts from there on, ``counted``: and while the case is there; ``main``:
    where the work is done."""

    name: str
    post: str
    limit: str
    counted: bool
    color: str = Colors.line
    begins: bool = False
    main: bool = False
    branches: tuple[CatalogBranch, ...] = ()


def draw_flow(canvas: Canvas, item: CatalogItem, limits: Mapping[str, str], x: float, y: float, width: float) -> float:
    """Draw it from ``y`` on within ``width``; gives the bottom."""
    if not item.flow:
        canvas.box(x, y, width, 64, Colors.pale, stroke=Colors.rule, radius=10, dashed=True)
        canvas.text(x + width / 2, y + 39, "本事项尚未登记办理流程", 20, Colors.soft, anchor="middle")
        return y + 64
    left, column = x + _BRACKET, width - _BRACKET - (_SIDE + 32 if item.special else 0)
    center = left + column / 2
    begun, counted, paused_at = 0.0, list[float](), y + 38
    rows = list(_rows(item, limits))
    for number, row in enumerate(rows, 1):
        height = _box(canvas, row, number, left, y, column)
        if row.begins:
            begun = y + height / 2
        if row.counted:
            counted += [y + height / 2]
        if row.main:
            paused_at = y + height / 2
        y += height
        if row.branches:
            canvas.arrow(center, y, y + _GAP, Colors.line)
            y = _branches(canvas, row.branches, left, y + _GAP, column)
            counted += [y]
        if number < len(rows) or item.result:
            canvas.arrow(center, y, y + _GAP, Colors.line)
            y += _GAP
    if item.result:
        y = _result(canvas, item.result, left, y, column)
    if counted or (begun and item.is_instant):
        _bracket(canvas, item, x, left, begun or counted[0], (counted or [y - 28])[-1])
    return max(y, _pauses(canvas, item, left + column, x + width - _SIDE, paused_at))


def _rows(item: CatalogItem, limits: Mapping[str, str]) -> Iterator[_Row]:
    """The stages in order; the branches run with handling, or the first stage after acceptance."""
    inside = [stage for stage in item.flow if STAGES.index(stage) in INSIDE]
    main = "handling" if "handling" in inside else inside[0] if inside else item.flow[-1]
    for stage in item.flow:
        yield _Row(
            words.word(words.STAGES, stage, "zh"),
            item.posts.get(stage, item.department),
            words.limit(limits.get(stage, ""), "zh"),
            stage in inside,
            begins=stage == "acceptance",
            main=stage == main,
            branches=item.branches if stage == main else (),
        )
        if item.forwarded is not None and stage == item.forwarded.after:
            yield _higher(item.forwarded)


def _higher(forwarded: Forwarding) -> _Row:
    return _Row("上报", f"{forwarded.to}决定", words.limit(forwarded.limit, "zh"), False, Colors.higher)


def _box(canvas: Canvas, row: _Row, number: int, x: float, y: float, width: float) -> float:
    pill = len(row.limit) * 16 + 34 if row.limit else 0
    room = width - 70 - (pill + 16 if pill else 12)
    lines = broken(row.post, 17, room)
    height = max(76, 46 + len(lines) * 25)
    canvas.box(x, y, width, height, Colors.box, stroke=row.color, radius=12)
    canvas.circle(x + 36, y + height / 2, 19, row.color)
    canvas.text(x + 36, y + height / 2 + 7, str(number), 20, "#ffffff", bold=True, anchor="middle")
    canvas.text(x + 70, y + 34, row.name, 24, Colors.ink, bold=True)
    canvas.paragraph(x + 70, y + 41, row.post, 17, Colors.soft, room)
    if pill:
        canvas.box(x + width - pill - 12, y + height / 2 - 17, pill, 34, Colors.pale, radius=17)
        canvas.text(x + width - pill / 2 - 12, y + height / 2 + 6, row.limit, 17, row.color, bold=True, anchor="middle")
    return height


def _branches(canvas: Canvas, branches: tuple[CatalogBranch, ...], x: float, y: float, width: float) -> float:
    """The departments side by side, two a row, in one frame: all begin together, and the slowest decides."""
    columns = min(2, len(branches))
    each = (width - 32 - (columns - 1) * 14) / columns
    names = [broken(branch.department, 18, each - 24) for branch in branches]
    tall = 46 + max(len(lines) for lines in names) * 26
    height = 46 + -(-len(branches) // columns) * (tall + 12) + 6
    canvas.box(x, y, width, height, Colors.pale, stroke=Colors.line, radius=12, dashed=True)
    canvas.text(x + width / 2, y + 31, "并联办理：各部门同时开始，各计时限", 18, Colors.strong, bold=True, anchor="middle")
    for number, branch in enumerate(branches):
        left = x + 16 + number % columns * (each + 14)
        top = y + 46 + number // columns * (tall + 12)
        canvas.box(left, top, each, tall, Colors.box, stroke=Colors.rule, radius=8)
        end = canvas.paragraph(
            left + each / 2, top + 12, branch.department, 18, Colors.ink, each - 24, bold=True, anchor="middle"
        )
        limit = words.limit(branch.limit, "zh") or "随本环节时限"
        canvas.text(left + each / 2, end + 18, limit, 17, Colors.strong, anchor="middle")
    return y + height


def _result(canvas: Canvas, result: str, x: float, y: float, width: float) -> float:
    lines = broken(result, 20, width - 130)
    height = 28 + len(lines) * 29
    canvas.box(x, y, width, height, Colors.strong, radius=min(height / 2, 28))
    canvas.text(x + 28, y + height / 2 + 7, "办理结果", 18, Colors.on_band)
    canvas.paragraph(x + 118, y + 15, result, 20, "#ffffff", width - 140, bold=True)
    return y + height


def _bracket(canvas: Canvas, item: CatalogItem, x: float, right: float, top: float, bottom: float) -> None:
    """What the promise counts: from acceptance to conclusion. Its text runs from top to bottom, one character under the other."""
    line, edge = right - 20, right - 6
    canvas.line([(edge, top), (line, top), (line, bottom), (edge, bottom)], Colors.strong, thick=2.5)
    limit = "当日办结" if item.promised and item.is_instant else words.limit(item.promised or item.statutory, "zh")
    marks = _stacked(f"{'承诺' if item.promised else '法定'}{limit}".replace(" ", "")) if limit else []
    y = (top + bottom) / 2 - len(marks) * 12.5
    for mark in marks:
        canvas.text(x + 26, y + 20, mark, 20, Colors.strong, bold=True, anchor="middle")
        y += 25


def _stacked(text: str) -> list[str]:
    """Single characters, but a number in one piece."""
    marks: list[str] = []
    for char in text:
        if char.isdigit() and marks and marks[-1].isdigit():
            marks[-1] += char
        else:
            marks.append(char)
    return marks


def _pauses(canvas: Canvas, item: CatalogItem, from_x: float, x: float, y: float) -> float:
    """The special procedures (特别程序) beside the stages they may stop; gives the bottom, or 0 if there are none."""
    if not item.special:
        return 0
    entries = []
    for special in item.special:
        limit = words.limit(special.limit, "zh")
        entries.append((f"{words.word(words.VALUES, special.procedure, 'zh')}{f'　{limit}' if limit else ''}", special.basis))
    inner = _SIDE - 36
    height = 52.0
    for head, below in entries:
        height += len(broken(head, 18, inner)) * 26 + len(broken(below, 15, inner)) * 22 + 10
    top = y - 28
    canvas.line([(from_x, y), (x, y)], Colors.pause_ink, thick=2, dashed=True)
    canvas.box(x, top, _SIDE, height, Colors.pause, stroke=Colors.pause_ink, radius=12, dashed=True)
    canvas.text(x + 18, top + 34, "不计入时限", 20, Colors.pause_ink, bold=True)
    y = top + 46
    for head, below in entries:
        y = canvas.paragraph(x + 18, y, head, 18, Colors.ink, inner, bold=True)
        y = canvas.paragraph(x + 18, y, below, 15, Colors.soft, inner) + 10
    return top + height
