"""One item as a poster for the hall's wall: heading with its limits and fee, the flow, and what applicants ask for."""

from collections.abc import Mapping, Sequence

from monitor import words
from monitor.books import CatalogItem, Fee, Material
from monitor.catalog.flowchart import Colors, draw_flow
from monitor.catalog.svg import Canvas, broken, width_of
from monitor.catalog.words import CLASSES, FORMS, KINDS
from rules.worktime import Limit

WIDTH, MARGIN = 1000.0, 48.0
_INNER = WIDTH - 2 * MARGIN
_UNKNOWN = "未登记"


def poster(item: CatalogItem, hall: str, stage_limits: Mapping[str, str]) -> bytes:
    """The SVG file. ``stage_limits`` are those that hold for the item, its own or its rule book's."""
    flow = "，".join(words.word(words.STAGES, stage, "zh") for stage in item.flow)
    canvas = Canvas(WIDTH, f"{item.name or item.code} 办事流程图", f"{item.code}：{flow or '未登记办理流程'}")
    y = _heading(canvas, item, hall)
    y = _tiles(canvas, item, y + 22)
    y = _section(canvas, "办理流程", y + 30)
    y = draw_flow(canvas, item, stage_limits, MARGIN, y + 14, _INNER)
    y = _guide(canvas, item, y + 34)
    return canvas.svg(_foot(canvas, item, y + 20))


def speed_up(item: CatalogItem) -> str:
    """承诺提速率, 1 − promised / statutory, as ``提速 60 %``; empty where the units differ or nothing is gained."""
    if not item.promised or not item.statutory:
        return ""
    promised, statutory = Limit.parse(item.promised), Limit.parse(item.statutory)
    if promised.unit is not statutory.unit or not 0 < promised.value < statutory.value:
        return ""
    return f"比法定时限提速 {round(100 - 100 * promised.value / statutory.value)} %"


def _heading(canvas: Canvas, item: CatalogItem, hall: str) -> float:
    size = 44
    lines = broken(item.name or item.code, size, _INNER)
    above = broken(hall, 22, _INNER - 140)
    extra = max(len(above) - 1, 0) * 32
    height = 118 + extra + len(lines) * 58
    canvas.box(0, 0, WIDTH, height, Colors.band)
    canvas.paragraph(MARGIN, 26, hall, 22, Colors.on_band, _INNER - 140)
    canvas.text(WIDTH - MARGIN, 48, "办事流程图", 22, Colors.on_band, anchor="end")
    y = 72.0 + extra
    for line in lines:
        canvas.text(MARGIN, y + size, line, size, "#ffffff", bold=True)
        y += 58
    x = MARGIN
    kinds = [CLASSES[item.item_class][0]] if item.item_class else []
    kinds += [KINDS[item.kind][0]] if item.kind else []
    for chip in [*kinds, *(["暂停受理"] if item.suspended else [])]:
        width = len(chip) * 18 + 28
        canvas.box(x, y + 7, width, 32, Colors.stop if chip == "暂停受理" else Colors.chip, radius=16)
        canvas.text(x + width / 2, y + 29, chip, 18, "#ffffff", anchor="middle")
        x += width + 12
    canvas.text(WIDTH - MARGIN, y + 29, f"事项编码 {item.code}", 18, Colors.on_band, anchor="end")
    return height


