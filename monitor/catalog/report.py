"""What ``supervise catalog check`` prints."""

from collections.abc import Iterator

import msgspec

from monitor.catalog.check import CatalogReport
from monitor.catalog.completeness import MOST_POINTS, Completeness
from monitor.catalog.words import ELEMENTS


def as_text(report: CatalogReport) -> str:
    """The diagnoses with their lines, then the completeness of each element."""
    lines = [str(diagnosis) for diagnosis in report.diagnoses]
    if report.completeness is not None:
        lines += _completeness(report.completeness)
    return "\n".join(lines)


def as_json(report: CatalogReport) -> str:
    """The same as data: ``findings``, and ``completeness`` with ``percent`` for each element; null if it cannot be read."""
    whole = report.completeness
    data = msgspec.to_builtins(report)
    if whole is not None:
        for share, element in zip(whole.elements, data["completeness"]["elements"], strict=True):
            element |= {"name": ELEMENTS[share.element][0], "percent": round(share.percent, 2)}
        data["completeness"]["percent"] = round(whole.percent, 2)
    return msgspec.json.format(msgspec.json.encode(data), indent=2).decode()


def _completeness(whole: Completeness) -> Iterator[str]:
    points = f"数据质量扣 {whole.points_off} 分（每缺 1 % 扣 1 分，最多 {MOST_POINTS} 分）"
    yield f"要素完整率 {whole.percent:.1f} %，事项 {whole.items} 个，{points}"
    for share in whole.elements:
        if share.need:
            yield f"  {share.percent:5.1f} %  {share.have:4}/{share.need:<4} {share.element:<13} {ELEMENTS[share.element][0]}"
