"""Numbers and times as people say them."""

from __future__ import annotations

from datetime import date, datetime

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def counted(number: int, one: str, many: str = "") -> str:
    """ "1 movie", "2,204 files"; ``many`` where an s is not enough."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def size(count: int) -> str:
    """Bytes as a disk's label has them: "18.4 GB", "640 MB"."""
    amount = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 999.5:
            return f"{amount:.1f} {unit}" if unit == "GB" else f"{amount:.0f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def length(seconds: float | None) -> str:
    """How long something plays: "2 h 08 m", "47 min", "20 s"; "" where nobody knows."""
    if not seconds or seconds <= 0:
        return ""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02} m" if hours else f"{minutes} min"


def day(then: date, today: date) -> str:
    """A date: the year only where it is another one."""
    text = f"{then.day} {_MONTHS[then.month - 1]}"
    return text if then.year == today.year else f"{text} {then.year}"


def since(then: datetime, now: datetime) -> str:
    """How long ago: "just now", "6 minutes ago", "yesterday", "12 November"."""
    seconds = (now - then).total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{counted(int(seconds // 60), 'minute')} ago"
    if seconds < 86_400 and then.date() == now.date():
        return f"{counted(int(seconds // 3600), 'hour')} ago"
    days = (now.date() - then.date()).days
    return "yesterday" if days <= 1 else f"on {day(then.date(), now.date())}"


def until(then: datetime, now: datetime) -> str:
    """How long it still takes: "in 6 days", "in 3 hours"."""
    hours = max(0, (then - now).total_seconds()) / 3600
    if hours >= 36:
        return f"in {round(hours / 24)} days"
    return f"in {counted(max(1, round(hours)), 'hour')}"


def capital(text: str) -> str:
    """The text with a capital at its start and the rest as it is."""
    return text[:1].upper() + text[1:]


def joined(words: list[str], last: str = "and") -> str:
    """ "Drama", "Drama and Mystery", "Drama, Mystery and Noir"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
