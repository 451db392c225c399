"""Searches that candidates save: nothing without consent, no offer twice, nothing after the end."""

from __future__ import annotations

import base64
import hashlib
import re
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress

import pytest

from demo.client import Operator, wait_for

from .alerts import (
    ASKED, TABLES, ask, asked, due, follow, fresh, kept, looked, offers_mails, one_click, program, publish, saved, told, token,
)  # fmt: skip
from .api import NOT_FOUND, TOO_MANY, is_problem, refused_fields
from .people import mails
from .stage import Stage
from .tenants import Tenant, offer

INVENTED = "A" * 43
PAGES = ("confirmation", "renewal", "unsubscription", "unsubscription/{token}")


class Feed:
    """A tenant's offers, which only grow; each test adds its own."""

    def __init__(self, stage: Stage, tenant: Tenant) -> None:
        self.stage, self.tenant, self.rows = stage, tenant, [offer("ALT-OLD", title="Ancienne annonce")]
        self.publish()
        self.witness = saved(stage, tenant)

    def add(self, *titles: str, **changes: str) -> list[str]:
        """Publishes offers; their titles, which no other offer has."""
        own = [f"{title} {uuid.uuid4().hex[:8]}" for title in titles]
        self.rows += [offer(f"ALT-{title[-8:]}", title=title, **changes) for title in own]
        self.publish()
        return own

    def publish(self) -> None:
        publish(self.stage, self.tenant, self.rows)

    def told(self, *emails: str) -> None:
        told(self.stage, self.tenant, *emails, witness=self.witness)

    def titles(self, email: str) -> list[list[str]]:
        """Of each mail to an address, the offers that it lists."""
        return [
            [line[2:] for line in mail["BodyText"].splitlines() if line.startswith("- ")]
            for mail in offers_mails(self.stage, email)
        ]


@pytest.fixture(scope="module")
def tenant(make_tenant: Callable[..., Tenant]) -> Tenant:
    return make_tenant("alerts-e2e")


@pytest.fixture(scope="module")
def other(make_tenant: Callable[..., Tenant]) -> Tenant:
    return make_tenant("alerts-other")


@pytest.fixture(scope="module")
def feed(stage: Stage, tenant: Tenant) -> Feed:
    return Feed(stage, tenant)


@pytest.fixture(autouse=True)
def unhurried(stage: Stage, tenant: Tenant) -> None:
    stage.forget_askers(tenant.tenant_id)


def state(tenant: Tenant, email: str) -> list[tuple]:
    return tenant.sql("SELECT state, frequency FROM alerts WHERE email = %s ORDER BY created_at", email)


