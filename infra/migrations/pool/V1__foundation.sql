-- The shared database. Every table here belongs to many tenants: tenant_id NOT NULL, row security forced, and one
-- policy that fails closed when no tenant is bound. The application role owns nothing.

CREATE EXTENSION IF NOT EXISTS vector;

CREATE TABLE tenants (
    id uuid PRIMARY KEY
);

-- NULL when no tenant is bound: no row equals NULL, so nothing is seen and nothing can be written.
CREATE FUNCTION bound_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('vivier.tenant', true), '')::uuid;

CREATE TABLE chunks (
    tenant_id       uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    document_id     uuid NOT NULL,
    version         integer NOT NULL,
    ordinal         integer NOT NULL,
    document_name   text NOT NULL,
    language        text NOT NULL CHECK (language IN ('fr', 'en')),
    place           jsonb NOT NULL,
    heading         text[] NOT NULL,
    body            text NOT NULL,
    words           tsvector NOT NULL,
    model           text NOT NULL,
    dimension       smallint NOT NULL,
    embedding       vector(384) NOT NULL,
    PRIMARY KEY (tenant_id, document_id, ordinal),
    CHECK (vector_dims(embedding) = dimension)
);
-- No HNSW index: it filters by tenant after its scan and may return too few. No GIN index on words: its operator is not
-- leakproof, so row security would keep it from being used. A tenant's chunks are scanned exactly, by the primary key.

CREATE TABLE events (
    tenant_id   uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    event_id    uuid NOT NULL,
    kind        text NOT NULL,
    occurred_at timestamptz NOT NULL,
    detail      jsonb NOT NULL,
    stored_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, event_id)
);
CREATE INDEX events_by_time ON events (tenant_id, occurred_at);

CREATE TABLE audit_log (
    tenant_id   uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    entry_id    uuid NOT NULL,
    happened_at timestamptz NOT NULL,
    actor       text NOT NULL,
    action      text NOT NULL,
    subject     text NOT NULL,
    outcome     text NOT NULL,
    PRIMARY KEY (tenant_id, entry_id)
);
CREATE INDEX audit_log_by_time ON audit_log (tenant_id, happened_at);

CREATE TABLE purge_reports (
    tenant_id   uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    run_id      uuid NOT NULL,
    kind        text NOT NULL,
    dry_run     boolean NOT NULL,
    cutoff      timestamptz NOT NULL,
    removed     bigint NOT NULL CHECK (removed >= 0),
    complete    boolean NOT NULL,
    finished_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, run_id, kind)
);
CREATE INDEX purge_reports_by_time ON purge_reports (tenant_id, finished_at);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['chunks', 'events', 'audit_log', 'purge_reports'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY own_tenant ON %I USING (tenant_id = bound_tenant()) WITH CHECK (tenant_id = bound_tenant())',
            name);
    END LOOP;
END
$$;
