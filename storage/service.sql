-- name: issue_token
-- Keep a token's hash, for the operator or for an account that is registered.
INSERT INTO tokens (hash, name, account)
SELECT $1, $2, $3::bigint
WHERE $3::bigint IS NULL OR EXISTS (SELECT FROM accounts WHERE id = $3 FOR KEY SHARE)
RETURNING id, created_at;

-- name: tokens
-- The tokens there are or were, the newest first.
SELECT id, name, account, created_at, used_at, revoked_at FROM tokens ORDER BY id DESC LIMIT $1;

-- name: revoke_token
-- Let nobody in by a token any more.
UPDATE tokens SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL RETURNING id;

-- name: token_of
-- A token that counts, by its hash; that it was used is noted once a minute.
WITH found AS (
    SELECT id, name, account, created_at, used_at, revoked_at FROM tokens
    WHERE hash = $1 AND revoked_at IS NULL
        AND NOT EXISTS (SELECT FROM bans WHERE bans.account = tokens.account)
), noted AS (
    UPDATE tokens SET used_at = now() FROM found
    WHERE tokens.id = found.id
        AND coalesce(tokens.used_at, '-infinity') <= now() - interval '1 minute'
)
SELECT * FROM found;

-- name: make_login_link
-- Keep the hash of an account's link instead of that of the one before; drop what has expired.
WITH over AS (
    DELETE FROM login_links WHERE expires_at <= now() AND account <> $1
)
INSERT INTO login_links (account, hash, expires_at) VALUES ($1, $2, now() + $3::interval)
ON CONFLICT (account) DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at
RETURNING expires_at;

-- name: spend_login_link
-- Take a link away, and tell whose it was, if it counted.
DELETE FROM login_links
WHERE hash = $1 AND expires_at > now()
    AND NOT EXISTS (SELECT FROM bans WHERE bans.account = login_links.account)
RETURNING account;

-- name: forget_login_link
-- Take an account's link away.
DELETE FROM login_links WHERE account = $1;

-- name: posts_page
-- Posts that an account may read, the newest first, from where a page before has ended.
SELECT title, username, channels.protected AS channel_protected, visible_from, post.*
FROM own_readable
JOIN channels ON channels.id = own_readable.channel
CROSS JOIN LATERAL (
    SELECT * FROM posts
    WHERE channel_id = own_readable.channel
        AND greatest(posts.id, parts[cardinality(parts)]) > visible_from
        AND (published_at, posts.id) < ($4, CASE
            WHEN channel_id < $5 THEN 0  -- of the moment at which it ended all of it was shown,
            WHEN channel_id = $5 THEN $6  -- some of it,
            ELSE 9223372036854775807  -- and none of it
        END)
        AND ($7::timestamptz IS NULL OR published_at >= $7)
        AND ($8::timestamptz IS NULL OR published_at < $8)
        AND (cardinality($9::text[]) = 0 OR EXISTS (
            SELECT FROM tags
            WHERE (tags.channel_id, tags.post_id) = (posts.channel_id, posts.id)
                AND tags.tags && $9
        ))
    ORDER BY published_at DESC, posts.id DESC LIMIT $2
) AS post
WHERE account = $1 AND ($3::bigint IS NULL OR channels.id = $3)
ORDER BY post.published_at DESC, post.channel_id, post.id DESC
LIMIT $2;

-- name: retention
-- For how many days posts are kept here, and whether the service's setting says so.
SELECT days, fixed FROM house;

-- name: accounts_retention
-- For how many days accounts see posts that want less than all that is kept.
SELECT account, least(retention.days, house.days) AS days FROM retention CROSS JOIN house
ORDER BY account LIMIT $1;

-- name: retention_of
-- For how many days an account sees posts; null: as long as they are kept for others.
SELECT least(retention.days, house.days) FROM house LEFT JOIN retention ON account = $1;

-- name: keep_for
-- Say for how many days posts are kept here, unless the service's setting says it.
UPDATE house SET days = $1 WHERE NOT fixed RETURNING one;

-- name: adopt_retention
-- Keep posts as the service's setting says; what an earlier setting said counts no more.
UPDATE house SET days = $1::int, fixed = $1::int IS NOT NULL
WHERE (fixed OR $1::int IS NOT NULL) AND (days IS DISTINCT FROM $1::int OR NOT fixed);

-- name: want_for
-- Say for how many days an account wants posts.
INSERT INTO retention (account, days) SELECT id, $2 FROM accounts WHERE id = $1 FOR KEY SHARE
ON CONFLICT (account) DO UPDATE SET days = excluded.days
RETURNING account;

-- name: want_all
-- Let an account want posts for as long as they are kept for others.
DELETE FROM retention WHERE account = $1;

-- name: suppose_retention
-- Say for how many days posts are kept here, in a transaction that is undone.
UPDATE house SET days = $1;

-- name: doomed_channels
-- The posts that nobody wants any longer, by their channels.
SELECT
    channel_id AS channel, title, count(*) AS posts,
    min(published_at) AS oldest, max(published_at) AS newest
FROM doomed JOIN channels ON channels.id = channel_id
GROUP BY channel_id, title ORDER BY channel_id;

-- name: doomed_posts
-- Some of the posts of a channel that nobody wants any longer, the oldest first.
SELECT id FROM doomed WHERE channel_id = $1 ORDER BY published_at, id LIMIT $2;

-- name: has_house
-- Whether there is an archive here that says which it is.
SELECT to_regclass('house') IS NOT NULL;

-- name: identity
-- Which archive this is, and whether nothing is in it.
SELECT
    identity,
    NOT EXISTS (SELECT FROM accounts) AND NOT EXISTS (SELECT FROM posts) AS empty
FROM house;

-- name: server_version
-- The server's version, as it numbers itself.
SELECT current_setting('server_version_num')::int;

-- name: create_reader
-- Make the role as which accounts are read.
CREATE ROLE tgactors_reader NOLOGIN;

-- name: let_in_reader
-- Let ourselves act as the role as which accounts are read.
GRANT tgactors_reader TO CURRENT_USER;

-- name: schema_removals
-- The statements that remove everything which the schema's steps have made.
SELECT format('DROP VIEW IF EXISTS %s CASCADE', oid::regclass) AS statement FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'v'
UNION ALL
SELECT format('DROP TABLE IF EXISTS %s CASCADE', oid::regclass) FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
UNION ALL
SELECT format('DROP FUNCTION IF EXISTS %s CASCADE', oid::regprocedure) FROM pg_proc
WHERE pronamespace = current_schema()::regnamespace AND NOT EXISTS (
    SELECT FROM pg_depend
    WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype = 'e'
)
UNION ALL
SELECT format('DROP TYPE IF EXISTS %s CASCADE', reltype::regtype) FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'c';
