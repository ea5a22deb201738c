"""The append-only, hash-chained log of alert changes and human acts: linking, proving, and its heads in Kafka."""
