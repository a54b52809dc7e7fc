"""Subtitles of every kind as WebVTT: every line, in time, and nothing but text."""

from __future__ import annotations

import os
import random
from fractions import Fraction
from pathlib import Path

import av
import numpy
import pytest

from seen.compose import Server
from seen.playback.subtitles import Cue, SubtitleError, embedded_cues, sidecar_cues, webvtt
from tests.conftest import Person
from tests.playback.conftest import Film, find_film, rescan

TEXT = "Ça va, élève? Übermäßig schön!"
SRT = f"""1
00:00:01,234 --> 00:00:02,345
{TEXT}

2
01:02:03,004 --> 01:02:04,999
Two
lines
"""
SCRIPT = """[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Arial,20

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Comment: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,left out
Dialogue: 0,0:00:01.23,0:00:02.34,Default,,0,0,0,,{\\i1}Hello{\\i0}, you\\Nthere
"""
VTT = """WEBVTT - a title

NOTE left out

STYLE
::cue { background: url(http://127.0.0.1/x) }

name
00:01.234 --> 00:02.345 line:0 align:start
<v Anna>Tom &amp; <c.loud>Jerry</c> <00:01.500>&lt;here&gt;
"""


def cues_of(path: Path, raw: bytes) -> list[Cue]:
    path.write_bytes(raw)
    return sidecar_cues(path)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_subtitle_is_read_in_the_encoding_it_has(
    tmp_path: Path, encoding: str, ends: str
) -> None:
    raw = SRT.replace("\n", ends).encode(encoding)
    if encoding in ("utf-16-le", "utf-16-be"):
        raw = "\ufeff".encode(encoding) + raw
    assert cues_of(tmp_path / "a.srt", raw) == [
        Cue(1234, 2345, TEXT),
        Cue(3723004, 3724999, "Two\nlines"),
    ]


@pytest.mark.parametrize(
    ("language", "encoding", "text"),
    [
        ("ru", "cp1251", "Как дела?"), ("pl", "cp1250", "Żółć, święta, łódź"),
        ("ja", "shift_jis", "お元気ですか。"), ("el", "cp1253", "Τι κάνετε;"),
        ("tr", "cp1254", "Nasılsın, iyi mi?"), ("he", "cp1255", "מה שלומך?"),
        ("zh", "gb18030", "你好吗？"), ("de", "cp1252", "Grüße"), ("fr", "utf-8", "Ça va?"),
        ("ru", "utf-8", "Как дела?"), ("ru", "utf-16", "Как дела?"), ("", "cp1252", "Où ça? Là!"),
    ],
)  # fmt: skip
def test_letters_of_every_language_come_out_as_they_were(
    tmp_path: Path, language: str, encoding: str, text: str
) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes(f"1\n00:00:01,000 --> 00:00:01,900\n{text}\n".encode(encoding))
    assert [each.text for each in sidecar_cues(path, language)] == [text]


def test_without_a_language_the_letters_say_what_they_are(tmp_path: Path) -> None:
    lines = ("Здравствуйте, как ваши дела?", "Сегодня вечером мы пойдём в кино.", "До встречи!")
    raw = "\n".join(f"{n}\n00:00:0{n},000 --> 00:00:0{n},9\n{t}\n" for n, t in enumerate(lines))
    cues = cues_of(tmp_path / "a.srt", raw.encode("cp1251"))
    assert tuple(each.text for each in cues) == lines


def test_every_kind_of_file_beside_a_film_is_read(tmp_path: Path) -> None:
    assert cues_of(tmp_path / "a.ass", SCRIPT.encode()) == [Cue(1230, 2340, "Hello, you\nthere")]
    assert webvtt(cues_of(tmp_path / "a.vtt", VTT.encode())) == (
        "WEBVTT\n\n00:00:01.234 --> 00:00:02.345\nTom &amp; Jerry &lt;here&gt;\n"
    )
    frames = b"{1}{1}25.000\n{25}{50}One|two\n{75}{100}{y:i}Three\n"
    assert cues_of(tmp_path / "a.sub", frames) == [
        Cue(1000, 2000, "One\ntwo"),
        Cue(3000, 4000, "Three"),
    ]
    with pytest.raises(SubtitleError, match="how many a second has"):
        cues_of(tmp_path / "a.sub", b"{25}{50}One|two\n")


def test_text_is_shown_and_markup_is_not_obeyed(tmp_path: Path) -> None:
    lines = {
        "<script>alert(1)</script><img src=x onerror=alert(1)>Hello": ["alert(1)Hello"],
        "2 < 3 and 5 > 4, I <3 you & yours": ["2 &lt; 3 and 5 &gt; 4, I &lt;3 you &amp; yours"],
        "<<i>script>evil</<b>script>": ["&lt;script&gt;evil&lt;/script&gt;"],
        "{\\an8}<font color=red>Up</font> <u>here</u>": ["Up here"],
        "{\\p1}m 0 0 l 10 10{\\p0}": [],
        "one\\Ntwo --> 00:00:00.000": ["one", "two --&gt; 00:00:00.000"],
        "&lt;b&gt;": ["&amp;lt;b&amp;gt;"],
    }
    blocks = [f"{n}\n00:00:0{n},0 --> 00:00:0{n},9\n{t}\n" for n, t in enumerate(lines)]
    head, *shown = webvtt(cues_of(tmp_path / "a.srt", "\n".join(blocks).encode())).split("\n\n")
    assert head == "WEBVTT"
    assert [each.splitlines()[1:] for each in shown] == [each for each in lines.values() if each]


