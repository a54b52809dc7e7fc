"""Which letters the bytes of an old text file stand for."""

from __future__ import annotations

from charset_normalizer import from_bytes

_BY_LANGUAGE = {
    "cp1250": "cs hr hu pl ro sk sl sq",
    "cp1251": "bg mk ru sr uk kk",
    "cp1253": "el",
    "cp1254": "tr",
    "cp1255": "he",
    "cp1256": "ar fa ur",
    "cp1257": "et lt lv",
    "cp1258": "vi",
    "cp874": "th",
    "cp932": "ja",
    "cp949": "ko",
    "gb18030": "zh yue",
}
_OF = {language: name for name, languages in _BY_LANGUAGE.items() for language in languages.split()}
# Texts in Latin letters need few others; a guess by their rare bytes takes them for Chinese.
_FEW = 0.15
_ENOUGH = 64 * 1024


def decode_text(raw: bytes, language: str = "") -> str:
    """Text in whatever encoding: Unicode when it is that, else what its language was written in,
    else the best guess. ``language`` is ISO 639-1, or "" when nobody knows."""
    marks = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    usual = _OF.get(language)
    for encoding in (marks.get(raw[:2]), "utf-8-sig", usual):
        if encoding is not None:
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
    letters = sum(byte > 0x20 for byte in raw[:_ENOUGH])
    high = sum(byte > 0x7F for byte in raw[:_ENOUGH])
    if not language and high > letters * _FEW:
        best = from_bytes(raw[:_ENOUGH]).best()
        if best is not None:
            return raw.decode(best.encoding, "replace")
    return raw.decode("cp1252", "replace")
