-- Holds: what may not be removed though its time is over, and until when. And reports of purges that say what was held, and which whole
-- days went.

CREATE TABLE legal_holds (
    tenant_id   uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id          uuid NOT NULL,
    -- All of a kind of data, what is found by a person's address, or one conversation.
    scope       text NOT NULL CHECK (scope IN ('kind', 'person', 'conversation')),
    kind        text,
    -- The address or the conversation's id as a keyed hash: it is found by whoever has the key and the text.
    subject     bytea CHECK (octet_length(subject) = 32),
    reason      text NOT NULL,
    -- The member; none where an operator did.
    placed_by   uuid,
    placed_at   timestamptz NOT NULL,
    ends_at     timestamptz NOT NULL,
    released_at timestamptz,
    released_by uuid,
    -- When it is over, by itself or because somebody said so.
    over_at     timestamptz NOT NULL GENERATED ALWAYS AS (least(released_at, ends_at)) STORED,
    PRIMARY KEY (tenant_id, id),
    CHECK (ends_at > placed_at),
    CHECK ((scope = 'kind') = (kind IS NOT NULL)),
    CHECK ((scope = 'kind') = (subject IS NULL))
);
CREATE INDEX legal_holds_by_end ON legal_holds (tenant_id, over_at);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['legal_holds'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY own_tenant ON %I USING (tenant_id = (SELECT bound_tenant())) WITH CHECK (tenant_id = (SELECT bound_tenant()))',
            name);
    END LOOP;
END
$$;

ALTER TABLE purge_reports
    -- How many rows or items are over and stay, because they are held.
    ADD COLUMN held bigint NOT NULL DEFAULT 0 CHECK (held >= 0),
    -- How many whole days went at once; what they held is counted from figures.
    ADD COLUMN days integer NOT NULL DEFAULT 0 CHECK (days >= 0);

-- What a purge looks for must be found without reading what stays.
CREATE INDEX events_aside_by_time ON events_aside (tenant_id, occurred_at);
CREATE INDEX query_shares_by_time ON query_shares (tenant_id, seen_at);
CREATE INDEX usage_days_by_day ON usage_days (tenant_id, day);
CREATE INDEX test_runs_by_time ON test_runs (tenant_id, created_at);

-- Drops the partitions of days up to this one, but for those in which somebody holds events. What goes is entered in the reports of each
-- tenant that had events on the day, in the same transaction: counted from its hours, so that it costs the same however many there were.
-- Returns how many days went. It waits two seconds for whoever reads, and is asked again later.
DROP FUNCTION events_drop_through(date);
CREATE FUNCTION events_drop_through(last date, run uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    caller  CONSTANT text := current_setting('vivier.tenant', true);
    part    record;
    owner   uuid;
    owners  uuid[];
    there   boolean;
    held    boolean;
    counted bigint;
    dropped integer := 0;
BEGIN
    -- A clock that is wrong must not take what tenants still keep.
    IF last > current_date - 89 THEN
        RAISE EXCEPTION 'events are kept for 90 days' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR part IN
        SELECT c.relname AS name, to_date(right(c.relname, 8), 'YYYYMMDD')::timestamp AT TIME ZONE 'UTC' AS begins
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'events'::regclass AND c.relname <= 'events_' || to_char(last, 'YYYYMMDD')
        ORDER BY c.relname
    LOOP
        owners := '{}';
        held := false;
        FOR owner IN SELECT id FROM tenants LOOP
            -- Row security is forced on the owner too.
            PERFORM set_config('vivier.tenant', owner::text, true);
            EXECUTE format('SELECT EXISTS (SELECT FROM public.%I WHERE tenant_id = $1)', part.name) INTO there USING owner;
            CONTINUE WHEN NOT there;
            owners := owners || owner;
            held := held OR EXISTS (
                SELECT FROM legal_holds h WHERE h.tenant_id = owner AND h.kind = 'events' AND h.over_at > now());
        END LOOP;
        -- The others' events of that day go one by one.
        CONTINUE WHEN held;
        FOREACH owner IN ARRAY owners LOOP
            PERFORM set_config('vivier.tenant', owner::text, true);
            SELECT sum(h.count) INTO counted FROM usage_hours h
            WHERE h.tenant_id = owner AND h.hour >= part.begins AND h.hour < part.begins + interval '1 day'
                  AND h.kind <> 'unknown';
            -- A day that was held for long has outlived its hours.
            IF counted IS NULL THEN
                EXECUTE format('SELECT count(*) FROM public.%I WHERE tenant_id = $1', part.name) INTO counted USING owner;
            END IF;
            INSERT INTO purge_reports AS report
                (tenant_id, run_id, kind, dry_run, cutoff, removed, complete, finished_at, days)
            VALUES (owner, run, 'events', false, part.begins + interval '1 day', counted, true, now(), 1)
            ON CONFLICT (tenant_id, run_id, kind) DO UPDATE SET
                removed = report.removed + excluded.removed, days = report.days + 1, finished_at = excluded.finished_at;
        END LOOP;
        EXECUTE format('DROP TABLE public.%I', part.name);
        dropped := dropped + 1;
    END LOOP;
    PERFORM set_config('vivier.tenant', coalesce(caller, ''), true);
    RETURN dropped;
END
$$;
REVOKE EXECUTE ON FUNCTION events_drop_through FROM PUBLIC;
