"""The leaders' screen: reads figures and alerts from Kafka and shows each change to every screen that asks for it."""

from monitor.wall.client import Update, watch
from monitor.wall.picture import Row
from monitor.wall.server import run_wall
from monitor.wall.tokens import new_screen_token

__all__ = [
    "Row",
    "Update",
    "new_screen_token",
    "run_wall",
    "watch",
]
