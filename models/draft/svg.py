"""A drawing: shapes collected as SVG text, in order. Knows geometry and paint, not what is drawn.

Colours are #rrggbb. Every line of ink is a ribbon: a filled shape whose width changes along its length."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

Point = tuple[float, float]
PROFILES: dict[str, Callable[[float], float]] = {
    "taper": lambda t: math.sin(math.pi * min(max(t, 0.0), 1.0)) ** 0.7,
    "in": lambda t: (1 - t) ** 0.8,
    "even": lambda t: 1.0,
    "leaf": lambda t: math.sin(math.pi * min(max(t, 0.0), 1.0)) ** 1.1,
}


def number(value: float) -> str:
    """At most one decimal: 3.0 -> 3."""
    return f"{value:.1f}".removesuffix(".0")


def mix(a: str, b: str, t: float) -> str:
    """Between two colours: t 0 is a, 1 is b."""
    ca = [int(a[i : i + 2], 16) for i in (1, 3, 5)]
    cb = [int(b[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{min(255, max(0, round(x + (y - x) * t))):02x}" for x, y in zip(ca, cb, strict=True))


def rgb(colour: str) -> tuple[int, int, int]:
    """#rrggbb as red, green, blue."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def smooth(points: Sequence[Point], closed: bool = False) -> str:
    """Path data of a Catmull-Rom curve (tension 1/6) through the points."""
    n = len(points)
    count = n if closed else n - 1
    data = f"M{number(points[0][0])} {number(points[0][1])}"
    for i in range(count):
        if closed:
            p0, p1, p2, p3 = points[i - 1], points[i], points[(i + 1) % n], points[(i + 2) % n]
        else:
            p0, p1, p2, p3 = points[max(i - 1, 0)], points[i], points[i + 1], points[min(i + 2, n - 1)]
        a = (p1[0] + (p2[0] - p0[0]) / 6, p1[1] + (p2[1] - p0[1]) / 6)
        b = (p2[0] - (p3[0] - p1[0]) / 6, p2[1] - (p3[1] - p1[1]) / 6)
        data += "C" + " ".join(number(v) for v in (*a, *b, *p2))
    return data + ("Z" if closed else "")


def sample(points: Sequence[Point], num: int) -> list[Point]:
    """`num` points along the Catmull-Rom curve through `points`."""
    out: list[Point] = []
    last = len(points) - 1
    for k in range(num):
        t = k / (num - 1) * last
        i = min(int(t), last - 1)
        u = t - i
        p = [points[min(max(i + j, 0), last)] for j in (-1, 0, 1, 2)]
        weights = (
            -0.5 * u + u * u - 0.5 * u**3,
            1 - 2.5 * u * u + 1.5 * u**3,
            0.5 * u + 2 * u * u - 1.5 * u**3,
            -0.5 * u * u + 0.5 * u**3,
        )
        out.append(
            (
                sum(w * q[0] for w, q in zip(weights, p, strict=True)),
                sum(w * q[1] for w, q in zip(weights, p, strict=True)),
            )
        )
    return out


def ribbon(points: Sequence[Point], width: float, profile: str = "taper", num: int = 24) -> list[Point]:
    """The outline of a line whose half-width is width/2 * profile(t)."""
    line = sample(points, num)
    left: list[Point] = []
    right: list[Point] = []
    for k, (x, y) in enumerate(line):
        (ax, ay), (bx, by) = line[max(k - 1, 0)], line[min(k + 1, num - 1)]
        length = math.hypot(bx - ax, by - ay) or 1.0
        half = width / 2 * PROFILES[profile](k / (num - 1))
        nx, ny = -(by - ay) / length * half, (bx - ax) / length * half
        left.append((x + nx, y + ny))
        right.append((x - nx, y - ny))
    return left + right[::-1]


