"""Tests of what the app remembers."""
