-- Figures. Raw events lie in one partition for each day (UTC), made ahead and dropped whole when the day is over; what is shown
-- is counted when an event is stored, once, in the same transaction. Counts hold no person and are kept longer than events.

ALTER TABLE tenants ADD COLUMN time_zone text NOT NULL DEFAULT 'Europe/Paris';

ALTER TABLE events RENAME TO events_before;
-- No reference to tenants: it would be looked up for each row. usage_begin() holds the tenant, and a trigger follows its end.
CREATE TABLE events (
    tenant_id   uuid NOT NULL,
    occurred_at timestamptz NOT NULL,
    event_id    uuid NOT NULL,
    kind        text NOT NULL,
    detail      jsonb NOT NULL,
    stored_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT events_pk PRIMARY KEY (tenant_id, occurred_at, event_id)
) PARTITION BY RANGE (occurred_at);

-- Events of kinds that only a newer consumer knows.
CREATE TABLE events_aside (
    tenant_id   uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    event_id    uuid NOT NULL,
    occurred_at timestamptz NOT NULL,
    kind        text NOT NULL CHECK (kind ~ '^[a-z_]{1,40}$'),
    body        jsonb NOT NULL,
    stored_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, event_id)
);

-- Where an event is of no front office, project_id is the nil UUID; where no language is known, language is empty.
CREATE TABLE usage_hours (
    tenant_id  uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    hour       timestamptz NOT NULL,
    project_id uuid NOT NULL,
    kind       text NOT NULL,
    outcome    text NOT NULL,
    channel    text NOT NULL,
    language   text NOT NULL,
    count      bigint NOT NULL CHECK (count > 0),
    amount     bigint NOT NULL,
    PRIMARY KEY (tenant_id, hour, project_id, kind, outcome, channel, language)
);

-- By days of the tenant's own time zone.
CREATE TABLE usage_days (
    tenant_id  uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    day        date NOT NULL,
    project_id uuid NOT NULL,
    kind       text NOT NULL,
    outcome    text NOT NULL,
    channel    text NOT NULL,
    language   text NOT NULL,
    count      bigint NOT NULL CHECK (count > 0),
    amount     bigint NOT NULL,
    PRIMARY KEY (tenant_id, day, project_id, kind, outcome, channel, language)
);

-- Offers and documents, by days and by whole months, so that a year's list adds up few rows.
CREATE TABLE usage_subjects (
    tenant_id  uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    grain      text NOT NULL CHECK (grain IN ('day', 'month')),
    kind       text NOT NULL,
    day        date NOT NULL,
    project_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    count      bigint NOT NULL CHECK (count > 0),
    PRIMARY KEY (tenant_id, grain, kind, day, project_id, subject_id)
);

-- How many different visitors came how far on a day; a row of the nil UUID is for all front offices together.
CREATE TABLE usage_visitors (
    tenant_id  uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    day        date NOT NULL,
    project_id uuid NOT NULL,
    step       text NOT NULL,
    visitors   bigint NOT NULL CHECK (visitors >= 0),
    -- From which late visitors are still added to the estimate. It cannot be asked who they were.
    sketch     bytea NOT NULL,
    PRIMARY KEY (tenant_id, day, project_id, step)
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['events', 'events_aside', 'usage_hours', 'usage_days', 'usage_subjects', 'usage_visitors'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY own_tenant ON %I USING (tenant_id = bound_tenant()) WITH CHECK (tenant_id = bound_tenant())',
            name);
    END LOOP;
END
$$;

-- Makes the partitions of these days, where they are not there. A partition is made apart and attached: nobody who reads or
-- writes others waits.
CREATE FUNCTION events_prepare(days date[]) RETURNS void
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
            'CREATE POLICY own_tenant ON %I USING (tenant_id = bound_tenant()) WITH CHECK (tenant_id = bound_tenant())',
            name);
        EXECUTE format(
            'ALTER TABLE events ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
            name, wanted::timestamp AT TIME ZONE 'UTC', (wanted + 1)::timestamp AT TIME ZONE 'UTC');
    END LOOP;
END
$$;

