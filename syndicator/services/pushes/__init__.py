"""Hubs that push (WebSub): subscriptions, requests to hubs, and pushes."""
