"""Messages: notices that go together, and their words.

One message tells of the cards of one department and day to one address, for one purpose by one route. What is due takes along
what would follow within its minute.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

from monitor.notify.notice import Notice
from monitor.words import LEVELS, Language, limit, reason, word
from rules.instant import to_datetime

LISTED = 20
"""Cards named in one message; of the others the number is told."""


class Letter(NamedTuple):
    """What a channel sends. ``title`` and ``lines`` are plain text; ``notices`` are what it tells of."""

    id: str
    channel: str
    address: str
    level: str
    title: str
    lines: tuple[str, ...]
    notices: tuple[Notice, ...]

    @property
    def text(self) -> str:
        """Title and lines, for channels that know plain text only."""
        return "\n".join((self.title, *self.lines))


def grouped(notices: Iterable[Notice], zone: ZoneInfo) -> list[tuple[Notice, ...]]:
    """Notices that make one message each, in the order in which the first of each was due."""
    groups: dict[tuple[str, ...], list[Notice]] = {}
    for notice in notices:
        day = to_datetime(notice.fell_at, zone).date().isoformat()
        key = (notice.channel, notice.address, notice.purpose, notice.by, notice.region, notice.department, day)
        groups.setdefault(key, []).append(notice)
    return [tuple(group) for group in groups.values()]


def rendered(notices: Sequence[Notice], zone: ZoneInfo, lang: Language, link: str = "") -> Letter:
    """The message that tells of ``notices``, which :func:`grouped` put together. Nobody's name is in it."""
    first = notices[0]
    count = len({notice.alert for notice in notices})
    worst = max(notices, key=lambda notice: list(LEVELS).index(notice.level)).level
    heading = _HEADINGS[first.purpose][lang == "en"].format(
        department=first.department or first.hall or first.region, count=count, level=word(LEVELS, worst, lang), by=first.by
    )
    lines = [_line(notice, zone, lang, link) for notice in notices[:LISTED]]
    if len(notices) > LISTED:
        more = len(notices) - LISTED
        lines.append(f"另有 {more} 张" if lang == "zh" else f"and {more} more")
    digest = hashlib.sha256("\n".join(sorted(notice.id for notice in notices)).encode()).hexdigest()[:32]
    return Letter(digest, first.channel, first.address, worst, heading, tuple(lines), tuple(notices))


_HEADINGS = {
    "told": ("【{level}】{department}：{count} 件", "[{level}] {department}: {count}"),
    "withdrawn": ("【撤销】{department}：{count} 张牌已撤销", "[withdrawn] {department}: {count} withdrawn"),
    "escalated": (
        "【{level}·逾期未签收】{department}：{count} 件（{by}）",
        "[{level}, not acknowledged] {department}: {count} ({by})",
    ),
}


def _line(notice: Notice, zone: ZoneInfo, lang: Language, link: str) -> str:
    when = to_datetime(notice.fell_at, zone).strftime("%m-%d %H:%M")
    parts = [notice.case, notice.item, reason(notice.reason, lang), word(LEVELS, notice.level, lang)]
    if notice.limit:
        parts.append(limit(notice.limit, lang))
    text = " · ".join(part for part in (*parts, when) if part)
    return f"{text} {link.format(alert=quote(notice.alert, safe=''), case=quote(notice.case, safe=''))}" if link else text
