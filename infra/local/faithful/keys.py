"""Who is the account's root.

The emulator takes the access keys `test`, any twelve digits and the configured one for root, and does not check their
signatures. With IAM enforced only the configured key, random and known to this machine's deployer alone, may be that.
"""

import os

from ministack.core import iam_evaluator
from ministack.services import sts


def install():
    configured = os.environ["AWS_ACCESS_KEY_ID"]

    def is_root_access_key(access_key_id):
        # No key at all is not a claim to be root; the emulator decides what anonymous callers may do.
        return not access_key_id or access_key_id == configured

    iam_evaluator.is_root_access_key = is_root_access_key
    sts.is_root_access_key = is_root_access_key
