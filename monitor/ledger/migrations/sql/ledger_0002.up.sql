-- Views: their names and columns are for whoever writes SQL, and stay. What begins with v_ is public; live_figure is not.

-- Of each record the version that counts: the highest revision, of one revision the latest, and none that was taken back.
CREATE VIEW told_complaint_step AS
SELECT s.* FROM complaint_step s
WHERE NOT EXISTS (SELECT FROM complaint_step n WHERE n.key = s.key AND n.id = s.id
        AND (n.revision, n.recorded_at, n.record_offset) > (s.revision, s.recorded_at, s.record_offset))
    AND NOT EXISTS (SELECT FROM retraction r WHERE r.key = s.key AND r.id = s.id AND (r.revision = 0 OR r.revision >= s.revision));
CREATE VIEW told_rating_step AS
SELECT s.* FROM rating_step s
WHERE NOT EXISTS (SELECT FROM rating_step n WHERE n.key = s.key AND n.id = s.id
        AND (n.revision, n.recorded_at, n.record_offset) > (s.revision, s.recorded_at, s.record_offset))
    AND NOT EXISTS (SELECT FROM retraction r WHERE r.key = s.key AND r.id = s.id AND (r.revision = 0 OR r.revision >= s.revision));
CREATE VIEW told_hearing_step AS
SELECT s.* FROM hearing_step s
WHERE NOT EXISTS (SELECT FROM hearing_step n WHERE n.key = s.key AND n.id = s.id
        AND (n.revision, n.recorded_at, n.record_offset) > (s.revision, s.recorded_at, s.record_offset))
    AND NOT EXISTS (SELECT FROM retraction r WHERE r.key = s.key AND r.id = s.id AND (r.revision = 0 OR r.revision >= s.revision));
CREATE VIEW told_attendance_step AS
SELECT s.* FROM attendance_step s
WHERE NOT EXISTS (SELECT FROM attendance_step n WHERE n.key = s.key AND n.id = s.id
        AND (n.revision, n.recorded_at, n.record_offset) > (s.revision, s.recorded_at, s.record_offset))
    AND NOT EXISTS (SELECT FROM retraction r WHERE r.key = s.key AND r.id = s.id AND (r.revision = 0 OR r.revision >= s.revision));

-- A case, one row for each time it was begun.
CREATE VIEW v_case AS
SELECT key, cycle, state, book, region, hall, department, window_id, item, watch, online, applied_at, accepted_at, accepted_on, promised,
    statutory, promised_days, statutory_days, due_at, decided_at, granted, over_at, over_on, how, on_time, early, same_day, on_site,
    issued_at, delivered_at, holder, suspensions, extensions, stages
FROM case_state;

-- A card or a minor alert as it stands now.
CREATE VIEW v_alert AS
SELECT id, key, case_no, rule, level, cycle, state, reason, change, due_at, known_at, raised_at, changed_at, deadline, region, hall,
    department, window_id, item, stage, held_by, watch, highest, book, by, note, is_standing, issued_at, issued_on, ended_on, body
FROM alert;

-- Everything that ever became of it.
CREATE VIEW v_alert_change AS
SELECT id, change, changed_at, level, rule, state, reason, department, by, note, detail, deadline, recorded_at FROM alert_change;

-- Each visit of a stage.
CREATE VIEW v_stage AS
SELECT c.key, c.cycle, c.region, c.hall, c.department, c.window_id, c.item, visit ->> 0 AS stage,
    to_timestamp((visit ->> 1)::double precision) AS entered_at, to_timestamp((visit ->> 2)::double precision) AS left_at
FROM case_state c CROSS JOIN LATERAL jsonb_array_elements(c.stages) AS visit;

