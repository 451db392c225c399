-- What candidates search for, as far as it may be read. A text comes as shares, one of each visitor, which say nothing before
-- there are as many as the front office asks for; then it is opened and the shares are gone. What is counted lies with the
-- events, under the text's tag.

CREATE TABLE query_shares (
    tenant_id  uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    tag        text NOT NULL,
    -- Where a visitor's share lies: the same visitor's is the same again.
    x          bytea NOT NULL CHECK (length(x) = 32),
    y          bytea NOT NULL CHECK (length(y) = 32),
    project_id uuid NOT NULL,
    -- How many of them open it.
    visitors   integer NOT NULL CHECK (visitors >= 2),
    sealed     bytea NOT NULL CHECK (length(sealed) = 144),
    seen_at    timestamptz NOT NULL,
    stored_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, tag, x)
);

CREATE TABLE query_texts (
    tenant_id  uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    tag        text NOT NULL,
    project_id uuid NOT NULL,
    query      text NOT NULL,
    -- When it was searched for last: it is kept as long as the last event that counts for it.
    seen_at    timestamptz NOT NULL,
    stored_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, tag)
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['query_shares', 'query_texts'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY own_tenant ON %I USING (tenant_id = bound_tenant()) WITH CHECK (tenant_id = bound_tenant())',
            name);
    END LOOP;
END
$$;
