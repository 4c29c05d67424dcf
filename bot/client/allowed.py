"""The messages that a served house takes from the command line: what its façades say, no others.

What opens an archive behind their backs is not among them: session records, the database's address,
the writes of readers and workers.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

from actors import keeping_messages as keeping
from actors import messages as said
from actors import search_messages as searching
from actors.bot_messages import (
    Choose,
    LoadDigestPlan,
    LoadLimits,
    PlanDigest,
    TakeQuestion,
    UnplanDigest,
)
from actors.meaning_messages import DescribeMeaning, RetryWork
from actors.store_messages import (
    LastReport,
    ListFolders,
    LoadFloods,
    SetEvery,
    Unfollow,
    UnfollowFolder,
)
from bot.client.messages import HolderRequest, NewcomerRequest
from runtime import Request

_SIGNING = (
    said.LoginRequest,
    said.CancelLogin,
    said.CodeRequest,
    said.ResendRequest,
    said.PasswordRequest,
)
_ALLOWED: Final = {
    "house": (HolderRequest, NewcomerRequest),
    "store": (
        LastReport,
        ListFolders,
        LoadFloods,
        SetEvery,
        Unfollow,
        UnfollowFolder,
        DescribeMeaning,
        RetryWork,
        Choose,
        LoadDigestPlan,
        LoadLimits,
        PlanDigest,
        TakeQuestion,
        UnplanDigest,
        keeping.DescribeRetention,
        keeping.FindToken,
        keeping.Identify,
        keeping.IssueToken,
        keeping.KeepFor,
        keeping.ListDoomed,
        keeping.ListTokens,
        keeping.MakeLoginLink,
        keeping.PagePosts,
        keeping.Retain,
        keeping.RevokeToken,
        keeping.SpendLoginLink,
        keeping.WantFor,
        keeping.WantedFor,
        said.ListAccounts,
        said.ListChannels,
        said.ListInvites,
        said.ListNotices,
        said.ListPosts,
        said.MakeInvite,
        said.MarkDelivered,
        said.RevokeInvite,
        said.WasAdmitted,
    ),
    "parser": (said.ParseRequest,),
    "search": (
        searching.SearchRequest,
        searching.AskRequest,
        searching.DigestRequest,
        searching.SimilarRequest,
    ),
    "account": (
        *_SIGNING,
        said.LogoutRequest,
        said.ForgetRequest,
        said.ListAuthorisations,
        said.EndAuthorisation,
        said.FollowRequest,
        said.FollowFolderRequest,
        said.StatusRequest,
    ),
    "newcomer": (*_SIGNING, said.ImportRequest),
}

ALLOWED: Final = MappingProxyType(
    {kind: {each.__name__: each for each in messages} for kind, messages in _ALLOWED.items()}
)
"""By the kind of actor, and by name."""


def message_of(actor: str, name: str) -> type[Request[Any]] | None:
    """Return the class of a message that an actor may be sent; None: it may not."""
    kind, _, number = actor.partition("-")
    if (kind in {"account", "newcomer"}) != number.isdecimal():
        return None
    found: type[Request[Any]] | None = ALLOWED.get(kind, {}).get(name)
    return found
