-- What the topics say, as rows. All of it can be made anew from them.

-- How far each partition has been read: changed in the transaction that writes what was read.
CREATE TABLE consumed (
    topic text NOT NULL,
    partition integer NOT NULL,
    next bigint NOT NULL,               -- the offset to be read next
    reached bigint NOT NULL,            -- the highest that next ever was: beyond it nothing can be a repetition
    owner text NOT NULL DEFAULT '',     -- the process that may write
    claimed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition)
);

-- One row: what all rows have in common.
CREATE TABLE installation (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    zone text NOT NULL,                 -- where a day begins at midnight
    sealed_before date                  -- of earlier days the figures are left, and nothing else
);

CREATE TABLE event (
    recorded_at timestamptz NOT NULL,
    record_partition integer NOT NULL,
    record_offset bigint NOT NULL,
    happened_at timestamptz NOT NULL,
    type text NOT NULL,
    id text NOT NULL,
    key text NOT NULL,
    case_no text NOT NULL,
    region text NOT NULL,
    hall text NOT NULL,
    department text NOT NULL,
    window_id text NOT NULL,
    operator text NOT NULL,
    item text NOT NULL,
    body jsonb NOT NULL,
    PRIMARY KEY (recorded_at, record_partition, record_offset)
) PARTITION BY RANGE (recorded_at);
CREATE INDEX event_key ON event (key, happened_at);
CREATE INDEX event_department ON event (department, recorded_at);

CREATE TABLE alert (
    id text PRIMARY KEY,
    key text NOT NULL,
    case_no text NOT NULL,
    rule text NOT NULL,
    level text NOT NULL,
    cycle bigint NOT NULL,
    state text NOT NULL,
    reason text NOT NULL,
    change integer NOT NULL,
    due_at timestamptz NOT NULL,
    known_at timestamptz NOT NULL,
    raised_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    deadline timestamptz NOT NULL,
    region text NOT NULL,
    hall text NOT NULL,
    department text NOT NULL,
    window_id text NOT NULL,
    item text NOT NULL,
    stage text NOT NULL,
    held_by text NOT NULL,
    watch text NOT NULL,
    highest boolean NOT NULL,
    book text NOT NULL,
    by text NOT NULL,
    note text NOT NULL,
    is_standing boolean NOT NULL,
    issued_at timestamptz,              -- when it was issued first
    issued_on date,
    ended_on date,                      -- the day of the state it is in, where that is an end
    body jsonb NOT NULL
);
CREATE INDEX alert_standing ON alert (level, deadline) WHERE is_standing;
CREATE INDEX alert_department ON alert (department, state);
CREATE INDEX alert_key ON alert (key);
CREATE INDEX alert_issued_on ON alert (issued_on);

CREATE TABLE alert_change (
    changed_at timestamptz NOT NULL,
    id text NOT NULL,
    change integer NOT NULL,
    level text NOT NULL,
    rule text NOT NULL,
    state text NOT NULL,
    reason text NOT NULL,
    department text NOT NULL,
    by text NOT NULL,
    note text NOT NULL,
    detail text NOT NULL,
    deadline timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    record_partition integer NOT NULL,
    record_offset bigint NOT NULL,
    PRIMARY KEY (id, change, changed_at)
) PARTITION BY RANGE (changed_at);

-- A case, or one of the times it came back, as the worker knows it.
CREATE TABLE case_state (
    key text NOT NULL,
    cycle integer NOT NULL,
    record_offset bigint NOT NULL,      -- of the last event the worker has heard of it
    state text NOT NULL,
    book text NOT NULL,
    region text NOT NULL,
    hall text NOT NULL,
    department text NOT NULL,
    window_id text NOT NULL,
    item text NOT NULL,
    watch text NOT NULL,
    online boolean NOT NULL,
    applied_at timestamptz,
    accepted_at timestamptz,
    accepted_on date,
    promised text NOT NULL,
    statutory text NOT NULL,
    promised_days integer,              -- both are set where both limits are in one unit of days
    statutory_days integer,
    due_at timestamptz,
    decided_at timestamptz,
    granted boolean NOT NULL,
    over_at timestamptz,
    over_on date,
    how text NOT NULL,                  -- of a concluded case; 'not_accepted' of one refused at the door
    on_time boolean NOT NULL,
    early boolean NOT NULL,
    same_day boolean NOT NULL,
    on_site boolean NOT NULL,
    issued_at timestamptz,
    delivered_at timestamptz,
    holder text NOT NULL,
    suspensions integer NOT NULL,
    extensions integer NOT NULL,
    stages jsonb NOT NULL,              -- [[stage, entered, left], …], instants in seconds since 1970 or null
    body bytea NOT NULL,                -- as it stands in the changelog
    PRIMARY KEY (key, cycle)
);
CREATE INDEX case_state_accepted ON case_state (accepted_on);
CREATE INDEX case_state_over ON case_state (over_on);
CREATE INDEX case_state_open ON case_state (department, due_at) WHERE over_at IS NULL;

