"""Old records through the rules once more: into Kafka at a chosen speed, or straight through the core without a broker."""

from monitor.replay.offline import OfflineReplay, replay_offline

__all__ = ["OfflineReplay", "replay_offline"]
