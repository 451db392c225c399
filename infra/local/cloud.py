"""The cloud process of a stack: `python -m local.cloud STATE_FOLDER LOGS_FOLDER`.

It serves the AWS APIs on one port of the loopback address, with IAM enforced, and runs the deployed functions as its own
children. Everything else about it comes by environment variables, from `local.emulator`.
"""

import asyncio
import contextlib
import gc
import os
import resource
import signal
import socketserver
import sys


def main(state, logs):
    # Otherwise each call of a function to its Runtime API waits 40 ms for a delayed acknowledgement.
    socketserver.StreamRequestHandler.disable_nagle_algorithm = True

    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack import app as emulator

    from local import faithful
    from local.faithful import memory, output, queue, stream

    faithful.install()
    output.install(logs)
    events = queue.install(os.path.join(state, "accepted-events"))
    mappings = stream.install(os.path.join(state, "stream-places.json"))
    application = memory.install(emulator.app, mappings)

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    config = Config()
    config.bind = [f"{os.environ['BIND_HOST']}:{os.environ['GATEWAY_PORT']}"]
    config.keep_alive_timeout = 75
    config.loglevel = "WARNING"

    # What is loaded by now stays, and there is much of it: to look through it for garbage again and again took a seventh of the time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)

    async def run():
        asked_to_stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, asked_to_stop.set)

        async def trigger():
            events.resume()
            await asked_to_stop.wait()
            events.stop()

        await serve(application, config, shutdown_trigger=trigger)
        mappings.save(mappings.snapshot())

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run())


if __name__ == "__main__":
    main(*sys.argv[1:])
