"""What every page keeps: it renders, obeys the policy, names its pictures, finds its icons."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from jinja2 import Environment, nodes

from tests.pages.rendering import ROOT, STATIC, environment, load, template_names
from tests.pages.samples import pages

PAGES = pages()
ICONS = set(json.loads((ROOT / "frontend" / "icons.json").read_text(encoding="utf-8")))
FORBIDDEN_TAGS = {"style", "base", "iframe", "object", "embed"}


class Reader(HTMLParser):
    """Collects elements with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def env() -> Environment:
    return environment()


def read(env: Environment, name: str) -> Reader:
    template, context = PAGES[name]
    return Reader(env.get_template(template).render(context))


@pytest.mark.parametrize("name", PAGES)
def test_page_renders_with_every_variable_named(env: Environment, name: str) -> None:
    assert read(env, name).elements


@pytest.mark.parametrize("name", PAGES)
def test_page_carries_no_inline_script_or_style(env: Environment, name: str) -> None:
    for tag, attributes in read(env, name).elements:
        assert tag not in FORBIDDEN_TAGS
        if tag == "script":
            assert attributes.get("src"), "a script without src is inline"
        for attribute, value in attributes.items():
            assert attribute != "style"
            assert not attribute.startswith("on"), attribute
            assert not attribute.startswith("hx-on"), attribute
            if attribute in {"href", "src", "action"} and value:
                assert not value.strip().lower().startswith(("javascript:", "data:"))
            if attribute == "hx-trigger":
                assert "[" not in (value or ""), "a filter needs eval"
            if attribute.startswith("hx-"):
                assert "js:" not in (value or "")


@pytest.mark.parametrize("name", PAGES)
def test_every_picture_has_alternative_text(env: Environment, name: str) -> None:
    for tag, attributes in read(env, name).elements:
        if tag == "img":
            assert "alt" in attributes
            assert attributes.get("src")


@pytest.mark.parametrize("name", PAGES)
def test_every_icon_is_in_the_sprite(env: Environment, name: str) -> None:
    for tag, attributes in read(env, name).elements:
        if tag == "use":
            assert (attributes["href"] or "").partition("#")[2] in ICONS


@pytest.mark.parametrize("name", PAGES)
def test_ids_are_unique_and_labels_point_somewhere(env: Environment, name: str) -> None:
    elements = read(env, name).elements
    ids = [attributes["id"] for _, attributes in elements if attributes.get("id")]
    assert len(ids) == len(set(ids)), sorted({one for one in ids if ids.count(one) > 1}, key=str)
    for tag, attributes in elements:
        if tag == "label" and attributes.get("for"):
            assert attributes["for"] in ids
        for pointer in ("aria-labelledby", "aria-describedby"):
            for one in (attributes.get(pointer) or "").split():
                assert one in ids, f"{pointer}={one}"


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, (template, _) in PAGES.items()
        if not any(
            part in template for part in ("_page", "_panel", "_picture", "scan", "suggestions")
        )
    ],
)
def test_page_has_one_heading_and_one_main(env: Environment, name: str) -> None:
    tags = [tag for tag, _ in read(env, name).elements]
    assert tags.count("h1") == 1
    assert tags.count("main") == 1


@pytest.mark.parametrize("name", PAGES)
def test_buttons_and_links_have_a_name(env: Environment, name: str) -> None:
    template, context = PAGES[name]
    html = env.get_template(template).render(context)
    for tag, attributes, inner in re.findall(
        r"<(button|a|summary)\b([^>]*)>(.*?)</\1>", html, re.S
    ):
        words = re.sub(r"<[^>]+>", "", inner).strip()
        assert words or "aria-label=" in attributes or 'aria-label="' in inner, (
            f"{tag} {attributes}"
        )


@pytest.mark.parametrize("name", template_names())
def test_template_names_its_variables_first(name: str) -> None:
    source = load(name)
    assert source is not None
    assert source.startswith("{#-"), "the first lines say what the template needs"


def test_every_template_is_used_by_a_sample() -> None:
    env = environment()
    used: set[str] = set()
    todo = [template for template, _ in PAGES.values()]
    todo += [
        widget.template for _, context in PAGES.values() for widget in context.get("widgets", [])
    ]
    while todo:
        name = todo.pop()
        if name in used:
            continue
        used.add(name)
        tree = env.parse(load(name) or "")
        for node in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
            if isinstance(node.template, nodes.Const):  # type: ignore[attr-defined]
                todo.append(node.template.value)  # type: ignore[attr-defined]
    unused = {name for name in template_names() if name not in used and not name.startswith("web/")}
    assert not unused


@pytest.mark.parametrize(
    "path", sorted((STATIC / "css").rglob("*.css")), ids=lambda path: path.name
)
def test_style_sheet_takes_its_colours_from_tokens(path) -> None:  # type: ignore[no-untyped-def]
    if path.name.startswith("tokens"):
        return
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)
    assert not re.search(r"#[0-9a-f]{3,8}\b(?![^{]*\{)|\brgba?\(|\bhsla?\(", text, re.I), (
        "a colour outside the tokens"
    )


def test_every_style_sheet_is_joined() -> None:
    listed = set(json.loads((ROOT / "frontend" / "stylesheets.json").read_text(encoding="utf-8")))
    assert listed == {
        path.relative_to(STATIC / "css").as_posix() for path in (STATIC / "css").rglob("*.css")
    }
