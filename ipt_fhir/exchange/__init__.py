"""Files in and out for the command line: read, validate, export, import, convert (docs/running.md)."""
