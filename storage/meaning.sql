-- name: claimed_posts
-- What claimed work is about, who pays for it, what is known of the same text, what has it not.
WITH spent AS MATERIALIZED (
    SELECT account, sum(prompt_tokens + completion_tokens) AS tokens FROM spendings
    WHERE day = (now() AT TIME ZONE 'UTC')::date GROUP BY account
), payers AS MATERIALIZED (
    SELECT DISTINCT ON (channel) channel, account, coalesce(tokens, 0) AS tokens
    FROM subscriptions JOIN accounts ON accounts.id = account LEFT JOIN spent USING (account)
    WHERE wanted AND left_at IS NULL AND channel = ANY ($2::bigint[])
    -- Who is logged out, or banned, pays only if nobody else does: else that would lift the cap.
    ORDER BY
        channel,
        state <> 'READY' OR account IN (SELECT account FROM bans),
        coalesce(tokens, 0), account
)
SELECT
    posts.text, published_at, posts.id IS NULL AS gone,
    CASE WHEN payers.tokens < $4 OR $4 IS NULL THEN payers.account END AS payer,
    CASE WHEN payers.tokens >= $4 THEN
        ((now() AT TIME ZONE 'UTC')::date + 1)::timestamp AT TIME ZONE 'UTC'
    END AS poor_until,
    known.state AS known_state, known.tags, known.provider, known.model, known.reason,
    ARRAY(
        SELECT name FROM collections
        WHERE $1 = 'index' AND posts.id IS NOT NULL AND NOT EXISTS (
            SELECT FROM contained
            WHERE (contained.channel_id, contained.post_id) = (posts.channel_id, posts.id)
                AND collection = name
        )
        ORDER BY state, name
    ) AS missing_in
FROM unnest($2::bigint[], $3::bigint[]) WITH ORDINALITY AS claimed (channel_id, post_id, number)
LEFT JOIN posts ON posts.channel_id = claimed.channel_id AND posts.id = claimed.post_id
LEFT JOIN payers ON payers.channel = claimed.channel_id
LEFT JOIN LATERAL (
    SELECT state, tags, provider, model, reason FROM tags
    WHERE $1 = 'tag' AND text_hash = text_hash(posts.text) AND state <> 'dead' LIMIT 1
) AS known ON true
ORDER BY number;

-- name: hold_posts
-- Keep those of some posts from being removed that nobody is removing, and tell which.
SELECT channel_id, id FROM posts
JOIN unnest($1::bigint[], $2::bigint[]) AS held (channel_id, id) USING (channel_id, id)
FOR KEY SHARE OF posts SKIP LOCKED;

-- name: keep_tags
-- Keep what tagging posts came to, unless that is known.
INSERT INTO tags (channel_id, post_id, state, reason, tags, provider, model, text_hash)
SELECT
    channel_id, post_id, state, reason, ARRAY(SELECT jsonb_array_elements_text(tags)),
    provider, model, text_hash(text)
FROM unnest(
    $1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::jsonb[], $6::text[], $7::text[]
) AS result (channel_id, post_id, state, reason, tags, provider, model)
JOIN posts USING (channel_id) WHERE posts.id = post_id
ON CONFLICT (channel_id, post_id) DO UPDATE SET
    state = excluded.state, reason = excluded.reason, tags = excluded.tags,
    provider = excluded.provider, model = excluded.model, text_hash = excluded.text_hash,
    tagged_at = excluded.tagged_at
WHERE tags.state = 'dead';

-- name: hold_collection
-- Keep a collection from being forgotten; null if it is not known.
SELECT name FROM collections WHERE name = $1 FOR KEY SHARE;

-- name: lock_work
-- Lock what of some claimed work still counts, and tell if its post has changed meanwhile.
SELECT work.kind, work.channel_id, work.post_id, again
FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[])
    AS done (kind, channel_id, post_id, lease)
JOIN work USING (kind, channel_id, post_id, lease)
WHERE worker IS NOT NULL
ORDER BY kind, channel_id, post_id FOR UPDATE OF work;

