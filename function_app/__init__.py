"""Tweet sentiment over HTTP: everything that an instance imports."""

__version__ = "0.1.0"
