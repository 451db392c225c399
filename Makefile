# Two commands do everything: `make demo` and `make test`. Both may be run again at any time.

PYTHON ?= python3
LOCAL = PYTHONPATH=infra .venv/bin/python -m local
stack ?= demo

.PHONY: demo test down logs fmt lint deny bench relevance setup status

demo: setup
	@$(LOCAL) up --stack demo
	@PYTHONPATH=infra .venv/bin/python -m demo

test: setup
	@$(LOCAL) test

# Stops every stack; what they hold stays in .local/.
down:
	@if [ -x .venv/bin/python ]; then for name in demo test test2 test3; do $(LOCAL) down --stack $$name; done; fi

# Follows a function's log: make logs f=search (stack=test for the test stack).
logs:
	@$(LOCAL) logs $(f) --stack $(stack)

status:
	@$(LOCAL) status --stack $(stack)

setup:
	@$(PYTHON) infra/local/bootstrap.py
	@$(LOCAL) setup

fmt:
	cargo fmt --all

lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

# Needs `cargo install cargo-deny --locked`. `make deny checks=advisories` fetches the RustSec database from the Internet.
checks ?= licenses bans sources
deny:
	cargo deny check $(checks)

bench: setup
	@$(LOCAL) up --stack demo
	@PYTHONPATH=infra .venv/bin/python -m bench

# How well the passages of a folder's corpus are found: make relevance dir=FOLDER
relevance: setup
	@$(LOCAL) up --stack demo
	@PYTHONPATH=infra .venv/bin/python -m bench relevance $(dir)