-- name: keep_indexed
-- Say that posts are in a collection, and tell which of them are in every one now.
WITH said AS (
    INSERT INTO indexed (channel_id, post_id, collection, generation, empty)
    SELECT channel_id, post_id, name, generation, empty
    FROM unnest($2::bigint[], $3::bigint[], $4::boolean[]) AS kept (channel_id, post_id, empty)
    JOIN collections ON name = $1
    ON CONFLICT (channel_id, post_id, collection) DO UPDATE SET
        generation = excluded.generation, empty = excluded.empty, indexed_at = now()
    RETURNING channel_id, post_id
)
SELECT channel_id, post_id FROM said
WHERE NOT EXISTS (
    SELECT FROM collections WHERE name <> $1 AND NOT EXISTS (
        SELECT FROM contained
        WHERE (contained.channel_id, contained.post_id) = (said.channel_id, said.post_id)
            AND collection = name
    )
);

-- name: void_meaning
-- Forget what is known of posts that have changed: tags of another text, and where they are found.
WITH unsaid AS (
    DELETE FROM indexed WHERE channel_id = $1 AND post_id = ANY ($2::bigint[])
)
DELETE FROM tags USING posts
WHERE tags.channel_id = $1 AND post_id = ANY ($2::bigint[])
    AND posts.channel_id = tags.channel_id AND posts.id = post_id
    AND tags.text_hash <> text_hash(posts.text);

-- name: retry_work
-- Make work that waits or was given up due at once, of an account's channels or of all.
WITH wanted AS MATERIALIZED (
    SELECT kind, channel_id, post_id, dead_at FROM work
    WHERE worker IS NULL AND (dead_at IS NOT NULL OR not_before > now())
        -- A removal that nobody has tried waits for whoever may still index what it removes.
        AND (kind <> 'unindex' OR reason IS NOT NULL)
        AND ($1::bigint IS NULL OR channel_id IN (
            SELECT channel FROM subscriptions WHERE account = $1 AND wanted AND left_at IS NULL
        ))
), dead AS MATERIALIZED (
    SELECT tags.channel_id, tags.post_id FROM tags JOIN wanted USING (channel_id, post_id)
    WHERE state = 'dead' AND kind = 'tag' FOR UPDATE OF tags SKIP LOCKED
), found AS MATERIALIZED (
    SELECT kind, channel_id, post_id FROM work
    WHERE (kind, channel_id, post_id) IN (SELECT kind, channel_id, post_id FROM wanted)
        AND worker IS NULL AND (dead_at IS NOT NULL OR not_before > now())
        -- Where a post's tags are locked just now it is being removed, or has changed.
        AND (kind <> 'tag' OR dead_at IS NULL
            OR (channel_id, post_id) IN (SELECT channel_id, post_id FROM dead)
            OR NOT EXISTS (
                SELECT FROM tags WHERE (tags.channel_id, tags.post_id)
                    = (work.channel_id, work.post_id)
            ))
    ORDER BY kind, channel_id, post_id FOR UPDATE SKIP LOCKED
), revived AS (
    DELETE FROM tags USING found
    WHERE (tags.channel_id, tags.post_id) = (found.channel_id, found.post_id)
        AND found.kind = 'tag' AND state = 'dead'
), freed AS (
    UPDATE work SET
        not_before = now(), attempts = 0, dead_at = NULL, reason = NULL, again = false
    FROM found WHERE work.kind = found.kind AND work.channel_id = found.channel_id
        AND work.post_id = found.post_id
    RETURNING 1
)
SELECT count(*) FROM freed;

-- name: next_work
-- When work of one kind is due next, looked up channel by channel: there may be very much of it.
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
)
SELECT least((SELECT min(arrived_at) FROM arrivals WHERE $1 = ANY (kinds)), min(CASE
    WHEN $1 = 'index' AND EXISTS (
        SELECT FROM work AS removal
        WHERE removal.kind = 'unindex' AND removal.channel_id = present.channel_id
            AND removal.dead_at IS NULL
    ) THEN (
        SELECT min(greatest(not_before, (
            SELECT max(not_before) FROM work AS removal  -- which comes first
            WHERE removal.kind = 'unindex' AND removal.channel_id = work.channel_id
                AND removal.dead_at IS NULL AND removal.post_id IN (0, work.post_id)
        ))) FROM work
        WHERE kind = $1 AND dead_at IS NULL AND work.channel_id = present.channel_id
    )
    ELSE (
        SELECT not_before FROM work
        WHERE kind = $1 AND dead_at IS NULL AND work.channel_id = present.channel_id
        ORDER BY not_before LIMIT 1
    )
END)) FROM present WHERE channel_id IS NOT NULL;

