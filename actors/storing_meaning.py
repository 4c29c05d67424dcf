"""What each message about the meaning of posts asks of the database."""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, assert_never

from actors.meaning_messages import (
    ActivateCollection,
    BeginCollection,
    ClaimWork,
    CountWork,
    DelayWork,
    DescribeMeaning,
    FinishWork,
    ForgetCollection,
    GiveUpWork,
    KeepIndexed,
    KeepSpending,
    KeepTags,
    ListHeldChannels,
    ListTagged,
    LoadCollections,
    LoadPosts,
    LoadScope,
    MeaningMessage,
    NextWork,
    PoorUntil,
    ReconcileChannel,
    RetryWork,
    SearchText,
    Vocabulary,
)
from actors.storing_channels import as_tuple
from storage import claiming, collections, indexing, lexical, meaning, spending, tagging, work
from storage.database import Database


def of_meaning(db: Database, message: MeaningMessage) -> Coroutine[Any, Any, object]:
    """Work on tags, collections, searches, and what they cost."""
    match message:
        case KeepTags():
            return tagging.keep(db, message.results, message.spendings)
        case KeepIndexed():
            return indexing.keep(db, message.collection, message.rows, message.skipped)
        case KeepSpending():
            return spending.keep(db, message.spendings)
        case PoorUntil():
            return spending.poor_until(db, message.account, message.cap)
        case (
            ClaimWork()
            | FinishWork()
            | DelayWork()
            | GiveUpWork()
            | RetryWork()
            | NextWork()
            | CountWork()
        ):
            return _of_work(db, message)
        case (
            LoadCollections()
            | BeginCollection()
            | ActivateCollection()
            | ForgetCollection()
            | ReconcileChannel()
            | ListHeldChannels()
        ):
            return _of_collections(db, message)
        case (
            DescribeMeaning()
            | LoadScope()
            | SearchText()
            | LoadPosts()
            | ListTagged()
            | Vocabulary()
        ):
            return _of_reads(db, message)
        case _:
            assert_never(message)


def _of_work(
    db: Database,
    message: ClaimWork | FinishWork | DelayWork | GiveUpWork | RetryWork | NextWork | CountWork,
) -> Coroutine[Any, Any, object]:
    match message:
        case ClaimWork():
            lease = timedelta(seconds=message.lease)
            found = claiming.claim(
                db, message.kind, message.worker, message.n, lease, cap=message.cap
            )
            return as_tuple(found)
        case FinishWork():
            return work.done(db, message.rows)
        case DelayWork():
            return work.later(db, message.row, message.until, message.reason, failed=message.failed)
        case GiveUpWork():
            return work.dead(db, message.row, message.reason)
        case RetryWork():
            return claiming.retry(db, message.account)
        case NextWork():
            return claiming.next_at(db, message.kind)
        case CountWork():
            return as_tuple(work.counts(db, message.account))


def _of_collections(
    db: Database,
    message: (
        LoadCollections
        | BeginCollection
        | ActivateCollection
        | ForgetCollection
        | ReconcileChannel
        | ListHeldChannels
    ),
) -> Coroutine[Any, Any, object]:
    match message:
        case LoadCollections():
            return as_tuple(collections.known(db, counted=message.counted))
        case BeginCollection():
            return collections.begin(
                db,
                message.name,
                model=message.model,
                dimension=message.dimension,
                epoch=message.epoch,
            )
        case ActivateCollection():
            return collections.activate(db, message.name)
        case ForgetCollection():
            return collections.forget(db, message.name)
        case ReconcileChannel():
            return collections.reconcile(db, message.collection, message.channel, message.found)
        case ListHeldChannels():
            return as_tuple(collections.held_channels(db))


def _of_reads(
    db: Database,
    message: DescribeMeaning | LoadScope | SearchText | LoadPosts | ListTagged | Vocabulary,
) -> Coroutine[Any, Any, object]:
    match message:
        case DescribeMeaning():
            return meaning.describe(db, message.account, message.since)
        case LoadScope():
            return meaning.scope(
                db,
                message.account,
                channels=message.channels,
                since=message.since,
                until=message.until,
            )
        case SearchText():
            return as_tuple(_search(db, message))
        case LoadPosts():
            return as_tuple(meaning.load(db, message.account, message.posts, message.tags))
        case ListTagged():
            return as_tuple(_between(db, message))
        case Vocabulary():
            return as_tuple(lexical.vocabulary(db, message.account, message.limit))


def _search(db: Database, message: SearchText) -> Coroutine[Any, Any, Any]:
    return lexical.search(
        db,
        message.account,
        message.query,
        channels=message.channels,
        tags=message.tags,
        since=message.since,
        until=message.until,
        limit=message.limit,
        again=message.again,
    )


def _between(db: Database, message: ListTagged) -> Coroutine[Any, Any, Any]:
    return meaning.between(
        db,
        message.account,
        message.since,
        message.until,
        channels=message.channels,
        limit=message.limit,
    )
