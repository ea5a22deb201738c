"""``supervise demo``: the main job in one command, on parts that are all real."""

from monitor.demo.run import Demo, DemoOptions

__all__ = ["Demo", "DemoOptions"]
