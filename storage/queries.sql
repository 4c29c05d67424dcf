-- name: lock_schema
-- Let one migration at a time run in this database, until its transaction ends.
SELECT pg_advisory_xact_lock(7305812465);

-- name: types_to_learn
-- The types that a parse meets and that have no fixed form: asked of once for each connection.
SELECT NULL::bigint[], NULL::int8multirange, NULL::incoming_post[];

-- name: traits
-- What a database is like: the server, its roles, the encoding, and the tables it holds.
WITH place AS (
    SELECT oid, nspname FROM pg_namespace WHERE nspname = current_schema()
)
SELECT
    current_setting('server_version_num')::int AS version,
    current_setting('server_encoding') AS encoding,
    current_user AS "user",
    (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user) AS may_make_roles,
    (
        SELECT CASE
            WHEN rolsuper OR rolbypassrls OR rolcanlogin THEN 'strong'
            WHEN pg_has_role(current_user, oid, CASE
                WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER'
            END) THEN 'ready'
            WHEN pg_has_role(current_user, oid, 'MEMBER WITH ADMIN OPTION') THEN 'open'
            ELSE 'closed'
        END
        FROM pg_roles WHERE rolname = 'tgactors_reader'
    ) AS reader,
    (
        SELECT pg_get_userbyid(relowner)::text FROM pg_class
        WHERE oid = to_regclass('posts') AND row_security_active(oid)
    ) AS hidden_by,
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

-- name: living_holder
-- Which living process has an account.
SELECT incarnation::text, name FROM accounts JOIN nodes ON incarnation = holder
WHERE id = $1 AND NOT revoked AND expires_at > now();

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
), settled AS (
    UPDATE notices SET delivered_at = now() FROM moved
    WHERE notices.account = moved.id AND kind = 'expired' AND delivered_at IS NULL
)
SELECT * FROM moved;

-- name: lock_account
-- Let one change of an account's channels run at a time, if this hold of the account counts.
SELECT id FROM nodes JOIN accounts ON holder = incarnation
WHERE id = $1 AND incarnation = $2 AND epoch = $3 AND NOT revoked
FOR KEY SHARE OF nodes FOR NO KEY UPDATE OF accounts;

-- name: keep_hold
-- See that a hold of an account counts, until this transaction ends.
SELECT id FROM nodes JOIN accounts ON holder = incarnation
WHERE id = $1 AND incarnation = $2 AND epoch = $3 AND NOT revoked
FOR KEY SHARE OF nodes FOR SHARE OF accounts;

-- name: lock_anyones_account
-- Let one change of an account's channels run at a time, whoever holds the account.
SELECT id FROM accounts WHERE id = $1 FOR NO KEY UPDATE;

-- name: former_owners
-- The channels that were called as others are called now.
WITH fresh AS MATERIALIZED (
    SELECT * FROM unnest($1::bigint[], $2::text[]) AS seen (id, username)
    WHERE username IS NOT NULL AND NOT EXISTS (
        SELECT FROM channels WHERE channels.id = seen.id AND channels.username = seen.username
    )
)
SELECT channels.id FROM fresh JOIN channels ON lower(channels.username) = lower(fresh.username)
WHERE channels.id <> fresh.id;

-- name: take_names
-- Take the names from channels that have them no more.
UPDATE channels SET username = NULL WHERE id = ANY ($1::bigint[]);

-- name: see_channels
-- Register the channels an account sees, in the order of their ids so that two do not deadlock.
INSERT INTO channels (id, title, username, protected, pts)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::boolean[], $5::bigint[])
    AS seen (id, title, username, protected, pts)
ORDER BY id
ON CONFLICT (id) DO UPDATE SET
    title = excluded.title,
    username = excluded.username,
    protected = excluded.protected,
    pts = coalesce(channels.pts, excluded.pts)  -- what is known of its changes is not skipped
WHERE
    (channels.title, channels.username, channels.protected)
        IS DISTINCT FROM (excluded.title, excluded.username, excluded.protected)
    OR (channels.pts IS NULL AND excluded.pts IS NOT NULL);

-- name: standings
-- How an account stands to each channel that it knows.
SELECT
    channel, source, why_left AS why, wanted, username IS NULL AS private, position
FROM subscriptions JOIN channels ON channels.id = channel
WHERE account = $1;

-- name: subscribe
-- Confirm these channels as ones an account is a member of, followed unless there is a why.
INSERT INTO subscriptions (
    account, channel, access_hash, top, position, confirmed_at, source, left_at, why_left
)
SELECT
    $1, channel, access_hash, top, position, now(), source,
    CASE WHEN why IS NOT NULL THEN now() END, why
FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[])
    WITH ORDINALITY AS seen (channel, access_hash, top, source, why, position)
ON CONFLICT (account, channel) DO UPDATE SET
    access_hash = excluded.access_hash,
    top = excluded.top,
    position = excluded.position,
    confirmed_at = excluded.confirmed_at,
    source = excluded.source,
    followed_at = CASE
        WHEN subscriptions.left_at IS NULL THEN subscriptions.followed_at ELSE now()
    END,
    visible_from = CASE WHEN subscriptions.left_at IS NULL THEN subscriptions.visible_from END,
    left_at = CASE
        WHEN subscriptions.why_left = excluded.why_left THEN subscriptions.left_at
        ELSE excluded.left_at
    END,
    why_left = excluded.why_left;

-- name: restand
-- Note how an account stands now to channels that no list had.
UPDATE subscriptions SET
    left_at = CASE WHEN now.why IS NOT NULL THEN now() END,
    why_left = now.why,
    followed_at = CASE WHEN now.why IS NULL THEN now() ELSE followed_at END,
    visible_from = CASE WHEN now.why IS NOT NULL THEN visible_from END
FROM unnest($2::bigint[], $3::text[]) AS now (channel, why)
WHERE account = $1 AND subscriptions.channel = now.channel;

-- name: folders
-- The folders an account follows, in the order in which it began to.
SELECT
    folder AS id, title, gone,
    (
        SELECT count(*) FROM subscriptions
        WHERE subscriptions.account = $1 AND source = 'folder:' || folder
            AND wanted AND left_at IS NULL
    ) AS channels
FROM account_folders WHERE account = $1
ORDER BY followed_at, folder;

-- name: follow_folder
-- Let an account follow a folder.
INSERT INTO account_folders (account, folder, title) VALUES ($1, $2, $3)
ON CONFLICT (account, folder) DO UPDATE SET title = excluded.title, gone = false;

