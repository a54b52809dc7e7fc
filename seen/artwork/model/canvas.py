"""Writing SVG without ever concatenating somebody else's text."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

Stop = tuple[float, str, float]
Point = tuple[float, float]


def number(value: float) -> str:
    """A coordinate with one decimal at most; the same digits on every platform."""
    return f"{value:.1f}".removesuffix(".0")


def trace(*parts: str | float) -> str:
    """Path data from commands and coordinates in turn: ``trace("M", 0, 4.5, "H", 9)``."""
    return " ".join(part if isinstance(part, str) else number(part) for part in parts)


class Canvas:
    """Collects definitions and shapes of one picture."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._definitions: list[str] = []
        self._shapes: list[str] = []

    def x(self, share: float) -> float:
        """A place across the picture, 0 left to 1 right."""
        return self.width * share

    def y(self, share: float) -> float:
        """A place down the picture, 0 top to 1 bottom."""
        return self.height * share

    @property
    def centre(self) -> float:
        """Where the subject stands: right of the middle in a wide picture, beside the text."""
        return self.x(0.5 if self.width < self.height else 0.61)

    @property
    def unit(self) -> float:
        """A length that looks alike in tall and in wide pictures."""
        return min(self.width, self.height * 0.8)

    def linear(self, stops: Sequence[Stop], start: Point = (0, 0), end: Point = (0, 1)) -> str:
        """A linear gradient of ``(offset, colour, opacity)`` stops; returns its paint."""
        name = f"g{len(self._definitions)}"
        body = "".join(self._stop(stop) for stop in stops)
        ends = f'x1="{start[0]}" y1="{start[1]}" x2="{end[0]}" y2="{end[1]}"'
        self._definitions.append(f'<linearGradient id="{name}" {ends}>{body}</linearGradient>')
        return f"url(#{name})"

    def radial(self, stops: Sequence[Stop]) -> str:
        """A radial gradient from the centre of what it fills; returns its paint."""
        name = f"g{len(self._definitions)}"
        body = "".join(self._stop(stop) for stop in stops)
        self._definitions.append(f'<radialGradient id="{name}">{body}</radialGradient>')
        return f"url(#{name})"

    def blur(self, share: float) -> str:
        """A blur as wide as ``share`` of the picture's unit; returns its filter."""
        name = f"g{len(self._definitions)}"
        deviation = number(self.unit * share)
        self._definitions.append(
            f'<filter id="{name}" x="-50%" y="-50%" width="200%" height="200%">'
            f'<feGaussianBlur stdDeviation="{deviation}"/></filter>'
        )
        return f"url(#{name})"

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str,
        *,
        opacity: float = 1,
        round_by: float = 0,
    ) -> None:
        """A rectangle."""
        corner = f' rx="{number(round_by)}"' if round_by else ""
        self._shapes.append(
            f'<rect x="{number(x)}" y="{number(y)}"'
            f' width="{number(width)}" height="{number(height)}"'
            f' fill="{fill}"{corner}{self._opacity(opacity)}/>'
        )

    def circle(
        self, x: float, y: float, radius: float, fill: str, *, opacity: float = 1, soften: str = ""
    ) -> None:
        """A disc, softened by a filter from ``blur`` when given."""
        soft = f' filter="{soften}"' if soften else ""
        self._shapes.append(
            f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}"'
            f' fill="{fill}"{soft}{self._opacity(opacity)}/>'
        )

    def ellipse(
        self,
        x: float,
        y: float,
        across: float,
        down: float,
        fill: str,
        *,
        opacity: float = 1,
        turn: float = 0,
        soften: str = "",
    ) -> None:
        """An ellipse, turned by ``turn`` degrees."""
        turned = f' transform="rotate({number(turn)} {number(x)} {number(y)})"' if turn else ""
        soft = f' filter="{soften}"' if soften else ""
        self._shapes.append(
            f'<ellipse cx="{number(x)}" cy="{number(y)}" rx="{number(across)}" ry="{number(down)}"'
            f' fill="{fill}"{turned}{soft}{self._opacity(opacity)}/>'
        )

    def ring(
        self, x: float, y: float, radius: float, stroke: str, width: float, *, opacity: float = 1
    ) -> None:
        """A circle's outline."""
        self._shapes.append(
            f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}"'
            f' fill="none" stroke="{stroke}"'
            f' stroke-width="{number(width)}"{self._opacity(opacity)}/>'
        )

    def area(self, points: Sequence[Point], fill: str, *, opacity: float = 1) -> None:
        """A closed area with straight edges."""
        self.path(self._polyline(points) + "Z", fill, opacity=opacity)

    def path(self, data: str, fill: str, *, opacity: float = 1) -> None:
        """A path whose data the caller has built from numbers."""
        self._shapes.append(f'<path d="{data}" fill="{fill}"{self._opacity(opacity)}/>')

    def stroke(self, data: str, colour: str, width: float, *, opacity: float = 1) -> None:
        """A line along a path."""
        self._shapes.append(
            f'<path d="{data}" fill="none" stroke="{colour}" stroke-width="{number(width)}"'
            f' stroke-linecap="round"{self._opacity(opacity)}/>'
        )

    def picture(self, name: str) -> str:
        """The finished SVG document, named for those who do not see it."""
        safe = escape("".join(letter for letter in name if letter.isprintable()), quote=True)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}"'
            f' width="{self.width}" height="{self.height}"'
            ' preserveAspectRatio="xMidYMid slice" role="img">'
            f"<title>{safe}</title><defs>{''.join(self._definitions)}</defs>{''.join(self._shapes)}</svg>"
        )

    @staticmethod
    def _stop(stop: Stop) -> str:
        offset, colour, opacity = stop
        clear = "" if opacity == 1 else f' stop-opacity="{opacity:.2f}"'
        return f'<stop offset="{offset:.2f}" stop-color="{colour}"{clear}/>'

    @staticmethod
    def _opacity(opacity: float) -> str:
        return "" if opacity == 1 else f' opacity="{opacity:.2f}"'

    @staticmethod
    def _polyline(points: Sequence[Point]) -> str:
        return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)
