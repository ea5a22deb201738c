"""Old records through the rules once more: into Kafka at a chosen speed, or straight through the core without a broker."""

from monitor.replay.offline import OfflineReplay, replay_offline
from monitor.replay.to_kafka import KafkaReplay, ReplayError, replay_to_kafka

__all__ = ["KafkaReplay", "OfflineReplay", "ReplayError", "replay_offline", "replay_to_kafka"]
