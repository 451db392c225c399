"""Servers of a stack: found again, stopped with all they started, never mistaken for somebody else's."""

import json
import os
import socket
import sys
import time

import pytest
from local import settings
from local.processes import Server, members, require_free

SLEEPER = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); time.sleep(60)"


@pytest.fixture
def stack(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "ROOT", tmp_path)
    made = settings.Stack("test", 1, 2)
    made.prepare()
    return made


class TestServer:
    def test_stop_ends_its_children_too(self, stack):
        server = Server(stack, "sleeper")
        pid = server.start([sys.executable, "-c", SLEEPER]).pid
        deadline = time.monotonic() + 20
        while len(list(members(pid))) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(list(members(pid))) == 2
        assert server.stop()
        assert not list(members(pid))

    def test_found_again_by_another_run(self, stack):
        pid = Server(stack, "sleeper").start([sys.executable, "-c", SLEEPER]).pid
        assert Server(stack, "sleeper").pid() == pid
        Server(stack, "sleeper").stop()

    def test_a_number_given_to_another_process_is_not_ours(self, stack):
        (stack.folder / "sleeper.pid").write_text(json.dumps({"pid": os.getpid(), "started": 1}))
        server = Server(stack, "sleeper")
        assert server.pid() is None
        assert not server.stop()  # and we are still here


class TestPort:
    def test_in_use_names_port_and_variable(self):
        with socket.socket() as taken:
            taken.bind((settings.HOST, 0))
            taken.listen()
            port = taken.getsockname()[1]
            with pytest.raises(settings.SetupError, match=rf"{port}.*VIVIER_PORT"):
                require_free(port, "VIVIER_PORT", "the cloud")

    @pytest.mark.parametrize("text", ["abc", "80", "70000", "-1"])
    def test_not_a_port(self, monkeypatch, text):
        monkeypatch.setenv("VIVIER_PORT", text)
        with pytest.raises(settings.SetupError, match="VIVIER_PORT"):
            settings.Stack.named("demo")
