"""The emulator's modules as `local.cloud` changes them, for tests that call them in this process."""

import pytest


@pytest.fixture(scope="session")
def aws():
    pytest.importorskip("ministack")
    from ministack import app

    from local import faithful

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLEEXAMPLE00")
        faithful.install()
        patch.delenv("AWS_ACCESS_KEY_ID")
        patch.setattr(app, "AUTH", True)
        yield
