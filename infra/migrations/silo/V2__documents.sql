-- The life of a document: versions of its file, progress page by page, where it may answer, and files brought in together.

CREATE TABLE batches (
    id         uuid PRIMARY KEY,
    -- How many announcements were taken, and how many were not.
    announced  integer NOT NULL CHECK (announced >= 0),
    refused    integer NOT NULL CHECK (refused >= 0),
    created_at timestamptz NOT NULL
);

ALTER TABLE documents
    -- Where it may answer: in the front offices of these projects, or in all of them where there are none.
    ADD COLUMN tags             text[] NOT NULL DEFAULT '{}',
    ADD COLUMN projects         uuid[] NOT NULL DEFAULT '{}',
    ADD COLUMN batch_id         uuid REFERENCES batches (id),
    -- When `version`, the newest one, was announced, and by which request: the same request again announces no other.
    ADD COLUMN announced_at     timestamptz,
    ADD COLUMN announcement     uuid,
    -- The version of the file that answers; NULL where none does.
    ADD COLUMN ready_version    integer,
    -- The version that came to `reason`.
    ADD COLUMN failed_version   integer,
    ADD COLUMN duplicate_of     uuid REFERENCES documents (id) ON DELETE SET NULL,
    -- SHA-256 of the file that answers.
    ADD COLUMN content_sha256   bytea,
    -- Every reading of a file from its beginning makes pieces of an edition of its own, which the shared database knows as
    -- their version: what answers is replaced as a whole, also where one file is read again.
    ADD COLUMN edition          integer NOT NULL DEFAULT 0,
    ADD COLUMN ready_edition    integer,
    -- The model that made the vectors of the edition that answers.
    ADD COLUMN ready_model      text,
    -- The edition is being made of the file whose entity tag is `etag`: a run goes on where the last one stood.
    ADD COLUMN working          boolean NOT NULL DEFAULT false,
    -- The file is read again even where it is the one that answers.
    ADD COLUMN forced           boolean NOT NULL DEFAULT false,
    -- Whether this edition's scanned pages are recognised, as the tenant's settings said when it was begun.
    ADD COLUMN recognition      boolean NOT NULL DEFAULT false,
    -- Pages (pdf), slides (pptx) or sheets (xlsx) of the edition; 1 for formats without. NULL until they are counted.
    ADD COLUMN pages_total      integer,
    ADD COLUMN pages_done       integer NOT NULL DEFAULT 0,
    ADD COLUMN recognised_pages integer NOT NULL DEFAULT 0,
    -- The present slice of pages: its first page, and the number of its first piece.
    ADD COLUMN next_page        integer NOT NULL DEFAULT 1,
    ADD COLUMN slice_first      integer NOT NULL DEFAULT 0,
    -- Pieces that lie in the shared database.
    ADD COLUMN chunks_done      integer NOT NULL DEFAULT 0,
    ADD COLUMN flags            text[] NOT NULL DEFAULT '{}',
    DROP CONSTRAINT documents_status_check,
    ADD CONSTRAINT documents_status_check CHECK (status IN
        ('received', 'extracting', 'embedding', 'ready', 'failed', 'needs_ocr', 'deleting'));

UPDATE documents SET announced_at = created_at;
-- The shared database lets go of the pieces of before: what answered is read again.
UPDATE documents SET status = 'received', etag = NULL, chunks = NULL, attempts = 0 WHERE status = 'ready';
ALTER TABLE documents ALTER COLUMN announced_at SET NOT NULL;

DROP INDEX documents_unfinished;
CREATE INDEX documents_unfinished ON documents (updated_at) WHERE status NOT IN ('ready', 'failed', 'needs_ocr');
CREATE INDEX documents_of_batch ON documents (batch_id) WHERE batch_id IS NOT NULL;
CREATE INDEX documents_of_content ON documents (content_sha256) WHERE ready_version IS NOT NULL;
CREATE INDEX documents_doubled ON documents (duplicate_of) WHERE duplicate_of IS NOT NULL;
