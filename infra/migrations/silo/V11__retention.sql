-- What is over is found without reading what stays, and an erasure waits for what is held.

ALTER TABLE privacy_stores DROP CONSTRAINT privacy_stores_reason_check;
ALTER TABLE privacy_stores ADD CONSTRAINT privacy_stores_reason_check
    CHECK (reason IN ('unavailable', 'refused', 'found', 'member', 'held'));

CREATE INDEX feed_runs_ended ON feed_runs (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX offers_closed ON offers (closed_at) WHERE status = 'closed';
CREATE INDEX alert_mails_ended ON alert_mails (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX privacy_requests_ended ON privacy_requests (ended_at) WHERE state = 'complete';
CREATE INDEX privacy_requests_unconfirmed ON privacy_requests (created_at) WHERE state = 'pending';
