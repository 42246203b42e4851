"""Fetch URLs by HTTP, with httpx over aiohttp; check each IP address before connecting."""
