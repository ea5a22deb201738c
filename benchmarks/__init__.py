"""Measurements on a real Kafka: ``python -m benchmarks --help``. What they showed is in ``docs/explanation/performance.md``."""