class TestOptIn:
    def test_nothing_is_told_before_the_holder_confirms(self, stage: Stage, tenant: Tenant, feed: Feed):
        email, witness = fresh(), saved(stage, tenant)
        mail = asked(stage, tenant, email)
        assert mail["Subject"] == "Alerts-E2E : confirmez votre alerte" and "Headers" in mail and mail["Headers"] == []
        feed.add("Boulangère")
        told(stage, tenant, email, witness=witness)
        assert len(mails(stage, email)) <= 2 and offers_mails(stage, email) == []
        assert state(tenant, email) == [("pending", "daily")]

    def test_confirming_begins_90_days_and_once_more_changes_nothing(self, stage: Stage, tenant: Tenant):
        email = fresh()
        secret = token(asked(stage, tenant, email, frequency="weekly"), "confirmation")
        first, second = (follow(tenant, "confirmation", secret) for _ in range(2))
        assert (first.status_code, first.content) == (200, second.content)
        assert first.json()["frequency"] == "weekly" and set(first.json()) == {"frequency", "expires_at"}
        days = "SELECT expires_at - confirmed_at = interval '90 days', next_at - confirmed_at = interval '7 days' FROM alerts WHERE email = %s"
        assert tenant.sql(days, email) == [(True, True)]

    def test_the_answer_says_nothing_of_an_address(self, stage: Stage, tenant: Tenant):
        """Unknown, known, waiting, and with as many as it may have."""
        known, waiting = saved(stage, tenant), fresh()
        answers = [ask(tenant, email) for email in (fresh(), known, known.upper(), *[waiting] * 5)]
        assert {(answer.status_code, answer.content) for answer in answers} == {(202, b"")}
        headers = [set(answer.headers) for answer in answers]
        assert all(names == headers[0] for names in headers)
        assert state(tenant, waiting) == [("pending", "daily")] * 3, "so many mails a stranger can have sent"
        assert [row[0] for row in state(tenant, known)] == ["active", "pending", "pending"], "capitals are the same address"

    def test_an_address_has_ten_at_most(self, stage: Stage, tenant: Tenant):
        email = fresh()
        for number in range(12):
            ask(tenant, email, f"q=poste{number}")
            tenant.sql(
                "UPDATE alerts SET state = 'active', confirmed_at = now(), new_since = now(), seen_until = now() WHERE email = %s", email
            )
        assert len(state(tenant, email)) == 10

    def test_whoever_asks_too_often_waits(self, stage: Stage, tenant: Tenant):
        taken = 0
        while (answer := ask(tenant, fresh())).status_code == 202:
            taken += 1
            # Where an hour ends in between, it is counted anew.
            assert taken <= 120
        is_problem(answer, TOO_MANY)
        assert taken >= 60 and 0 < int(answer.headers["Retry-After"]) <= 3600

    def test_the_same_search_again_takes_the_older_ones_place(self, stage: Stage, tenant: Tenant):
        email = fresh()
        for search, frequency in (("q=soudeur&city=Nantes", "daily"), ("city=Nantes&q=soudeur&limit=5", "weekly")):
            mail = asked(stage, tenant, email, search, frequency=frequency)
            assert follow(tenant, "confirmation", token(mail, "confirmation")).status_code == 200
        lasting = "SELECT state, frequency FROM alerts WHERE email = %s AND expires_at > now()"
        assert tenant.sql(lasting, email) == [("active", "weekly")]

    def test_a_stranger_can_put_no_words_into_the_mail(self, stage: Stage, tenant: Tenant):
        mail = asked(stage, tenant, fresh(), "q=GAGNEZ+de+l%27argent&company=Escroc")
        assert not [word for word in ("GAGNEZ", "argent", "Escroc") if word in mail["BodyText"] + mail["BodyHtml"] + mail["Subject"]]

    def test_english_is_spoken(self, stage: Stage, tenant: Tenant):
        mail = asked(stage, tenant, fresh(), language="en")
        assert mail["Subject"] == "Alerts-E2E: confirm your alert" and "each day" in mail["BodyText"]

    def test_asked_for_twice_with_one_key_is_one(self, tenant: Tenant):
        email, headers = fresh(), {"Idempotency-Key": str(uuid.uuid4())}
        first, second = (ask(tenant, email, headers=headers) for _ in range(2))
        assert first.status_code == second.status_code == 202
        assert len(state(tenant, email)) == 1

    @pytest.mark.parametrize(
        ("change", "fields"),
        [
            ({"email": "nobody"}, {"email": "invalid"}),
            ({"email": "a@b.example, c@d.example"}, {"email": "invalid"}),
            ({"search": "contract=slavery"}, {"search.contract": "invalid"}),
            ({"search": "tenant=other"}, {"search.query": "unknown"}),
            ({"search": "near=Nulle-Part-sur-Rien"}, {"search.near": "invalid"}),
            ({"search": "radius_km=5"}, {"search.radius_km": "needs-near"}),
            ({"search": "q=a&q=b"}, {"search.q": "repeated"}),
            ({"search": "q=a#b"}, {"search": "invalid"}),
            ({"search": "q=" + "a" * 301}, {"search.q": "invalid"}),
            ({"frequency": "hourly"}, None),
            ({"language": "de"}, None),
            ({"tenant": "other"}, None),
        ],
    )
    def test_what_is_wrong_is_named_and_nothing_is_written(self, tenant: Tenant, change: dict, fields: dict | None):
        before = kept(tenant)
        answer = tenant.candidate.send("POST", "/v1/alerts", json=ASKED | {"email": fresh(), "search": ""} | change)
        is_problem(answer, ("urn:vivier:problem:invalid-body", 400))
        assert fields is None or refused_fields(answer) == fields
        assert kept(tenant) == before


class TestPage:
    def test_runs_its_own_script_alone(self, tenant: Tenant):
        answer = tenant.candidate.get("/v1/alerts/page")
        policy = answer.headers["Content-Security-Policy"]
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8" and policy.startswith("default-src 'none';")
        for tag in ("script", "style"):
            [inside] = re.findall(rf"<{tag}>(.*?)</{tag}>", answer.text, re.DOTALL)
            digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
            assert f"{tag}-src 'sha256-{digest}'" in policy


