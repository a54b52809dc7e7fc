"""What a plugin's tests need: fixtures, fakes and one conformance suite for each capability.

Installing seen registers the fixtures with pytest. A plugin's test file is as short as this::

    from seen.plugin.testing.conformance import MetadataProviderSuite

    class TestConformance(MetadataProviderSuite):
        package = "seen_film_archive"
        known_title = "A film the archive holds"

        @pytest.fixture
        def subject(self, plugin_context):
            return FilmArchive(plugin_context({"api_key": "test"}))
"""
