"""100 000 offers from a file to a published index, beside the least PostgreSQL itself takes to store the same file."""

from __future__ import annotations

import json
import time

import psycopg

from demo.stack import Stack

from . import figures, offers, peer
from .tenant import moment, scratch

ROWS = 100_000


def run(stack: Stack) -> None:
    """Prints how long each part took."""
    content = offers.csv_file(ROWS)
    print(f"\nimport: {ROWS} new offers, {len(content) / 1e6:.0f} MB of CSV, by the deployed function")
    with scratch(stack, "bench-import") as tenant:
        announced = time.time()
        status = tenant.bring(content)
        noted = status["started_at"], _applied_at(stack, tenant.database), status["finished_at"]
        started, applied, finished = map(moment, noted)
        with peer.database(stack.name) as connection:
            least = figures.timed(lambda: peer.copy(connection, content))[0] / 1000
        parts = {
            "upload, and the event's way to the function": started - announced,
            "rows read, checked and stored": applied - started,
            "index built and published": finished - applied,
            "from the announcement to `succeeded`": finished - announced,
            "peer: COPY into a table without index": least,
        }
        figures.table([["", "s", "offers/s", "s / peer"],
                       *([part, seconds, ROWS / seconds, seconds / least] for part, seconds in parts.items())])


def _applied_at(stack: Stack, database: str) -> str:
    """When the rows were in: the import notes it for itself, the API does not tell."""
    secrets = stack.client("secretsmanager", stack.administrator)
    secret = secrets.get_secret_value(SecretId=f"vivier/{stack.name}/database/{database}")["SecretString"]
    login, place = json.loads(secret), json.loads((stack.folder / "stack.json").read_text())["database"]
    with psycopg.connect(host=place["host"], hostaddr=place["address"], port=place["port"], dbname=database,
                         user=login["username"], password=login["password"],
                         sslmode="verify-full", sslrootcert=place["tls_ca"]) as connection:
        return connection.execute("SELECT applied_at FROM imports").fetchone()[0].isoformat()