-- name: see_folders
-- Note what the folders that an account follows are called now, and which of them are gone.
UPDATE account_folders SET
    title = coalesce(seen.title, account_folders.title), gone = seen.id IS NULL
FROM account_folders AS mine
LEFT JOIN unnest($2::int[], $3::text[]) AS seen (id, title) ON id = mine.folder
WHERE account_folders.account = $1 AND mine.account = $1 AND mine.folder = account_folders.folder;

-- name: unfollow_folder
-- Let an account follow a folder no more; its list is due again at once.
WITH gone AS (
    DELETE FROM account_folders WHERE account = $1 AND folder = $2 RETURNING account
)
UPDATE accounts SET confirm_at = NULL FROM gone WHERE id = gone.account
RETURNING id;

-- name: channel_limit
-- How many channels an account may follow as the operator or its invites say; null: as anybody.
SELECT coalesce(
    (SELECT channels FROM allowances WHERE account = $1),
    (
        SELECT max((limits -> 'channels')::int)
        FROM invite_claims JOIN invites ON invites.id = invite
        WHERE account = $1 AND spent_at IS NOT NULL
            AND jsonb_typeof(limits -> 'channels') = 'number'
    )
);

-- name: count_followed
-- How many channels an account follows, but for one.
SELECT count(*) FROM subscriptions
WHERE account = $1 AND channel IS DISTINCT FROM $2 AND wanted AND left_at IS NULL;

-- name: subscribe_one
-- Let an account follow a channel by its own choice, after all those it follows.
INSERT INTO subscriptions (
    account, channel, access_hash, top, position, confirmed_at, depth, reach, source
)
SELECT $1, $2, $3, $4, coalesce(max(position) + 1, 1), now(), $5, $6, $7
FROM subscriptions WHERE account = $1
ON CONFLICT (account, channel) DO UPDATE SET
    access_hash = excluded.access_hash,
    top = excluded.top,
    confirmed_at = excluded.confirmed_at,
    depth = excluded.depth,
    reach = excluded.reach,
    source = excluded.source,
    wanted = true,
    followed_at = CASE
        WHEN subscriptions.left_at IS NULL AND subscriptions.wanted
        THEN subscriptions.followed_at ELSE now()
    END,
    visible_from = CASE WHEN subscriptions.left_at IS NULL THEN subscriptions.visible_from END,
    left_at = NULL,
    why_left = NULL;

-- name: unwant
-- Let an account follow a channel no more, member of it or not.
UPDATE subscriptions SET wanted = false
WHERE account = $1 AND channel = $2 AND wanted
RETURNING channel;

-- name: lose_channel
-- Note why an account cannot read a channel any more.
UPDATE subscriptions SET left_at = now(), why_left = $3
WHERE account = $1 AND channel = $2 AND left_at IS NULL
RETURNING channel;

-- name: forget_wishes
-- Note that a channel is held as deep as any of its followers has wished.
UPDATE subscriptions SET depth = NULL, reach = NULL
WHERE channel = $1 AND (depth IS NOT NULL OR reach IS NOT NULL);

-- name: limit_sight
-- Note from where on an account sees a channel's messages, if a hold counts.
WITH fence AS MATERIALIZED (
    SELECT accounts.id FROM nodes JOIN accounts ON holder = incarnation
    WHERE accounts.id = $3 AND incarnation = $4 AND epoch = $5 AND NOT revoked
    FOR KEY SHARE OF nodes FOR SHARE OF accounts
), limited AS (
    UPDATE subscriptions SET visible_from = $2
    FROM fence
    WHERE account = fence.id AND channel = $1 AND wanted AND left_at IS NULL
    RETURNING channel
)
SELECT EXISTS (SELECT FROM fence) AS held, EXISTS (SELECT FROM limited) AS known;

-- name: followed
-- The channels an account follows, or one of them, in its order, with what of them was read.
SELECT
    channels.id, access_hash, title, username, coverage, floor, top, pts,
    coalesce(visible_from, CASE WHEN username IS NOT NULL THEN 0 END) AS visible_from,
    window_at IS NULL OR window_at <= now() - $3::interval AS window_due,
    sweep_from, protected, wish.depth, wish.reach,
    (SELECT make_interval(days => days) FROM keeping WHERE keeping.channel = channels.id) AS kept
FROM subscriptions JOIN channels ON channels.id = subscriptions.channel
CROSS JOIN LATERAL (
    SELECT max(depth) AS depth, max(reach) AS reach FROM subscriptions
    WHERE channel = channels.id AND (depth IS NOT NULL OR reach IS NOT NULL)
        AND wanted AND left_at IS NULL
) AS wish
WHERE account = $1 AND wanted AND left_at IS NULL AND ($2::bigint IS NULL OR channels.id = $2)
ORDER BY position, channels.id;

-- name: readers
-- The accounts that are logged in and follow a channel; the banned only if there are no others.
WITH able AS (
    SELECT
        subscriptions.account, access_hash,
        coalesce(visible_from, CASE WHEN username IS NOT NULL THEN 0 END) AS visible_from,
        bans.account IS NOT NULL AS banned
    FROM subscriptions
    JOIN accounts ON accounts.id = subscriptions.account
    JOIN channels ON channels.id = channel
    LEFT JOIN bans ON bans.account = subscriptions.account
    WHERE channel = $1 AND wanted AND left_at IS NULL AND state = 'READY'
)
SELECT account, access_hash, visible_from FROM able
WHERE NOT banned OR NOT EXISTS (SELECT FROM able WHERE NOT banned)
ORDER BY account;

-- name: lock_channels
-- Lock channels, in the order of their ids so that two do not deadlock.
SELECT id FROM channels WHERE id = ANY ($1::bigint[]) ORDER BY id FOR UPDATE;

-- name: forsaken_channels
-- Those of some channels that nobody follows, if they were read, and if somebody is a member still.
SELECT
    id, coverage <> '{}' AS read,
    EXISTS (
        SELECT FROM subscriptions
        WHERE channel = id AND (left_at IS NULL OR why_left IN ('outside', 'over the limit'))
    ) AS known
FROM channels
WHERE id = ANY ($1::bigint[]) AND NOT EXISTS (
    SELECT FROM subscriptions WHERE channel = id AND wanted AND left_at IS NULL
);

