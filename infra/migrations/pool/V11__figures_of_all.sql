-- Days are counted for each front office, way and language, and for all of them, in every combination: what a view asks for lies
-- ready, however many front offices there are. "All" is the highest UUID (RFC 9562, section 5.10) of front offices, and * of ways and languages.

-- New code may be counting already: what it has written of sums is made anew, and nobody adds to them meanwhile.
LOCK TABLE usage_days IN EXCLUSIVE MODE;
ALTER TABLE usage_days DROP CONSTRAINT usage_days_pkey;
-- What a view names first: it reads one run of days.
ALTER TABLE usage_days ADD PRIMARY KEY (tenant_id, channel, language, project_id, day, kind, outcome);

DO $$
DECLARE
    tenant uuid;
BEGIN
    FOR tenant IN SELECT id FROM tenants LOOP
        PERFORM set_config('vivier.tenant', tenant::text, true);
        DELETE FROM usage_days
        WHERE tenant_id = tenant
              AND (project_id = 'ffffffff-ffff-ffff-ffff-ffffffffffff' OR channel = '*' OR language = '*');
        INSERT INTO usage_days (tenant_id, day, project_id, kind, outcome, channel, language, count, amount)
        SELECT tenant, day, coalesce(project_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'), kind, outcome, coalesce(channel, '*'),
               coalesce(language, '*'), sum(count), sum(amount)
        FROM usage_days WHERE tenant_id = tenant
        GROUP BY day, kind, outcome, CUBE (project_id, channel, language) HAVING grouping(project_id, channel, language) > 0;
    END LOOP;
    PERFORM set_config('vivier.tenant', '', true);
END
$$;

-- Makes the tenant's days those of another zone. From the first day on they are counted anew from hours; days before it stay.
CREATE OR REPLACE FUNCTION usage_set_zone(zone text, first date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM usage_begin('{}');
    -- Refuses a zone that cannot be counted by.
    PERFORM now() AT TIME ZONE zone;
    UPDATE tenants SET time_zone = zone WHERE id = bound_tenant();
    DELETE FROM usage_days WHERE tenant_id = bound_tenant() AND day >= first;
    INSERT INTO usage_days (tenant_id, day, project_id, kind, outcome, channel, language, count, amount)
    SELECT bound_tenant(), local, coalesce(project_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'), kind, outcome, coalesce(channel, '*'),
           coalesce(language, '*'), sum(count), sum(amount)
    FROM (
        SELECT (hour AT TIME ZONE zone)::date AS local, project_id, kind, outcome, channel, language, count, amount
        FROM usage_hours WHERE tenant_id = bound_tenant() AND (hour AT TIME ZONE zone)::date >= first
    ) AS h
    GROUP BY local, kind, outcome, CUBE (project_id, channel, language);
END
$$;

-- Rows of counts are changed in place, beside their former selves: pages keep room for both, so that indexes need not change.
ALTER TABLE usage_hours SET (fillfactor = 60);
ALTER TABLE usage_days SET (fillfactor = 60);
ALTER TABLE usage_subjects SET (fillfactor = 60);
ALTER TABLE usage_visitors SET (fillfactor = 60);

-- Whose a transaction is, is asked once for a statement, not once for a row.
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_policies WHERE schemaname = 'public' AND policyname = 'own_tenant' LOOP
        EXECUTE format(
            'ALTER POLICY own_tenant ON %I USING (tenant_id = (SELECT bound_tenant())) WITH CHECK (tenant_id = (SELECT bound_tenant()))',
            name);
    END LOOP;
END
$$;

-- Makes the partitions of these days, where they are not there. A partition is made apart and attached: nobody who reads or
-- writes others waits.
CREATE OR REPLACE FUNCTION events_prepare(days date[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    wanted date;
    name   text;
BEGIN
    FOREACH wanted IN ARRAY days LOOP
        name := 'events_' || to_char(wanted, 'YYYYMMDD');
        CONTINUE WHEN to_regclass(name) IS NOT NULL;
        PERFORM pg_advisory_xact_lock(hashtextextended('partitions of events', 0));
        -- Asked of the table itself: to_regclass() would answer from this session's cache, which does not know what another made
        -- while this one waited.
        CONTINUE WHEN EXISTS (SELECT FROM pg_class WHERE relname = name AND relnamespace = 'public'::regnamespace);
        EXECUTE format('CREATE TABLE public.%I (LIKE events INCLUDING ALL)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY own_tenant ON %I USING (tenant_id = (SELECT bound_tenant())) WITH CHECK (tenant_id = (SELECT bound_tenant()))',
            name);
        EXECUTE format(
            'ALTER TABLE events ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
            name, wanted::timestamp AT TIME ZONE 'UTC', (wanted + 1)::timestamp AT TIME ZONE 'UTC');
    END LOOP;
END
$$;
