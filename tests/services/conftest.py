"""Fixtures of the services' tests."""

from __future__ import annotations

from tests.services.given import page_language as page_language
