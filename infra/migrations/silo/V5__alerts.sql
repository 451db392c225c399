-- Searches that candidates saved to be told of new offers by mail. All of it goes with the alert.

CREATE TABLE alerts (
    id           uuid PRIMARY KEY,
    -- The front office that it was saved in.
    project_id   uuid NOT NULL,
    email        text NOT NULL,
    language     text NOT NULL CHECK (language IN ('fr', 'en')),
    frequency    text NOT NULL CHECK (frequency IN ('daily', 'weekly')),
    -- The whole search: the names and values of its query's parameters, as a JSON list of pairs.
    search       text NOT NULL,
    state        text NOT NULL CHECK (state IN ('pending', 'active')),
    created_at   timestamptz NOT NULL,
    confirmed_at timestamptz,
    expires_at   timestamptz NOT NULL,
    -- Offers that came in later are new to it: the moment it was first confirmed.
    new_since    timestamptz,
    -- The high-water mark: up to here, but for what an import was still bringing in, offers were looked at.
    seen_until   timestamptz,
    -- When there is something to do for it.
    next_at      timestamptz NOT NULL,
    -- A run holds a lease; its end is its name, so that a run that was overtaken can write no more.
    lease_until  timestamptz,
    last_sent_at timestamptz,
    CHECK (state = 'pending' OR (confirmed_at IS NOT NULL AND new_since IS NOT NULL AND seen_until IS NOT NULL))
);
CREATE INDEX alerts_due ON alerts (next_at);
CREATE INDEX alerts_expiring ON alerts (expires_at);
CREATE INDEX alerts_of_address ON alerts (email);
CREATE INDEX alerts_of_project ON alerts (project_id, created_at);

-- What links in mails carry, by SHA-256. Each mail has its own, and all of an alert stay good: people open old mails.
CREATE TABLE alert_tokens (
    hash     bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
    alert_id uuid NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
    purpose  text NOT NULL CHECK (purpose IN ('confirmation', 'keeping'))
);
CREATE INDEX alert_tokens_of_alert ON alert_tokens (alert_id);

-- The outbox. A mail is written down before it is sent, with the offers that it lists.
CREATE TABLE alert_mails (
    id         uuid PRIMARY KEY,
    alert_id   uuid NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
    kind       text NOT NULL CHECK (kind IN ('confirmation', 'offers')),
    -- sending: handed over, and what came of it is not known yet. unclear: it never will be.
    state      text NOT NULL CHECK (state IN ('ready', 'sending', 'sent', 'unclear', 'failed')),
    offers     uuid[] NOT NULL DEFAULT '{}',
    -- How many offers it tells of, listed or not.
    total      integer NOT NULL DEFAULT 0,
    attempts   integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    ended_at   timestamptz,
    message_id text
);
CREATE UNIQUE INDEX alert_mails_open ON alert_mails (alert_id) WHERE state IN ('ready', 'sending');
CREATE INDEX alert_mails_of_alert ON alert_mails (alert_id);

-- Offers that an alert has told of, listed or not: none is told of twice.
CREATE TABLE alert_offers (
    alert_id uuid NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
    offer_id uuid NOT NULL,
    PRIMARY KEY (alert_id, offer_id)
);

CREATE INDEX offers_by_arrival ON offers (created_at) WHERE status = 'open';
