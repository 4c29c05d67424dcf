CREATE TABLE accounts (
    id bigint PRIMARY KEY,  -- the Telegram user id
    state text NOT NULL CHECK (state IN (
        'NEW', 'QR_WAIT', 'CODE_WAIT', 'PASSWORD_WAIT', 'READY', 'EXPIRED', 'LOGGED_OUT'
    )),
    reason text,
    changed_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE sessions (
    account bigint PRIMARY KEY REFERENCES accounts ON DELETE CASCADE,
    record bytea NOT NULL,  -- sealed by the vault
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE channels (
    id bigint PRIMARY KEY,  -- the Telegram channel id, without the -100 of bots
    title text NOT NULL,
    username text,
    coverage int8multirange NOT NULL DEFAULT '{}',  -- the message ids that were read
    floor bigint  -- older ids are backfill, not holes; null until the first read
);

CREATE TABLE subscriptions (
    account bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    channel bigint NOT NULL REFERENCES channels ON DELETE CASCADE,
    access_hash bigint NOT NULL,  -- valid for this account only
    top bigint NOT NULL,  -- the newest message id the account saw
    position integer NOT NULL,
    followed_at timestamptz NOT NULL DEFAULT now(),
    left_at timestamptz,  -- null while followed
    PRIMARY KEY (account, channel)
);

CREATE INDEX subscriptions_channel ON subscriptions (channel);

CREATE TABLE posts (
    channel_id bigint NOT NULL REFERENCES channels ON DELETE CASCADE,
    id bigint NOT NULL,
    published_at timestamptz NOT NULL,
    edited_at timestamptz,
    text text NOT NULL,
    PRIMARY KEY (channel_id, id)
);

CREATE INDEX posts_newest ON posts (channel_id, published_at DESC, id DESC);
