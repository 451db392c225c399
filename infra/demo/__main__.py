"""Walks the main job on a running stack: two tenants, real offers and documents in; search, answers, figures out."""

from __future__ import annotations

import argparse
import sys
import time

import requests
from botocore.exceptions import BotoCoreError, ClientError

from . import data, paper
from .client import ApiError, OperatorError
from .memory import Memory
from .stack import Stack, load
from .vivier import Vivier, line
from .walk import answers, audit, documents, farewell, feeds, figures, people, purge, search, settings
from .walk.visit import Visit, begin

FAILURES = (ApiError, OperatorError, RuntimeError, TimeoutError, ClientError, BotoCoreError, requests.RequestException)


def main() -> int:
    """Runs the walk; 1 with one sentence when a step did not come out as it must."""
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument("--stack", default="demo", help="the running stack to walk on (default: demo)")
    try:
        walk(load(parser.parse_args().stack))
    except FAILURES as error:
        print(f"\n{paper.styled('The walk stopped:', 'red')} {error}", file=sys.stderr)
        return 1
    return 0


def walk(stack: Stack) -> None:
    """All steps in order."""
    started = time.monotonic()
    operator, memory = Vivier.operator(stack), Memory(stack)
    paper.title("Vivier: two tenants, from their files to their candidates' answers")
    paper.step(1, "Two tenants")
    bakery, engineering = visits = [meet(stack, operator, memory, employer) for employer in data.EMPLOYERS.values()]
    paper.command(line("tenants", "create", bakery.employer.slug, "--name", bakery.employer.name,
                       "--manager-email", bakery.username))
    paper.say("Each manager was mailed a temporary password, and has chosen another at the first login.", indent=2)
    paper.step(2, "Their offers: a file each, through a presigned address")
    feeds.show(visits)
    memory.save()
    paper.step(3, "Their documents, in eight formats")
    documents.show(visits)
    memory.save()
    paper.step(4, "A search")
    search.show(bakery, engineering)
    paper.step(5, "A question")
    answers.show(bakery, engineering)
    paper.step(6, "People and their rights")
    people.show(stack, bakery)
    paper.step(7, "Settings: a draft, then published")
    settings.show(bakery)
    paper.step(8, "The audit log")
    audit.show(operator, bakery)
    paper.step(9, "The figures")
    figures.show(visits)
    paper.step(10, "A purge")
    purge.show(stack, operator, memory)
    paper.step(11, "Everything is running")
    farewell.show(stack, visits)
    paper.say(f"The walk took {time.monotonic() - started:.0f} s. `make down` stops everything.")


def meet(stack: Stack, operator: Vivier, memory: Memory, employer: data.Employer) -> Visit:
    """A tenant's visit, with the figures as they were before it."""
    with paper.progress(f"{employer.name} ({employer.slug})"):
        visit = begin(stack, operator, memory, employer)
        visit.before = figures.counts(visit.back)
        print("created" if visit.created else "found again", end="")
    return visit


if __name__ == "__main__":
    sys.exit(main())
