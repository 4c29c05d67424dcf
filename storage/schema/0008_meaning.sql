-- What is the same for a model: spaces and forms of letters make no difference.
CREATE FUNCTION text_hash(text text) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT sha256(convert_to(btrim(regexp_replace(normalize(text, NFKC), '\s+', ' ', 'g')), 'UTF8'))
$$;

-- What tagging a post came to, for good; a post without a row is still to be tagged.
CREATE TABLE tags (
    channel_id bigint NOT NULL,
    post_id bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('ok', 'skipped', 'dead')),
    reason text,  -- why there are none
    tags text[] NOT NULL DEFAULT '{}',
    provider text,
    model text,
    text_hash bytea NOT NULL,  -- of the text that was tagged
    tagged_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (channel_id, post_id),
    FOREIGN KEY (channel_id, post_id) REFERENCES posts ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE INDEX tags_tags ON tags USING gin (tags);
CREATE INDEX tags_text ON tags (text_hash) WHERE state <> 'dead';
CREATE INDEX tags_dead ON tags (channel_id, post_id) WHERE state = 'dead';

CREATE TABLE collections (
    name text PRIMARY KEY,
    model text NOT NULL,
    dimension integer NOT NULL CHECK (dimension > 0),
    epoch text NOT NULL,  -- which incarnation of it the vector store had
    generation integer NOT NULL DEFAULT 1,  -- counts the epochs: what was said of others is void
    state text NOT NULL CHECK (state IN ('building', 'active')),
    begun_at timestamptz NOT NULL DEFAULT now()
);

CREATE UNIQUE INDEX collections_active ON collections (state) WHERE state = 'active';

CREATE TABLE indexed (  -- which posts are said to be in a collection
    channel_id bigint NOT NULL,
    post_id bigint NOT NULL,
    collection text NOT NULL REFERENCES collections ON DELETE CASCADE,
    generation integer NOT NULL,
    empty boolean NOT NULL,  -- it has no text: there is nothing of it in the vector store
    indexed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (channel_id, post_id, collection),
    FOREIGN KEY (channel_id, post_id) REFERENCES posts ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE INDEX indexed_collection ON indexed (collection);

-- What is in the collections as they are now.
CREATE VIEW contained AS
SELECT channel_id, post_id, collection, empty, indexed_at, state
FROM indexed JOIN collections ON name = collection
WHERE indexed.generation = collections.generation;

CREATE TABLE spendings (
    account bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    day date NOT NULL,  -- in UTC
    purpose text NOT NULL CHECK (purpose IN ('tag', 'index', 'ask', 'digest')),
    provider text NOT NULL,
    model text NOT NULL,
    prompt_tokens bigint NOT NULL,
    completion_tokens bigint NOT NULL,
    PRIMARY KEY (account, day, purpose, provider, model)
);

CREATE INDEX spendings_day ON spendings (day, account);

ALTER TABLE arrivals
    ADD kinds text[] NOT NULL DEFAULT '{index,tag}';  -- what is to be done with these posts
