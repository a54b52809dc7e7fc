"""What the rooms above may rely on, whatever the plugins do."""

from __future__ import annotations

from seen.host import PluginView
from seen.plugin.models import SearchQuery
from tests.host.workshop import HEAD, HOOK, PROVIDER, MakeHost, Workshop, plugin_threads, provider


def by_id(views: tuple[PluginView, ...]) -> dict[str, PluginView]:
    return {view.id: view for view in views}


async def test_a_good_plugin_runs_and_answers(workshop: Workshop, make_host: MakeHost) -> None:
    workshop.plugin("good")
    host = await make_host()
    assert await host.settled(10)
    (handle,) = host.metadata_providers()
    hits = await handle.call(lambda p: p.search(SearchQuery("Dune")))
    assert hits[0].title == "Dune"
    assert handle.facts.source == "test"
    (view,) = await host.overview()
    assert (view.state, view.health, view.reason) == ("running", "healthy", "")
    await host.stop()
    assert plugin_threads() == []


async def test_every_kind_of_broken_plugin_is_named_with_its_reason(
    workshop: Workshop, make_host: MakeHost
) -> None:
    workshop.plugin("good")
    workshop.plugin("noimport", "import os\n\nimport foo\n")
    workshop.plugin("notoml", toml="")
    workshop.plugin("future", api=">=2,<3")
    workshop.plugin("badhook", provider().replace("(ctx):\n    return", "(context):\n    return"))
    workshop.plugin("badmethod", provider("async def search(self, text): return []"))
    workshop.plugin("raises", provider("async def start(self): 1 / 0"))
    workshop.plugin("leaves", "raise SystemExit(3)")
    workshop.plugin("typo", "import os\n\ndef broken(:\n")
    workshop.plugin("unhooked", HEAD)
    workshop.plugin("extra", provider() + HOOK.replace("metadata_providers", "widgets"))
    workshop.plugin("misspelt", provider().replace("seen_metadata_providers", "seen_metadata"))
    workshop.plugin("garbage", HEAD + PROVIDER + HOOK.replace("[Provider(ctx)]", "42"))
    workshop.plugin("objects", HEAD + PROVIDER + HOOK.replace("[Provider(ctx)]", "['x']"))
    workshop.plugin("sync", provider("def search(self, query): return []"))
    workshop.plugin("faceless", provider("id = None"))
    workshop.plugin(
        "hookraises", provider().replace("return [Provider(ctx)]", "raise OSError('x')")
    )
    workshop.plugin("twins", provider().replace("[Provider(ctx)]", "[Provider(ctx)] * 2"))
    workshop.plugin("nofile", entry="seen_not_there")
    workshop.plugin("keyless", provider("async def start(self): raise AuthFailed('Needs a key')"))
    host = await make_host()
    assert await host.settled(10)
    seen = by_id(await host.overview())
    assert seen["good"].state == "running"
    reasons = {name: (view.state, view.reason) for name, view in seen.items() if name != "good"}
    assert reasons == {
        "noimport": ("broken", "Cannot be imported: No module named 'foo' "
                               "(seen_noimport/__init__.py, line 3)"),
        "notoml": ("broken", "plugin.toml is missing in the package seen_notoml"),
        "future": ("incompatible", "Needs API >=2,<3; this server speaks 1.0"),
        "badhook": ("broken",
                    "Hook seen_metadata_providers takes 'context' but must take 'ctx'"),
        "badmethod": ("broken", "Provider.search takes (text) but must take (query)"),
        "raises": ("failed", "start raised ZeroDivisionError: division by zero "
                             "(seen_raises/__init__.py, line 27)"),
        "leaves": ("broken", "Cannot be imported: SystemExit: 3 (seen_leaves/__init__.py, line 1)"),
        "typo": ("broken", "Cannot be imported: SyntaxError: invalid syntax "
                           "(seen_typo/__init__.py, line 3)"),
        "unhooked": ("broken", "plugin.toml promises metadata_providers, "
                               "but there is no hook seen_metadata_providers"),
        "extra": ("broken", "Has the hook seen_widgets, but plugin.toml does not list it in "
                            "provides"),
        "misspelt": ("broken", "There is no hook seen_metadata; "
                               "did you mean seen_metadata_providers?"),
        "garbage": ("broken", "Hook seen_metadata_providers must return a list of objects, "
                              "not int"),
        "objects": ("broken", "str has no id"),
        "sync": ("broken", "Provider.search must be async"),
        "faceless": ("broken", "Provider.id is NoneType, not str"),
        "hookraises": ("broken", "Hook seen_metadata_providers raised OSError: x "
                                 "(seen_hookraises/__init__.py, line 30)"),
        "twins": ("broken", "Has two metadata_providers with id 'main'"),
        "nofile": ("broken", "Cannot be found: there is no package seen_not_there"),
        "keyless": ("needs_setup", "Needs a key"),
    }  # fmt: skip
    await host.stop()
    assert plugin_threads() == []
