-- Whole months of offers and documents follow their days once a day, and not with each event: a batch moves half as many rows. Months
-- hold the days up to this one, the later ones are added to them when they are read.

CREATE TABLE usage_months (
    tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    -- Of the tenant's time zone.
    through   date NOT NULL,
    PRIMARY KEY (tenant_id)
);
ALTER TABLE usage_months ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_months FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON usage_months USING (tenant_id = (SELECT bound_tenant())) WITH CHECK (tenant_id = (SELECT bound_tenant()));

-- So far months hold every day. Who still counts so after this moves a day and its month; the month is added up anew on the next day.
LOCK TABLE usage_subjects IN EXCLUSIVE MODE;
DO $$
DECLARE
    tenant uuid;
BEGIN
    FOR tenant IN SELECT id FROM tenants LOOP
        PERFORM set_config('vivier.tenant', tenant::text, true);
        INSERT INTO usage_months (tenant_id, through)
        SELECT tenant, max(day) FROM usage_subjects WHERE tenant_id = tenant AND grain = 'day' HAVING count(*) > 0;
    END LOOP;
    PERFORM set_config('vivier.tenant', '', true);
END
$$;
