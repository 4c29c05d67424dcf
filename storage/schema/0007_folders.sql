CREATE TABLE account_folders (  -- where there are some, only these of an account's list are followed
    account bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    folder integer NOT NULL,  -- Telegram's number of it
    title text NOT NULL,
    gone boolean NOT NULL DEFAULT false,  -- whether Telegram has it no more
    followed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account, folder)
);

ALTER TABLE subscriptions
    DROP CONSTRAINT subscriptions_why_left_check,
    ADD CONSTRAINT subscriptions_why_left_check CHECK (
        why_left IN ('left', 'banned', 'private', 'deleted', 'outside', 'over the limit')
    );
