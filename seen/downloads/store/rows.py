"""How rows of downloads read."""

from __future__ import annotations

from dataclasses import fields

from seen.core.db import Row
from seen.downloads.model.records import Job, JobEvent, JobFile

JOB = ", ".join(each.name for each in fields(Job))
JOB_OF_J = ", ".join(f"j.{each.name}" for each in fields(Job))


def job_of(row: Row) -> Job:
    """A download from a row with the columns of JOB."""
    facts = {each.name: row[each.name] for each in fields(Job)}
    facts["speeds"] = tuple(facts["speeds"])
    return Job(**facts)


def event_of(row: Row) -> JobEvent:
    return JobEvent(**dict(row))


def file_of(row: Row) -> JobFile:
    return JobFile(**dict(row))
