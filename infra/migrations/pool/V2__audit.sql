-- The audit log becomes one chain for each tenant. Every entry carries a hash over its own fields and the hash of the
-- entry before it, so that nothing in it can be changed, removed, added or moved without breaking the chain.
-- Functions only add entries and remove old ones, each through a function here; they change none. Who may remove is
-- another role than who adds.

-- Where each tenant's chain ends (head), and behind which entry it begins (anchor): what came before was purged.
CREATE TABLE audit_chains (
    tenant_id      uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    head_ordinal   bigint NOT NULL DEFAULT 0,
    head_hash      bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex') CHECK (octet_length(head_hash) = 32),
    anchor_ordinal bigint NOT NULL DEFAULT 0,
    anchor_hash    bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex') CHECK (octet_length(anchor_hash) = 32),
    PRIMARY KEY (tenant_id),
    CHECK (anchor_ordinal BETWEEN 0 AND head_ordinal)
);
ALTER TABLE audit_chains ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_chains FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON audit_chains USING (tenant_id = bound_tenant()) WITH CHECK (tenant_id = bound_tenant());

ALTER TABLE audit_log
    ADD COLUMN ordinal       bigint,
    ADD COLUMN office        text NOT NULL DEFAULT 'platform' CHECK (office IN ('front', 'back', 'platform')),
    ADD COLUMN from_address  text CHECK (octet_length(from_address) <= 45),
    ADD COLUMN request_id    text CHECK (octet_length(request_id) <= 128),
    ADD COLUMN previous_hash bytea CHECK (octet_length(previous_hash) = 32),
    ADD COLUMN hash          bytea CHECK (octet_length(hash) = 32),
    ADD CHECK (outcome IN ('begun', 'done', 'refused', 'failed')),
    -- An entry names people and things by id: there is no room for content, and an export's size is bounded.
    ADD CHECK (octet_length(actor) <= 128 AND octet_length(action) <= 128 AND octet_length(subject) <= 256);
ALTER TABLE audit_log ALTER COLUMN office DROP DEFAULT;

-- A field as it goes into the hash: four bytes of length, then the bytes. What is not there has the length -1.
CREATE FUNCTION audit_field(value bytea) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN value IS NULL THEN int4send(-1) ELSE int4send(octet_length(value)) || value END;

-- The hash of an entry, over all its fields in this order. Whole numbers have eight bytes, most significant first; a
-- time is its microseconds since 1970 in UTC; texts are UTF-8.
CREATE FUNCTION audit_hash(entry audit_log) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
    RETURN sha256(
        audit_field('vivier.audit.v1'::bytea)
        || audit_field((entry).previous_hash)
        || audit_field(uuid_send((entry).tenant_id))
        || audit_field(int8send((entry).ordinal))
        || audit_field(uuid_send((entry).entry_id))
        || audit_field(int8send((extract(epoch FROM (entry).happened_at) * 1000000)::bigint))
        || audit_field(convert_to((entry).office, 'UTF8'))
        || audit_field(convert_to((entry).actor, 'UTF8'))
        || audit_field(convert_to((entry).action, 'UTF8'))
        || audit_field(convert_to((entry).subject, 'UTF8'))
        || audit_field(convert_to((entry).outcome, 'UTF8'))
        || audit_field(convert_to((entry).from_address, 'UTF8'))
        || audit_field(convert_to((entry).request_id, 'UTF8'))
    );

-- Entries from before there were chains become each chain's beginning.
DO $$
DECLARE
    tenant uuid;
    entry  audit_log;
    chain  audit_chains;
BEGIN
    FOR tenant IN SELECT id FROM tenants LOOP
        -- Row security is forced on the owner too: a tenant's entries are seen by whoever is bound to it.
        PERFORM set_config('vivier.tenant', tenant::text, true);
        CONTINUE WHEN NOT EXISTS (SELECT FROM audit_log WHERE tenant_id = tenant);
        INSERT INTO audit_chains (tenant_id) VALUES (tenant) RETURNING * INTO chain;
        FOR entry IN SELECT * FROM audit_log WHERE tenant_id = tenant ORDER BY happened_at, entry_id LOOP
            entry.ordinal := chain.head_ordinal + 1;
            entry.previous_hash := chain.head_hash;
            entry.hash := audit_hash(entry);
            UPDATE audit_log SET ordinal = entry.ordinal, previous_hash = entry.previous_hash, hash = entry.hash
            WHERE tenant_id = tenant AND entry_id = entry.entry_id;
            chain.head_ordinal := entry.ordinal;
            chain.head_hash := entry.hash;
        END LOOP;
        UPDATE audit_chains SET head_ordinal = chain.head_ordinal, head_hash = chain.head_hash WHERE tenant_id = tenant;
    END LOOP;
    PERFORM set_config('vivier.tenant', '', true);
