"""The databases of a stack as their owner sees them."""

from __future__ import annotations

import json

import psycopg

from local.settings import Stack
from local.stack import Running


def superuser(name: str, database: str = "") -> psycopg.Connection:
    """A connection that row security does not hold back: to the shared database, or to a tenant's own."""
    stack = Stack.named(name)
    admin = json.loads((stack.folder / "database-superuser.json").read_text())
    return psycopg.connect(host=str(Running(stack).database._socket), user=admin["username"], password=admin["password"],
                           dbname=database or f"vivier_{name}_pool", autocommit=True)