-- name: long_forsaken_channels
-- Channels that nobody has followed for so long, and of which something is held.
SELECT id FROM channels
WHERE NOT EXISTS (
        SELECT FROM subscriptions
        WHERE channel = id AND wanted AND (left_at IS NULL OR left_at > now() - $1::interval)
    )
    AND (
        coverage <> '{}' OR floor IS NOT NULL
        OR NOT EXISTS (
            SELECT FROM subscriptions
            WHERE channel = id AND (left_at IS NULL OR why_left IN ('outside', 'over the limit'))
        )
    )
ORDER BY id LIMIT $2;

-- name: delete_posts
-- Delete all posts of some channels, and count them.
WITH gone AS (
    DELETE FROM posts WHERE channel_id = ANY ($1::bigint[]) RETURNING 1
)
SELECT count(*) FROM gone;

-- name: drop_arrivals
-- Forget the posts that were stored last in some channels.
DELETE FROM arrivals WHERE channel_id = ANY ($1::bigint[]);

-- name: replace_work
-- Replace the work of whole channels by their removal from the index, once no worker is at it.
WITH held AS MATERIALIZED (
    SELECT kind, channel_id, post_id, worker, not_before FROM work
    WHERE channel_id = ANY ($1::bigint[]) AND post_id <> 0
    ORDER BY kind, channel_id, post_id FOR UPDATE
), dropped AS (
    DELETE FROM work USING held
    WHERE work.kind = held.kind AND work.channel_id = held.channel_id
        AND work.post_id = held.post_id
)
INSERT INTO work (kind, channel_id, post_id, not_before)
SELECT 'unindex', id, 0, greatest(
    now(),
    (
        SELECT max(not_before) FROM held
        WHERE channel_id = id AND kind = 'index' AND worker IS NOT NULL
    )
)
FROM unnest($1::bigint[]) AS id
ON CONFLICT (kind, channel_id, post_id) DO UPDATE SET
    again = true, attempts = 0, reason = NULL, dead_at = NULL, enqueued_at = now(),
    not_before = greatest(work.not_before, excluded.not_before);

-- name: reset_channels
-- Forget what was read of some channels.
UPDATE channels SET
    coverage = '{}', floor = NULL, pts = NULL, window_at = NULL, sweep_from = NULL, read_at = NULL,
    next_at = NULL, caught_up_at = NULL, failures = 0, trouble = NULL
WHERE id = ANY ($1::bigint[]);

-- name: delete_channels
-- Delete some channels, and who once followed them.
DELETE FROM channels WHERE id = ANY ($1::bigint[]);

-- name: store_posts
-- Add a batch's posts that are new, their work, and the coverage, together, if a hold counts.
WITH fence AS MATERIALIZED (
    SELECT accounts.id FROM nodes JOIN accounts ON holder = incarnation
    WHERE accounts.id = $6 AND incarnation = $7 AND epoch = $8 AND NOT revoked
    FOR KEY SHARE OF nodes FOR SHARE OF accounts
), channel AS (
    UPDATE channels SET
        coverage = coverage + int8multirange(int8range($2, $3)),
        floor = least(floor, $4),  -- it only ever goes down
        read_at = now()
    FROM fence
    WHERE channels.id = $1
    RETURNING channels.id, coverage
), added AS (
    -- Reading from channel makes the row's lock come first, so batches of one channel queue.
    INSERT INTO posts (
        channel_id, id, published_at, edited_at, text, html, author, reply_to, album, parts,
        captions, media, forward, links, views, forwards, reactions, comments, protected
    )
    SELECT
        channel.id, new.id, published_at, edited_at, text, html, author, reply_to, album,
        coalesce(parts, '{}'),
        captions, media, forward, links, views, forwards, reactions, comments, protected
    FROM channel, unnest($5::incoming_post[]) AS new
    ON CONFLICT (channel_id, id) DO UPDATE
        -- More of an album that is held is merged by other statements; here it breaks a rule, so
        -- that all is undone. If the album is held by another id, it breaks the unique one.
        SET parts = NULL
        WHERE posts.album = excluded.album AND NOT posts.parts @> excluded.parts
    RETURNING id
), arrived AS (
    INSERT INTO arrivals (channel_id, posts)
    SELECT channel.id, ids FROM channel, (SELECT array_agg(id) AS ids FROM added) AS new
    WHERE ids IS NOT NULL
), counted AS (
    INSERT INTO storings (posts) SELECT count(*) FROM added HAVING count(*) > 0
), forgotten AS (  -- what nobody looks at any more, also where no schedule cleans by the hour
    DELETE FROM storings WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM storings WHERE at < now() - interval '48 hours'
        ORDER BY at LIMIT 10 FOR UPDATE SKIP LOCKED
    ))
)
SELECT
    EXISTS (SELECT FROM fence) AS held,
    (SELECT coverage FROM channel) AS coverage,
    (SELECT count(*) FROM added) AS added;

-- name: lock_channel
-- Let one change of a channel's posts run at a time, and tell what an account sees of it.
SELECT
    coverage,
    coalesce(
        (
            SELECT visible_from FROM subscriptions
            WHERE account = $2 AND channel = id AND left_at IS NULL
        ),
        CASE WHEN username IS NOT NULL THEN 0 END
    ) AS visible_from
FROM channels WHERE id = $1
FOR NO KEY UPDATE OF channels;

-- name: held_albums
-- What is held of some of a channel's albums.
SELECT * FROM posts WHERE channel_id = $1 AND album = ANY ($2::bigint[]) ORDER BY id;

-- name: held_posts
-- The posts that hold certain messages of a channel, or any from the first to before the second.
SELECT * FROM posts WHERE channel_id = $1 AND id IN (
    SELECT id FROM posts
    WHERE channel_id = $1 AND (id = ANY ($2::bigint[]) OR id >= $3 AND id < $4)
    UNION
    SELECT id FROM posts
    WHERE channel_id = $1 AND album IS NOT NULL
        AND parts[cardinality(parts)] >= $5 AND id <= $6  -- all the messages lie between
        AND (
            parts && $2::bigint[]
            OR EXISTS (SELECT FROM unnest(parts) AS part WHERE part >= $3 AND part < $4)
        )
)
ORDER BY id;

