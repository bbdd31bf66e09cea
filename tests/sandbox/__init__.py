"""Tests of the demo hospital: it must be stricter than any hospital, or it proves nothing."""
