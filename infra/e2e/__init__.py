"""End-to-end tests against the deployed `test` stack: two tenants with real offers and documents, and everybody who
may or may not reach them. `make test` runs them; `pytest infra/e2e` does too once the stack is up."""
