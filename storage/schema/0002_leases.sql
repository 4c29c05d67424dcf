CREATE TABLE nodes (  -- processes that open accounts
    incarnation uuid PRIMARY KEY,
    name text NOT NULL,  -- for people: who keeps an account from them
    place text NOT NULL,  -- the house.lock that its process holds; of one place one process lives
    started_at timestamptz NOT NULL DEFAULT now(),
    renewed_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked boolean NOT NULL DEFAULT false  -- for good
);

ALTER TABLE accounts
    ADD holder uuid REFERENCES nodes ON DELETE SET NULL,  -- who may open it
    ADD epoch bigint NOT NULL DEFAULT 0,  -- counts the claims
    ADD waiting boolean NOT NULL  -- in a login, which does not outlive its process
        GENERATED ALWAYS AS (state IN ('QR_WAIT', 'CODE_WAIT', 'PASSWORD_WAIT')) STORED;

CREATE INDEX accounts_holder ON accounts (holder) WHERE holder IS NOT NULL;