class TestTokens:
    @staticmethod
    def send(tenant: Tenant, page: str, secret: str):
        if page.endswith("{token}"):
            return tenant.candidate.send("POST", f"/v1/alerts/unsubscription/{secret}")
        return follow(tenant, page, secret)

    def secret(self, stage: Stage, tenant: Tenant, feed: Feed, page: str) -> tuple[str, str]:
        """An address, and the secret that a page takes of it."""
        if page == "confirmation":
            email = fresh()
            return email, token(asked(stage, tenant, email), page)
        email = saved(stage, tenant)
        feed.add("Couvreur")
        feed.told(email)
        return email, token(offers_mails(stage, email)[0], page.split("/")[0])

    @pytest.mark.parametrize("page", PAGES)
    def test_lead_nowhere_in_another_tenant(self, stage: Stage, tenant: Tenant, other: Tenant, feed: Feed, page: str):
        email, secret = self.secret(stage, tenant, feed, page)
        before = tenant.sql("SELECT state, confirmed_at, expires_at FROM alerts WHERE email = %s", email)
        crossed, invented = self.send(other, page, secret), self.send(other, page, INVENTED)
        is_problem(crossed, NOT_FOUND)
        assert crossed.content == invented.content
        assert tenant.sql("SELECT state, confirmed_at, expires_at FROM alerts WHERE email = %s", email) == before
        assert self.send(tenant, page, secret).ok, "it is not used up by that"

    @pytest.mark.parametrize("page", PAGES)
    def test_lead_nowhere_once_the_alert_is_over(self, stage: Stage, tenant: Tenant, feed: Feed, page: str):
        email, secret = self.secret(stage, tenant, feed, page)
        tenant.sql("UPDATE alerts SET expires_at = now() - interval '1 second' WHERE email = %s", email)
        over = self.send(tenant, page, secret)
        is_problem(over, NOT_FOUND)
        assert over.content == self.send(tenant, page, INVENTED).content

    def test_open_what_they_are_for_and_nothing_else(self, stage: Stage, tenant: Tenant, feed: Feed):
        _, confirming = self.secret(stage, tenant, feed, "confirmation")
        _, keeping = self.secret(stage, tenant, feed, "renewal")
        for page, secret in [(page, confirming) for page in PAGES[1:]] + [("confirmation", keeping)]:
            is_problem(self.send(tenant, page, secret), NOT_FOUND)
        for secret in ("", "a", "A" * 42, "A" * 44, "é" * 43, keeping[:-1]):
            is_problem(follow(tenant, "unsubscription", secret), NOT_FOUND)

    def test_are_stored_as_their_hash(self, stage: Stage, tenant: Tenant):
        secret = token(asked(stage, tenant, fresh()), "confirmation")
        content = base64.urlsafe_b64decode(secret + "=")
        assert len(content) == 32
        hashes = {bytes(row[0]) for row in tenant.sql("SELECT hash FROM alert_tokens")}
        assert hashlib.sha256(content).digest() in hashes and content not in hashes


