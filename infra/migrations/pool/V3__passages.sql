-- What documents are answered from. Each reading of a document is an edition: it is staged piece by piece while another one
-- answers, and takes its place by one row of `sources`; whatever has no such row answers nothing. Pieces of the former form
-- go: documents are read again.

DROP TABLE chunks;

-- Which edition of a document answers, and where.
CREATE TABLE sources (
    tenant_id   uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    document_id uuid NOT NULL,
    -- Of its file.
    version     integer NOT NULL,
    edition     integer NOT NULL,
    name        text NOT NULL,
    -- A front office that asks for tags is answered by documents that have one of them.
    tags        text[] NOT NULL,
    -- The front offices that it answers in; in all of them where there are none.
    projects    uuid[] NOT NULL,
    model       text NOT NULL,
    chunks      integer NOT NULL CHECK (chunks > 0),
    PRIMARY KEY (tenant_id, document_id)
);

-- What is quoted: read only for the few pieces that were found.
CREATE TABLE chunks (
    tenant_id   uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    document_id uuid NOT NULL,
    edition     integer NOT NULL,
    ordinal     integer NOT NULL,
    language    text NOT NULL CHECK (language IN ('fr', 'en')),
    place       jsonb NOT NULL,
    heading     text[] NOT NULL,
    body        text NOT NULL,
    -- The vectors of its sentences, in order: a byte a component.
    sentences   bytea NOT NULL,
    PRIMARY KEY (tenant_id, document_id, edition, ordinal)
);

-- What is near by meaning: narrow rows, so that all of a tenant's can be looked at.
CREATE TABLE vectors (
    tenant_id   uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    document_id uuid NOT NULL,
    edition     integer NOT NULL,
    ordinal     integer NOT NULL,
    model       text NOT NULL,
    dimension   smallint NOT NULL,
    -- Of length 1: the inner product is the cosine.
    embedding   halfvec(384) NOT NULL,
    PRIMARY KEY (tenant_id, document_id, edition, ordinal),
    CHECK (vector_dims(embedding) = dimension)
);
-- For tenants with too many pieces to look at each. It is scanned on until enough of the tenant's own are found.
CREATE INDEX vectors_near ON vectors USING hnsw (embedding halfvec_ip_ops);

-- What is near by words: which pieces have a term, and what it counts there. Full-text operators are not leakproof, so
-- that row security would keep an index of theirs from use; equality of texts is.
CREATE TABLE terms (
    tenant_id     uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    term          text NOT NULL,
    document_id   uuid NOT NULL,
    edition       integer NOT NULL,
    -- The first piece of those that were written together.
    first_ordinal integer NOT NULL,
    ordinals      integer[] NOT NULL,
    impacts       real[] NOT NULL,
    PRIMARY KEY (tenant_id, term, document_id, edition, first_ordinal),
    CHECK (cardinality(ordinals) = cardinality(impacts))
);
CREATE INDEX terms_of_document ON terms (tenant_id, document_id, edition, first_ordinal);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['sources', 'chunks', 'vectors', 'terms'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY own_tenant ON %I USING (tenant_id = bound_tenant()) WITH CHECK (tenant_id = bound_tenant())',
            name);
    END LOOP;
END
$$;
