"""Starting and stopping the cloud of a stack, and talking to it as its administrator."""

import contextlib
import json
import os
import secrets
import shutil
import signal
import sys
import time
import urllib.error
import urllib.request

from local.processes import Server, ended, members, require_free, wait_until
from local.settings import ACCOUNT, HOST, REGION, ROOT


class Cloud:
    """The emulated AWS account of one stack."""

    def __init__(self, stack):
        self._stack = stack
        self._state = stack.folder / "cloud"
        self._server = Server(stack, "cloud")

    def running(self):
        return self._server.pid() is not None

    def pids(self):
        return {"cloud": self._server.pid()}

    def up(self):
        if self.running():
            return
        # Its functions, if a crash left any, would still hold connections and files.
        self._server.stop()
        require_free(self._stack.port, "VIVIER_PORT", "the local cloud")
        shutil.rmtree(self._state / "tmp", ignore_errors=True)
        for folder in ("state", "objects", "tmp"):
            (self._state / folder).mkdir(parents=True, exist_ok=True)
        self._server.start(
            [sys.executable, "-W", "ignore", "-m", "local.cloud", self._state, self._stack.logs],
            env=self._environment(), cwd=self._state)
        wait_until(self._answers, self._server, 60, "The local cloud")

    def down(self):
        return self._server.stop()

    def kill(self):
        """Ends the cloud and its functions at once, as a power cut would."""
        self._server.kill()

    def function_processes(self, function):
        """The numbers of a function's processes that run now: its execution environments."""
        wanted, leader = f"AWS_LAMBDA_FUNCTION_NAME={function}".encode(), self._server.pid()
        found = []
        for pid in members(leader) if leader else ():
            with contextlib.suppress(OSError), open(f"/proc/{pid}/environ", "rb") as file:
                if wanted in file.read().split(b"\0"):
                    found.append(pid)
        return found

    def kill_function(self, function):
        """Ends a function's processes at once; returns how many there were."""
        found = self.function_processes(function)
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + 5
        while not all(ended(pid) for pid in found) and time.monotonic() < deadline:
            time.sleep(0.01)
        return len(found)

    def administrator(self):
        """{"access_key_id", "secret_access_key"}: made once per stack, known to the deployer only."""
        file = self._stack.folder / "administrator.json"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(json.dumps({
                "access_key_id": "AKIA" + secrets.token_hex(8).upper(),
                "secret_access_key": secrets.token_urlsafe(30)}))
        return json.loads(file.read_text())

    def client(self, service, keys=None):
        """A boto3 client of this cloud, as administrator or with the keys given."""
        import boto3
        from botocore.config import Config

        keys = keys or self.administrator()
        return boto3.client(
            service, endpoint_url=self._stack.url, region_name=REGION,
            aws_access_key_id=keys["access_key_id"], aws_secret_access_key=keys["secret_access_key"],
            config=Config(retries={"max_attempts": 3}, read_timeout=900))

    def deployer_environment(self):
        """The environment in which the AWS command line tools speak to this cloud as its administrator."""
        keys = self.administrator()
        return {
            **os.environ,
            "AWS_ACCESS_KEY_ID": keys["access_key_id"], "AWS_SECRET_ACCESS_KEY": keys["secret_access_key"],
            "AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION, "AWS_ENDPOINT_URL": self._stack.url,
            "AWS_EC2_METADATA_DISABLED": "true", "SAM_CLI_TELEMETRY": "0",
            # Seconds between two looks at the deployment's progress.
            "SAM_CLI_POLL_DELAY": "0.5",
        }

    def _answers(self):
        try:
            with urllib.request.urlopen(f"{self._stack.url}/_ministack/health", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def _environment(self):
        # Functions inherit the cloud's environment, so it holds nothing of the developer's.
        keys = self.administrator()
        temporary = str(self._state / "tmp")
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": temporary, "TMPDIR": temporary, "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT / "infra"), "PYTHONUNBUFFERED": "1",
            "AUTH": "true", "BIND_HOST": HOST, "GATEWAY_PORT": str(self._stack.port),
            "MINISTACK_REGION": REGION, "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "AWS_ACCESS_KEY_ID": keys["access_key_id"], "AWS_SECRET_ACCESS_KEY": keys["secret_access_key"],
            "AWS_ENDPOINT_URL": self._stack.url,
            "PERSIST_STATE": "1", "STATE_DIR": str(self._state / "state"),
            "S3_PERSIST": "1", "S3_DATA_DIR": str(self._state / "objects"),
            "LOG_LEVEL": "WARNING",
            # Nothing here speaks SFTP or MQTT yet, and no Docker daemon is wanted.
            "SFTP_ENABLED": "0", "IOT_MTLS_ENABLED": "0", "DOCKER_HOST": "unix:///nonexistent",
        }
