"""Messages: who is told of a card, by which channel, when, and what became of it.

The inspection office need not watch a screen. Messages wait in quiet hours and silences; cards never do.
"""

from monitor.notify.notice import Notice, decode_notice
from monitor.notify.notices import Notices
from monitor.notify.plan import MessagePlan, load_plan
from monitor.notify.run import run_notify
from monitor.notify.secret import BadPlan
from monitor.notify.store import POSITION, AnotherNotifier, read_notices
from monitor.notify.trial import lines, send_now, tried

__all__ = [
    "POSITION",
    "AnotherNotifier",
    "BadPlan",
    "MessagePlan",
    "Notice",
    "Notices",
    "decode_notice",
    "lines",
    "load_plan",
    "read_notices",
    "run_notify",
    "send_now",
    "tried",
]
