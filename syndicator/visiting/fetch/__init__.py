"""HTTP client: httpx's requests over aiohttp's transport. Each address is checked before
connecting."""