-- A complaint, put together from its steps.
CREATE VIEW v_complaint AS
SELECT key, complaint,
    (array_agg(region ORDER BY step <> 'filed', happened_at))[1] AS region,
    (array_agg(hall ORDER BY step <> 'filed', happened_at))[1] AS hall,
    (array_agg(department ORDER BY step <> 'filed', happened_at))[1] AS department,
    (array_agg(window_id ORDER BY step <> 'filed', happened_at))[1] AS window_id,
    (array_agg(item ORDER BY step <> 'filed', happened_at))[1] AS item,
    max(person) AS person,
    min(happened_at) FILTER (WHERE step = 'filed') AS filed_at,
    min(happened_at) FILTER (WHERE step = 'accepted') AS accepted_at,
    min(happened_at) FILTER (WHERE step = 'refused') AS refused_at,
    max(happened_at) FILTER (WHERE step = 'misrouted') AS misrouted_at,
    min(happened_at) FILTER (WHERE step = 'answered') AS answered_at,
    min(happened_at) FILTER (WHERE step = 'closed') AS closed_at,
    count(*) FILTER (WHERE step = 'extended') AS extensions
FROM told_complaint_step GROUP BY key, complaint;

-- A rating, with what was done about it. A step that names no rating is about the latest bad one before it.
CREATE VIEW v_rating AS
WITH about AS (
    SELECT s.key, s.rating, s.step, s.happened_at, s.value,
        (SELECT max(r.happened_at) FROM told_rating_step r
         WHERE r.key = s.key AND r.step = 'rated' AND CASE WHEN s.rating <> '' THEN r.rating = s.rating
             ELSE r.value >= 4 AND r.happened_at <= s.happened_at END) AS rated_at
    FROM told_rating_step s WHERE s.step <> 'rated')
SELECT r.key, r.rating, r.happened_at AS rated_at, r.value AS score, r.region, r.hall, r.department, r.window_id, r.item,
    min(a.happened_at) FILTER (WHERE a.step = 'verified') AS verified_at,
    min(a.happened_at) FILTER (WHERE a.step = 'rectified') AS rectified_at,
    min(a.happened_at) FILTER (WHERE a.step = 'called_back') AS called_back_at,
    min(a.happened_at) FILTER (WHERE a.step = 'appealed') AS appealed_at,
    coalesce(bool_or(a.step = 'decided' AND a.value = 1), false) AS is_upheld
FROM (SELECT DISTINCT key, rating, step, happened_at, value, region, hall, department, window_id, item FROM told_rating_step) r
LEFT JOIN about a ON a.key = r.key AND a.rated_at = r.happened_at AND a.rating IN ('', r.rating)
WHERE r.step = 'rated'
GROUP BY r.key, r.rating, r.happened_at, r.value, r.region, r.hall, r.department, r.window_id, r.item;

CREATE VIEW v_hearing AS SELECT DISTINCT key, step, happened_at, region, hall, department FROM told_hearing_step;

-- How long a window was open on a day, and for how much of it somebody sat there. A span without an end goes on to the day's last record.
CREATE VIEW v_attendance AS
WITH ordered AS (
    SELECT *, array_position(ARRAY['opened', 'closed', 'left', 'arrived'], step) AS place,
        CASE WHEN step IN ('opened', 'closed') THEN '' ELSE '.' || operator END AS who
    FROM told_attendance_step),
followed AS (
    SELECT *, lag(step) OVER (PARTITION BY region, hall, window_id, happened_on, who ORDER BY happened_at, place) AS before FROM ordered),
changes AS (
    SELECT *, CASE WHEN step = 'opened' AND before IS DISTINCT FROM 'opened' THEN 1 WHEN step = 'closed' AND before = 'opened' THEN -1
            ELSE 0 END AS opens,
        CASE WHEN step = 'arrived' AND before IS DISTINCT FROM 'arrived' THEN 1 WHEN step = 'left' AND before = 'arrived' THEN -1
            ELSE 0 END AS comes
    FROM followed),
