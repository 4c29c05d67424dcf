CREATE TABLE storings (  -- when posts were stored, and how many: what is seen, not what was said
    at timestamptz NOT NULL DEFAULT now(),
    posts integer NOT NULL
);

CREATE INDEX storings_at ON storings (at);

ALTER TABLE storings ENABLE ROW LEVEL SECURITY;
