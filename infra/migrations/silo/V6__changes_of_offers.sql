-- Which transaction wrote an offer or its vector last, so that an index can take in what changed since the one before it. Transactions
-- commit in another order than they begin: whoever asks "since when" names a snapshot, and gets what was not to be seen in it.

ALTER TABLE offers ADD COLUMN changed xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX offers_changed ON offers (changed);

ALTER TABLE offer_vectors ADD COLUMN changed xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX offer_vectors_changed ON offer_vectors (changed);

ALTER TABLE search_index
    -- The index that was published last. Where the bucket has another, nobody knows what it lacks.
    ADD COLUMN generation uuid,
    -- What it was made with: one that was made otherwise is made anew.
    ADD COLUMN made_with  text;

-- No longer the one that saw it last: what a file does not change is not written.
COMMENT ON COLUMN offers.import_id IS 'The import that wrote it last.';
