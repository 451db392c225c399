-- Which texts a candidate agreed to, where alerts rest on consent: the number of the front office's version. What the texts said stands in
-- that version of its settings.

ALTER TABLE alerts ADD COLUMN consent_version bigint CHECK (consent_version > 0);

-- Which entries of the list of sub-processors the tenant's members were told of. A mail may come twice when its run is killed, and is never
-- left out.
CREATE TABLE sub_processor_notices (
    sub_processor text NOT NULL,
    announced_on  date NOT NULL,
    told_at       timestamptz NOT NULL,
    PRIMARY KEY (sub_processor, announced_on)
);