-- name: change_posts
-- Replace what posts hold; an album whose first message is gone gets another id.
UPDATE posts SET
    id = new.id, published_at = new.published_at, edited_at = new.edited_at, text = new.text,
    html = new.html, author = new.author, reply_to = new.reply_to, album = new.album,
    parts = coalesce(new.parts, '{}'), captions = new.captions, media = new.media,
    forward = new.forward, links = new.links, views = new.views, forwards = new.forwards,
    reactions = new.reactions, comments = new.comments, protected = new.protected
FROM unnest($2::bigint[], $3::incoming_post[]) AS new (
    old, id, published_at, edited_at, text, html, author, reply_to, album, parts, captions, media,
    forward, links, views, forwards, reactions, comments, protected
)
WHERE channel_id = $1 AND posts.id = new.old;

-- name: remove_posts
-- Delete posts.
DELETE FROM posts WHERE channel_id = $1 AND id = ANY ($2::bigint[]);

-- name: spread_arrivals
-- Write the work of the posts that were stored last in a channel, and are still held.
WITH taken AS MATERIALIZED (
    SELECT id, channel_id, posts, arrived_at, kinds FROM arrivals WHERE channel_id = $1
    ORDER BY id FOR UPDATE  -- also those of which only the words are left: nobody looks them up now
), spread AS (
    DELETE FROM arrivals USING taken WHERE arrivals.id = taken.id AND 'words' <> ALL (taken.kinds)
), left_over AS (
    UPDATE arrivals SET kinds = '{words}' FROM taken
    WHERE arrivals.id = taken.id AND 'words' = ANY (taken.kinds) AND taken.kinds <> '{words}'
)
INSERT INTO work (kind, channel_id, post_id, enqueued_at)
SELECT kind, channel_id, posts.id, arrived_at
FROM taken CROSS JOIN unnest(kinds) AS kind JOIN posts USING (channel_id)
WHERE posts.id = ANY (taken.posts) AND kind <> 'words'
ORDER BY kind, posts.id
ON CONFLICT DO NOTHING;

-- name: spread_some_arrivals
-- Write the work of some of the posts that were stored last and are still held, of each channel.
WITH oldest AS MATERIALIZED (
    SELECT id FROM arrivals WHERE kinds <> '{words}'
    ORDER BY row_number() OVER (PARTITION BY channel_id ORDER BY id), id
    LIMIT $1
), taken AS MATERIALIZED (
    SELECT id, channel_id, posts, arrived_at, kinds FROM arrivals
    WHERE id IN (SELECT id FROM oldest) AND kinds <> '{words}' FOR UPDATE SKIP LOCKED
), spread AS (
    DELETE FROM arrivals USING taken WHERE arrivals.id = taken.id AND 'words' <> ALL (taken.kinds)
), left_over AS (
    UPDATE arrivals SET kinds = '{words}' FROM taken
    WHERE arrivals.id = taken.id AND 'words' = ANY (taken.kinds)
)
INSERT INTO work (kind, channel_id, post_id, enqueued_at)
SELECT kind, channel_id, posts.id, arrived_at
FROM taken CROSS JOIN unnest(kinds) AS kind JOIN posts USING (channel_id)
WHERE posts.id = ANY (taken.posts) AND kind <> 'words'
ORDER BY kind, channel_id, posts.id
ON CONFLICT DO NOTHING;

-- name: arm_work
-- Enqueue the work of posts that have changed; what a worker has of it will be done again.
INSERT INTO work (kind, channel_id, post_id)
SELECT kind, $1, id FROM unnest('{index,tag}'::text[]) AS kind, unnest($2::bigint[]) AS id
-- What of its text is known, tags or that there are none, holds for it still.
WHERE kind = 'index' OR NOT EXISTS (SELECT FROM tags WHERE channel_id = $1 AND post_id = id)
ORDER BY kind, id
ON CONFLICT (kind, channel_id, post_id) DO UPDATE SET
    again = true, attempts = 0, reason = NULL, dead_at = NULL, enqueued_at = now(),
    not_before = CASE WHEN work.worker IS NULL THEN now() ELSE work.not_before END;

-- name: lock_work_of
-- Lock the work there is of posts that have changed, so that what is done of it is known.
SELECT FROM work
WHERE channel_id = $1 AND post_id = ANY ($2::bigint[]) AND kind IN ('index', 'tag')
ORDER BY kind, post_id FOR UPDATE;

-- name: disarm_work
-- Replace the work of posts that are gone by their removal, once no worker is at it.
WITH held AS MATERIALIZED (
    SELECT kind, post_id, worker, not_before FROM work
    WHERE channel_id = $1 AND post_id = ANY ($2::bigint[]) AND kind IN ('tag', 'index')
    ORDER BY kind, post_id FOR UPDATE
), dropped AS (
    DELETE FROM work USING held
    WHERE work.kind = held.kind AND work.channel_id = $1 AND work.post_id = held.post_id
)
INSERT INTO work (kind, channel_id, post_id, not_before)
SELECT 'unindex', $1, id, greatest(
    now(),
    (
        SELECT not_before FROM held
        WHERE post_id = id AND kind = 'index' AND worker IS NOT NULL
    )
)
FROM unnest($2::bigint[]) AS id ORDER BY id
ON CONFLICT (kind, channel_id, post_id) DO UPDATE SET
    again = true, attempts = 0, reason = NULL, dead_at = NULL, enqueued_at = now(),
    not_before = greatest(work.not_before, excluded.not_before);

-- name: note_reading
-- Note how far a channel's changes are known, and where its sweep goes on, if a hold counts.
WITH fence AS MATERIALIZED (
    SELECT accounts.id FROM nodes JOIN accounts ON holder = incarnation
    WHERE accounts.id = $5 AND incarnation = $6 AND epoch = $7 AND NOT revoked
    FOR KEY SHARE OF nodes FOR SHARE OF accounts
), noted AS (
    UPDATE channels SET
        pts = coalesce($2, pts),
        window_at = CASE WHEN $3 THEN now() ELSE window_at END,
        sweep_from = CASE
            WHEN $4::bigint IS NULL THEN sweep_from
            WHEN $4 > lower(coverage) THEN $4  -- else all of it was swept, and it begins anew
        END,
        read_at = now()
    FROM fence
    WHERE channels.id = $1
    RETURNING channels.id
)
SELECT EXISTS (SELECT FROM fence) AS held, EXISTS (SELECT FROM noted) AS known;

