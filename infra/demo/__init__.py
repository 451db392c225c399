"""The demonstration: two made-up tenants, their data, and a walk through the main job of the software.

`python -m demo` walks; `demo.data` makes the data; `demo.client` speaks to a deployed stack. The end-to-end tests use
the last two as well.
"""
