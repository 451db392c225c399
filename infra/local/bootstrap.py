"""Makes the virtual environments that everything else of the local cloud runs in.

Runs with the system's Python before anything is installed: standard library only, no import from this package.
A missing prerequisite ends it with one sentence that says what to install.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
VENV = os.path.join(ROOT, ".venv")
# Where each lock goes, and what to expect of it. checkov pins older releases of what the others need.
ENVIRONMENTS = (
    (VENV, os.path.join(HERE, "requirements.txt"), "some 1.3 GB, a minute or two"),
    (os.path.join(ROOT, ".venv-checkov"), os.path.join(HERE, "requirements-checkov.txt"), "some 300 MB"),
)


def missing_prerequisites():
    """One sentence for each thing this machine lacks; empty when it has all."""
    if sys.version_info < (3, 10):
        yield "Python 3.10 or newer is needed, this is %d.%d: install `python3` of a newer release." % sys.version_info[:2]
    if sys.platform != "linux":
        yield "The local cloud runs on Linux (x86-64); this is %s." % sys.platform
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        yield "Python's venv module is missing: apt-get install python3-venv"
    if not any(shutil.which(name) for name in ("cc", "gcc", "clang")):
        yield "A C compiler is missing: apt-get install gcc"
    if not tesseract_reads_french():
        yield "Tesseract with French is missing: apt-get install tesseract-ocr tesseract-ocr-fra"
    if not shutil.which("cargo"):
        yield "Rust is missing: install rustup, then `rustup toolchain install %s`." % toolchain()
    else:
        try:
            found = subprocess.run(["cargo", "--version"], cwd=ROOT, capture_output=True, text=True)
        except OSError as error:
            yield "cargo does not start (%s): reinstall Rust." % error
        else:
            if found.returncode != 0 or toolchain() not in found.stdout:
                said = (found.stdout or found.stderr).strip().splitlines()
                yield "Rust %s is needed, cargo says `%s`: run `rustup toolchain install %s`." % (
                    toolchain(), said[0] if said else "nothing", toolchain())


def tesseract_reads_french():
    """Whether scanned pages can be recognised. What stands in for it in the cloud, Textract, is not served locally."""
    try:
        found = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True)
    except OSError:
        return False
    return "fra" in (found.stdout + found.stderr).split()


def toolchain():
    """The Rust release that rust-toolchain.toml asks for."""
    with open(os.path.join(ROOT, "rust-toolchain.toml"), encoding="utf-8") as file:
        for line in file:
            if line.startswith("channel"):
                return line.split('"')[1]
    raise SystemExit("rust-toolchain.toml names no channel")


def digest(requirements):
    with open(requirements, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def stamp(folder):
    return os.path.join(folder, ".requirements.sha256")


def python(folder):
    # A bare `python3 -m venv` on Debian makes a directory without pip when the package `python3-venv` is missing.
    return os.path.join(folder, "bin", "python")


def up_to_date(folder, requirements):
    try:
        with open(stamp(folder), encoding="utf-8") as file:
            same = file.read() == digest(requirements)
        # The interpreter it was made with may have been upgraded away.
        return same and subprocess.run([python(folder), "-c", ""]).returncode == 0
    except OSError:
        return False


def install(folder, requirements, effort):
    started = time.monotonic()
    print("== Python packages into %s (%s)" % (os.path.basename(folder), effort), flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    # Every transitive package is pinned with its hashes, so nothing is left to resolve: --no-deps also spares
    # older pips a resolver that stumbles over extras in hash-checking mode.
    subprocess.run(
        [python(folder), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-compile",
         "--no-deps", "--only-binary=:all:", "--require-hashes", "-r", requirements],
        check=True,
    )
    with open(stamp(folder), "w", encoding="utf-8") as file:
        file.write(digest(requirements))
    print("   done in %.0f s" % (time.monotonic() - started), flush=True)


def main():
    missing = list(missing_prerequisites())
    if missing:
        raise SystemExit("\n".join(["This machine lacks something:"] + ["  - " + line for line in missing]))
    for folder, requirements, effort in ENVIRONMENTS:
        if up_to_date(folder, requirements):
            continue
        try:
            install(folder, requirements, effort)
        except subprocess.CalledProcessError as error:
            raise SystemExit("Could not install the Python packages: `%s` ended with %d. "
                             "The lines above say why; run the command again." % (" ".join(error.cmd[:4]), error.returncode))


if __name__ == "__main__":
    main()
