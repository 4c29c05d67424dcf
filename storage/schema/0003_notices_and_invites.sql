CREATE TABLE notices (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account bigint REFERENCES accounts ON DELETE CASCADE,  -- null: for the operator
    kind text NOT NULL,
    occurrence text NOT NULL,
    data jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    came_up_at timestamptz NOT NULL DEFAULT now(),  -- when it was last written, give or take a day
    delivered_at timestamptz
);

-- No account has the id 0, so the operator's occurrences are unique too.
CREATE UNIQUE INDEX notices_once ON notices (coalesce(account, 0), kind, occurrence);
CREATE INDEX notices_account ON notices (account);
CREATE INDEX notices_pending ON notices (id) WHERE delivered_at IS NULL;
CREATE INDEX notices_delivered ON notices (delivered_at) WHERE delivered_at IS NOT NULL;

CREATE TABLE quarantined_sessions (
    account bigint PRIMARY KEY REFERENCES accounts ON DELETE CASCADE,
    record bytea NOT NULL,  -- as it was sealed in sessions
    reason text NOT NULL,
    quarantined_at timestamptz NOT NULL DEFAULT now()
);

-- From here on an account has a row in sessions exactly while it is READY.
WITH gone AS (
    DELETE FROM sessions USING accounts
    WHERE accounts.id = sessions.account AND state <> 'READY'
    RETURNING account, record, state, reason, changed_at
)
INSERT INTO quarantined_sessions (account, record, reason, quarantined_at)
SELECT account, record, coalesce(reason, 'unknown'), changed_at FROM gone WHERE state = 'EXPIRED';

CREATE TABLE invites (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code_hash bytea NOT NULL UNIQUE,  -- SHA-256 of the code as it is normalised
    label text NOT NULL,  -- the first characters of the code
    uses integer NOT NULL CHECK (uses > 0),
    forgotten integer NOT NULL DEFAULT 0,  -- uses spent by accounts that are forgotten since
    expires_at timestamptz,
    limits jsonb NOT NULL,
    note text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);

CREATE TABLE invite_claims (
    invite bigint NOT NULL REFERENCES invites ON DELETE CASCADE,
    account bigint NOT NULL,  -- refers to nothing: a code is shown before its account is registered
    reserved_until timestamptz NOT NULL,
    spent_at timestamptz,
    PRIMARY KEY (invite, account)
);

CREATE INDEX invite_claims_account ON invite_claims (account);
CREATE UNIQUE INDEX invite_claims_reserved ON invite_claims (account) WHERE spent_at IS NULL;