class TestOffers:
    def test_are_told_of_once_however_often_they_come_in(self, stage: Stage, tenant: Tenant, feed: Feed):
        email = saved(stage, tenant)
        (first,) = feed.add("Boulangère de nuit")
        feed.told(email)
        assert feed.titles(email) == [[first]], "and not of what was there before"
        looked(stage, tenant, email)
        feed.publish()
        looked(stage, tenant, email)
        # Gone from the feed and back, with another text: the same offer.
        row = next(row for row in feed.rows if row["title"] == first)
        feed.rows.remove(row)
        feed.publish()
        feed.rows.append(row | {"description": "Reprise du poste."})
        (second,) = feed.add("Pâtissier")
        feed.told(email)
        assert feed.titles(email) == [[first], [second]]

    def test_an_import_that_was_under_way_is_not_lost(self, stage: Stage, tenant: Tenant, feed: Feed):
        """Rows that were there at the last look, in an index that was published after it."""
        email = saved(stage, tenant)
        (title,) = feed.add("Carreleuse")
        tenant.sql("UPDATE alerts SET seen_until = now() WHERE email = %s", email)
        feed.told(email)
        assert feed.titles(email) == [[title]]

    def test_ten_are_listed_and_the_others_counted(self, stage: Stage, tenant: Tenant, feed: Feed):
        email = saved(stage, tenant)
        titles = feed.add(*["Serveuse"] * 13)
        feed.told(email)
        (listed,) = feed.titles(email)
        (mail,) = offers_mails(stage, email)
        assert len(listed) == 10 and set(listed) < set(titles)
        assert mail["Subject"] == "Alerts-E2E : 13 nouvelles offres" and "Et 3 autres." in mail["BodyText"]
        looked(stage, tenant, email)
        assert len(feed.titles(email)) == 1, "those that were counted are not told of later"

    def test_say_what_where_and_at_whose(self, stage: Stage, tenant: Tenant, feed: Feed):
        email = saved(stage, tenant, language="en")
        (title,) = feed.add("Mason", company="Bâti & Fils", city="Brest", url="https://bati.example/macon")
        feed.told(email)
        (mail,) = offers_mails(stage, email)
        assert mail["Subject"] == "Alerts-E2E: one new offer"
        assert f"- {title}\n  Bâti & Fils, Brest\n  https://bati.example/macon\n" in mail["BodyText"]
        assert "Bâti &#38; Fils, Brest" in mail["BodyHtml"] and "https://bati.example/macon" in mail["BodyHtml"]
        row = tenant.sql("SELECT m.state, m.message_id FROM alert_mails m JOIN alerts a ON a.id = alert_id WHERE email = %s AND kind = 'offers'", email)
        assert row == [("sent", mail["MessageId"])]

    @pytest.mark.parametrize(
        ("search", "right", "wrong"),
        [
            ("q=zingueur", {"title": "Zingueur"}, {"title": "Fleuriste"}),
            ("q=-zingueur", {"title": "Fleuriste"}, {"title": "Zingueur"}),
            ("contract=permanent&contract=fixed_term", {"contract": "CDD"}, {"contract": "stage"}),
            ("city=saint-nazaire", {"city": "Saint-Nazaire"}, {"city": "Nantes"}),
            ("company=chantiers+du+port", {"company": "Chantiers du Port"}, {"company": "Chantiers"}),
            ("remote=full", {"remote": "full"}, {"remote": "partial"}),
            ("near=t%C3%A9l%C3%A9travail", {"remote": "full"}, {"remote": "none"}),
            ("occupation=H2913", {"occupation_code": "H2913"}, {"occupation_code": "D1102"}),
            ("family=H29", {"occupation_code": "H2913"}, {"occupation_code": "D1102"}),
            (
                "salary_min=2500&salary_period=month",
                {"salary_min": "31000", "salary_max": "33000", "salary_period": "year"},
                {"salary_min": "20000", "salary_max": "21000", "salary_period": "year"},
            ),
            (
                "salary_max=24000",
                {"salary_min": "23000", "salary_max": "26000", "salary_period": "year"},
                {"salary_min": "25000", "salary_max": "26000", "salary_period": "year"},
            ),
            ("published_since=2026-01-10", {"published_on": "2026-01-10"}, {"published_on": "2026-01-09"}),
            ("near=Brest&radius_km=10", {"city": "Brest", "postal_code": "29200"}, {"city": "Nantes", "postal_code": "44000"}),
            ("department=29", {"city": "Brest", "postal_code": "29200"}, {"city": "Nantes", "postal_code": "44000"}),
            (
                "q=zingueur&contract=permanent&city=Brest",
                {"title": "Zingueur", "contract": "CDI", "city": "Brest"},
                {"title": "Zingueur", "contract": "CDI", "city": "Nantes"},
            ),
        ],
    )
    def test_match_the_whole_filter(self, stage: Stage, tenant: Tenant, feed: Feed, search: str, right: dict, wrong: dict):
        email = saved(stage, tenant, search)
        wanted, unwanted = (
            feed.add(changes.get("title", "Menuisier"), **{name: value for name, value in changes.items() if name != "title"})
            for changes in (right, wrong)
        )
        feed.told(email)
        assert feed.titles(email) == [wanted] and unwanted not in feed.titles(email)

    @pytest.mark.parametrize(("frequency", "days"), [("daily", 1), ("weekly", 7)])
    def test_come_at_the_pace_that_was_asked_for(self, stage: Stage, tenant: Tenant, feed: Feed, frequency: str, days: int):
        """The next look is due a period after the last one was, whether there was something to tell or not."""
        email = saved(stage, tenant, frequency=frequency)
        for title in ("Plombier", None):
            if title:
                feed.add(title)
            due(tenant, email)
            (before,) = tenant.sql("SELECT next_at FROM alerts WHERE email = %s", email)[0]
            wait_for(lambda: stage.tick("alerts") and tenant.sql("SELECT next_at > now() AND lease_until IS NULL FROM alerts WHERE email = %s", email) == [(True,)], "the look", 30)
            (after,) = tenant.sql("SELECT next_at FROM alerts WHERE email = %s", email)[0]
            assert (after - before).days == days and (after - before).seconds == 0
        sent = len(mails(stage, email))
        feed.add("Électricienne")
        feed.told()
        assert len(mails(stage, email)) == sent, "what is not due is not told"

    def test_a_front_office_that_is_closed_tells_nothing(self, stage: Stage, tenant: Tenant, feed: Feed):
        project = tenant.back.call("POST", "/v1/projects", {"name": f"Éphémère {uuid.uuid4()}"})["project_id"]
        email = saved(stage, tenant)
        tenant.sql("UPDATE alerts SET project_id = %s WHERE email = %s", project, email)
        products = tenant.back.call("GET", f"/v1/projects/{project}")["products"]
        for product in products:
            tenant.back.call("PATCH", f"/v1/projects/{project}/products/{product['product_id']}", {"enabled": False})
        feed.add("Chauffeur")
        feed.told(email)
        assert feed.titles(email) == []


