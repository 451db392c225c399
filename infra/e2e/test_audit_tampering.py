"""Nobody changes the audit log unseen: not even who may write every table of the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from demo.client import Operator, OperatorError

from .log import entries, last
from .stage import POOL, Stage
from .tenants import Tenant


@pytest.fixture(scope="module")
def house(make_tenant) -> Tenant:
    return make_tenant("audit-tampered")


def verified(operator: Operator, house: Tenant, **more: object) -> dict:
    """What the operator's command finds in a tenant's log."""
    report = operator.invoke("audit", {"operation": "verify", "tenant": house.slug, **more})
    assert report["failed"] == [] and [tenant["slug"] for tenant in report["tenants"]] == [house.slug]
    assert report["whole"] is ("broken_at" not in report["tenants"][0])
    return report["tenants"][0]


@contextmanager
def tampered(stage: Stage, house: Tenant, *statements: str) -> Iterator[None]:
    """Does what the database's administrator could do to a tenant's log, and undoes it."""
    tenant = house.tenant_id
    with stage.connect(POOL) as admin:
        # Row security holds for the owner of the tables, too: the administrator says whose log it is.
        admin.execute("SELECT set_config('vivier.tenant', %s, false)", [tenant])
        for table in ("audit_log", "audit_chains"):
            admin.execute(f"DROP TABLE IF EXISTS e2e_{table}")
            admin.execute(f"CREATE TABLE e2e_{table} AS SELECT * FROM {table} WHERE tenant_id = '{tenant}'")
        try:
            for statement in statements:
                assert admin.execute(statement.format(tenant=tenant)).rowcount > 0, statement
            yield
        finally:
            for table in ("audit_log", "audit_chains"):
                admin.execute(f"DELETE FROM {table} WHERE tenant_id = '{tenant}'")
                admin.execute(f"INSERT INTO {table} SELECT * FROM e2e_{table}")
                admin.execute(f"DROP TABLE e2e_{table}")


ONE = "tenant_id = '{tenant}' AND ordinal = 3"
REHASH = "UPDATE audit_log SET hash = audit_hash(audit_log) WHERE " + ONE


class TestTampering:
    def test_an_untouched_log_is_whole(self, operator: Operator, house: Tenant):
        found = verified(operator, house)
        assert "broken_at" not in found and found["head"]["ordinal"] == found["last"] == last(house)
        assert found["entries"] == found["last"] - found["first"] + 1

    @pytest.mark.parametrize(
        ("statements", "fault", "place"),
        [
            (["UPDATE audit_log SET actor = 'somebody' WHERE " + ONE], "changed", 3),
            (["UPDATE audit_log SET subject = 'another' WHERE " + ONE], "changed", 3),
            (["UPDATE audit_log SET outcome = 'refused' WHERE " + ONE], "changed", 3),
            (["UPDATE audit_log SET from_address = '192.0.2.1' WHERE " + ONE], "changed", 3),
            (["UPDATE audit_log SET happened_at = happened_at - interval '1 microsecond' WHERE " + ONE], "changed", 3),
            (["UPDATE audit_log SET hash = decode(repeat('00', 32), 'hex') WHERE " + ONE], "changed", 3),
            # With a hash that fits the changed entry, the next one does not follow it.
            (["UPDATE audit_log SET actor = 'somebody' WHERE " + ONE, REHASH], "misplaced", 4),
            (["DELETE FROM audit_log WHERE " + ONE], "missing", 3),
            (["DELETE FROM audit_log WHERE tenant_id = '{tenant}' AND ordinal <= 3"], "missing", 1),
            (["DELETE FROM audit_log WHERE tenant_id = '{tenant}' AND ordinal > 3"], "missing", 4),
            (["UPDATE audit_log SET ordinal = -ordinal WHERE tenant_id = '{tenant}' AND ordinal IN (3, 4)",
              "UPDATE audit_log SET ordinal = 7 + ordinal WHERE tenant_id = '{tenant}' AND ordinal IN (-3, -4)"], "changed", 3),
            (["UPDATE audit_chains SET head_hash = decode(repeat('11', 32), 'hex') WHERE tenant_id = '{tenant}'"], "head_moved", None),
        ],
    )  # fmt: skip
    def test_is_found(self, stage: Stage, operator: Operator, house: Tenant, statements: list[str], fault: str, place: int | None):
        for _ in range(max(0, 6 - last(house))):
            stage.enter(house.tenant_id, "filling")
        with tampered(stage, house, *statements):
            found = verified(operator, house)
            assert found["broken_at"]["fault"] == fault, found
            assert place is None or found["broken_at"]["ordinal"] == place
        assert "broken_at" not in verified(operator, house)

    def test_a_log_cut_off_and_a_log_written_anew_are_found_by_what_was_noted(
        self, stage: Stage, operator: Operator, house: Tenant
    ):
        """Whoever changes the chain's end as well leaves a log that is whole in itself, and another."""
        noted = verified(operator, house)["head"]
        assert "broken_at" not in verified(operator, house, expect=noted)
        cut = ("DELETE FROM audit_log WHERE tenant_id = '{tenant}' AND ordinal > 3",
               "UPDATE audit_chains c SET head_ordinal = 3, head_hash = l.hash FROM audit_log l"
               " WHERE c.tenant_id = '{tenant}' AND l.tenant_id = c.tenant_id AND l.ordinal = 3")  # fmt: skip
        with tampered(stage, house, *cut):
            assert "broken_at" not in verified(operator, house), "nothing inside tells"
            assert verified(operator, house, expect=noted)["broken_at"]["fault"] == "missing"
            while last(house) < noted["ordinal"]:
                stage.enter(house.tenant_id, "instead")
            assert verified(operator, house, expect=noted)["broken_at"] == {"ordinal": noted["ordinal"], "fault": "not_as_noted"}

    def test_every_tenant_is_looked_at(self, stage: Stage, operator: Operator, house: Tenant, alpha: Tenant):
        with tampered(stage, house, "UPDATE audit_log SET actor = 'somebody' WHERE " + ONE):
            report = operator.invoke("audit", {"operation": "verify"})
            found = {tenant["slug"]: "broken_at" in tenant for tenant in report["tenants"]}
            assert report["whole"] is False and found[house.slug] is True and found[alpha.slug] is False

    @pytest.mark.parametrize(
        ("command", "code"),
        [
            ({"operation": "mend"}, "invalid-command"),
            ({"operation": "verify", "tenant": "nobody-here"}, "unknown-tenant"),
            ({"operation": "verify", "expect": {"ordinal": 1, "hash": "00" * 32}}, "invalid-command"),
        ],
        ids=str,
    )
    def test_bad_commands(self, operator: Operator, command: dict, code: str):
        with pytest.raises(OperatorError, match=f": {code}: "):
            operator.invoke("audit", command)


