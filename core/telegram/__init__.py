"""The way to Telegram: the transport, the shared limit, and sending with an honest answer. Used by `bot` and `jobs`."""
