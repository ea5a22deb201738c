"""Every metric of every process, declared once.

Beneath each stands in which process it is, and when to worry. ``docs/reference/metrics.md`` is written from here.
"""

from prometheus_client import Counter, Gauge, Histogram

_LAG_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3600)
_TIME_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)

# The worker
EVENTS = Counter(
    "supervise_events",
    "Records read from the events topic. Outcome: applied, unchanged (repeated or without effect), dead, rerouted",
    ["type", "outcome"],
)
"""In: worker. Worry: Nothing for an hour while the halls are open; a rising share of `dead`."""
ALERTS = Counter("supervise_alerts", "Alert changes written to the alerts topic", ["rule", "level", "state"])
"""In: worker. Worry: `withdrawn` above some percent of `issued`: somebody reports late, or a limit is wrong."""
DETECTION_LAG = Histogram(
    "supervise_detection_lag_seconds",
    "From when an alert could be known (it fell due, or was told late) to its raised_at",
    buckets=_LAG_BUCKETS,
)
"""In: worker. Worry: p99 above 0.25 s for longer than a recovery takes."""
BATCH_RECORDS = Histogram(
    "supervise_batch_records", "Records in one fetched batch of one partition", buckets=(1, 4, 16, 64, 256, 1024, 4096)
)
"""In: worker. Worry: Always near `worker.max_batch_records`: the worker is behind."""
BATCH_SECONDS = Histogram(
    "supervise_batch_seconds", "Time to apply one batch, without waiting for the broker", buckets=_TIME_BUCKETS
)
"""In: worker. Worry: p99 above 1 s: a rule book that is too dear, or a starved processor."""
SETTLE_SECONDS = Histogram(
    "supervise_settle_seconds", "From a batch applied to its alerts and changelog acknowledged", buckets=_TIME_BUCKETS
)
"""In: worker. Worry: p99 above 1 s: the brokers are slow."""
CONSUMER_LAG = Gauge("supervise_consumer_lag_records", "Records in the partition not read yet", ["partition"])
"""In: worker. Worry: Rising for minutes: start another worker, up to one per partition."""
OPEN_CASES = Gauge("supervise_open_cases", "Open cases in the partition", ["partition"])
"""In: worker. Worry: A sudden fall: a window system closed in bulk."""
CASES = Gauge("supervise_cases", "Cases of any state in the partition's table", ["partition"])
"""In: worker. Worry: Memory: about 0.4 KB each."""
STATE_BYTES = Gauge("supervise_state_bytes", "Bytes of all rows in the partition's table", ["partition"])
"""In: worker. Worry: Above a tenth of the memory of the process for each of its partitions."""
ROW_BYTES = Histogram(
    "supervise_row_bytes",
    "Bytes of a case as it was written to the changelog; the largest is named in the log once a minute at most",
    buckets=(256, 512, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304),
)
"""In: worker. Worry: Any above 65 536: somebody fills a case up, or a window has years of complaints."""
WRITTEN_BYTES = Counter("supervise_written_bytes", "Bytes of keys and values sent. Topic: alerts, changelog, figures", ["topic"])
"""In: worker. Worry: `changelog` above what the brokers' disks can compact."""
WAKEUPS_PENDING = Gauge("supervise_wakeups_pending", "Cases that wait for an instant", ["partition"])
"""In: worker. Worry: 0 with open cases: no limit is found for them, look at the rule book."""
UNCOVERED_CASES = Gauge(
    "supervise_uncovered_cases", "Open cases whose limit runs into a year the calendar does not cover", ["partition"]
)
"""In: worker. Worry: Above 0: these cases get no card until the calendar has that year."""
LOST_RECORDS = Counter(
    "supervise_lost_records",
    "Records of the events topic that were deleted before this worker's group had read them",
    ["partition"],
)
"""In: worker. Worry: Any rise: what they told is not supervised. Have it sent again, and let the topic keep records longer."""
UNREAD_PARTITIONS = Gauge(
    "supervise_unread_partitions", "Partitions the events topic was given while the workers ran: nobody reads them"
)
"""In: worker. Worry: Above 0: do what the log says (howto/recover)."""
TICKS = Counter("supervise_ticks_sent", "Ticks this worker appended to the events topic", ["partition"])
"""In: worker. Worry: More than a few a second per partition for minutes."""
CLOCK_OFFSET = Gauge(
    "supervise_clock_offset_seconds",
    "By how much this worker's clock is ahead of that of the partition's broker, as the last tick measured it",
    ["partition"],
)
"""In: worker. Worry: Beyond a minute either way: no card depends on it, but logs are hard to read. Set the clock right."""
CLOCK_UNCERTAINTY = Gauge(
    "supervise_clock_uncertainty_seconds", "By how much the true offset may differ from the one shown", ["partition"]
)
"""In: worker. Worry: Above a second: the broker is slow to acknowledge ticks. Beyond 5 s nothing is measured."""
CLOCK_DOUBT = Gauge(
    "supervise_clock_doubt_seconds",
    "How far the stamps of the partition's broker lie beyond the time two sources agree on; 0: they are believed",
    ["partition"],
)
"""In: worker. Worry: Other than 0: set the broker's clock right, or this machine's (howto/runbooks)."""
CLOCK_JUMPS = Counter(
    "supervise_clock_jumps",
    "How often the clock of the partition's broker was set. Direction: ahead, back",
    ["partition", "direction"],
)
"""In: worker. Worry: Any rise: have that broker keep its time by NTP."""
HELD_RECORDS = Gauge(
    "supervise_held_records", "Records that are not applied yet because their stamps are in doubt", ["partition"]
)
"""In: worker. Worry: Above 0 for a minute: as for supervise_clock_doubt_seconds."""
TALLIES = Counter("supervise_tallies_sent", "Reports on the counts of cases this worker appended to the events topic")
"""In: worker. Worry: None for an hour in which cases were accepted: rates and volumes are not watched."""
DEAD_LETTERS = Counter(
    "supervise_dead_letters", "Records that could not be used; they lie in the dead-letter topic with their bytes", ["reason"]
)
"""In: worker, gateway. Worry: Any rise: a window system sends what nobody can read, the reason says what."""
REROUTED = Counter("supervise_rerouted", "Records found in the wrong partition and sent on to the right one")
"""In: worker. Worry: Rising steadily: a producer uses another partitioner; it works, at twice the cost."""
RECOVERY_SECONDS = Gauge("supervise_recovery_seconds", "How long the last recovery of the case table took")
"""In: worker. Worry: Above a minute: the changelog is not compacted, or there are too few workers."""
RULE_BOOKS = Gauge(
    "supervise_rule_books", "1 for each rule book the worker knows. Origin: file, published", ["version", "digest", "origin"]
)
"""In: worker. Worry: Workers that differ by more than seconds: one of them cannot read the catalog topic."""
CATALOG_ERRORS = Counter(
    "supervise_catalog_errors",
    "Records of the catalog topic that could not be used: unreadable, key_mismatch, unknown_kind, bad_book, conflict, removed, "
    "unreachable; the log says which record",
    ["reason"],
)
"""In: worker. Worry: Any rise: somebody writes there by hand; `unreachable`: the brokers."""
OUTDATED_CASES = Counter(
    "supervise_outdated_cases",
    "Cases found to be judged by a book that has changed since, because it was published anew or with another calendar; "
    "they are judged anew",
    ["partition"],
)
"""In: worker. Worry: A rise nobody published a book for."""

