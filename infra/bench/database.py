"""The shared database of a stack as its owner sees it."""

from __future__ import annotations

import json

import psycopg

from local.settings import Stack
from local.stack import Running


def superuser(name: str) -> psycopg.Connection:
    """A connection that row security does not hold back."""
    stack = Stack.named(name)
    admin = json.loads((stack.folder / "database-superuser.json").read_text())
    return psycopg.connect(host=str(Running(stack).database._socket), user=admin["username"], password=admin["password"],
                           dbname=f"vivier_{name}_pool", autocommit=True)
