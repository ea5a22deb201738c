"""Log lines of a kind, a few a minute: who can make us write a line must not fill our disk with it."""

import logging
import threading
import time
from collections import OrderedDict

from monitor.door.limits import LOG_LINES
from monitor.metrics import LOG_PASSED_OVER

_MINUTE = 60.0
_KINDS = 1000
"""Kinds remembered at once; the oldest are forgotten."""
_MOST_OF_THEIR_OWN = 60
"""Lines a minute of one logger that have a kind of their own, of all kinds together."""
WATCHED = ("asyncio", "aiohttp", "websockets", "monitor.door", "monitor.gateway", "monitor.wall")
"""Loggers whose lines a stranger can cause."""


def thin_out_logs() -> None:
    """Have every handler of the root logger pass over what comes too often; once a process, however often it is called."""
    for handler in logging.getLogger().handlers:
        if not any(isinstance(each, Sparse) for each in handler.filters):
            handler.addFilter(Sparse())


class _Kind:
    def __init__(self, began: float) -> None:
        self.began = began
        self.lines = 0
        self.passed_over = 0


class Sparse(logging.Filter):
    """Lets through ``LOG_LINES`` lines a minute of each kind; the first of the next minute says how many were passed over.

    A line's kind is its logger, level and text before anything is put in. A line with ``extra={"kind": …}`` has that, and
    comes once a minute: the address of a peer, say.
    """

    def __init__(self) -> None:
        super().__init__()
        self._kinds: OrderedDict[tuple[str, str], _Kind] = OrderedDict()
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written; it may get a count added."""
        if not record.name.startswith(WATCHED):
            return True
        own = getattr(record, "kind", None)
        kind = (record.name, str(own) if own else f"{record.levelname} {record.msg}"[:200])
        now = time.monotonic()
        with self._lock:
            passed_over = self._ask(kind, 1 if own else LOG_LINES, now)
            if own and passed_over >= 0 and self._ask((record.name, ""), _MOST_OF_THEIR_OWN, now) < 0:
                passed_over = -1  # many strangers, a line each, fill a disk as well as one
        if passed_over < 0:
            LOG_PASSED_OVER.labels(logger=record.name).inc()
            return False
        if passed_over:
            record.msg = f"{record.getMessage()} ({passed_over} more like it were passed over)"
            record.args = None  # the text is whole: nothing is put in any more
        return True

    def _ask(self, kind: tuple[str, str], most: int, now: float) -> int:
        """How many were passed over before this line, which is written; -1: it is passed over, too."""
        known = self._kinds.get(kind)
        if known is None or now - known.began >= _MINUTE:
            before = known.passed_over if known else 0
            known = self._kinds[kind] = _Kind(now)
            known.lines = 1
            self._kinds.move_to_end(kind)
            while len(self._kinds) > _KINDS:
                self._kinds.popitem(last=False)
            return before
        if known.lines < most:
            known.lines += 1
            return 0
        known.passed_over += 1
        return -1
