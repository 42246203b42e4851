"""Hubs that push (WebSub): our subscriptions, what hubs are asked, and what becomes of what they bring."""