spans AS (
    SELECT region, hall, department, window_id, happened_on, sum(opens) OVER sofar AS opened, sum(comes) OVER sofar AS present,
        extract(epoch FROM lead(happened_at) OVER whole - happened_at) AS seconds
    FROM changes
    WINDOW whole AS (PARTITION BY region, hall, window_id, happened_on ORDER BY happened_at, place, operator),
        sofar AS (PARTITION BY region, hall, window_id, happened_on ORDER BY happened_at, place, operator ROWS UNBOUNDED PRECEDING))
SELECT region, hall, max(department) AS department, window_id, happened_on AS day,
    coalesce(sum(seconds) FILTER (WHERE opened > 0), 0) AS open_seconds,
    coalesce(sum(seconds) FILTER (WHERE opened > 0 AND present > 0), 0) AS attended_seconds
FROM spans GROUP BY region, hall, window_id, happened_on;

-- An act, and what came of it: a refused one lies among the dead letters.
CREATE VIEW v_act AS
SELECT a.recorded_at, a.happened_at, a.type, a.id, a.key, a.alert, a.operator, a.department, a.reason,
    coalesce(d.reason, 'done') AS outcome, coalesce(d.message, '') AS refusal
FROM act a LEFT JOIN LATERAL (
    SELECT reason, message FROM dead_letter d WHERE d.source_partition = a.record_partition AND d.source_offset = a.record_offset
    LIMIT 1) d ON true;

CREATE VIEW v_dead_letter AS
SELECT recorded_at, reason, message, source, field, source_partition, source_offset, size, key, value FROM dead_letter;