class TestPurge:
    def test_what_is_past_its_days_goes_and_the_rest_is_whole(self, stage: Stage, operator: Operator, make_tenant):
        house = make_tenant("audit-purged")
        stage.forget_entries(house.tenant_id)
        now = dt.datetime.now(dt.timezone.utc)
        for age in (100, 95, 91, 40, 1):
            stage.enter(house.tenant_id, f"age-{age}", at=now - dt.timedelta(days=age))
        noted = verified(operator, house)
        command = {"operation": "run", "tenant": house.slug}
        assert operator.invoke("retention", {**command, "dry_run": True})["tenants"][0]["removed"]["audit_log"] == 3
        assert operator.invoke("retention", {**command, "dry_run": False})["tenants"][0]["removed"]["audit_log"] == 3
        left = [entry["subject"] for entry in entries(house) if entry["action"] == "test"]
        assert left == ["age-40", "age-1"]
        after = verified(operator, house, expect=noted["head"])
        assert "broken_at" not in after and after["first"] == noted["first"] + 3
        house.member.send("POST", "/v1/projects", json={"name": "Encore"})
        assert "broken_at" not in verified(operator, house)
        # What was purged does not come back, and what is left does not begin anywhere else.
        with tampered(stage, house, "UPDATE audit_chains SET anchor_ordinal = anchor_ordinal + 1 WHERE tenant_id = '{tenant}'"):
            assert verified(operator, house)["broken_at"]
        with tampered(stage, house, "DELETE FROM audit_log WHERE tenant_id = '{tenant}' AND subject = 'age-40'"):
            assert verified(operator, house)["broken_at"]["fault"] == "missing"
