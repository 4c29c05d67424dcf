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
-- One account's state, and whether the login it is in has ended with its process.
SELECT
    id, state, reason, changed_at,
    waiting AND coalesce(revoked OR expires_at <= now(), true) AS given_up
FROM accounts LEFT JOIN nodes ON incarnation = holder
WHERE id = $1;

-- name: was_admitted
-- Whether an account was ever logged in.
SELECT EXISTS (SELECT FROM accounts WHERE id = $1 AND admitted_at IS NOT NULL);

-- name: accounts
-- Every account's state, and whether the login it is in has ended with its process.
SELECT
    id, state, reason, changed_at,
    waiting AND coalesce(revoked OR expires_at <= now(), true) AS given_up
FROM accounts LEFT JOIN nodes ON incarnation = holder
ORDER BY id;

-- name: set_account
-- Put an account into a state, if this hold of it counts.
WITH fence AS MATERIALIZED (
    SELECT incarnation FROM nodes WHERE incarnation = $2 AND NOT revoked FOR KEY SHARE
)
UPDATE accounts SET state = $4, reason = $5, changed_at = now()
FROM fence
WHERE id = $1 AND holder = incarnation AND epoch = $3
RETURNING id, state, reason, changed_at;

-- name: limit_pauses
-- End this transaction if its process says nothing for so long: it may have been stopped.
SELECT set_config('idle_in_transaction_session_timeout', $1, true);

-- name: register_node
-- Register a process that will open accounts.
INSERT INTO nodes (incarnation, name, place, expires_at)
VALUES ($1, $2, $3, now() + make_interval(secs => $4));

-- name: revoke_place
-- Revoke the processes of a place once what they are writing has ended, and name them.
WITH dead AS MATERIALIZED (
    SELECT incarnation FROM nodes WHERE place = $1 ORDER BY incarnation FOR UPDATE
)
UPDATE nodes SET revoked = true FROM dead WHERE nodes.incarnation = dead.incarnation
RETURNING nodes.incarnation;

-- name: give_up_logins
-- End the logins of processes that are dead.
UPDATE accounts SET state = 'NEW', reason = $2, changed_at = now()
WHERE waiting AND holder = ANY ($1::uuid[]);

-- name: forget_nodes
-- Forget processes that died long ago, unless somebody looks at them just now.
DELETE FROM nodes WHERE incarnation IN (
    SELECT incarnation FROM nodes
    WHERE expires_at < now() - make_interval(secs => $1)
    ORDER BY incarnation FOR UPDATE SKIP LOCKED
);

-- name: renew_node
-- Prolong a process's lease, if it was not revoked.
UPDATE nodes SET renewed_at = now(), expires_at = now() + make_interval(secs => $2)
WHERE incarnation = $1 AND NOT revoked
RETURNING incarnation;

-- name: resign_node
-- Forget a process that has closed all it had open; its accounts are nobody's.
DELETE FROM nodes WHERE incarnation = $1;

-- name: register_account
-- Register an account that is not known yet; its epochs go on after those it had before, if it was.
INSERT INTO accounts (id, state, epoch)
VALUES ($1, 'NEW', extract(epoch FROM clock_timestamp()) * 1000)  -- it is claimed less often
ON CONFLICT DO NOTHING;

-- name: holder
-- Who holds an account, whether its lease has run out, and whether ours has been revoked.
SELECT
    epoch, incarnation, name, renewed_at,
    revoked OR expires_at <= clock_timestamp() AS dead,
    NOT EXISTS (SELECT FROM nodes WHERE incarnation = $2 AND NOT revoked) AS lost
FROM accounts LEFT JOIN nodes ON incarnation = holder
WHERE id = $1;

-- name: keep_node
-- See that a process is not revoked before this transaction ends.
SELECT incarnation FROM nodes WHERE incarnation = $1 AND NOT revoked FOR KEY SHARE;

-- name: lock_node
-- Wait for what a process is writing and let it write no more until this transaction ends.
SELECT incarnation FROM nodes WHERE incarnation = $1 FOR UPDATE;

