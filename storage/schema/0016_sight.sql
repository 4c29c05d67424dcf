-- What an account may see as a member, as `readable` was before it said for how long; the second
-- lock is this alone, as what somebody does not want any longer is no secret from them, and looking
-- it up for each post takes too long.
CREATE VIEW sight AS
SELECT
    account, channel,
    coalesce(visible_from, CASE WHEN username IS NOT NULL THEN 0 END) AS visible_from
FROM subscriptions JOIN channels ON channels.id = channel
WHERE wanted AND left_at IS NULL
    AND (username IS NOT NULL OR confirmed_at > now() - interval '24 hours');

CREATE VIEW own_sight WITH (security_barrier) AS
SELECT channel, visible_from FROM sight WHERE account = reading_account();

GRANT SELECT ON own_sight TO tgactors_reader;

CREATE OR REPLACE VIEW readable AS
SELECT
    account, channel, access_hash, top, position,
    -- Ids grow with time: what is older than the newest that is too old is too old.
    CASE WHEN sight.visible_from IS NOT NULL THEN greatest(sight.visible_from, past.id)
    END AS visible_from
FROM sight
JOIN subscriptions USING (account, channel)
LEFT JOIN retention USING (account)
LEFT JOIN LATERAL (
    SELECT greatest(posts.id, parts[cardinality(parts)]) AS id FROM posts
    WHERE channel_id = channel AND published_at < now() - make_interval(
        days => least(retention.days, (SELECT days FROM house))
    )
    ORDER BY published_at DESC, posts.id DESC LIMIT 1
) AS past ON true;

-- Looked up once for a statement, however often it is joined: who follows many channels, and not for
-- ever, would have each looked up for each.
CREATE OR REPLACE VIEW own_readable WITH (security_barrier) AS
WITH own AS MATERIALIZED (
    SELECT account, channel, visible_from FROM readable WHERE account = reading_account()
)
SELECT account, channel, visible_from FROM own;

ALTER POLICY readable ON posts USING (
    channel_id IN (SELECT channel FROM own_sight WHERE visible_from <= 0)
    OR EXISTS (
        SELECT FROM own_sight
        WHERE channel = channel_id AND visible_from > 0
            AND greatest(posts.id, parts[cardinality(parts)]) > visible_from
    )
);
ALTER POLICY readable ON tags USING (
    channel_id IN (SELECT channel FROM own_sight WHERE visible_from <= 0)
    OR EXISTS (
        SELECT FROM own_sight
        WHERE channel = channel_id AND visible_from > 0 AND post_id > visible_from
    )
);
ALTER POLICY readable ON indexed USING (
    channel_id IN (SELECT channel FROM own_sight WHERE visible_from <= 0)
    OR EXISTS (
        SELECT FROM own_sight
        WHERE channel = channel_id AND visible_from > 0 AND post_id > visible_from
    )
);
ALTER POLICY readable ON work USING (
    channel_id IN (SELECT channel FROM own_sight WHERE visible_from <= 0)
    OR EXISTS (
        SELECT FROM own_sight
        WHERE channel = channel_id AND visible_from > 0 AND post_id > visible_from
    )
);
