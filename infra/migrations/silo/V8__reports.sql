-- Reports: questions that members saved, the files that are made of them, and who was mailed one.

CREATE TABLE reports (
    id         uuid PRIMARY KEY,
    name       text NOT NULL,
    question   jsonb NOT NULL,
    kind       text NOT NULL GENERATED ALWAYS AS (question ->> 'kind') STORED,
    project_id uuid GENERATED ALWAYS AS ((question ->> 'project')::uuid) STORED,
    language   text NOT NULL CHECK (language IN ('fr', 'en')),
    format     text NOT NULL CHECK (format IN ('json', 'csv', 'csv_excel', 'xlsx', 'pdf')),
    -- When it is mailed; NULL for never.
    timing     jsonb,
    recipients uuid[] NOT NULL,
    revision   integer NOT NULL,
    -- Whether the table of tasks has been told of the schedule as it is here.
    told       boolean NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX reports_untold ON reports (id) WHERE NOT told;

CREATE TABLE report_runs (
    id           uuid PRIMARY KEY,
    -- None of a kind that was asked for as it is given. A report that is removed leaves its files to be removed after it.
    report_id    uuid REFERENCES reports (id) ON DELETE SET NULL,
    name         text,
    -- With the very days.
    question     jsonb NOT NULL,
    kind         text NOT NULL GENERATED ALWAYS AS (question ->> 'kind') STORED,
    project_id   uuid GENERATED ALWAYS AS ((question ->> 'project')::uuid) STORED,
    language     text NOT NULL CHECK (language IN ('fr', 'en')),
    format       text NOT NULL CHECK (format IN ('json', 'csv', 'csv_excel', 'xlsx', 'pdf')),
    cause        text NOT NULL CHECK (cause IN ('member', 'schedule')),
    requested_by uuid,
    -- For which of the schedule's times.
    due_at       timestamptz,
    status       text NOT NULL CHECK (status IN ('queued', 'running', 'ready', 'failed')),
    failure      text,
    done         integer NOT NULL DEFAULT 0,
    steps        integer NOT NULL DEFAULT 0,
    -- Whoever makes the file holds a lease; when it lapses, another begins anew.
    lease_until  timestamptz,
    attempts     integer NOT NULL DEFAULT 0,
    bytes        bigint,
    headline     jsonb,
    created_at   timestamptz NOT NULL,
    finished_at  timestamptz,
    expires_at   timestamptz NOT NULL,
    CHECK ((cause = 'schedule') = (due_at IS NOT NULL))
);
CREATE UNIQUE INDEX report_runs_due ON report_runs (report_id, due_at);
CREATE INDEX report_runs_of_report ON report_runs (report_id, id);
CREATE INDEX report_runs_open ON report_runs (created_at, id) WHERE status IN ('queued', 'running');
CREATE INDEX report_runs_expired ON report_runs (expires_at);

-- One mail to one member. Which address that is, the user pool says when it is sent.
CREATE TABLE report_mails (
    run_id     uuid NOT NULL REFERENCES report_runs (id) ON DELETE CASCADE,
    member_id  uuid NOT NULL,
    state      text NOT NULL CHECK (state IN ('ready', 'sending', 'sent', 'unclear', 'failed', 'no_right')),
    attempts   integer NOT NULL DEFAULT 0,
    -- When it may be handed over; of one that is being handed over, when that began.
    at         timestamptz NOT NULL,
    message_id text,
    PRIMARY KEY (run_id, member_id)
);
CREATE INDEX report_mails_open ON report_mails (at) WHERE state IN ('ready', 'sending');