-- name: newest_posts
-- The newest posts that an account may read, of all channels or of one.
SELECT title, username, channels.protected AS channel_protected, visible_from, post.*
FROM own_readable
JOIN channels ON channels.id = own_readable.channel
CROSS JOIN LATERAL (
    SELECT * FROM posts
    WHERE channel_id = own_readable.channel
        AND greatest(posts.id, parts[cardinality(parts)]) > visible_from
    ORDER BY published_at DESC, id DESC LIMIT $2
) AS post
WHERE account = $1 AND ($3::bigint IS NULL OR channels.id = $3)
ORDER BY post.published_at DESC, post.channel_id, post.id DESC
LIMIT $2;

-- name: post_of
-- The post that holds a message, if an account may read it.
SELECT title, username, channels.protected AS channel_protected, visible_from, post.*
FROM own_readable
JOIN channels ON channels.id = own_readable.channel
JOIN posts AS post ON channel_id = own_readable.channel
WHERE account = $1 AND channel_id = $2 AND $3 > visible_from AND (
    post.id = $3
    OR album IS NOT NULL AND parts[cardinality(parts)] >= $3 AND parts @> ARRAY[$3::bigint]
);

-- name: channel_views
-- The channels an account knows, or only those it follows, in its order, with what is held.
SELECT
    channels.id, title, username, coverage, channels.floor, read_at,
    next_at AS due_at, protected, source,
    CASE
        WHEN why_left IN ('left', 'banned', 'private', 'deleted') THEN why_left
        WHEN NOT wanted THEN 'unfollowed'
        ELSE coalesce(why_left, 'followed')
    END AS state,
    own_readable.account IS NOT NULL AS confirmed,
    own_readable.visible_from,
    held.posts, held.newest_at,
    CASE WHEN channels.floor IS NULL THEN '{}'::int8multirange ELSE
        int8multirange(int8range(channels.floor, greatest(sight.top + 1, channels.floor)))
            - coverage
    END AS holes,
    coalesce(
        (
            SELECT sum(upper(span) - lower(span))
            FROM unnest(coverage * int8multirange(int8range(sight.low, sight.top + 1))) AS span
        ) / nullif(sight.top + 1 - sight.low, 0),
        CASE WHEN sight.low > sight.top THEN 1 ELSE 0 END
    )::float8 AS share
FROM subscriptions
JOIN channels ON channels.id = subscriptions.channel
LEFT JOIN own_readable USING (account, channel)
CROSS JOIN LATERAL (
    SELECT top, least(coalesce(own_readable.visible_from, 0), top) + 1 AS low
    FROM (SELECT greatest(subscriptions.top, upper(coverage) - 1) AS top) AS newest
) AS sight
CROSS JOIN LATERAL (
    SELECT count(*) AS posts, max(published_at) AS newest_at FROM (
        SELECT published_at FROM posts
        WHERE channel_id = channels.id AND id > own_readable.visible_from
        UNION ALL
        SELECT published_at FROM posts  -- albums of which the first messages are hidden
        WHERE channel_id = channels.id AND id <= own_readable.visible_from
            AND album IS NOT NULL AND parts[cardinality(parts)] > own_readable.visible_from
    ) AS seen
) AS held
WHERE subscriptions.account = $1 AND ($2 OR wanted AND left_at IS NULL)
ORDER BY subscriptions.position, channels.id;

-- name: count_posts
-- How many posts an account may read.
SELECT coalesce(sum(posts), 0)::int8 FROM own_readable CROSS JOIN LATERAL (
    SELECT count(*) AS posts FROM posts WHERE channel_id = channel AND id > visible_from
    UNION ALL
    SELECT count(*) FROM posts  -- albums of which the first messages are hidden
    WHERE channel_id = channel AND id <= visible_from
        AND album IS NOT NULL AND parts[cardinality(parts)] > visible_from
) AS held
WHERE account = $1;

-- name: claim_work
-- Lease due work of one kind, by turns from each channel; what was tried too often is given up.
WITH RECURSIVE present AS (
    (
        SELECT channel_id FROM work WHERE kind = $1 AND dead_at IS NULL
        ORDER BY channel_id LIMIT 1
    )
    UNION ALL
    SELECT (
        SELECT work.channel_id FROM work
        WHERE kind = $1 AND dead_at IS NULL AND work.channel_id > present.channel_id
        ORDER BY work.channel_id LIMIT 1
    )
    FROM present WHERE channel_id IS NOT NULL
), due AS MATERIALIZED (
    SELECT channel_id, ceil($2::int8 / least(count(*) OVER (), $2)::float8)::int8 AS most
    FROM present
    WHERE now() >= (
        SELECT not_before FROM work
        WHERE kind = $1 AND work.channel_id = present.channel_id AND dead_at IS NULL
        ORDER BY not_before LIMIT 1
    )
    -- All have the same chance, so however much work one has, the others are not left waiting.
    ORDER BY random() LIMIT $2
), free AS MATERIALIZED (
    SELECT next.* FROM due CROSS JOIN LATERAL (
        SELECT kind, channel_id, post_id, not_before FROM work
        WHERE kind = $1 AND work.channel_id = due.channel_id AND dead_at IS NULL
            AND not_before <= now()
            -- What is to be removed from the index is removed before it is put there anew.
            AND NOT (kind = 'index' AND EXISTS (
                SELECT FROM work AS removal
                WHERE removal.kind = 'unindex' AND removal.channel_id = work.channel_id
                    AND removal.post_id IN (0, work.post_id) AND removal.dead_at IS NULL
            ))
        ORDER BY not_before, post_id LIMIT due.most
        FOR UPDATE OF work SKIP LOCKED
    ) AS next
), chosen AS (
    SELECT kind, channel_id, post_id FROM free
    ORDER BY row_number() OVER (PARTITION BY channel_id ORDER BY not_before, post_id)
    LIMIT $2
), claimed AS (
    UPDATE work SET
        lease = lease + 1,
        again = false,
        attempts = attempts + 1,
        worker = CASE WHEN attempts < $5 THEN $3 END,
        not_before = CASE WHEN attempts < $5 THEN now() + make_interval(secs => $4) ELSE now() END,
        dead_at = CASE WHEN attempts >= $5 THEN now() END,
        reason = CASE
            WHEN attempts >= $5 THEN coalesce(reason, 'no worker has come to an end with it')
            ELSE reason
        END
    FROM chosen
    WHERE work.kind = chosen.kind AND work.channel_id = chosen.channel_id
        AND work.post_id = chosen.post_id
    RETURNING
        work.kind, work.channel_id, work.post_id, attempts, enqueued_at, reason, lease,
        dead_at IS NOT NULL AS dead
), buried AS (
    INSERT INTO tags (channel_id, post_id, state, reason, text_hash)
    SELECT channel_id, id, 'dead', reason, text_hash(text)
    FROM claimed JOIN posts USING (channel_id)
    WHERE dead AND kind = 'tag' AND posts.id = post_id
    FOR KEY SHARE OF posts SKIP LOCKED  -- what is being removed has no state
    ON CONFLICT DO NOTHING
)
SELECT * FROM claimed;

