"""Telegram, by way of Telethon, which lives in this package only."""
