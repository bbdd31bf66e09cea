"""What a person can do, one function an act. Knows the library and the store, nothing of HTTP."""
