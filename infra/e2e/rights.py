"""The committed table of rights, `golden/rights.txt`: who gets through to a route, and who is told 401 or 403."""

from __future__ import annotations

from dataclasses import dataclass

from demo.stack import ROOT

FILE = ROOT / "shared" / "testkit" / "tests" / "contract" / "golden" / "rights.txt"
IN_PROJECT = " in project"


@dataclass(frozen=True)
class Row:
    """One route."""

    method: str
    path: str
    right: str
    """`public`, `candidate`, `member`, a permission, or a permission ` in project`."""
    fared: tuple[tuple[str, str], ...]
    """Each kind of caller, and `yes`, `401` or `403`."""

    @property
    def permission(self) -> str | None:
        """The permission that it takes, if it takes one."""
        name = self.right.removesuffix(IN_PROJECT)
        return name if "." in name else None

    @property
    def in_project(self) -> bool:
        """Whether holding it in the project that the path names is enough."""
        return self.right.endswith(IN_PROJECT)


def read() -> tuple[Row, ...]:
    """Every row."""
    head, *lines = ([cell.strip() for cell in line.split("|")] for line in FILE.read_text().splitlines())
    return tuple(Row(*cells[0].split(), cells[1], tuple(zip(head[2:], cells[2:], strict=True))) for cells in lines)


TABLE = read()
PERMISSIONS = tuple(sorted({row.permission for row in TABLE if row.permission}))
