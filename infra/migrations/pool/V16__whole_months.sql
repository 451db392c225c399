-- Days of whole months added up, so that totals and breakdowns of a year read months, and days at its ends alone. Only months that are over: what
-- comes late for one of them is added to it and to its day.

CREATE TABLE usage_whole_months (
    tenant_id  uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    -- The first of the month.
    day        date NOT NULL,
    project_id uuid NOT NULL,
    kind       text NOT NULL,
    outcome    text NOT NULL,
    channel    text NOT NULL,
    language   text NOT NULL,
    count      bigint NOT NULL CHECK (count > 0),
    amount     bigint NOT NULL,
    PRIMARY KEY (tenant_id, channel, language, project_id, day, kind, outcome)
);
CREATE INDEX usage_whole_months_by_day ON usage_whole_months (tenant_id, day);
ALTER TABLE usage_whole_months ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_whole_months FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON usage_whole_months USING (tenant_id = (SELECT bound_tenant())) WITH CHECK (tenant_id = (SELECT bound_tenant()));

-- Visitors of one front office, or of all: a year's are read without their sketches.
CREATE INDEX usage_visitors_by_project ON usage_visitors (tenant_id, project_id, day, step) INCLUDE (visitors);

-- The last day of the last month that is added up; unknown until the first batch of a day, which adds up all months before it. What who still counts
-- as before this adds to a day of them is missing from the month until the next month is over, when those that late events reach are added up anew.
ALTER TABLE usage_months ADD COLUMN whole_through date;

-- Begins to store a tenant's events: it must be there until they are, others who count for it wait, and the days have their
-- partitions. Returns the tenant's time zone. A tenant that is not there is refused as by a reference to it.
CREATE OR REPLACE FUNCTION usage_begin(days date[]) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM tenants WHERE id = bound_tenant() FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such tenant' USING ERRCODE = 'foreign_key_violation';
    END IF;
    PERFORM events_prepare(days);
    PERFORM pg_advisory_xact_lock(hashtextextended('usage ' || bound_tenant()::text, 0));
    -- Not before: who was waited for may have changed it.
    RETURN (SELECT time_zone FROM tenants WHERE id = bound_tenant());
END
$$;

-- Makes the tenant's days those of another zone. From the first day on they are counted anew from hours; days before it stay.
CREATE OR REPLACE FUNCTION usage_set_zone(zone text, first date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    month date := date_trunc('month', first::timestamp)::date;
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
    -- Months that these days are of are added up again.
    DELETE FROM usage_whole_months WHERE tenant_id = bound_tenant() AND day >= month;
    UPDATE usage_months SET whole_through = month - 1 WHERE tenant_id = bound_tenant() AND whole_through >= month;
END
$$;
