-- What a front office's answers are measured by: questions with the document that answers each, and how runs over them
-- ended. A run takes its questions with it, so that what it says stays true when the set changes.

CREATE TABLE test_questions (
    tenant_id   uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    project_id  uuid NOT NULL,
    id          uuid NOT NULL,
    question    text NOT NULL,
    -- The document that answers; none where the right answer is that the documents do not say.
    document_id uuid,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, project_id, id)
);

CREATE TABLE test_runs (
    tenant_id   uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    project_id  uuid NOT NULL,
    id          uuid NOT NULL,
    status      text NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed')),
    -- Whether a member or the schedule began it.
    cause       text NOT NULL CHECK (cause IN ('member', 'schedule')),
    -- Which settings it answers by.
    edition     text NOT NULL CHECK (edition IN ('published', 'draft')),
    -- The chatbot's settings as they were when it was asked for.
    settings    jsonb NOT NULL,
    questions   integer NOT NULL CHECK (questions > 0),
    -- How often it was taken up since it last came further; by whom it was last, and until when it is theirs.
    attempts    integer NOT NULL DEFAULT 0,
    lease       uuid,
    lease_until timestamptz,
    figures     jsonb,
    created_at  timestamptz NOT NULL,
    finished_at timestamptz,
    PRIMARY KEY (tenant_id, project_id, id),
    CHECK ((status = 'done') = (figures IS NOT NULL))
);
-- One at a time.
CREATE UNIQUE INDEX test_runs_unfinished ON test_runs (tenant_id, project_id) WHERE status IN ('queued', 'running');

CREATE TABLE test_outcomes (
    tenant_id  uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    project_id uuid NOT NULL,
    run_id     uuid NOT NULL,
    ordinal    integer NOT NULL,
    question   text NOT NULL,
    expected   uuid,
    -- The expected document's place among those found, from 1; none where it was not found.
    place      integer,
    -- Whether documents were quoted; null until the question was asked.
    answered   boolean,
    -- Whether the expected one was.
    cited      boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, project_id, run_id, ordinal),
    FOREIGN KEY (tenant_id, project_id, run_id) REFERENCES test_runs ON DELETE CASCADE
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['test_questions', 'test_runs', 'test_outcomes'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY own_tenant ON %I USING (tenant_id = bound_tenant()) WITH CHECK (tenant_id = bound_tenant())',
            name);
    END LOOP;
END
$$;
