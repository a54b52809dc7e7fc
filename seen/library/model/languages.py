"""Languages as people write them in file names."""

from __future__ import annotations

_NAMES = """
ar ara arabic | bg bul bulgarian | bn ben bengali | ca cat catalan | cs ces cze czech
da dan danish | de deu ger german deutsch | el ell gre greek | en eng english
es spa spanish español espanol castellano | et est estonian | eu eus baq basque
fa fas per persian farsi | fi fin finnish | fr fra fre french français francais | ga gle irish
gl glg galician | he heb hebrew | hi hin hindi | hr hrv croatian | hu hun hungarian
hy hye arm armenian | id ind indonesian | is isl ice icelandic | it ita italian italiano
ja jpn japanese | ka kat geo georgian | kk kaz kazakh | kn kan kannada | ko kor korean
lt lit lithuanian | lv lav latvian | mk mkd mac macedonian | ml mal malayalam | mr mar marathi
ms msa may malay | nb nob | nl nld dut dutch flemish | no nor norwegian | pa pan punjabi
pl pol polish | pt por portuguese | ro ron rum romanian | ru rus russian | sk slk slo slovak
sl slv slovenian | sq sqi alb albanian | sr srp serbian | sv swe swedish | sw swa swahili
ta tam tamil | te tel telugu | th tha thai | tl tgl tagalog | tr tur turkish | uk ukr ukrainian
ur urd urdu | vi vie vietnamese | zh zho chi chinese mandarin | yue cantonese
"""
_CODES = {
    spelling: line.split()[0]
    for line in _NAMES.replace("\n", "|").split("|")
    if line.strip()
    for spelling in line.split()
}


def language_code(text: str) -> str:
    """The ISO 639-1 code (639-2 where there is none) of a name or code, or "" for another word.

    A region is dropped: "pt-BR" and "zh-Hans" give "pt" and "zh".
    """
    word = text.strip().lower()
    head, dash, region = word.partition("-")
    if dash and not (2 <= len(region) <= 4 and len(head) in (2, 3) and region.isalnum()):
        return ""
    return _CODES.get(head, "")


_SPOKEN = {
    line.split()[0]: next((word.capitalize() for word in line.split() if len(word) > 3), "")
    for line in _NAMES.replace("\n", "|").split("|")
    if line.strip()
}


def language_name(text: str) -> str:
    """A language in English ("de" and "ger" give "German"); the code itself where it has no name
    here, "" for none."""
    code = language_code(text)
    if not text or text in ("und", "mul", "zxx"):
        return ""
    return _SPOKEN.get(code, "") or text
