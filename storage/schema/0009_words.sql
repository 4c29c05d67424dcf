-- The words of a text as they are searched for: Russian ones and English ones by their stems (the
-- Russian configuration takes words of Latin letters for English), «ё» as «е».
CREATE FUNCTION words_of(text text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('pg_catalog.russian', translate(text, 'ёЁ', 'еЕ'))
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
