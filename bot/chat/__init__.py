"""The Telegram bot: it sends messages to actors, and shows people what they answer."""
