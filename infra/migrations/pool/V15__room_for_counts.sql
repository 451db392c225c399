-- A count that is moved is a new version of its row. Where the page has room for it, the index stays as it is, which halves what is
-- written. Pages of before get room when they are next rewritten.

ALTER TABLE usage_hours SET (fillfactor = 70);
ALTER TABLE usage_days SET (fillfactor = 70);
ALTER TABLE usage_subjects SET (fillfactor = 70);
