"""The steps. A step is never changed after a release: it names columns itself and imports nothing of ours."""
