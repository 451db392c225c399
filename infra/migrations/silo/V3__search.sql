-- What offers ask for and where exactly they are, and what they mean.

ALTER TABLE offers
    ADD COLUMN working_time     text,
    ADD COLUMN experience_years smallint,
    ADD COLUMN education_level  smallint,
    -- Millionths of a degree (WGS 84).
    ADD COLUMN latitude         integer,
    ADD COLUMN longitude        integer,
    ADD CONSTRAINT offers_position CHECK ((latitude IS NULL) = (longitude IS NULL));

CREATE TABLE offer_vectors (
    offer_id  uuid PRIMARY KEY REFERENCES offers (id) ON DELETE CASCADE,
    model     text NOT NULL,
    -- Of the text that the vector was made of: an offer that says the same keeps its vector.
    text_hash bytea NOT NULL,
    -- One signed byte a dimension.
    vector    bytea NOT NULL
);
