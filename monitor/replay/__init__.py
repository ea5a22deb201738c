"""Old records through the rules once more: into Kafka at a chosen speed, or straight through the core without a broker."""

from monitor.replay.kafka import KafkaReplay, ReplayError, replay_to_kafka
from monitor.replay.offline import OfflineReplay, replay_offline

__all__ = ["KafkaReplay", "OfflineReplay", "ReplayError", "replay_offline", "replay_to_kafka"]
