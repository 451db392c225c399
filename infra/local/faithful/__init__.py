"""Where the emulator of AWS differs from AWS in a way that Vivier's tests would feel, and how it is made to agree.

Each module replaces one behaviour, says which, and is installed once by `local.cloud` before the emulator serves.
"""
