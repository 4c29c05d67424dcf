-- name: visit
-- Note that somebody writes, at most once a minute unless something is new of them; tell who it is.
WITH known AS (
    SELECT * FROM visitors
    WHERE account = $1 AND name = $2 AND spoken = $3 AND blocked_at IS NULL
        AND seen_at > now() - interval '1 minute'
), stale AS (
    UPDATE notices SET delivered_at = now() FROM visitors
    WHERE visitors.account = $1 AND blocked_at IS NOT NULL AND notices.account = $1
        AND delivered_at IS NULL AND created_at <= now() - $4::interval
), written AS (
    INSERT INTO visitors (account, name, spoken)
    SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT FROM known)
    ON CONFLICT (account) DO UPDATE SET
        name = excluded.name, spoken = excluded.spoken, seen_at = now(), blocked_at = NULL
    RETURNING *
)
SELECT
    who.*, banned_at, reason AS ban_reason,
    (SELECT every FROM accounts WHERE id = who.account) AS read_every
FROM (SELECT * FROM known UNION ALL SELECT * FROM written) AS who LEFT JOIN bans USING (account);

-- name: visitor
-- Who has written to the bot.
SELECT
    visitors.*, banned_at, reason AS ban_reason,
    (SELECT every FROM accounts WHERE id = visitors.account) AS read_every
FROM visitors LEFT JOIN bans USING (account) WHERE account = $1;

-- name: choose
-- Keep what somebody has chosen; the language that is spoken is none of one's own choice.
UPDATE visitors SET
    chosen = nullif(coalesce($2, chosen), 'spoken'), timezone = coalesce($3, timezone)
WHERE account = $1
RETURNING account;

-- name: block
-- Note that somebody has blocked the bot.
UPDATE visitors SET blocked_at = now() WHERE account = $1 AND blocked_at IS NULL;

-- name: unblock
-- Note that messages reach somebody again; what was to be told too long ago is not told any more.
WITH back AS (
    UPDATE visitors SET blocked_at = NULL WHERE account = $1 AND blocked_at IS NOT NULL
    RETURNING account
)
UPDATE notices SET delivered_at = now() FROM back
WHERE notices.account = back.account AND delivered_at IS NULL
    AND created_at <= now() - $2::interval;

-- name: forget_visitor
-- Delete who has written to the bot, why they were banned and whom they banned, but not the bans.
WITH gone AS (
    DELETE FROM visitors WHERE account = $1
)
UPDATE bans SET
    reason = CASE WHEN account <> $1 THEN reason END,
    banned_by = nullif(banned_by, $1)
WHERE account = $1 OR banned_by = $1;

-- name: ban
-- Ban an account, unless it is; whoever it is.
INSERT INTO bans (account, banned_by, reason) VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING RETURNING account;

-- name: unban
-- Ban an account no more.
DELETE FROM bans WHERE account = $1 RETURNING account;

-- name: banned
-- The accounts that are banned.
SELECT account FROM bans ORDER BY account;

-- name: tellable_notices
-- The notices not delivered yet that would reach whom they are for, the oldest of each one first.
SELECT id, account, kind, occurrence, data, created_at, delivered_at FROM (
    SELECT *, row_number() OVER (PARTITION BY account ORDER BY id) AS turn FROM notices
    WHERE delivered_at IS NULL AND (
        account IS NULL
        OR EXISTS (
            SELECT FROM visitors WHERE visitors.account = notices.account AND blocked_at IS NULL
        )
        AND NOT EXISTS (SELECT FROM bans WHERE bans.account = notices.account)
    )
) AS waiting
ORDER BY turn, id LIMIT $1;

-- name: drop_untold
-- Have what was to be told to those who blocked the bot too long ago not told any more.
WITH stale AS MATERIALIZED (
    SELECT id FROM notices JOIN visitors USING (account)
    WHERE delivered_at IS NULL AND created_at <= now() - $1::interval AND blocked_at IS NOT NULL
    FOR NO KEY UPDATE OF notices SKIP LOCKED
)
UPDATE notices SET delivered_at = now() FROM stale WHERE notices.id = stale.id;