-- name: free_work
-- Make due what a worker had that is dead: 0, 1, 3, 7 … seconds later, as often as it was claimed.
UPDATE work SET
    worker = NULL,
    again = false,
    not_before = least(not_before, now() + make_interval(secs => 2 ^ (least(attempts, 9) - 1) - 1))
WHERE worker = $1;

-- name: finish_work
-- Remove work that is done, and put back what has changed meanwhile; tell which was removed.
WITH mine AS MATERIALIZED (
    SELECT work.kind, work.channel_id, work.post_id, again
    FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[])
        AS done (kind, channel_id, post_id, lease)
    JOIN work USING (kind, channel_id, post_id, lease)
    WHERE worker IS NOT NULL
    ORDER BY kind, channel_id, post_id FOR UPDATE OF work
), freed AS (
    UPDATE work SET worker = NULL, again = false, not_before = now() FROM mine
    WHERE mine.again AND work.kind = mine.kind AND work.channel_id = mine.channel_id
        AND work.post_id = mine.post_id
)
DELETE FROM work USING mine
WHERE NOT mine.again AND work.kind = mine.kind AND work.channel_id = mine.channel_id
    AND work.post_id = mine.post_id
RETURNING work.kind, work.channel_id, work.post_id, work.lease;

-- name: put_back_work
-- Put work back until later, or at once if its post has changed meanwhile.
UPDATE work SET
    worker = NULL,
    again = false,
    not_before = CASE WHEN again THEN now() ELSE $5 END,
    reason = $6,
    attempts = attempts - CASE WHEN $7 OR again THEN 0 ELSE 1 END
WHERE kind = $1 AND channel_id = $2 AND post_id = $3 AND lease = $4 AND worker IS NOT NULL
RETURNING lease;

-- name: give_up_work
-- Give work up, unless its post has changed meanwhile; whose tags it was gets none.
WITH given_up AS (
    UPDATE work SET
        worker = NULL,
        again = false,
        not_before = now(),
        reason = $5,
        dead_at = CASE WHEN NOT again THEN now() END
    WHERE kind = $1 AND channel_id = $2 AND post_id = $3 AND lease = $4 AND worker IS NOT NULL
    RETURNING kind, channel_id, post_id, lease, reason, dead_at
), buried AS (
    INSERT INTO tags (channel_id, post_id, state, reason, text_hash)
    SELECT channel_id, id, 'dead', reason, text_hash(text)
    FROM given_up JOIN posts USING (channel_id)
    WHERE dead_at IS NOT NULL AND kind = 'tag' AND posts.id = post_id
    FOR KEY SHARE OF posts SKIP LOCKED  -- what is being removed has no state
    ON CONFLICT DO NOTHING
)
SELECT lease FROM given_up;

-- name: count_work
-- How much work there is of each kind for the channels an account follows.
WITH followed AS MATERIALIZED (
    SELECT channel AS channel_id FROM subscriptions
    WHERE account = $1 AND wanted AND left_at IS NULL
), fresh AS (
    SELECT kind, count(*) AS posts FROM followed JOIN arrivals USING (channel_id)
    CROSS JOIN LATERAL unnest(arrivals.posts) AS stored (id)
    JOIN posts ON posts.channel_id = followed.channel_id AND posts.id = stored.id
    CROSS JOIN LATERAL unnest(kinds) AS kind
    GROUP BY kind
), held AS (
    -- Not by now(): what is seen may have been enqueued since that, and would be due in no time.
    SELECT kind, worker, dead_at, not_before, not_before <= clock_timestamp() AS is_due
    FROM followed JOIN work USING (channel_id)
)
SELECT
    kind,
    count(*) FILTER (WHERE dead_at IS NULL AND is_due) + coalesce(max(fresh.posts), 0) AS due,
    count(*) FILTER (WHERE worker IS NOT NULL AND NOT is_due) AS leased,
    count(*) FILTER (WHERE dead_at IS NULL AND worker IS NULL AND NOT is_due) AS waiting,
    count(dead_at) AS dead,
    min(not_before) FILTER (WHERE dead_at IS NULL AND worker IS NULL AND NOT is_due) AS next_at
FROM unnest('{index,tag,unindex}'::text[]) AS kind
LEFT JOIN held USING (kind)
LEFT JOIN fresh USING (kind)
GROUP BY kind ORDER BY kind;

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

-- name: take_due
-- Take channels that are due and that nobody reads, for a process that can open one of its readers.
WITH due AS MATERIALIZED (
    SELECT id, next_at FROM channels
    WHERE coalesce(next_at, '-infinity') <= $2
        AND (taken_until IS NULL OR taken_until <= $2)
        AND EXISTS (
            SELECT FROM followers
            WHERE channel = channels.id AND state = 'READY' AND (flood IS NULL OR flood <= $2)
                AND (holder IS NULL OR holder = $1 OR holder NOT IN (
                    SELECT incarnation FROM nodes WHERE NOT revoked AND expires_at > now()
                ))
        )
    ORDER BY coalesce(next_at, '-infinity'), id
    LIMIT $4 FOR NO KEY UPDATE SKIP LOCKED
), taken AS (
    UPDATE channels SET taken_by = $1, taken_until = $2 + make_interval(secs => $3)
    FROM due WHERE channels.id = due.id
)
SELECT id AS channel, coalesce($2 - next_at, '0') AS overdue_by FROM due
ORDER BY coalesce(next_at, '-infinity'), id;

-- name: keep_taken
-- Prolong the time for which a process has channels, and tell which these are.
WITH mine AS MATERIALIZED (
    SELECT id FROM channels WHERE id = ANY ($4::bigint[]) AND taken_by = $1
    ORDER BY id FOR NO KEY UPDATE
)
UPDATE channels SET taken_until = greatest(taken_until, $2::timestamptz + make_interval(secs => $3))
FROM mine WHERE channels.id = mine.id
RETURNING mine.id;