-- Drops the partitions of days up to this one. Returns how many. It waits two seconds for whoever reads, and is asked again later.
CREATE FUNCTION events_drop_through(last date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    name    text;
    dropped integer := 0;
BEGIN
    -- A clock that is wrong must not take what tenants still keep.
    IF last > current_date - 89 THEN
        RAISE EXCEPTION 'events are kept for 90 days' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR name IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'events'::regclass AND c.relname <= 'events_' || to_char(last, 'YYYYMMDD')
        ORDER BY c.relname
    LOOP
        EXECUTE format('DROP TABLE public.%I', name);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END
$$;

-- Begins to store a tenant's events: it must be there until they are, others who count for it wait, and the days have their
-- partitions. Returns the tenant's time zone. A tenant that is not there is refused as by a reference to it.
CREATE FUNCTION usage_begin(days date[]) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    zone text;
BEGIN
    SELECT time_zone INTO zone FROM tenants WHERE id = bound_tenant() FOR KEY SHARE;
    IF zone IS NULL THEN
        RAISE EXCEPTION 'no such tenant' USING ERRCODE = 'foreign_key_violation';
    END IF;
    PERFORM events_prepare(days);
    PERFORM pg_advisory_xact_lock(hashtextextended('usage ' || bound_tenant()::text, 0));
    RETURN zone;
END
$$;

-- The time zone that a tenant's days are of.
CREATE FUNCTION usage_zone() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    RETURN (SELECT time_zone FROM tenants WHERE id = bound_tenant());

-- Makes the tenant's days those of another zone. From the first day on they are counted anew from hours; days before it stay.
CREATE FUNCTION usage_set_zone(zone text, first date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM usage_begin('{}');
    -- Refuses a zone that cannot be counted by.
    PERFORM now() AT TIME ZONE zone;
    UPDATE tenants SET time_zone = zone WHERE id = bound_tenant();
    DELETE FROM usage_days WHERE tenant_id = bound_tenant() AND day >= first;
    INSERT INTO usage_days (tenant_id, day, project_id, kind, outcome, channel, language, count, amount)
    SELECT tenant_id, (hour AT TIME ZONE zone)::date AS local, project_id, kind, outcome, channel, language, sum(count), sum(amount)
    FROM usage_hours WHERE tenant_id = bound_tenant() AND (hour AT TIME ZONE zone)::date >= first
    GROUP BY tenant_id, local, project_id, kind, outcome, channel, language;
END
$$;

-- With a tenant go its events, which refer to it by nothing that PostgreSQL knows.
CREATE FUNCTION events_follow_tenant() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    bound text := current_setting('vivier.tenant', true);
BEGIN
    PERFORM set_config('vivier.tenant', OLD.id::text, true);
    DELETE FROM events WHERE tenant_id = OLD.id;
    PERFORM set_config('vivier.tenant', coalesce(bound, ''), true);
    RETURN OLD;
END
$$;
CREATE TRIGGER events_follow BEFORE DELETE ON tenants FOR EACH ROW EXECUTE FUNCTION events_follow_tenant();

REVOKE EXECUTE ON FUNCTION events_prepare, events_drop_through, usage_begin, usage_zone, usage_set_zone, events_follow_tenant
    FROM PUBLIC;

-- The events of before move over. Figures begin with what is stored from now on.
DO $$
DECLARE
    tenant uuid;
BEGIN
    FOR tenant IN SELECT id FROM tenants LOOP
        PERFORM set_config('vivier.tenant', tenant::text, true);
        PERFORM events_prepare(ARRAY(
            SELECT DISTINCT (occurred_at AT TIME ZONE 'UTC')::date FROM events_before WHERE tenant_id = tenant));
        INSERT INTO events (tenant_id, occurred_at, event_id, kind, detail, stored_at)
        SELECT tenant_id, occurred_at, event_id, kind, detail, stored_at FROM events_before WHERE tenant_id = tenant;
    END LOOP;
    PERFORM set_config('vivier.tenant', '', true);
END
$$;
DROP TABLE events_before;

SELECT events_prepare(ARRAY(SELECT current_date + n FROM generate_series(-1, 7) AS n));
