-- What offers ask for and where exactly they are, what they mean, and the index that is published of them.

ALTER TABLE offers
    ADD COLUMN working_time     text,
    ADD COLUMN experience_years smallint,
    ADD COLUMN education_level  smallint,
    -- Millionths of a degree (WGS 84).
    ADD COLUMN latitude         integer,
    ADD COLUMN longitude        integer,
    ADD CONSTRAINT offers_position CHECK ((latitude IS NULL) = (longitude IS NULL));

-- Which formats there are, the code says.
ALTER TABLE imports DROP CONSTRAINT imports_format_check;

CREATE TABLE offer_vectors (
    offer_id  uuid PRIMARY KEY REFERENCES offers (id) ON DELETE CASCADE,
    model     text NOT NULL,
    -- SHA-256 of the text that the vector was made of: an offer that says the same keeps its vector.
    text_hash bytea NOT NULL,
    -- A scale (four bytes), then one signed byte a dimension.
    vector    bytea NOT NULL,
    -- The offer as it was then: one that was written later is looked at again.
    read_at   timestamptz NOT NULL
);
CREATE INDEX offer_vectors_of_text ON offer_vectors (text_hash);

-- One row: who publishes now, and whether there is something to publish.
CREATE TABLE search_index (
    only_one     boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    -- A run that computes vectors and publishes them holds a lease, by its number.
    lease        bigint NOT NULL DEFAULT 0,
    lease_until  timestamptz,
    -- Batches of vectors that were made, and how many of them the published index has.
    made         bigint NOT NULL DEFAULT 0,
    published    bigint NOT NULL DEFAULT 0,
    published_at timestamptz
);
INSERT INTO search_index DEFAULT VALUES;