class TestKilled:
    def test_in_the_middle_of_many_none_is_doubled_or_lost(self, stage: Stage, tenant: Tenant, feed: Feed):
        """The processes are killed while mails go out; the next runs send what is left, and to nobody twice."""
        emails = [fresh() for _ in range(40)]
        for email in emails:
            tenant.sql(
                "INSERT INTO alerts (id, project_id, email, language, frequency, search, state, created_at, confirmed_at, expires_at,"
                " new_since, seen_until, next_at) VALUES (%s, %s, %s, 'fr', 'daily', '[]', 'active', now(), now(),"
                " now() + interval '90 days', now(), now(), now() + interval '1 day')",
                uuid.uuid4(), tenant.project, email,
            )  # fmt: skip
        (title,) = feed.add("Grutière")
        feed.told()
        due(tenant, *emails)
        run = threading.Thread(target=lambda: suppressed(stage))
        run.start()
        going = "SELECT count(*) FROM alert_mails m JOIN alerts a ON a.id = alert_id WHERE email = ANY(%s) AND m.state = 'sent'"
        wait_for(lambda: tenant.sql(going, emails)[0][0] > 0, "the first mails", 30, 0.01)
        with suppress(Exception):
            stage.kill("alerts")
        run.join()
        interrupted = tenant.sql("SELECT count(*) FROM alerts WHERE email = ANY(%s) AND next_at <= now()", emails)[0][0]
        tenant.sql("UPDATE alerts SET lease_until = NULL WHERE email = ANY(%s)", emails)
        wait_for(
            lambda: stage.tick("alerts") and tenant.sql("SELECT count(*) FROM alerts WHERE email = ANY(%s) AND next_at <= now()", emails) == [(0,)],
            "the end of all looks", 60,
        )  # fmt: skip
        assert interrupted > 0, "the run was killed before it was done"
        sent = [feed.titles(email) for email in emails]
        unclear = tenant.sql("SELECT count(*) FROM alert_mails m JOIN alerts a ON a.id = alert_id WHERE email = ANY(%s) AND m.state = 'unclear'", emails)[0][0]
        assert unclear <= 1, "one mail at a time is being handed over"
        assert all(titles in ([[title]], []) for titles in sent)
        assert sum(titles == [] for titles in sent) <= unclear

    @pytest.mark.parametrize(("left", "mailed", "ends"), [("ready", True, "sent"), ("sending", False, "unclear")])
    def test_between_writing_a_mail_down_and_sending_it(self, stage: Stage, tenant: Tenant, feed: Feed, left, mailed, ends):
        """What a dead run wrote down is sent as it was; what it was handing over is not sent again. Nothing of it is told later."""
        email = saved(stage, tenant)
        (first,) = feed.add("Fraiseur")
        feed.told()
        (alert,) = tenant.sql("SELECT id FROM alerts WHERE email = %s", email)[0]
        (known,) = tenant.sql("SELECT id FROM offers WHERE title = %s", first)[0]
        tenant.sql("INSERT INTO alert_mails (id, alert_id, kind, state, offers, total, created_at) VALUES (%s, %s, 'offers', %s, %s, 1, now())", uuid.uuid4(), alert, left, [known])
        tenant.sql("INSERT INTO alert_offers VALUES (%s, %s)", alert, known)
        (second,) = feed.add("Tourneuse")
        feed.told()
        looked(stage, tenant, email)
        assert feed.titles(email) == ([[first]] if mailed else [])
        looked(stage, tenant, email)
        assert feed.titles(email) == ([[first], [second]] if mailed else [[second]])
        states = tenant.sql("SELECT state FROM alert_mails WHERE alert_id = %s AND kind = 'offers' ORDER BY created_at", alert)
        assert states == [(ends,), ("sent",)]

    def test_a_mail_that_is_refused_waits_and_is_given_up_in_the_end(self, stage: Stage, operator: Operator, other: Tenant):
        """The settings were published under an approval that the operator withdrew since."""
        approve = {"operation": "approve_senders", "slug": other.slug}
        operator.invoke("tenants", approve | {"domains": ["alerts-other.example"]})
        other.publish({"mail": {"sender_address": "rh@alerts-other.example", "sender_name": None}}, "/v1/settings")
        operator.invoke("tenants", approve | {"domains": []})
        email = fresh()
        assert ask(other, email).status_code == 202
        for attempt in range(1, 6):
            looked(stage, other, email)
            tried = other.sql("SELECT m.state, attempts FROM alert_mails m JOIN alerts a ON a.id = alert_id WHERE email = %s", email)
            assert tried == [("ready" if attempt < 5 else "failed", attempt)]
        assert mails(stage, email) == []
        again = fresh()
        assert ask(other, again).status_code == 202
        looked(stage, other, again)
        other.publish({"mail": {"sender_address": None, "sender_name": None}}, "/v1/settings")
        looked(stage, other, again)
        assert len(mails(stage, again)) == 1, "once it may be sent it is"


