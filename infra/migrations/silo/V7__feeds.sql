-- Feeds: where offers are fetched from by themselves. What opens one lies in Secrets Manager; here is only its name.

-- Written down before a secret is made, removed after it is gone: none is left that nobody knows of.
CREATE TABLE feed_secrets (
    id         uuid PRIMARY KEY,
    created_at timestamptz NOT NULL
);

CREATE TABLE feeds (
    id              uuid PRIMARY KEY,
    source          text NOT NULL UNIQUE,
    format          text NOT NULL,
    address         text NOT NULL,
    -- Fingerprints that the server's key may have; SFTP alone has any.
    host_keys       text[] NOT NULL,
    credentials     text CHECK (credentials IN ('basic', 'bearer', 'password', 'private_key')),
    secret_id       uuid REFERENCES feed_secrets (id),
    every           text NOT NULL CHECK (every IN ('hour', 'day')),
    hour            smallint CHECK (hour BETWEEN 0 AND 23),
    enabled         boolean NOT NULL,
    next_at         timestamptz NOT NULL,
    -- Runs in a row that failed in a way that passes.
    failures        integer NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    -- The file that was imported last: what its server said of it, and its SHA-256.
    etag            text,
    last_modified   text,
    sha256          bytea CHECK (octet_length(sha256) = 32),
    last_import_id  uuid,
    CHECK ((credentials IS NULL) = (secret_id IS NULL)),
    CHECK ((every = 'day') = (hour IS NOT NULL))
);
CREATE INDEX feeds_due ON feeds (next_at) WHERE enabled;

CREATE TABLE feed_runs (
    id            uuid PRIMARY KEY,
    feed_id       uuid NOT NULL REFERENCES feeds (id) ON DELETE CASCADE,
    cause         text NOT NULL CHECK (cause IN ('member', 'schedule')),
    status        text NOT NULL CHECK (status IN ('waiting', 'running', 'unchanged', 'imported', 'failed')),
    failure       text,
    created_at    timestamptz NOT NULL,
    started_at    timestamptz,
    finished_at   timestamptz,
    -- A run holds a lease; when it dies, another takes it up after this moment.
    lease_until   timestamptz,
    attempts      integer NOT NULL DEFAULT 0,
    -- The import that was announced for the file, and the file: what the feed takes over once it is handed in.
    import_id     uuid,
    bytes         bigint,
    etag          text,
    last_modified text,
    sha256        bytea
);
CREATE UNIQUE INDEX feed_runs_open ON feed_runs (feed_id) WHERE status IN ('waiting', 'running');
CREATE INDEX feed_runs_of_feed ON feed_runs (feed_id, id);
