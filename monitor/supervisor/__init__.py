"""``supervise run``: keeps processes running on a machine without systemd, containers or Kubernetes."""

from monitor.supervisor.run import NotAProcess, run_processes

__all__ = ["NotAProcess", "run_processes"]
