-- name: lock_schema
-- Let one migration at a time run in this database, until its transaction ends.
SELECT pg_advisory_xact_lock(7305812465);

-- name: traits
-- What a database is like: the server's version, the encoding, and the tables it holds.
WITH place AS (
    SELECT oid, nspname FROM pg_namespace WHERE nspname = current_schema()
)
SELECT
    current_setting('server_version_num')::int AS version,
    current_setting('server_encoding') AS encoding,
    coalesce((SELECT has_schema_privilege(oid, 'CREATE') FROM place), false) AS may_create,
    (
        SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = to_regclass('migrations') AND attnum > 0 AND NOT attisdropped
    ) AS migrations,
    (
        SELECT min(relname::text) FROM pg_class JOIN place ON place.oid = relnamespace
        WHERE relkind IN ('r', 'p') AND NOT EXISTS (  -- an extension's tables are nobody's
            SELECT FROM pg_depend
            WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e'
        )
    ) AS "table";

-- name: lowered
-- Put a text into lower case as this database's locale does.
SELECT lower($1::text);

-- name: create_migrations
-- Make the record of applied migrations.
CREATE TABLE migrations (
    number integer PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);

-- name: applied_migrations
-- List the applied migrations in order.
SELECT number, name, checksum FROM migrations ORDER BY number;

-- name: record_migration
-- Remember that a migration was applied.
INSERT INTO migrations (number, name, checksum) VALUES ($1, $2, $3);

-- name: account
-- One account's state.
SELECT id, state, reason, changed_at FROM accounts WHERE id = $1;

-- name: accounts
-- Every account's state.
SELECT id, state, reason, changed_at FROM accounts ORDER BY id;

-- name: set_account
-- Put an account into a state, registering it if it is new.
INSERT INTO accounts (id, state, reason) VALUES ($1, $2, $3)
ON CONFLICT (id) DO UPDATE
    SET state = excluded.state, reason = excluded.reason, changed_at = now()
RETURNING id, state, reason, changed_at;

-- name: session
-- One account's sealed session.
SELECT record FROM sessions WHERE account = $1;

-- name: save_session
-- Store a registered account's sealed session in place of the one before.
INSERT INTO sessions (account, record) SELECT id, $2 FROM accounts WHERE id = $1
ON CONFLICT (account) DO UPDATE SET record = excluded.record, updated_at = now()
RETURNING account;

-- name: discard_session
-- Forget an account's session.
DELETE FROM sessions WHERE account = $1;

-- name: lock_account
-- Let one change of an account's channels run at a time, until its transaction ends.
SELECT id FROM accounts WHERE id = $1 FOR NO KEY UPDATE;

-- name: see_channels
-- Register the channels an account sees, in the order of their ids so that two do not deadlock.
INSERT INTO channels (id, title, username)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[]) AS seen (id, title, username)
ORDER BY id
ON CONFLICT (id) DO UPDATE SET title = excluded.title, username = excluded.username
    WHERE (channels.title, channels.username) IS DISTINCT FROM (excluded.title, excluded.username);

-- name: subscribe
-- Make exactly these channels the ones an account follows; the others are left.
WITH seen AS (
    SELECT * FROM unnest($2::bigint[], $3::bigint[], $4::bigint[])
        WITH ORDINALITY AS seen (channel, access_hash, top, position)
), gone AS (
    UPDATE subscriptions SET left_at = now()
    WHERE account = $1 AND left_at IS NULL AND channel <> ALL ($2::bigint[])
)
INSERT INTO subscriptions (account, channel, access_hash, top, position)
SELECT $1, channel, access_hash, top, position FROM seen
ON CONFLICT (account, channel) DO UPDATE SET
    access_hash = excluded.access_hash,
    top = excluded.top,
    position = excluded.position,
    followed_at = CASE
        WHEN subscriptions.left_at IS NULL THEN subscriptions.followed_at ELSE now()
    END,
    left_at = NULL;

-- name: followed
-- The channels an account follows, in its order, with what of them was read.
SELECT channels.id, access_hash, title, username, coverage, floor, top
FROM subscriptions JOIN channels ON channels.id = subscriptions.channel
WHERE account = $1 AND left_at IS NULL
ORDER BY position, channels.id;

-- name: store_posts
-- Store a batch: add the posts that are new and grow the coverage, together.
WITH channel AS (
    UPDATE channels SET
        coverage = coverage + int8multirange(int8range($2, $3)),
        floor = coalesce(floor, $4)
    WHERE id = $1
    RETURNING id, coverage
), added AS (
    -- Reading from channel makes the row's lock come first, so batches of one channel queue.
    INSERT INTO posts (channel_id, id, published_at, edited_at, text)
    SELECT channel.id, post.id, post.published_at, post.edited_at, post.text
    FROM channel, unnest($5::bigint[], $6::timestamptz[], $7::timestamptz[], $8::text[])
        AS post (id, published_at, edited_at, text)
    ON CONFLICT (channel_id, id) DO NOTHING
    RETURNING 1
)
SELECT coverage, (SELECT count(*) FROM added) AS added FROM channel;

-- name: newest_posts
-- The newest posts of the channels an account follows, or of one of them.
SELECT
    post.channel_id, title, username, post.id, post.published_at, post.edited_at, post.text
FROM subscriptions
JOIN channels ON channels.id = subscriptions.channel
CROSS JOIN LATERAL (
    SELECT * FROM posts WHERE channel_id = channels.id
    ORDER BY published_at DESC, id DESC LIMIT $2
) AS post
WHERE account = $1 AND left_at IS NULL AND ($3::bigint IS NULL OR channels.id = $3)
ORDER BY post.published_at DESC, post.id DESC, post.channel_id
LIMIT $2;

-- name: channel_views
-- The channels an account follows, in its order, with what is held of them.
SELECT
    channels.id, title, username, coverage, floor,
    (SELECT count(*) FROM posts WHERE channel_id = channels.id) AS posts,
    (SELECT max(published_at) FROM posts WHERE channel_id = channels.id) AS newest_at
FROM subscriptions JOIN channels ON channels.id = subscriptions.channel
WHERE account = $1 AND left_at IS NULL
ORDER BY position, channels.id;

-- name: count_posts
-- How many posts are held of the channels an account follows.
SELECT count(*) FROM posts
JOIN subscriptions ON subscriptions.channel = posts.channel_id
WHERE account = $1 AND left_at IS NULL;

-- name: count_accounts
-- How many accounts are registered.
SELECT count(*) FROM accounts;

-- name: sealed_sessions
-- The newest sealed sessions, for a look at whether they open.
SELECT account, record FROM sessions ORDER BY updated_at DESC, account LIMIT $1;
