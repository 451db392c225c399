-- Offers and documents in few, larger rows, where each row of its own cost more than what it counts: what a batch of events has counted lies
-- together until many batches are added to days at once, and so does what the days of a month add up to.

CREATE TABLE usage_subject_packs (
    tenant_id  uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    -- batch: not yet in usage_subjects. month: days of usage_subjects, through the one that usage_months names.
    grain      text NOT NULL CHECK (grain IN ('batch', 'month')),
    kind       text NOT NULL,
    -- Of a month, its first.
    day        date NOT NULL,
    project_id uuid NOT NULL,
    -- A month has one more for each time that days which it held were added to.
    pack_id    uuid NOT NULL,
    subjects   uuid[] NOT NULL,
    counts     bigint[] NOT NULL CHECK (cardinality(counts) = cardinality(subjects)),
    PRIMARY KEY (tenant_id, grain, kind, day, project_id, pack_id)
);
-- Random ids do not get smaller.
ALTER TABLE usage_subject_packs ALTER COLUMN subjects SET STORAGE EXTERNAL;
CREATE INDEX usage_subject_packs_by_day ON usage_subject_packs (tenant_id, day);
ALTER TABLE usage_subject_packs ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_subject_packs FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON usage_subject_packs USING (tenant_id = (SELECT bound_tenant())) WITH CHECK (tenant_id = (SELECT bound_tenant()));

-- Months move over. Who still counts as before this moves days as it did, and rows of months that nobody reads any more: this month is added up
-- anew from its days on the next day. What happened in an earlier one and comes in those moments is missing from it as a whole, not from its days.
LOCK TABLE usage_subjects IN EXCLUSIVE MODE;
DO $$
DECLARE
    tenant uuid;
BEGIN
    FOR tenant IN SELECT id FROM tenants LOOP
        PERFORM set_config('vivier.tenant', tenant::text, true);
        INSERT INTO usage_subject_packs (tenant_id, grain, kind, day, project_id, pack_id, subjects, counts)
        SELECT tenant, 'month', kind, day, project_id, gen_random_uuid(), array_agg(subject_id), array_agg(count)
        FROM usage_subjects WHERE tenant_id = tenant AND grain = 'month' GROUP BY kind, day, project_id;
        DELETE FROM usage_subjects WHERE tenant_id = tenant AND grain = 'month';
    END LOOP;
    PERFORM set_config('vivier.tenant', '', true);
END
$$;
