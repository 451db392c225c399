"""`python -m bench [search|import|embed|doors] [--stack demo]`: everything, or one of the four.

`python -m bench extraction DIR`: what comes out of the documents in a folder that also holds what is expected.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from demo.stack import load

from . import doors, embed, extraction, imports, search


def main() -> None:
    """Measures in the order of the names."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("what", nargs="*", help="search, import, embed, doors; all of them without; or extraction and a folder")
    parser.add_argument("--stack", default="demo", help="the running stack to measure on (default: demo)")
    arguments = parser.parse_args()
    if arguments.what[:1] == ["extraction"]:
        if len(arguments.what) != 2:
            parser.error("extraction wants one folder")
        extraction.run(Path(arguments.what[1]).resolve())
        return
    runs = {"search": lambda: search.run(load(arguments.stack)), "import": lambda: imports.run(load(arguments.stack)),
            "embed": embed.run, "doors": lambda: doors.run(load(arguments.stack))}
    if unknown := set(arguments.what) - set(runs):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} when it began")
    for what in arguments.what or runs:
        runs[what]()


if __name__ == "__main__":
    main()
