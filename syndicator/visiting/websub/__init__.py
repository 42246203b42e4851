"""The subscriber's part of WebSub (https://www.w3.org/TR/websub/), as far as it decides. Pure."""
