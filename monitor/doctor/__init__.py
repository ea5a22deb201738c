"""``supervise doctor``: what a cluster must be before the first day, looked at, tried, and said with its mend."""

from monitor.doctor.examine import Examination, examine
from monitor.doctor.finding import ClusterFinding

__all__ = ["ClusterFinding", "Examination", "examine"]
