CREATE TABLE visitors (  -- who writes to the bot
    account bigint PRIMARY KEY,  -- refers to nothing: whoever comes is not registered yet
    name text NOT NULL,
    spoken text NOT NULL CHECK (spoken IN ('ru', 'en')),  -- the language of their Telegram
    chosen text CHECK (chosen IN ('ru', 'en')),  -- the one they want instead
    timezone text NOT NULL DEFAULT 'UTC',
    first_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),  -- give or take a minute
    blocked_at timestamptz  -- when they blocked the bot; null: messages reach them
);

CREATE TABLE bans (  -- outlives what else is known of an account, without the reason
    account bigint PRIMARY KEY,
    banned_at timestamptz NOT NULL DEFAULT now(),
    banned_by bigint,  -- null: whoever has the command line
    reason text
);

CREATE TABLE allowances (  -- what the operator allows an account instead of what its invite says
    account bigint PRIMARY KEY REFERENCES accounts ON DELETE CASCADE,
    channels integer CHECK (channels >= 0),  -- null: as the invite says
    questions integer CHECK (questions >= 0)
);

CREATE TABLE questions (  -- what accounts have asked on the last day on which they asked
    account bigint PRIMARY KEY REFERENCES accounts ON DELETE CASCADE,
    day date NOT NULL,  -- in UTC
    asked integer NOT NULL
);

CREATE TABLE digest_plans (
    account bigint PRIMARY KEY REFERENCES accounts ON DELETE CASCADE,
    at time NOT NULL,  -- of the day in the visitor's time zone
    days integer[] NOT NULL,  -- of the week, 1 is Monday
    topics text[] NOT NULL,
    channels bigint[],  -- null: all of them
    lines integer NOT NULL,
    next_at timestamptz NOT NULL,  -- the occurrence that is sent next
    sent_to timestamptz,  -- the occurrence that was sent last
    lease bigint NOT NULL DEFAULT 0,  -- counts the takings, and the changes that void them
    taken_until timestamptz,  -- then it is nobody's
    tries integer NOT NULL DEFAULT 0  -- of this occurrence
);

CREATE INDEX digest_plans_due ON digest_plans (next_at);

CREATE TABLE pollers (  -- which process asks Telegram for a bot's updates
    bot text PRIMARY KEY,  -- a hash of the bot's id
    holder uuid REFERENCES nodes ON DELETE SET NULL
);

ALTER TABLE visitors ENABLE ROW LEVEL SECURITY;
ALTER TABLE bans ENABLE ROW LEVEL SECURITY;
ALTER TABLE allowances ENABLE ROW LEVEL SECURITY;
ALTER TABLE questions ENABLE ROW LEVEL SECURITY;
ALTER TABLE digest_plans ENABLE ROW LEVEL SECURITY;
ALTER TABLE pollers ENABLE ROW LEVEL SECURITY;

-- As before, but that nothing is read for those who are banned.
CREATE OR REPLACE VIEW followers AS
SELECT
    accounts.id AS account, channel, state, holder,
    coalesce(subscriptions.every, accounts.every) AS every,
    greatest(caught_up_at, followed_at, CASE WHEN state = 'READY' THEN changed_at END) AS since,
    floods.until AS flood
FROM subscriptions
JOIN accounts ON accounts.id = subscriptions.account
JOIN channels ON channels.id = channel
LEFT JOIN floods ON floods.account = accounts.id AND method = 'history'
WHERE wanted AND left_at IS NULL AND state <> 'LOGGED_OUT'
    AND NOT EXISTS (SELECT FROM bans WHERE bans.account = accounts.id);
