ALTER TABLE channels
    ADD pts bigint,  -- up to where its changes are known; null: from the next list on
    ADD protected boolean NOT NULL DEFAULT false,
    ADD window_at timestamptz,  -- when its newest messages were read again last
    ADD sweep_from bigint,  -- older messages are read again from below it on; null: from the newest
    ADD read_at timestamptz;  -- when it was read last

ALTER TABLE subscriptions
    ADD visible_from bigint,  -- its ids above it may be seen; null in a private channel: unknown
    ADD confirmed_at timestamptz,  -- when the account was seen to be a member last
    ADD wanted boolean NOT NULL DEFAULT true,  -- the user's own choice
    ADD why_left text CHECK (why_left IN ('left', 'banned', 'private', 'deleted')),
    ADD depth integer CHECK (depth > 0),  -- how many posts are wanted
    ADD reach interval,  -- how far back posts are wanted
    ADD source text NOT NULL DEFAULT 'list';  -- where it comes from: the account's list, a name, …

UPDATE subscriptions SET confirmed_at = now() WHERE left_at IS NULL;
UPDATE subscriptions SET why_left = 'left' WHERE left_at IS NOT NULL;

-- Whom posts may be shown to is decided here, and nowhere else: an account reads what it follows,
-- of a private channel only as a member that was confirmed within a day, and only newer ids.
CREATE VIEW readable AS
SELECT
    account, channel, access_hash, top, position,
    coalesce(visible_from, CASE WHEN username IS NOT NULL THEN 0 END) AS visible_from
FROM subscriptions JOIN channels ON channels.id = channel
WHERE wanted AND left_at IS NULL
    AND (username IS NOT NULL OR confirmed_at > now() - interval '24 hours');

ALTER TABLE posts
    ADD html text,  -- null where it is the text itself
    ADD author text,
    ADD reply_to bigint,
    ADD album bigint,
    ADD parts bigint[] NOT NULL DEFAULT '{}',  -- an album's messages, ascending; the first is its id
    ADD captions jsonb,  -- null for what is no album, as below for what is empty
    ADD media jsonb,
    ADD forward jsonb,
    ADD links text[],
    ADD views integer,
    ADD forwards integer,
    ADD reactions jsonb,
    ADD comments integer,
    ADD protected boolean NOT NULL DEFAULT false;

UPDATE posts SET html = replace(replace(replace(text, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')
WHERE text ~ '[&<>]';

-- A post as a program hands it over, in the order of its columns: a later one needs a new type.
CREATE TYPE incoming_post AS (
    id bigint,
    published_at timestamptz,
    edited_at timestamptz,
    text text,
    html text,
    author text,
    reply_to bigint,
    album bigint,
    parts bigint[],
    captions jsonb,
    media jsonb,
    forward jsonb,
    links text[],
    views integer,
    forwards integer,
    reactions jsonb,
    comments integer,
    protected boolean
);

CREATE UNIQUE INDEX posts_album ON posts (channel_id, album) WHERE album IS NOT NULL;
CREATE INDEX posts_parts ON posts (channel_id, (parts[cardinality(parts)])) WHERE album IS NOT NULL;

CREATE TABLE work (
    kind text NOT NULL CHECK (kind IN ('tag', 'index', 'unindex')),
    channel_id bigint NOT NULL,  -- refers to nothing: what is to be removed is gone already
    post_id bigint NOT NULL,  -- 0: everything of the channel
    enqueued_at timestamptz NOT NULL DEFAULT now(),
    not_before timestamptz NOT NULL DEFAULT now(),  -- of what a worker has: until when
    worker text,  -- null while nobody has it
    lease bigint NOT NULL DEFAULT 0,  -- counts the claims
    again boolean NOT NULL DEFAULT false,  -- its post has changed since it was claimed
    attempts integer NOT NULL DEFAULT 0,
    reason text,  -- why it waits, or is dead
    dead_at timestamptz,
    PRIMARY KEY (kind, channel_id, post_id)
);

CREATE INDEX work_due ON work (kind, channel_id, not_before, post_id) WHERE dead_at IS NULL;

-- Posts that were stored together. Their work is due from then on; a row for each of it is written
-- when the first of it is claimed or one of them changes, as writing it at once would take longer
-- than storing them.
CREATE TABLE arrivals (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel_id bigint NOT NULL REFERENCES channels ON DELETE CASCADE,
    posts bigint[] NOT NULL,
    arrived_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX arrivals_channel ON arrivals (channel_id, id);

-- What was stored before there was a queue.
INSERT INTO arrivals (channel_id, posts)
SELECT channel_id, array_agg(id)
FROM (SELECT channel_id, id, (row_number() OVER ()) / 500 AS part FROM posts) AS stored
GROUP BY channel_id, part;