def test_a_cue_is_one_block_with_an_end_behind_its_start() -> None:
    cues = [
        Cue(5000, 5000, "short"),
        Cue(3000, 4000, "one\n\nNOTE x\x00\x0b\u2028two\x85\n"),
        Cue(4000, 5000, "\n\n "),
        Cue(-500, -400, "before"),
        Cue(400_000_000, 400_000_001, "late"),
    ]
    assert webvtt(cues) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:00.001\nbefore\n\n"
        "00:00:03.000 --> 00:00:04.000\none\nNOTE x\ntwo\n\n"
        "00:00:05.000 --> 00:00:05.001\nshort\n\n"
        "111:06:40.000 --> 111:06:40.001\nlate\n"
    )


def test_a_hostile_file_is_an_error_in_words_and_in_time(tmp_path: Path) -> None:
    chance = random.Random(3)
    bomb = '<!DOCTYPE t [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(97 + n)} "{f"&{chr(96 + n)};" * 10}">' for n in range(1, 10)
    )
    hostile = [
        b"", b"\x00" * 1000, b"\xff\xfe\x00", b"WEBVTT", b"1\n", b"{1}{1}0\n{1}{2}x\n",
        b"{1}{1}nan\n{1}{2}x\n", b"{0}{99999999999999999999}x\n{1}{1}25\n", b"[1][2]x\n" * 10,
        b"00:00:01:x\n", b"[Script Info]\n[Events]\nFormat: a\nDialogue: 1\n",
        b"[Script Info]\n[Events]\nDialogue: " + b"," * 100_000,
        f'{bomb}]><tt xmlns="http://www.w3.org/ns/ttml"><body>&j;</body></tt>'.encode(),
        b'{"segments": ' * 50_000, os.urandom(100_000), chance.randbytes(1_000_000),
        b"1\n00:00:01,000 --> 00:00:02,000\n" + b"<" * 200_000,
        b"1\n00:00:01,000 --> 00:00:02,000\n" + b"{" * 100_000,
        b"1\n00:00:01,000 --> 00:00:02,000\n" + b"< " * 50_000,
        b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"<a" * 100_000,
        b"1\n00:00:01,000 --> 00:00:02,000\n" + b"<a" * 100_000,
        b"1\n00:00:01,000 --> 00:00:02,000\n" + b"\n" * 200_000 + b"x",
        b"1\n00:00:01,000 --> 00:00:02,000\n" + b"\n1" * 200_000 + b"x",
        SCRIPT.encode() + b"Dialogue: 0,0:00:01.23,0:00:02.34,Default,,0,0,0,," + b"{\\i1" * 90_000,
        b"00:00:01,000 --> 00:00:02,000\n" * 20_000, b"\n" * 2_000_000, b"1 " * 500_000,
        SCRIPT.encode() + b"\n[Fonts]\nfontname: x\n" + b"!" * 100_000,
        b"a" * (10 * 2**20 + 1),
    ]  # fmt: skip
    for number, raw in enumerate(hostile):
        try:
            assert webvtt(cues_of(tmp_path / "a.srt", raw)).startswith("WEBVTT\n"), number
        except SubtitleError as error:
            assert str(error).endswith("."), number
    for path in (tmp_path / "none.srt", tmp_path):
        with pytest.raises(SubtitleError):
            sidecar_cues(path)
    os.mkfifo(tmp_path / "pipe.srt")
    with pytest.raises(SubtitleError):
        sidecar_cues(tmp_path / "pipe.srt")