-- name: revoke_expired_node
-- Revoke a process whose lease has run out; it must be locked.
UPDATE nodes SET revoked = true
WHERE incarnation = $1 AND (revoked OR expires_at <= clock_timestamp())
RETURNING incarnation;

-- name: hold_account
-- Make an account ours, if it is still held as it was seen; a login found in it is over.
UPDATE accounts SET
    holder = $3,
    epoch = epoch + 1,
    state = CASE WHEN waiting THEN 'NEW' ELSE state END,
    reason = CASE WHEN waiting THEN $4 ELSE reason END,
    changed_at = CASE WHEN waiting THEN now() ELSE changed_at END
WHERE id = $1 AND epoch = $2 AND holder IS NOT DISTINCT FROM $5::uuid
RETURNING id, state, reason, changed_at, epoch;

-- name: release_account
-- Make an account nobody's, if this hold of it still counts.
UPDATE accounts SET holder = NULL WHERE id = $1 AND holder = $2 AND epoch = $3;

-- name: session
-- One account's sealed session.
SELECT record FROM sessions WHERE account = $1;

-- name: save_session
-- Store a READY account's sealed session in place of the one before, if this hold of it counts.
WITH fence AS MATERIALIZED (
    SELECT id FROM nodes JOIN accounts ON holder = incarnation
    WHERE id = $1 AND incarnation = $2 AND epoch = $3 AND NOT revoked AND state = 'READY'
    FOR KEY SHARE OF nodes FOR SHARE OF accounts
)
INSERT INTO sessions (account, record) SELECT id, $4 FROM fence
ON CONFLICT (account) DO UPDATE SET record = excluded.record, updated_at = now()
RETURNING account;

-- name: admit
-- Put an account into a state together with its sealed session, if this hold of it counts.
WITH fence AS MATERIALIZED (
    SELECT incarnation FROM nodes WHERE incarnation = $2 AND NOT revoked FOR KEY SHARE
), moved AS (
    UPDATE accounts SET
        state = $4, reason = $5, changed_at = now(), admitted_at = coalesce(admitted_at, now())
    FROM fence
    WHERE id = $1 AND holder = incarnation AND epoch = $3
    RETURNING id, state, reason, changed_at
), saved AS (
    INSERT INTO sessions (account, record) SELECT id, $6 FROM moved
    ON CONFLICT (account) DO UPDATE SET record = excluded.record, updated_at = now()
), destroyed AS (
    DELETE FROM quarantined_sessions USING moved WHERE account = moved.id
)
SELECT * FROM moved;

-- name: lock_account
-- Let one change of an account's channels run at a time, if this hold of the account counts.
SELECT id FROM nodes JOIN accounts ON holder = incarnation
WHERE id = $1 AND incarnation = $2 AND epoch = $3 AND NOT revoked
FOR KEY SHARE OF nodes FOR NO KEY UPDATE OF accounts;

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
-- Add a batch's posts that are new and grow the coverage, together, if an account's hold counts.
WITH fence AS MATERIALIZED (
    SELECT accounts.id FROM nodes JOIN accounts ON holder = incarnation
    WHERE accounts.id = $9 AND incarnation = $10 AND epoch = $11 AND NOT revoked
    FOR KEY SHARE OF nodes FOR SHARE OF accounts
), channel AS (
    UPDATE channels SET
        coverage = coverage + int8multirange(int8range($2, $3)),
        floor = coalesce(floor, $4)
    FROM fence
    WHERE channels.id = $1
    RETURNING channels.id, coverage
), added AS (
    -- Reading from channel makes the row's lock come first, so batches of one channel queue.
    INSERT INTO posts (channel_id, id, published_at, edited_at, text)
    SELECT channel.id, post.id, post.published_at, post.edited_at, post.text
    FROM channel, unnest($5::bigint[], $6::timestamptz[], $7::timestamptz[], $8::text[])
        AS post (id, published_at, edited_at, text)
    ON CONFLICT (channel_id, id) DO NOTHING
    RETURNING 1
)
SELECT
    EXISTS (SELECT FROM fence) AS held,
    (SELECT coverage FROM channel) AS coverage,
    (SELECT count(*) FROM added) AS added;

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

