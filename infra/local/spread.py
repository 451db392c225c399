"""End-to-end tests on several stacks side by side: `pytest -p local.spread -n 2 --dist loadfile …`.

Tests kill servers, take permissions away and look at all that a store holds, so two processes of pytest never share a
stack: the first has `test`, the second `test2`. A file's tests stay together and in order, as they share tenants. What is
not run fails: a process that dies, or a number of tests that ran other than the number that was found.
"""

import os

import pytest

from local.settings import TESTING, Stack

#: The files that take longest begin first, so that the processes end at about the same time; before them the one that looks at
#: alarms, which the local cloud forgets when a test kills it.
LONG = (
    "test_status.py", "test_bad_input.py", "test_isolation.py", "test_schemathesis.py", "test_crashes.py", "test_reports.py", "test_pulls.py", "test_alerts.py",
    "test_parsers.py", "test_documents.py", "test_feeds.py",
)


def pytest_configure(config):
    worker = getattr(config, "workerinput", None)
    if worker is None:  # the process that hands out the tests, or the only one
        config.pluginmanager.register(Count(), "local.spread.count")
    else:
        stack = Stack.named(TESTING[int(worker["workerid"].removeprefix("gw"))])
        os.environ["VIVIER_TEST_STACK_JSON"] = str(stack.outputs)


def pytest_collection_modifyitems(items):
    places = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONG)))


class Count:
    """Holds against each other what was found and what ran."""

    def __init__(self):
        self._found, self._ran, self._lost = 0, set(), []

    def pytest_runtest_logreport(self, report):
        self._ran.add(report.nodeid)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node, error):
        if error:
            self._lost.append(f"{node.gateway.id}: {error}")

    def pytest_sessionfinish(self, session):
        self._found = session.testscollected
        if (self._lost or len(self._ran) != self._found) and not session.exitstatus:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        terminalreporter.write_line(f"{len(self._ran)} of {self._found} tests ran")
        for lost in self._lost:
            terminalreporter.write_line(f"A process of pytest was lost: {lost}")
