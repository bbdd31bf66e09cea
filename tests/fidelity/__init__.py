"""Is a file still the same after it was read, edited without a change, and written? Ours and the peers' libraries."""
