-- Which texts a candidate agreed to, where alerts rest on consent: the number of the front office's version. What the texts said stands in
-- that version of its settings.

ALTER TABLE alerts ADD COLUMN consent_version bigint CHECK (consent_version > 0);
