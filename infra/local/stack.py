"""One stack as a whole: up, down, its state, and what tests and people need to reach it."""

import contextlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

from local.console import run, step
from local.deploy import build, deploy, pdfium
from local.emulator import Cloud
from local.postgres import Database
from local.settings import MODEL, REFERENCE, ROOT, SetupError


class Running:
    """The parts of a stack."""

    def __init__(self, stack):
        self.stack = stack
        self.database = Database(stack)
        self.cloud = Cloud(stack)

    def up(self, deployed=True):
        """Starts what does not run, builds, and deploys what changed."""
        self.stack.prepare()
        self._keep_ports()
        if not self.database.running():
            with step(f"Starting PostgreSQL on port {self.stack.database_port}"):
                self.database.up()
        if not self.cloud.running():
            with step(f"Starting the local cloud on port {self.stack.port}"):
                self.cloud.up()
        if deployed:
            self.deploy()

    def _keep_ports(self):
        """A running stack stays on the ports it has: SetupError when others are asked for meanwhile."""
        file, asked = self.stack.folder / "ports.json", [self.stack.port, self.stack.database_port]
        if (self.cloud.running() or self.database.running()) and file.exists() and json.loads(file.read_text()) != asked:
            raise SetupError(f"The stack {self.stack.name} runs on the ports {json.loads(file.read_text())}: "
                             "`make down` first, then start it on others.")
        file.write_text(json.dumps(asked))

    def deploy(self):
        with step("Building the functions"):
            build()
        return deploy(self.stack, self.cloud, self.database)

    def down(self):
        # The cloud first: its functions end before the database they speak to.
        for part in (self.cloud, self.database):
            part.down()

    def reset(self):
        """Stops the stack and forgets all it held."""
        self.down()
        shutil.rmtree(self.stack.folder, ignore_errors=True)

    def kill(self, part):
        """Ends `database`, `cloud` or the processes of a function at once, as a crash would."""
        if part == "database":
            self.database.kill()
        elif part == "cloud":
            self.cloud.kill()
        elif not self.cloud.kill_function(f"vivier-{self.stack.name}-{part}"):
            raise SetupError(f"No process of the function `{part}` runs.")

    def environment(self):
        """What the tests read: names beginning VIVIER_TEST_, as text."""
        admin = self.database.admin()
        return {
            "VIVIER_TEST_STACK_JSON": str(self.stack.outputs),
            "VIVIER_TEST_DATABASE_ADMIN_URL":
                f"postgresql://{admin['username']}:{admin['password']}@localhost:{self.stack.database_port}/postgres",
            "VIVIER_TEST_DATABASE_HOST": "localhost",
            "VIVIER_TEST_DATABASE_PORT": str(self.stack.database_port),
            "VIVIER_TEST_DATABASE_TLS_CA": str(self.database.ca),
            "VIVIER_TEST_MODEL_PATH": str(MODEL),
            "VIVIER_TEST_PDFIUM_PATH": str(pdfium()),
        }

    def describe(self):
        """The deployment's outputs, the processes, and the keys of operator and administrator: one flat object."""
        if not self.stack.outputs.exists():
            raise SetupError(f"The stack {self.stack.name} is not deployed: `make demo` does it.")
        return {
            **json.loads(self.stack.outputs.read_text()),
            "stack": self.stack.name,
            "pids": {**self.database.pids(), **self.cloud.pids()},
            "operator": json.loads((self.stack.folder / "operator.json").read_text()),
            "administrator": self.cloud.administrator(),
            "environment": self.environment(),
        }


def setup():
    """What is made once for all stacks: the model's weights, and places and occupations."""
    with step("The model's weights"):
        run([sys.executable, Path(__file__).with_name("model.py"), "--into", MODEL], "Setting up the model", cwd=ROOT)
    with step("Places and occupations"):
        run([sys.executable, Path(__file__).with_name("reference.py"), "--into", REFERENCE], "Setting up the places", cwd=ROOT)


def follow(stack, function):
    """Shows the end of a function's log and what is added to it, until interrupted."""
    names = [f"vivier-{stack.name}-{function}", function]
    files = [file for file in (stack.logs / f"{name}.log" for name in names) if file.exists()]
    if not files:
        known = sorted(file.stem.removeprefix(f"vivier-{stack.name}-") for file in stack.logs.glob("*.log"))
        raise SetupError(f"No log of `{function}` yet. There are: {', '.join(known) or 'none'}.")
    with contextlib.suppress(KeyboardInterrupt):
        subprocess.run(["tail", "-n", "50", "-F", str(files[0])])
