"""Where the emulator of AWS differs from AWS in a way that Vivier's tests would feel, and how it is made to agree.

Each module replaces one behaviour, says which, and is installed once by `local.cloud` before the emulator serves.
"""


def install():
    """What needs nothing of the stack; the rest (`output`, `queue`, `stream`, `memory`) is installed with its folder."""
    from local.faithful import (
        attributes, batches, caller, challenges, crash, definitions, encryption, factors, gateway, keys, mail, passwords, phone,
        selections, streaming, tokens, usage)

    for module in (
            batches, keys, gateway, streaming, caller, usage, crash, definitions, mail, passwords, attributes, phone, factors, challenges,
            tokens, selections, encryption):
        module.install()