def suppressed(stage: Stage) -> None:
    with suppress(Exception, AssertionError):
        stage.tick("alerts")


class TestEnding:
    def told(self, stage: Stage, tenant: Tenant, feed: Feed) -> tuple[str, dict]:
        """An address, and a mail with an offer that it got."""
        email = saved(stage, tenant)
        feed.add("Jardinier")
        feed.told(email)
        return email, offers_mails(stage, email)[0]

    def rows(self, tenant: Tenant, email: str) -> dict[str, int]:
        (alert,) = tenant.sql("SELECT id FROM alerts WHERE email = %s", email)[0]
        return {table: tenant.sql(f"SELECT count(*) FROM {table} WHERE {'id' if table == 'alerts' else 'alert_id'} = %s", alert)[0][0] for table in TABLES}

    def test_by_one_click_as_mail_programs_do(self, stage: Stage, tenant: Tenant, feed: Feed):
        """RFC 8058: a form of one field, posted to the address in the header, without cookies or keys."""
        email, mail = self.told(stage, tenant, feed)
        path, form = one_click(mail), {"List-Unsubscribe": "One-Click"}
        before, all_before = self.rows(tenant, email), kept(tenant)
        assert all(count > 0 for count in before.values())
        for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE"):
            assert program(stage, tenant).send(method, path).status_code in ((200, 204) if method == "OPTIONS" else (403, 404, 405))
        assert kept(tenant) == all_before, "whoever only looks changes nothing"
        gone = program(stage, tenant).send("POST", path, data=form)
        assert (gone.status_code, gone.content) == (204, b"")
        assert kept(tenant) == {table: count - before[table] for table, count in all_before.items()}
        is_problem(program(stage, tenant).send("POST", path, data=form), NOT_FOUND)

    def test_by_the_links_of_every_mail(self, stage: Stage, tenant: Tenant, feed: Feed):
        """People open old mails: their links work as long as the alert does."""
        email, first = self.told(stage, tenant, feed)
        feed.add("Paysagiste")
        feed.told(email)
        assert len(offers_mails(stage, email)) == 2
        assert follow(tenant, "unsubscription", token(first, "unsubscription")).status_code == 204
        assert state(tenant, email) == []
        feed.add("Élagueuse")
        feed.told()
        assert len(offers_mails(stage, email)) == 2

    def test_renewing_begins_90_days_anew(self, stage: Stage, tenant: Tenant, feed: Feed):
        email, mail = self.told(stage, tenant, feed)
        tenant.sql("UPDATE alerts SET confirmed_at = confirmed_at - interval '80 days', expires_at = expires_at - interval '80 days' WHERE email = %s", email)
        answer = follow(tenant, "renewal", token(mail, "renewal"))
        assert answer.status_code == 200 and answer.json()["frequency"] == "daily"
        row = tenant.sql("SELECT expires_at - confirmed_at = interval '90 days', expires_at > now() + interval '89 days' FROM alerts WHERE email = %s", email)
        assert row == [(True, True)]

    def test_what_is_past_its_end_is_removed_and_reported(self, stage: Stage, operator: Operator, other: Tenant):
        """One that ran out, one that nobody confirmed, one that goes on."""
        other.sql("DELETE FROM alerts")
        over, waiting, going = saved(stage, other), fresh(), saved(stage, other)
        asked(stage, other, waiting)
        days = "SELECT expires_at - created_at = interval '48 hours' FROM alerts WHERE email = %s"
        assert other.sql(days, waiting) == [(True,)]
        other.sql("UPDATE alerts SET expires_at = now() - interval '1 second' WHERE email = ANY(%s)", [over, waiting])
        command = {"operation": "run", "tenant": other.slug}
        removed = []
        for dry_run in (True, False, False):
            report = operator.invoke("retention", command | {"dry_run": dry_run})
            assert report["failed"] == []
            removed.append(report["tenants"][0]["removed"]["alerts"])
        assert removed == [2, 2, 0]
        assert other.sql("SELECT email FROM alerts") == [(going,)]
        assert other.sql("SELECT count(*) FROM alert_tokens") == [(1,)]
        reports = [one for one in other.back.call("GET", "/v1/retention/reports", limit=100)["reports"] if one["kind"] == "alerts"]
        assert [(one["removed"], one["dry_run"], one["complete"]) for one in reports] == [(0, False, True), (2, False, True), (2, True, True)]

    def test_a_run_90_days_ahead_leaves_nothing_of_anybody(self, stage: Stage, operator: Operator, other: Tenant):
        saved(stage, other)
        ahead = other.sql("SELECT to_char(now() AT TIME ZONE 'UTC' + interval '90 days 1 minute', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")[0][0]
        report = operator.invoke("retention", {"operation": "run", "tenant": other.slug, "as_of": ahead})
        assert report["failed"] == [] and kept(other) == dict.fromkeys(TABLES, 0)

    def test_one_that_is_over_is_told_nothing_even_before_it_is_removed(self, stage: Stage, tenant: Tenant, feed: Feed):
        email = saved(stage, tenant)
        tenant.sql("UPDATE alerts SET expires_at = now() WHERE email = %s", email)
        feed.add("Cordiste")
        feed.told()
        due(tenant, email)
        stage.tick("alerts")
        assert offers_mails(stage, email) == []


