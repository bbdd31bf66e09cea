"""The few SVG elements the charts are made of; every value is escaped."""

from __future__ import annotations

from html import escape

from markupsafe import Markup


def element(name: str, content: str = "", **attributes: str | float) -> str:
    """One element; ``text_anchor`` becomes ``text-anchor`` and ``class_`` becomes ``class``."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_number(value), quote=True)}"'
        for key, value in attributes.items()
    )
    return f"<{name}{written}>{content}</{name}>"


def words(content: str, **attributes: str | float) -> str:
    """A text element."""
    return element("text", escape(content), **attributes)


def picture(width: int, height: int, title: str, body: str, css: str) -> Markup:
    """The whole picture, named for a screen reader by its title; it scales to the width it is given."""
    named = element("title", escape(title))
    return Markup(  # noqa: S704 - every value inside went through escape
        element(
            "svg",
            named + body,
            viewBox=f"0 0 {width} {height}",
            role="img",
            aria_label=title,
            class_=css,
            xmlns="http://www.w3.org/2000/svg",
        )
    )


def _number(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")