def _tiles(canvas: Canvas, item: CatalogItem, y: float) -> float:
    promised = "当日办结" if item.promised and item.is_instant else words.limit(item.promised, "zh")
    if isinstance(item.fee, Fee):
        fee = (item.fee.standard, f"依据：{item.fee.basis}" if item.fee.basis else "")
    else:
        fee = ("不收费" if item.fee == "none" else _UNKNOWN, "")
    tiles = [
        ("承诺时限", promised or _UNKNOWN, speed_up(item), True),
        ("法定时限", words.limit(item.statutory, "zh") or _UNKNOWN, "", False),
        ("实施机关", item.department or _UNKNOWN, "", False),
        ("收费", *fee, False),
    ]
    gap = 16.0
    width = (_INNER - 3 * gap) / 4
    inner = width - 32
    sizes = [next((size for size in (28, 22, 19) if width_of(text, size) <= inner), 18) for _, text, _, _ in tiles]
    heights = [
        50 + len(broken(text, size, inner)) * round(size * 1.45) + len(broken(below, 15, inner)) * 22 + 14
        for (_, text, below, _), size in zip(tiles, sizes, strict=True)
    ]
    for number, ((label, text, below, strong), size) in enumerate(zip(tiles, sizes, strict=True)):
        x = MARGIN + number * (width + gap)
        canvas.box(x, y, width, max(heights), Colors.strong if strong else Colors.pale, radius=10)
        canvas.text(x + 16, y + 32, label, 17, Colors.on_band if strong else Colors.soft)
        end = canvas.paragraph(x + 16, y + 46, text, size, "#ffffff" if strong else Colors.ink, inner, bold=True)
        canvas.paragraph(x + 16, end + 2, below, 15, Colors.on_band if strong else Colors.soft, inner)
    return y + max(heights)


def _section(canvas: Canvas, title: str, y: float, x: float = MARGIN) -> float:
    canvas.box(x, y, 6, 26, Colors.strong, radius=3)
    canvas.text(x + 18, y + 22, title, 24, Colors.ink, bold=True)
    return y + 34


def _guide(canvas: Canvas, item: CatalogItem, y: float) -> float:
    """Two columns: what to hand in and who may, then where, when, and whom to ask or complain to."""
    canvas.line([(MARGIN, y), (WIDTH - MARGIN, y)], Colors.rule, thick=1.5)
    y += 24
    column = (_INNER - 40) / 2
    left = right = y
    if item.conditions:
        left = _list(canvas, "受理条件", item.conditions, MARGIN, left, column)
    if item.materials:
        left = _list(canvas, "申请材料", [_material(each) for each in item.materials], MARGIN, left, column)
    x = MARGIN + column + 40
    asked = {"办理地点": item.place, "办理时间": item.opening, "咨询方式": item.consultation, "监督投诉": item.supervision}
    for title, text in asked.items():
        if text:
            right = _section(canvas, title, right, x)
            right = canvas.paragraph(x + 18, right + 4, text, 18, Colors.ink, column - 18) + 16
    if item.basis and left <= right:
        left = _list(canvas, "设定依据", item.basis, MARGIN, left, column, numbered=False)
    elif item.basis:
        right = _list(canvas, "设定依据", item.basis, x, right, column, numbered=False)
    return max(left, right)


def _list(canvas: Canvas, title: str, entries: Sequence[str], x: float, y: float, width: float, numbered: bool = True) -> float:
    y = _section(canvas, title, y, x) + 4
    for number, entry in enumerate(entries, 1):
        if numbered:
            canvas.text(x + 18, y + 18, f"{number}.", 18, Colors.soft)
        indent = 46 if numbered else 18
        y = canvas.paragraph(x + indent, y, entry, 18, Colors.ink, width - indent)
    return y + 16


def _material(material: Material) -> str:
    text = f"{FORMS[material.form][0]} {material.copies} 份" if material.form != "electronic" else FORMS["electronic"][0]
    return f"{material.name}（{text}{'，按需' if material.optional else ''}）"


def _foot(canvas: Canvas, item: CatalogItem, y: float) -> float:
    """What the law says of every permit's limits: supplements, and what does not count."""
    if item.item_class == "permit":
        note = (
            "材料不齐的，当场或者五个工作日内一次告知需要补正的全部内容，逾期不告知的，自收到申请材料之日起即为受理"
            "（行政许可法第三十二条）；听证、招标、拍卖、检验、检测、检疫、鉴定和专家评审所需时间不计入时限（第四十五条）。"
        )
        y = canvas.paragraph(MARGIN, y, note, 15, Colors.soft, _INNER) + 8
    canvas.box(0, y + 8, WIDTH, 14, Colors.band)
    return y + 22