-- What the rows of each day add up to; of the days whose rows are still there.
CREATE VIEW live_figure AS
SELECT f.day, f.region, f.hall, f.department, f.window_id, f.item, f.stage, f.measure, f.amount FROM (
    SELECT day, region, hall, department, window_id, item, stage, m.measure, m.amount FROM (
        SELECT accepted_on AS day, region, hall, department, window_id, item, '' AS stage,
            count(*) AS m0, count(promised_days) AS m1, sum(promised_days) AS m2, sum(statutory_days) AS m3
        FROM case_state WHERE accepted_on IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7) c
    CROSS JOIN LATERAL (VALUES ('accepted', m0::numeric), ('compared', m1::numeric), ('promised_days', m2::numeric), ('statutory_days', m3::numeric)) m (measure, amount)
    UNION ALL
    SELECT day, region, hall, department, window_id, item, stage, m.measure, m.amount FROM (
        SELECT over_on AS day, region, hall, department, window_id, item, '' AS stage,
            count(*) AS m0, count(*) FILTER (WHERE on_time) AS m1, count(*) FILTER (WHERE early) AS m2, count(*) FILTER (WHERE same_day) AS m3, count(*) FILTER (WHERE on_site) AS m4, count(*) FILTER (WHERE how = 'returned') AS m5, count(*) FILTER (WHERE how = 'voided') AS m6, count(*) FILTER (WHERE how = 'withdrawn') AS m7
        FROM case_state WHERE over_on IS NOT NULL AND accepted_on IS NOT NULL AND how NOT IN ('not_accepted', 'superseded') GROUP BY 1, 2, 3, 4, 5, 6, 7) c
    CROSS JOIN LATERAL (VALUES ('concluded', m0::numeric), ('on_time', m1::numeric), ('early', m2::numeric), ('same_day', m3::numeric), ('on_site', m4::numeric), ('returned', m5::numeric), ('voided', m6::numeric), ('withdrawn', m7::numeric)) m (measure, amount)
    UNION ALL
    SELECT day, region, hall, department, window_id, item, stage, m.measure, m.amount FROM (
        SELECT over_on AS day, region, hall, department, window_id, item, '' AS stage,
            count(*) AS m0
        FROM case_state WHERE how = 'not_accepted' GROUP BY 1, 2, 3, 4, 5, 6, 7) c
    CROSS JOIN LATERAL (VALUES ('not_accepted', m0::numeric)) m (measure, amount)
    UNION ALL
    SELECT day, region, hall, department, window_id, item, stage, m.measure, m.amount FROM (
        SELECT (left_at AT TIME ZONE s.zone)::date AS day, region, hall, department, window_id, item, stage AS stage,
            count(*) AS m0, sum(extract(epoch FROM left_at - entered_at)) AS m1
        FROM v_stage CROSS JOIN installation s WHERE left_at IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7) c
    CROSS JOIN LATERAL (VALUES ('stages_left', m0::numeric), ('stage_seconds', m1::numeric)) m (measure, amount)
    UNION ALL
    SELECT day, region, hall, department, window_id, item, stage, m.measure, m.amount FROM (
        SELECT issued_on AS day, region, hall, department, window_id, item, stage AS stage,
            count(*) FILTER (WHERE level = 'reminder') AS m0, count(*) FILTER (WHERE level = 'warning') AS m1, count(*) FILTER (WHERE level = 'yellow') AS m2, count(*) FILTER (WHERE level = 'red') AS m3
        FROM alert WHERE issued_on IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7) c
    CROSS JOIN LATERAL (VALUES ('reminder_issued', m0::numeric), ('warning_issued', m1::numeric), ('yellow_issued', m2::numeric), ('red_issued', m3::numeric)) m (measure, amount)
    UNION ALL
    SELECT day, region, hall, department, window_id, item, stage, m.measure, m.amount FROM (
        SELECT ended_on AS day, region, hall, department, window_id, item, stage AS stage,
            count(*) FILTER (WHERE level = 'yellow' AND state = 'withdrawn') AS m0, count(*) FILTER (WHERE level = 'yellow' AND state = 'revoked') AS m1, count(*) FILTER (WHERE level = 'yellow' AND state = 'removed') AS m2, count(*) FILTER (WHERE level = 'yellow' AND state = 'closed') AS m3, count(*) FILTER (WHERE level = 'red' AND state = 'withdrawn') AS m4, count(*) FILTER (WHERE level = 'red' AND state = 'revoked') AS m5, count(*) FILTER (WHERE level = 'red' AND state = 'removed') AS m6, count(*) FILTER (WHERE level = 'red' AND state = 'closed') AS m7
        FROM alert WHERE ended_on IS NOT NULL AND issued_on IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7) c
    CROSS JOIN LATERAL (VALUES ('yellow_withdrawn', m0::numeric), ('yellow_revoked', m1::numeric), ('yellow_removed', m2::numeric), ('yellow_closed', m3::numeric), ('red_withdrawn', m4::numeric), ('red_revoked', m5::numeric), ('red_removed', m6::numeric), ('red_closed', m7::numeric)) m (measure, amount)
    UNION ALL
    SELECT day, region, hall, department, window_id, item, stage, m.measure, m.amount FROM (
        SELECT (filed_at AT TIME ZONE s.zone)::date AS day, region, hall, department, window_id, item, '' AS stage,
            count(*) AS m0, count(closed_at) AS m1
        FROM v_complaint CROSS JOIN installation s WHERE filed_at IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7) c
    CROSS JOIN LATERAL (VALUES ('complaints_received', m0::numeric), ('complaints_closed_of_received', m1::numeric)) m (measure, amount)
    UNION ALL
    SELECT day, region, hall, department, window_id, item, stage, m.measure, m.amount FROM (
        SELECT (closed_at AT TIME ZONE s.zone)::date AS day, region, hall, department, window_id, item, '' AS stage,
            count(*) AS m0
        FROM v_complaint CROSS JOIN installation s WHERE closed_at IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7) c
    CROSS JOIN LATERAL (VALUES ('complaints_closed', m0::numeric)) m (measure, amount)
    UNION ALL
    SELECT day, region, hall, department, window_id, item, stage, m.measure, m.amount FROM (
        SELECT (rated_at AT TIME ZONE s.zone)::date AS day, region, hall, department, window_id, item, '' AS stage,
            count(*) AS m0, count(*) FILTER (WHERE score <= 3) AS m1, count(*) FILTER (WHERE score = 1) AS m2, count(*) FILTER (WHERE score = 2) AS m3, count(*) FILTER (WHERE score = 3) AS m4, count(*) FILTER (WHERE score = 4) AS m5, count(*) FILTER (WHERE score = 5) AS m6
        FROM v_rating CROSS JOIN installation s WHERE NOT is_upheld GROUP BY 1, 2, 3, 4, 5, 6, 7) c
    CROSS JOIN LATERAL (VALUES ('ratings', m0::numeric), ('satisfied', m1::numeric), ('rating_1', m2::numeric), ('rating_2', m3::numeric), ('rating_3', m4::numeric), ('rating_4', m5::numeric), ('rating_5', m6::numeric)) m (measure, amount)
    UNION ALL
    SELECT day, region, hall, department, window_id, item, stage, m.measure, m.amount FROM (
        SELECT day AS day, region, hall, department, window_id, '' AS item, '' AS stage,
            sum(open_seconds) AS m0, sum(attended_seconds) AS m1
        FROM v_attendance WHERE true GROUP BY 1, 2, 3, 4, 5, 6, 7) c
    CROSS JOIN LATERAL (VALUES ('open_seconds', m0::numeric), ('attended_seconds', m1::numeric)) m (measure, amount)
) f, installation s
WHERE f.amount <> 0 AND (s.sealed_before IS NULL OR f.day >= s.sealed_before);

