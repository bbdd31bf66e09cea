"""Our speed beside the peers', on the same resources, in one process (``make bench``, docs/performance.md)."""
