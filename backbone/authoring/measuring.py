"""How wide a text is at most, and where its lines break: by widths that no usual font exceeds. Pure."""

_NARROW = {
    **dict.fromkeys("iljI.,:;'|!", 0.33),
    **dict.fromkeys('ftr()[]/\\-" ', 0.42),
    **dict.fromkeys("mwMW%@—…", 1.0),
}


def width_of(text: str, size_px: float, *, bold: bool = False) -> float:
    """How wide a text is at most, in pixels."""
    em = sum(_NARROW.get(letter, 0.79 if letter.isupper() else 0.645) for letter in text)
    return em * size_px * (1.12 if bold else 1.0)


def wrap(text: str, room_px: float, size_px: float, *, bold: bool = False) -> list[str]:
    """The text in lines that fit; a word that is too long is broken."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, size_px, bold=bold) <= room_px:
            lines[-1] = longer
            continue
        lines.extend(_pieces(word, room_px, size_px, bold))
    return lines or [""]


def _pieces(word: str, room_px: float, size_px: float, bold: bool) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and width_of(pieces[-1] + letter, size_px, bold=bold) > room_px:
            pieces.append("")
        pieces[-1] += letter
    return pieces
