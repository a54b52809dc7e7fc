"""The words of release names that are not part of a title: quality, source, codec, edition, group.

``STRONG`` words end a title wherever they stand. ``WEAK`` ones do so only behind a year, an
episode number or in front of a strong one, because titles use them too ("The Good German").
"""

from __future__ import annotations

import re

_EDGE = r"(?<![^\W_])"
_END = r"(?![^\W_])"

STRONG = re.compile(
    _EDGE + r"(?:"
    r"(?:480|540|576|720|960|1080|1440|2160|4320)[pi](?:\d{2})?|\d{3,4}\s?[x*]\s?\d{3,4}p?|4k|8k|"
    r"uhd"
    r"|(?:complete[ ._-])?(?:uhd[ ._-]?)?blu[ ._-]?ray(?:rip)?|bd[ ._-]?rip|br[ ._-]?rip|bdremux|"
    r"bd(?:25|50)"
    r"|web[ ._-]?dl(?:rip|mux)?|web[ ._-]?rip|web[ ._-]?hd|hdtv(?:rip)?|pdtv|sdtv|dsr(?:ip)?|"
    r"tvrip|dvb(?:rip)?"
    r"|satrip|hd[ ._-]?dvd(?:rip)?|dvd[ ._-]?rip|dvd[ ._-]?scr|dvd[ ._-]?[59r]|ntsc|hd[ ._-]?rip|"
    r"hd[ ._-]?cam|hdts|telesync|telecine"
    r"|[xh][ ._]?26[45]|hevc|avc|xvid|divx|vp9|av1|mpeg-?[24]"
    r"|aac(?:[ ._]?\d[ ._]\d)?|e?ac3|dts(?:[ ._-]?(?:hd|es|x))?|ddp?[ ._+]?[57][ ._]1|"
    r"dd\+?[ ._]?[257][ ._][01]|ddp|truehd|flac|atmos"
    r"|10[ ._-]?bit|8[ ._-]?bit|hdr(?:10)?(?:plus|\+)?|remux|proper|repack|vostfr|subfrench|"
    r"truefrench|read[ ._]?nfo"
    r"|nlsubs?|fansub|multi[ ._-]?subs?|stv|bdmv|hsbs"
    r")" + _END,
    re.IGNORECASE,
)

WEAK = re.compile(
    _EDGE + r"(?:"
    r"web|cam|ts|tc|r5|dvd|bd|bluray|hd|sd|ws|fs|3d|imax|multi|dual|dl|ml|dubbed|dub|subbed|"
    r"subs?|uncut|uncensored"
    r"|limited|internal|int|extended|unrated|uncut|theatrical|remastered|restored|complete|"
    r"integrale?|int[eé]grale|oar|retail|docu"
    r"|directors?[ ._]cut|director'?s[ ._]cut|dc|se|final[ ._]cut|open[ ._]matte|colorized|"
    r"criterion|anniversary"
    r"|ultimate|collectors?|special[ ._]edition|hybrid|custom|readnfo|festival|upscaled|regraded|"
    r"preair|sample|proof|digital[ ._]extras"
    r"|german|french|english|eng|ita|italian|spanish|castellano|latino|russian|rus|ukr|japanese|"
    r"jap|korean|hindi|tamil|telugu"
    r"|swedish|nordic|danish|dutch|flemish|polish|pl|portuguese|brazilian|chinese|multisub|vo|vf|"
    r"vff|vfq|vost|omu|swesub|fr"
    r"|amzn|nf|dsnp|hmax|hulu|atvp|pcok|itunes|ma|cr|dsny|stan"
    r")" + _END,
    re.IGNORECASE,
)

