-- Months of offers and documents, added up once more when their quarter is over: a year's list reads four of those, and the months around them.
-- Quarters of before are added up with each tenant's first batch of a day. What who still counts as before this adds to a month of one, in the
-- moments after that, is missing from the quarter.

ALTER TABLE usage_subject_packs DROP CONSTRAINT usage_subject_packs_grain_check;
ALTER TABLE usage_subject_packs ADD CONSTRAINT usage_subject_packs_grain_check CHECK (grain IN ('batch', 'month', 'quarter'));