# The gateway
GATEWAY_REQUESTS = Counter("supervise_gateway_requests", "HTTP requests by window system and status", ["source", "status"])
"""In: gateway. Worry: 401 or 403: a wrong token or region; 422: a broken window system; 503: no broker."""
GATEWAY_EVENTS = Counter("supervise_gateway_events", "Events accepted by the gateway", ["source", "type"])
"""In: gateway. Worry: A source that falls silent in office hours."""
GATEWAY_AHEAD = Counter("supervise_gateway_events_ahead", "Events accepted that claim to have happened in the future", ["source"])
"""In: gateway. Worry: Any rise: the clock of that window system is wrong."""
GATEWAY_BROKER = Gauge("supervise_gateway_broker_reached", "1 while the gateway reaches Kafka, as far as it knows")
"""In: gateway. Worry: 0 for longer than a broker's restart."""
GATEWAY_SPOOL_RECORDS = Gauge("supervise_gateway_spool_records", "Accepted records that wait on the gateway's disk for Kafka")
"""In: gateway. Worry: Above 0: Kafka is away, or was and they are being sent."""
GATEWAY_SPOOL_BYTES = Gauge("supervise_gateway_spool_bytes", "Bytes of them")
"""In: gateway. Worry: Near `gateway.spool_mib`: soon requests are answered 503."""
GATEWAY_FLIGHT_BYTES = Gauge("supervise_gateway_flight_bytes", "Bytes of bodies at work")
"""In: gateway. Worry: Near `gateway.mib_in_flight`: requests are shed."""
GATEWAY_SECONDS = Histogram("supervise_gateway_seconds", "From request to the broker's acknowledgement", buckets=_TIME_BUCKETS)
"""In: gateway. Worry: p99 above 1 s."""