-- Every figure of every day.
CREATE VIEW v_figure AS
SELECT day, region, hall, department, window_id, item, stage, measure, amount FROM sealed_figure
UNION ALL SELECT day, region, hall, department, window_id, item, stage, measure, amount FROM live_figure;

-- Sums by period (day, week, month) and scope (all, province, city, region, hall, department, window, item, stage).
CREATE VIEW v_total AS
SELECT period, starts_on,
    CASE WHEN grouping(stage) = 0 THEN 'stage' WHEN grouping(item) = 0 THEN 'item' WHEN grouping(window_id) = 0 THEN 'window'
        WHEN grouping(department) = 0 THEN 'department' WHEN grouping(hall) = 0 THEN 'hall' WHEN grouping(f.region) = 0 THEN 'region'
        WHEN grouping(city) = 0 THEN 'city' WHEN grouping(province) = 0 THEN 'province' ELSE 'all' END AS scope,
    coalesce(f.region, city, province, '') AS region, coalesce(hall, '') AS hall, coalesce(department, '') AS department,
    coalesce(window_id, '') AS window_id, coalesce(item, '') AS item, coalesce(stage, '') AS stage,
    coalesce(sum(amount) FILTER (WHERE measure = 'accepted'), 0) AS accepted,
    coalesce(sum(amount) FILTER (WHERE measure = 'compared'), 0) AS compared,
    coalesce(sum(amount) FILTER (WHERE measure = 'promised_days'), 0) AS promised_days,
    coalesce(sum(amount) FILTER (WHERE measure = 'statutory_days'), 0) AS statutory_days,
    coalesce(sum(amount) FILTER (WHERE measure = 'concluded'), 0) AS concluded,
    coalesce(sum(amount) FILTER (WHERE measure = 'on_time'), 0) AS on_time,
    coalesce(sum(amount) FILTER (WHERE measure = 'early'), 0) AS early,
    coalesce(sum(amount) FILTER (WHERE measure = 'same_day'), 0) AS same_day,
    coalesce(sum(amount) FILTER (WHERE measure = 'on_site'), 0) AS on_site,
    coalesce(sum(amount) FILTER (WHERE measure = 'returned'), 0) AS returned,
    coalesce(sum(amount) FILTER (WHERE measure = 'voided'), 0) AS voided,
    coalesce(sum(amount) FILTER (WHERE measure = 'withdrawn'), 0) AS withdrawn,
    coalesce(sum(amount) FILTER (WHERE measure = 'not_accepted'), 0) AS not_accepted,
    coalesce(sum(amount) FILTER (WHERE measure = 'stages_left'), 0) AS stages_left,
    coalesce(sum(amount) FILTER (WHERE measure = 'stage_seconds'), 0) AS stage_seconds,
    coalesce(sum(amount) FILTER (WHERE measure = 'reminder_issued'), 0) AS reminder_issued,
    coalesce(sum(amount) FILTER (WHERE measure = 'warning_issued'), 0) AS warning_issued,
    coalesce(sum(amount) FILTER (WHERE measure = 'yellow_issued'), 0) AS yellow_issued,
    coalesce(sum(amount) FILTER (WHERE measure = 'red_issued'), 0) AS red_issued,
    coalesce(sum(amount) FILTER (WHERE measure = 'yellow_withdrawn'), 0) AS yellow_withdrawn,
    coalesce(sum(amount) FILTER (WHERE measure = 'yellow_revoked'), 0) AS yellow_revoked,
    coalesce(sum(amount) FILTER (WHERE measure = 'yellow_removed'), 0) AS yellow_removed,
    coalesce(sum(amount) FILTER (WHERE measure = 'yellow_closed'), 0) AS yellow_closed,
    coalesce(sum(amount) FILTER (WHERE measure = 'red_withdrawn'), 0) AS red_withdrawn,
    coalesce(sum(amount) FILTER (WHERE measure = 'red_revoked'), 0) AS red_revoked,
    coalesce(sum(amount) FILTER (WHERE measure = 'red_removed'), 0) AS red_removed,
    coalesce(sum(amount) FILTER (WHERE measure = 'red_closed'), 0) AS red_closed,
    coalesce(sum(amount) FILTER (WHERE measure = 'complaints_received'), 0) AS complaints_received,
    coalesce(sum(amount) FILTER (WHERE measure = 'complaints_closed_of_received'), 0) AS complaints_closed_of_received,
    coalesce(sum(amount) FILTER (WHERE measure = 'complaints_closed'), 0) AS complaints_closed,
    coalesce(sum(amount) FILTER (WHERE measure = 'ratings'), 0) AS ratings,
    coalesce(sum(amount) FILTER (WHERE measure = 'satisfied'), 0) AS satisfied,
    coalesce(sum(amount) FILTER (WHERE measure = 'rating_1'), 0) AS rating_1,
    coalesce(sum(amount) FILTER (WHERE measure = 'rating_2'), 0) AS rating_2,
    coalesce(sum(amount) FILTER (WHERE measure = 'rating_3'), 0) AS rating_3,
    coalesce(sum(amount) FILTER (WHERE measure = 'rating_4'), 0) AS rating_4,
    coalesce(sum(amount) FILTER (WHERE measure = 'rating_5'), 0) AS rating_5,
    coalesce(sum(amount) FILTER (WHERE measure = 'open_seconds'), 0) AS open_seconds,
    coalesce(sum(amount) FILTER (WHERE measure = 'attended_seconds'), 0) AS attended_seconds