-- name: visitors
-- Those who have an account, wrote to the bot, or are banned; who wrote last comes first.
WITH page AS (
    SELECT
        account, visitors.name, coalesce(chosen, spoken) AS language, first_at, seen_at,
        blocked_at, banned_at, bans.reason AS ban_reason, accounts.reason AS state_reason,
        CASE
            WHEN waiting AND coalesce(revoked OR expires_at <= now(), true) THEN 'NEW'
            ELSE state
        END AS state
    FROM (
        SELECT id AS account FROM accounts
        UNION SELECT account FROM visitors
        UNION SELECT account FROM bans
    ) AS people
    LEFT JOIN visitors USING (account)
    LEFT JOIN bans USING (account)
    LEFT JOIN accounts ON id = account
    LEFT JOIN nodes ON incarnation = holder
    WHERE $1::text IS NULL OR account::text = $1 OR strpos(lower(visitors.name), lower($1)) > 0
), chosen AS (
    SELECT * FROM page
    WHERE CASE $2::text
        WHEN 'banned' THEN banned_at IS NOT NULL
        WHEN 'blocked' THEN blocked_at IS NOT NULL
        WHEN 'visitor' THEN state IS NULL
        ELSE $2 IS NULL OR state = $2
    END
    ORDER BY seen_at DESC NULLS LAST, account LIMIT $3 OFFSET $4
)
SELECT
    chosen.*, following.channels, last.began_at AS read_at, last.report ->> 'added' AS added,
    waits.until AS flood_until
FROM chosen
CROSS JOIN LATERAL (
    SELECT count(*) AS channels FROM subscriptions
    WHERE subscriptions.account = chosen.account AND wanted AND left_at IS NULL
) AS following
LEFT JOIN LATERAL (
    SELECT began_at, report FROM reports WHERE reports.account = chosen.account
    ORDER BY began_at DESC, id DESC LIMIT 1
) AS last ON true
CROSS JOIN LATERAL (
    SELECT max(until) AS until FROM floods
    WHERE floods.account = chosen.account AND until > now()
) AS waits
ORDER BY seen_at DESC NULLS LAST, account;

-- name: limits
-- What an account is allowed: what the operator has said, or else the best of its invites.
SELECT
    coalesce(allowances.channels, invited.channels) AS channels,
    coalesce(allowances.questions, invited.questions) AS questions_per_day
FROM (
    SELECT
        max((limits -> 'channels')::int)
            FILTER (WHERE jsonb_typeof(limits -> 'channels') = 'number') AS channels,
        max((limits -> 'questions')::int)
            FILTER (WHERE jsonb_typeof(limits -> 'questions') = 'number') AS questions
    FROM invite_claims JOIN invites ON invites.id = invite
    WHERE invite_claims.account = $1 AND spent_at IS NOT NULL
) AS invited
LEFT JOIN allowances ON allowances.account = $1;

-- name: set_limits
-- Say what an account is allowed; null: what its invites say.
INSERT INTO allowances (account, channels, questions) SELECT id, $2, $3 FROM accounts WHERE id = $1
ON CONFLICT (account) DO UPDATE SET channels = excluded.channels, questions = excluded.questions
RETURNING account;

-- name: take_question
-- Count a question of today, in UTC, if an account that may ask so many has one left.
INSERT INTO questions (account, day, asked)
SELECT id, today, 1 FROM accounts, (SELECT (now() AT TIME ZONE 'UTC')::date AS today) AS calendar
WHERE id = $1 AND ($2::int IS NULL OR $2 > 0)
FOR KEY SHARE OF accounts
ON CONFLICT (account) DO UPDATE SET
    day = greatest(questions.day, excluded.day),
    asked = CASE WHEN questions.day < excluded.day THEN 1 ELSE questions.asked + 1 END
WHERE questions.day < excluded.day OR $2 IS NULL OR questions.asked < $2
RETURNING account;

-- name: next_question
-- When an account may ask again, null if there is none: when the day is over, in UTC.
SELECT ((now() AT TIME ZONE 'UTC')::date + 1)::timestamp AT TIME ZONE 'UTC'
FROM accounts WHERE id = $1;

-- name: hold_timezone
-- The time zone somebody has chosen, which they do not change before this transaction ends.
SELECT timezone FROM visitors WHERE account = $1 FOR SHARE;

-- name: plan_digest
-- Keep when an account gets its digest, and of what; one that is being made counts no more.
INSERT INTO digest_plans AS plan (account, at, days, topics, channels, lines, next_at)
SELECT id, $2, $3, $4, $5, $6, $7 FROM accounts WHERE id = $1 FOR KEY SHARE
ON CONFLICT (account) DO UPDATE SET
    at = excluded.at, days = excluded.days, topics = excluded.topics,
    channels = excluded.channels, lines = excluded.lines, next_at = excluded.next_at,
    lease = plan.lease + 1, taken_until = NULL, tries = 0
RETURNING account, at, days, topics, channels, lines, next_at;

-- name: digest_plan
-- When an account gets its digest, and of what.
SELECT account, at, days, topics, channels, lines, next_at FROM digest_plans WHERE account = $1;

-- name: unplan_digest
-- Let an account get no more digests.
DELETE FROM digest_plans WHERE account = $1 RETURNING account;

