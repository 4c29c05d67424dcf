CREATE TABLE tokens (  -- with which programs speak for the operator, or for one account
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash bytea NOT NULL UNIQUE,  -- SHA-256 of its text, which is nowhere
    name text NOT NULL,
    account bigint REFERENCES accounts ON DELETE CASCADE,  -- null: the operator's
    created_at timestamptz NOT NULL DEFAULT now(),
    used_at timestamptz,  -- give or take a minute
    revoked_at timestamptz
);

CREATE INDEX tokens_account ON tokens (account) WHERE account IS NOT NULL;

CREATE TABLE login_links (  -- by which a person may log in in a browser, once; the last one counts
    account bigint PRIMARY KEY,  -- refers to nothing: whoever comes is not registered yet
    hash bytea NOT NULL UNIQUE,  -- SHA-256 of its text
    expires_at timestamptz NOT NULL
);

CREATE INDEX login_links_age ON login_links (expires_at);

ALTER TABLE tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE login_links ENABLE ROW LEVEL SECURITY;