-- What was reported of complaints, ratings, hearings and attendance, each version of each record. Views say which counts.
CREATE TABLE complaint_step (
    recorded_at timestamptz NOT NULL,
    record_partition integer NOT NULL,
    record_offset bigint NOT NULL,
    key text NOT NULL,
    id text NOT NULL,                   -- of the record; it may be told again, or taken back
    revision integer NOT NULL,
    happened_at timestamptz NOT NULL,
    step text NOT NULL,                 -- filed, accepted, refused, extended, answered, misrouted, closed
    complaint text NOT NULL,
    region text NOT NULL,
    hall text NOT NULL,
    department text NOT NULL,
    window_id text NOT NULL,
    item text NOT NULL,
    person text NOT NULL,
    PRIMARY KEY (recorded_at, record_partition, record_offset)
);
CREATE INDEX complaint_step_id ON complaint_step (key, id);
CREATE TABLE rating_step (
    recorded_at timestamptz NOT NULL,
    record_partition integer NOT NULL,
    record_offset bigint NOT NULL,
    key text NOT NULL,
    id text NOT NULL,                   -- of the record; it may be told again, or taken back
    revision integer NOT NULL,
    happened_at timestamptz NOT NULL,
    step text NOT NULL,                 -- rated, verified, rectified, called_back, appealed, decided
    rating text NOT NULL,               -- empty where nothing numbers it
    value integer NOT NULL,             -- the score; of verified and decided 1 for founded and upheld
    region text NOT NULL,
    hall text NOT NULL,
    department text NOT NULL,
    window_id text NOT NULL,
    item text NOT NULL,
    PRIMARY KEY (recorded_at, record_partition, record_offset)
);
CREATE INDEX rating_step_id ON rating_step (key, id);
CREATE TABLE hearing_step (
    recorded_at timestamptz NOT NULL,
    record_partition integer NOT NULL,
    record_offset bigint NOT NULL,
    key text NOT NULL,
    id text NOT NULL,                   -- of the record; it may be told again, or taken back
    revision integer NOT NULL,
    happened_at timestamptz NOT NULL,
    step text NOT NULL,                 -- offered, requested, notified, held, waived
    region text NOT NULL,
    hall text NOT NULL,
    department text NOT NULL,
    PRIMARY KEY (recorded_at, record_partition, record_offset)
);
CREATE INDEX hearing_step_id ON hearing_step (key, id);
CREATE TABLE attendance_step (
    recorded_at timestamptz NOT NULL,
    record_partition integer NOT NULL,
    record_offset bigint NOT NULL,
    key text NOT NULL,
    id text NOT NULL,                   -- of the record; it may be told again, or taken back
    revision integer NOT NULL,
    happened_at timestamptz NOT NULL,
    step text NOT NULL,                 -- opened, closed, left, arrived
    region text NOT NULL,
    hall text NOT NULL,
    department text NOT NULL,
    window_id text NOT NULL,
    happened_on date NOT NULL,
    operator text NOT NULL,
    PRIMARY KEY (recorded_at, record_partition, record_offset)
);
CREATE INDEX attendance_step_id ON attendance_step (key, id);
-- Records taken back: every version, or those up to a revision.
CREATE TABLE retraction (
    recorded_at timestamptz NOT NULL,
    record_partition integer NOT NULL,
    record_offset bigint NOT NULL,
    key text NOT NULL,
    id text NOT NULL,                   -- of the record; it may be told again, or taken back
    revision integer NOT NULL,
    PRIMARY KEY (recorded_at, record_partition, record_offset)
);
CREATE INDEX retraction_id ON retraction (key, id);

-- Every human act, done or refused.
CREATE TABLE act (
    record_partition integer NOT NULL,
    record_offset bigint NOT NULL,
    recorded_at timestamptz NOT NULL,
    happened_at timestamptz NOT NULL,
    type text NOT NULL,
    id text NOT NULL,
    key text NOT NULL,
    alert text NOT NULL,                -- empty for a card issued by hand
    operator text NOT NULL,
    department text NOT NULL,
    reason text NOT NULL,
    body jsonb NOT NULL,
    PRIMARY KEY (record_partition, record_offset, recorded_at)
);
CREATE INDEX act_alert ON act (alert, happened_at);

CREATE TABLE dead_letter (
    recorded_at timestamptz NOT NULL,
    record_partition integer NOT NULL,
    record_offset bigint NOT NULL,
    reason text NOT NULL,
    message text NOT NULL,
    source text NOT NULL,
    field text NOT NULL,
    source_partition integer NOT NULL,
    source_offset bigint NOT NULL,
    size bigint NOT NULL,
    key bytea NOT NULL,
    value bytea NOT NULL,
    PRIMARY KEY (recorded_at, record_partition, record_offset)
) PARTITION BY RANGE (recorded_at);
CREATE INDEX dead_letter_source ON dead_letter (source_partition, source_offset);

-- The figures of days whose rows are gone.
CREATE TABLE sealed_figure (
    day date NOT NULL,
    region text NOT NULL,
    hall text NOT NULL,
    department text NOT NULL,
    window_id text NOT NULL,
    item text NOT NULL,
    stage text NOT NULL,
    measure text NOT NULL,
    amount numeric NOT NULL,
    PRIMARY KEY (day, region, hall, department, window_id, item, stage, measure)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA :schema TO supervise_ledger;
GRANT SELECT ON ALL TABLES IN SCHEMA :schema TO supervise_reader;
