CREATE TABLE house (  -- what is true of the whole archive: one row
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    identity uuid NOT NULL DEFAULT gen_random_uuid(),  -- which archive it is, wherever it lies
    days integer CHECK (days BETWEEN 1 AND 36500),  -- how long posts are kept; null: for ever
    fixed boolean NOT NULL DEFAULT false  -- whether the service's setting says so
);

INSERT INTO house DEFAULT VALUES;

CREATE TABLE retention (  -- how long accounts want posts, where that is not for ever
    account bigint PRIMARY KEY REFERENCES accounts ON DELETE CASCADE,
    days integer NOT NULL CHECK (days BETWEEN 1 AND 36500)
);

ALTER TABLE house ENABLE ROW LEVEL SECURITY;
ALTER TABLE retention ENABLE ROW LEVEL SECURITY;

-- For how many days posts of each channel are kept: as long as one of its followers wants them, and
-- never longer than the house keeps any; null: for ever.
CREATE VIEW keeping AS
SELECT
    channels.id AS channel,
    CASE
        WHEN bool_or(account IS NOT NULL AND least(retention.days, house.days) IS NULL) THEN NULL
        ELSE coalesce(max(least(retention.days, house.days)) FILTER (WHERE account IS NOT NULL),
            house.days)
    END AS days
FROM channels
CROSS JOIN house
LEFT JOIN subscriptions ON channel = channels.id AND wanted AND left_at IS NULL
LEFT JOIN retention USING (account)
GROUP BY channels.id, house.days;

-- The posts that nobody wants any longer.
CREATE VIEW doomed AS
SELECT channel_id, id, published_at FROM keeping JOIN posts ON channel_id = channel
WHERE published_at < now() - make_interval(days => days);

-- As before, but that an account sees nothing that is older than it wants.
CREATE OR REPLACE VIEW readable AS
SELECT
    account, channel, access_hash, top, position,
    -- Ids grow with time: what is older than the newest that is too old is too old.
    CASE WHEN sight.visible_from IS NOT NULL THEN greatest(sight.visible_from, past.id)
    END AS visible_from
FROM subscriptions
JOIN channels ON channels.id = channel
LEFT JOIN retention USING (account)
CROSS JOIN LATERAL (
    SELECT coalesce(
        subscriptions.visible_from, CASE WHEN username IS NOT NULL THEN 0 END
    ) AS visible_from
) AS sight
LEFT JOIN LATERAL (
    SELECT greatest(posts.id, parts[cardinality(parts)]) AS id FROM posts
    WHERE channel_id = channel AND published_at < now() - make_interval(
        days => least(retention.days, (SELECT days FROM house))
    )
    ORDER BY published_at DESC, posts.id DESC LIMIT 1
) AS past ON true
WHERE wanted AND left_at IS NULL
    AND (username IS NOT NULL OR confirmed_at > now() - interval '24 hours');
