"""`python -m bench [search|import|embed|doors] [--stack demo]`: everything, or one of the four; `search` with `--offers N…`.

`python -m bench extraction DIR`: what comes out of the documents in a folder that also holds what is expected.
`python -m bench hostile DIR`: what the files of a folder do to the reader that were made to break it.
`python -m bench answers [--stack demo]`: the questions of infra/evaluation through the deployed chat.
`python -m bench ingestion [--stack demo]`: how many pages a second become answers, and where the time goes.
`python -m bench events [--stored N] [--stack demo]`: how many events a second are stored and counted, and how fast figures are read.
`python -m bench replay [--events N] [--stack demo]`: whether figures are right after any order, repetition, poison and crashes.
`python -m bench passages [--pieces N] [--stack demo]`: how fast and how surely pieces are found among a million.
`python -m bench erasure [--alerts N] [--stack demo]`: one person's erasure among millions, and the drop of a day of events.
`python -m bench outage [--minutes 60] [--stack demo]`: searches while nothing that could be asked answers.
`python -m bench relevance DIR [--most N] [--stack demo]`: how well the passages of a folder's corpus are found.
`python -m bench hits DIR… [--most N] [--stack demo]`: how well the offers of folders' corpora are found, by words, by meaning and by both.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from demo.stack import Stack, load

from . import answers, deployed, doors, embed, erasure, events, extraction, hits, hostile, imports, ingestion, outage, passages, relevance, replay, search


def main() -> None:
    """Measures in the order of the names."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("what", nargs="*", help="search, import, embed, doors: all of them without; answers, erasure, events, ingestion, outage, passages, replay; or extraction, hostile, relevance or hits, and a folder")
    parser.add_argument("--offers", type=int, nargs="+", default=search.SIZES, help="how many offers `search` searches, one after the other")
    parser.add_argument("--most", type=int, help="queries of relevance; all of them without")
    parser.add_argument("--pieces", type=int, default=1_000_000, help="pieces of `passages`; a tenth is one tenant's")
    parser.add_argument("--stored", type=int, default=5_000_000, help="events that lie in other days while `events` measures a second time")
    parser.add_argument("--events", type=int, default=1_000_000, help="records of `replay`, each delivered three times")
    parser.add_argument("--alerts", type=int, default=10_000_000, help="alerts of others while `erasure` erases one person")
    parser.add_argument("--minutes", type=float, default=60, help="of the outage")
    parser.add_argument("--stack", default="demo", help="the running stack to measure on (default: demo)")
    arguments = parser.parse_args()

    def stack() -> Stack:
        found = load(arguments.stack)
        deployed.restore(found)
        return found

    folders = {"extraction": extraction.run, "hostile": hostile.run,
               "relevance": lambda folder: relevance.run(stack(), folder, arguments.most)}
    if arguments.what and arguments.what[0] == "hits":
        hits.run(stack(), [Path(folder).resolve() for folder in arguments.what[1:]], arguments.most)
        return
    if arguments.what and arguments.what[0] in folders:
        if len(arguments.what) != 2:
            parser.error(f"{arguments.what[0]} wants one folder")
        folders[arguments.what[0]](Path(arguments.what[1]).resolve())
        return
    def on_stack(bench: ModuleType) -> Callable[[], None]:
        return lambda: bench.run(stack())

    runs = {"search": lambda: search.run(stack(), arguments.offers), "import": on_stack(imports), "embed": embed.run, "doors": on_stack(doors)}
    # Minutes each: only where they are named.
    apart = {"answers": on_stack(answers), "events": lambda: events.run(stack(), arguments.stored), "ingestion": on_stack(ingestion),
             "erasure": lambda: erasure.run(stack(), arguments.alerts),
             "outage": lambda: outage.run(stack(), arguments.minutes),
             "replay": lambda: replay.run(stack(), arguments.events),
             "passages": lambda: passages.run(arguments.stack, arguments.pieces)}
    if unknown := set(arguments.what) - set(runs) - set(apart):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} when it began")
    for what in arguments.what or runs:
        (runs | apart)[what]()


if __name__ == "__main__":
    main()
