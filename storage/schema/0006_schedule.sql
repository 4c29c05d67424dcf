ALTER TABLE accounts
    ADD every double precision NOT NULL DEFAULT 1800 CHECK (every > 0),  -- seconds
    ADD confirm_at timestamptz;  -- when its channels are listed next; null: at once

ALTER TABLE subscriptions
    ADD every double precision CHECK (every > 0),  -- seconds; null: as the account
    ADD unread_since timestamptz;  -- its follower was told so; null: there is nothing to recover

ALTER TABLE channels
    ADD next_at timestamptz,  -- when it is read next; null: at once
    ADD taken_by uuid,  -- the process that reads it
    ADD taken_until timestamptz,  -- then it is nobody's
    ADD caught_up_at timestamptz,  -- when it was read to its end last
    ADD failures integer NOT NULL DEFAULT 0,  -- readings since that did not get there
    ADD trouble text,  -- why the last of these did not
    ADD unread_since timestamptz;  -- the operator was told so; null: there is nothing to recover

CREATE INDEX channels_due ON channels (coalesce(next_at, '-infinity'), id);
CREATE INDEX channels_unread ON channels (id) WHERE unread_since IS NOT NULL;
CREATE INDEX subscriptions_unread ON subscriptions (channel) WHERE unread_since IS NOT NULL;
CREATE INDEX accounts_confirm ON accounts (coalesce(confirm_at, '-infinity'), id)
    WHERE state = 'READY';

CREATE TABLE floods (  -- how long Telegram lets an account wait
    account bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    method text NOT NULL,
    until timestamptz NOT NULL,
    PRIMARY KEY (account, method)
);

CREATE TABLE sends (  -- calls of which an account makes so many in a time
    account bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    method text NOT NULL,
    at timestamptz NOT NULL
);

CREATE INDEX sends_account ON sends (account, at);

CREATE TABLE reports (  -- what parses committed
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    began_at timestamptz NOT NULL,
    report jsonb NOT NULL
);

CREATE INDEX reports_account ON reports (account, began_at DESC, id DESC);
CREATE INDEX reports_age ON reports (began_at);

-- A notice about a channel goes with it: it says what somebody followed.
ALTER TABLE notices ADD channel bigint REFERENCES channels ON DELETE CASCADE;
CREATE INDEX notices_channel ON notices (channel) WHERE channel IS NOT NULL;

-- Who follows a channel, for whom it is to be read: how often they want that, since when they wait
-- for it, who holds them, and until when Telegram lets them wait. Who has logged out wants nothing.
CREATE VIEW followers AS
SELECT
    accounts.id AS account, channel, state, holder,
    coalesce(subscriptions.every, accounts.every) AS every,
    greatest(caught_up_at, followed_at, CASE WHEN state = 'READY' THEN changed_at END) AS since,
    floods.until AS flood
FROM subscriptions
JOIN accounts ON accounts.id = subscriptions.account
JOIN channels ON channels.id = channel
LEFT JOIN floods ON floods.account = accounts.id AND method = 'history'
WHERE wanted AND left_at IS NULL AND state <> 'LOGGED_OUT';

-- Who waits for a channel for three intervals and longer, and why: none of those who could read it
-- is logged in, Telegram lets all of them wait, the last reading failed, or nobody came to it.
CREATE FUNCTION unread(moment timestamptz)
RETURNS TABLE (
    account bigint, channel bigint, since timestamptz, every double precision,
    cause text, until timestamptz
)
LANGUAGE sql STABLE AS $$
    WITH late AS MATERIALIZED (
        SELECT account, channel, since, every FROM followers
        WHERE state IN ('READY', 'EXPIRED') AND since <= moment - make_interval(secs => 3 * every)
    ), readers AS (
        SELECT channel, min(coalesce(flood, '-infinity')) FILTER (WHERE state = 'READY') AS free_at
        FROM followers WHERE channel IN (SELECT channel FROM late) GROUP BY channel
    )
    SELECT
        account, channel, since, every,
        CASE
            WHEN free_at IS NULL THEN 'expired'
            WHEN free_at > moment THEN 'flooded'
            WHEN failures > 0 THEN 'failed'
            ELSE 'late'
        END,
        CASE WHEN free_at > moment THEN free_at END
    FROM late JOIN readers USING (channel) JOIN channels ON channels.id = channel
$$;