_RESOLUTION = re.compile(
    r"(?<![^\W_])(?:\d{3,4}\s?[x*]\s?(\d{3,4})p?|(480|540|576|720|960|1080|1440|2160|"
    r"4320)([pi])(?:\d{2})?|(4k|uhd|ultrahd))(?![^\W_])",
    re.IGNORECASE,
)
_SOURCES = (
    ("bluray", r"blu[ ._-]?ray|bd[ ._-]?rip|br[ ._-]?rip|bdremux|bd(?:25|50)?|bdmv|uhd[ ._-]?bd"),
    ("web", r"web(?:[ ._-]?(?:dl(?:rip|mux)?|rip|hd|cap))?|vodrip"),
    ("dvd", r"dvd(?:[ ._-]?(?:rip|scr|r|5|9))?|hd2dvd"),
    ("tv", r"hdtv(?:rip)?|pdtv|sdtv|tvrip|dsr(?:ip)?|dvb(?:rip)?|satrip|ahdtv|uhdtv"),
    ("cam", r"(?:hd)?cam(?:rip)?|hdts|telesync"),
)
_SOURCE = re.compile(
    r"(?<![^\W_])(?:hd[ ._-]?dvd(?:rip)?|"
    + "|".join(f"(?P<{name}>{words})" for name, words in _SOURCES)
    + r")(?![^\W_])",
    re.IGNORECASE,
)
_EDITION = re.compile(
    r"(?<![^\W_])((?:extended[ ._]|ultimate[ ._]|alternative[ ._])*(?:director'?s?'?[ ._]cut|"
    r"final[ ._]cut|theatrical(?:[ ._](?:cut|edition))?"
    r"|extended(?:[ ._](?:cut|edition|version))?|special[ ._]edition|ultimate[ ._](?:cut|"
    r"edition)|\d+th[ ._]anniversary(?:[ ._]edition)?"
    r"|collector'?s[ ._]edition|criterion(?:[ ._](?:edition|collection))?|unrated|uncut|"
    r"imax(?:[ ._]edition)?|open[ ._]matte|recut|fan[ ._]?edit"
    r"|remastered|imperial[ ._]edition|alternative[ ._]cut))(?![^\W_])",
    re.IGNORECASE,
)
_GROUP = re.compile(r"-\s?([^\W_][\w@]*)\s*(?:\[[^\]]*\]|\([^)]*\))*\s*$")
_SUFFIX = re.compile(
    r"[-. ](?:obfuscat(?:ed|ion)|rakuv\w*|buymore|asrequested|postbot|pre|xpost|whiterev|"
    r"scrambled|gerov|"
    r"alternativetorequested|bp|nzbgeek|chamele0n|repost|4p(?:lanet)?|z0ids3n|1|\[\w+\])$",
    re.IGNORECASE,
)
_NOT_GROUPS = frozenset(
    [
        "dl",
        "rip",
        "hd",
        "dts",
        "es",
        "ex",
        "x",
        "ma",
        "hdma",
        "audio",
        "subs",
        "sub",
        "eng",
        "ita",
        "cd1",
        "cd2",
        "cd",
        "ray",
        "trailer",
        "sample",
        "extras",
    ]
)
_PARTS = re.compile(
    r"(?<![^\W_])(?:cd|dis[ck]|dvd)[ ._-]?([1-9])(?:of[1-9])?(?![^\W_])", re.IGNORECASE
)


def first_strong(text: str, start: int = 0) -> int:
    """Where the first word stands that cannot be part of a title, or the text's length."""
    found = STRONG.search(text, start)
    return found.start() if found else len(text)


def starts_with_tag(text: str) -> bool:
    """Whether a release word follows at once, behind separators and opening brackets only."""
    at = len(text) - len(text.lstrip(" ._-,[({"))
    return bool(STRONG.match(text, at) or WEAK.match(text, at))


def resolution_in(text: str) -> str:
    """The picture's height as names write it ("1080p"), or ""."""
    found = _RESOLUTION.search(text)
    if not found:
        return ""
    if found[2]:
        return found[2] + found[3].lower()
    if found[4]:
        exact = re.search(r"(?<!\d)(\d{3,4})p(?!\w)", text)
        return exact[0].lower() if exact else "2160p"
    return f"{found[1]}p" if int(found[1]) >= 300 else ""


def source_in(text: str) -> str:
    """Where the picture came from: web, bluray, dvd, tv, cam, or ""."""
    for found in _SOURCE.finditer(text):
        return found.lastgroup or "bluray"
    return ""


def edition_in(text: str) -> str:
    """The edition as written, such as "Director's Cut", or ""."""
    found = _EDITION.search(text)
    return found[1].replace(".", " ").replace("_", " ").strip() if found else ""


def part_in(text: str) -> int | None:
    """The number of a split file ("CD2"), or None."""
    found = _PARTS.search(text)
    return int(found[1]) if found else None


def group_in(text: str) -> str:
    """Who released it, where the name ends with ``-GROUP``; "" elsewhere."""
    for _ in range(3):
        shorter = _SUFFIX.sub("", text)
        if shorter == text:
            break
        text = shorter
    found = _GROUP.search(text)
    if not found or not STRONG.search(text, 0, found.start()):
        return ""
    group = found[1]
    return "" if group.lower() in _NOT_GROUPS or STRONG.fullmatch(group) else group


EDITION_WORDS = re.compile(
    r"(?<![^\W_])(?:extended|unrated|uncut|directors?|director'?s|remastered|theatrical|recut|"
    r"imax|edition|cut|aka|a\.k\.a|repack|proper|part|cd\d|vol"
    r"|complete|integrale?|miniseries|3d|trilogy|collection|ppv|docu)(?![^\W_])",
    re.IGNORECASE,
)
_WEAK_END = re.compile(r"[ ._\-\[(]+(?:" + WEAK.pattern + r")[ ._\-\])]*$", re.IGNORECASE)


def without_weak_end(text: str) -> str:
    """The text without the release words it ends with, keeping at least one word."""
    while True:
        shorter = _WEAK_END.sub("", text)
        if shorter == text or not shorter.strip():
            return text
        text = shorter


def ends_in_language(text: str) -> bool:
    """Whether the last word names a language, as in "The Good German"."""
    return bool(
        re.search(
            r"[ ._](?:german|french|english|italian|spanish|russian|japanese|korean|american)$",
            text,
            re.IGNORECASE,
        )
    )
