-- The second lock. The program reads for an account as this role, which has no rights but those
-- below, and says in each transaction which account it is; while it says nothing there is nothing.
-- The owner of the tables, who reads and writes for all, passes by the policies.
DO $$
BEGIN
    IF to_regrole('tgactors_reader') IS NULL THEN
        BEGIN
            CREATE ROLE tgactors_reader NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;  -- another database of this server was quicker
        END;
    END IF;
    IF NOT pg_has_role(current_user, 'tgactors_reader', CASE
        WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER'
    END) THEN
        EXECUTE format('GRANT tgactors_reader TO %I', current_user);
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO tgactors_reader', current_schema());
END
$$;

-- Whoever adds a table adds this line for it.
ALTER TABLE account_folders ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE arrivals ENABLE ROW LEVEL SECURITY;
ALTER TABLE channels ENABLE ROW LEVEL SECURITY;
ALTER TABLE collections ENABLE ROW LEVEL SECURITY;
ALTER TABLE floods ENABLE ROW LEVEL SECURITY;
ALTER TABLE indexed ENABLE ROW LEVEL SECURITY;
ALTER TABLE invite_claims ENABLE ROW LEVEL SECURITY;
ALTER TABLE invites ENABLE ROW LEVEL SECURITY;
ALTER TABLE nodes ENABLE ROW LEVEL SECURITY;
ALTER TABLE notices ENABLE ROW LEVEL SECURITY;
ALTER TABLE posts ENABLE ROW LEVEL SECURITY;
ALTER TABLE quarantined_sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE reports ENABLE ROW LEVEL SECURITY;
ALTER TABLE sends ENABLE ROW LEVEL SECURITY;
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE spendings ENABLE ROW LEVEL SECURITY;
ALTER TABLE subscriptions ENABLE ROW LEVEL SECURITY;
ALTER TABLE tags ENABLE ROW LEVEL SECURITY;
ALTER TABLE words ENABLE ROW LEVEL SECURITY;
ALTER TABLE work ENABLE ROW LEVEL SECURITY;

-- For which account this transaction reads; null: for none.
CREATE FUNCTION reading_account() RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('tgactors.account', true), '')::bigint
$$;

-- What of `readable` is that account's.
CREATE VIEW own_readable WITH (security_barrier) AS
SELECT account, channel, visible_from FROM readable WHERE account = reading_account();

GRANT SELECT ON
    own_readable, channels, collections, indexed, notices, posts, reports, spendings,
    subscriptions, tags, work
TO tgactors_reader;

CREATE POLICY own ON subscriptions FOR SELECT TO tgactors_reader
    USING (account = (SELECT reading_account()));
CREATE POLICY own ON spendings FOR SELECT TO tgactors_reader
    USING (account = (SELECT reading_account()));
CREATE POLICY own ON reports FOR SELECT TO tgactors_reader
    USING (account = (SELECT reading_account()));
CREATE POLICY own ON notices FOR SELECT TO tgactors_reader
    USING (account = (SELECT reading_account()));
CREATE POLICY known ON channels FOR SELECT TO tgactors_reader
    USING (id IN (SELECT channel FROM subscriptions WHERE account = reading_account()));
CREATE POLICY everybodys ON collections FOR SELECT TO tgactors_reader USING (true);

-- Most channels are seen whole: their ids are looked up once, the others' posts one by one.
CREATE POLICY readable ON posts FOR SELECT TO tgactors_reader USING (
    channel_id IN (SELECT channel FROM own_readable WHERE visible_from <= 0)
    OR EXISTS (
        SELECT FROM own_readable
        WHERE channel = channel_id AND visible_from > 0
            AND greatest(posts.id, parts[cardinality(parts)]) > visible_from
    )
);
CREATE POLICY readable ON tags FOR SELECT TO tgactors_reader USING (
    channel_id IN (SELECT channel FROM own_readable WHERE visible_from <= 0)
    OR EXISTS (
        SELECT FROM own_readable
        WHERE channel = channel_id AND visible_from > 0 AND post_id > visible_from
    )
);
CREATE POLICY readable ON indexed FOR SELECT TO tgactors_reader USING (
    channel_id IN (SELECT channel FROM own_readable WHERE visible_from <= 0)
    OR EXISTS (
        SELECT FROM own_readable
        WHERE channel = channel_id AND visible_from > 0 AND post_id > visible_from
    )
);
CREATE POLICY readable ON work FOR SELECT TO tgactors_reader USING (
    channel_id IN (SELECT channel FROM own_readable WHERE visible_from <= 0)
    OR EXISTS (
        SELECT FROM own_readable
        WHERE channel = channel_id AND visible_from > 0 AND post_id > visible_from
    )
);

-- Posts by their words, the best first of the newest two thousand that have them. Under a policy
-- the index of words would not be used, so this passes by the policies, and is a lock of its own:
-- it finds what the account of the transaction may read, and no album of which a part is hidden.
CREATE FUNCTION search_words(
    query text, only_channels bigint[], only_tags text[],
    since timestamptz, until timestamptz, most integer
)
RETURNS TABLE (channel_id bigint, post_id bigint, rank real)
LANGUAGE sql STABLE SECURITY DEFINER
SET plan_cache_mode = force_custom_plan  -- how common its words are decides how it is found
AS $$
    SELECT words.channel_id, words.post_id, ts_rank_cd(words.words, wanted, 1) AS rank
    FROM (
        SELECT words.channel_id, words.post_id, wanted
        FROM websearch_to_tsquery('pg_catalog.russian', spelt(query)) AS wanted
        JOIN words ON words.words @@ wanted
        JOIN own_readable ON channel = words.channel_id AND words.post_id > visible_from
        WHERE (only_channels IS NULL OR words.channel_id = ANY (only_channels))
            AND (since IS NULL OR published_at >= since)
            AND (until IS NULL OR published_at < until)
            AND (cardinality(only_tags) = 0 OR EXISTS (
                SELECT FROM tags
                WHERE (tags.channel_id, tags.post_id) = (words.channel_id, words.post_id)
                    AND tags.tags && only_tags
            ))
        ORDER BY published_at DESC LIMIT 2000
    ) AS found
    JOIN words USING (channel_id, post_id)
    ORDER BY rank DESC, published_at DESC, channel_id, post_id
    LIMIT most
$$;

REVOKE ALL ON FUNCTION
    search_words(text, bigint[], text[], timestamptz, timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    search_words(text, bigint[], text[], timestamptz, timestamptz, integer) TO tgactors_reader;

-- Nobody who calls it can put another table in the place of one of these.
DO $$
BEGIN
    EXECUTE format(
        'ALTER FUNCTION search_words(text, bigint[], text[], timestamptz, timestamptz, integer) '
        'SET search_path = pg_catalog, %I, pg_temp', current_schema()
    );
END
$$;
