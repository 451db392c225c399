-- What a front office's search is measured by: searches with the offers that each is to find. And the synonyms that a member
-- does not want to be proposed again.

CREATE TABLE search_tests (
    tenant_id  uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    project_id uuid NOT NULL,
    -- Counts changes: who changes the set says which one was seen.
    version    integer NOT NULL CHECK (version > 0),
    tests      jsonb NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, project_id)
);

CREATE TABLE declined_synonyms (
    tenant_id   uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    project_id  uuid NOT NULL,
    from_words  text NOT NULL,
    to_words    text NOT NULL,
    declined_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, project_id, from_words, to_words)
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['search_tests', 'declined_synonyms'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY own_tenant ON %I USING (tenant_id = bound_tenant()) WITH CHECK (tenant_id = bound_tenant())',
            name);
    END LOOP;
END
$$;