-- name: lock_plan
-- Lock when an account gets its digest.
SELECT at, days FROM digest_plans WHERE account = $1 FOR UPDATE;

-- name: move_digest
-- Say when an account gets its digest next; one that is being made counts no more.
UPDATE digest_plans SET next_at = $2, lease = lease + 1, taken_until = NULL, tries = 0
WHERE account = $1;

-- name: due_digests
-- Lock digests that are due, nobody makes, and would reach a person who is logged in.
SELECT
    plan.account, at, days, topics, channels, lines, next_at, sent_to, lease + 1 AS lease, tries,
    timezone, coalesce(chosen, spoken) AS language
FROM digest_plans AS plan
JOIN accounts ON id = plan.account
JOIN visitors ON visitors.account = plan.account
WHERE next_at <= $1 AND (taken_until IS NULL OR taken_until <= $1)
    AND state = 'READY' AND blocked_at IS NULL
    AND NOT EXISTS (SELECT FROM bans WHERE bans.account = plan.account)
ORDER BY next_at, plan.account
LIMIT $2 FOR NO KEY UPDATE OF plan SKIP LOCKED FOR KEY SHARE OF accounts SKIP LOCKED;

-- name: take_digests
-- Take digests until a time, to be made.
UPDATE digest_plans SET lease = lease + 1, taken_until = $2, tries = tries + 1
WHERE account = ANY ($1::bigint[]);

-- name: lock_taken_digest
-- Lock a digest that was taken, if nothing was changed since.
SELECT at, days, next_at, timezone
FROM digest_plans AS plan LEFT JOIN visitors USING (account)
WHERE plan.account = $1 AND lease = $2 AND taken_until IS NOT NULL
FOR NO KEY UPDATE OF plan;

-- name: finish_digest
-- Note that a digest was sent, and when the next one is.
UPDATE digest_plans SET next_at = $2, sent_to = next_at, taken_until = NULL, tries = 0
WHERE account = $1;

-- name: know_bot
-- Register a bot of which updates are asked for.
INSERT INTO pollers (bot) VALUES ($1) ON CONFLICT DO NOTHING;

-- name: poller
-- Who asks for a bot's updates, whether its lease has run out, and whether ours has been revoked.
SELECT
    incarnation, name, revoked OR expires_at <= clock_timestamp() AS dead,
    NOT EXISTS (SELECT FROM nodes WHERE incarnation = $2 AND NOT revoked) AS lost
FROM pollers LEFT JOIN nodes ON incarnation = holder
WHERE bot = $1;

-- name: hold_bot
-- Make a bot ours, if it is still held as it was seen.
UPDATE pollers SET holder = $2 WHERE bot = $1 AND holder IS NOT DISTINCT FROM $3::uuid
RETURNING bot;

-- name: release_bot
-- Make a bot nobody's, if it is ours.
UPDATE pollers SET holder = NULL WHERE bot = $1 AND holder = $2;

-- name: states
-- How many accounts are in each state.
SELECT state, count(*) AS accounts FROM accounts GROUP BY state ORDER BY state;

-- name: count_visitors
-- How many have written to the bot, have blocked it, and are banned.
SELECT
    count(*) AS visitors, count(blocked_at) AS blocked, (SELECT count(*) FROM bans) AS banned
FROM visitors;

-- name: works
-- How much work there is of each kind.
WITH fresh AS (
    SELECT kind, sum(cardinality(posts)) AS posts
    FROM arrivals CROSS JOIN LATERAL unnest(kinds) AS kind
    GROUP BY kind
)
SELECT
    kind,
    (count(*) FILTER (WHERE dead_at IS NULL AND not_before <= now())
        + coalesce(max(fresh.posts), 0))::int8 AS due,
    count(*) FILTER (WHERE dead_at IS NULL AND not_before > now()) AS waiting,
    count(dead_at) AS dead
FROM unnest('{index,tag,unindex}'::text[]) AS kind
LEFT JOIN work USING (kind)
LEFT JOIN fresh USING (kind)
GROUP BY kind ORDER BY kind;

-- name: deaths
-- Why most of each kind of work was given up.
SELECT kind, reason, posts FROM (
    SELECT
        kind, coalesce(reason, '') AS reason, count(*) AS posts,
        row_number() OVER (PARTITION BY kind ORDER BY count(*) DESC, reason) AS place
    FROM work WHERE dead_at IS NOT NULL GROUP BY kind, reason
) AS counted
WHERE place <= $1 ORDER BY kind, place;

-- name: floods_now
-- Whom Telegram lets wait now, the longest first.
SELECT account, method, until FROM floods WHERE until > $1 ORDER BY until DESC, account LIMIT $2;
