"""What bots say about themselves, and ask about chats."""

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    MenuButtonCommands,
    MenuButtonWebApp,
    WebAppInfo,
)

from sandbox.botapi import BotApi, Person

pytestmark = pytest.mark.anyio
PRIVATE = BotCommandScopeAllPrivateChats()


def _commands(*names: str) -> list[BotCommand]:
    return [BotCommand(command=name, description=f"does {name}") for name in names]


async def test_the_bot_knows_itself(api: BotApi, bot: Bot) -> None:
    """Its id is the one of its token."""
    me = await bot.me()
    assert (me.id, me.is_bot, me.username) == (bot.id, True, "reader_bot")
    assert me.can_read_all_group_messages is False
    assert api.calls[-1].method == "getMe"


async def test_people_see_the_commands_of_their_language(
    api: BotApi, bot: Bot, mia: Person
) -> None:
    """The nearest scope first, and in it their language; others see the default."""
    await bot.set_my_commands(_commands("start"))
    assert [each.command for each in mia.commands] == ["start"]
    await bot.set_my_commands(_commands("help"), scope=PRIVATE)
    await bot.set_my_commands(_commands("search"), scope=PRIVATE, language_code="ru")
    assert [each.command for each in mia.commands] == ["search"]
    assert [each.command for each in api.person(7).commands] == ["help"]
    (told,) = await bot.get_my_commands(scope=PRIVATE, language_code="ru")
    assert (told.command, told.description) == ("search", "does search")
    await bot.delete_my_commands(scope=PRIVATE, language_code="ru")
    assert [each.command for each in mia.commands] == ["help"]
    assert await bot.get_my_commands(scope=BotCommandScopeChat(chat_id=42)) == []


@pytest.mark.parametrize(
    ("command", "description", "refusal"),
    [
        ("Start", "x", "BOT_COMMAND_INVALID"),
        ("no-dashes", "x", "BOT_COMMAND_INVALID"),
        ("x" * 33, "x", "BOT_COMMAND_INVALID"),
        ("start", " ", "BOT_COMMAND_DESCRIPTION_INVALID"),
        ("start", "x" * 257, "BOT_COMMAND_DESCRIPTION_INVALID"),
    ],
)
async def test_what_is_no_command(
    api: BotApi, bot: Bot, command: str, description: str, refusal: str
) -> None:
    """Small letters, digits and underscores, with a description."""
    with pytest.raises(TelegramBadRequest, match=refusal):
        await bot.set_my_commands([BotCommand(command=command, description=description)])
    assert api.person(7).commands == []


async def test_there_are_a_hundred_commands_at_most(bot: Bot) -> None:
    """One more is refused."""
    await bot.set_my_commands(_commands(*[f"c{n}" for n in range(100)]))
    with pytest.raises(TelegramBadRequest, match="BOT_COMMANDS_TOO_MUCH"):
        await bot.set_my_commands(_commands(*[f"c{n}" for n in range(101)]))


async def test_descriptions_have_languages(bot: Bot) -> None:
    """Who has none of their own sees the common one."""
    await bot.set_my_description("reads")
    await bot.set_my_description("читает", language_code="ru")
    await bot.set_my_short_description("brief")
    assert (await bot.get_my_description()).description == "reads"
    assert (await bot.get_my_description(language_code="ru")).description == "читает"
    assert (await bot.get_my_description(language_code="de")).description == "reads"
    assert (await bot.get_my_short_description()).short_description == "brief"
    with pytest.raises(TelegramBadRequest, match="TOO_LONG"):
        await bot.set_my_description("x" * 513)
    with pytest.raises(TelegramBadRequest, match="TOO_LONG"):
        await bot.set_my_short_description("x" * 121)


@pytest.mark.usefixtures("mia")
async def test_a_menu_button_is_for_one_chat_or_for_all(bot: Bot) -> None:
    """Until one is set it is the default."""
    assert (await bot.get_chat_menu_button()).type == "default"
    await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    page = MenuButtonWebApp(text="Open", web_app=WebAppInfo(url="https://127.0.0.1/"))
    await bot.set_chat_menu_button(chat_id=42, menu_button=page)
    assert (await bot.get_chat_menu_button()).type == "commands"
    own = await bot.get_chat_menu_button(chat_id=42)
    assert isinstance(own, MenuButtonWebApp)
    assert (own.text, own.web_app.url) == ("Open", "https://127.0.0.1/")


async def test_chats_are_described(api: BotApi, bot: Bot, mia: Person) -> None:
    """People and groups, also by a group's members; nobody else's are found."""
    group = api.group(-1001, "Team", members=[mia])
    private = await bot.get_chat(42)
    assert (private.type, private.first_name) == ("private", "Mia")
    described = await bot.get_chat(-1001)
    assert (described.type, described.title) == ("supergroup", "Team")
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.get_chat(7)
    api.person(7)
    statuses = [(await bot.get_chat_member(group.id, who)).status for who in (42, 7, bot.id)]
    assert statuses == ["creator", "left", "member"]
    with pytest.raises(TelegramBadRequest, match="member not found"):
        await bot.get_chat_member(group.id, 8)


async def test_a_group_is_left_for_good(api: BotApi, bot: Bot, mia: Person) -> None:
    """Nothing can be sent there any more; a private chat cannot be left."""
    group = api.group(-1001, "Team", members=[mia])
    await bot.send_message(group.id, "hello")
    assert group.inbox[-1].text == "hello"
    await bot.leave_chat(group.id)
    with pytest.raises(TelegramForbiddenError, match="bot is not a member of the supergroup chat"):
        await bot.send_message(group.id, "x")
    with pytest.raises(TelegramBadRequest, match="can't be changed in private chats"):
        await bot.leave_chat(42)


async def test_there_is_no_webhook(bot: Bot, mia: Person) -> None:
    """Deleting it can drop what is not confirmed."""
    mia.send("x")
    told = await bot.get_webhook_info()
    assert (told.url, told.pending_update_count) == ("", 2)
    await bot.delete_webhook(drop_pending_updates=True)
    assert (await bot.get_webhook_info()).pending_update_count == 0
