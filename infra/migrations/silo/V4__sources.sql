-- Where offers come from: a feed closes only what it brought, its references are its own, and one that shrinks suddenly waits.

ALTER TABLE imports
    ADD COLUMN source       text NOT NULL DEFAULT 'file',
    -- A member said that the feed did shrink.
    ADD COLUMN confirmed_at timestamptz,
    DROP CONSTRAINT imports_status_check,
    ADD CONSTRAINT imports_status_check CHECK (status IN ('awaiting_upload', 'running', 'held', 'succeeded', 'failed'));
ALTER TABLE imports ALTER COLUMN source DROP DEFAULT;
-- A partner's feed is a source of its own.
UPDATE imports SET source = format WHERE format NOT IN ('csv', 'jsonl');

ALTER TABLE offers
    ADD COLUMN source text NOT NULL DEFAULT 'file',
    DROP CONSTRAINT offers_reference_key,
    ADD CONSTRAINT offers_reference UNIQUE (source, reference);
ALTER TABLE offers ALTER COLUMN source DROP DEFAULT;
UPDATE offers SET source = imports.source FROM imports WHERE imports.id = offers.import_id AND imports.source <> 'file';
CREATE INDEX offers_of_source ON offers (source) WHERE status = 'open';
