"""Names and links of channels, taken apart."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.links import Invited, Link, Named, Numbered, Shared, link

HASH = "AbC-dEf_12345678"


@pytest.mark.parametrize(
    ("what", "meant"),
    [
        ("@durov", Named("durov")),
        ("durov", Named("durov")),
        ("  @durov\n", Named("durov")),
        ("t.me/durov", Named("durov")),
        ("t.me/durov/", Named("durov")),
        ("https://t.me/durov/123", Named("durov", 123)),
        ("http://www.t.me/durov/123?single&comment=5#x", Named("durov", 123)),
        ("HTTPS://T.ME/durov", Named("durov")),
        ("https://telegram.me/durov", Named("durov")),
        ("telegram.dog/durov/7", Named("durov", 7)),
        ("https://t.me/s/durov", Named("durov")),
        ("https://t.me/s/durov/44", Named("durov", 44)),
        ("durov.t.me", Named("durov")),
        ("https://durov.t.me/12", Named("durov", 12)),
        ("https://t.me/durov/5/77", Named("durov", 77)),
        ("tg://resolve?domain=durov", Named("durov")),
        ("tg:resolve?domain=durov&post=12", Named("durov", 12)),
        ("t.me/c/1234567890/45", Numbered(1234567890, 45)),
        ("https://t.me/c/1234567890", Numbered(1234567890)),
        ("https://t.me/c/1234567890/3/45", Numbered(1234567890, 45)),
        ("tg://privatepost?channel=1234567890&post=45", Numbered(1234567890, 45)),
        ("-1001234567890", Numbered(1234567890)),
        (f"https://t.me/+{HASH}", Invited(HASH)),
        (f"t.me/joinchat/{HASH}", Invited(HASH)),
        (f"https://telegram.me/joinchat/{HASH}/", Invited(HASH)),
        (f"tg://join?invite={HASH}", Invited(HASH)),
        ("https://t.me/addlist/AbCdEf123456", Shared("AbCdEf123456")),
        ("tg://addlist?slug=AbCdEf123456", Shared("AbCdEf123456")),
    ],
)
def test_every_form_of_a_channel_is_understood(what: str, meant: Link) -> None:
    """Names, links of the web and of the app, numbers and invites mean what Telegram means."""
    assert link(what) == meant


@pytest.mark.parametrize(
    "what",
    [
        "",
        "@",
        "/",
        "@1abc",
        "@no spaces",
        "@ab",
        "@" + "a" * 33,
        "https://t.me",
        "https://t.me/",
        "https://t.me/+79991234567",
        "https://t.me/addlist",
        "https://t.me/addstickers/Animals",
        "https://t.me/share/url?url=x",
        "https://t.me/joinchat",
        "https://t.me/c/abc/1",
        "https://t.me/+short",
        "https://example.com/durov",
        "https://t.me.example.com/durov",
        "https://example.com/t.me/durov",
        "ftp://t.me/durov",
        "tg://resolve?phone=79991234567",
        "tg://settings",
        "http://[t.me/durov",
        "-100",
        "-5",
    ],
)
def test_what_names_no_channel_is_nothing(what: str) -> None:
    """Other pages, other kinds of links, and what is no name lead nowhere."""
    assert link(what) is None


@given(st.text())
def test_no_text_is_too_strange(what: str) -> None:
    """Whatever is typed is taken apart or refused, and what comes out is sound."""
    match link(what):
        case Named(name=name):
            assert name.isascii()
            assert name in what
        case Numbered(channel=channel):
            assert channel > 0
        case Invited(hash=invite):
            assert invite in what
        case Shared(slug=slug):
            assert slug in what
        case None:
            pass


names = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{2,31}", fullmatch=True).filter(
    lambda name: link(f"t.me/{name}") is not None
)
posts = st.integers(1, 2**31)


@given(name=names, post=posts)
def test_all_forms_of_a_public_post_are_one(name: str, post: int) -> None:
    """The web's link, its preview and the app's link name the same post."""
    forms = [
        f"https://t.me/{name}/{post}",
        f"t.me/s/{name}/{post}?before=1",
        f"tg://resolve?domain={name}&post={post}",
    ]
    assert {link(form) for form in forms} == {Named(name, post)}
    assert link(f"@{name}") == link(name) == Named(name)


@given(st.text(string.ascii_letters + string.digits + "_-", min_size=8, max_size=64))
def test_all_forms_of_an_invite_are_one(invite: str) -> None:
    """Old and new invites lead to the same; one that is only digits is somebody's number."""
    forms = [f"t.me/+{invite}", f"https://t.me/joinchat/{invite}", f"tg://join?invite={invite}"]
    meant = None if invite.isdecimal() else Invited(invite)
    assert {link(form) for form in forms} == {meant}


def test_an_invite_is_not_shown() -> None:
    """Whoever reads a log cannot join by it."""
    assert HASH not in repr(link(f"t.me/+{HASH}"))
