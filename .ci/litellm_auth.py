"""Checks API keys for LiteLLM's proxy, which without a database responds to a wrong key with status 400 instead of 401."""

import os
import secrets

from litellm.proxy._types import ProxyException, UserAPIKeyAuth


async def check(request, api_key: str | None) -> UserAPIKeyAuth:
    if not secrets.compare_digest((api_key or "").encode(), os.environ["LITELLM_MASTER_KEY"].encode()):
        message = "Authentication Error, Invalid proxy server token passed."
        raise ProxyException(message=message, type="auth_error", param="None", code=401)
    return UserAPIKeyAuth(api_key="master")