FROM (
    SELECT v.*, left(v.region, 2) AS province, left(v.region, 4) AS city, p.period, p.starts_on
    FROM v_figure v CROSS JOIN LATERAL (VALUES ('day', v.day), ('week', date_trunc('week', v.day)::date),
        ('month', date_trunc('month', v.day)::date)) p (period, starts_on)) f
GROUP BY GROUPING SETS ((period, starts_on), (period, starts_on, province), (period, starts_on, city), (period, starts_on, f.region),
    (period, starts_on, f.region, hall), (period, starts_on, f.region, hall, department),
    (period, starts_on, f.region, hall, department, window_id), (period, starts_on, item), (period, starts_on, stage));

-- The same with rates; a rate is empty where there is nothing it could be of.
CREATE VIEW v_rate AS
SELECT *,
    concluded / nullif(accepted, 0) AS completion_rate,
    on_time / nullif(concluded, 0) AS on_time_rate,
    early / nullif(concluded, 0) AS early_rate,
    same_day / nullif(concluded, 0) AS same_day_rate,
    on_site / nullif(concluded, 0) AS on_site_rate,
    promised_days / nullif(compared, 0) AS average_promised_days,
    statutory_days / nullif(compared, 0) AS average_statutory_days,
    1 - promised_days / nullif(statutory_days, 0) AS speed_up_rate,
    yellow_issued + red_issued AS cards_issued,
    yellow_withdrawn + yellow_revoked + yellow_removed + red_withdrawn + red_revoked + red_removed AS cards_taken_back,
    complaints_closed_of_received / nullif(complaints_received, 0) AS complaint_closing_rate,
    satisfied / nullif(ratings, 0) AS satisfaction_rate,
    attended_seconds / nullif(open_seconds, 0) AS attendance_rate,
    stage_seconds / 3600 / nullif(stages_left, 0) AS average_stage_hours
