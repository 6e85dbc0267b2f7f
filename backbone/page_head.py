"""How every page begins that is made here and handed to somebody as one file: nothing is loaded, nothing is told to anybody else."""

from html import escape

_HEAD = """\
<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
{css}</style>
</head>
<body>
"""


def head(language: str, title: str, css: str) -> str:
    """Up to and with `<body>`. title: text, not HTML; css: what stands in the page itself."""
    return _HEAD.format(language=language, title=escape(title), css=css)