-- name: write_notice
-- Write a notice unless that occurrence was told already; drop some that are long delivered.
WITH old AS (
    SELECT id FROM notices
    WHERE delivered_at < now() - interval '30 days' AND came_up_at < now() - interval '30 days'
    LIMIT 100 FOR UPDATE SKIP LOCKED
), dropped AS (
    DELETE FROM notices USING old WHERE notices.id = old.id
)
INSERT INTO notices (account, kind, occurrence, data) VALUES ($1, $2, $3, $4)
ON CONFLICT (coalesce(account, 0), kind, occurrence) DO UPDATE SET came_up_at = now()
    WHERE notices.came_up_at < now() - interval '1 day'
RETURNING came_up_at = created_at;

-- name: pending_notices
-- The notices that are not delivered yet, of one account or of all, oldest first.
SELECT id, account, kind, occurrence, data, created_at, delivered_at FROM notices
WHERE delivered_at IS NULL AND ($1::bigint IS NULL OR account = $1)
ORDER BY id LIMIT $2;

-- name: deliver_notice
-- Mark a notice as delivered.
UPDATE notices SET delivered_at = now() WHERE id = $1 AND delivered_at IS NULL RETURNING id;

-- name: create_invite
-- Make an invite.
INSERT INTO invites (code_hash, label, uses, expires_at, limits, note)
VALUES ($1, $2, $3, $4, $5, $6)
RETURNING id, uses, expires_at;

-- name: invites
-- Every invite with the uses that are spent and reserved.
SELECT
    id, label, uses, forgotten + count(spent_at) AS spent,
    count(*) FILTER (WHERE spent_at IS NULL AND reserved_until > statement_timestamp()) AS reserved,
    expires_at, limits, note, created_at, revoked_at
FROM invites LEFT JOIN invite_claims ON invite = id
GROUP BY id ORDER BY id;

-- name: revoke_invite
-- Take an invite back.
UPDATE invites SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL RETURNING id;

-- name: lock_invite
-- An invite by its code; one claim of it runs at a time, until its transaction ends.
SELECT id, label, expires_at, limits FROM invites
WHERE code_hash = $1 AND revoked_at IS NULL
FOR UPDATE;

-- name: invite_left
-- The uses of an invite that others left to an account, and whether it has spent one.
SELECT
    expires_at <= statement_timestamp() AS expired,
    EXISTS (
        SELECT FROM invite_claims WHERE invite = $1 AND account = $2 AND spent_at IS NOT NULL
    ) AS spent,
    uses - forgotten - (
        SELECT count(*) FROM invite_claims
        WHERE invite = $1 AND account <> $2
            AND (spent_at IS NOT NULL OR reserved_until > statement_timestamp())
    ) AS "left"
FROM invites WHERE id = $1;

-- name: reserve_invite
-- Reserve a use of an invite for so long, instead of what the account had reserved before.
WITH lapsed AS (
    SELECT invite, account FROM invite_claims
    WHERE spent_at IS NULL AND account <> $2
        AND reserved_until < statement_timestamp() - interval '1 day'
    LIMIT 100 FOR UPDATE SKIP LOCKED
), dropped AS (
    DELETE FROM invite_claims AS claim USING lapsed
    WHERE (claim.invite, claim.account) = (lapsed.invite, lapsed.account)
)
INSERT INTO invite_claims AS claim (invite, account, reserved_until)
VALUES ($1, $2, statement_timestamp() + $3::interval)
ON CONFLICT (account) WHERE spent_at IS NULL DO UPDATE SET
    invite = excluded.invite,
    reserved_until = CASE
        WHEN claim.invite = excluded.invite
        THEN greatest(claim.reserved_until, excluded.reserved_until)
        ELSE excluded.reserved_until
    END;

-- name: lock_reserved_invite
-- The invite of which an account has reserved a use; one claim of it runs at a time.
SELECT id FROM invites
WHERE id = (SELECT invite FROM invite_claims WHERE account = $1 AND spent_at IS NULL)
FOR UPDATE;