END
$$;

ALTER TABLE audit_log
    ALTER COLUMN ordinal SET NOT NULL,
    ALTER COLUMN previous_hash SET NOT NULL,
    ALTER COLUMN hash SET NOT NULL,
    ADD UNIQUE (tenant_id, ordinal);

-- Adds an entry at the head of the bound tenant's chain. The chain's row is locked until the transaction ends: entries
-- of one tenant come one after the other, and those of a transaction that fails leave no gap.
CREATE FUNCTION audit_append(
    entry_id uuid, happened_at timestamptz, office text, actor text, action text, subject text, outcome text,
    from_address text, request_id text
) RETURNS audit_log LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    tenant CONSTANT uuid := bound_tenant();
    chain  audit_chains;
    added  audit_log;
BEGIN
    IF tenant IS NULL THEN
        RAISE insufficient_privilege USING MESSAGE = 'no tenant is bound';
    END IF;
    SELECT c.* INTO chain FROM audit_chains AS c WHERE c.tenant_id = tenant FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO audit_chains (tenant_id) VALUES (tenant) ON CONFLICT DO NOTHING;
        SELECT c.* INTO STRICT chain FROM audit_chains AS c WHERE c.tenant_id = tenant FOR UPDATE;
    END IF;
    added.tenant_id := tenant;
    added.entry_id := entry_id;
    added.happened_at := happened_at;
    added.actor := actor;
    added.action := action;
    added.subject := subject;
    added.outcome := outcome;
    added.ordinal := chain.head_ordinal + 1;
    added.office := office;
    added.from_address := from_address;
    added.request_id := request_id;
    added.previous_hash := chain.head_hash;
    added.hash := audit_hash(added);
    INSERT INTO audit_log VALUES (added.*);
    UPDATE audit_chains AS c SET head_ordinal = added.ordinal, head_hash = added.hash WHERE c.tenant_id = tenant;
    RETURN added;
END
$$;

-- Removes the oldest entries of the bound tenant's chain: those before the first that is not older than `cutoff`, and
-- no more than `most`. The chain then begins behind the last that went. Returns how many went.
CREATE FUNCTION audit_purge(cutoff timestamptz, most bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    tenant  CONSTANT uuid := bound_tenant();
    chain   audit_chains;
    gone    record;
    removed bigint;
BEGIN
    SELECT c.* INTO chain FROM audit_chains AS c WHERE c.tenant_id = tenant FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    SELECT seen.ordinal, seen.hash INTO gone FROM (
        SELECT oldest.ordinal, oldest.hash, bool_or(oldest.happened_at >= cutoff) OVER (ORDER BY oldest.ordinal) AS stays
        FROM (
            SELECT log.ordinal, log.hash, log.happened_at FROM audit_log AS log
            WHERE log.tenant_id = tenant AND log.ordinal > chain.anchor_ordinal
            ORDER BY log.ordinal LIMIT most
        ) AS oldest
    ) AS seen WHERE NOT seen.stays ORDER BY seen.ordinal DESC LIMIT 1;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    DELETE FROM audit_log AS log
    WHERE log.tenant_id = tenant AND log.ordinal > chain.anchor_ordinal AND log.ordinal <= gone.ordinal;
    GET DIAGNOSTICS removed = ROW_COUNT;
    UPDATE audit_chains AS c SET anchor_ordinal = gone.ordinal, anchor_hash = gone.hash WHERE c.tenant_id = tenant;
    RETURN removed;
END
$$;

REVOKE ALL ON FUNCTION audit_append FROM PUBLIC;
REVOKE ALL ON FUNCTION audit_purge FROM PUBLIC;
