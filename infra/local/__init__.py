"""The local cloud of Vivier: PostgreSQL and the AWS services it needs, as plain processes of this machine.

`bootstrap.py` makes the virtual environment with the system's Python; everything else here runs inside it.
"""
