"""Every metric of every process, declared once. ``docs/reference/metrics.md`` lists them and a test compares the two."""

from prometheus_client import Counter, Gauge, Histogram, start_http_server

from monitor.settings import MetricsSettings

_LAG_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3600)
_TIME_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)

# The worker
EVENTS = Counter("supervise_events", "Records read from the events topic", ["type", "outcome"])
"""outcome: applied, unchanged (repeated or without effect), dead, rerouted."""
ALERTS = Counter("supervise_alerts", "Alert changes written to the alerts topic", ["rule", "level", "state"])
DETECTION_LAG = Histogram(
    "supervise_detection_lag_seconds",
    "From when an alert could be known (due, or told late) to its raised_at",
    buckets=_LAG_BUCKETS,
)
BATCH_RECORDS = Histogram(
    "supervise_batch_records", "Records in one fetched batch of one partition", buckets=(1, 4, 16, 64, 256, 1024, 4096)
)
BATCH_SECONDS = Histogram(
    "supervise_batch_seconds", "Time to apply one batch, without waiting for the broker", buckets=_TIME_BUCKETS
)
SETTLE_SECONDS = Histogram(
    "supervise_settle_seconds", "From a batch applied to its alerts and changelog acknowledged", buckets=_TIME_BUCKETS
)
CONSUMER_LAG = Gauge("supervise_consumer_lag_records", "Records in the partition not read yet", ["partition"])
OPEN_CASES = Gauge("supervise_open_cases", "Open cases in the partition", ["partition"])
CASES = Gauge("supervise_cases", "Cases of any state in the partition's table", ["partition"])
WAKEUPS_PENDING = Gauge("supervise_wakeups_pending", "Cases that wait for an instant, per partition", ["partition"])
UNCOVERED_CASES = Gauge(
    "supervise_uncovered_cases", "Open cases whose limit runs into a year the calendar does not cover", ["partition"]
)
TICKS = Counter("supervise_ticks_sent", "Ticks this worker appended to the events topic", ["partition"])
TALLIES = Counter("supervise_tallies_sent", "Reports on the counts of cases this worker appended to the events topic")
DEAD_LETTERS = Counter("supervise_dead_letters", "Records that could not be used", ["reason"])
REROUTED = Counter("supervise_rerouted", "Records found in the wrong partition and sent on to the right one")
RECOVERY_SECONDS = Gauge("supervise_recovery_seconds", "How long the last recovery of the case table took")
RULE_BOOKS = Gauge("supervise_rule_books", "1 for each rule book this worker knows", ["version", "digest", "origin"])
"""origin: file, published."""
CATALOG_ERRORS = Counter("supervise_catalog_errors", "Records of the catalog topic that could not be used", ["reason"])
OUTDATED_CASES = Counter("supervise_outdated_cases", "Cases found to be judged by a book that has changed since", ["partition"])

# The gateway
GATEWAY_REQUESTS = Counter("supervise_gateway_requests", "HTTP requests by source and status", ["source", "status"])
GATEWAY_EVENTS = Counter("supervise_gateway_events", "Events accepted by the gateway", ["source", "type"])
GATEWAY_AHEAD = Counter("supervise_gateway_events_ahead", "Events accepted that claim to have happened in the future", ["source"])
GATEWAY_SECONDS = Histogram("supervise_gateway_seconds", "From request to the broker's acknowledgement", buckets=_TIME_BUCKETS)

# The wall
WALL_SCREENS = Gauge("supervise_wall_screens", "Screens connected")
WALL_DELTAS = Counter("supervise_wall_deltas", "Deltas broadcast to screens")
WALL_DROPPED = Counter("supervise_wall_dropped_screens", "Screens dropped because they did not keep up")
WALL_LAG = Histogram("supervise_wall_lag_seconds", "From an alert's record on the broker to its broadcast", buckets=_LAG_BUCKETS)

# Replay and simulation
FED_EVENTS = Counter("supervise_fed_events", "Events appended by replay or simulation", ["type"])


def serve_metrics(settings: MetricsSettings) -> None:
    """Answer Prometheus on its own port; port 0 leaves it off."""
    if settings.port:
        start_http_server(settings.port, settings.host)
