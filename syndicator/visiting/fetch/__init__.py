"""The HTTP client: httpx's requests over aiohttp's transport. Every address is checked before it is connected to."""