-- name: keep_spendings
-- Add to what accounts have spent today; an account that is being forgotten has spent nothing.
INSERT INTO spendings (
    account, day, purpose, provider, model, prompt_tokens, completion_tokens
)
SELECT
    accounts.id, (now() AT TIME ZONE 'UTC')::date, purpose, provider, model,
    prompt_tokens, completion_tokens
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
    AS spent (account, purpose, provider, model, prompt_tokens, completion_tokens)
JOIN accounts ON accounts.id = account
ORDER BY account, purpose, provider, model
FOR KEY SHARE OF accounts SKIP LOCKED
ON CONFLICT (account, day, purpose, provider, model) DO UPDATE SET
    prompt_tokens = spendings.prompt_tokens + excluded.prompt_tokens,
    completion_tokens = spendings.completion_tokens + excluded.completion_tokens;

-- name: poor_until
-- When an account that has spent so much today may spend again: the next midnight in UTC.
SELECT ((now() AT TIME ZONE 'UTC')::date + 1)::timestamp AT TIME ZONE 'UTC'
FROM spendings
WHERE account = $1 AND day = (now() AT TIME ZONE 'UTC')::date
HAVING sum(prompt_tokens + completion_tokens) >= $2;

-- name: lock_collections
-- Let one change of what collections there are run at a time, until its transaction ends.
LOCK TABLE collections IN EXCLUSIVE MODE;

-- name: collections
-- The collections, or one of them; counted, with how many posts are in it and are still to come.
SELECT
    name, model, dimension, epoch, state,
    CASE WHEN $2 THEN (SELECT count(*) FROM contained WHERE collection = name) ELSE 0 END AS posts,
    CASE WHEN $2 THEN (
        SELECT count(*) FROM posts
        WHERE NOT EXISTS (
                SELECT FROM contained
                WHERE (contained.channel_id, contained.post_id) = (posts.channel_id, posts.id)
                    AND collection = name
            )
            AND NOT EXISTS (
                SELECT FROM work
                WHERE (work.channel_id, work.post_id) = (posts.channel_id, posts.id)
                    AND kind = 'index' AND dead_at IS NOT NULL
            )
    ) ELSE 0 END AS missing
FROM collections WHERE $1::text IS NULL OR name = $1
ORDER BY state, begun_at, name;

-- name: know_collection
-- Know a collection as it is now, if that is new; the first one answers.
INSERT INTO collections (name, model, dimension, epoch, state)
SELECT $1, $2, $3, $4, CASE
    WHEN EXISTS (SELECT FROM collections WHERE state = 'active') THEN 'building' ELSE 'active'
END
ON CONFLICT (name) DO UPDATE SET
    model = excluded.model, dimension = excluded.dimension, epoch = excluded.epoch,
    generation = collections.generation + 1
WHERE (collections.model, collections.dimension, collections.epoch)
    <> (excluded.model, excluded.dimension, excluded.epoch)
RETURNING name;

-- name: hold_channels
-- Keep all channels from being removed, in the order of their ids so that two do not deadlock.
SELECT FROM channels ORDER BY id FOR KEY SHARE;

-- name: index_all
-- Have all posts indexed that are held, the newest of each channel first.
INSERT INTO arrivals (channel_id, posts, kinds)
SELECT channel_id, array_agg(id ORDER BY id DESC), '{index}' FROM (
    SELECT
        channel_id, id, (row_number() OVER (PARTITION BY channel_id ORDER BY id DESC) - 1) / 100
            AS part
    FROM posts
) AS held
GROUP BY part, channel_id ORDER BY part, channel_id;