-- name: release_taken
-- Let channels go that a process has taken; they are due as before.
WITH mine AS MATERIALIZED (
    SELECT id FROM channels WHERE id = ANY ($2::bigint[]) AND taken_by = $1
    ORDER BY id FOR NO KEY UPDATE
)
UPDATE channels SET taken_by = NULL, taken_until = NULL
FROM mine WHERE channels.id = mine.id;

-- name: lock_taken
-- Lock a channel, and tell how often reading it has failed and whether another process reads it.
SELECT failures, taken_by <> $2 AND taken_until > $3 AS taken FROM channels
WHERE id = $1 FOR NO KEY UPDATE;

-- name: interval_of
-- How often a channel is wanted by the one of its readers who wants it most often.
SELECT min(every) FROM followers WHERE channel = $1 AND state = 'READY';

-- name: finish_reading
-- Note how a reading of a channel has ended, and when the next one is due.
UPDATE channels SET
    next_at = $4,
    caught_up_at = CASE WHEN $5 THEN greatest(caught_up_at, $3) ELSE caught_up_at END,
    failures = CASE WHEN $5 THEN 0 ELSE failures + 1 END,
    trouble = $6,
    taken_until = CASE WHEN taken_by = $2 THEN NULL ELSE taken_until END,
    taken_by = nullif(taken_by, $2)
WHERE id = $1;

-- name: set_account_interval
-- Say how often an account's channels are wanted.
UPDATE accounts SET every = $2 WHERE id = $1 RETURNING id;

-- name: set_channel_interval
-- Say how often one channel is wanted by an account; null: as often as its other ones.
UPDATE subscriptions SET every = $3 WHERE account = $1 AND channel = $2 RETURNING account;

-- name: lock_followed
-- Lock the channels an account follows, in the order of their ids so that two do not deadlock.
SELECT id FROM channels WHERE id IN (
    SELECT channel FROM subscriptions WHERE account = $1 AND wanted AND left_at IS NULL
)
ORDER BY id FOR NO KEY UPDATE;

-- name: pull_in
-- Bring channels' next readings forward to when a follower of theirs wants them now.
UPDATE channels SET next_at = wanted_at
FROM (
    SELECT
        id,
        CASE WHEN failures = 0 THEN coalesce(caught_up_at, $3) ELSE $3 END
            + make_interval(secs => every) AS wanted_at
    FROM channels JOIN followers ON channel = id
    -- What the others want was seen to when they began to, or is with the next reading.
    WHERE account = $1 AND id = ANY ($2::bigint[]) AND state = 'READY'
) AS wanted
WHERE channels.id = wanted.id AND next_at > wanted_at;

-- name: take_due_accounts
-- Take accounts whose memberships are to be confirmed: they are due again after so many seconds.
WITH due AS MATERIALIZED (
    SELECT id, confirm_at FROM accounts
    WHERE state = 'READY' AND coalesce(confirm_at, '-infinity') <= $2
        AND (holder IS NULL OR holder = $1 OR holder NOT IN (
            SELECT incarnation FROM nodes WHERE NOT revoked AND expires_at > now()
        ))
        AND NOT EXISTS (
            SELECT FROM floods WHERE account = accounts.id AND method = 'dialogs' AND until > $2
        )
        AND NOT EXISTS (SELECT FROM bans WHERE account = accounts.id)
    ORDER BY coalesce(confirm_at, '-infinity'), id
    LIMIT $4 FOR NO KEY UPDATE SKIP LOCKED
), taken AS (
    UPDATE accounts SET confirm_at = $2 + make_interval(secs => $3)
    FROM due WHERE accounts.id = due.id
)
SELECT id FROM due ORDER BY coalesce(confirm_at, '-infinity'), id;

-- name: set_confirm_at
-- Say when an account's memberships are confirmed next.
UPDATE accounts SET confirm_at = $2 WHERE id = $1;

