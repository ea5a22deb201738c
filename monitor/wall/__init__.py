"""The leaders' screen: reads figures and alerts from Kafka and shows each change to every screen that asks for it."""

from monitor.wall.client import Update, watch
from monitor.wall.picture import Row
from monitor.wall.server import run_wall

__all__ = [
    "Row",
    "Update",
    "run_wall",
    "watch",
]