-- name: index_again
-- Have what indexing was begun done anew: what a worker has of it does not count.
WITH held AS MATERIALIZED (
    SELECT kind, channel_id, post_id FROM work WHERE kind = 'index' AND attempts > 0
    ORDER BY kind, channel_id, post_id FOR UPDATE
)
UPDATE work SET
    again = worker IS NOT NULL, attempts = 0, dead_at = NULL, reason = NULL,
    not_before = CASE WHEN worker IS NULL THEN now() ELSE not_before END
FROM held
WHERE work.kind = held.kind AND work.channel_id = held.channel_id AND work.post_id = held.post_id;

-- name: retire_collection
-- Let the collection that answers be one that is being built.
UPDATE collections SET state = 'building' WHERE state = 'active';

-- name: activate_collection
-- Let a collection answer.
UPDATE collections SET state = 'active' WHERE name = $1;

-- name: forget_collection
-- Forget a collection, and what is said to be in it.
DELETE FROM collections WHERE name = $1;

-- name: held_channels
-- The channels of which posts are held.
SELECT id FROM channels
WHERE EXISTS (SELECT FROM posts WHERE channel_id = channels.id) ORDER BY id;

-- name: lock_one_channel
-- Let nobody change a channel's posts until this transaction ends.
SELECT FROM channels WHERE id = $1 FOR NO KEY UPDATE;

-- name: differences
-- Of which posts a collection has not what is said, or has what is not held, or nobody says a thing.
WITH found AS (
    SELECT id FROM unnest($3::bigint[]) AS id
), here AS (
    SELECT post_id AS id, empty FROM contained WHERE channel_id = $2 AND collection = $1
)
SELECT id, 'missing' AS what FROM here WHERE NOT empty AND id NOT IN (SELECT id FROM found)
UNION ALL
SELECT id, 'strange' FROM found
WHERE (
        id IN (SELECT id FROM here WHERE empty)
        OR id NOT IN (SELECT id FROM posts WHERE channel_id = $2)
    )
    AND NOT EXISTS (
        SELECT FROM work
        WHERE kind = 'unindex' AND channel_id = $2 AND post_id IN (0, found.id)
            AND dead_at IS NULL
    )
UNION ALL
SELECT id, 'missing' FROM posts
WHERE channel_id = $2 AND id NOT IN (SELECT id FROM here)
    AND NOT EXISTS (
        SELECT FROM work WHERE kind = 'index' AND channel_id = $2 AND post_id = posts.id
    )
    AND NOT EXISTS (
        SELECT FROM arrivals
        WHERE arrivals.channel_id = $2 AND 'index' = ANY (kinds)
            AND posts.id = ANY (arrivals.posts)
    );

-- name: arm_index
-- Have posts of a channel indexed again.
INSERT INTO work (kind, channel_id, post_id)
SELECT 'index', $1, id FROM unnest($2::bigint[]) AS id ORDER BY id
ON CONFLICT (kind, channel_id, post_id) DO UPDATE SET
    again = true, attempts = 0, reason = NULL, dead_at = NULL, enqueued_at = now(),
    not_before = CASE WHEN work.worker IS NULL THEN now() ELSE work.not_before END;

-- name: arm_removal
-- Have what a channel does not hold removed from the vector store.
INSERT INTO work (kind, channel_id, post_id)
SELECT 'unindex', $1, id FROM unnest($2::bigint[]) AS id ORDER BY id
ON CONFLICT (kind, channel_id, post_id) DO UPDATE SET
    again = true, attempts = 0, reason = NULL, dead_at = NULL, not_before = now()
WHERE work.dead_at IS NOT NULL;

-- name: unsay
-- Say no more that posts of a channel are in a collection.
DELETE FROM indexed WHERE collection = $1 AND channel_id = $2 AND post_id = ANY ($3::bigint[]);

-- name: renew_words
-- Find the words of posts that have changed.
INSERT INTO words (channel_id, post_id, published_at, words)
SELECT channel_id, id, published_at, words_of(text) FROM posts
WHERE channel_id = $1 AND id = ANY ($2::bigint[])
ON CONFLICT (channel_id, post_id) DO UPDATE SET
    published_at = excluded.published_at, words = excluded.words;

