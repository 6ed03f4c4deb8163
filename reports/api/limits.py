"""How often one visitor may ask. The counts are in the shared cache, so that every web host sees them."""

import ipaddress

from django.conf import settings
from django.core.cache import cache

WINDOW = 60


def seconds_to_wait(request, *, at):
    """0 where the request may be answered, and it is counted; otherwise the seconds until the next may.

    Counted by the minute of the clock. Requests in the same instant may count as one.
    """
    minute, passed = divmod(int(at.timestamp()), WINDOW)
    key = f"open-data:{client(request)}:{minute}"
    made = cache.get(key, 0)
    if made >= settings.API_REQUESTS_A_MINUTE:
        return WINDOW - passed
    cache.set(key, made + 1, timeout=WINDOW)
    return 0


def client(request):
    """Whom a request counts for: an IPv4 address, the /64 network of an IPv6 one, or "unknown".

    Behind a proxy it is the last address of X-Forwarded-For, the one that the proxy itself wrote.
    """
    written = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        written = request.headers.get("X-Forwarded-For", written).rpartition(",")[2]
    try:
        address = ipaddress.ip_address(written.strip())
    except ValueError:
        return "unknown"
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), 64), strict=False))
