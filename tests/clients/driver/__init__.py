"""The driver of the client matrix. See ../README.md."""