-- name: find_words
-- Find the words of some of the posts that were stored last and are still held, of each channel.
WITH waiting AS MATERIALIZED (
    SELECT
        id, cardinality(posts) AS size,
        row_number() OVER (PARTITION BY channel_id ORDER BY id) AS turn
    FROM arrivals WHERE 'words' = ANY (kinds)
), oldest AS MATERIALIZED (
    SELECT id FROM (
        SELECT id, sum(size) OVER (ORDER BY turn, id) - size AS before FROM waiting
    ) AS summed
    WHERE before < $1
), taken AS MATERIALIZED (
    SELECT id, channel_id, posts, kinds FROM arrivals
    WHERE id IN (SELECT id FROM oldest) AND 'words' = ANY (kinds) FOR UPDATE SKIP LOCKED
), found AS (
    DELETE FROM arrivals USING taken WHERE arrivals.id = taken.id AND taken.kinds = '{words}'
), left_over AS (
    UPDATE arrivals SET kinds = array_remove(arrivals.kinds, 'words') FROM taken
    WHERE arrivals.id = taken.id AND taken.kinds <> '{words}'
), kept AS (
    INSERT INTO words (channel_id, post_id, published_at, words)
    SELECT channel_id, posts.id, published_at, words_of(text)
    FROM taken JOIN posts USING (channel_id)
    WHERE posts.id = ANY (taken.posts) AND NOT EXISTS (
        SELECT FROM words WHERE (words.channel_id, post_id) = (posts.channel_id, posts.id)
    )
    FOR KEY SHARE OF posts SKIP LOCKED
    ON CONFLICT DO NOTHING
)
SELECT count(*) FROM taken;

-- name: read_as
-- Read for one account, and with its rights, until this transaction ends; the number is written in.
SELECT set_config('tgactors.account', '{:d}', true), set_config('role', 'tgactors_reader', true);

-- name: search_words
-- Posts by their words, the best first.
SELECT channel_id, post_id, rank FROM search_words($1, $2, $3, $4, $5, $6);

-- name: vocabulary
-- The words of the newest posts an account may read, and in how many posts each is.
SELECT word, ndoc FROM ts_stat(format(
    $words$
    SELECT to_tsvector('pg_catalog.simple', spelt(text)) FROM (
        SELECT text FROM own_readable JOIN posts ON channel_id = channel
        WHERE account = %s AND posts.id > visible_from
        ORDER BY published_at DESC LIMIT 5000
    ) AS newest
    $words$, $1::bigint
))
WHERE word ~ '^[[:alpha:]]{3,}$'
ORDER BY ndoc DESC, word LIMIT $2;

-- name: scope
-- What an account may see, of some channels or of all: of each the ids above one.
SELECT channel, visible_from FROM own_readable
WHERE account = $1 AND visible_from IS NOT NULL
    AND ($2::bigint[] IS NULL OR channel = ANY ($2))
ORDER BY channel;

-- name: tagged_posts
-- Posts that an account may read, in the order asked for, with what is known of their meaning.
SELECT
    title, username, channels.protected AS channel_protected, visible_from,
    coalesce(tags.state, CASE WHEN post.id <= visible_from THEN 'skipped' ELSE 'pending' END)
        AS tag_state,
    tags.tags, tags.model, coalesce(tags.reason, tagging.reason) AS tag_reason,
    CASE WHEN tagging.worker IS NULL AND tagging.dead_at IS NULL THEN tagging.not_before END
        AS tag_due_at,
    EXISTS (
        SELECT FROM indexed JOIN collections ON name = collection
        WHERE (indexed.channel_id, post_id) = (post.channel_id, post.id)
            AND collections.state = 'active' AND indexed.generation = collections.generation
    ) AS indexed,
    post.*