FROM v_total;

-- Each rate beside the period before and the same period of the year before (of a week, 52 weeks before).
CREATE VIEW v_comparison AS
WITH n AS MATERIALIZED (SELECT * FROM v_rate)
SELECT n.*,
    b.accepted AS accepted_before, y.accepted AS accepted_year_before, b.concluded AS concluded_before, y.concluded AS
    concluded_year_before, b.completion_rate AS completion_rate_before, y.completion_rate AS completion_rate_year_before,
    b.on_time_rate AS on_time_rate_before, y.on_time_rate AS on_time_rate_year_before, b.early_rate AS early_rate_before, y.early_rate
    AS early_rate_year_before, b.same_day_rate AS same_day_rate_before, y.same_day_rate AS same_day_rate_year_before, b.on_site_rate
    AS on_site_rate_before, y.on_site_rate AS on_site_rate_year_before, b.speed_up_rate AS speed_up_rate_before, y.speed_up_rate AS
    speed_up_rate_year_before, b.yellow_issued AS yellow_issued_before, y.yellow_issued AS yellow_issued_year_before, b.red_issued AS
    red_issued_before, y.red_issued AS red_issued_year_before, b.cards_taken_back AS cards_taken_back_before, y.cards_taken_back AS
    cards_taken_back_year_before, b.complaints_received AS complaints_received_before, y.complaints_received AS
    complaints_received_year_before, b.complaint_closing_rate AS complaint_closing_rate_before, y.complaint_closing_rate AS
    complaint_closing_rate_year_before, b.satisfaction_rate AS satisfaction_rate_before, y.satisfaction_rate AS
    satisfaction_rate_year_before, b.attendance_rate AS attendance_rate_before, y.attendance_rate AS attendance_rate_year_before,
    b.average_stage_hours AS average_stage_hours_before, y.average_stage_hours AS average_stage_hours_year_before
FROM n
LEFT JOIN n b ON b.period = n.period AND b.scope = n.scope AND b.region = n.region AND b.hall = n.hall AND b.department = n.department AND b.window_id = n.window_id AND b.item = n.item AND b.stage = n.stage
    AND b.starts_on = (n.starts_on - CASE n.period WHEN 'day' THEN interval '1 day' WHEN 'week' THEN interval '7 days' ELSE interval '1 month' END)::date
LEFT JOIN n y ON y.period = n.period AND y.scope = n.scope AND y.region = n.region AND y.hall = n.hall AND y.department = n.department AND y.window_id = n.window_id AND y.item = n.item AND y.stage = n.stage
    AND y.starts_on = (n.starts_on - CASE n.period WHEN 'week' THEN interval '364 days' ELSE interval '1 year' END)::date;

GRANT SELECT ON ALL TABLES IN SCHEMA :schema TO supervise_ledger, supervise_reader;
