-- A text as it is taken apart into words. Without a locale the server takes every character beyond
-- ASCII for a letter, so «so», so… and 🙂so would be other words; accents and soft hyphens vanish.
CREATE FUNCTION spelt(text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT regexp_replace(
        regexp_replace(
            replace(replace(
                CASE WHEN text ~ U&'[\0300-\036F]' THEN normalize(text, NFC) ELSE text END,
                'ё', 'е'
            ), 'Ё', 'Е'),
            U&'[\0300-\036F\00AD]', '', 'g'
        ),
        U&'[^\0001-\007F[:alnum:]]', ' ', 'g'
    )
$$;

-- The words of a text as they are searched for: Russian and English ones by their stems, as the
-- Russian configuration takes words of Latin letters for English.
CREATE FUNCTION words_of(text text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('pg_catalog.russian', spelt(text))
$$;

CREATE TABLE words (
    channel_id bigint NOT NULL,
    post_id bigint NOT NULL,
    published_at timestamptz NOT NULL,
    words tsvector NOT NULL,
    PRIMARY KEY (channel_id, post_id),
    FOREIGN KEY (channel_id, post_id) REFERENCES posts ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE INDEX words_words ON words USING gin (words);
CREATE INDEX words_newest ON words (published_at DESC);  -- quicker where a word is in every post

-- Finding the words of a post takes longer than storing it, so that is done afterwards too.
ALTER TABLE arrivals ALTER kinds SET DEFAULT '{index,tag,words}';
UPDATE arrivals SET kinds = kinds || '{words}'::text[] WHERE 'tag' = ANY (kinds);
INSERT INTO arrivals (channel_id, posts, kinds)
SELECT channel_id, array_agg(id), '{words}'
FROM (
    SELECT channel_id, id, (row_number() OVER (PARTITION BY channel_id ORDER BY id DESC) - 1) / 100
        AS part
    FROM posts
) AS stored
GROUP BY channel_id, part ORDER BY part, channel_id;