FROM unnest($2::bigint[], $3::bigint[]) WITH ORDINALITY AS asked (channel_id, post_id, number)
JOIN own_readable ON channel = asked.channel_id
JOIN channels ON channels.id = channel
JOIN posts AS post ON post.channel_id = channel AND post.id = asked.post_id
LEFT JOIN tags ON (tags.channel_id, tags.post_id) = (post.channel_id, post.id)
LEFT JOIN work AS tagging ON kind = 'tag'
    AND (tagging.channel_id, tagging.post_id) = (post.channel_id, post.id)
WHERE account = $1 AND greatest(post.id, parts[cardinality(parts)]) > visible_from
    AND (cardinality($4::text[]) = 0 OR tags.tags && $4)
ORDER BY number;

-- name: posts_between
-- Which posts of a period an account may read, the newest first.
SELECT post.channel_id, post.id
FROM own_readable CROSS JOIN LATERAL (
    SELECT channel_id, id, published_at FROM posts
    WHERE channel_id = channel AND published_at >= $2
        AND ($3::timestamptz IS NULL OR published_at < $3)
        AND greatest(posts.id, parts[cardinality(parts)]) > visible_from
    ORDER BY published_at DESC, id DESC LIMIT $5
) AS post
WHERE account = $1 AND ($4::bigint[] IS NULL OR channel = ANY ($4))
ORDER BY published_at DESC, post.channel_id, post.id DESC LIMIT $5;

-- name: meaning
-- How far tagging and indexing an account's posts have come; an album with hidden parts is skipped.
WITH known AS MATERIALIZED (
    SELECT
        held.id <= visible_from AS hidden,
        coalesce(
            tagging.state, CASE WHEN held.id <= visible_from THEN 'skipped' ELSE 'pending' END
        ) AS state,
        tagged_at, indexed_at, given_up.post_id IS NOT NULL AS lost
    FROM own_readable
    -- Channel by channel: the policies make the server think that joining them would be dear.
    CROSS JOIN LATERAL (
        SELECT id FROM posts
        WHERE channel_id = channel AND greatest(id, parts[cardinality(parts)]) > visible_from
        OFFSET 0
    ) AS held
    LEFT JOIN LATERAL (
        SELECT post_id, state, tagged_at FROM tags WHERE channel_id = channel OFFSET 0
    ) AS tagging ON tagging.post_id = held.id
    LEFT JOIN LATERAL (
        SELECT post_id, indexed_at FROM indexed JOIN collections ON name = collection
        WHERE channel_id = channel
            AND collections.state = 'active' AND indexed.generation = collections.generation
        OFFSET 0
    ) AS said ON said.post_id = held.id
    LEFT JOIN LATERAL (
        SELECT post_id FROM work
        WHERE kind = 'index' AND channel_id = channel AND dead_at IS NOT NULL
        OFFSET 0
    ) AS given_up ON given_up.post_id = held.id
    WHERE account = $1
)
SELECT
    count(*) AS posts,
    count(*) FILTER (WHERE state = 'ok') AS tagged,
    count(*) FILTER (WHERE state = 'skipped') AS skipped,
    count(*) FILTER (WHERE state = 'dead' OR indexed_at IS NULL AND lost) AS dead,
    count(indexed_at) AS indexed,
    count(*) FILTER (
        WHERE state = 'pending' OR indexed_at IS NULL AND NOT lost AND NOT hidden
    ) AS pending,
    count(*) FILTER (WHERE state = 'ok' AND tagged_at >= coalesce($2::timestamptz, '-infinity'))
        AS fresh_tagged,
    count(*) FILTER (WHERE indexed_at >= coalesce($2, '-infinity')) AS fresh_indexed,
    now() AS at
FROM known;

-- name: waiting
-- Why posts that an account may read wait, the soonest first.
SELECT
    kind, reason, count(*) AS posts, min(not_before) FILTER (WHERE dead_at IS NULL) AS next_at
FROM own_readable JOIN work ON channel_id = channel AND post_id > visible_from
WHERE account = $1 AND kind IN ('tag', 'index') AND reason IS NOT NULL
    AND (dead_at IS NOT NULL OR worker IS NULL AND not_before > now())
GROUP BY kind, reason, dead_at IS NULL
ORDER BY next_at, kind, reason LIMIT $2;
