"""`python -m local <command>`: the local cloud from the command line. `make demo` and `make test` call it."""

import argparse
import json
import os
import shlex
import sys
import warnings

from local.settings import STACKS, TESTING, SetupError, Stack


def main():
    warnings.simplefilter("ignore")
    arguments = _parser().parse_args()
    try:
        return arguments.command(arguments) or 0
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; `make down` stops what was started.", file=sys.stderr)
        return 130


def _running(arguments):
    from local.stack import Running

    return Running(Stack.named(arguments.stack))


def setup(_arguments):
    from local.stack import setup

    setup()


def up(arguments):
    _running(arguments).up(deployed=not arguments.servers_only)


def down(arguments):
    _running(arguments).down()


def reset(arguments):
    _running(arguments).reset()


def deploy(arguments):
    _running(arguments).deploy()


def kill(arguments):
    _running(arguments).kill(arguments.part)


def logs(arguments):
    from local.stack import follow

    follow(Stack.named(arguments.stack), arguments.function)


def status(arguments):
    running = _running(arguments)
    for name, pid in {**running.database.pids(), **running.cloud.pids()}.items():
        print(f"{name:14} {'runs, process ' + str(pid) if pid else 'does not run'}")
    print(f"{'deployed':14} {'yes, see ' + str(running.stack.outputs) if running.stack.outputs.exists() else 'no'}")


def env(arguments):
    running = _running(arguments)
    if arguments.shell:
        for name, value in running.environment().items():
            print(f"export {name}={shlex.quote(value)}")
    else:
        print(json.dumps(running.describe(), indent=2))


def test(arguments):
    from local.checks import run_all

    return run_all(arguments.stacks, keep=arguments.keep)


def _parser():
    parser = argparse.ArgumentParser(prog="local", description="The local cloud of Vivier.")
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(function, text, stack=True):
        added = commands.add_parser(function.__name__, help=text, description=text)
        added.set_defaults(command=function)
        if stack:
            added.add_argument("--stack", choices=STACKS, default=os.environ.get("VIVIER_STACK", "demo"))
        return added

    command(setup, "make what all stacks share: the model's weights, places and occupations", stack=False)
    command(up, "start PostgreSQL and the cloud, build, deploy").add_argument(
        "--servers-only", action="store_true", help="start the two servers and deploy nothing")
    command(down, "stop both servers; their data stays")
    command(reset, "stop both servers and delete all they hold")
    command(deploy, "build and deploy what changed")
    command(kill, "end something at once, as a crash would (for tests)").add_argument(
        "part", help="database, cloud, or the name of a function")
    command(logs, "follow a function's log").add_argument("function")
    command(status, "say what runs")
    command(env, "print where the stack is and its keys, as JSON").add_argument(
        "--shell", action="store_true", help="the variables that the Rust tests read, as exports")
    tests = command(test, "every check, on test stacks", stack=False)
    tests.add_argument("--keep", action="store_true", help="leave the test stacks running")
    tests.add_argument("--stacks", type=int, choices=range(1, len(TESTING) + 1), default=2,
                       help="how many, side by side (2 where nothing is said)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
