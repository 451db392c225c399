-- A tenant's own database: its offers, its imports, and the state of its documents. No tenant_id: there is only one.

CREATE TABLE imports (
    id               uuid PRIMARY KEY,
    format           text NOT NULL CHECK (format IN ('csv', 'jsonl')),
    status           text NOT NULL CHECK (status IN ('awaiting_upload', 'running', 'succeeded', 'failed')),
    failure          text,
    created_at       timestamptz NOT NULL,
    started_at       timestamptz,
    finished_at      timestamptz,
    -- A run holds a lease; when it dies, another takes the import up after this moment.
    lease_until      timestamptz,
    attempts         integer NOT NULL DEFAULT 0,
    -- The rows are in; what may be left is to publish the index.
    applied_at       timestamptz,
    read             bigint NOT NULL DEFAULT 0,
    created          bigint NOT NULL DEFAULT 0,
    updated          bigint NOT NULL DEFAULT 0,
    unchanged        bigint NOT NULL DEFAULT 0,
    closed           bigint NOT NULL DEFAULT 0,
    rejected         bigint NOT NULL DEFAULT 0,
    index_generation uuid
);
CREATE INDEX imports_unfinished ON imports (created_at) WHERE status IN ('awaiting_upload', 'running');

CREATE TABLE import_errors (
    import_id uuid NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    line      bigint NOT NULL,
    field     text NOT NULL,
    code      text NOT NULL,
    PRIMARY KEY (import_id, line, field, code)
);

CREATE TABLE offers (
    id              uuid PRIMARY KEY,
    reference       text NOT NULL UNIQUE,
    status          text NOT NULL CHECK (status IN ('open', 'closed')),
    title           text NOT NULL,
    description     text NOT NULL,
    company         text,
    city            text NOT NULL,
    postal_code     text,
    country         text NOT NULL,
    contract        text NOT NULL,
    occupation_code text,
    occupation      text,
    remote          text NOT NULL,
    salary_min      bigint,
    salary_max      bigint,
    salary_period   text,
    published_on    date NOT NULL,
    expires_on      date,
    url             text,
    skills          text[] NOT NULL,
    content_hash    bytea NOT NULL,
    -- The import that saw it last: what the newest file does not have is closed.
    import_id       uuid NOT NULL,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    closed_at       timestamptz
);
CREATE INDEX offers_open ON offers (id) WHERE status = 'open';

CREATE TABLE documents (
    id           uuid PRIMARY KEY,
    name         text NOT NULL,
    media_type   text NOT NULL,
    bytes        bigint NOT NULL CHECK (bytes > 0),
    version      integer NOT NULL,
    status       text NOT NULL
                 CHECK (status IN ('received', 'extracting', 'embedding', 'ready', 'failed', 'deleting')),
    reason       text,
    chunks       integer,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    -- Entity tag of the file that the present state was reached with: the same file again changes nothing.
    etag         text,
    -- A run holds a lease; its end is its name, so that a run that was overtaken can write no more.
    lease_until  timestamptz,
    attempts     integer NOT NULL DEFAULT 0,
    -- Another file arrived during a run.
    changed      boolean NOT NULL DEFAULT false
);
CREATE INDEX documents_unfinished ON documents (updated_at) WHERE status NOT IN ('ready', 'failed');
