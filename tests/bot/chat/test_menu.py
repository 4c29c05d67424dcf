"""The door and the menu: who is let in, what is listed, and what an old button says."""

from __future__ import annotations

import re

import pytest
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.chat.app import Chat
from sandbox.botapi import BotApi, Person, Shown
from tests.bot.chat.talking import PATIENCE, PERSON, said, told

pytestmark = pytest.mark.anyio

WORKS = {
    "start": "I read your Telegram channels for you",
    "login": "This bot is for invited people",
    "channels": "Nothing is known of your channels yet",
    "parse": "Log in, please",
    "search": "What are you looking for?",
    "ask": "What would you like to know?",
    "digest": "of what time?",
    "status": "You are not logged in",
    "export": "Which of your posts",
    "settings": "Time zone: UTC",
    "cancel": "ancel",
    "logout": "You are not logged in",
    "forget": "Delete everything about you?",
    "help": "What I can do",
}
"""What each command says to somebody without an account, in the order of the menu."""


async def test_start_has_one_button_to_begin_with(mia: Person) -> None:
    """Whoever comes is told what this is, with a single button."""
    shown = await told(mia, "/start", "I read your Telegram channels for you")
    assert shown.keyboard == (("Log in",),)


async def test_help_lists_exactly_what_works(mia: Person, api: BotApi) -> None:
    """What is listed here works, answered each with its own words; nothing else is listed (S27)."""
    for command, words in WORKS.items():
        await told(mia, f"/{command}", words)
    shown = await told(mia, "/help", "What I can do")
    listed = re.findall(r"(?m)^/(\w+) –", shown.text)
    assert listed == list(WORKS)
    assert [command.command for command in mia.commands] == listed
    assert api.mistakes == ()


@pytest.mark.usefixtures("chat")
async def test_groups_are_refused_politely_and_left_in_peace(api: BotApi) -> None:
    """Once when brought in, and to a command: what people say there is not commented on."""
    mia = api.person(PERSON, first_name="Mia", language_code="en")
    bob = api.person(43, first_name="Bob", language_code="en")
    group = api.group(-100500, "Friends", members=[mia, bob])
    greeting = await group.awaited(_declines, within=PATIENCE)
    bob.send("hello everybody", chat=group)
    command = mia.send("/status", chat=group)
    await group.awaited(_declines, within=PATIENCE, after=command.id)
    senders = [each.message.from_user for each in group.inbox if each.id > greeting.id]
    assert [sender.is_bot for sender in senders if sender is not None] == [False, False, True]


def _declines(shown: Shown) -> bool:
    return "I work in private chats only" in shown.text


async def test_a_button_of_nobodys_is_explained(mia: Person, chat: Chat) -> None:
    """One that nothing listens to any more says so, with what there is."""
    await told(mia, "/start", "I read your Telegram channels for you")
    button = InlineKeyboardButton(text="Old", callback_data="of another time")
    keyboard = InlineKeyboardMarkup(inline_keyboard=[[button]])
    old = await chat.bot.send_message(PERSON, "an old message", reply_markup=keyboard)
    await mia.press(old.message_id, "Old").awaited(PATIENCE)
    stale = await said(mia, "This button is from an earlier message")
    assert "/help" in stale.text


async def test_what_is_not_understood_is_answered(mia: Person) -> None:
    """Any text of nobody's gets a hint, in the person's language."""
    await told(mia, "what now?", "I did not understand that")