# The wall
WALL_SCREENS = Gauge("supervise_wall_screens", "Screens connected")
"""In: wall. Worry: 0: nobody sees the cards."""
WALL_DELTAS = Counter("supervise_wall_deltas", "Deltas broadcast to screens")
"""In: wall."""
WALL_DROPPED = Counter(
    "supervise_wall_dropped_screens", "Screens dropped because they did not keep up; they reconnect by themselves"
)
"""In: wall. Worry: Rising: a screen's network or machine is too slow."""
WALL_LAG = Histogram("supervise_wall_lag_seconds", "From an alert's record on the broker to its broadcast", buckets=_LAG_BUCKETS)
"""In: wall. Worry: p99 above 1 s."""

# What stands before every server: gateway, wall, metrics
TOKENS_UNUSABLE = Gauge(
    "supervise_tokens_unusable",
    "1 while the tokens file is gone, empty or wrong: nobody new is let in; the log says why",
    ["server"],
)
"""In: gateway, wall. Worry: Above 0: whoever has a new token is refused."""
CERTIFICATE_UNUSABLE = Gauge(
    "supervise_certificate_unusable", "1 while the certificate's new files cannot be used and the old one goes on", ["server"]
)
"""In: every server. Worry: Above 0: the old certificate will end."""
CONNECTIONS = Gauge("supervise_connections", "Connections open", ["server"])
"""In: every server. Worry: Near the setting `connections`: somebody holds them, or there are too many screens."""
DOOR_REFUSALS = Counter(
    "supervise_door_refusals",
    "Whoever was not let in. Reason: token (wrong), peer and all (too many connections), descriptors, silent (no headers in "
    "time), slow (did not take its answer), host and origin (another's page), screens, scope, busy (bodies at work)",
    ["server", "reason"],
)
"""In: every server. Worry: `token` rising steadily: an old token, or somebody guesses; the log has addresses."""
LOG_PASSED_OVER = Counter(
    "supervise_log_lines_passed_over", "Lines of the log that were not written, since many of their kind were", ["logger"]
)
"""In: every server. Worry: Any lasting rise: look at the lines of that logger which are there."""

# The notifier
NOTICES = Counter("supervise_notices", "Notices made, and what became of them", ["channel", "purpose", "fate"])
"""In: notifier. Worry: Any `failed`: a channel refused a card for a whole day, and nobody was told by it."""
NOTICES_WAITING = Gauge("supervise_notices_waiting", "Notices that are not sent yet, those of later escalations included")
"""In: notifier. Worry: Rising for a day: a channel does not take them."""
MESSAGES = Counter("supervise_messages", "Messages handed to a channel. Outcome: sent, refused", ["channel", "outcome"])
"""In: notifier. Worry: `refused` in a row: the log has what the service says."""
# The ledger
LEDGER_RECORDS = Counter(
    "supervise_ledger_records",
    "Records read into the ledger. Outcome: written, skipped (ticks, counts, what the worker buries or sends on)",
    ["topic", "outcome"],
)
"""In: ledger. Worry: Nothing for an hour while the halls are open."""
LEDGER_BATCH_SECONDS = Histogram(
    "supervise_ledger_batch_seconds", "One transaction, from its lock to its commit", buckets=_TIME_BUCKETS
)
"""In: ledger. Worry: p99 above 2.5 s: a database that is too slow."""
LEDGER_LAG = Gauge("supervise_ledger_lag_records", "Records of the partition not in the ledger yet", ["topic", "partition"])
"""In: ledger. Worry: Rising for minutes: start another ledger, or look at the database."""
LEDGER_CONNECTED = Gauge("supervise_ledger_connected", "1 while database and broker both answer")
"""In: ledger. Worry: 0 for a minute: the log says which of the two is away, and why."""
LEDGER_OVERTAKEN = Counter(
    "supervise_ledger_overtaken", "Batches given up because another process has the partition by now; nothing was written"
)
"""In: ledger. Worry: Rising steadily: processes are paused for longer than their group waits."""
LEDGER_LOST = Counter("supervise_ledger_lost_records", "Records deleted from a topic before the ledger had read them", ["topic"])
"""In: ledger. Worry: Any rise: let the topic keep its records longer than the ledger may be away."""
AUDIT_HEADS = Counter("supervise_audit_heads", "Heads of the audit log written into Kafka")
"""In: ledger. Worry: None for an hour in which cards were issued: a chain rewritten whole would not be found."""

# Replay and simulation
FED_EVENTS = Counter("supervise_fed_events", "Events appended by replay or simulation", ["type"])
"""In: replay, simulate."""