def embed(path: Path, codec: str, lines: list[tuple[int, int, str]]) -> None:
    """A film with a text subtitle inside; milliseconds."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=10)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        subtitle = container.add_stream(codec)
        subtitle.time_base = Fraction(1, 1000)
        context = subtitle.codec_context
        context.time_base = Fraction(1, 1000)
        context.subtitle_header = SCRIPT.partition("Comment:")[0].encode()
        for number in range(20):
            frame = av.VideoFrame.from_ndarray(numpy.zeros((48, 64, 3), numpy.uint8))
            frame.pts = number
            container.mux(video.encode(frame))
        container.mux(video.encode())
        for number, (start, end, text) in enumerate(lines):
            if codec == "mov_text":
                raw = len(text.encode()).to_bytes(2, "big") + text.encode()
            elif codec == "ass":
                raw = f"{number},0,Default,,0,0,0,,{text}".encode()
            else:
                raw = text.encode()
            packet = av.Packet(raw)
            packet.stream = subtitle
            packet.time_base = Fraction(1, 1000)
            packet.pts = packet.dts = start
            packet.duration = end - start
            container.mux(packet)


LINES = [
    (1, 40, "first"),
    (333, 667, "Ä, <i>second</i>"),
    (1001, 1999, "third, with, commas"),
    (4321, 8765, "last"),
]


@pytest.mark.parametrize(
    ("codec", "suffix"), [("subrip", "mkv"), ("ass", "mkv"), ("mov_text", "mp4")]
)
def test_subtitles_inside_a_film_come_out_in_time(tmp_path: Path, codec: str, suffix: str) -> None:
    path = tmp_path / f"film.{suffix}"
    embed(path, codec, LINES)
    cues = embedded_cues(path, 1)
    assert [each.text for each in cues] == [
        "first", "Ä, second", "third, with, commas", "last"
    ]  # fmt: skip
    for cue, (start, end, _) in zip(cues, LINES, strict=True):
        assert abs(cue.start - start) <= 1
        assert abs(cue.end - end) <= 1
    for index in (0, 2, 99, -5):
        with pytest.raises(SubtitleError):
            embedded_cues(path, index)


def test_a_broken_film_is_an_error_in_words(tmp_path: Path) -> None:
    whole = tmp_path / "film.mkv"
    embed(whole, "subrip", LINES)
    raw = whole.read_bytes()
    chance = random.Random(1)
    for number in range(30):
        broken = bytearray(raw[: chance.randrange(len(raw))] if number % 2 else raw)
        for _ in range(40):
            if broken:
                broken[chance.randrange(len(broken))] = chance.randrange(256)
        path = tmp_path / f"broken{number}.mkv"
        path.write_bytes(broken)
        try:
            assert webvtt(embedded_cues(path, 1)).startswith("WEBVTT\n")
        except SubtitleError as error:
            assert str(error)
    playlist = tmp_path / "list.mkv"
    playlist.write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:1/x.ts\n#EXT-X-ENDLIST\n")
    with pytest.raises(SubtitleError):
        embedded_cues(playlist, 0)


@pytest.fixture
async def told(server: Server, user: Person, tmp_path: Path) -> Film:
    """A film with two subtitles beside it and one inside."""
    path = tmp_path / "media" / "Salt (2020)" / "Salt (2020).mkv"
    path.parent.mkdir(parents=True)
    embed(path, "subrip", LINES)
    path.with_name("Salt (2020).en.srt").write_text(SRT)
    path.with_name("Salt (2020).de.forced.ass").write_text(SCRIPT)
    await server.library.add_root(str(tmp_path / "media"))
    await rescan(server)
    return await find_film(server, user, path)


async def test_a_viewer_gets_every_track_as_webvtt(user: Person, told: Film) -> None:
    tracks = told.told["subtitles"]
    assert [(each["format"], each["language"], each["label"]) for each in tracks] == [
        ("SRT", "", "Subtitles"),
        ("ASS", "de", "German (forced)"),
        ("SRT", "en", "English"),
    ]
    for _ in range(2):
        for each in tracks:
            async with user.client.get(each["src"], headers=user.headers) as answer:
                text = await answer.text()
                assert answer.status == 200
                assert answer.headers["Content-Type"] == "text/vtt; charset=utf-8"
            assert text.startswith("WEBVTT\n\n00:00:0")
    async with user.client.get(tracks[0]["src"]) as answer:
        assert answer.status == 401


async def test_a_side_car_that_leads_elsewhere_is_not_read(
    user: Person, told: Film, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.srt"
    secret.write_text(SRT.replace(TEXT, "not yours"))
    inside = tmp_path / "media" / "other.srt"
    inside.write_text(SRT)
    track = next(each for each in told.told["subtitles"] if each["language"] == "en")
    sidecar = told.path.with_name("Salt (2020).en.srt")
    for target in (secret, inside, Path("/etc/passwd")):
        sidecar.unlink()
        sidecar.symlink_to(target)
        status, problem = await user.call("GET", track["src"].removeprefix("/api/v1"))
        assert (status, problem["code"]) == (503, "subtitle_unreadable")
        assert "yours" not in str(problem)
    sidecar.unlink()
    status, problem = await user.call("GET", track["src"].removeprefix("/api/v1"))
    assert status == 503
    assert str(tmp_path) not in problem["detail"]


async def test_only_text_subtitles_are_served(server: Server, user: Person, told: Film) -> None:
    rows = await server.db.fetch("select id from library_streams where stream_type <> 'subtitle'")
    for row in rows:
        assert (await user.call("GET", f"/subtitles/{row['id']}"))[0] == 404
    assert (await user.call("GET", f"/subtitles/{told.item_id}"))[0] == 404


async def test_subtitles_of_a_film_that_left_its_folder_are_not_read(
    user: Person, told: Film, tmp_path: Path
) -> None:
    away = told.path.rename(tmp_path / "away.mkv")
    told.path.symlink_to(away)
    for each in told.told["subtitles"]:
        assert (await user.call("GET", each["src"].removeprefix("/api/v1")))[0] == 404
