"""A server that only answers: nothing runs beside what a test asks for."""

from __future__ import annotations

import pytest

from seen.core.settings import Settings


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"roles": ("api", "pages")})