-- name: drop_unread
-- Forget that followers were told of an unread channel which they follow no more.
WITH gone AS MATERIALIZED (
    SELECT account, channel FROM subscriptions
    WHERE unread_since IS NOT NULL AND NOT EXISTS (
        SELECT FROM followers
        WHERE (followers.account, followers.channel)
            = (subscriptions.account, subscriptions.channel)
    )
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE subscriptions SET unread_since = NULL FROM gone
WHERE (subscriptions.account, subscriptions.channel) = (gone.account, gone.channel);

-- name: drop_unread_channels
-- Forget that the operator was told of an unread channel which nobody follows any more.
WITH gone AS MATERIALIZED (
    SELECT id FROM channels
    WHERE unread_since IS NOT NULL
        AND NOT EXISTS (SELECT FROM followers WHERE channel = channels.id)
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE channels SET unread_since = NULL FROM gone WHERE channels.id = gone.id;

-- name: tell_read_again
-- Tell followers that an unread channel was read again, and how many posts came.
WITH again AS MATERIALIZED (
    SELECT subscription.account, channels.id AS channel, subscription.unread_since AS since, title
    FROM subscriptions AS subscription
    JOIN accounts ON accounts.id = subscription.account
    JOIN channels ON channels.id = channel
    WHERE subscription.unread_since < caught_up_at
    LIMIT $1
    FOR NO KEY UPDATE OF subscription SKIP LOCKED
    FOR KEY SHARE OF accounts, channels SKIP LOCKED
), cleared AS (
    UPDATE subscriptions SET unread_since = NULL FROM again
    WHERE (subscriptions.account, subscriptions.channel) = (again.account, again.channel)
), told AS (
    INSERT INTO notices (account, channel, kind, occurrence, data)
    SELECT
        account, channel, 'read_again', channel || ':' || since,
        jsonb_build_object('channel', channel, 'title', title, 'since', since, 'posts', (
            SELECT count(*) FROM readable JOIN posts ON channel_id = readable.channel
            WHERE (readable.account, readable.channel) = (again.account, again.channel)
                AND published_at > since
                AND greatest(posts.id, parts[cardinality(parts)]) > visible_from
        ))
    FROM again
    ON CONFLICT DO NOTHING
    RETURNING id
)
SELECT count(*) FROM told;

-- name: tell_channels_read_again
-- Tell the operator that an unread channel was read again, and how many posts came.
WITH again AS MATERIALIZED (
    SELECT id, unread_since AS since, title FROM channels
    WHERE unread_since < caught_up_at
    LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
), cleared AS (
    UPDATE channels SET unread_since = NULL FROM again WHERE channels.id = again.id
), told AS (
    INSERT INTO notices (channel, kind, occurrence, data)
    SELECT
        id, 'read_again', id || ':' || since,
        jsonb_build_object('channel', id, 'title', title, 'since', since, 'posts', (
            SELECT count(*) FROM posts WHERE channel_id = again.id AND published_at > since
        ))
    FROM again
    ON CONFLICT DO NOTHING
    RETURNING id
)
SELECT count(*) FROM told;

-- name: tell_unread
-- Tell followers of channels that were not read for three of their intervals, and why.
WITH late AS MATERIALIZED (
    SELECT unread.account, unread.channel, unread.since, cause, until, title, trouble
    FROM unread($2)
    JOIN subscriptions AS subscription USING (account, channel)
    JOIN accounts ON accounts.id = account
    JOIN channels ON channels.id = channel
    WHERE subscription.unread_since IS NULL
        AND (cause <> 'late' OR $3::timestamptz + make_interval(secs => unread.every) <= $2)
    LIMIT $1
    FOR NO KEY UPDATE OF subscription SKIP LOCKED
    FOR KEY SHARE OF accounts, channels SKIP LOCKED
), marked AS (
    UPDATE subscriptions SET unread_since = since FROM late
    WHERE (subscriptions.account, subscriptions.channel) = (late.account, late.channel)
), told AS (
    INSERT INTO notices (account, channel, kind, occurrence, data)
    SELECT
        account, channel, 'unread', channel || ':' || since,
        jsonb_strip_nulls(jsonb_build_object(
            'channel', channel, 'title', title, 'since', since, 'cause', cause, 'until', until,
            'why', CASE WHEN cause = 'failed' THEN trouble END
        ))
    FROM late
    ON CONFLICT DO NOTHING
    RETURNING id
)
SELECT count(*) FROM told;

-- name: tell_unread_channels
-- Tell the operator of channels that were not read for three intervals of a follower, and why.
WITH late AS MATERIALIZED (
    SELECT channels.id, waiting.since, waiting.followers, cause, until, title, trouble
    FROM channels JOIN (
        SELECT
            channel, cause, until, min(since) AS since, min(every) AS every, count(*) AS followers
        FROM unread($2) GROUP BY channel, cause, until
    ) AS waiting ON channel = channels.id
    WHERE unread_since IS NULL
        AND (cause <> 'late' OR $3::timestamptz + make_interval(secs => waiting.every) <= $2)
    LIMIT $1 FOR NO KEY UPDATE OF channels SKIP LOCKED
), marked AS (
    UPDATE channels SET unread_since = since FROM late WHERE channels.id = late.id
), told AS (
    INSERT INTO notices (channel, kind, occurrence, data)
    SELECT
        id, 'unread', id || ':' || since,
        jsonb_strip_nulls(jsonb_build_object(
            'channel', id, 'title', title, 'since', since, 'cause', cause, 'until', until,
            'why', CASE WHEN cause = 'failed' THEN trouble END, 'followers', followers
        ))
    FROM late
    ON CONFLICT DO NOTHING
    RETURNING id
)
SELECT count(*) FROM told;

-- name: freshness
-- How many channels are to be read, how many of them are due, and since when the first is.
SELECT
    count(*) AS channels,
    count(*) FILTER (WHERE coalesce(next_at, '-infinity') <= $1) AS due,
    min(coalesce(next_at, since)) FILTER (WHERE coalesce(next_at, '-infinity') <= $1) AS oldest_due
FROM channels JOIN (
    SELECT channel, min(since) AS since FROM followers WHERE state = 'READY' GROUP BY channel
) AS followed ON channel = id;

-- name: unread_causes
-- How many channels were not read for three intervals of a follower, by their cause.
SELECT cause, count(DISTINCT channel) AS channels FROM unread($1) GROUP BY cause ORDER BY cause;

-- name: note_flood
-- Keep how long an account has to wait with a method, if this hold of it counts; drop what is over.
WITH fence AS MATERIALIZED (
    SELECT id FROM nodes JOIN accounts ON holder = incarnation
    WHERE id = $1 AND incarnation = $2 AND epoch = $3 AND NOT revoked
    FOR KEY SHARE OF nodes FOR SHARE OF accounts
), over AS (
    DELETE FROM floods USING fence WHERE account = fence.id AND until <= $6 AND method <> $4
)
INSERT INTO floods (account, method, until) SELECT id, $4, $5 FROM fence
ON CONFLICT (account, method) DO UPDATE SET until = greatest(floods.until, excluded.until)
RETURNING account;

-- name: floods
-- Until when some accounts have to wait with which methods.
SELECT account, method, until FROM floods
WHERE account = ANY ($1::bigint[]) AND until > $2
ORDER BY account, method;

-- name: keep_send
-- Keep that an account makes a call now, if this hold of it counts; drop what counts no longer.
WITH fence AS MATERIALIZED (
    SELECT id FROM nodes JOIN accounts ON holder = incarnation
    WHERE id = $1 AND incarnation = $2 AND epoch = $3 AND NOT revoked
    FOR KEY SHARE OF nodes FOR SHARE OF accounts
), over AS (
    DELETE FROM sends USING fence WHERE account = fence.id AND at < $6
)
INSERT INTO sends (account, method, at) SELECT id, $4, $5 FROM fence
RETURNING account;

-- name: sends
-- When an account made its calls of each method.
SELECT method, array_agg(at ORDER BY at) AS times FROM sends
WHERE account = $1 AND at >= $2
GROUP BY method ORDER BY method;

-- name: add_report
-- Keep an account's report; drop some that are older than 90 days.
WITH old AS (
    SELECT id FROM reports WHERE began_at < now() - interval '90 days'
    LIMIT 100 FOR UPDATE SKIP LOCKED
), dropped AS (
    DELETE FROM reports USING old WHERE reports.id = old.id
)
INSERT INTO reports (account, began_at, report)
SELECT id, $2, $3 FROM accounts WHERE id = $1 FOR KEY SHARE
RETURNING id;

-- name: last_report
-- An account's newest report.
SELECT id, account, began_at, report FROM reports
WHERE account = $1 ORDER BY began_at DESC, id DESC LIMIT 1;