-- name: spend_invite
-- Spend the use that an account reserved, if others left it one.
UPDATE invite_claims SET spent_at = now()
FROM invites
WHERE id = $1 AND invite = $1 AND account = $2 AND spent_at IS NULL AND uses - forgotten > (
    SELECT count(*) FROM invite_claims AS claim
    WHERE claim.invite = $1 AND claim.account <> $2
        AND (claim.spent_at IS NOT NULL OR claim.reserved_until > statement_timestamp())
)
RETURNING invite;

-- name: give_back_invite
-- Free the use that an account has reserved and not spent.
DELETE FROM invite_claims WHERE account = $1 AND spent_at IS NULL;

-- name: lock_claimed_invites
-- Lock the invites an account has claimed, in the order of ids so that two do not deadlock.
SELECT id FROM invites
WHERE id IN (SELECT invite FROM invite_claims WHERE account = $1)
ORDER BY id FOR UPDATE;

-- name: forget_claims
-- Remove an account's claims, and keep count of the uses that it spent.
WITH gone AS (
    DELETE FROM invite_claims WHERE account = $1 RETURNING invite, spent_at
)
UPDATE invites SET forgotten = forgotten + 1
FROM gone WHERE id = invite AND spent_at IS NOT NULL;

-- name: quarantine_session
-- Put an account's session aside as it is sealed.
WITH gone AS (
    DELETE FROM sessions WHERE account = $1 RETURNING account, record
)
INSERT INTO quarantined_sessions (account, record, reason) SELECT account, record, $2 FROM gone
ON CONFLICT (account) DO UPDATE SET
    record = excluded.record, reason = excluded.reason, quarantined_at = now();

-- name: destroy_records
-- Destroy an account's session, and the one that was put aside.
WITH aside AS (
    DELETE FROM quarantined_sessions WHERE account = $1
)
DELETE FROM sessions WHERE account = $1;

-- name: hold_keys
-- Let no rotation begin to look until this transaction, which is about to seal, has ended.
SELECT pg_advisory_xact_lock_shared(7305812466);

-- name: settle_keys
-- Wait for the transactions that may have sealed with an older key.
SELECT pg_advisory_xact_lock(7305812466);

-- name: sessions_after
-- Lock the sessions of the next accounts.
SELECT account, record FROM sessions WHERE account > $1 ORDER BY account LIMIT $2 FOR UPDATE;

-- name: reseal_session
-- Replace the seal of a session.
UPDATE sessions SET record = $2 WHERE account = $1;

-- name: quarantined_after
-- Lock the sessions put aside of the next accounts.
SELECT account, record FROM quarantined_sessions
WHERE account > $1 ORDER BY account LIMIT $2 FOR UPDATE;

-- name: reseal_quarantined
-- Replace the seal of a session that was put aside.
UPDATE quarantined_sessions SET record = $2 WHERE account = $1;

-- name: lock_seen_channels
-- Lock the channels an account ever followed, in the order of ids so that two do not deadlock.
SELECT channels.id FROM subscriptions JOIN channels ON channels.id = subscriptions.channel
WHERE account = $1 ORDER BY channels.id FOR UPDATE OF channels;

-- name: forget_notices
-- Delete what the operator was to be told about an account.
DELETE FROM notices WHERE account IS NULL AND data -> 'account' = to_jsonb($1::bigint);

-- name: delete_account
-- Delete an account with everything that refers to it.
DELETE FROM accounts WHERE id = $1;

-- name: delete_forsaken_channels
-- Delete those of some channels that nobody follows, with their posts, and count both.
WITH gone AS (
    DELETE FROM channels WHERE id = ANY ($1::bigint[]) AND NOT EXISTS (
        SELECT FROM subscriptions WHERE channel = channels.id AND left_at IS NULL
    )
    RETURNING id
)
SELECT
    (SELECT count(*) FROM gone) AS channels,
    (SELECT count(*) FROM posts WHERE channel_id IN (SELECT id FROM gone)) AS posts;