class TestSilence:
    def test_no_log_tells_whom_or_what(self, stage: Stage, tenant: Tenant, feed: Feed):
        """Through a whole life, refusals among it: neither the address nor the search nor a secret stands in any log."""
        email, word = fresh(), f"mot{uuid.uuid4().hex[:12]}"
        mail = asked(stage, tenant, email, f"q={word}+boulanger")
        secrets = [token(mail, "confirmation")]
        assert follow(tenant, "confirmation", secrets[0]).status_code == 200
        feed.add(f"Boulanger {word}")
        feed.told(email)
        (mail,) = offers_mails(stage, email)
        secrets += [token(mail, "unsubscription"), one_click(mail).rsplit("/", 1)[1]]
        ask(tenant, email, f"contract={word}")
        ask(tenant, f"{email}, {email}")
        assert follow(tenant, "unsubscription", secrets[1]).status_code == 204
        is_problem(program(stage, tenant).send("POST", one_click(mail)), NOT_FOUND)
        logs = {file.name: file.read_text(errors="replace") for file in (stage.stack.folder / "logs").glob("vivier-*.log")}
        assert f"vivier-{stage.name}-alerts.log" in logs and "succeeded" in logs[f"vivier-{stage.name}-alerts.log"]
        for text in (email, word, *secrets):
            assert not [name for name, content in logs.items() if text in content]