class Drawing:
    """Shapes in painting order; `body()` is the SVG text. Gradient ids are unique within one drawing."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._ids = 0

    def body(self) -> str:
        return "".join(self._parts)

    def raw(self, text: str) -> None:
        self._parts.append(text)

    def gradient(self, stops: Iterable[tuple[float, str, float]], end: Point = (0, 1), start: Point = (0, 0)) -> str:
        """A linear paint over the shape's box, from `start` to `end`: stops of (offset, colour, opacity)."""
        return self._paint("linearGradient", f'x1="{start[0]}" y1="{start[1]}" x2="{end[0]}" y2="{end[1]}"', stops)

    def _paint(self, kind: str, where: str, stops: Iterable[tuple[float, str, float]]) -> str:
        self._ids += 1
        inner = "".join(f'<stop offset="{o}" stop-color="{c}" stop-opacity="{a}"/>' for o, c, a in stops)
        self.raw(f'<defs><{kind} id="g{self._ids}" {where}>{inner}</{kind}></defs>')
        return f"url(#g{self._ids})"

    def rect(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        fill: str,
        op: float = 1,
        line: str = "",
        lw: float = 0,
        r: float = 0,
    ) -> None:
        self.raw(
            f'<rect x="{number(x)}" y="{number(y)}" width="{number(max(w, 0.1))}" height="{number(max(h, 0.1))}" '
            f'rx="{number(r)}" {_style(fill, op, line, lw)}/>'
        )

    def ellipse(
        self, x: float, y: float, rx: float, ry: float, fill: str, op: float = 1, line: str = "", lw: float = 0
    ) -> None:
        self.raw(
            f'<ellipse cx="{number(x)}" cy="{number(y)}" rx="{number(rx)}" ry="{number(ry)}" {_style(fill, op, line, lw)}/>'
        )

    def path(self, data: str, fill: str, op: float = 1, line: str = "", lw: float = 0) -> None:
        self.raw(f'<path d="{data}" {_style(fill, op, line, lw)}/>')

    def cut(self, outline: Sequence[Point], holes: Iterable[Sequence[Point]], fill: str, op: float = 1) -> None:
        """A polygon with holes in it."""
        data = "".join("M" + "L".join(f"{number(x)} {number(y)}" for x, y in ring) + "Z" for ring in (outline, *holes))
        self.raw(f'<path d="{data}" fill-rule="evenodd" {_style(fill, op, "", 0)}/>')

    def poly(self, points: Sequence[Point], fill: str, op: float = 1, line: str = "", lw: float = 0) -> None:
        data = "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points) + "Z"
        self.path(data, fill, op, line, lw)

    def blob(self, points: Sequence[Point], fill: str, op: float = 1, line: str = "", lw: float = 0) -> None:
        """A closed smooth shape."""
        self.path(smooth(points, closed=True), fill, op, line, lw)

    def ink(self, points: Sequence[Point], width: float, fill: str, profile: str = "taper", op: float = 1) -> None:
        self.poly(ribbon(points, width, profile), fill, op)

    def line(self, x0: float, y0: float, x1: float, y1: float, colour: str, width: float, op: float = 1) -> None:
        self.path(f"M{number(x0)} {number(y0)}L{number(x1)} {number(y1)}", "none", op, colour, width)

    def glow(self, x: float, y: float, rx: float, ry: float, colour: str, op: float) -> None:
        """A soft light without a filter: a radial gradient op -> .55 op at 45 % -> 0."""
        paint = self._paint("radialGradient", "", [(0, colour, op), (0.45, colour, op * 0.55), (1, colour, 0)])
        self.ellipse(x, y, rx, ry, paint)

    def group(self, transform: str) -> None:
        self.raw(f'<g transform="{transform}">')

    def end(self) -> None:
        self.raw("</g>")


def _style(fill: str, op: float, line: str, lw: float) -> str:
    text = f'fill="{fill}"'
    if op < 1:  # the opacity of its paints costs nothing; a shape's own is a picture apart
        text += f' fill-opacity="{op:.3g}" stroke-opacity="{op:.3g}"'
    if line:
        text += f' stroke="{line}" stroke-width="{number(lw)}" stroke-linejoin="round" stroke-linecap="round"'
    return text
