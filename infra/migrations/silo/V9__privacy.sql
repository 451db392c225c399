-- Requests of persons about their own data. Once one is answered, nothing of the person is left in it.

CREATE TABLE privacy_requests (
    id              uuid PRIMARY KEY,
    kind            text NOT NULL CHECK (kind IN ('access', 'rectification', 'erasure')),
    state           text NOT NULL CHECK (state IN ('pending', 'received', 'partial', 'complete')),
    -- In lower case. None once the request is answered.
    email           text,
    language        text NOT NULL CHECK (language IN ('fr', 'en')),
    -- Conversations that the person named: whoever knows a conversation's id was in it.
    conversations   uuid[] NOT NULL DEFAULT '{}',
    -- What is to be put right.
    note            text,
    -- The member who entered it; none where the person asked.
    entered_by      uuid,
    created_at      timestamptz NOT NULL,
    received_at     timestamptz,
    due_at          timestamptz,
    -- When a member said that it was put right.
    corrected_at    timestamptz,
    ended_at        timestamptz,
    -- Mails about it that were sent. A mail may be sent twice when its run is killed, and is never left out.
    asked_at        timestamptz,
    forwarded_at    timestamptz,
    answered_at     timestamptz,
    -- Of a copy of the data.
    available_until timestamptz,
    -- Whose copy it is, as a keyed hash of the address: it must be found when the person asks for erasure.
    subject         bytea CHECK (octet_length(subject) = 32),
    downloads       integer NOT NULL DEFAULT 0,
    tries           integer NOT NULL DEFAULT 0,
    -- When there is something to do for it; never again where it is infinity.
    next_at         timestamptz NOT NULL,
    -- A run's hold; its end is its name.
    lease_until     timestamptz,
    attempts        integer NOT NULL DEFAULT 0,
    CHECK (state = 'pending' OR (received_at IS NOT NULL AND due_at IS NOT NULL)),
    CHECK (state <> 'complete' OR (email IS NULL AND note IS NULL AND conversations = '{}')),
    CHECK ((available_until IS NULL) = (subject IS NULL))
);
CREATE INDEX privacy_requests_next ON privacy_requests (next_at) WHERE next_at < 'infinity';
CREATE INDEX privacy_requests_of_address ON privacy_requests (email) WHERE email IS NOT NULL;
CREATE INDEX privacy_requests_of_subject ON privacy_requests (subject) WHERE subject IS NOT NULL;
CREATE INDEX privacy_requests_open ON privacy_requests (due_at) WHERE state IN ('received', 'partial');
CREATE INDEX privacy_requests_available ON privacy_requests (available_until) WHERE available_until IS NOT NULL;

-- What each store answered to an erasure.
CREATE TABLE privacy_stores (
    request_id uuid NOT NULL REFERENCES privacy_requests (id) ON DELETE CASCADE,
    store      text NOT NULL,
    removed    bigint NOT NULL DEFAULT 0,
    -- Why it is not known to be free of the person; none where a second look found nothing.
    reason     text CHECK (reason IN ('unavailable', 'refused', 'found', 'member')),
    looked_at  timestamptz NOT NULL,
    PRIMARY KEY (request_id, store)
);

-- How far the ledger of erasures was carried out on this database. After a restore it is behind the ledger's end.
CREATE TABLE erasures_applied (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    seq    bigint NOT NULL
);
INSERT INTO erasures_applied (seq) VALUES (0);
