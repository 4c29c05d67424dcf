-- What is seen of how fresh the archive is. Nothing here names an account or a channel.

-- name: stored_by_hour
-- How many posts were stored in each of the last 24 hours, by how many hours ago they ended.
SELECT floor(extract(epoch FROM $1 - at) / 3600)::integer AS ago, sum(posts)::int8 AS posts
FROM storings WHERE at > $1 - interval '24 hours' AND at <= $1
GROUP BY ago;

-- name: forget_storings
-- Drop what nobody looks at any more.
DELETE FROM storings WHERE at < now() - interval '48 hours';

-- name: work_ages
-- How much work of each kind is due, waits and was given up, and since when the oldest is due.
WITH fresh AS (
    SELECT kind, sum(cardinality(posts)) AS posts, min(arrived_at) AS oldest
    FROM arrivals CROSS JOIN LATERAL unnest(kinds) AS kind
    GROUP BY kind
)
SELECT
    kind,
    (count(*) FILTER (WHERE dead_at IS NULL AND not_before <= $1)
        + coalesce(max(fresh.posts), 0))::int8 AS due,
    count(*) FILTER (WHERE dead_at IS NULL AND not_before > $1) AS waiting,
    count(dead_at) AS dead,
    least(
        min(not_before) FILTER (WHERE dead_at IS NULL AND not_before <= $1),
        max(fresh.oldest)
    ) AS oldest
FROM unnest('{index,tag,unindex}'::text[]) AS kind
LEFT JOIN work USING (kind)
LEFT JOIN fresh USING (kind)
GROUP BY kind ORDER BY kind;

-- name: held
-- About how many posts are held, whom Telegram lets wait, the newest report, and untold notices.
SELECT
    CASE
        WHEN reltuples < 10000 THEN (SELECT count(*) FROM posts)
        ELSE reltuples::int8
    END AS posts,
    (SELECT count(DISTINCT account) FROM floods WHERE until > $1) AS flooded,
    (SELECT max(began_at) FROM reports) AS last_report,
    (SELECT count(*) FROM notices WHERE delivered_at IS NULL) AS untold,
    (
        SELECT count(DISTINCT id) FROM channels JOIN followers ON channel = id
        WHERE failures > 0 AND state = 'READY'
    ) AS failing
FROM pg_class WHERE oid = 'posts'::regclass;

-- name: floods_by_method
-- How many accounts Telegram lets wait with each method.
SELECT method, count(*) AS accounts FROM floods WHERE until > $1 GROUP BY method ORDER BY method;
